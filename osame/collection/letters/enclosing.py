"""点字・大きな文字・外国語の案内の同封。だれに要るかを登録し、作る文書に印を凍らせ、封入する人に見せる。

Who needs what beside a letter. The mark is frozen with the letter and printed in its foot, so that the person at the envelopes
sees it on the paper itself, and listed for the run.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.letters.models import EnclosureNeed
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

Kind = EnclosureNeed.Kind
LETTERS = """
SELECT letter_number, addressee_number, to_name, enclosures FROM letter
WHERE run_id = %s AND enclosures <> '' AND state NOT IN ('3', '9') ORDER BY letter_number
"""


class LanguageMissing(Refusal):
    """どの言語の案内かがありません。言語（例：英語）を入力してください。"""


class NeedHasNoBasis(Refusal):
    """申出の説明がありません。いつ、だれから申出を受けたかを入力してください。"""


class NeedAlreadyThere(Refusal):
    """同じ同封は、もう登録しています。一覧を確かめてください。"""


class NeedUnknown(Refusal):
    """その同封の登録はありません。または、もう終わっています。一覧を開き直してください。"""


@dataclass(frozen=True, slots=True)
class Need:
    """同封の登録一つ。"""

    need_id: int
    kind: str
    mark: str
    basis: str
    valid_from: date
    ended_on: date | None
    officer: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """同封するもののある一通。"""

    letter_number: int
    addressee_number: str
    to_name: str
    enclosures: str


def register_need(
    addressee_number: str, kind: EnclosureNeed.Kind, *, language: str, basis: str, as_of: date, officer: str
) -> int:
    """同封の申出を登録する。これから作る文書に、印が付く。登録番号を返す。

    要件: F07-08
    """
    if kind is Kind.FOREIGN and not language.strip():
        raise LanguageMissing
    if not basis.strip():
        raise NeedHasNoBasis
    mark = f"外国語（{language.strip()}）" if kind is Kind.FOREIGN else str(kind.label)
    with transaction.atomic():
        fetch_one("SELECT pg_advisory_xact_lock(hashtext(%s))::text", [f"enclosure:{addressee_number}"])
        if any(each.mark == mark and each.ended_on is None for each in needs_of(addressee_number)):
            raise NeedAlreadyThere(mark)
        (number,) = fetch_one("SELECT nextval('enclosure_need_number')")
        EnclosureNeed.objects.create(
            addressee_number=addressee_number, need_id=number, kind=kind, mark=mark, basis=basis.strip(), valid_from=as_of,
            officer=officer,
        )  # fmt: skip
        record("同封の申出を登録した", subjects=[addressee_number], fields=["同封するもの"], detail={"同封": mark})
    return int(number)


def end_need(addressee_number: str, need_id: int, *, as_of: date, officer: str) -> None:
    """同封を終える。作った文書の印は変わらない。

    要件: F07-08
    """
    with transaction.atomic():
        ended = run_sql(
            "UPDATE enclosure_need SET ended_on = %s WHERE addressee_number = %s AND need_id = %s AND ended_on IS NULL",
            [as_of, addressee_number, need_id],
        )
        if not ended:
            raise NeedUnknown(str(need_id))
        record("同封を終えた", subjects=[addressee_number], detail={"登録番号": need_id, "職員": officer})


def needs_of(addressee_number: str) -> tuple[Need, ...]:
    """一人の同封の登録を、新しい順に。

    要件: F07-08
    """
    rows = fetch_all(
        "SELECT need_id, kind, mark, basis, valid_from, ended_on, officer FROM enclosure_need WHERE addressee_number = %s "
        "ORDER BY need_id DESC",
        [addressee_number],
    )
    return tuple(Need(*row) for row in rows)


def enclosed_in(run_id: int) -> tuple[Enclosed, ...]:
    """束の中で、同封するもののある一通ずつ。

    要件: F07-08
    """
    return tuple(Enclosed(*row) for row in fetch_all(LETTERS, [run_id]))
