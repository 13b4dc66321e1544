"""割合の期間。暦年と割合の変わり目で区切った表を、規則ごとに一度だけ作る。

Rate periods of a rule: cut at every New Year and at every change of a rate. Shared by the scalar and the NumPy form.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from osame.kernel.periods import day_after, day_before
from osame.law.parameters import ValueNotRegistered, parameter
from osame.law.rules import ChargeRule

_FLAT_FIRST_YEAR, _FLAT_LAST_YEAR = 1950, 2150


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """割合が一定で、年を跨がない期間。

    Days of one year on which the rates stay the same; `grace` is None where no grace rate is registered.

    根拠: 地方税法附則第3条の2第1項
    """

    first: date
    through: date
    early: Fraction
    after: Fraction
    grace: Fraction | None


@dataclass(frozen=True, slots=True)
class RateTable:
    """規則の割合の期間の並び。

    The periods of a rule, oldest first, without gaps.

    根拠: 地方税法附則第3条の2第1項
    """

    name: str
    periods: tuple[RatePeriod, ...]
    starts: tuple[date, ...]
    ends: date

    def at(self, day: date) -> RatePeriod:
        """その日を含む期間。登録がなければ断る。"""
        if not self.starts[0] <= day <= self.ends:
            raise ValueNotRegistered(f"{self.name}の割合、{day.isoformat()}")
        return self.periods[bisect_right(self.starts, day) - 1]


@lru_cache(maxsize=64)
def rate_table(rule: ChargeRule) -> RateTable:
    """規則の割合を、年と割合の変わり目で区切った表にする。

    The rate periods of a rule.

    根拠: 地方税法附則第3条の2第1項
    解釈: 同じ割合のまま年を跨いでも、年で区切る。まとめるかどうかは規則の `merges_equal_rates` による。
        登録のない先の年は断る。見込みの規則（`assumed_through`）だけが、最後の割合を延ばす。
    """
    starts = _starts(rule)
    ends = _ends(rule)
    throughs = [day_before(start) for start in starts[1:]] + [ends]
    periods = tuple(_period(rule, first, through) for first, through in zip(starts, throughs, strict=True))
    return RateTable(rule.name, periods, tuple(starts), ends)


def _period(rule: ChargeRule, first: date, through: date) -> RatePeriod:
    if rule.flat_rate is not None:
        return RatePeriod(first, through, rule.flat_rate, rule.flat_rate, None)
    known = min(first, _registered_through(rule))
    early = parameter(rule.early_rates).on(known).value
    after = parameter(rule.after_rates).on(known).value
    return RatePeriod(first, through, early, after, _grace(rule, known))


def _grace(rule: ChargeRule, day: date) -> Fraction | None:
    if rule.grace_rates is None:
        return None
    try:
        return parameter(rule.grace_rates).on(day).value
    except ValueNotRegistered:
        return None


def _starts(rule: ChargeRule) -> list[date]:
    if rule.flat_rate is not None:
        return [date(year, 1, 1) for year in range(_FLAT_FIRST_YEAR, _FLAT_LAST_YEAR + 1)]
    values = [each for key in (rule.early_rates, rule.after_rates) for each in parameter(key).values]
    if rule.grace_rates is not None:
        values += parameter(rule.grace_rates).values
    first = max(parameter(key).values[0].first for key in (rule.early_rates, rule.after_rates))
    ends = _ends(rule)
    new_years = {date(year, 1, 1) for year in range(first.year, ends.year + 1)}
    changes = {each.first for each in values} | {day_after(each.through) for each in values if each.through}
    return sorted({first} | {day for day in new_years | changes if first < day <= ends})


def _ends(rule: ChargeRule) -> date:
    """割合のある最後の日。見込みの規則では、仮定する最後の日まで延ばす。"""
    registered = _registered_through(rule)
    return registered if rule.assumed_through is None else max(registered, rule.assumed_through)


def _registered_through(rule: ChargeRule) -> date:
    if rule.flat_rate is not None:
        return date(_FLAT_LAST_YEAR, 12, 31)
    lasts = [parameter(key).values[-1].through for key in (rule.early_rates, rule.after_rates)]
    return min((last for last in lasts if last), default=date(_FLAT_LAST_YEAR, 12, 31))
