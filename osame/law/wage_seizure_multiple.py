"""二か所以上の給与、賞与、退職手当の差押禁止額。

Wages from two employers or more, bonuses, and retirement pay: how much is exempt.

条文: 国税徴収法第76条第1項後段・第3項・第4項・第5項、国税徴収法基本通達第76条関係9・13・14。
含まないもの: 社会保険の給付（国税徴収法第77条。年金は給料等、一時金は退職手当等とみなして、この二つで計算する）。
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from osame.kernel.money import Yen
from osame.law.claim import NegativeAmount
from osame.law.wage_seizure import ExemptAmounts, NoPayPeriod, Wages, living_amount, rounded_up, unit_of

_THOUSAND = 1_000
_RETIREMENT_MONTHS = 3
_SHORT_SERVICE_YEARS = 5


class SharingMethod(Enum):
    """二か所以上の給与に、4号と5号の限度を分ける方法。

    How the limits of items 4 and 5 are shared among employers.

    DEDUCTION は先に渡した給与から順に満たし、残りを次の給与に回す（差引方式）。
    PROPORTION は給料等の額に応じて分ける（按分方式）。

    根拠: 国税徴収法基本通達第76条関係9
    """

    DEDUCTION = "差引方式"
    PROPORTION = "按分方式"


@dataclass(frozen=True, slots=True)
class WageShare:
    """一つの支払者についての、4号と5号の額と、差し押さえることができる額。

    Items 4 and 5 of one employer, and what may be seized there.

    根拠: 国税徴収法第76条第1項後段
    """

    item4: Yen
    item5: Yen
    exempt: Yen
    seizable: Yen


@dataclass(frozen=True, slots=True)
class MultipleWages:
    """二か所以上の給与の計算の結果。渡した順。

    The answer for every employer, in the order given.

    根拠: 国税徴収法第76条第1項後段
    """

    shares: tuple[WageShare, ...]
    steps: tuple[str, ...]
    basis: tuple[str, ...] = (
        "国税徴収法第76条第1項",
        "国税徴収法施行令第34条",
        "国税徴収法基本通達第76条関係9",
    )


@dataclass(frozen=True, slots=True)
class RetirementExemption:
    """退職手当の差押禁止額と差押可能額。

    The exempt items of retirement pay and what may be seized.

    根拠: 国税徴収法第76条第4項
    """

    item3: Yen
    item4: Yen
    exempt: Yen
    seizable: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("国税徴収法第76条第4項", "国税徴収法基本通達第76条関係14")


def multiple_wage_exemption(
    wages: Sequence[Wages],
    amounts: ExemptAmounts,
    *,
    method: SharingMethod = SharingMethod.DEDUCTION,
    rounding: bool = True,
) -> MultipleWages:
    """二か所以上の給与の差押禁止額を計算する。4号と5号の限度は、合計額について計算する。

    Exemptions for several wages of one period; the limits of items 4 and 5 are computed once, on the total.

    扶養の人数と期間は最初の給与のものを使う。5号の限度は、合計で4号の2倍とする。

    根拠: 国税徴収法第76条第1項後段、国税徴収法基本通達第76条関係9
    解釈: 差引方式の順は渡した順（通達は多い方から）。按分方式は給料等の額に応じて分け、分けた後に各号を切り上げる。
    例:
    >>> both = [Wages(Yen(300_000), (Yen(50_000),), 3), Wages(Yen(50_000), (Yen(5_000),), 3)]
    >>> found = multiple_wage_exemption(both, ExemptAmounts(Yen(100_000), Yen(45_000)))
    >>> [(each.item4, each.item5) for each in found.shares]
    [(235000, 3000), (0, 9000)]
    """
    if not wages:
        raise NoPayPeriod
    unit = unit_of(wages[0]) if rounding else 1
    rests = [max(0, each.gross // unit * unit - _deducted(each, unit)) for each in wages]
    item4 = living_amount(wages[0], amounts)
    if method is SharingMethod.DEDUCTION:
        pairs = _by_deduction(rests, item4, unit)
    else:
        pairs = _by_proportion([each.gross for each in wages], rests, item4, unit)
    shares = []
    steps = [f"4号の合計 {item4:,}円、5号の限度 {item4 * 2:,}円（{method.value}）"]
    for number, (wage, rest, (fourth, fifth)) in enumerate(zip(wages, rests, pairs, strict=True), 1):
        exempt = _deducted(wage, unit) + fourth + fifth
        shares.append(WageShare(Yen(fourth), Yen(fifth), Yen(exempt), Yen(max(0, rest - fourth - fifth))))
        steps.append(
            f"{number}か所目 給料等{wage.gross:,}円、1～3号{_deducted(wage, unit):,}円、4号{fourth:,}円、5号{fifth:,}円、"
            f"差押可能額{shares[-1].seizable:,}円"
        )
    return MultipleWages(tuple(shares), tuple(steps))


def bonus_exemption(
    bonus: Wages, wage: Wages | None, amounts: ExemptAmounts, *, rounding: bool = True
) -> MultipleWages:
    """賞与の差押禁止額。支払った時の給料等とみなし、期間は1月として、同じ月の給料と合わせて計算する。

    The exempt part of a bonus: treated as a wage of one month, together with the wage of that month.

    給料があれば、給料を先に満たし、残りの限度を賞与に使う。結果は給料、賞与の順。

    根拠: 国税徴収法第76条第3項、国税徴収法基本通達第76条関係13
    例:
    >>> amounts = ExemptAmounts(Yen(100_000), Yen(45_000))
    >>> pay, more = Wages(Yen(300_000), (Yen(50_000),), 1), Wages(Yen(400_000), (Yen(80_000),), 1)
    >>> [each.seizable for each in bonus_exemption(more, pay, amounts).shares]
    [84000, 256000]
    """
    both = (bonus,) if wage is None else (wage, bonus)
    return multiple_wage_exemption(both, amounts, rounding=rounding)


def retirement_exemption(
    wages: Wages, service_years: int, amounts: ExemptAmounts, *, rounding: bool = True
) -> RetirementExemption:
    """退職手当の差押禁止額。

    The exempt part of retirement pay.

    `wages` の総支給額は退職手当の額、`deductions` は所得税（1号）と住民税・社会保険料（2号）。`service_years` は1年未満を切り上げた勤続年数。
    3号は給料等の4号（1月分）の3倍。4号は、勤続が5年を超えるとき、超える年数1年につき3号の20%。

    根拠: 国税徴収法第76条第4項第1号から第4号まで、国税徴収法基本通達第76条関係14
    例:
    >>> amounts = ExemptAmounts(Yen(100_000), Yen(45_000))
    >>> pay = Wages(Yen(10_000_000), (Yen(150_000), Yen(100_000)), 1)
    >>> found = retirement_exemption(pay, 20, amounts)
    >>> found.item3, found.item4, found.seizable
    (435000, 1305000, 8010000)
    """
    if service_years < 0:
        raise NegativeAmount(f"勤続{service_years}年")
    unit = _THOUSAND if rounding else 1
    gross = wages.gross // unit * unit
    item3 = (amounts.of_self + amounts.of_dependant * wages.dependants) * _RETIREMENT_MONTHS
    over = max(0, service_years - _SHORT_SERVICE_YEARS)
    item4 = rounded_up(item3 * 20 * over, unit * 100) // 100
    exempt = _deducted(wages, unit) + item3 + item4
    seizable = max(0, gross - exempt)
    steps = (
        f"退職手当 {wages.gross:,}円 → {gross:,}円、1号・2号 {_deducted(wages, unit):,}円",
        f"3号 {item3 // _RETIREMENT_MONTHS:,}円×{_RETIREMENT_MONTHS} = {item3:,}円",
        f"4号 {item3:,}円×20%×{over}年（勤続{service_years}年） = {item4:,}円",
        f"差押禁止額 {exempt:,}円、差押可能額 {seizable:,}円",
    )
    return RetirementExemption(Yen(item3), Yen(item4), Yen(exempt), Yen(seizable), steps)


def seizable_with_consent(wages: Wages, *, rounding: bool = True) -> Yen:
    """滞納者の承諾があるときに差し押さえることができる額。1号から3号までだけを引く。

    What may be seized when the taxpayer consents: only items 1 to 3 stay exempt.

    根拠: 国税徴収法第76条第5項
    例:
    >>> seizable_with_consent(Wages(Yen(282_078), (Yen(4_280), Yen(4_700), Yen(47_680)), 2))
    224000
    """
    unit = unit_of(wages) if rounding else 1
    return Yen(max(0, wages.gross // unit * unit - _deducted(wages, unit)))


def _deducted(wages: Wages, unit: int) -> int:
    """1号から3号まで。"""
    return sum(rounded_up(each, unit) for each in wages.deductions)


def _by_deduction(rests: list[int], item4: int, unit: int) -> list[tuple[int, int]]:
    pairs = []
    left4, left5 = item4, item4 * 2
    for rest in rests:
        fourth = min(left4, rest)
        fifth = min(rounded_up((rest - fourth) * 20, unit * 100) // 100, left5, rest - fourth)
        left4, left5 = left4 - fourth, left5 - fifth
        pairs.append((fourth, fifth))
    return pairs


def _by_proportion(grosses: Sequence[int], rests: list[int], item4: int, unit: int) -> list[tuple[int, int]]:
    whole = max(1, sum(grosses))
    item5 = min(rounded_up(max(0, sum(rests) - item4) * 20, unit * 100) // 100, item4 * 2)
    pairs = []
    for gross, rest in zip(grosses, rests, strict=True):
        fourth = min(rest, rounded_up(item4 * gross, unit * whole) // whole)
        fifth = min(rest - fourth, rounded_up(item5 * gross, unit * whole) // whole)
        pairs.append((fourth, fifth))
    return pairs
