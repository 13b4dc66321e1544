"""繰上徴収決定通知書・取消通知書（R-107）と、保全差押金額通知書・担保提供命令（R-109）。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.advances.models import Preservation
from osame.collection.advances.queries import AdvanceFile, PreservationFile
from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.kernel.dates import format_wareki
from osame.law.advance_collection import seizable_after_advance
from osame.platform.console.fields import short_wareki
from osame.platform.letters.window import width

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 11, 34
NAME_SIZE, NAME_ROOM_MM, POINT_MM = 8.2, 72.0, 0.3528
SOURCE = "collection/advances/typst/advance_notice.typ"
APPEAL = (
    "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "処分の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
ADVANCED = (
    "変更後の納期限までに完納されないときは、督促をしないで、その翌日から財産の差押えを行います"
    "（地方税法第329条第1項ただし書、第331条第1項第2号ほか）。"
)
PRESERVED = (
    "税額が確定した後に、この通知による担保と差押えは、その徴収金を徴収するためにしたものとみなされます"
    "（地方税法第16条の4第6項）。税額が確定するまで、差し押さえた財産を換価することはありません（同条第8項）。"
)


@dataclass(frozen=True, slots=True)
class NoticeCharge:
    """繰り上げた期別一つ。"""

    name: str
    name_size: float
    due_date: str
    deadline: str
    amount: int


@dataclass(frozen=True, slots=True)
class AdvanceNotice:
    """通知書の内容。 charges: 頁ごとの期別（保全にはない）; warns: 刷る案内（advance・preserve・空）。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str], ...]
    charges: tuple[tuple[NoticeCharge, ...], ...]
    warns: str


def samples() -> Sequence[SampleLetter]:
    """ふつうの一通と、期別の多い取消しの一通。"""
    day = date(2026, 11, 30)
    few = [_row("固定資産税・都市計画税 令和8年度 第3期", date(2026, 12, 25), day, 50_000)]
    many = [_row("国民健康保険税（介護納付金分を含む。過年度随時） 令和8年度 過年度第12期", date(2027, 2, 28), day, 123_456_789_012)] * 40  # fmt: skip
    facts = (
        ("告知の日", "令和8年11月20日"), ("変更の理由", "財産につき強制換価手続が開始された（地方税法第13条の2第1項第1号）"),
        ("根拠", "地方税法第13条の2第1項・第3項"), ("繰上徴収番号", "12"),
    )  # fmt: skip
    total = (("納付すべき額", "50,000円"), ("変更後の納期限", "令和8年11月30日"))
    long = (*facts, ("取り消した理由", "破産手続開始の決定が取り消され、事由がなくなったため。" * 3))
    return (
        SampleLetter(
            AdvanceNotice(*TITLES["advance"], facts, total, _pages(few), "advance"), ("50,000円", "令和8年11月30日")
        ),
        SampleLetter(
            AdvanceNotice(*TITLES["cancel"], long, (("対象の額", "4,938,271,560,480円"),), _pages(many), ""),
            ("4,938,271,560,480円",), len(_pages(many)), hard=True,
        ),
    )  # fmt: skip


def preservation_samples() -> Sequence[SampleLetter]:
    """保全差押金額の通知と、事情の長い担保提供命令。"""
    facts = (
        ("年度と税目", "令和8年度 市町村たばこ税"), ("通知の日", "令和8年11月20日"), ("根拠", "地方税法第16条の4第2項"),
        ("期間の末日", "令和9年5月20日"), ("保全番号", "3"),
    )  # fmt: skip
    long = (
        ("年度と税目", "令和8年度 入湯税（令和8年9月分から同年11月分まで。特別徴収義務者として納入すべきもの）"),
        ("提供の期限", "令和8年12月10日"), ("根拠", "地方税法第16条の3第1項"), ("保全番号", "123456"),
    )  # fmt: skip
    decided, ordered = TITLES[Preservation.Kind.SEIZURE], TITLES[Preservation.Kind.SECURITY]
    most = (("提供する担保の額", "123,456,789,012円"),)
    return (
        SampleLetter(AdvanceNotice(*decided, facts, (("保全差押金額", "1,500,000円"),), ((),), "preserve"), ("1,500,000円",)),
        SampleLetter(AdvanceNotice(*ordered, long, most, ((),), ""), ("123,456,789,012円",), hard=True),
    )  # fmt: skip


TITLES = {
    "advance": (
        "繰上徴収決定通知書（納期限変更告知書）",
        "次の徴収金の納期限を、次のとおり変更しました。変更後の納期限までに納めてください。",
    ),
    "cancel": ("繰上徴収取消通知書", "次の徴収金について、納期限の変更を取り消しましたので、通知します。元の納期限までに納めてください。"),
    Preservation.Kind.SEIZURE: (
        "保全差押金額通知書",
        "確定すると見込まれる次の徴収金について、保全差押金額を決定したので、通知します。この金額を限度として、財産を直ちに差し押さえることがあります。"
        "この金額に相当する担保を提供して、差押えをしないことを求めることができます（地方税法第16条の4第1項から第3項まで）。",
    ),
    Preservation.Kind.SECURITY: (
        "保全担保提供命令書",
        "今後納めるべき次の徴収金の徴収を確保するため、次の額の担保を、期限までに提供することを命じます（地方税法第16条の3第1項）。",
    ),
}  # fmt: skip
ADVANCE = letter_kind(
    LetterKind(
        form="R-107", name="繰上徴収決定通知書（納期限変更告知）", title="繰上徴収決定通知書", source=SOURCE, context=AdvanceNotice,
        texts={"繰上徴収:案内": ADVANCED, "繰上徴収:保全": PRESERVED, "繰上徴収:教示": APPEAL}, samples=samples,
    )
)  # fmt: skip
PRESERVATION = letter_kind(
    LetterKind(
        form="R-109", name="保全差押金額通知書・担保提供命令", title="保全差押金額通知書", source=SOURCE, context=AdvanceNotice,
        texts={"繰上徴収:案内": ADVANCED, "繰上徴収:保全": PRESERVED, "繰上徴収:教示": APPEAL},
        samples=preservation_samples,
    )
)  # fmt: skip


def send_advance(file: AdvanceFile, decision: str, reason: str, *, as_of: date, officer: str) -> int:
    """繰上徴収の決定・取消しの通知書を作る。束の番号を返す。送れない人の分は、理由とともに手作業になる。

    要件: F25-01
    """
    head = file.head
    told = [
        ("告知の日", format_wareki(head.notified_on)),
        ("変更の理由", f"{head.ground.label}　地方税法第13条の2第1項第{head.ground.value}号"),
        ("根拠", "地方税法第13条の2第1項・第3項"), ("繰上徴収番号", str(head.advance_collection_id)),
    ]  # fmt: skip
    is_new = decision == "advance"
    if is_new:
        told.insert(1, ("差押えのできる日", f"{format_wareki(seizable_after_advance(head.deadline))}から"))
    else:
        told += [("取り消した日", format_wareki(as_of)), ("取り消した理由", reason)]
    total = f"{sum(each.principal_tax for each in file.charges):,}円"
    totals = [("納付すべき額" if is_new else "対象の額", total)]
    if is_new:
        totals.append(("変更後の納期限", format_wareki(head.deadline)))
    pages = _pages([_row(each.label, each.due_date, head.deadline, each.principal_tax) for each in file.charges])
    notice = AdvanceNotice(*TITLES[decision], tuple(told), tuple(totals), pages, "advance" if is_new else "")
    items = {each.tax_item for each in file.charges}
    draft = Draft(
        head.addressee_number, items.pop() if len(items) == 1 else "", notice, tuple(value for _, value in totals),
        f"advance:{head.advance_collection_id}", len(pages),
    )  # fmt: skip
    return freeze(ADVANCE, [draft], as_of=as_of, officer=officer)


def send_preservation(file: PreservationFile, *, as_of: date, officer: str) -> int:
    """保全差押金額の通知書、または担保提供命令書を作る。束の番号を返す。

    要件: F25-03, F17-14
    """
    head = file.head
    is_order = head.kind is Preservation.Kind.SECURITY
    told = [("年度と税目", head.tax), ("通知の日", format_wareki(head.notified_on))]
    if head.deadline:
        told.append(("提供の期限", format_wareki(head.deadline)))
    if head.ends_on:
        told.append(("期間の末日", f"{format_wareki(head.ends_on)}（確定しなければ、差押えを解除します）"))
    told += [
        ("根拠", "地方税法第16条の3第1項" if is_order else "地方税法第16条の4第1項・第2項"),
        ("保全番号", str(head.preservation_id)),
    ]
    amount = f"{head.amount:,}円"
    totals = (("提供する担保の額" if is_order else "保全差押金額", amount),)
    notice = AdvanceNotice(*TITLES[head.kind], tuple(told), totals, ((),), "" if is_order else "preserve")
    draft = Draft(head.addressee_number, "", notice, (amount,), f"preservation:{head.preservation_id}")
    return freeze(PRESERVATION, [draft], as_of=as_of, officer=officer)


def _row(label: str, due_date: date, deadline: date, amount: int) -> NoticeCharge:
    size = min(NAME_SIZE, round(NAME_ROOM_MM / max(width(label), 1.0) / POINT_MM, 1))
    return NoticeCharge(label, size, short_wareki(due_date), short_wareki(deadline), amount)


def _pages(rows: list[NoticeCharge]) -> tuple[tuple[NoticeCharge, ...], ...]:
    """一頁目に入るだけを入れ、残りを次の頁へ。"""
    pages, rest = [tuple(rows[:FIRST_PAGE_ROWS])], rows[FIRST_PAGE_ROWS:]
    while rest:
        pages.append(tuple(rest[:NEXT_PAGE_ROWS]))
        rest = rest[NEXT_PAGE_ROWS:]
    return tuple(pages)
