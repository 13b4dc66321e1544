"""地方税法第9条・第11条～第12条の2・第15条、国税徴収法第76条・第98条～第104条の2: 承継、第二次納税義務、分納、給与の合算、公売。"""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, NegativeAmount, Payment
from osame.law.delinquency_charge import delinquency_charge
from osame.law.instalments import (
    HouseholdBudget,
    InstalmentCharge,
    InstalmentTerms,
    NothingToPayWith,
    PlanTooLong,
    ability_to_pay,
    instalment_plan,
    is_kept,
)
from osame.law.parameters import ValueNotRegistered
from osame.law.public_auction import Bid, ReductionTooLarge, auction_estimate, open_bids
from osame.law.rules import LOCAL_TAX, for_forecast
from osame.law.secondary_liability import (
    NoShares,
    SecondaryLiabilityFacts,
    SecondaryLiabilityKind,
    is_within_lookback,
    secondary_liability,
    secondary_timing,
)
from osame.law.succession import (
    Heir,
    HeirAccount,
    HeirKind,
    SharesDoNotAddUp,
    owed_by_each,
    statutory_shares,
    succession,
)
from osame.law.wage_seizure import ExemptAmounts, NoPayPeriod, Wages, wage_seizure_exemption
from osame.law.wage_seizure_multiple import (
    SharingMethod,
    bonus_exemption,
    multiple_wage_exemption,
    retirement_exemption,
)

AMOUNTS = ExemptAmounts(Yen(100_000), Yen(45_000))
LIABLE = SecondaryLiabilityKind
WIFE = Heir("妻", HeirKind.SPOUSE)
ONE, TWO = Heir("長男", HeirKind.CHILD), Heir("長女", HeirKind.CHILD)


# -- succession ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heirs", "shares"),
    [
        ([WIFE], {"妻": Fraction(1)}),
        ([ONE, TWO], {"長男": Fraction(1, 2), "長女": Fraction(1, 2)}),
        ([WIFE, ONE, replace(TWO, is_renounced=True)], {"妻": Fraction(1, 2), "長男": Fraction(1, 2)}),
        (
            [WIFE, ONE, Heir("孫1", HeirKind.CHILD, "次男"), Heir("孫2", HeirKind.CHILD, "次男")],
            {"妻": Fraction(1, 2), "長男": Fraction(1, 4), "孫1": Fraction(1, 8), "孫2": Fraction(1, 8)},
        ),
        ([WIFE, Heir("父", HeirKind.ASCENDANT)], {"妻": Fraction(2, 3), "父": Fraction(1, 3)}),
        (
            [WIFE, Heir("兄", HeirKind.SIBLING), Heir("弟", HeirKind.SIBLING, is_half=True)],
            {"妻": Fraction(3, 4), "兄": Fraction(1, 6), "弟": Fraction(1, 12)},
        ),
        ([WIFE, ONE, Heir("父", HeirKind.ASCENDANT)], {"妻": Fraction(1, 2), "長男": Fraction(1, 2)}),
        ([replace(WIFE, is_renounced=True)], {}),
    ],
)
def test_statutory_shares(heirs, shares):
    assert statutory_shares(heirs) == shares


def test_a_succession_has_its_limits():
    rich, careful = replace(ONE, received=Yen(70_000)), replace(TWO, received=Yen(10_000), is_limited=True)
    found = succession(Yen(100_000), [rich, careful])
    assert [(each.amount, each.guarantee, each.limit) for each in found.shares] == [
        (50_000, 20_000, None),
        (50_000, 0, 10_000),
    ]
    nobody = succession(Yen(100_000), [replace(ONE, is_renounced=True)])
    assert (nobody.shares, nobody.basis[-1]) == ((), "民法第951条")


def test_designated_shares_must_add_up():
    will = {"長男": Fraction(2, 3), "長女": Fraction(1, 3)}
    assert [each.amount for each in succession(Yen(100), [ONE, TWO], designated=will).shares] == [67, 33]
    with pytest.raises(SharesDoNotAddUp):
        succession(Yen(100), [ONE, TWO], designated={"長男": Fraction(2, 3)})
    with pytest.raises(NegativeAmount):
        succession(Yen(-1), [ONE])


@given(st.integers(0, 10_000_000), st.integers(1, 7), st.booleans())
def test_a_succession_loses_no_yen(amount, children, has_spouse):
    heirs = [Heir(str(number), HeirKind.CHILD) for number in range(children)] + ([WIFE] if has_spouse else [])
    shares = succession(Yen(amount), heirs).shares
    assert sum(each.amount for each in shares) == amount
    assert all(abs(each.amount - amount * each.share) < 1 for each in shares)


def naive_parts(amount, weights):
    """一円ずつの端数を、分数のまま数え直す。"""
    exact = [amount * each / sum(weights) for each in weights]
    parts = [each.numerator // each.denominator for each in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: amount - sum(parts)]:
        parts[at] += 1
    return parts


@given(
    st.integers(0, 3_000_000),
    st.lists(st.integers(1, 12), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-1, 5), st.integers(1, 400_000)), max_size=8),
)
def test_what_each_heir_still_owes_adds_up_however_it_was_paid(unpaid, weights, payments):
    portions = [Fraction(each, sum(weights)) for each in weights]
    paid = [sum(amount for who, amount in payments if who == at) for at in range(len(weights))]
    others = sum(amount for _, amount in payments) - sum(paid)
    accounts = [HeirAccount(share, Yen(done)) for share, done in zip(portions, paid, strict=True)]
    owed = owed_by_each(Yen(unpaid), accounts, paid_by_others=Yen(others))
    assert sum(owed) == unpaid
    parts = naive_parts(unpaid + sum(paid) + others, portions)
    left = [Fraction(max(0, part - done)) for part, done in zip(parts, paid, strict=True)]
    assert owed == naive_parts(unpaid, left if any(left) else portions)
    if others == 0 and all(part >= done for part, done in zip(parts, paid, strict=True)):
        assert owed == [part - done for part, done in zip(parts, paid, strict=True)]


# -- secondary liability ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts", "limit", "amount"),
    [
        (LIABLE.UNLIMITED_PARTNER, {}, None, 1_000),
        (LIABLE.LIQUIDATOR, {"value": Yen(300)}, 300, 300),
        (LIABLE.DISTRIBUTEE, {"value": Yen(3_000)}, 3_000, 1_000),
        (LIABLE.BUSINESS_TRANSFEREE, {"value": Yen(700)}, 700, 700),
        (LIABLE.GRATUITOUS_TRANSFEREE, {"value": Yen(900), "paid": Yen(200)}, 700, 700),
        (
            LIABLE.GRATUITOUS_TRANSFEREE,
            {"value": Yen(900), "paid": Yen(200), "remaining_benefit": Yen(150)},
            150,
            150,
        ),
        (
            LIABLE.FAMILY_COMPANY,
            {"assets": Yen(1_000), "liabilities": Yen(1), "shares_held": 1, "shares_total": 2},
            499,
            499,
        ),
        (LIABLE.FAMILY_COMPANY, {"liabilities": Yen(9), "shares_held": 1, "shares_total": 2}, 0, 0),
    ],
)
def test_limits_of_secondary_liability(kind, facts, limit, amount):
    found = secondary_liability(kind, SecondaryLiabilityFacts(Yen(1_000), **facts))
    assert (found.limit, found.amount) == (limit, amount)
    assert found.basis[0] == "地方税法第11条第1項"


def test_a_liquidator_who_took_a_part_answers_for_what_was_distributed():
    """清算人として100万円を分配し、株主として30万円を受けた者は、100万円を限度とする（国税庁の事務運営指針の注）。"""
    found = secondary_liability(LIABLE.LIQUIDATOR, SecondaryLiabilityFacts(Yen(2_000_000), value=Yen(1_000_000)))
    assert found.amount == 1_000_000


def test_shares_that_cannot_be_and_days():
    for held, total in ((1, 0), (3, 2), (-1, 2)):
        facts = SecondaryLiabilityFacts(Yen(1), shares_held=held, shares_total=total)
        with pytest.raises(NoShares):
            secondary_liability(LIABLE.FAMILY_COMPANY, facts)
    assert is_within_lookback(date(2024, 2, 29), date(2025, 2, 28))
    assert secondary_timing(date(2026, 1, 31)).due_date == date(2026, 2, 28)
    assert secondary_timing(date(2026, 1, 31)).seizable_from is None


# -- instalments -----------------------------------------------------------------------------------------------

CHARGES = [
    InstalmentCharge("2期", ChargeClaim(Yen(60_000), date(2025, 8, 31))),
    InstalmentCharge(
        "1期", ChargeClaim(Yen(60_000), date(2025, 6, 30), (Payment(date(2025, 9, 1), Yen(20_000)),)), Yen(100)
    ),
]


def test_a_plan_settles_the_older_charge_first_and_its_delinquency_charge_is_the_laws():
    plan = instalment_plan(CHARGES, InstalmentTerms(date(2026, 1, 31), Yen(30_000)))
    assert [each.on for each in plan.instalments] == [
        date(2026, 2, 2),
        date(2026, 3, 2),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    assert [[part.key for part in each.parts] for each in plan.instalments][:2] == [["1期"], ["1期", "2期"]]
    first = replace(
        CHARGES[1].claim,
        payments=(
            *CHARGES[1].claim.payments,
            Payment(date(2026, 2, 2), Yen(30_000)),
            Payment(date(2026, 3, 2), Yen(10_000)),
        ),
    )
    charged = sum(part.delinquency_charge for each in plan.instalments for part in each.parts if part.key == "1期")
    assert charged == delinquency_charge(first, as_of=date(2026, 3, 2)).final > 0
    assert (plan.principal, plan.fee) == (100_000, 100)
    assert all(each.amount == 30_000 for each in plan.instalments[:-1])
    assert sum(each.amount for each in plan.instalments) == plan.principal + plan.fee + plan.delinquency_charge


def test_a_plan_into_unregistered_years_is_a_forecast_and_a_charge_is_not():
    plan = instalment_plan(CHARGES, InstalmentTerms(date(2026, 11, 30), Yen(10_000), 24))
    assert plan.instalments[-1].on.year == 2027
    with pytest.raises(ValueNotRegistered):
        delinquency_charge(CHARGES[0].claim, as_of=date(2027, 3, 1))
    rule = for_forecast(LOCAL_TAX, date(2028, 12, 31))
    answer = delinquency_charge(CHARGES[0].claim, as_of=date(2027, 3, 1), rule=rule)
    assert answer.segments[-1].rate == answer.segments[-2].rate
    assert "見込み" in answer.steps[0]
    with pytest.raises(ValueNotRegistered):
        delinquency_charge(CHARGES[0].claim, as_of=date(2029, 1, 1), rule=rule)


def test_plans_that_cannot_be():
    with pytest.raises(NothingToPayWith):
        InstalmentTerms(date(2026, 1, 31), Yen(0))
    with pytest.raises(PlanTooLong, match="3回"):
        instalment_plan(CHARGES, InstalmentTerms(date(2026, 1, 31), Yen(30_000), 3))
    assert instalment_plan([], InstalmentTerms(date(2026, 1, 31), Yen(1))).instalments == ()


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 300)), min_size=1, max_size=4),
    st.integers(5_000, 100_000),
)
def test_a_plan_pays_everything_once(given_charges, amount):
    charges = [
        InstalmentCharge(str(number), ChargeClaim(Yen(tax), date(2025, 6, 30) + timedelta(days=later)))
        for number, (tax, later) in enumerate(given_charges)
    ]
    plan = instalment_plan(charges, InstalmentTerms(date(2026, 5, 31), Yen(amount), 400))
    assert plan.principal == sum(tax for tax, _ in given_charges)
    assert sum(each.amount for each in plan.instalments) == plan.principal + plan.delinquency_charge
    assert all(
        each.amount == sum(p.principal + p.fee + p.delinquency_charge for p in each.parts) for each in plan.instalments
    )
    assert all(each.amount == amount for each in plan.instalments[:-1])


def test_ability_and_performance():
    poor = ability_to_pay(HouseholdBudget(Yen(120_000), Yen(10_000), 1, cash=Yen(20_000)), AMOUNTS)
    assert (poor.now, poor.monthly) == (0, 0)
    plan = instalment_plan(CHARGES, InstalmentTerms(date(2026, 1, 31), Yen(30_000))).instalments
    assert is_kept(plan, Yen(0), as_of=date(2026, 2, 7), delay_days=5)
    assert not is_kept(plan, Yen(29_999), as_of=date(2026, 2, 8), delay_days=5)
    assert is_kept(plan, Yen(60_000), as_of=date(2026, 3, 31), delay_days=0)


# -- several wages, bonus, retirement -------------------------------------------------------------------------


def wage(gross, deducted, dependants=0, **more):
    return Wages(Yen(gross), (Yen(deducted),), dependants, **more)


def test_two_wages_share_one_limit():
    both = [wage(300_000, 50_000, 3), wage(50_000, 5_000, 3)]
    shared = multiple_wage_exemption(both, AMOUNTS, method=SharingMethod.PROPORTION)
    # 235,000×300÷350=201,428→202,000、33,571→34,000。5号の合計12,000を同じ割合で分け、切り上げる
    assert [(each.item4, each.item5) for each in shared.shares] == [(202_000, 11_000), (34_000, 2_000)]
    with pytest.raises(NoPayPeriod):
        multiple_wage_exemption([], AMOUNTS)


def test_the_ceiling_of_item_5_is_shared_too():
    rich = multiple_wage_exemption([wage(1_000_000, 0), wage(1_000_000, 0)], AMOUNTS)
    assert [each.item5 for each in rich.shares] == [180_000, 20_000]
    assert sum(each.seizable for each in rich.shares) == 2_000_000 - 100_000 - 200_000


@given(st.integers(0, 900_000), st.integers(0, 300_000), st.integers(0, 4))
def test_one_wage_is_the_case_of_several(gross, deducted, dependants):
    one = wage(gross, deducted, dependants)
    alone = wage_seizure_exemption(one, AMOUNTS)
    for method in SharingMethod:
        share = multiple_wage_exemption([one], AMOUNTS, method=method).shares[0]
        assert share.seizable == alone.seizable


def test_short_periods_bonus_and_retirement():
    daily = multiple_wage_exemption([wage(85_050, 4_010, days=10)], AMOUNTS).shares[0]
    assert daily.seizable == wage_seizure_exemption(wage(85_050, 4_010, days=10), AMOUNTS).seizable == 38_000
    assert bonus_exemption(wage(400_000, 80_000), None, AMOUNTS).shares[0].seizable == 176_000
    short = retirement_exemption(wage(1_000_000, 0), 5, AMOUNTS)
    assert (short.item3, short.item4, short.seizable) == (300_000, 0, 700_000)
    assert retirement_exemption(wage(100_000, 0), 30, AMOUNTS).seizable == 0


# -- auction ---------------------------------------------------------------------------------------------------


def test_estimates_and_bids():
    again = auction_estimate(Yen(1_000_001), reduction=Fraction("0.2"), earlier_reductions=(Fraction("0.3"),))
    assert (again.estimate, again.deposit) == (560_000, 56_000)
    with pytest.raises(ReductionTooLarge):
        auction_estimate(Yen(1), reduction=Fraction("0.31"))
    tied = open_bids([Bid("A", Yen(900)), Bid("B", Yen(900))], Yen(800), Yen(80))
    assert (tied.best, [each.bidder for each in tied.ties]) == (None, ["A", "B"])
    assert open_bids([Bid("A", Yen(799))], Yen(800), Yen(80)).best is None
    assert open_bids([Bid("A", Yen(900)), Bid("B", Yen(819))], Yen(800), Yen(80)).following is None
