"""納付誓約書（R-076）と、分納不履行通知（R-054）。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.overview import year_name
from osame.collection.pledges.queries import PartLine, PledgeFile, PledgeHead
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 17, 42
MOST = 999_999_999_999  # 見本の、最も大きい額
PROMISES = (
    "計画のとおり納められないときは、期日の前に必ず連絡します。新たに納期の来る市税等は、それぞれの納期限までに納めます。"
    "計画のとおり納めないときは、分割納付を取り消され、財産の差押えを受けても異議がありません。"
)
FORECAST = (
    "延滞金は、計画のとおり納めたときの見込みの額です。割合の改定や納付の日によって変わり、最後の回の後に、確定した額との差を"
    "納めていただくことがあります。"
)
CONSEQUENCE = (
    "期限までに納付も連絡もないときは、分割納付を取り消し、財産の調査と差押えを行うことになります（地方税法第331条ほか）。行き違いで"
    "納付済みのときは、ご容赦ください。事情があるときは、期限までにご連絡ください。"
)


@dataclass(frozen=True, slots=True)
class PledgedCharge:
    """承認する期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int


@dataclass(frozen=True, slots=True)
class PledgedRow:
    """分割納付の一回。 left: その回の後に残る計画の額。"""

    number: int
    due_on: str
    amount: int
    left: int


@dataclass(frozen=True, slots=True)
class PledgePaper:
    """納付誓約書の内容。 charges・rows: 頁ごとの行; signs: 署名の欄を置く頁。"""

    pledge_number: str
    made_on: str
    total: int
    times: int
    charges: tuple[tuple[PledgedCharge, ...], ...]
    rows: tuple[tuple[PledgedRow, ...], ...]


@dataclass(frozen=True, slots=True)
class DefaultNotice:
    """分納不履行通知の内容。"""

    pledge_number: int
    due: int
    paid: int
    short: int
    missed: int
    left: int
    cure_through: str
    rows: tuple[PledgedRow, ...]


def _paper_samples() -> tuple[SampleLetter, ...]:
    tax, long_tax = "固定資産税・都市計画税", "国民健康保険税（普通徴収・介護納付金分）"
    owed = tuple(
        PledgedCharge(tax, "令和7", f"{term}期", day, 30_000, 100, 1_200)
        for term, day in ((3, "R8.1.5"), (4, "R8.3.2"))
    )
    rows = (PledgedRow(1, "R8.8.31", 31_300, 31_300), PledgedRow(2, "R8.9.30", 31_300, 0))
    plain = PledgePaper("12-1", "令和8年7月17日", 62_600, 2, (owed,), (rows,))
    wide = PledgedCharge(long_tax, "令和8", "随時12期", "R8.12.25", MOST, 9_999_999, 99_999_999_999)
    charges, plan = _pages([wide] * 30, [PledgedRow(number, "R8.12.25", MOST, MOST) for number in range(1, 25)])
    hard = PledgePaper("123456789-12", "令和8年12月25日", MOST, 24, charges, plan)
    return (
        SampleLetter(plain, ("62,600円",)),
        SampleLetter(hard, (f"{MOST:,}円",), pages=len(charges), hard=True),
    )


def _notice_samples() -> tuple[SampleLetter, ...]:
    days = ("R8.4.30", "R8.6.1", "R8.6.30")
    rows = tuple(PledgedRow(at, day, 10_000, 120_000 - at * 10_000) for at, day in enumerate(days, start=1))
    plain = DefaultNotice(12, 30_000, 10_000, 20_000, 2, 110_000, "令和8年7月31日", rows)
    wide = tuple(PledgedRow(number, "R8.12.25", MOST, MOST) for number in range(15, 25))
    hard = DefaultNotice(123_456_789, MOST, MOST, MOST, 24, MOST, "令和8年12月31日", wide)
    return tuple(
        SampleLetter(each, (f"{each.short:,}円", each.cure_through), hard=each is hard) for each in (plain, hard)
    )


PAPER = letter_kind(
    LetterKind(
        form="R-076", name="納付誓約書", title="納付誓約書（債務承認書）", source="collection/pledges/typst/pledge_paper.typ",
        context=PledgePaper, samples=_paper_samples,
        texts={"納付誓約書:遵守事項": PROMISES, "納付誓約書:延滞金": FORECAST},
    )
)  # fmt: skip
NOTICE = letter_kind(
    LetterKind(
        form="R-054", name="分納不履行通知", title="分割納付の不履行について（通知）",
        source="collection/pledges/typst/default_notice.typ", context=DefaultNotice, samples=_notice_samples,
        texts={"分納不履行通知:注意": CONSEQUENCE},
    )
)  # fmt: skip


def send_pledge_paper(file: PledgeFile, *, as_of: date, officer: str) -> int:
    """署名してもらう納付誓約書を作る。束の番号を返す。

    要件: F14-02
    """
    head, left, rows = file.head, file.head.total, []
    for each in head.instalments:
        left -= each.amount
        rows.append(PledgedRow(each.number, short_wareki(each.on), each.amount, left))
    charges, plan = _pages([_charge(each) for each in file.parts], rows)
    number = f"{head.pledge_id}-{head.plan_number}"
    paper = PledgePaper(number, format_wareki(head.made_on), head.total, len(rows), charges, plan)
    draft = Draft(head.addressee_number, "", paper, (f"{head.total:,}円",), f"pledge:{head.pledge_id}", len(charges))
    return freeze(PAPER, [draft], as_of=as_of, officer=officer)


def send_default_notices(heads: Sequence[PledgeHead], through: date, *, as_of: date, officer: str) -> int:
    """分納不履行通知を作る。束の番号を返す。

    要件: F14-08
    """
    drafts = [
        Draft(
            each.addressee_number, "", _default(each, through, as_of),
            (f"{each.standing.short:,}円", format_wareki(through)), f"pledge:{each.pledge_id}",
        )
        for each in heads
    ]  # fmt: skip
    return freeze(NOTICE, drafts, as_of=as_of, officer=officer)


def _default(head: PledgeHead, through: date, as_of: date) -> DefaultNotice:
    """期日を過ぎた回だけを並べる。新しいものから10回まで。"""
    standing, left, rows = head.standing, head.total, []
    for each in head.instalments:
        left -= each.amount
        if each.on < as_of:
            rows.append(PledgedRow(each.number, short_wareki(each.on), each.amount, left))
    return DefaultNotice(
        head.pledge_id, standing.due, standing.paid, standing.short, standing.missed, max(0, head.total - standing.paid),
        format_wareki(through), tuple(rows[-10:]),
    )  # fmt: skip


def _charge(each: PartLine) -> PledgedCharge:
    return PledgedCharge(
        each.tax_name,
        year_name(each.levy_year).removesuffix("年度"), each.term_name, short_wareki(each.due_date), each.principal_tax, each.demand_fee,
        each.delinquency_charge,
    )  # fmt: skip


def _pages(
    charges: list[PledgedCharge], rows: list[PledgedRow]
) -> tuple[tuple[tuple[PledgedCharge, ...], ...], tuple[tuple[PledgedRow, ...], ...]]:
    """一頁目に入るだけを入れ、残りを次の頁へ。署名の欄は、いつも一頁目に置く。"""
    charge_pages: list[tuple[PledgedCharge, ...]] = []
    row_pages: list[tuple[PledgedRow, ...]] = []
    room = FIRST_PAGE_ROWS
    while charges or rows or not charge_pages:
        charge_pages.append(tuple(charges[:room]))
        charges, room = charges[room:], room - len(charge_pages[-1])
        take = max(0, room - 2) if rows and not charges else 0
        row_pages.append(tuple(rows[:take]))
        rows, room = rows[take:], NEXT_PAGE_ROWS
    return tuple(charge_pages), tuple(row_pages)
