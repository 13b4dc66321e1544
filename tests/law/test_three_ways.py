"""地方税法第326条・第20条の4の2: 1件ずつの計算、まとめての計算、一日ずつ足す素朴な計算が1円も違わない。"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Exclusion, Exemption, Payment, Relief, Remission
from osame.law.delinquency_charge import delinquency_charge
from osame.law.delinquency_charge_bulk import ChargePopulation, delinquency_charges
from osame.law.population import PeriodColumns
from osame.law.rules import LOCAL_TAX

AS_OF = date(2026, 11, 23)
CASES = 100_000

# The published rates, typed in again by hand: an independent copy, in hundredths of a percent.
EARLY = {2014: 290, 2015: 280, 2016: 280, 2017: 270, 2018: 260, 2019: 260, 2020: 260, 2021: 250}
EARLY |= {2022: 240, 2023: 240, 2024: 240, 2025: 240, 2026: 280}
GRACE = {2014: 190, 2015: 180, 2016: 180, 2017: 170, 2018: 160, 2019: 160, 2020: 160, 2021: 100}
GRACE |= {2022: 90, 2023: 90, 2024: 90, 2025: 90, 2026: 130}
LEAP = {2016, 2020, 2024}
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def naive_early_through(due):
    """納期限の翌日から1月を経過する日を、暦をめくって求める。"""
    start = due + timedelta(days=1)
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    length = MONTH_DAYS[month - 1] + (1 if month == 2 and year in LEAP else 0)
    if start.day > length:
        return date(year, month, length)
    return date(year, month, start.day) - timedelta(days=1)


def naive_charge(claim, as_of):
    """一日ずつ、その日の税額・割合・免除を決め、同じ条件の続く日をまとめて切り捨てる。"""
    conditions = []
    early_through = naive_early_through(claim.due_date)
    remaining = claim.principal
    paid = {}
    for each in claim.payments:
        paid[each.on] = paid.get(each.on, 0) + each.amount
    remaining = claim.principal - sum(amount for on, amount in paid.items() if on <= claim.due_date)
    day = claim.due_date + timedelta(days=1)
    one = timedelta(days=1)
    while day <= as_of:
        if remaining < 2000:
            break
        excluded = any(each.first <= day <= each.through for each in claim.exclusions)
        reliefs = frozenset(each.relief for each in claim.exemptions if each.first <= day <= each.through)
        conditions.append((day.year, day <= early_through, remaining, excluded, reliefs))
        remaining -= paid.get(day, 0)
        day += one
    total = exempted = 0
    for (year, is_early, left, excluded, reliefs), days in groupby(conditions):
        count = len(list(days))
        if excluded:
            continue
        base = left - left % 1000
        rate = EARLY[year] if is_early else EARLY[year] + 630
        amount = base * rate * count // 3650000
        letting = [0]
        if Relief.FULL in reliefs:
            letting.append(amount)
        if Relief.GRACE in reliefs:
            letting.append(amount - base * GRACE[year] * count // 3650000)
        if Relief.HALF_OF_AFTER in reliefs and not is_early:
            letting.append(amount // 2)
        total += amount
        exempted += max(letting)
    exempted = min(total, exempted + sum(each.amount for each in claim.remissions))
    payable = total - exempted
    return total, exempted, 0 if payable < 1000 else payable - payable % 100


@dataclass
class Drawn:
    claims: list
    population: ChargePopulation


def columns(claims):
    """期別の並びを、まとめての計算に渡す列にする。"""

    def offsets(counts):
        return np.concatenate(([0], np.cumsum(np.array(counts, np.int64)))).astype(np.int64)

    def days(values):
        return np.array([each.toordinal() for each in values], np.int64)

    payments = [each for claim in claims for each in claim.payments]
    exemptions = [each for claim in claims for each in claim.exemptions]
    exclusions = [each for claim in claims for each in claim.exclusions]
    return ChargePopulation(
        principal=np.array([claim.principal for claim in claims], np.int64),
        due_date=days([claim.due_date for claim in claims]),
        payment_offsets=offsets([len(claim.payments) for claim in claims]),
        payment_on=days([each.on for each in payments]),
        payment_amount=np.array([each.amount for each in payments], np.int64),
        exemptions=PeriodColumns(
            offsets([len(claim.exemptions) for claim in claims]),
            days([each.first for each in exemptions]),
            days([each.through for each in exemptions]),
            np.array([int(each.relief) for each in exemptions], np.int64),
        ),
        exclusions=PeriodColumns(
            offsets([len(claim.exclusions) for claim in claims]),
            days([each.first for each in exclusions]),
            days([each.through for each in exclusions]),
        ),
        remitted=np.array([sum(each.amount for each in claim.remissions) for claim in claims], np.int64),
    )


def drawn_claims(seed, count):
    """種を固定した乱数で期別を作る。長い滞納、短い滞納、途中の納付、猶予、停止、控除を混ぜる。"""
    rng = np.random.default_rng(seed)
    kinds = tuple(Relief)
    claims = []
    for _ in range(count):
        length = int(rng.integers(1, 4_000)) if rng.random() < 0.02 else int(rng.integers(0, 150))
        first_day = date(2014, 2, 1).toordinal()
        ends = int(rng.integers(first_day, AS_OF.toordinal() + 1))
        due = date.fromordinal(max(first_day, ends - length))
        span = (AS_OF - due).days

        def some_day(due=due, length=length, span=span):
            return due + timedelta(days=int(rng.integers(-20, min(span, max(length, 60)) + 1)))

        principal = int(rng.integers(0, 8_000)) if rng.random() < 0.2 else int(rng.integers(1_000, 900_000))
        payments = [
            Payment(some_day(), Yen(int(rng.integers(0, principal + 2)))) for _ in range(int(rng.integers(0, 4)))
        ]
        # The rest is paid in the end, so that the naive loop stays affordable.
        payments.append(Payment(date.fromordinal(min(AS_OF.toordinal(), due.toordinal() + length)), Yen(principal)))
        exemptions = []
        for _ in range(int(rng.choice(4, p=(0.5, 0.3, 0.15, 0.05)))):
            first = some_day()
            last = first + timedelta(days=int(rng.integers(0, 90)))
            exemptions.append(Exemption(kinds[int(rng.integers(0, 3))], first, last))
        exclusions = []
        if rng.random() < 0.15:
            first = some_day()
            exclusions.append(Exclusion(first, first + timedelta(days=int(rng.integers(0, 60)))))
        remissions = (Remission(Yen(int(rng.integers(0, 500))), "災害"),) if rng.random() < 0.05 else ()
        claims.append(
            ChargeClaim(Yen(principal), due, tuple(payments), tuple(exemptions), tuple(exclusions), remissions)
        )
    return claims


@pytest.mark.slow
def test_scalar_bulk_and_naive_loop_agree_on_100000_cases():
    claims = drawn_claims(20260401, CASES)
    bulk = delinquency_charges(columns(claims), as_of=AS_OF)
    answers = list(zip(bulk.total.tolist(), bulk.exempted.tolist(), bulk.final.tolist(), strict=True))
    compared = nonzero = 0
    for claim, answer in zip(claims, answers, strict=True):
        scalar = delinquency_charge(claim, as_of=AS_OF)
        assert answer == (scalar.total, scalar.exempted, scalar.final), claim
        assert answer == naive_charge(claim, AS_OF), claim
        compared += 1
        nonzero += answer[0] > 0
    assert compared == CASES
    assert nonzero > CASES // 3


def test_rows_without_events_take_the_same_yen_as_the_scalar_form():
    rng = np.random.default_rng(7)
    principal = rng.integers(0, 2_000_000, 3_000)
    due = rng.integers(date(1999, 1, 1).toordinal(), AS_OF.toordinal() + 60, 3_000)
    bulk = delinquency_charges(ChargePopulation(principal, due), as_of=AS_OF, rule=LOCAL_TAX)
    for row in range(3_000):
        claim = ChargeClaim(Yen(int(principal[row])), date.fromordinal(int(due[row])))
        scalar = delinquency_charge(claim, as_of=AS_OF)
        assert (scalar.total, scalar.final) == (bulk.total[row], bulk.final[row])


days = st.dates(date(2014, 1, 15), AS_OF)
amounts = st.integers(0, 30_000).map(Yen)
claims = st.builds(
    ChargeClaim,
    principal=st.integers(0, 60_000).map(Yen),
    due_date=days,
    payments=st.lists(st.builds(Payment, days, amounts), max_size=3).map(tuple),
    exemptions=st.lists(
        st.builds(
            lambda relief, first, length: Exemption(relief, first, first + timedelta(days=length)),
            st.sampled_from(Relief),
            days,
            st.integers(0, 400),
        ),
        max_size=3,
    ).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(claim=claims, as_of=days)
def test_edges_agree_three_ways(claim, as_of):
    scalar = delinquency_charge(claim, as_of=as_of)
    bulk = delinquency_charges(columns([claim]), as_of=as_of)
    answer = (scalar.total, scalar.exempted, scalar.final)
    assert answer == (bulk.total[0], bulk.exempted[0], bulk.final[0])
    assert answer == naive_charge(claim, as_of)


@settings(max_examples=150, deadline=None)
@given(principal=st.integers(0, 3_000_000).map(Yen), due=days, as_of=days, more=st.integers(0, 800))
def test_nothing_paid_means_the_charge_never_decreases(principal, due, as_of, more):
    claim = ChargeClaim(principal, due)
    later = min(AS_OF, as_of + timedelta(days=more))
    assert delinquency_charge(claim, as_of=as_of).total <= delinquency_charge(claim, as_of=later).total


@settings(max_examples=150, deadline=None)
@given(claim=claims, on=days, amount=st.integers(0, 20_000), part=st.integers(0, 20_000))
def test_splitting_one_payment_on_the_same_day_changes_nothing(claim, on, amount, part):
    part = min(part, amount)
    whole = (*claim.payments, Payment(on, Yen(amount)))
    split = (*claim.payments, Payment(on, Yen(part)), Payment(on, Yen(amount - part)))

    def answered(payments):
        answer = delinquency_charge(
            ChargeClaim(claim.principal, claim.due_date, payments, claim.exemptions), as_of=AS_OF
        )
        return answer.segments, answer.final

    assert answered(whole) == answered(split)
