"""納付誓約。計画から、署名、履行の見回り、不履行の通知、立て直し、完納まで。時効は、署名された期別だけ更新される。"""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.inquiry.verification import verify_everything
from osame.collection.ledger.queries import charge_numbered
from osame.collection.letters.printing import print_run
from osame.collection.matching.importing import import_receipts
from osame.collection.pledges.actions import (
    AlreadySigned,
    ChargeInAnotherPledge,
    PledgeIsKept,
    PledgeNoticeRunning,
    Signature,
    SignedBeforePlan,
    SignedWhatIsNotThere,
    accept_pledge,
    cancel_pledge,
    make_pledge,
    notify_default,
    replan_pledge,
    watch_pledges,
)
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.planning import BeyondAbility, NothingToPledge, PledgeTerms, plan_pledge
from osame.collection.pledges.queries import kept_charges, open_pledges, pledge_file
from osame.collection.pledges.statistics import bands
from osame.kernel.money import Yen
from osame.law.dispositions import ProcedureStage
from osame.law.instalments import HouseholdBudget, PlanTooLong
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination, notice, write_notices
from tests.systems.collection.demand_cast import charge_of, levy, set_value
from tests.systems.collection.test_letters import texts

DAY = date(2026, 3, 2)
HOUSE = HouseholdBudget(Yen(280_000), Yen(57_000), 2, cash=Yen(0))


def terms(*charges: int, amount: int = 20_000, reason: str = "毎月の収入から納める") -> PledgeTerms:
    return PledgeTerms(SATO, charges, date(2026, 3, 31), amount, HOUSE, reason)


def signed(*charges: int, on: date = DAY) -> Signature:
    return Signature(on, "佐藤 花子", Acknowledgement.Authority.SELF, charges)


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は、第1期5万円と第2期3万円を滞納している。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 50_000), determination(SATO, 2, 30_000, due_on=date(2025, 8, 31)))
    return tmp_path


def made(*charges: int, amount: int = 20_000) -> tuple[str, int]:
    return SATO, make_pledge(terms(*charges, amount=amount), as_of=DAY, officer=OFFICER)


def accepted(*charges: int) -> tuple[str, int]:
    key = made(*charges)
    accept_pledge(key, signed(), as_of=DAY, officer=OFFICER)
    return key


def pay_slip(tmp_path: Path, number: int, slip: int, amount: int, on: date) -> None:
    path = write_notices(tmp_path / f"{number}.csv", notice(number, SATO, amount, on, slip_number=slip), on=on)
    assert import_receipts(path, profile="bank_notice_v0", as_of=on, officer=OFFICER).amount_matched == amount


@pytest.mark.usefixtures("owing")
class TestPlan:
    def test_divides_every_payment_over_the_terms_with_a_forecast(self) -> None:
        planned = plan_pledge(terms(), as_of=DAY)
        assert planned.ability is not None
        assert planned.ability.monthly == 33_000
        amounts = [each.amount for each in planned.plan.instalments]
        assert amounts[:-1] == [20_000] * (len(amounts) - 1)
        assert sum(amounts) == 80_000 + planned.plan.delinquency_charge
        assert planned.plan.delinquency_charge > 0
        assert planned.plan.instalments[0].parts[0].key == str(charge_of(SATO))  # 古い期別の本税から

    def test_is_refused_beyond_the_ability_the_number_or_without_anything_owed(self) -> None:
        with pytest.raises(BeyondAbility):
            plan_pledge(terms(amount=33_001), as_of=DAY)
        with pytest.raises(PlanTooLong):
            plan_pledge(terms(amount=1_000), as_of=DAY)
        with pytest.raises(NothingToPledge):
            plan_pledge(terms(999), as_of=DAY)

    def test_writes_nothing(self) -> None:
        plan_pledge(terms(), as_of=DAY)
        assert fetch_all("SELECT count(*) FROM pledge") == [(0,)]


@pytest.mark.usefixtures("owing")
class TestAcknowledgement:
    def test_renews_prescription_for_exactly_the_signed_terms(self) -> None:
        key, first = made(), charge_of(SATO, 1)
        accept_pledge(key, signed(first), as_of=DAY, officer=OFFICER)
        assert fetch_all("SELECT charge_id, kind, happened_on FROM prescription_event_pledges") == [
            (first, "承認", DAY)
        ]
        parts = {each.charge_id: each.acknowledged_on for each in pledge_file(key, as_of=DAY).parts}
        assert parts == {first: DAY, charge_of(SATO, 2): None}

    def test_is_refused_for_what_is_not_on_the_paper(self) -> None:
        key, second = made(charge_of(SATO, 1)), charge_of(SATO, 2)
        for signature, refusal in (
            (signed(second), SignedWhatIsNotThere), (signed(on=date(2026, 3, 1)), SignedBeforePlan),
        ):  # fmt: skip
            with pytest.raises(refusal):
                accept_pledge(key, signature, as_of=DAY, officer=OFFICER)
        accept_pledge(key, signed(), as_of=DAY, officer=OFFICER)
        with pytest.raises(AlreadySigned):
            accept_pledge(key, signed(), as_of=DAY, officer=OFFICER)
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(
                "INSERT INTO acknowledgement SELECT addressee_number, pledge_id, plan_number, %s, acknowledged_on, signed_by, "
                "authority, officer FROM acknowledgement",
                [second],
            )

    def test_one_charge_is_in_one_pledge(self) -> None:
        made(charge_of(SATO, 1))
        with pytest.raises(ChargeInAnotherPledge):
            made()


class TestWatch:
    def test_waits_for_the_channels_then_tells_who_broke_the_plan(self, owing: Path) -> None:
        key = accepted()
        (first, *_) = fetch_all("SELECT slip_number, amount FROM payment_slip ORDER BY round_number")
        assert kept_charges(SATO, as_of=date(2026, 4, 7)) == {charge_of(SATO, 1), charge_of(SATO, 2)}
        with pytest.raises(PledgeIsKept):
            notify_default([key], as_of=date(2026, 4, 7), officer=OFFICER)
        watched = watch_pledges(as_of=date(2026, 4, 8), officer=OFFICER)
        assert [each.key for each in watched.broken] == [key]
        counted = bands(open_pledges(as_of=date(2026, 4, 8)))
        assert [(each.kind, each.pledges, each.paid, each.broken) for each in counted] == [
            ("回数", 1, 0, 1),
            ("毎回の額", 1, 0, 1),
        ]
        assert kept_charges(SATO, as_of=date(2026, 4, 8)) == frozenset()
        pay_slip(owing, 1, first[0], first[1], date(2026, 3, 31))  # 遅れて届いた知らせ
        assert watch_pledges(as_of=date(2026, 4, 8), officer=OFFICER).broken == ()
        (standing,) = [each.standing for each in open_pledges(as_of=date(2026, 4, 8))]
        assert (standing.due, standing.paid, standing.missed, standing.kept) == (20_000, 20_000, 0, True)

    def test_a_default_is_told_and_ends_after_its_day(self, owing: Path) -> None:
        key = accepted()
        run_id = notify_default([key], as_of=date(2026, 4, 8), officer=OFFICER)
        (page,) = texts(print_run(run_id).directory)
        for part in ("分割納付の不履行について", "佐藤花子様", "20,000円", "令和8年4月20日", "足りない回"):
            assert part in page, part
        with pytest.raises(PledgeNoticeRunning):
            cancel_pledge(key, reason="納付がない", as_of=date(2026, 4, 20), officer=OFFICER)
        assert [each.key for each in watch_pledges(as_of=date(2026, 4, 21), officer=OFFICER).expired] == [key]
        cancel_pledge(key, reason="納付がない", as_of=date(2026, 4, 21), officer=OFFICER)
        assert pledge_file(key, as_of=DAY).head.stage is ProcedureStage.CANCELLED
        assert fetch_all("SELECT count(*) FROM payment_slip WHERE void_on IS NULL") == [(0,)]

    def test_a_new_plan_keeps_the_old_one_and_asks_for_a_new_signature(self, owing: Path) -> None:
        key = accepted()
        revision = replan_pledge(
            key, terms(amount=30_000, reason="収入が増えた"), as_of=date(2026, 3, 10), officer=OFFICER
        )
        file = pledge_file(key, as_of=date(2026, 3, 10))
        assert (revision, len(file.versions), file.head.monthly_amount) == (2, 2, 30_000)
        assert {each.acknowledged_on for each in file.parts} == {None}
        accept_pledge(key, signed(on=date(2026, 3, 10)), as_of=date(2026, 3, 10), officer=OFFICER)
        open_slips = fetch_all("SELECT DISTINCT pledge_key FROM payment_slip WHERE void_on IS NULL")
        assert open_slips == [(f"pledge:{key[1]}:2",)]

    def test_everything_paid_by_the_slips_completes_the_pledge(self, owing: Path) -> None:
        key = accepted()
        slips = fetch_all("SELECT slip_number, amount, payable_through FROM payment_slip ORDER BY round_number")
        for at, (number, amount, on) in enumerate(slips, start=1):
            pay_slip(owing, at, number, amount, on)
        assert [charge_numbered(charge_of(SATO, term)).principal_tax for term in (1, 2)] == [0, 0]
        assert watch_pledges(as_of=date(2026, 12, 1), officer=OFFICER).completed == (key,)
        assert pledge_file(key, as_of=DAY).head.stage is ProcedureStage.COMPLETED
        assert verify_everything().sound


@pytest.mark.usefixtures("owing")
def test_the_paper_lists_the_terms_the_plan_and_the_place_to_sign() -> None:
    made()
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-076'")
    (page,) = texts(print_run(run_id).directory)
    for part in (
        "納付誓約書（債務承認書）",
        "佐藤花子様",
        "民法第152条第1項",
        "氏名（署名）",
        "50,000",
        "R8.3.31",
        "遵守事項",
    ):
        assert part in page, part
