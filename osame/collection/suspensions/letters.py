"""滞納処分の停止通知書と停止取消通知書（R-120）。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.suspensions.queries import SuspendedCharge, SuspensionFile
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.letters.window import width

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 14, 34
NAME_SIZE, NAME_ROOM_MM, POINT_MM = 8.2, 72.0, 0.3528
APPEAL = (
    "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "処分の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
STOPPED = (
    "停止の間も、納めていただくことができます。停止の間の延滞金は免除します（地方税法第15条の9第1項）。"
    "3年以内に財産や資力のあることが分かったときは、停止を取り消します（地方税法第15条の8第1項）。"
)
OUTCOMES = {
    "suspend": (
        "滞納処分停止通知書",
        "次の徴収金について、滞納処分の執行を停止しましたので、通知します（地方税法第15条の7第1項・第2項）。",
        "停止した日",
    ),
    "cancel": (
        "滞納処分停止取消通知書",
        "次の徴収金について、滞納処分の執行の停止を取り消しましたので、通知します（地方税法第15条の8第1項・第2項）。",
        "取り消した日",
    ),
    "extinguish": (
        "納税義務消滅通知書",
        "次の徴収金について、納付し、または納入する義務を消滅させましたので、通知します（地方税法第15条の7第5項）。",
        "消滅した日",
    ),
}


@dataclass(frozen=True, slots=True)
class NoticeCharge:
    """対象の期別一つ。"""

    name: str
    name_size: float
    due_date: str
    tax: int
    additions: int


@dataclass(frozen=True, slots=True)
class SuspensionNotice:
    """停止・取消し・消滅の通知書の内容。 charges: 頁ごとの期別。 keeps: 停止の間の案内を刷るか。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    total: int
    charges: tuple[tuple[NoticeCharge, ...], ...]
    keeps: bool


def samples() -> Sequence[SampleLetter]:
    """ふつうの一通と、期別の多い一通。"""
    few = [_row("固定資産税・都市計画税 令和6年度 第1期", date(2024, 5, 31), 50_000, 3_100)]
    many = [
        _row(
            "国民健康保険税（介護納付金分を含む。過年度随時） 令和5年度 過年度第12期",
            date(2023, 6, 30),
            123_456_789,
            9_876_500,
        )
    ] * 40
    facts = (
        ("停止した日", "令和8年11月28日"), ("停止の事由", "滞納処分をすることができる財産がない（地方税法第15条の7第1項第1号）"),
        ("3年の満了の日", "令和11年11月28日"), ("執行停止番号", "12"),
    )  # fmt: skip
    title, opening, _ = OUTCOMES["suspend"]
    gone, ended, _ = OUTCOMES["cancel"]
    return (
        SampleLetter(SuspensionNotice(title, opening, facts, 53_100, _pages(few), True), ("53,100円",)),
        SampleLetter(
            SuspensionNotice(gone, ended, (*facts, ("取り消した理由", "相続により不動産を取得し、差し押さえることができる財産のあることが判明したため。" * 2)),
                             5_333_331_560, _pages(many), False),
            ("5,333,331,560円",), len(_pages(many)), hard=True,
        ),
    )  # fmt: skip


NOTICE = letter_kind(
    LetterKind(
        form="R-120", name="滞納処分の停止通知書・停止取消通知書", title="滞納処分停止通知書",
        source="collection/suspensions/typst/suspension_notice.typ", context=SuspensionNotice,
        texts={"停止通知:案内": STOPPED, "停止通知:教示": APPEAL}, samples=samples,
    )
)  # fmt: skip


def send_notice(file: SuspensionFile, decision: str, content: Mapping[str, Any], *, as_of: date, officer: str) -> int:
    """停止・取消し・即時の消滅の通知書を作る。束の番号を返す。送れない人の分は、理由とともに手作業になる。

    要件: F20-02, F20-04
    """
    head, (title, opening, day) = file.head, OUTCOMES[decision]
    facts = [
        (day, format_wareki(as_of)),
        ("停止の事由", f"{head.ground.value}（{head.ground.article}）"),
        ("執行停止番号", str(head.suspension_id)),
    ]
    if decision == "suspend" and head.through_on:
        facts.insert(1, ("3年の満了の日", format_wareki(head.through_on)))
    if decision == "cancel":
        facts.append(("取り消した理由", str(content["reason"])))
    if decision != "suspend" and head.suspended_on:
        facts.insert(1, ("停止した日", format_wareki(head.suspended_on)))
    pages = _pages([_charge(each) for each in file.charges])
    total = sum(each.total for each in file.charges)
    notice = SuspensionNotice(title, opening, tuple(facts), total, pages, decision == "suspend")
    draft = Draft(head.addressee_number, "", notice, (f"{total:,}円",), f"suspension:{head.suspension_id}", len(pages))
    return freeze(NOTICE, [draft], as_of=as_of, officer=officer)


def _charge(each: SuspendedCharge) -> NoticeCharge:
    return _row(each.label, each.due_date, each.principal_tax, each.demand_fee + each.delinquency_charge)


def _row(label: str, due_date: date, tax: int, additions: int) -> NoticeCharge:
    size = min(NAME_SIZE, round(NAME_ROOM_MM / max(width(label), 1.0) / POINT_MM, 1))
    return NoticeCharge(label, size, short_wareki(due_date), tax, additions)


def _pages(rows: list[NoticeCharge]) -> tuple[tuple[NoticeCharge, ...], ...]:
    """一頁目に入るだけを入れ、残りを次の頁へ。"""
    pages, rest = [tuple(rows[:FIRST_PAGE_ROWS])], rows[FIRST_PAGE_ROWS:]
    while rest:
        pages.append(tuple(rest[:NEXT_PAGE_ROWS]))
        rest = rest[NEXT_PAGE_ROWS:]
    return tuple(pages)
