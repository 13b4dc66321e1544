"""国税徴収法第76条と、地方税法第14条の5・民法第488条: 給与の差押禁止額と、納付の割り振り。"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.money import Yen
from osame.law.allocation import (
    DISTRIBUTION_ORDER,
    VOLUNTARY_ORDER,
    AllocationOrder,
    Component,
    Outstanding,
    allocate,
    order_on,
)
from osame.law.claim import NegativeAmount
from osame.law.parameters import ValueNotRegistered
from osame.law.wage_seizure import (
    ExemptAmounts,
    NoPayPeriod,
    Wages,
    exempt_amounts_on,
    paid_wage_exempt,
    wage_seizure_exemption,
)

AMOUNTS = exempt_amounts_on(date(2026, 4, 24))
TAX, CHARGE, FEE = Component.PRINCIPAL_TAX, Component.DELINQUENCY_CHARGE, Component.DEMAND_FEE


def wages(gross, deductions=0, dependants=0, **more):
    return wage_seizure_exemption(Wages(Yen(gross), (Yen(deductions),), dependants, **more), AMOUNTS)


def test_wages_below_the_exempt_amount_cannot_be_seized():
    answer = wages(99_999)
    assert (answer.item4, answer.item5, answer.seizable) == (100_000, 0, 0)


def test_item_5_is_capped_at_twice_item_4():
    answer = wages(3_000_000)
    assert (answer.item5, answer.seizable) == (200_000, 2_700_000)


def test_daily_pay_is_prorated_in_hundreds():
    answer = wages(85_050, 4_010, days=10)
    # 100,000×10÷30=33,333 → 33,400、(85,000−4,100−33,400)×20%=9,500
    assert (answer.item4, answer.item5, answer.seizable) == (33_400, 9_500, 38_000)
    with pytest.raises(NoPayPeriod):
        wages(85_050, days=0)


@given(st.integers(0, 3_000_000), st.integers(0, 600_000), st.integers(0, 6))
def test_more_pay_never_lowers_what_may_be_seized(gross, deductions, dependants):
    less, more = wages(gross, deductions, dependants), wages(gross + 1_000, deductions, dependants)
    assert 0 <= less.seizable <= more.seizable
    assert less.item5 <= 2 * less.item4
    if less.seizable:
        assert less.exempt + less.seizable == gross // 1_000 * 1_000


def test_amounts_are_dated_and_explicit_ones_are_taken():
    assert ExemptAmounts(Yen(100_000), Yen(45_000)) == AMOUNTS
    with pytest.raises(ValueNotRegistered):
        exempt_amounts_on(date(2013, 11, 30))
    assert paid_wage_exempt(Yen(150_000), days_to_next_pay=20, days_of_period=30) == 100_000


def charge(key, due, **amounts):
    names = {"tax": TAX, "charge": CHARGE, "fee": FEE}
    return Outstanding(key, due, {names[name]: Yen(amount) for name, amount in amounts.items()})


FIRST = charge("1期", date(2026, 6, 30), tax=10_000, fee=100, charge=1_200)
SECOND = charge("2期", date(2026, 8, 31), tax=10_000, fee=100, charge=1_000)


def parts(answer):
    return [(each.key, each.component, each.amount) for each in answer.parts]


def test_a_voluntary_payment_settles_the_older_charge_first():
    answer = allocate(Yen(12_000), [SECOND, FIRST])
    assert parts(answer) == [("1期", TAX, 10_000), ("1期", FEE, 100), ("1期", CHARGE, 1_200), ("2期", TAX, 700)]


def test_a_distribution_settles_every_principal_first():
    answer = allocate(Yen(20_050), [FIRST, SECOND], DISTRIBUTION_ORDER)
    assert parts(answer) == [("1期", TAX, 10_000), ("2期", TAX, 10_000), ("1期", FEE, 50)]


def test_equal_due_dates_share_in_proportion():
    three = [charge(key, date(2026, 6, 30), tax=amount) for key, amount in (("甲", 100), ("乙", 100), ("丙", 100))]
    assert parts(allocate(Yen(100), three)) == [("甲", TAX, 34), ("乙", TAX, 33), ("丙", TAX, 33)]


def test_the_rest_is_an_overpayment():
    assert allocate(Yen(11_500), [FIRST]).left == 200
    with pytest.raises(NegativeAmount):
        allocate(Yen(-1), [FIRST])


def test_orders_are_dated():
    fee_first = AllocationOrder(date(2026, 4, 1), (FEE, TAX, CHARGE))
    assert order_on(date(2026, 3, 31), [VOLUNTARY_ORDER, fee_first]) is VOLUNTARY_ORDER
    assert order_on(date(2026, 4, 1), [VOLUNTARY_ORDER, fee_first]) is fee_first
    assert parts(allocate(Yen(150), [FIRST], fee_first)) == [("1期", FEE, 100), ("1期", TAX, 50)]
    with pytest.raises(ValueNotRegistered):
        order_on(date(1950, 1, 1), [VOLUNTARY_ORDER])


outstanding = st.builds(
    lambda key, due, tax, fee, more: charge(str(key), due, tax=tax, fee=fee, charge=more),
    st.integers(0, 999),
    st.sampled_from([date(2026, 6, 30), date(2026, 8, 31)]),
    st.integers(0, 9_999),
    st.integers(0, 100),
    st.integers(0, 9_999),
)


@given(
    st.integers(0, 60_000), st.lists(outstanding, max_size=4), st.sampled_from([VOLUNTARY_ORDER, DISTRIBUTION_ORDER])
)
def test_every_yen_is_accounted_for(amount, charges, order):
    answer = allocate(Yen(amount), charges, order)
    owed = sum(sum(each.amounts.values()) for each in charges)
    assert sum(each.amount for each in answer.parts) == min(amount, owed)
    assert answer.left == max(0, amount - owed)
