"""延滞金はいくらか。期間を区切り、区分ごとに計算して、最後に一度だけ端数を切る。

How much delinquency charge is due as of a day, with the segments that explain it.

1. 起算日から `as_of` までを、年・1月を経過する日・納付の翌日・免除と控除の始まりと終わりで区切る。
2. 区分ごとに 基礎額×割合×日数÷365 を求めて1円未満を切り捨てる。
3. 免除する額も区分ごとに求める。合計から引き、1,000円未満は0円、100円未満は切り捨てる。

条文: 地方税法第20条の4の2、第326条ほか各税目の規定、附則第3条の2。
含まないもの: 昭和38年9月以前の日歩、法人の申告期限の延長期間の割合、平成25年以前の猶予期間の割合。
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from osame.kernel.money import Yen
from osame.kernel.periods import day_after, day_before, days_inclusive
from osame.law.claim import ChargeClaim, Override, Payment, Relief
from osame.law.parameters import ValueNotRegistered
from osame.law.rates import RatePeriod, rate_table
from osame.law.reading import BelowMinimum
from osame.law.rounding import NOTHING, accrued, charge_base, floor_charge
from osame.law.rules import LOCAL_TAX, ChargeRule
from osame.law.steps import charge_steps

__all__ = ["ChargeBreakdown", "ChargeClaim", "Payment", "Segment", "delinquency_charge"]


@dataclass(frozen=True, slots=True)
class Segment:
    """割合と基礎額が変わらない一区分。

    A run of days with one rate, one base and one relief. `amount` is what accrues, `exempted` what is let off of it.

    根拠: 地方税法附則第3条の2第1項
    """

    first: date
    through: date
    days: int
    rate: Fraction
    base: Yen
    amount: Yen
    exempted: Yen = NOTHING
    reliefs: int = 0


@dataclass(frozen=True, slots=True)
class ChargeBreakdown:
    """延滞金の額と、その説明。

    The charge and how it came to be. `final` is what is payable; `computed` is what the law gives without an override.

    根拠: 地方税法第20条の4の2第5項
    """

    claim: ChargeClaim
    as_of: date
    rule: ChargeRule
    segments: tuple[Segment, ...]
    total: Yen
    exempted: Yen
    computed: Yen

    @property
    def final(self) -> Yen:
        """納付すべき延滞金。手で定めた額があればその額。"""
        return self.computed if self.override is None else self.override.amount

    @property
    def override(self) -> Override | None:
        """手で定めた額の記録。"""
        return self.claim.override

    @property
    def steps(self) -> tuple[str, ...]:
        """計算の過程。画面、通知書、審査請求の書面に同じ文を出す。"""
        return charge_steps(self)

    @property
    def basis(self) -> tuple[str, ...]:
        """根拠の条文。重複を除き、使った順。"""
        claim = self.claim
        extended = ["地方税法第20条の5の2"] if claim.extended_to else []
        periods = [each.basis for each in claim.exemptions] + [each.basis for each in claim.exclusions]
        remissions = [each.basis for each in claim.remissions]
        return tuple(dict.fromkeys([*self.rule.basis, *extended, *periods, *remissions]))


def delinquency_charge(claim: ChargeClaim, *, as_of: date, rule: ChargeRule = LOCAL_TAX) -> ChargeBreakdown:
    """延滞金を計算する。

    The delinquency charge of one claim if it were paid on `as_of` (that day included).

    本税が完納されたら、その日で計算を止める。すでに生じた延滞金は残る。`as_of` より後の納付は見ない。

    根拠: 地方税法第326条第1項、地方税法第20条の4の2第2項・第5項、地方税法附則第3条の2第1項
    解釈: 納付ごとには端数を切らず、最後の合計に一度だけ1,000円・100円の切捨てを当てる。
    例:
    >>> claim = ChargeClaim(Yen(56_400), date(2026, 2, 2))
    >>> answer = delinquency_charge(claim, as_of=date(2026, 5, 29))
    >>> [each.amount for each in answer.segments], answer.total, answer.final
    ([120, 1228], 1348, 1300)
    """
    segments = tuple(_segments(claim, as_of, rule))
    total = Yen(sum(each.amount for each in segments))
    let_off = sum(each.exempted for each in segments) + sum(each.amount for each in claim.remissions)
    exempted = Yen(min(total, let_off))
    computed = floor_charge(Yen(total - exempted), minimum=rule.charge_minimum, unit=rule.charge_unit)
    return ChargeBreakdown(claim, as_of, rule, segments, total, exempted, computed)


@dataclass(frozen=True, slots=True)
class _State:
    """ある日の計算の条件。同じ条件の続く日が一区分になる。"""

    period: RatePeriod
    is_early: bool
    remaining: Yen
    base: Yen
    reliefs: int

    @property
    def rate(self) -> Fraction:
        return self.period.early if self.is_early else self.period.after


def _segments(claim: ChargeClaim, as_of: date, rule: ChargeRule) -> Iterator[Segment]:
    pieces = list(_pieces(claim, as_of, rule))

    def key(piece: tuple[date, date, _State | None]) -> object:
        state = piece[2]
        if state is None:
            return None
        rates = (state.rate, state.period.grace) if rule.merges_equal_rates else state.period.first
        return rates, state.is_early, state.remaining, state.base, state.reliefs

    for _, group in groupby(pieces, key):
        run = list(group)
        first, state, through = run[0][0], run[0][2], run[-1][1]
        if state is not None:
            yield _segment(first, through, state)


def _pieces(claim: ChargeClaim, as_of: date, rule: ChargeRule) -> Iterator[tuple[date, date, _State | None]]:
    """区切りの間ごとの条件。基礎額がない間は None。"""
    early_through = claim.early_through(rule.first_period_months)
    cuts = _cuts(claim, as_of, rule, early_through)
    throughs = [day_before(cut) for cut in cuts[1:]] + [as_of]
    for first, through in zip(cuts, throughs, strict=False):
        yield first, through, _state(claim, first, rule, early_through)


def _cuts(claim: ChargeClaim, as_of: date, rule: ChargeRule, early_through: date) -> list[date]:
    start = claim.accrues_from
    if start > as_of:
        return []
    table = rate_table(rule)
    cuts = {start, day_after(early_through), day_after(table.ends), *table.starts}
    cuts.update(day_after(each.on) for each in claim.payments)
    cuts.update(each.first for each in claim.exemptions + claim.exclusions)
    cuts.update(day_after(each.through) for each in claim.exemptions + claim.exclusions)
    return sorted(cut for cut in cuts if start <= cut <= as_of)


def _state(claim: ChargeClaim, day: date, rule: ChargeRule, early_through: date) -> _State | None:
    remaining = Yen(max(0, claim.principal - sum(each.amount for each in claim.payments if each.on < day)))
    base = _base(claim, remaining, day, rule)
    if base == 0:
        return None
    reliefs = 0
    for each in claim.exemptions:
        if each.first <= day <= each.through:
            reliefs |= each.relief
    return _State(rate_table(rule).at(day), day <= early_through, remaining, base, reliefs)


def _base(claim: ChargeClaim, remaining: Yen, day: date, rule: ChargeRule) -> Yen:
    """その日の基礎額。控除の期間は、その対象の額を除く。"""
    for each in claim.exclusions:
        if each.first <= day <= each.through:
            portion = remaining if each.portion is None else each.portion
            remaining = Yen(max(0, remaining - portion))
    if rule.below_minimum is BelowMinimum.CONTINUE:
        minimum = Yen(0) if claim.principal >= rule.base_minimum else rule.base_minimum
        return charge_base(remaining, minimum=minimum, unit=rule.base_unit)
    return charge_base(remaining, minimum=rule.base_minimum, unit=rule.base_unit)


def _segment(first: date, through: date, state: _State) -> Segment:
    days = days_inclusive(first, through)
    amount = accrued(state.base, state.rate, days)
    exempted = _exempted(state, amount, days)
    return Segment(first, through, days, state.rate, state.base, amount, exempted, state.reliefs)


def _exempted(state: _State, amount: Yen, days: int) -> Yen:
    """一区分の免除額。重なれば大きい方。"""
    if state.reliefs & Relief.FULL:
        return amount
    exempted = 0
    if state.reliefs & Relief.GRACE:
        if state.period.grace is None:
            raise ValueNotRegistered(f"猶予期間の割合、{state.period.first.isoformat()}からの期間")
        exempted = max(0, amount - accrued(state.base, state.period.grace, days))
    if state.reliefs & Relief.HALF_OF_AFTER and not state.is_early:
        exempted = max(exempted, amount // 2)
    return Yen(exempted)
