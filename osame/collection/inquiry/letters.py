"""納付状況のお知らせ（R-006）。窓口や郵送で、一人の期別をその日の姿で知らせる。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.inquiry.charges import ChargeLine, Totals, charge_lines
from osame.collection.letters.actions import Draft, NothingToSend, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_one

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 17, 36
NOTES = (
    "この書面は、納付の状況をお知らせするもので、領収証書や納税証明書ではありません。金融機関などで納めた分は、市に届くまで日数が"
    "かかるため、行き違いのときはご容赦ください。延滞金は、上の日に納めるものとして計算しています。"
)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    due_date: str
    tax_amount: int
    received: int
    unpaid: int
    additions: int


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """納付状況のお知らせの内容。 pages: 頁ごとの行。"""

    name: str
    as_of: str
    tax_amount: int
    received: int
    total: int
    pages: tuple[tuple[StatusRow, ...], ...]


def _samples() -> tuple[SampleLetter, ...]:
    tax = "市民税・県民税（普通徴収）"
    rows = (
        StatusRow(tax, "令和7", "3期", "R7.10.31", 30_000, 10_000, 20_000, 1_300),
        StatusRow(tax, "令和7", "4期", "R8.2.2", 30_000, 20_000, 10_000, 1_000),
        StatusRow(tax, "令和8", "1期", "R8.6.30", 30_000, 0, 30_000, 1_000),
    )
    wide = StatusRow(
        "固定資産税・都市計画税", "令和8", "随時12期", "R8.12.25", 999_999_999_999, 999_999_999_999, 999_999_999_999,
        999_999_999_999,
    )  # fmt: skip
    most = 999_999_999_999
    return (
        SampleLetter(
            PaymentStatus("佐藤 花子", "令和8年7月17日", 90_000, 30_000, 63_300, (rows,)), ("63,300円",)
        ),
        SampleLetter(
            PaymentStatus(
                "渡邉\U000e010f エリザベス・アレクサンドラ・メアリー", "令和8年12月31日", most, most, most,
                ((wide,) * FIRST_PAGE_ROWS, (wide,) * NEXT_PAGE_ROWS, (wide,)),
            ),
            (f"{most:,}円",), pages=3, hard=True,
        ),
    )  # fmt: skip


KIND = letter_kind(
    LetterKind(
        form="R-006",
        name="納付状況のお知らせ",
        title="納付状況のお知らせ",
        source="collection/inquiry/typst/payment_status.typ",
        context=PaymentStatus,
        texts={"納付状況のお知らせ:注意": NOTES},
        samples=_samples,
    )
)


def send_payment_status(
    addressee_number: str, *, on: tuple[date, date], officer: str, unpaid_only: bool = False
) -> int:
    """一人の納付状況のお知らせを作る。束の番号を返す。 on: 姿を示す日と、発する日（今日）。

    要件: F28-02, F28-03
    """
    as_of, issued_on = on
    lines = charge_lines(addressee_number, as_of=as_of, today=issued_on)
    chosen = [each for each in lines if each.total or not unpaid_only]
    if not chosen:
        raise NothingToSend(KIND.name)
    totals, pages = Totals.of(chosen), _pages([_row(each) for each in chosen])
    (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    context = PaymentStatus(name, format_wareki(as_of), totals.tax_amount, totals.received, totals.total, pages)
    marks = (f"{totals.total:,}円", format_wareki(as_of))
    draft = Draft(addressee_number, "", context, marks, f"payment_status:{as_of.isoformat()}", len(pages))
    return freeze(KIND, [draft], as_of=issued_on, officer=officer)


def _pages(rows: list[StatusRow]) -> tuple[tuple[StatusRow, ...], ...]:
    rest = rows[FIRST_PAGE_ROWS:]
    parts = [rows[:FIRST_PAGE_ROWS], *(rest[at : at + NEXT_PAGE_ROWS] for at in range(0, len(rest), NEXT_PAGE_ROWS))]
    return tuple(tuple(each) for each in parts)


def _row(line: ChargeLine) -> StatusRow:
    return StatusRow(
        tax_item=line.tax_name,
        levy_year=line.year_label.removesuffix("年度"),
        term=line.term_name,
        due_date=short_wareki(line.due_date),
        tax_amount=line.tax_amount,
        received=line.received,
        unpaid=line.principal_tax,
        additions=line.demand_fee + line.delinquency_charge + line.other,
    )
