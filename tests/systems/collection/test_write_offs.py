"""不納欠損と時効。消滅した後にだけ、証拠と二人の職員で。消滅した期別には、どの道からも何もできない。"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.arrears.prescribing import ObligationExtinguished, prescription_of
from osame.collection.arrears.stages import stages_of
from osame.collection.demands.selection import list_due, select_candidates
from osame.collection.grace.actions import Application, apply_grace
from osame.collection.inquiry.verification import verify_everything
from osame.collection.payment_slips.actions import issue_slip
from osame.collection.payment_slips.planning import SlipRequest
from osame.collection.pledges.actions import make_pledge
from osame.collection.pledges.planning import PledgeTerms
from osame.collection.suspensions.actions import Finding, record_finding
from osame.collection.suspensions.deciding import Decision as Suspending
from osame.collection.writeoffs.batch import record_extinctions
from osame.collection.writeoffs.deciding import NothingToWriteOff, propose_reversal, propose_write_off
from osame.collection.writeoffs.queries import candidates, nearing, totals, write_offs
from osame.collection.writeoffs.reports import nearing_report, write_off_report, yearly_report
from osame.kernel.money import Yen
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, blocked_by
from osame.law.grace import GraceGround
from osame.law.instalments import HouseholdBudget
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.suspension_cast import Kind, as_officer, carried, decided, investigated, pay_late, today

OLD = date(2019, 6, 30)


@pytest.fixture
def gone(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """佐藤の第1期は令和6年6月30日に時効が満ちた。第2期は生きている。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    old = determination(SATO, 1, 50_000, due_on=OLD, determined_on=date(2019, 5, 1), levy_year=2019, tax_year=2019)
    levy(tmp_path, old, determination(SATO, 2, 30_000))
    return charge_of(SATO)


def written(keys: list[tuple[str, int]]) -> str:
    with as_officer(OFFICER):
        number = propose_write_off(keys, reason="時効が完成した", as_of=today())
    return carried(number)


def balances(charge: int) -> tuple[int, ...]:
    return tuple(
        fetch_all(
            "SELECT principal_tax, written_off, received, overpayment FROM charge WHERE charge_id = %s", [charge]
        )[0]
    )


def test_from_the_candidate_to_account_ten_and_the_papers(gone: int) -> None:
    (found,) = candidates(as_of=today())
    assert (found.charge_id, found.amount, found.expiry.extinguished_on) == (gone, 50_000, date(2024, 7, 1))
    assert found.judge(as_of=today()).is_allowed
    assert "1件、50,000円の不納欠損を執行" in written([found.key])
    assert balances(gone) == (0, 50_000, 0, 0)
    (line,) = write_offs()
    assert (line.amount, line.cause.value, line.extinguished_on) == (50_000, "1", date(2024, 7, 1))
    assert "時効の起算と更新の記録" in line.evidence
    assert candidates(as_of=today()) == ()
    assert totals(as_of=today())[0][4:] == (1, 1, 50_000, 0)
    stages = stages_of(SATO, as_of=today())[gone]
    assert stages[Procedure.OBLIGATION] == {ProcedureStage.EXTINGUISHED, ProcedureStage.WRITTEN_OFF}
    assert blocked_by(stages, Procedure.SEIZURE, ProcedureAct.SEIZE)
    for made in (write_off_report(line.proposal_id, as_of=today()), yearly_report(as_of=today()),
                 nearing_report(as_of=today(), until=date(2031, 1, 1))):  # fmt: skip
        assert made[0].startswith(b"%PDF")
    assert verify_everything().sound


def test_what_is_alive_is_never_written_off(gone: int) -> None:
    alive = charge_of(SATO, 2)
    with as_officer(OFFICER):
        with pytest.raises(ConditionNotMet, match="消滅"):
            propose_write_off([(SATO, gone), (SATO, alive)], reason="まとめて", as_of=today())
        with pytest.raises(ConditionNotMet, match="消滅"):
            propose_write_off([(SATO, gone)], reason="早い", as_of=date(2024, 6, 30))
        with pytest.raises(NothingToWriteOff):
            propose_write_off([], reason="なし", as_of=today())
    assert [each.charge_id for each in nearing(as_of=today(), until=date(2031, 1, 1))] == [alive]


def test_nothing_can_be_begun_on_an_extinguished_charge(gone: int) -> None:
    """行い、まとめての行い、SQL のどの道からも。"""
    on = today()
    with as_officer(OFFICER):
        with pytest.raises(ObligationExtinguished):
            issue_slip(SlipRequest(SATO, (gone,), on + timedelta(days=10)), as_of=on, officer=OFFICER)
        period = (on, on + timedelta(days=100))
        with pytest.raises(ObligationExtinguished):
            apply_grace(Application(SATO, GraceGround.ILLNESS, (gone,), period, "病気", on), as_of=on, officer=OFFICER)
        house = HouseholdBudget(Yen(280_000), Yen(57_000), 2, cash=Yen(0))
        terms = PledgeTerms(SATO, (gone,), on + timedelta(days=30), 10_000, house, "分納")
        with pytest.raises(ObligationExtinguished):
            make_pledge(terms, as_of=on, officer=OFFICER)
        done = record_extinctions(as_of=on, officer=OFFICER)
        assert (done.found, done.withdrawn) == (1, 0)
        assert record_extinctions(as_of=on, officer=OFFICER).found == 0
    with transaction.atomic():
        list_due(as_of=on)
        select_candidates(as_of=on)
        assert dict(fetch_all("SELECT charge_id, reason FROM demand_candidate"))[gone] == "03"
    for statement in (
        "INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, letter_number, principal_tax, "
        "demand_fee, cancel_reason) VALUES (%s, 1, %s, '2026-01-01', '2026-01-11', 1, 1, 0, '')",
        "INSERT INTO slip_share (charge_id, addressee_number, slip_number, position, amount, principal_tax, demand_fee, "
        "delinquency_charge) VALUES (%s, %s, 1, 1, 1, 1, 0, 0)",
        "INSERT INTO grace_charge (charge_id, addressee_number, grace_id, principal_tax, demand_fee, delinquency_charge) "
        "VALUES (%s, %s, 1, 1, 0, 0)",
        "INSERT INTO suspension_charge (charge_id, addressee_number, suspension_id, principal_tax, demand_fee, "
        "delinquency_charge) VALUES (%s, %s, 1, 1, 0, 0)",
    ):
        with pytest.raises(DatabaseError, match="消滅した期別"), transaction.atomic():
            run_sql(statement, [gone, SATO])


def test_a_payment_after_extinction_is_an_overpayment_before_and_after_the_write_off(gone: int, tmp_path: Path) -> None:
    record_extinctions(as_of=today(), officer=OFFICER)
    pay_late(tmp_path, notice(1, SATO, 20_000, date(2026, 7, 1)), on=date(2026, 7, 2))
    assert balances(gone) == (50_000, 0, 20_000, 20_000)
    written([(SATO, gone)])
    pay_late(tmp_path, notice(2, SATO, 50_000, date(2026, 7, 3)), on=date(2026, 7, 4), sequence=2)
    assert balances(gone) == (0, 50_000, 70_000, 70_000)
    assert verify_everything().sound


def test_a_late_receipt_from_before_shows_the_charge_alive_and_the_write_off_is_reversed(
    gone: int, tmp_path: Path
) -> None:
    pay_late(tmp_path, notice(9, SATO, 1_000, date(2026, 7, 1)), on=date(2026, 7, 2))
    written([(SATO, gone)])
    pay_late(tmp_path, notice(1, SATO, 10_000, date(2023, 12, 25)), on=date(2026, 7, 2), sequence=2)
    assert balances(gone) == (0, 50_000, 11_000, 11_000)
    assert not prescription_of(SATO, as_of=today())[gone].is_extinct  # 承認で更新されていた
    (line,) = write_offs()
    with as_officer(OFFICER):
        number = propose_reversal(line.write_off_id, reason="完成の前の納付が届いた")
    assert "不納欠損の戻し" in carried(number)
    assert balances(gone) == (39_000, 0, 11_000, 0)
    assert write_offs()[0].reversed_on == today()
    assert stages_of(SATO, as_of=today()).get(gone, {}).get(Procedure.OBLIGATION) is None
    assert verify_everything().sound


def test_a_suspension_of_three_years_and_an_immediate_one_reach_the_list(gone: int) -> None:
    alive = charge_of(SATO, 2)
    key = investigated(SATO, (alive,))
    decided(key)
    record_finding(key, Finding(Kind.HOPELESS, True, "解散して清算が結了した", today()), as_of=today(), officer=OFFICER)
    decided(key, Suspending.EXTINGUISH)
    assert {each.charge_id for each in candidates(as_of=today())} == {gone, alive}
    assert "2件、80,000円" in written([(SATO, gone), (SATO, alive)])
    assert sorted(each.cause.value for each in write_offs()) == ["1", "3"]


@pytest.mark.parametrize("statement", [
    "INSERT INTO write_off (addressee_number, write_off_id, charge_id, cause, extinguished_on, written_off_on, principal_tax, "
    "demand_fee, delinquency_charge, disposition_cost, additional_charge, evidence, proposal_id, officer, command_id, "
    "reverse_reason) SELECT addressee_number, 1, charge_id, '1', '2024-07-01', '2026-01-01', 50000, 0, 0, 0, 0, 'x', 1, 'x', 1, '' "
    "FROM charge WHERE charge_id > 0",
    "UPDATE charge SET written_off = principal_tax, principal_tax = 0 WHERE charge_id > 0",
    "INSERT INTO charge_extinction (addressee_number, extinction_id, charge_id, extinguished_on, cause, steps, found_on, "
    "withdraw_reason, command_id) SELECT addressee_number, 1, charge_id, '2999-01-01', '1', '', '2026-01-01', '', 1 FROM charge",
])  # fmt: skip
def test_no_sql_writes_off_without_a_decision(gone: int, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)


def test_an_unrelated_taxpayer_is_left_alone(gone: int, tmp_path: Path) -> None:
    levy(tmp_path, determination(TANAKA, 1, 10_000), name="other.csv")
    record_extinctions(as_of=today(), officer=OFFICER)
    assert fetch_all("SELECT DISTINCT addressee_number FROM charge_extinction") == [(SATO,)]
