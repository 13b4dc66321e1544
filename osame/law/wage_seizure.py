"""給与のうち、いくらを差し押さえることができるか。

How much of a wage may be seized, and which part is exempt.

条文: 国税徴収法第76条、国税徴収法施行令第34条、国税徴収法基本通達第76条関係（地方税は第331条第6項などで例による）。
含まないもの: 二か所以上の給与・賞与・退職手当（`wage_seizure_multiple.py`）。
政令の金額の改正は、施行日を確かめてから値の表に加える。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.claim import NegativeAmount
from osame.law.parameters import parameter

_THOUSAND, _HUNDRED = 1_000, 100
_DAYS_OF_MONTH = 30


class NoPayPeriod(Refusal):
    """支給の基礎となる期間は、1以上の月数または日数で入力してください。

    根拠: 国税徴収法第76条第1項第4号
    """


@dataclass(frozen=True, slots=True)
class ExemptAmounts:
    """本人と親族1人の差押禁止額（1月につき）。

    The monthly amounts of the cabinet order.

    根拠: 国税徴収法施行令第34条
    """

    of_self: Yen
    of_dependant: Yen


@dataclass(frozen=True, slots=True)
class Wages:
    """給与の一回の支給。`deductions` は1号（所得税）・2号（住民税）・3号（社会保険料）の額の並び。

    One payment of wages. `deductions` are items 1 to 3; `days` is given instead of `months` for shorter periods.

    根拠: 国税徴収法第76条第1項
    """

    gross: Yen
    deductions: tuple[Yen, ...]
    dependants: int
    months: int = 1
    days: int | None = None

    def __post_init__(self) -> None:
        if min(self.gross, self.dependants, *self.deductions) < 0:
            raise NegativeAmount
        if self.months < 1 or (self.days is not None and self.days < 1):
            raise NoPayPeriod


@dataclass(frozen=True, slots=True)
class WageExemption:
    """差押禁止額と差押可能額。

    The exempt items and what may be seized.

    根拠: 国税徴収法第76条第1項
    """

    item4: Yen
    item5: Yen
    exempt: Yen
    seizable: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = (
        "国税徴収法第76条第1項",
        "国税徴収法施行令第34条",
        "国税徴収法基本通達第76条関係3",
    )


def exempt_amounts_on(day: date) -> ExemptAmounts:
    """その日に適用する政令の金額。

    The amounts of the cabinet order in force on a day.

    根拠: 国税徴収法施行令第34条
    """
    of_self, of_dependant = parameter("wage_exempt_self"), parameter("wage_exempt_dependant")
    return ExemptAmounts(Yen(of_self.yen_on(day)), Yen(of_dependant.yen_on(day)))


def wage_seizure_exemption(wages: Wages, amounts: ExemptAmounts, *, rounding: bool = True) -> WageExemption:
    """給与の差押禁止額を計算する。

    The exempt part of a wage: items 1 to 5, and the seizable rest.

    総支給額は千円未満（1月未満の期間は百円未満）を切り捨て、各号は切り上げる。
    5号は、総支給額から1～4号を引いた額の20%で、4号の2倍を限度とする。

    根拠: 国税徴収法第76条第1項第1号から第5号まで、国税徴収法施行令第34条、国税徴収法基本通達第76条関係3
    例:
    >>> pay = Wages(Yen(282_078), (Yen(4_280), Yen(4_700), Yen(47_680)), dependants=2)
    >>> answer = wage_seizure_exemption(pay, exempt_amounts_on(date(2026, 4, 24)))
    >>> answer.item4, answer.item5, answer.exempt, answer.seizable
    (190000, 7000, 255000, 27000)
    """
    unit = unit_of(wages) if rounding else 1
    gross = wages.gross // unit * unit
    deductions = [rounded_up(each, unit) for each in wages.deductions]
    item4 = living_amount(wages, amounts)
    rest = max(0, gross - sum(deductions) - item4)
    item5 = min(rounded_up(rest * 20, unit * 100) // 100, item4 * 2)
    seizable = max(0, rest - item5)
    item5 = rest - seizable
    exempt = sum(deductions) + item4 + item5
    steps = (
        f"給料等の額 {wages.gross:,}円 → {gross:,}円",
        f"1号から3号まで {'＋'.join(f'{each:,}円' for each in deductions)} = {sum(deductions):,}円",
        f"4号 本人{amounts.of_self:,}円と親族{wages.dependants}人×{amounts.of_dependant:,}円 → {item4:,}円",
        f"5号 ({gross:,}円 − {sum(deductions) + item4:,}円)×20% → {item5:,}円（限度 {item4 * 2:,}円）",
        f"差押禁止額 {exempt:,}円、差押可能額 {seizable:,}円",
    )
    return WageExemption(Yen(item4), Yen(item5), Yen(exempt), Yen(seizable), steps)


def paid_wage_exempt(monthly: Yen, *, days_to_next_pay: int, days_of_period: int) -> Yen:
    """支払を受けた金銭の差押禁止額。4号と5号の合計を、次の支払日までの日数で按分する。

    The exempt part of wages already paid in cash, in proportion to the days until the next pay day.

    根拠: 国税徴収法第76条第2項
    解釈: 1円未満の端数は滞納者の有利に切り上げる。
    例:
    >>> paid_wage_exempt(Yen(150_000), days_to_next_pay=20, days_of_period=30)
    100000
    """
    if days_of_period < 1 or days_to_next_pay < 0:
        raise NoPayPeriod
    return Yen(-(-monthly * days_to_next_pay // days_of_period))


def living_amount(wages: Wages, amounts: ExemptAmounts) -> int:
    """4号。期間が1月未満なら30分の1の日割りで百円未満を切り上げる。

    Item 4 for the period of pay; days are thirtieths of a month, rounded up to hundreds.

    根拠: 国税徴収法第76条第1項第4号、国税徴収法施行令第34条、国税徴収法基本通達第76条関係3
    例:
    >>> living_amount(Wages(Yen(0), (), 0, days=10), ExemptAmounts(Yen(100_000), Yen(45_000)))
    33400
    """
    monthly = amounts.of_self + amounts.of_dependant * wages.dependants
    if wages.days is None:
        return monthly * wages.months
    return -(-monthly * wages.days // (_DAYS_OF_MONTH * _HUNDRED)) * _HUNDRED


def unit_of(wages: Wages) -> int:
    """端数計算の単位。期間が1月以上は千円、1月未満は百円。

    The unit of rounding for the period of pay.

    根拠: 国税徴収法基本通達第76条関係3
    例:
    >>> unit_of(Wages(Yen(0), (), 0)), unit_of(Wages(Yen(0), (), 0, days=10))
    (1000, 100)
    """
    return _THOUSAND if wages.days is None else _HUNDRED


def rounded_up(amount: int, unit: int) -> int:
    """差し押さえられない額の端数を切り上げる。滞納者の有利に数える。

    An exempt amount rounded up to the unit.

    根拠: 国税徴収法基本通達第76条関係3
    例:
    >>> rounded_up(4_280, 1_000)
    5000
    """
    return -(-amount // unit) * unit
