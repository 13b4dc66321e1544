"""地方税法第17条の4: 還付加算金。"""

from datetime import date

import pytest

from osame.kernel.money import Yen
from osame.law.appropriation import AppropriationTarget, appropriable_on, explain_appropriable_on
from osame.law.claim import Exclusion
from osame.law.parameters import ValueNotRegistered
from osame.law.refund_interest import (
    OverpaymentCause,
    OverpaymentFactMissing,
    OverpaymentFacts,
    refund_interest,
    refund_interest_ends_on,
    refund_interest_starts_on,
)

CAUSE = OverpaymentCause


@pytest.mark.parametrize(
    ("facts", "starts"),
    [
        (OverpaymentFacts(CAUSE.REDUCED_ASSESSMENT, paid_on=date(2025, 6, 30)), date(2025, 7, 1)),
        (
            OverpaymentFacts(
                CAUSE.REQUESTED_CORRECTION, requested_on=date(2025, 6, 30), corrected_on=date(2025, 7, 10)
            ),
            date(2025, 8, 11),
        ),
        (
            OverpaymentFacts(
                CAUSE.REQUESTED_CORRECTION, requested_on=date(2025, 6, 30), corrected_on=date(2025, 11, 10)
            ),
            date(2025, 10, 1),
        ),
        (OverpaymentFacts(CAUSE.INCOME_TAX_CHANGED, income_tax_noticed_on=date(2025, 6, 15)), date(2025, 7, 16)),
        (OverpaymentFacts(CAUSE.DOUBLE_PAYMENT, paid_on=date(2025, 1, 31)), date(2025, 3, 1)),
        (OverpaymentFacts(CAUSE.CORRECTION_WITHOUT_REQUEST, corrected_on=date(2025, 6, 15)), date(2025, 7, 16)),
    ],
)
def test_each_cause_has_its_start(facts, starts):
    assert refund_interest_starts_on(facts) == starts


def test_a_missing_day_is_named():
    with pytest.raises(OverpaymentFactMissing, match="納付の日"):
        refund_interest_starts_on(OverpaymentFacts(CAUSE.DOUBLE_PAYMENT))


def test_a_year_is_cut_and_rounded_by_itself():
    answer = refund_interest(Yen(300_900), date(2025, 7, 1), date(2026, 6, 30))
    # 300,000×0.9%×184÷365=1,361、300,000×1.3%×181÷365=1,933
    assert [each.amount for each in answer.segments] == [1361, 1933]
    assert (answer.total, answer.final) == (3294, 3200)


def test_small_amounts_give_nothing():
    assert refund_interest(Yen(1_999), date(2025, 7, 1), date(2026, 6, 30)).final == 0
    assert refund_interest(Yen(50_000), date(2025, 7, 1), date(2026, 6, 30)).final == 0
    assert refund_interest(Yen(500_000), date(2025, 7, 2), date(2025, 7, 1)).final == 0


def test_excluded_days_do_not_count():
    out = Exclusion(date(2025, 8, 1), date(2025, 8, 31), "地方税法第17条の4第2項")
    answer = refund_interest(Yen(300_000), date(2025, 7, 1), date(2025, 9, 30), exclusions=(out,))
    assert [each.days for each in answer.segments] == [31, 30]


def test_an_unregistered_year_is_refused():
    with pytest.raises(ValueNotRegistered):
        refund_interest(Yen(300_000), date(2026, 7, 1), date(2027, 1, 1))


def test_appropriation_day_is_the_later_one_and_ends_the_interest():
    assert appropriable_on(date(2026, 6, 30), date(2026, 5, 20)) == date(2026, 6, 30)
    assert appropriable_on(date(2026, 4, 30), date(2026, 5, 20)) == date(2026, 5, 20)
    told = explain_appropriable_on(AppropriationTarget.INSTALMENT, date(2026, 6, 30), date(2026, 5, 20))
    assert len(told.steps) == 3
    assert refund_interest_ends_on(date(2026, 7, 10), appropriated_on=told.date) == date(2026, 6, 30)
    assert refund_interest_ends_on(date(2026, 7, 10)) == date(2026, 7, 10)
