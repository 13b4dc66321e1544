"""公売の日程。公告、見積価額の公告、債権現在額申立書、売却決定、代金の納付の日。

The days of a public auction, each with how it is counted and its article.

条文: 国税徴収法第95条、第96条、第99条、第107条、第111条、第113条、第115条、第130条、国税徴収法施行規則第1条の6。
含まないもの: 公告の期間の短縮（第95条第1項ただし書、第107条第2項。裁量であり、この日程は短縮しない）。
"""

from dataclasses import dataclass
from datetime import date, timedelta

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, day_before, days_after, days_from
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.auction_steps import AuctionMethod
from osame.law.public_auction import auction_from

_ESTIMATE_DAYS = 3
_DECISION_DAYS = 7
_LONGEST_DECISION_DAYS = 21
_NEXT_PAYMENT_DAYS = 7
_LONGEST_EXTENSION = 30
_NOTICE_AGAIN_DAYS = 10
_CONTRACT_DAYS = 7


class AuctionDaysInverted(Refusal):
    """入札の始め、締切り、開札の順が正しくありません。始め、締切り、開札の順に日を決めてください。

    根拠: 国税徴収法第95条第1項
    """


class ExtensionTooLong(Refusal):
    """代金の納付の期限は、売却決定の日から30日を超えて延ばすことができません。日を確かめてください。

    根拠: 国税徴収法第115条第2項
    """


@dataclass(frozen=True, slots=True)
class AuctionDay:
    """日程の一行。`through` は、その日までの間から選べるとき。

    One line of the calendar: a day (or a range), how it is counted, and its article.

    根拠: 国税徴収法第95条第1項
    """

    name: str
    on: date
    through: date | None
    counted: str
    article: str


@dataclass(frozen=True, slots=True)
class AuctionDays:
    """公売の日程。

    The lawful calendar of one auction.

    根拠: 国税徴収法第95条、国税徴収法第113条
    """

    opens_from: date
    estimate_by: date
    decision_from: date
    decision_through: date
    lines: tuple[AuctionDay, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """日程を文にする。"""
        return tuple(f"{each.name} {each.counted}（{each.article}）" for each in self.lines)


def is_decided_later(kind: AssetKind) -> bool:
    """売却決定を公売の日より後にする財産（不動産等）か。動産と有価証券は、公売の日に決定する。

    Whether the sale is decided days after the auction rather than on the spot.

    根拠: 国税徴収法第104条の2第1項、国税徴収法第111条、国税徴収法第113条第1項
    例:
    >>> is_decided_later(AssetKind.REAL_ESTATE), is_decided_later(AssetKind.MOVABLE)
    (True, False)
    """
    return kind is not AssetKind.MOVABLE


def auction_days(
    kind: AssetKind, method: AuctionMethod, announced_on: date, bidding: tuple[date, date], opening_on: date
) -> AuctionDays:
    """公売の日程を計算する。`bidding` は入札（競り売り、随意契約の申込み）の始めと締切りの日。

    The lawful days of an auction announced on a day and opened on a day.

    根拠: 国税徴収法第95条第1項、国税徴収法第99条第1項、国税徴収法第111条、国税徴収法第113条第1項、国税徴収法施行規則第1条の6
    解釈: 期間入札では、公告と見積価額の公告は入札の始めの日を、売却決定は開札の日を「公売の日」「公売期日等」として数える。
        見積価額の公告は、財産の種類によらず、不動産の期限（3日前の日）までにする。随意契約には公告が要らず、通知を発してから7日を置く
        （第109条第4項。読替えの文は本文を確認していない）。
    例:
    >>> found = auction_days(AssetKind.REAL_ESTATE, AuctionMethod.SEALED_DAY, date(2026, 9, 1),
    ...                      (date(2026, 9, 15), date(2026, 9, 15)), date(2026, 9, 15))
    >>> found.opens_from, found.estimate_by, found.decision_from, found.decision_through
    (datetime.date(2026, 9, 12), datetime.date(2026, 9, 12), datetime.date(2026, 9, 22), datetime.date(2026, 10, 6))
    """
    opens_on, closes_on = bidding
    if not opens_on <= closes_on <= opening_on or announced_on > opens_on:
        raise AuctionDaysInverted(f"{format_wareki(opens_on)}、{format_wareki(closes_on)}、{format_wareki(opening_on)}")
    opens_from = auction_from(announced_on)
    if method is AuctionMethod.NEGOTIATED:
        opens_from = day_after(days_after(announced_on, _CONTRACT_DAYS))
    estimate_by = opens_on - timedelta(days=_ESTIMATE_DAYS)
    first, last, counted, article = _decision(kind, opening_on)
    lines = [
        AuctionDay("随意契約の通知", announced_on, None, f"通知の翌日から7日を置き、売却は{format_wareki(opens_from)}から",
                   "国税徴収法第109条第4項"),
    ]  # fmt: skip
    if method is not AuctionMethod.NEGOTIATED:
        lines = [
            AuctionDay("公売公告", announced_on, None, f"公告の翌日から10日を置き、公売は{format_wareki(opens_from)}から",
                       "国税徴収法第95条第1項"),
            AuctionDay("見積価額の公告", estimate_by, None, f"公売の日の3日前の日 {format_wareki(estimate_by)}まで",
                       "国税徴収法第99条第1項第1号"),
        ]  # fmt: skip
    lines += [
        AuctionDay("入札など", opens_on, closes_on, _between(opens_on, closes_on), "国税徴収法第101条第1項"),
        AuctionDay("開札", opening_on, None, format_wareki(opening_on), "国税徴収法第102条、国税徴収法第104条第1項"),
        AuctionDay("売却決定", first, last, counted, article),
    ]
    return AuctionDays(opens_from, estimate_by, first, last, tuple(lines))


def claims_by(decision_on: date) -> date:
    """債権現在額申立書を提出する期限。売却決定の日の前日。

    The last day for a creditor to state the present amount of a claim.

    根拠: 国税徴収法第95条第1項第8号、国税徴収法第130条第1項
    例:
    >>> claims_by(date(2026, 9, 22))
    datetime.date(2026, 9, 21)
    """
    return day_before(decision_on)


def price_due(decided_on: date, *, is_next: bool = False, extended_to: date | None = None) -> date:
    """買受代金の納付の期限。売却決定の日。次順位の者は、その日から起算して7日を経過した日。30日まで延ばせる。

    The day by which the price is paid.

    根拠: 国税徴収法第115条第1項・第2項
    解釈: 延長は「その期間は30日を超えることができない」を、もとの期限の翌日から数えた30日とする。
    例:
    >>> price_due(date(2026, 9, 22)), price_due(date(2026, 9, 22), is_next=True)
    (datetime.date(2026, 9, 22), datetime.date(2026, 9, 29))
    """
    due = day_after(days_from(decided_on, _NEXT_PAYMENT_DAYS)) if is_next else decided_on
    if extended_to is None or extended_to <= due:
        return due
    if extended_to > days_after(due, _LONGEST_EXTENSION):
        raise ExtensionTooLong(f"{format_wareki(days_after(due, _LONGEST_EXTENSION))}まで")
    return extended_to


def is_notice_again_needed(earlier_opening_on: date | None, opens_on: date) -> bool:
    """公売の通知が要るか。直前の公売期日から10日以内の再公売には要らない。

    Whether those concerned are told again.

    根拠: 国税徴収法第96条第1項、国税徴収法第107条第3項
    例:
    >>> is_notice_again_needed(date(2026, 9, 15), date(2026, 9, 25)), is_notice_again_needed(None, date(2026, 9, 25))
    (False, True)
    """
    return earlier_opening_on is None or opens_on > days_after(earlier_opening_on, _NOTICE_AGAIN_DAYS)


def _decision(kind: AssetKind, opening_on: date) -> tuple[date, date, str, str]:
    if not is_decided_later(kind):
        return opening_on, opening_on, f"公売の日 {format_wareki(opening_on)}", "国税徴収法第111条"
    first = day_after(days_from(opening_on, _DECISION_DAYS))
    if kind is not AssetKind.REAL_ESTATE:
        return first, first, f"公売の日から起算して7日を経過した日 {format_wareki(first)}", "国税徴収法第113条第1項"
    last = day_after(days_from(opening_on, _LONGEST_DECISION_DAYS))
    counted = f"公売の日から起算して7日を経過した日から21日を経過した日まで {_between(first, last)}"
    return first, last, counted, "国税徴収法第113条第1項、国税徴収法施行規則第1条の6"


def _between(first: date, last: date) -> str:
    return format_wareki(first) if first == last else f"{format_wareki(first)}から{format_wareki(last)}まで"
