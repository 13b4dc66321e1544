"""公売の一生の状態機械。どんな順に、どんな日に、何を行っても、法の日より前、見積価額の下、制限された者、完納の後には売らない。

The machine acts through the doors of the chapter; its model counts days and money by itself.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from osame.collection.auctions.bidding import open_auction, place_bid
from osame.collection.auctions.deciding import propose_default, propose_holding, propose_sale
from osame.collection.auctions.paying import StopJudgement, record_price, revoke_award, stop, transfer
from osame.collection.auctions.preparing import Applicant, Screening, register_bidder, screen
from osame.collection.auctions.queries import auction_file
from osame.collection.demands.batch import run_demands
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.refusals import Refusal
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_steps import AuctionStage
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.auction_cast import HELD, TERMS, Key, prepared, seized
from tests.systems.collection.cast import OFFICER, SATO, determination, notice
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy
from tests.systems.collection.seizure_cast import as_officer, carried
from tests.systems.collection.suspension_cast import pay_late

EXAMPLES = int(os.environ.get("OSAME_AUCTION_EXAMPLES", "4"))
STEPS = int(os.environ.get("OSAME_AUCTION_STEPS", "20"))
NAMES = ("甲", "乙", "丙", "佐藤 花子")
SOLD = {AuctionStage.SALE_DECIDED, AuctionStage.PRICE_PAID, AuctionStage.TRANSFERRED}


@contextmanager
def refused() -> Iterator[None]:
    """断られた行いは、何も残さない。"""
    try:
        with transaction.atomic():
            yield
    except Refusal:
        pass


class Auctions(RuleBasedStateMachine):
    """一つの差押えの、準備から権利の移転までの、あらゆる順序。"""

    seizure: Key
    home: Path

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.day, self.number, self.announced, self.paid_in_full = HELD, 0, HELD, False
        self.barred: set[str] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.key = prepared(self.seizure)
        self.today(0)

    def today(self, days: int) -> None:
        self.day += timedelta(days=days)
        os.environ["OSAME_TODAY"] = self.day.isoformat()

    @rule(days=st.sampled_from((1, 1, 3, 7, 12)))
    def time_passes(self, days: int) -> None:
        self.today(days)

    @rule(wait=st.integers(9, 12), decide=st.integers(5, 23), delay=st.sampled_from((0, 0, 0, 2)))
    def hold(self, wait: int, decide: int, delay: int) -> None:
        opens = self.day + timedelta(days=wait)
        terms = replace(
            TERMS, opens_on=opens, closes_on=opens, opening_on=opens, decision_on=opens + timedelta(days=decide)
        )
        with refused(), as_officer(OFFICER):
            number = propose_holding(self.key, terms, as_of=self.day)
            self.today(delay)
            carried(number)
            self.announced = self.day

    @rule(
        name=st.sampled_from(NAMES),
        amount=st.sampled_from((3_999_999, 4_000_000, 4_300_000, 4_500_000)),
        wants_next=st.booleans(),
    )
    def bid(self, name: str, amount: int, wants_next: bool) -> None:
        with refused():
            given = Applicant(name, f"架空市{name}1-1", deposit=400_000, deposited_on=self.day, stated_on=self.day)
            number = register_bidder(self.key, given, as_of=self.day, officer=OFFICER)
            if wants_next:
                screen(self.key, number, Screening(wants_next=True), as_of=self.day, officer=OFFICER)
            place_bid(self.key, number, amount, as_of=self.day, officer=OFFICER)

    @rule(
        number=st.integers(1, 3), answer=st.sampled_from((PoliceAnswer.CLEAR, PoliceAnswer.CLEAR, PoliceAnswer.BARRED))
    )
    def police_answers(self, number: int, answer: PoliceAnswer) -> None:
        with refused():
            found = screen(self.key, number, Screening(police=answer), as_of=self.day, officer=OFFICER)
            (self.barred.add if answer is PoliceAnswer.BARRED else self.barred.discard)(found.name)

    @rule()
    def open(self) -> None:
        with refused():
            open_auction(self.key, as_of=self.day, officer=OFFICER)

    @rule()
    def revoke(self) -> None:
        with refused():
            revoke_award(self.key, reason="調査の結果", as_of=self.day, officer=OFFICER)

    @rule()
    def sell(self) -> None:
        before = auction_file(self.key).head
        with refused(), as_officer(OFFICER):
            carried(propose_sale(self.key, reason="売却", as_of=self.day))
            self._sold_lawfully(before.opening_on, before.decision_on)

    @rule(late=st.booleans())
    def pay(self, late: bool) -> None:
        head = auction_file(self.key).head
        with refused():
            record_price(self.key, head.price or 0, self.day, officer=OFFICER)
            assert not self.paid_in_full or head.price_paid_on
            assert head.pay_by is not None
            assert self.day <= head.pay_by or head.price_paid_on

    @rule()
    def default(self) -> None:
        with refused(), as_officer(OFFICER):
            carried(propose_default(self.key, reason="納付がない", as_of=self.day))

    @rule(short=st.integers(0, 3))
    def onward(self, short: int) -> None:
        """次の段階の法の日まで進み（一日足りないこともある）、することをする。"""
        head = auction_file(self.key).head
        if head.stage is AuctionStage.NONE:
            self.hold(11, 7, 0)
        elif head.stage is AuctionStage.ANNOUNCED and head.opening_on:
            self.until(head.opening_on, short)
            for name, amount in (("甲", 4_500_000), ("乙", 4_300_000)):
                self.bid(name, amount, True)
            self.open()
        elif head.stage is AuctionStage.AWARDED and head.decision_on and head.buyer_number:
            if short != 1:
                self.police_answers(head.buyer_number, PoliceAnswer.CLEAR)
            self.until(head.decision_on, short)
            self.sell()
        elif head.stage is AuctionStage.SALE_DECIDED and head.pay_by:
            self.until(head.pay_by + timedelta(days=1 if short == 3 else 0), 1)
            self.pay(False)
            self.default()

    def until(self, day: date, short: int) -> None:
        self.today(max(0, (day - self.day).days - (1 if short == 0 else 0)))

    @rule()
    def move_the_title(self) -> None:
        with refused():
            transfer(self.key, None, as_of=self.day, officer=OFFICER)

    @precondition(lambda self: not self.paid_in_full)
    @rule(chance=st.integers(1, 6))
    def taxpayer_pays(self, chance: int) -> None:
        if chance > 1:
            return
        total = sum(each.share().amount for each in owed_of(SATO, None, on=self.day, as_of=self.day))
        if total:
            Auctions.serial += 1
            pay_late(self.home, notice(Auctions.serial, SATO, total, self.day), on=self.day, sequence=Auctions.serial)
        self.paid_in_full = True

    serial = 0

    @rule()
    def stop(self) -> None:
        before = auction_file(self.key).head.stage
        with refused():
            stop(self.key, StopJudgement("中止"), as_of=self.day, officer=OFFICER)
            assert self.paid_in_full or before in {AuctionStage.NONE, AuctionStage.STOPPED}

    def _sold_lawfully(self, opening_on: date | None, decision_on: date | None) -> None:
        """売った時の事実を、法の数え方で確かめる。"""
        file = auction_file(self.key)
        head, buyer = file.head, file.buyer
        assert opening_on is not None
        assert decision_on is not None
        assert buyer is not None
        assert head.opens_on is not None
        assert (head.opens_on - self.announced).days >= 11
        assert (self.day - opening_on).days >= 7
        assert self.day >= decision_on
        assert head.price is not None
        assert head.price >= 4_000_000 == head.estimate
        assert buyer.name not in {*self.barred, "佐藤 花子"}
        assert buyer.police is PoliceAnswer.CLEAR
        assert not self.paid_in_full

    @invariant()
    def money_is_whole(self) -> None:
        """代金は、差押えの取立てと一致し、保証金は行き先を一つだけ持つ。"""
        if not hasattr(self, "key"):
            return
        head = auction_file(self.key).head
        (collected,) = fetch_one(
            "SELECT coalesce(sum(amount), 0)::bigint FROM collected_money WHERE disposition_id = %s", [self.seizure[1]]
        )
        assert collected == (head.price if head.price_paid_on else 0)
        if head.stage not in SOLD:
            assert head.price_paid_on is None
        best = fetch_all(
            "SELECT max(amount) FROM auction_bid WHERE auction_id = %s AND bidder_number = %s",
            [self.key[1], head.buyer_number],
        )
        assert head.price is None or best[0][0] == head.price


def test_no_order_of_acts_sells_against_the_law(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_TODAY", HELD.isoformat())
    levy(tmp_path, determination(SATO, 1, 500_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    Auctions.seizure, Auctions.home = seized(), tmp_path
    run_state_machine_as_test(
        Auctions,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
