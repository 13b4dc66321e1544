"""地方税法第326条・第20条の4の2: 公表例のない場面を、条文から手で計算した例。"""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from osame.kernel.money import Yen
from osame.law import rules
from osame.law.claim import (
    ChargeClaim,
    Exclusion,
    InvertedRange,
    NegativeAmount,
    Override,
    OverrideWithoutReason,
    Payment,
    Relief,
    Remission,
)
from osame.law.delinquency_charge import delinquency_charge
from osame.law.delinquency_charge_bulk import ChargePopulation, delinquency_charges
from osame.law.exclusion import exclusion_for_amendment, exclusions_after_reduction, first_period_anchor
from osame.law.grace import (
    GraceGround,
    exemption_for_grace,
    exemption_for_secured_claim,
    exemption_for_suspension,
    suspension_exempt_through,
)
from osame.law.parameters import ValueNotRegistered
from osame.law.population import AmountTooLarge, NotWholeNumbers, UnevenColumns
from osame.law.reading import BelowMinimum

DUE = date(2025, 6, 30)  # early through 2025-07-31
CLAIM = ChargeClaim(Yen(100_000), DUE)


def amounts(claim, as_of, rule=rules.LOCAL_TAX):
    return [each.amount for each in delinquency_charge(claim, as_of=as_of, rule=rule).segments]


def test_part_payments_cut_the_segments_and_round_once():
    claim = replace(CLAIM, payments=(Payment(date(2025, 8, 31), Yen(40_500)), Payment(date(2025, 9, 30), Yen(59_500))))
    answer = delinquency_charge(claim, as_of=date(2026, 3, 31))
    # 100,000×2.4%×31÷365=203、100,000×8.7%×31÷365=738、59,000×8.7%×30÷365=421。合計1,362 → 1,300
    assert [(each.base, each.days, each.amount) for each in answer.segments] == [
        (100_000, 31, 203),
        (100_000, 31, 738),
        (59_000, 30, 421),
    ]
    assert (answer.total, answer.final) == (1362, 1300)
    assert answer.segments[-1].through == date(2025, 9, 30)


def test_below_the_minimum_after_a_part_payment_has_two_readings():
    claim = replace(CLAIM, payments=(Payment(date(2025, 9, 30), Yen(98_500)),))
    going_on = replace(rules.LOCAL_TAX, below_minimum=BelowMinimum.CONTINUE)
    assert len(amounts(claim, date(2025, 12, 31))) == 2
    assert amounts(claim, date(2025, 12, 31), going_on)[2:] == [1_000 * 87 * 92 // 365_000]
    small = ChargeClaim(Yen(1_999), DUE)
    assert amounts(small, date(2025, 12, 31)) == amounts(small, date(2025, 12, 31), going_on) == []


def test_a_leap_year_still_divides_by_365():
    claim = ChargeClaim(Yen(100_000), date(2023, 12, 31))
    answer = delinquency_charge(claim, as_of=date(2024, 12, 31))
    assert [each.days for each in answer.segments] == [31, 335]
    assert answer.segments[1].amount == 100_000 * 87 * 335 // 365_000


def test_equal_rates_across_the_year_merge_only_when_told():
    claim = ChargeClaim(Yen(33_000), date(2022, 6, 30))
    merged = replace(rules.LOCAL_TAX, merges_equal_rates=True)
    assert len(amounts(claim, date(2025, 12, 31))) == 5
    assert len(amounts(claim, date(2025, 12, 31), merged)) == 2


def test_an_extension_moves_the_start_and_the_first_month():
    claim = replace(CLAIM, extended_to=date(2025, 9, 1))
    answer = delinquency_charge(claim, as_of=date(2025, 10, 31))
    assert [(each.first, each.through) for each in answer.segments] == [
        (date(2025, 9, 2), date(2025, 10, 1)),
        (date(2025, 10, 2), date(2025, 10, 31)),
    ]
    assert "地方税法第20条の5の2" in answer.basis


def test_collection_grace_for_illness_lets_off_everything_in_it():
    grace = exemption_for_grace(GraceGround.ILLNESS, date(2025, 8, 1), date(2025, 12, 31))
    answer = delinquency_charge(replace(CLAIM, exemptions=(grace,)), as_of=date(2025, 12, 31))
    assert answer.exempted == answer.segments[1].amount == 100_000 * 87 * 153 // 365_000
    assert answer.final == 0  # 203円は1,000円未満


def test_realization_grace_leaves_the_grace_rate():
    grace = exemption_for_grace(GraceGround.REALIZATION_ON_APPLICATION, date(2025, 8, 1), date(2026, 7, 31))
    answer = delinquency_charge(replace(CLAIM, exemptions=(grace,)), as_of=date(2026, 7, 31))
    left = [each.amount - each.exempted for each in answer.segments]
    # 100,000×0.9%×153÷365=377、100,000×1.3%×212÷365=755
    assert left == [203, 377, 755]
    assert answer.final == 1300


def test_grace_before_2014_is_refused_not_guessed():
    grace = exemption_for_grace(GraceGround.BUSINESS_LOSS, date(2012, 8, 1), date(2012, 12, 31))
    claim = ChargeClaim(Yen(100_000), date(2012, 6, 30), exemptions=(grace,))
    with pytest.raises(ValueNotRegistered):
        delinquency_charge(claim, as_of=date(2012, 12, 31))


def test_suspension_counts_its_first_day():
    stop = exemption_for_suspension(date(2025, 10, 1), ended_on=suspension_exempt_through(date(2025, 11, 30)))
    answer = delinquency_charge(replace(CLAIM, exemptions=(stop,)), as_of=date(2025, 12, 31))
    assert [each.days for each in answer.segments] == [31, 61, 61, 31]
    assert [each.exempted > 0 for each in answer.segments] == [False, False, True, False]
    assert suspension_exempt_through(date(2025, 11, 30), cause_arose_on=date(2025, 11, 1)) == date(2025, 10, 31)


def test_the_greater_relief_counts_where_two_overlap():
    half = exemption_for_secured_claim(date(2025, 7, 1), date(2025, 12, 31))
    grace = exemption_for_grace(GraceGround.REALIZATION_EX_OFFICIO, date(2025, 8, 1), date(2025, 12, 31))
    both = delinquency_charge(replace(CLAIM, exemptions=(half, grace)), as_of=date(2025, 12, 31))
    one = delinquency_charge(replace(CLAIM, exemptions=(grace,)), as_of=date(2025, 12, 31))
    assert both.exempted == one.exempted
    assert both.segments[0].exempted == 0  # 低い割合の期間は2分の1の対象でない


def test_an_amended_return_after_a_year_leaves_days_out():
    filed, amended = date(2023, 5, 31), date(2025, 3, 10)
    out = exclusion_for_amendment(filed, filed, amended)
    assert (out.first, out.through) == (date(2024, 6, 1), amended)
    assert exclusion_for_amendment(filed, filed, date(2024, 5, 31)) is None
    assert exclusion_for_amendment(filed, filed, amended, is_fraudulent=True) is None
    anchor = first_period_anchor(filed, filed_on=amended)
    claim = ChargeClaim(Yen(500_000), filed, exclusions=(out,), first_period_anchor=anchor)
    answer = delinquency_charge(claim, as_of=date(2025, 4, 30))
    assert [(each.first, each.through, each.rate) for each in answer.segments] == [
        (date(2023, 6, 1), date(2023, 12, 31), Fraction("0.024")),
        (date(2024, 1, 1), date(2024, 5, 31), Fraction("0.024")),
        (date(2025, 3, 11), date(2025, 4, 10), Fraction("0.024")),
        (date(2025, 4, 11), date(2025, 4, 30), Fraction("0.087")),
    ]


def test_an_exclusion_may_cover_only_part_of_the_tax():
    outs = exclusions_after_reduction(date(2025, 7, 10), date(2025, 9, 30), date(2025, 12, 10), portion=Yen(70_000))
    assert [(each.first, each.through) for each in outs] == [
        (date(2025, 7, 11), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 12, 10)),
    ]
    answer = delinquency_charge(replace(CLAIM, exclusions=outs), as_of=date(2025, 12, 31))
    assert {each.base for each in answer.segments} == {100_000, 30_000}
    whole = delinquency_charge(
        replace(CLAIM, exclusions=(Exclusion(DUE, date(2025, 12, 31)),)), as_of=date(2025, 12, 31)
    )
    assert (whole.segments, whole.final) == ((), 0)


def test_remission_comes_off_before_the_cut_and_an_override_is_recorded():
    answer = delinquency_charge(replace(CLAIM, remissions=(Remission(Yen(500), "災害"),)), as_of=date(2025, 12, 31))
    assert answer.total - answer.exempted == answer.total - 500
    hand = Override(Yen(2_000), "決裁による", "伊藤", date(2026, 1, 9))
    fixed = delinquency_charge(replace(CLAIM, override=hand), as_of=date(2025, 12, 31))
    assert (fixed.final, fixed.computed) == (2_000, fixed.total // 100 * 100)
    assert "決裁による" in fixed.steps[-1]
    with pytest.raises(OverrideWithoutReason):
        Override(Yen(2_000), " ", "伊藤", date(2026, 1, 9))


def test_paid_principal_keeps_its_charge_and_needs_no_later_rate():
    claim = replace(CLAIM, payments=(Payment(date(2025, 12, 31), Yen(100_000)),))
    assert (
        delinquency_charge(claim, as_of=date(2030, 1, 1)).final
        == delinquency_charge(claim, as_of=date(2026, 1, 1)).final
    )
    with pytest.raises(ValueNotRegistered, match="2027-01-01"):
        delinquency_charge(CLAIM, as_of=date(2027, 1, 1))


def test_bad_facts_are_refused():
    with pytest.raises(NegativeAmount):
        ChargeClaim(Yen(-1), DUE)
    with pytest.raises(NegativeAmount):
        Payment(DUE, Yen(-1))
    with pytest.raises(InvertedRange):
        exemption_for_secured_claim(date(2025, 7, 2), date(2025, 7, 1))


def test_variants():
    day = date(2025, 12, 31)
    assert amounts(CLAIM, day, rules.INSURANCE_FEE_THREE_MONTHS) == [604, 2192]
    assert amounts(CLAIM, day, rules.FROM_DEMAND_DEADLINE) == [100_000 * 87 * 184 // 365_000]
    assert amounts(CLAIM, day, rules.NATIONAL_TAX) == [407, 2907]
    assert amounts(ChargeClaim(Yen(9_999), DUE), day, rules.NATIONAL_TAX) == []
    assert amounts(CLAIM, date(2023, 12, 31), rules.SEWER_BENEFICIARY) == []
    sewer = ChargeClaim(Yen(100_000), date(2023, 6, 30))
    assert amounts(sewer, date(2023, 12, 31), rules.SEWER_BENEFICIARY)[1] == 100_000 * 865 * 153 // 3_650_000
    assert amounts(CLAIM, day, rules.RURAL_DRAINAGE) == [100_000 * 5 * 184 // 36_500]
    assert amounts(CLAIM, day, rules.flat_rule(Fraction("0.03"))) == [100_000 * 3 * 184 // 36_500]
    assert rules.for_tax_item("軽自動車税種別割").basis[0] == "地方税法第463条の24第1項"


ALL_RULES = (
    rules.LOCAL_TAX,
    rules.INSURANCE_FEE_THREE_MONTHS,
    rules.FROM_DEMAND_DEADLINE,
    rules.SEWER_BENEFICIARY,
    rules.RURAL_DRAINAGE,
    rules.NATIONAL_TAX,
    rules.flat_rule(Fraction("0.03")),
    replace(rules.LOCAL_TAX, merges_equal_rates=True),
    replace(rules.LOCAL_TAX, below_minimum=BelowMinimum.CONTINUE),
)


@pytest.mark.parametrize("rule", ALL_RULES, ids=range(len(ALL_RULES)))
def test_every_variant_is_the_same_in_bulk(rule):
    rng, as_of, count = np.random.default_rng(11), date(2026, 11, 23), 800
    due = rng.integers(date(2014, 1, 5).toordinal(), as_of.toordinal() + 9, count)
    principal = np.where(rng.random(count) < 0.3, rng.integers(0, 4_000, count), rng.integers(0, 500_000, count))
    paid = rng.integers(0, 3, count)
    offsets = np.concatenate(([0], np.cumsum(paid)))
    on = np.repeat(due, paid) + rng.integers(-30, 900, offsets[-1])
    amount = rng.integers(0, np.repeat(principal, paid) + 1)
    anchor = due + rng.integers(-50, 200, count)
    population = ChargePopulation(principal, due, offsets, on, amount, first_period_anchor=anchor)
    bulk = delinquency_charges(population, as_of=as_of, rule=rule)
    for row in range(count):
        entries = range(offsets[row], offsets[row + 1])
        payments = tuple(Payment(date.fromordinal(int(on[at])), Yen(int(amount[at]))) for at in entries)
        day, low = date.fromordinal(int(due[row])), date.fromordinal(int(anchor[row]))
        claim = ChargeClaim(Yen(int(principal[row])), day, payments, first_period_anchor=low)
        scalar = delinquency_charge(claim, as_of=as_of, rule=rule)
        assert (bulk.total[row], bulk.final[row]) == (scalar.total, scalar.final), claim


def test_bulk_refuses_what_it_cannot_compute_exactly():
    due, as_of = np.array([DUE.toordinal()]), date(2026, 1, 1)
    with pytest.raises(NotWholeNumbers):
        delinquency_charges(ChargePopulation(np.array([1.5]), due), as_of=as_of)
    with pytest.raises(NegativeAmount):
        delinquency_charges(ChargePopulation(np.array([-1]), due), as_of=as_of)
    with pytest.raises(UnevenColumns):
        delinquency_charges(ChargePopulation(np.array([1, 2]), due), as_of=as_of)
    with pytest.raises(AmountTooLarge):
        delinquency_charges(ChargePopulation(np.array([2**62]), due), as_of=as_of)
    with pytest.raises(ValueNotRegistered):
        delinquency_charges(ChargePopulation(np.array([5_000]), due), as_of=date(2027, 1, 1))
    nothing = delinquency_charges(ChargePopulation(np.array([1_999]), due), as_of=date(2027, 1, 1))
    assert nothing.final.tolist() == [0]
    empty = delinquency_charges(ChargePopulation(due[:0], due[:0]), as_of=as_of)
    assert empty.final.tolist() == []
    assert Relief.GRACE == 2
