"""延滞金を全件まとめて計算する。1件ずつの計算と1円も違わない。

The NumPy form of `delinquency_charge`: int64 only, equal to the scalar form to the yen (proved by the tests).

納付も免除もない期別は、納期限が同じなら区分の日数と割合も同じなので、納期限ごとに「割合×日数」を一度だけ求め、
区分の列ごとにまとめて掛けて割る。納付や免除のある期別だけを `bulk_intervals` で区間に開く。
"""

from dataclasses import dataclass
from datetime import date
from math import gcd

import numpy as np

from osame.kernel.periods import day_after, day_before, days_inclusive, months_after
from osame.law.bulk_intervals import BulkRates, bulk_rates, charges_by_interval
from osame.law.claim import NegativeAmount
from osame.law.parameters import ValueNotRegistered
from osame.law.population import (
    AmountTooLarge,
    ChargePopulation,
    Int64,
    UnevenColumns,
    ordinals,
    rows_of,
    whole_numbers,
)
from osame.law.rates import rate_table
from osame.law.rounding import DAYS_OF_YEAR
from osame.law.rules import LOCAL_TAX, ChargeRule

__all__ = ["BulkCharges", "ChargePopulation", "delinquency_charges"]

_CHUNK = 16_384
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class BulkCharges:
    """全件の延滞金。

    The charges of a population, row by row.

    根拠: 地方税法第20条の4の2第5項
    """

    total: Int64
    exempted: Int64
    final: Int64


def delinquency_charges(population: ChargePopulation, *, as_of: date, rule: ChargeRule = LOCAL_TAX) -> BulkCharges:
    """全件の延滞金を計算する。

    The delinquency charges of a population as of a day; `delinquency_charge` for each row, in one pass.

    根拠: 地方税法第326条第1項、地方税法第20条の4の2第2項・第5項、地方税法附則第3条の2第1項
    例:
    >>> two = ChargePopulation(np.array([56_400, 1_999]), np.array(["2026-02-02", "2026-02-02"], "datetime64[D]"))
    >>> delinquency_charges(two, as_of=date(2026, 5, 29)).final.tolist()
    [1300, 0]
    """
    principal, due = whole_numbers(population.principal), ordinals(population.due_date)
    if len(principal) != len(due):
        raise UnevenColumns("principal と due_date")
    if len(principal) and int(principal.min()) < 0:
        raise NegativeAmount("principal")
    has_events = _has_events(population, len(principal))
    last = as_of.toordinal()
    simple_due = due if has_events is None else np.where(has_events, last, due)
    total = _simple_totals(principal, simple_due, as_of, rule)
    exempted = np.zeros(len(principal), np.int64)
    if has_events is None and population.remitted is None:
        return BulkCharges(total, exempted, _final(total, None, rule))
    if has_events is not None:
        rows = np.flatnonzero(has_events & (due < last))
        total[rows], exempted[rows] = charges_by_interval(population, rows, as_of, rule)
    if population.remitted is not None:
        exempted = np.minimum(total, exempted + _remitted(population.remitted, len(total)))
    return BulkCharges(total, exempted, _final(total, exempted, rule))


def _has_events(population: ChargePopulation, rows: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """納付・免除・控除などがあり、区間に開いて計算する件。"""
    flags = []
    if population.payments is not None:
        rows_of(population.payments.offsets, len(population.payments.on), rows)
        flags.append(np.diff(population.payments.offsets) > 0)
    for periods in (population.exemptions, population.exclusions):
        if periods is not None:
            rows_of(periods.offsets, len(periods.first), rows)
            flags.append(np.diff(periods.offsets) > 0)
    if population.first_period_anchor is not None:
        flags.append(ordinals(population.first_period_anchor) > ordinals(population.due_date))
    return np.logical_or.reduce(flags) if flags else None


def _simple_totals(principal: Int64, due: Int64, as_of: date, rule: ChargeRule) -> Int64:
    """納付のない件の合計。納期限ごとの係数を引いて、区分の列ごとに掛けて割る。"""
    total = np.zeros(len(principal), np.int64)
    if not len(principal) or int(due.min()) >= as_of.toordinal():
        return total
    try:
        table = _coefficients(due, as_of, rule)
    except ValueNotRegistered:
        due = np.where(principal >= rule.base_minimum, due, as_of.toordinal())
        table = _coefficients(due, as_of, rule)
    if int(principal.max()) * table.largest > _LARGEST:
        raise AmountTooLarge(f"{int(principal.max()):,}円")
    for start in range(0, len(principal), _CHUNK):
        rows = slice(start, start + _CHUNK)
        _add_chunk(total[rows], principal[rows], due[rows], table)
    return total


@dataclass(frozen=True, slots=True)
class _Coefficients:
    """納期限の通日から引く、区分ごとの「割合×日数」の表。"""

    earliest: int
    last: int
    columns: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    counts: Int64
    divisor: int
    largest: int
    minimum: int
    unit: int


def _coefficients(due: Int64, as_of: date, rule: ChargeRule) -> _Coefficients:
    earliest, last = int(due.min()), as_of.toordinal()
    seen = np.zeros(last - earliest + 1, np.bool_)
    seen[np.minimum(due, last) - earliest] = True
    rates = bulk_rates(rule)
    days = np.flatnonzero(seen).tolist()
    rows = [_row(date.fromordinal(earliest + day), as_of, rule, rates) for day in days]
    counts = np.zeros(len(seen), np.int64)
    counts[days] = [len(row) for row in rows]
    columns = np.zeros((int(counts.max()), len(seen)), np.int64)
    common = gcd(rule.base_unit, rates.denominator * DAYS_OF_YEAR)
    for day, row in zip(days, rows, strict=True):
        columns[: len(row), day] = row
    columns *= rule.base_unit // common
    divisor = rates.denominator * DAYS_OF_YEAR // common
    largest = int(columns.max(initial=0))
    return _Coefficients(earliest, last, columns, counts, divisor, largest, rule.base_minimum, rule.base_unit)


def _row(due: date, as_of: date, rule: ChargeRule, rates: BulkRates) -> list[int]:
    """一つの納期限の、区分ごとの「割合×日数」。"""
    if due >= as_of:
        return []
    start, early_through = day_after(due), months_after(due, rule.first_period_months)
    table = rate_table(rule)
    cuts = {start, day_after(early_through), day_after(table.ends), *table.starts}
    firsts = sorted(cut for cut in cuts if start <= cut <= as_of)
    row: list[int] = []
    previous: object = None
    for first, through in zip(firsts, [day_before(cut) for cut in firsts[1:]] + [as_of], strict=True):
        period, is_early = table.at(first), first <= early_through
        rate = rates.number(period.early if is_early else period.after)
        product = rate * days_inclusive(first, through)
        key = (rate, period.grace, is_early)
        if rule.merges_equal_rates and key == previous:
            row[-1] += product
        else:
            row.append(product)
        previous = key
    return row


def _add_chunk(total: Int64, principal: Int64, due: Int64, table: _Coefficients) -> None:
    at = np.minimum(due, table.last)
    at -= table.earliest
    base = principal // table.unit
    base *= principal >= table.minimum
    counts = table.counts.take(at, mode="clip")
    held = np.empty_like(base)
    for number in range(int(counts.max())):
        column = table.columns[number]
        active = np.flatnonzero(counts > number) if number > 1 else None
        if active is None or len(active) * 2 > len(base):
            column.take(at, out=held, mode="clip")
            held *= base
            held //= table.divisor
            total += held
        else:
            total[active] += column.take(at[active]) * base[active] // table.divisor


def _remitted(remitted: Int64, rows: int) -> Int64:
    column = whole_numbers(remitted)
    if len(column) != rows:
        raise UnevenColumns("remitted")
    if rows and int(column.min()) < 0:
        raise NegativeAmount("remitted")
    return column


def _final(total: Int64, exempted: Int64 | None, rule: ChargeRule) -> Int64:
    final = np.empty_like(total)
    for start in range(0, len(total), _CHUNK):
        rows = slice(start, start + _CHUNK)
        payable = total[rows] if exempted is None else total[rows] - exempted[rows]
        cut = np.floor_divide(payable, rule.charge_unit, out=final[rows])
        cut *= rule.charge_unit
        cut *= payable >= rule.charge_minimum
    return final
