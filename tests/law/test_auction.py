"""公売の日程、買受けの条件、抵当権の処分を含む配当の性質。代金は増えも減りもせず、誰も債権を超えて受けない。"""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import BuyerFacts, PoliceAnswer, SaleFacts, may_buy, may_decide_sale
from osame.law.auction_days import AuctionDaysInverted, ExtensionTooLong, auction_days, price_due
from osame.law.auction_steps import (
    AUCTION_MOVES,
    AuctionMethod,
    AuctionMoveNotAllowed,
    AuctionStage,
    auction_acts_from,
    auction_move,
)
from osame.law.distribution import Creditor, CreditorKind
from osame.law.mortgage_disposal import MortgageDisposal, MortgageDisposalKind, distribute_with_disposal

DAY = date(2026, 4, 1)
DAYS = st.integers(0, 60).map(lambda days: DAY + timedelta(days=days))
YEN = st.integers(0, 2_000).map(Yen)


@given(st.sampled_from(AssetKind), st.sampled_from(AuctionMethod), DAYS, DAYS, DAYS)
def test_the_calendar_keeps_the_days_of_the_law(
    kind: AssetKind, method: AuctionMethod, opens_on: date, closes_on: date, opening_on: date
) -> None:
    if not opens_on <= closes_on <= opening_on:
        with pytest.raises(AuctionDaysInverted):
            auction_days(kind, method, DAY, (opens_on, closes_on), opening_on)
        return
    found = auction_days(kind, method, DAY, (opens_on, closes_on), opening_on)
    days = 7 if method is AuctionMethod.NEGOTIATED else 10
    assert found.opens_from == DAY + timedelta(days=days + 1)
    first, last = (7, 21) if kind is AssetKind.REAL_ESTATE else (0, 0) if kind is AssetKind.MOVABLE else (7, 7)
    assert (found.decision_from - opening_on).days == first
    assert (found.decision_through - opening_on).days == last


def test_the_price_is_due_at_once_and_at_most_thirty_days_later() -> None:
    assert price_due(DAY, extended_to=DAY + timedelta(days=30)) == DAY + timedelta(days=30)
    with pytest.raises(ExtensionTooLong):
        price_due(DAY, extended_to=DAY + timedelta(days=31))
    assert price_due(DAY, is_next=True) == DAY + timedelta(days=7)


def test_a_barred_buyer_never_passes_and_the_ban_ends_after_two_years() -> None:
    kind = AssetKind.REAL_ESTATE
    fine = BuyerFacts("甲", stated_on=DAY, police=PoliceAnswer.CLEAR)
    facts = SaleFacts(kind, DAY, Yen(100), Yen(100), Yen(1), fine)
    assert may_decide_sale(facts, as_of=DAY).is_allowed
    obstructed = BuyerFacts("乙", stated_on=DAY, obstructed_on=date(2024, 4, 1))
    assert not may_buy(kind, obstructed, as_of=DAY).is_allowed
    assert may_buy(kind, obstructed, as_of=DAY + timedelta(days=1)).is_allowed


def test_every_stage_is_reached_and_the_ends_are_ends() -> None:
    reached = {each.target for each in AUCTION_MOVES} | {AuctionStage.NONE}
    assert reached == set(AuctionStage)
    assert [each for each in AuctionStage if not auction_acts_from(each)] == [
        AuctionStage.TRANSFERRED, AuctionStage.UNSOLD, AuctionStage.STOPPED,
    ]  # fmt: skip
    allowed = {(each.source, each.act) for each in AUCTION_MOVES}
    assert len(allowed) == len(AUCTION_MOVES)
    with pytest.raises(AuctionMoveNotAllowed):
        auction_move(AuctionStage.AWARDED, AUCTION_MOVES[-1].act)


@given(YEN, st.lists(YEN, min_size=2, max_size=4), YEN, YEN, YEN, st.sampled_from(MortgageDisposalKind), DAYS)
def test_a_disposal_moves_money_only_between_its_two(
    proceeds: Yen, ranks: list[Yen], cost: Yen, tax: Yen, unsecured: Yen, kind: MortgageDisposalKind, due: date
) -> None:
    mortgages = [
        Creditor(f"抵当{at}", CreditorKind.SECURED, amount, DAY + timedelta(days=at * 10), at)
        for at, amount in enumerate(ranks)
    ]
    creditors = (
        Creditor("費用", CreditorKind.DISPOSITION_COST, cost), Creditor("市税", CreditorKind.SEIZING_TAX, tax, due), *mortgages,
    )  # fmt: skip
    is_rank = kind in {MortgageDisposalKind.RANK_TRANSFER, MortgageDisposalKind.RANK_WAIVER}
    to = "抵当1" if is_rank else "無担保"
    plain = distribute_with_disposal(proceeds, creditors, None, {})
    found = distribute_with_disposal(
        proceeds, creditors, MortgageDisposal(kind, "抵当0", to), {} if is_rank else {"無担保": unsecured}
    )
    assert sum(each.amount for each in found.shares) + found.left == proceeds
    assert all(0 <= each.amount <= each.claimed for each in found.shares)
    secured = [each for each in plain.shares if each.kind is CreditorKind.SECURED]
    for older, newer in itertools.pairwise(secured):  # 古い抵当権が満たないうちは、新しい抵当権に一円も渡らない
        assert older.amount == older.claimed or newer.amount == 0
    before = {each.name: each.amount for each in plain.shares}
    after = {each.name: each.amount for each in found.shares}
    assert {name for name in before if before[name] != after[name]} <= {"抵当0", to}
    assert after["費用"] == min(proceeds, cost)
