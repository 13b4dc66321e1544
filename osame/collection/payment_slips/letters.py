"""納付書の紙（R-001 単票、R-002 合算、R-003 分納、R-004 特別徴収の納入書）。発行と同じ取引で凍り、文書の台帳から刷る。

The paper of a slip is frozen in the transaction that issues it, and printed through the register of letters: read back, page by
page, before anybody gets it.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from django.http import HttpResponse

from osame.collection.letters.actions import Draft, freeze, pull
from osame.collection.letters.kinds import LetterKind, letter_kind
from osame.collection.letters.printing import print_one, write_one
from osame.collection.payment_slips.drawing import (
    SlipContent,
    collector_content,
    slip_content,
    slip_drawings,
    slip_marks,
    slip_part,
)
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.queries import Slip, SlipNotFound, State, slip_numbered
from osame.collection.payment_slips.sample_slips import sample_collector_letters, sample_letters
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.egress.models import EgressRecord

SOURCE = "collection/payment_slips/typst/slip_letter.typ"
FORMS = {PaymentSlip.Kind.SINGLE: "R-001", PaymentSlip.Kind.COMBINED: "R-002", PaymentSlip.Kind.INSTALMENT: "R-003"}
KINDS = {
    kind: letter_kind(
        LetterKind(
            form=form, name=f"納付書（{kind.label}）", title="納付書", source=SOURCE, context=SlipContent,
            samples=partial(sample_letters, kind), series="収納納付", draws=slip_drawings,
        )
    )
    for kind, form in FORMS.items()
}  # fmt: skip


COLLECTOR = letter_kind(
    LetterKind(
        form="R-004", name="納入書（特別徴収）", title="納入書", source=SOURCE, context=SlipContent, samples=sample_collector_letters,
        series="収納納付", draws=slip_drawings,
    )
)  # fmt: skip


class SlipNotPrintable(Refusal):
    """この納付書は、もう使えないため刷れません。納める期別を選び、新しい納付書を発行してください。"""


class PayerUnknown(Refusal):
    """納税義務者の宛名がありません。宛名を取り込んでから発行してください。"""


def freeze_slips(slips: Sequence[Slip], *, as_of: date, officer: str) -> int:
    """納付書の紙を凍らせ、束の番号を返す。同じ種類の納付書だけを渡す。呼び手の取引の中で。"""
    name = payer_name(slips[0].addressee_number)
    number = "" if slips[0].kind is PaymentSlip.Kind.INSTALMENT else collector_number(slips[0])
    drafts = [
        Draft(
            each.addressee_number,
            each.shares[0].tax_item if len({share.tax_item for share in each.shares}) == 1 else "",
            collector_content(each, slip_part(each, name=name), number) if number else slip_content(each, name=name),
            slip_marks(each),
            subject_of(each.slip_number),
        )
        for each in slips
    ]
    return freeze(COLLECTOR if number else KINDS[slips[0].kind], drafts, as_of=as_of, officer=officer)


def collector_number(slip: Slip) -> str:
    """すべての期別が一つの特別徴収義務者のものなら、その指定番号。そうでなければ空。"""
    rows = fetch_all(
        "SELECT DISTINCT special_collector_number FROM charge WHERE addressee_number = %s AND charge_id = ANY(%s)",
        [slip.addressee_number, [each.charge_id for each in slip.shares]],
    )
    return str(rows[0][0]) if len(rows) == 1 else ""


def payer_name(addressee_number: str) -> str:
    """納税義務者の氏名。"""
    rows = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    if not rows:
        raise PayerUnknown(addressee_number)
    return str(rows[0][0])


# 納付書を刷る文書。納付書だけの紙も、ほかの文書の下に付けたものも、凍った内容に番号を持つ。承継した者の分は、その者に宛てる。
CARRIERS = """
SELECT l.run_id, l.letter_number FROM letter l JOIN payment_slip s
    ON l.addressee_number = s.addressee_number OR l.subject = 'share_slip:' || s.slip_number
WHERE s.slip_number = %(slip)s AND l.context->'slip'->>'slip_number' = %(slip)s::text
"""


def subject_of(slip_number: int) -> str:
    """文書の台帳での、納付書の名。"""
    return f"payment_slip:{slip_number}"


def letter_of(slip_number: int) -> tuple[int, int]:
    """納付書を刷る文書（束の番号、発付番号）。"""
    rows = fetch_all(f"{CARRIERS} ORDER BY l.run_id DESC LIMIT 1", {"slip": slip_number})
    if not rows:
        raise SlipNotFound(str(slip_number))
    return int(rows[0][0]), int(rows[0][1])


def pull_unprinted(slip_number: int, *, reason: str, officer: str) -> None:
    """まだ刷っていない納付書の文書を引き抜く。刷ったものは、窓口で渡したかもしれないので、そのままにする。"""
    rows = fetch_all(f"{CARRIERS} AND l.state IN ('1', '4')", {"slip": slip_number})
    for run_id, number in rows:
        pull(run_id, number, reason=reason, officer=officer)


def print_slip(slip_number: int, *, as_of: date, reason: str = "") -> HttpResponse:
    """窓口で一枚を刷り、読み返して、画面から渡す。使われた・無効・期限切れの納付書は刷らない。

    One slip at the counter, through the kept compiler, the release gate and the egress broker.

    要件: F07-01, F07-08
    """
    refuse_unusable(slip_number, as_of=as_of)
    return print_one(*letter_of(slip_number), reason=reason)


def write_slip_file(slip_number: int, to: Path, *, as_of: date, reason: str = "") -> EgressRecord:
    """一枚を刷り、読み返して、ファイルにする。

    要件: F07-01
    """
    refuse_unusable(slip_number, as_of=as_of)
    run_id, number = letter_of(slip_number)
    return write_one(run_id, number, to, reason=reason)


def refuse_unusable(slip_number: int, *, as_of: date) -> None:
    """もう使えない納付書なら断る。"""
    state = slip_numbered(slip_number).state(as_of)
    if state is not State.UNUSED:
        raise SlipNotPrintable(f"{slip_number}、{state.label}")
