"""第二次納税義務。だれが、どの限度で負い、いつから差し押さえられるか。

Secondary tax liability: who owes, up to what, and from when property can be seized.

条文: 地方税法第11条から第12条の2まで、第331条第2項。号の割り振りの一部は本文を確認していない。
含まないもの: 事実の認定（同族会社か、特殊関係者か）、譲渡担保権者の物的納税責任（第14条の18）。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import days_after, months_after, years_after
from osame.kernel.refusals import Refusal
from osame.law.claim import NegativeAmount
from osame.law.demand import seizable_from
from osame.law.rounding import NOTHING

_NOTICE_MONTHS = 1
_DEMAND_DAYS = 20


class NoShares(Refusal):
    """株式・出資の総数が0、または持ち分が総数を超えています。株主名簿などで数を確かめてください。

    根拠: 地方税法第11条の4第1項
    """


class SecondaryLiabilityKind(Enum):
    """第二次納税義務の種類。

    Kinds of secondary liability.

    根拠: 地方税法第11条の2から第12条の2まで
    """

    UNLIMITED_PARTNER = "無限責任社員"
    LIQUIDATOR = "清算人"
    DISTRIBUTEE = "残余財産の分配を受けた者"
    FAMILY_COMPANY = "同族会社"
    SUBSTANTIVE_TAXATION = "実質課税額等"
    JOINT_BUSINESS = "共同的な事業者"
    BUSINESS_TRANSFEREE = "事業を譲り受けた特殊関係者"
    GRATUITOUS_TRANSFEREE = "無償または著しい低額の譲受人等"
    NOMINEE = "人格のない社団等の財産の名義人"
    REFUNDED_MEMBER = "人格のない社団等から払戻しを受けた者"


_ARTICLES = {
    SecondaryLiabilityKind.UNLIMITED_PARTNER: "地方税法第11条の2",
    SecondaryLiabilityKind.LIQUIDATOR: "地方税法第11条の3",
    SecondaryLiabilityKind.DISTRIBUTEE: "地方税法第11条の3",
    SecondaryLiabilityKind.FAMILY_COMPANY: "地方税法第11条の4第1項",
    SecondaryLiabilityKind.SUBSTANTIVE_TAXATION: "地方税法第11条の5",
    SecondaryLiabilityKind.JOINT_BUSINESS: "地方税法第11条の6",
    SecondaryLiabilityKind.BUSINESS_TRANSFEREE: "地方税法第11条の7",
    SecondaryLiabilityKind.GRATUITOUS_TRANSFEREE: "地方税法第11条の8",
    SecondaryLiabilityKind.NOMINEE: "地方税法第12条の2第2項",
    SecondaryLiabilityKind.REFUNDED_MEMBER: "地方税法第12条の2第3項",
}


@dataclass(frozen=True, slots=True)
class SecondaryLiabilityFacts:
    """限度を求めるための事実。種類に応じて要るものだけを渡す。

    What the limit is computed from, by kind.

    `value` は分配・譲渡・払戻しを受けた（清算人は分配した）財産、または責任の及ぶ財産の、その時の価額。
    `paid` は低額の譲受けで支払った額、`remaining_benefit` は現に存する利益（特殊関係者でないとき）。
    `assets`・`liabilities` は同族会社の資産と負債、`shares_held`・`shares_total` はその株式・出資の数。

    根拠: 地方税法第11条の2から第12条の2まで
    """

    shortfall: Yen
    value: Yen = NOTHING
    paid: Yen = NOTHING
    remaining_benefit: Yen | None = None
    assets: Yen = NOTHING
    liabilities: Yen = NOTHING
    shares_held: int = 0
    shares_total: int = 0

    def __post_init__(self) -> None:
        if min(self.shortfall, self.value, self.paid, self.assets, self.liabilities, self.remaining_benefit or 0) < 0:
            raise NegativeAmount


@dataclass(frozen=True, slots=True)
class SecondaryLiability:
    """限度（限度がなければ None）と、告知する額。

    The limit, None where there is none, and the amount to be notified.

    根拠: 地方税法第11条第1項
    """

    limit: Yen | None
    amount: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecondaryTiming:
    """告知、催告、差押えの日。

    The days of notice, of the reminder that stands for a demand, and of seizure.

    根拠: 地方税法第11条第1項・第2項、地方税法第331条第2項
    """

    due_date: date
    reminder_by: date
    seizable_from: date | None
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("地方税法第11条第1項・第2項", "地方税法第331条第2項")


def secondary_liability(kind: SecondaryLiabilityKind, facts: SecondaryLiabilityFacts) -> SecondaryLiability:
    """第二次納税義務の限度と、告知する額を求める。

    The limit of a secondary liability, and what may be claimed: the shortfall, within the limit.

    主たる納税者の財産に滞納処分をしてもなお不足する額（`shortfall`）を、限度まで負う。

    根拠: 地方税法第11条第1項、第11条の2から第12条の2まで
    解釈: 同族会社の株式・出資の価額は、(資産−負債)×持ち数÷総数とし、1円未満を切り捨てる。
    例:
    >>> facts = SecondaryLiabilityFacts(
    ...     Yen(5_000_000), assets=Yen(30_000_000), liabilities=Yen(18_000_000), shares_held=300, shares_total=1_000
    ... )
    >>> found = secondary_liability(SecondaryLiabilityKind.FAMILY_COMPANY, facts)
    >>> found.limit, found.amount
    (3600000, 3600000)
    """
    limit, said = _limit(kind, facts)
    amount = facts.shortfall if limit is None else Yen(min(limit, facts.shortfall))
    steps = (
        f"{kind.value}: {said}",
        f"限度 {'なし' if limit is None else f'{limit:,}円'}、徴収不足の見込み {facts.shortfall:,}円",
        f"告知する額 {amount:,}円",
    )
    return SecondaryLiability(limit, amount, steps, ("地方税法第11条第1項", _ARTICLES[kind]))


def _limit(kind: SecondaryLiabilityKind, facts: SecondaryLiabilityFacts) -> tuple[Yen | None, str]:
    match kind:
        case SecondaryLiabilityKind.UNLIMITED_PARTNER:
            return None, "滞納の全額を負う"
        case SecondaryLiabilityKind.FAMILY_COMPANY:
            if facts.shares_total < 1 or not 0 <= facts.shares_held <= facts.shares_total:
                raise NoShares(f"{facts.shares_held}/{facts.shares_total}")
            net = max(0, facts.assets - facts.liabilities)
            held = f"{facts.shares_held:,}÷{facts.shares_total:,}"
            said = f"({facts.assets:,}円−{facts.liabilities:,}円)×{held}"
            return Yen(net * facts.shares_held // facts.shares_total), said
        case SecondaryLiabilityKind.GRATUITOUS_TRANSFEREE:
            benefit = max(0, facts.value - facts.paid)
            said = f"受けた利益 {facts.value:,}円−{facts.paid:,}円"
            if facts.remaining_benefit is None:
                return Yen(benefit), f"{said}（特殊関係者）"
            return Yen(min(benefit, facts.remaining_benefit)), f"{said}、現に存する利益 {facts.remaining_benefit:,}円"
        case _:
            return facts.value, f"財産の価額 {facts.value:,}円"


def is_within_lookback(disposed_on: date, statutory_due_date: date) -> bool:
    """無償・低額の譲渡などが、法定納期限の1年前の日以後にされたものか。

    Whether a disposal falls on or after the day one year before the statutory due date.

    根拠: 地方税法第11条の7、地方税法第11条の8
    例:
    >>> is_within_lookback(date(2025, 6, 30), date(2026, 6, 30)), is_within_lookback(date(2025, 6, 29), date(2026, 6, 30))
    (True, False)
    """
    return years_after(disposed_on, 1) >= statutory_due_date


def secondary_timing(
    notified_on: date, reminded_on: date | None = None, *, reminder_days: int = _DEMAND_DAYS
) -> SecondaryTiming:
    """第二次納税義務の納付の期限、催告の期限、差し押さえられる最初の日を求める。

    The due date of the notice, the last day for its reminder, and the first day of seizure.

    根拠: 地方税法第11条第1項・第2項、地方税法第331条第2項
    解釈: 納付の期限は、納付通知書を発した日の翌日から1月を経過する日とする。催告書は期限後20日以内とし、
        条例などで違う団体は `reminder_days` を渡す。差押えの10日は、督促と同じに数える。
    例:
    >>> found = secondary_timing(date(2026, 4, 10), date(2026, 5, 25))
    >>> found.due_date, found.reminder_by, found.seizable_from
    (datetime.date(2026, 5, 10), datetime.date(2026, 5, 30), datetime.date(2026, 6, 5))
    """
    due = months_after(notified_on, _NOTICE_MONTHS)
    reminder_by = days_after(due, reminder_days)
    first = seizable_from(reminded_on) if reminded_on else None
    steps = [
        f"納付通知書 {format_wareki(notified_on)}、納付の期限 {format_wareki(due)}",
        f"納付催告書は {format_wareki(reminder_by)}まで",
    ]
    if reminded_on and first:
        steps.append(f"納付催告書 {format_wareki(reminded_on)}、差押えは{format_wareki(first)}から")
    return SecondaryTiming(due, reminder_by, first, tuple(steps))
