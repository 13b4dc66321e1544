"""還付加算金はいくらか。いつから加算し、いつまで数えるか。

Interest on refunded overpayments: where it starts, where it ends, and how much.

条文: 地方税法第17条の4、地方税法施行令第6条の15、附則第3条の2。
含まないもの: 平成11年以前の割合、還付先が分かれたときの端数の按分（それぞれを別に計算する）。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, day_before, days_inclusive, months_after
from osame.kernel.refusals import Refusal
from osame.law.claim import Exclusion, NegativeAmount
from osame.law.parameters import parameter
from osame.law.rounding import accrued, charge_base, floor_charge
from osame.law.steps import percent

_BASIS = ("地方税法第17条の4第1項", "地方税法第20条の4の2第2項・第5項", "地方税法附則第3条の2")


class OverpaymentFactMissing(Refusal):
    """還付加算金の起算日を決める日が足りません。納付の日、更正の請求の日、更正の日などを入力してください。

    根拠: 地方税法第17条の4第1項
    """


class OverpaymentCause(Enum):
    """過誤納の種類。第17条の4第1項の各号。

    What made the overpayment, as the items of the article divide it.

    根拠: 地方税法第17条の4第1項第1号から第4号まで、地方税法施行令第6条の15第1項
    """

    REDUCED_ASSESSMENT = "1"
    REQUESTED_CORRECTION = "2"
    INCOME_TAX_CHANGED = "3"
    DOUBLE_PAYMENT = "4"
    CORRECTION_WITHOUT_REQUEST = "4-return"


@dataclass(frozen=True, slots=True)
class OverpaymentFacts:
    """起算日を決める日。種類に要るものだけを埋める。

    The days that fix the start; fill in those the cause needs.

    根拠: 地方税法第17条の4第1項
    """

    cause: OverpaymentCause
    paid_on: date | None = None
    requested_on: date | None = None
    corrected_on: date | None = None
    income_tax_noticed_on: date | None = None


@dataclass(frozen=True, slots=True)
class InterestSegment:
    """割合が変わらない一区分。

    One year's run of days.

    根拠: 地方税法第17条の4第1項
    """

    first: date
    through: date
    days: int
    rate: Fraction
    base: Yen
    amount: Yen


@dataclass(frozen=True, slots=True)
class RefundInterest:
    """還付加算金の額と、その説明。

    The interest with its segments and steps.

    根拠: 地方税法第17条の4第1項
    """

    segments: tuple[InterestSegment, ...]
    total: Yen
    final: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = _BASIS


def refund_interest_starts_on(facts: OverpaymentFacts) -> date:
    """還付加算金の計算の最初の日。各号の日の翌日。

    The first day of interest: the day after the day that the article names for the cause.

    根拠: 地方税法第17条の4第1項、地方税法施行令第6条の15第1項
    解釈: 第2号は、更正の請求から3月と更正から1月の早い方。第3号・第4号は1月を経過する日の翌日。
    例:
    >>> refund_interest_starts_on(OverpaymentFacts(OverpaymentCause.DOUBLE_PAYMENT, paid_on=date(2026, 4, 30)))
    datetime.date(2026, 6, 1)
    """
    match facts.cause:
        case OverpaymentCause.REDUCED_ASSESSMENT:
            return day_after(_known(facts.paid_on, "納付の日"))
        case OverpaymentCause.REQUESTED_CORRECTION:
            asked = months_after(_known(facts.requested_on, "更正の請求の日"), 3)
            corrected = months_after(_known(facts.corrected_on, "更正の日"), 1)
            return day_after(min(asked, corrected))
        case OverpaymentCause.INCOME_TAX_CHANGED:
            noticed = _known(facts.income_tax_noticed_on, "所得税の更正の通知または申告の日")
            return day_after(months_after(noticed, 1))
        case OverpaymentCause.DOUBLE_PAYMENT:
            return day_after(months_after(_known(facts.paid_on, "納付の日"), 1))
        case OverpaymentCause.CORRECTION_WITHOUT_REQUEST:
            return day_after(months_after(_known(facts.corrected_on, "更正の日"), 1))


def refund_interest_ends_on(decided_on: date, *, appropriated_on: date | None = None) -> date:
    """還付加算金の計算の最後の日。支出を決定した日、または充当適状日。

    The last day: the decision to pay out, or the day of appropriation if that came first.

    根拠: 地方税法第17条の4第1項
    """
    return min(decided_on, appropriated_on) if appropriated_on else decided_on


def refund_interest(
    amount: Yen, first_day: date, last_day: date, *, exclusions: tuple[Exclusion, ...] = ()
) -> RefundInterest:
    """還付加算金を計算する。

    Interest on an overpayment from `first_day` through `last_day`, both included.

    還付する額と充当する額は、それぞれ別に計算する。本税と延滞金の過誤納も別に計算する。

    根拠: 地方税法第17条の4第1項・第2項、地方税法第20条の4の2第2項・第5項、地方税法附則第3条の2
    例:
    >>> refund_interest(Yen(300_000), date(2025, 7, 1), date(2026, 6, 30)).final
    3200
    """
    if amount < 0:
        raise NegativeAmount(f"過誤納金 {amount}")
    base = charge_base(amount)
    segments = tuple(_segments(base, first_day, last_day, exclusions)) if base else ()
    total = Yen(sum(each.amount for each in segments))
    final = floor_charge(total)
    opening = f"過誤納金{amount:,}円、{format_wareki(first_day)}から{format_wareki(last_day)}まで、基礎額{base:,}円"
    lines = [
        f"{each.first.isoformat()}～{each.through.isoformat()} {each.days}日: "
        f"{each.base:,}円 × {percent(each.rate)} × {each.days} ÷ 365 = {each.amount:,}円"
        for each in segments
    ]
    cut = f"合計 {total:,}円、1,000円未満は0円、100円未満の端数を切捨て → {final:,}円"
    return RefundInterest(segments, total, final, (opening, *lines, cut))


def refund_order(paid: tuple[tuple[date, Yen], ...], overpaid: Yen) -> tuple[tuple[date, Yen], ...]:
    """分割して納めた税の過誤納を、最後に納付したものから順に遡って割り付ける。

    Attribute an overpayment to the latest payments first.

    根拠: 地方税法第17条の4第3項、国税通則法第58条第3項
    例:
    >>> refund_order(((date(2025, 6, 30), Yen(5_000)), (date(2025, 8, 31), Yen(5_000))), Yen(7_000))
    ((datetime.date(2025, 8, 31), 5000), (datetime.date(2025, 6, 30), 2000))
    """
    left, parts = overpaid, []
    for on, amount in sorted(paid, key=lambda each: each[0], reverse=True):
        part = Yen(min(left, amount))
        if part:
            parts.append((on, part))
        left = Yen(left - part)
    return tuple(parts)


def _segments(base: Yen, first: date, last: date, exclusions: tuple[Exclusion, ...]) -> list[InterestSegment]:
    rates = parameter("refund_interest")
    cuts = {first, *(date(year, 1, 1) for year in range(first.year, last.year + 1))}
    for each in exclusions:
        cuts |= {each.first, day_after(each.through)}
    firsts = sorted(cut for cut in cuts if first <= cut <= last)
    segments = []
    for start, through in zip(firsts, [day_before(cut) for cut in firsts[1:]] + [last], strict=False):
        if any(each.first <= start <= each.through for each in exclusions):
            continue
        rate, days = rates.on(start).value, days_inclusive(start, through)
        segments.append(InterestSegment(start, through, days, rate, base, accrued(base, rate, days)))
    return segments


def _known(day: date | None, what: str) -> date:
    if day is None:
        raise OverpaymentFactMissing(what)
    return day
