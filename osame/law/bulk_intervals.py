"""納付や免除のある期別を、区間に開いてまとめて計算する。

The general path of the NumPy form: every row becomes its intervals (row × cut), sorted by one key.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm

import numpy as np
from numpy.typing import NDArray

from osame.kernel.periods import months_after
from osame.law.claim import InvertedRange, NegativeAmount, Relief
from osame.law.parameters import ValueNotRegistered
from osame.law.population import (
    AmountTooLarge,
    ChargePopulation,
    Int64,
    PeriodColumns,
    ordinals,
    rows_of,
    whole_numbers,
)
from osame.law.rates import rate_table
from osame.law.reading import BelowMinimum
from osame.law.rounding import DAYS_OF_YEAR
from osame.law.rules import ChargeRule

_LARGEST = 2**63 - 1
_ROWS_AT_ONCE = 200_000
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BulkRates:
    """割合を共通の分母の整数にしたもの。

    Rates over one common denominator; `grace` is -1 where none is registered.

    根拠: 地方税法附則第3条の2第1項
    """

    denominator: int
    starts: Int64
    ends: int
    early: Int64
    after: Int64
    grace: Int64

    def number(self, rate: Fraction) -> int:
        """割合の分子。"""
        return rate.numerator * (self.denominator // rate.denominator)


@lru_cache(maxsize=64)
def bulk_rates(rule: ChargeRule) -> BulkRates:
    """規則の割合を整数の列にする。

    The rate periods of a rule as integer columns.

    根拠: 地方税法附則第3条の2第1項
    """
    table = rate_table(rule)
    rates = [rate for each in table.periods for rate in (each.early, each.after, each.grace) if rate is not None]
    denominator = lcm(*(rate.denominator for rate in rates))

    def column(values: list[Fraction | None]) -> Int64:
        numbers = [-1 if rate is None else rate.numerator * (denominator // rate.denominator) for rate in values]
        return np.array(numbers, np.int64)

    starts = np.array([start.toordinal() for start in table.starts], np.int64)
    early, after = [each.early for each in table.periods], [each.after for each in table.periods]
    grace = [each.grace for each in table.periods]
    return BulkRates(denominator, starts, table.ends.toordinal(), column([*early]), column([*after]), column(grace))


def charges_by_interval(
    population: ChargePopulation, rows: Int64, as_of: date, rule: ChargeRule
) -> tuple[Int64, Int64]:
    """選んだ件の延滞金と免除額。

    Totals and exempted amounts of the chosen rows.

    根拠: 地方税法第20条の9の4、地方税法第15条の9
    """
    total, exempted = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        total[part], exempted[part] = _part(_Part.of(population, rows[part], as_of, rule), rule)
    return total, exempted


@dataclass(frozen=True, slots=True)
class _Events:
    """一種類の出来事。件、日（その日から効く）、量。"""

    row: Int64
    day: Int64
    amount: Int64


@dataclass(frozen=True, slots=True)
class _Part:
    """まとめて開く件。"""

    principal: Int64
    start: Int64
    early_through: Int64
    last: int
    paid: _Events
    reliefs: tuple[tuple[Relief, _Events], ...]
    excluded: _Events

    @classmethod
    def of(cls, population: ChargePopulation, rows: Int64, as_of: date, rule: ChargeRule) -> "_Part":
        principal, due = whole_numbers(population.principal)[rows], ordinals(population.due_date)[rows]
        anchor = due
        if population.first_period_anchor is not None:
            anchor = np.maximum(due, ordinals(population.first_period_anchor)[rows])
        local = np.full(len(population.principal), -1, np.int64)
        local[rows] = np.arange(len(rows))
        reliefs = tuple((kind, _switches(population.exemptions, local, kind)) for kind in Relief)
        return cls(
            principal,
            due + 1,
            _months_after(anchor, rule.first_period_months),
            as_of.toordinal(),
            _payments(population, local),
            reliefs,
            _switches(population.exclusions, local, None),
        )


def _payments(population: ChargePopulation, local: Int64) -> _Events:
    columns = population.payments
    if columns is None:
        return _nothing()
    row = local[rows_of(columns.offsets, len(columns.on), len(local))]
    amount = whole_numbers(columns.amount)
    if len(amount) and int(amount.min()) < 0:
        raise NegativeAmount("payment_amount")
    if len(amount) and int(amount.max()) * len(amount) > _LARGEST:
        raise AmountTooLarge("payment_amount")
    chosen = row >= 0
    return _Events(row[chosen], ordinals(columns.on)[chosen] + 1, amount[chosen])


def _switches(columns: PeriodColumns | None, local: Int64, kind: Relief | None) -> _Events:
    """期間を、始まりで +1、終わりの翌日で -1 とする出来事にする。"""
    if columns is None:
        return _nothing()
    row = local[rows_of(columns.offsets, len(columns.first), len(local))]
    first, through = ordinals(columns.first), ordinals(columns.through)
    if bool((through < first).any()):
        raise InvertedRange("免除または控除の期間")
    chosen = row >= 0
    if kind is not None:
        chosen &= whole_numbers(columns.relief) == kind
    row, first, through = row[chosen], first[chosen], through[chosen]
    ones = np.ones(len(row), np.int64)
    return _Events(np.concatenate((row, row)), np.concatenate((first, through + 1)), np.concatenate((ones, -ones)))


def _nothing() -> _Events:
    empty = np.zeros(0, np.int64)
    return _Events(empty, empty, empty)


def _months_after(days: Int64, months: int) -> Int64:
    distinct, at = np.unique(days, return_inverse=True)
    ends = [months_after(date.fromordinal(day), months).toordinal() for day in distinct.tolist()]
    return np.array(ends, np.int64)[at] if len(ends) else days


def _part(part: _Part, rule: ChargeRule) -> tuple[Int64, Int64]:
    rates = bulk_rates(rule)
    row, first, key, width = _intervals(part, rates)
    through = np.append(first[1:] - 1, part.last)
    is_last = np.append(row[1:] != row[:-1], True)
    through[is_last] = part.last

    paid = _level(part.paid, part, row, key, width)
    remaining = np.maximum(0, part.principal[row] - paid)
    base = _bases(part, rule, row, np.where(_level(part.excluded, part, row, key, width) > 0, 0, remaining))
    relief = np.zeros(len(row), np.int64)
    for kind, events in part.reliefs:
        relief |= np.where(_level(events, part, row, key, width) > 0, int(kind), 0)
    is_early = first <= part.early_through[row]
    period = np.searchsorted(rates.starts, first, side="right") - 1
    if bool(((base > 0) & ((first > rates.ends) | (period < 0))).any()):
        raise ValueNotRegistered(f"{rule.name}の割合")
    rate = np.where(is_early, rates.early[period], rates.after[period])
    grace = rates.grace[period]

    when = (rate, grace) if rule.merges_equal_rates else (period,)
    heads = _heads(row, base, *when, is_early, remaining, relief)
    days = np.add.reduceat(through - first + 1, heads) if len(heads) else np.zeros(0, np.int64)
    if int(base.max(initial=0)) * int(days.max(initial=0)) * int(rate.max(initial=0)) > _LARGEST:
        raise AmountTooLarge
    heads, days = heads[base[heads] > 0], days[base[heads] > 0]
    return _sums(
        len(part.start),
        row[heads],
        base[heads] * days,
        rate[heads],
        _Letting(relief[heads], grace[heads], is_early[heads]),
        rates.denominator * DAYS_OF_YEAR,
    )


def _intervals(part: _Part, rates: BulkRates) -> tuple[Int64, Int64, Int64, int]:
    """区切りを並べ替えて、区間の件・初日・並べ替えの鍵を作る。"""
    everyone = np.arange(len(part.start), dtype=np.int64)
    changes = np.append(rates.starts, rates.ends + 1)
    lower = np.searchsorted(changes, part.start, side="right")
    upper = np.maximum(lower, np.searchsorted(changes, part.last, side="right"))
    counts = upper - lower
    change_row = np.repeat(everyone, counts)
    within = np.arange(len(change_row), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    change_day = changes[np.repeat(lower, counts) + within]
    events = [part.paid, part.excluded, *(each for _, each in part.reliefs)]
    row = np.concatenate([everyone, everyone, change_row, *(each.row for each in events)])
    day = np.concatenate([part.start, part.early_through + 1, change_day, *(each.day for each in events)])
    inside = (day >= part.start[row]) & (day <= part.last)
    earliest = int(part.start.min(initial=part.last))
    width = part.last - earliest + 2
    key = np.sort(row[inside] * width + (day[inside] - earliest))
    key = key[np.append(np.ones(min(1, len(key)), np.bool_), key[1:] != key[:-1])]
    row = key // width
    return row, key - row * width + earliest, key, width


def _level(events: _Events, part: _Part, row: Int64, key: Int64, width: int) -> Int64:
    """区間の初日までに効いた量の合計。"""
    if not len(events.row):
        return np.zeros(len(row), np.int64)
    earliest = int(part.start.min(initial=part.last))
    at = events.row * width + np.clip(events.day - earliest, 0, width - 1)
    order = np.argsort(at, kind="stable")
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(events.amount[order])))
    reached = np.searchsorted(at[order], key, side="right")
    before = np.searchsorted(at[order], row * width, side="left")
    return sums[reached] - sums[before]


def _bases(part: _Part, rule: ChargeRule, row: Int64, taxed: Int64) -> Int64:
    base = taxed // rule.base_unit * rule.base_unit
    is_below = taxed < rule.base_minimum
    if rule.below_minimum is BelowMinimum.CONTINUE:
        is_below = part.principal[row] < rule.base_minimum
    base[is_below] = 0
    return base


def _heads(row: Int64, base: Int64, *columns: NDArray[np.int64] | Flags) -> Int64:
    """条件が変わる区間の番号。基礎額のない区間どうしは分けない。"""
    is_new = np.ones(len(row), np.bool_)
    if len(row):
        changed = np.zeros(len(row) - 1, np.bool_)
        for column in (*columns, base):
            changed |= column[1:] != column[:-1]
        is_new[1:] = (row[1:] != row[:-1]) | changed
    return np.flatnonzero(is_new)


@dataclass(frozen=True, slots=True)
class _Letting:
    relief: Int64
    grace: Int64
    is_early: Flags


def _sums(rows: int, row: Int64, base_days: Int64, rate: Int64, letting: _Letting, divisor: int) -> tuple[Int64, Int64]:
    amount = base_days * rate // divisor
    is_full, is_grace = letting.relief & Relief.FULL > 0, letting.relief & Relief.GRACE > 0
    if bool((is_grace & ~is_full & (letting.grace < 0)).any()):
        raise ValueNotRegistered("猶予期間の割合")
    exempted = np.where(is_grace, np.maximum(0, amount - base_days * np.maximum(0, letting.grace) // divisor), 0)
    is_half = (letting.relief & Relief.HALF_OF_AFTER > 0) & ~letting.is_early
    exempted = np.where(is_half, np.maximum(exempted, amount // 2), exempted)
    exempted = np.where(is_full, amount, exempted)
    total, let_off = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    np.add.at(total, row, amount)
    np.add.at(let_off, row, exempted)
    return total, let_off
