"""納付能力と、分割納付の計画。延滞金の見込みを含めて、毎回の納付を期別に割り振る。

Ability to pay, and a plan of instalments: each payment divided over the charges, with the delinquency charge forecast.

条文: 地方税法第15条第3項・第5項、第15条の5第2項、第15条の6第3項、第20条の4の2、第20条の9の4、民法第152条。
含まないもの: 計画を認めるかどうかの判断、担保。
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import months_after
from osame.kernel.refusals import Refusal
from osame.law.claim import ChargeClaim, NegativeAmount, Payment
from osame.law.delinquency_charge import delinquency_charge
from osame.law.due_date import shift_due_date
from osame.law.rounding import NOTHING
from osame.law.rules import LOCAL_TAX, ChargeRule, for_forecast
from osame.law.wage_seizure import ExemptAmounts


class NothingToPayWith(Refusal):
    """1回の納付額が0円です。納付額を1円以上にするか、納付能力の調査からやり直してください。

    根拠: 地方税法第15条第3項
    """


class PlanTooLong(Refusal):
    """この納付額では、決めた回数のうちに完納しません。納付額を増やすか、回数を延ばして決裁を受けてください。

    根拠: 地方税法第15条第1項、地方税法第15条の5第1項
    """


@dataclass(frozen=True, slots=True)
class HouseholdBudget:
    """納付能力の調査で聞き取った、1月の収入と支出。

    Monthly income and spending of a household, as heard in an investigation.

    `taxes` は源泉所得税・住民税・社会保険料、`necessary` は事業や療養に欠かせない支出で、標準の生活費に含まれないもの。

    根拠: 国税徴収法第141条、地方税法第15条第3項
    """

    income: Yen
    taxes: Yen
    dependants: int
    necessary: Yen = NOTHING
    cash: Yen = NOTHING

    def __post_init__(self) -> None:
        if min(self.income, self.taxes, self.dependants, self.necessary, self.cash) < 0:
            raise NegativeAmount


@dataclass(frozen=True, slots=True)
class AbilityToPay:
    """納付能力。いま納付できる額と、毎月納付できる額。

    What can be paid now, and every month.

    根拠: 地方税法第15条第3項
    """

    now: Yen
    monthly: Yen
    living: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("地方税法第15条第3項", "国税徴収法施行令第34条", "国税徴収法第76条第1項第4号")


@dataclass(frozen=True, slots=True)
class InstalmentTerms:
    """分割納付の条件。`last_number` は認める回数の上限。

    The terms of a plan: the amount, the first day, and how many payments are allowed.

    根拠: 地方税法第15条第3項、地方税法第15条の5第2項
    """

    first_on: date
    amount: Yen
    last_number: int = 12

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise NothingToPayWith


@dataclass(frozen=True, slots=True)
class InstalmentCharge:
    """計画に入れる期別1件。`fee` は督促手数料、`fixed` は確定して残る延滞金（本税が残るなら None）。

    One charge of the plan, with the claim its delinquency charge is computed from, or what is left of a fixed one.

    根拠: 地方税法第20条の9の4
    """

    key: str
    claim: ChargeClaim
    fee: Yen = NOTHING
    fixed: Yen | None = None


@dataclass(frozen=True, slots=True)
class InstalmentPart:
    """一回の納付のうち、一つの期別に充てる額。

    What one instalment puts to one charge.

    根拠: 地方税法第20条の9の4
    """

    key: str
    principal: Yen
    fee: Yen
    delinquency_charge: Yen


@dataclass(frozen=True, slots=True)
class Instalment:
    """一回の納付。

    One payment of the plan.

    根拠: 地方税法第15条第3項
    """

    number: int
    on: date
    amount: Yen
    parts: tuple[InstalmentPart, ...]


@dataclass(frozen=True, slots=True)
class InstalmentPlan:
    """分割納付の計画。

    The plan with its totals; the delinquency charges are a forecast.

    根拠: 地方税法第15条第3項、地方税法第20条の4の2
    """

    instalments: tuple[Instalment, ...]
    principal: Yen
    fee: Yen
    delinquency_charge: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("地方税法第15条第3項", "地方税法第20条の9の4", "地方税法第20条の4の2")


def ability_to_pay(household: HouseholdBudget, amounts: ExemptAmounts) -> AbilityToPay:
    """納付能力を求める。

    What a household can pay: income less taxes, the standard living cost and what is necessary.

    生活費は、本人と親族の人数による標準の額（給与の差押禁止額の4号と同じ）とする。いま納付できる額は、手元の現金・預貯金から1月分の生活費と必要な支出を引いた額。

    根拠: 地方税法第15条第3項、国税徴収法施行令第34条
    解釈: 標準の生活費には、国税の猶予の事務運営指針と同じく給与の差押禁止額の4号を使う。実際の支出が多くても、必要と認めた額だけを加える。
    例:
    >>> found = ability_to_pay(HouseholdBudget(Yen(280_000), Yen(57_000), 2, cash=Yen(250_000)), ExemptAmounts(Yen(100_000), Yen(45_000)))
    >>> found.now, found.monthly
    (60000, 33000)
    """
    living = amounts.of_self + amounts.of_dependant * household.dependants
    monthly = max(0, household.income - household.taxes - living - household.necessary)
    now = max(0, household.cash - living - household.necessary)
    steps = (
        f"標準の生活費 {amounts.of_self:,}円＋{household.dependants}人×{amounts.of_dependant:,}円 = {living:,}円",
        f"毎月 {household.income:,}円−{household.taxes:,}円−{living:,}円−{household.necessary:,}円 → {monthly:,}円",
        f"いま {household.cash:,}円−{living:,}円−{household.necessary:,}円 → {now:,}円",
    )
    return AbilityToPay(Yen(now), Yen(monthly), Yen(living), steps)


def instalment_plan(
    charges: Sequence[InstalmentCharge], terms: InstalmentTerms, *, rule: ChargeRule = LOCAL_TAX
) -> InstalmentPlan:
    """分割納付の計画を作る。毎月同じ額を、納期限の古い期別から本税・督促手数料・延滞金の順に充て、最後の回で端数を合わせる。

    A plan of equal payments, the oldest charge first, its tax before its delinquency charge; the last payment is smaller.

    延滞金は本税が完納となる回の日まで計算し、その回から充てる。納付の日が閉庁日なら次の開庁日とする。

    根拠: 地方税法第15条第3項、地方税法第20条の9の4、地方税法第20条の4の2
    解釈: 割合の登録のない先の年は、最後の割合が続くものとした見込みである。
    例:
    >>> tax = InstalmentCharge("1期", ChargeClaim(Yen(50_000), date(2026, 6, 30)))
    >>> plan = instalment_plan([tax], InstalmentTerms(date(2026, 9, 30), Yen(20_000)))
    >>> [(each.on.isoformat(), each.amount) for each in plan.instalments], plan.delinquency_charge
    ([('2026-09-30', 20000), ('2026-10-30', 20000), ('2026-11-30', 11100)], 1100)
    """
    running = [_Running(each) for each in sorted(charges, key=lambda each: each.claim.effective_due_date)]
    forecast = for_forecast(rule, date(terms.first_on.year + 1 + terms.last_number // 12, 12, 31))
    instalments: list[Instalment] = []
    while not all(each.is_settled for each in running):
        number = len(instalments) + 1
        if number > terms.last_number:
            raise PlanTooLong(f"{terms.last_number}回")
        on = shift_due_date(_month_of(terms.first_on, number - 1))
        left, parts = int(terms.amount), []
        for each in running:
            part = each.paid(Yen(left), on, forecast)
            left -= part.principal + part.fee + part.delinquency_charge
            parts.append(part)
        used = tuple(each for each in parts if each.principal or each.fee or each.delinquency_charge)
        if used:
            instalments.append(Instalment(number, on, Yen(terms.amount - left), used))
    return _plan(instalments)


class _Running:
    """計画の途中の期別1件。"""

    def __init__(self, charge: InstalmentCharge) -> None:
        self.key = charge.key
        self.claim = charge.claim
        before = sum(each.amount for each in charge.claim.payments)
        self.principal = max(0, charge.claim.principal - before)
        self.fee = int(charge.fee)
        self.delinquency: int | None = None if charge.fixed is None else int(charge.fixed)

    @property
    def is_settled(self) -> bool:
        return self.principal == 0 and self.fee == 0 and self.delinquency == 0

    def paid(self, amount: Yen, on: date, rule: ChargeRule) -> InstalmentPart:
        """納付を充てる。本税が完納となったとき、その日までの延滞金が決まる。"""
        principal = min(amount, self.principal)
        self.principal -= principal
        if principal:
            payments = (*self.claim.payments, Payment(on, Yen(principal)))
            self.claim = replace(self.claim, payments=payments)
        fee = min(amount - principal, self.fee)
        self.fee -= fee
        if self.principal == 0 and self.delinquency is None:
            self.delinquency = delinquency_charge(self.claim, as_of=on, rule=rule).final
        charge = min(amount - principal - fee, self.delinquency or 0)
        if self.delinquency is not None:
            self.delinquency -= charge
        return InstalmentPart(self.key, Yen(principal), Yen(fee), Yen(charge))


def _month_of(first: date, months: int) -> date:
    """最初の納付日から数えた月の、同じ日。ない月は末日。"""
    count = first.year * 12 + first.month - 1 + months
    start = date(count // 12, count % 12 + 1, 1)
    last = months_after(date.fromordinal(start.toordinal() - 1), 1)
    return start.replace(day=min(first.day, last.day))


def _plan(instalments: Sequence[Instalment]) -> InstalmentPlan:
    parts = [part for each in instalments for part in each.parts]
    totals = [sum(getattr(part, name) for part in parts) for name in ("principal", "fee", "delinquency_charge")]
    steps = [f"第{each.number}回 {format_wareki(each.on)} {each.amount:,}円" for each in instalments]
    steps.append(f"本税 {totals[0]:,}円、督促手数料 {totals[1]:,}円、延滞金の見込み {totals[2]:,}円")
    return InstalmentPlan(tuple(instalments), Yen(totals[0]), Yen(totals[1]), Yen(totals[2]), tuple(steps))


def is_kept(instalments: Sequence[Instalment], paid: Yen, *, as_of: date, delay_days: int) -> bool:
    """分納が履行されているか。収納の知らせが遅れる日数だけ待ってから、期日の来た額と比べる。

    Whether a plan is kept: what fell due, after allowing for the delay of the payment channels, is paid.

    根拠: 地方税法第15条の3第1項第2号
    解釈: 一部の納付は不履行とする。多く納めた分は、先の回に充てたものとする。
    例:
    >>> plan = [Instalment(1, date(2026, 9, 30), Yen(20_000), ()), Instalment(2, date(2026, 10, 30), Yen(20_000), ())]
    >>> is_kept(plan, Yen(20_000), as_of=date(2026, 11, 4), delay_days=5)
    True
    >>> is_kept(plan, Yen(20_000), as_of=date(2026, 11, 5), delay_days=5)
    False
    """
    due = sum(each.amount for each in instalments if each.on.toordinal() + delay_days < as_of.toordinal())
    return paid >= due
