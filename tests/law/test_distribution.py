"""地方税法第14条の2～第14条の20、国税徴収法第26条・第128条～第137条、民法第376条・第392条: 配当。"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.money import Yen
from osame.law.allocation import DISTRIBUTION_ORDER, Component, Outstanding, allocate
from osame.law.claim import NegativeAmount
from osame.law.distribution import (
    Creditor,
    CreditorKind,
    DateOfPriorityNeeded,
    distribute,
    distribution_schedule,
    is_statement_needed,
)
from osame.law.mortgage_disposal import (
    MortgageDisposal,
    MortgageDisposalKind,
    UnknownMortgagee,
    joint_mortgage_shares,
    mortgage_shares,
)

KIND = CreditorKind


def creditor(name, kind, amount, on=None, turn=0):
    return Creditor(name, kind, Yen(amount), on, turn)


def paid(proceeds, *creditors):
    answer = distribute(Yen(proceeds), creditors)
    return [each.amount for each in answer.shares], answer.left


OLD, NEW = date(2025, 6, 30), date(2026, 6, 30)


def test_an_older_mortgage_comes_before_the_tax_and_a_newer_one_after_it():
    tax = creditor("市税", KIND.SEIZING_TAX, 500, date(2026, 1, 31))
    assert paid(800, tax, creditor("抵当権", KIND.SECURED, 600, OLD)) == ([200, 600], 0)
    assert paid(800, tax, creditor("抵当権", KIND.SECURED, 600, NEW)) == ([500, 300], 0)
    same_day = creditor("抵当権", KIND.SECURED, 600, date(2026, 1, 31))
    assert paid(800, tax, same_day) == ([200, 600], 0)  # 法定納期限等「以前」の設定は先


def test_costs_and_liens_come_first_and_the_rest_returns():
    answer = paid(
        1_000,
        creditor("市税", KIND.SEIZING_TAX, 300, OLD),
        creditor("費用", KIND.PROCEDURE_COST, 50),
        creditor("処分費", KIND.DISPOSITION_COST, 100),
        creditor("先取特権", KIND.PRIOR_LIEN, 200),
        creditor("貸金", KIND.ORDINARY, 100),
    )
    assert answer == ([300, 50, 100, 200, 100], 250)
    short = paid(120, creditor("処分費", KIND.DISPOSITION_COST, 100), creditor("費用", KIND.PROCEDURE_COST, 50))
    assert short == ([70, 50], 0)


def test_taxes_by_security_seizure_and_the_order_of_requests():
    charges = (
        creditor("県税", KIND.REQUESTING_TAX, 400, OLD, 2),
        creditor("国税", KIND.REQUESTING_TAX, 400, OLD, 1),
        creditor("市税", KIND.SEIZING_TAX, 400, NEW),
        creditor("担保の税", KIND.SECURED_TAX, 400, NEW),
        creditor("保険料", KIND.PUBLIC_CHARGE, 400, OLD),
    )
    assert paid(1_300, *charges) == ([100, 400, 400, 400, 0], 0)
    assert paid(2_100, *charges) == ([400, 400, 400, 400, 400], 100)


def test_equal_rank_shares_in_proportion_to_the_last_yen():
    two = [creditor(name, KIND.REQUESTING_TAX, amount, OLD, 1) for name, amount in (("甲", 100), ("乙", 200))]
    assert paid(100, *two) == ([33, 67], 0)


def test_circular_priority_with_two_mortgages():
    """枠は古い順、配当は枠の中の順。私債権どうしは設定の順を崩さない。"""
    answer = distribute(
        Yen(1_000),
        [
            creditor("一番抵当", KIND.SECURED, 400, date(2025, 3, 1)),
            creditor("二番抵当", KIND.SECURED, 400, date(2026, 3, 1)),
            creditor("差押えの市税", KIND.SEIZING_TAX, 500, date(2026, 5, 31)),
            creditor("交付要求の国税", KIND.REQUESTING_TAX, 300, date(2025, 12, 31), 1),
        ],
    )
    # 割付け: 一番400、国税300、二番300 → 租税の枠300、私債権の枠700
    assert [each.amount for each in answer.shares] == [400, 300, 300, 0]
    assert "地方税法第14条の20" in answer.basis
    assert any("租税公課の枠 300円、私債権の枠 700円" in step for step in answer.steps)


def test_a_date_is_needed_where_it_decides():
    with pytest.raises(DateOfPriorityNeeded, match="抵当権"):
        paid(10, creditor("市税", KIND.SEIZING_TAX, 5, OLD), creditor("抵当権", KIND.SECURED, 5))
    with pytest.raises(NegativeAmount):
        paid(-1)


claims = st.lists(
    st.builds(
        creditor,
        st.text("甲乙丙", max_size=2),
        st.sampled_from(KIND),
        st.integers(0, 900),
        st.sampled_from([OLD, date(2025, 12, 31), NEW]),
        st.integers(0, 2),
    ),
    max_size=6,
)


@given(st.integers(0, 3_000), claims)
def test_no_yen_is_lost_and_nobody_gets_more_than_claimed(proceeds, creditors):
    answer = distribute(Yen(proceeds), creditors)
    assert sum(each.amount for each in answer.shares) + answer.left == proceeds
    assert all(0 <= each.amount <= each.claimed for each in answer.shares)
    assert answer.left == max(0, proceeds - sum(each.amount for each in creditors))


@given(st.integers(0, 3_000), claims)
def test_more_proceeds_never_lower_a_frame(proceeds, creditors):
    less, more = (distribute(Yen(each), creditors) for each in (proceeds, proceeds + 100))

    def public(answer):
        return sum(each.amount for each in answer.shares if each.kind in {KIND.SEIZING_TAX, KIND.REQUESTING_TAX})

    assert public(less) <= public(more)


def test_costs_of_other_assets_come_before_the_tax_that_caused_them():
    """国税徴収法基本通達第137条関係1の例（万円）: 配当600のうち、処分費10と5が、差押えの税800に先立つ。"""
    owed = Outstanding("市税", OLD, {Component.PRINCIPAL_TAX: Yen(800), Component.DISPOSITION_COST: Yen(15)})
    parts = allocate(Yen(600), [owed], DISTRIBUTION_ORDER).parts
    assert [(each.component, each.amount) for each in parts] == [
        (Component.DISPOSITION_COST, 15),
        (Component.PRINCIPAL_TAX, 585),
    ]


RANKS = [("甲", Yen(400)), ("乙", Yen(500)), ("丙", Yen(800))]
MORTGAGE = MortgageDisposalKind


@pytest.mark.parametrize(
    ("kind", "to", "amounts"),
    [
        (MORTGAGE.TRANSFER, "丁", {"丁": 400, "乙": 500, "丙": 200}),
        (MORTGAGE.WAIVER, "丁", {"甲": 160, "丁": 240, "乙": 500, "丙": 200}),
        (MORTGAGE.RANK_TRANSFER, "丙", {"乙": 500, "丙": 600}),
        (MORTGAGE.RANK_WAIVER, "丙", {"甲": 200, "乙": 500, "丙": 400}),
    ],
)
def test_disposals_of_a_mortgage(kind, to, amounts):
    found = mortgage_shares(Yen(1_100), RANKS, {"丁": Yen(600)}, MortgageDisposal(kind, "甲", to))
    assert dict(found.amounts) == amounts


def test_disposals_name_creditors_that_exist():
    for by, to in (("戊", "丙"), ("甲", "丁"), ("甲", "甲")):
        with pytest.raises(UnknownMortgagee):
            mortgage_shares(Yen(1), RANKS, {}, MortgageDisposal(MORTGAGE.RANK_TRANSFER, by, to))
    assert mortgage_shares(Yen(2_000), RANKS, {}).left == 300
    assert joint_mortgage_shares(Yen(100), [Yen(2), Yen(1)]) == [2, 1]
    assert sum(joint_mortgage_shares(Yen(100), [Yen(200), Yen(100)])) == 100


def test_days_of_a_distribution():
    found = distribution_schedule(date(2026, 12, 25), date(2026, 12, 28))
    assert (found.statement_by, found.delivery_on) == (date(2026, 12, 28), date(2027, 1, 4))
    mixed = [creditor("市税", KIND.SEIZING_TAX, 10, OLD), creditor("国税", KIND.REQUESTING_TAX, 10, OLD, 1)]
    assert is_statement_needed(mixed, Yen(5))
