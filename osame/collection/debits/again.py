"""再振替のお知らせ（R-008-2）。資金不足だった期別を、いつ、いくら、もう一度引き落とすか。

Told once per re-debit, before its day: whoever has paid meanwhile is not told, and whoever would rather pay can still do so.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import transaction

from osame.collection.debits.models import DebitRequest
from osame.collection.debits.requests import RequestLine, bank_name, one_request
from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.overview import year_name
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

NAME = "再振替のお知らせ"
NOTE = (
    "引落しの日の前日までに、口座の残高を確かめてください。その日より前に納付書などで納めたときは、二重に引き落とさないよう、お早めに"
    "ご連絡ください。延滞金は含めていません。納付の日までの延滞金を、後から納めていただくことがあります。"
)


class NotARedebit(Refusal):
    """この依頼は、再振替ではありません。再振替の依頼番号を指定してください。"""


class RedebitDayReached(Refusal):
    """再振替の引落日が来ているので、お知らせは間に合いません。結果を取り込んで確かめてください。"""


@dataclass(frozen=True, slots=True)
class AgainRow:
    """もう一度引き落とす期別一つ。"""

    term: str
    due_date: str
    amount: int


@dataclass(frozen=True, slots=True)
class DebitAgain:
    """再振替のお知らせの内容。"""

    tax_item: str
    place: str
    failed_on: str
    debit_on: str
    total: int
    rows: tuple[AgainRow, ...]


def samples() -> tuple[SampleLetter, ...]:
    """見本。ふつうの一通と、入りにくい一通。"""
    rows = (AgainRow("令和8年度 第2期", "R8.7.31", 31_300), AgainRow("令和8年度 随時第1期", "R8.7.31", 31_300))
    plain = DebitAgain("固定資産税・都市計画税", "架空銀行 本店", "令和8年7月31日", "令和8年8月25日", 62_600, rows)
    long = AgainRow("令和12年度 第12期", "R12.12.25", 999_999_999_999)
    hard = DebitAgain(
        "国民健康保険税（普通徴収・介護納付金分）", "架空中央信用農業協同組合連合会 大字城ヶ丘ショッピングセンター出張所",
        "令和12年12月25日", "令和12年12月31日", 12 * long.amount, (long,) * 12,
    )  # fmt: skip
    return tuple(SampleLetter(each, (each.debit_on, f"{each.total:,}円"), hard=each is hard) for each in (plain, hard))


AGAIN = letter_kind(
    LetterKind(
        "R-008-2", NAME, NAME, "collection/debits/typst/debit_again.typ", DebitAgain, samples, {f"{NAME}:注意": NOTE}
    )
)
# 再振替する期別。もう納めた人、前に知らせた人には知らせない。
WAITING = f"""
SELECT i.addressee_number, i.tax_item, coalesce(t.name, c.tax_item), i.bank_code, c.levy_year,
       coalesce(n.name, c.installment_term || '期'), c.due_date, i.amount
FROM debit_instruction i JOIN charge c USING (addressee_number, charge_id)
{CHARGE_NAMES}
WHERE i.request_id = %(request)s AND c.principal_tax > 0
  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.addressee_number = i.addressee_number AND l.tax_item = i.tax_item
      AND l.subject = %(subject)s AND l.state <> '9')
ORDER BY i.addressee_number, i.tax_item, c.due_date, c.charge_id
"""


def send_again(request_id: int, *, as_of: date, officer: str) -> int:
    """再振替する人に、引落しの日と額を知らせる文書（R-008-2）を作る。束の番号を返す。二度は知らせない。

    要件: F06-06
    """
    with transaction.atomic():
        run = one_request(request_id)
        if run.kind != DebitRequest.Kind.AGAIN or run.source_request_id is None or not run.live:
            raise NotARedebit(str(request_id))
        if as_of >= run.debit_on:
            raise RedebitDayReached(format_wareki(run.debit_on))
        subject, source = f"debit_again:{request_id}", one_request(run.source_request_id)
        rows = fetch_all(WAITING, {"request": request_id, "subject": subject})
        drafts = [
            _draft(who, tax_item, list(lines), (run, source, subject))
            for (who, tax_item), lines in groupby(rows, key=lambda row: (str(row[0]), str(row[1])))
        ]
        return freeze(AGAIN, drafts, as_of=as_of, officer=officer)


def _draft(
    who: str, tax_item: str, lines: list[tuple[object, ...]], about: tuple[RequestLine, RequestLine, str]
) -> Draft:
    run, source, subject = about
    rows, total = [], 0
    for _, _, _, _, year, term, due, amount in lines:
        assert isinstance(year, int)
        assert isinstance(due, date)
        assert isinstance(amount, int)
        rows.append(AgainRow(f"{year_name(year)} {term}", short_wareki(due), amount))
        total += amount
    day = format_wareki(run.debit_on)
    told = DebitAgain(
        str(lines[0][2]), bank_name(str(lines[0][3]))[5:], format_wareki(source.debit_on), day, total, tuple(rows)
    )
    return Draft(who, tax_item, told, (day, f"{total:,}円"), subject)
