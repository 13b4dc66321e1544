"""領収証書（R-005）。領収と同じ取引で凍り、文書の台帳から一枚を刷る。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.letters.printing import print_one
from osame.collection.parameters.overview import year_name
from osame.collection.tills.actions import ReceiptUnknown
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all

NAME = "領収証書"
NOTE = "この領収証書は、大切に保管してください。納税証明を今日受けるときは、窓口でこの領収証書を示してください。領収印のないものは無効です。"
MOST = 99_999_999_999


@dataclass(frozen=True, slots=True)
class CashRow:
    """領収した期別一つ。"""

    term: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    amount: int


@dataclass(frozen=True, slots=True)
class CashReceipt:
    """領収証書の内容。 stamp: 領収印の文字。"""

    receipt: str
    paid_on: str
    officer: str
    total: int
    tendered: int
    change: int
    stamp: tuple[str, ...]
    rows: tuple[CashRow, ...]


def samples() -> tuple[SampleLetter, ...]:
    """見本。ふつうの一通と、入りにくい一通。"""
    row = CashRow("固定資産税・都市計画税 令和8年度 第2期", 30_000, 100, 1_200, 31_300)
    far = CashRow("国民健康保険税（普通徴収・介護納付金分） 令和12年度 随時第12期", MOST, MOST, MOST, MOST)
    stamp = ("領収済", "R8.7.17", "レジ1")
    plain = CashReceipt("第1024号", "令和8年7月17日", "A0001", 62_600, 70_000, 7_400, stamp, (row,) * 2)
    hard = CashReceipt(
        "第9999999999号", "令和12年12月31日", "A000000000000000001", MOST, MOST, 1_000, stamp, (far,) * 12
    )
    return tuple(SampleLetter(each, (f"{each.total:,}円", each.paid_on), hard=each is hard) for each in (plain, hard))


KIND = letter_kind(
    LetterKind(
        "R-005", NAME, NAME, "collection/tills/typst/cash_receipt.typ", CashReceipt, samples, {f"{NAME}:注意": NOTE}
    )
)
SHARES = """
SELECT coalesce(t.name, c.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'), s.principal_tax, s.demand_fee,
       s.delinquency_charge, s.amount
FROM slip_share s JOIN charge c USING (addressee_number, charge_id)
LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item ORDER BY i.valid_from DESC LIMIT 1) t ON true
LEFT JOIN installment_term n ON n.levy_year = c.levy_year AND n.tax_item = c.tax_item AND n.installment_term = c.installment_term
WHERE s.slip_number = %s ORDER BY s.position
"""


def freeze_receipt(receipt_number: int, *, as_of: date, officer: str) -> int:
    """領収証書を凍らせる。束の番号を返す。

    要件: F07-10
    """
    rows = fetch_all(
        "SELECT r.addressee_number, r.slip_number, r.amount, r.tendered, r.paid_on, d.till_number FROM till_receipt r "
        "JOIN till_day d USING (till_day_id) WHERE r.receipt_number = %s",
        [receipt_number],
    )
    if not rows:
        raise ReceiptUnknown(str(receipt_number))
    who, slip, amount, tendered, paid_on, till = rows[0]
    day = format_wareki(paid_on)
    told = CashReceipt(
        f"第{receipt_number}号", day, officer, int(amount), int(tendered), int(tendered) - int(amount),
        ("領収済", day, f"レジ{till}"), _rows(fetch_all(SHARES, [slip])),
    )  # fmt: skip
    return freeze(
        KIND, [Draft(who, "", told, (f"{amount:,}円", day), _subject(receipt_number))], as_of=as_of, officer=officer
    )


def print_receipt(receipt_number: int) -> HttpResponse:
    """領収証書を刷り、読み返して、画面から渡す。

    要件: F07-10
    """
    rows = fetch_all(
        "SELECT run_id, letter_number FROM letter WHERE subject = %s AND state <> '9' ORDER BY run_id DESC LIMIT 1",
        [_subject(receipt_number)],
    )
    if not rows:
        raise ReceiptUnknown(str(receipt_number))
    return print_one(int(rows[0][0]), int(rows[0][1]))


def _subject(receipt_number: int) -> str:
    return f"till_receipt:{receipt_number}"


def _rows(rows: Sequence[tuple[object, ...]]) -> tuple[CashRow, ...]:
    made = []
    for tax, year, term, principal, fee, charge, amount in rows:
        assert isinstance(year, int)
        assert isinstance(principal, int)
        assert isinstance(fee, int)
        assert isinstance(charge, int)
        assert isinstance(amount, int)
        made.append(CashRow(f"{tax} {year_name(year)} {term}", principal, fee, charge, amount))
    return tuple(made)
