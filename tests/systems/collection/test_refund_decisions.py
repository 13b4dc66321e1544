"""還付・充当の決議。過誤納を超えて返さず、充当は適状日の収納となり、取り消せば元に戻る。"""

from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError

from osame.collection.determinations.importing import import_determinations
from osame.collection.inquiry.verification import verify_everything
from osame.collection.ledger.queries import find_charge
from osame.collection.matching.actions import Act as MatchingAct
from osame.collection.matching.actions import (
    AppropriationNotReceived,
    OverpaymentAlreadyDecided,
    cancel_receipt,
)
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.refunds.cancelling import propose_cancellation
from osame.collection.refunds.candidates import sources_of, targets_of
from osame.collection.refunds.deciding import (
    AlreadyProposed,
    NothingToDecide,
    OverpaymentChanged,
    Wanted,
    decide,
    plan_for,
    propose_decision,
)
from osame.platform.approvals.actions import NotAtThatStage, SamePerson, check, execute
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
)
from tests.systems.collection.demand_cast import levy, pay
from tests.systems.collection.refund_cast import (
    AGAIN,
    DECIDED,
    approve,
    balances,
    decided,
    officer,
    pay_twice,
)

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_TODAY", DECIDED.isoformat())


def sound() -> bool:
    verification = verify_everything()
    assert verification.findings == ()
    return verification.sound


def test_a_double_payment_becomes_payable_and_nothing_more(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    decided(SATO)
    assert balances(SATO) == {"received": 100_000, "refund_payable": 50_000, "determined": 50_000}
    assert fetch_all("SELECT * FROM overpayment") == []
    assert fetch_all("SELECT kind, name, state, amount FROM refund_payee") == [("1", "佐藤 花子", "1", 50_000)]
    assert sound()
    with pytest.raises(NothingToDecide):
        plan_for(Wanted(SATO), decided_on=DECIDED)


def test_arrears_of_another_tax_are_settled_first_on_the_day_they_met(tmp_path: Path) -> None:
    """住民税の未納30,000円（納期限6/30）へ、固定の二重納付（6/25）を充てる。適状日は6/30なので延滞金は生じない。"""
    levy(tmp_path, determination(SATO, 1, 30_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, SATO)
    plan = plan_for(Wanted(SATO), decided_on=DECIDED)
    assert (plan.appropriated, plan.payable) == (30_000, 20_000)
    assert fetch_all("SELECT count(*) FROM refund_part") == [(0,)]  # 見通しは、何も残さない
    number = decided(SATO)
    assert fetch_all(
        "SELECT use, amount, interest, appropriated_on FROM refund_part WHERE decision_id = %s ORDER BY 1", [number]
    ) == [("1", 20_000, 0, None), ("2", 30_000, 0, date(2025, 6, 30))]
    other = find_charge("990001")
    assert (other.principal_tax, other.delinquency_charge) == (0, 0)
    assert fetch_all("SELECT paid_on, channel FROM receipt WHERE charge_id = %s", [other.charge_id]) == [
        (date(2025, 6, 30), "14")
    ]
    assert balances(SATO) == {"received": 130_000, "refund_payable": 20_000, "paid_out": 30_000, "determined": 80_000}
    assert sound()


def test_the_delinquency_charge_runs_to_the_day_of_appropriation(tmp_path: Path) -> None:
    """適状日が納期限より後なら、その日までの延滞金も充てる。足りなければ本税が先で、延滞金が残る。"""
    levy(tmp_path, determination(TANAKA, 1, 300_000, tax_item="01", slip_number=990_002), name="other.csv")
    levy(tmp_path, determination(TANAKA, 2, 400_000), name="paid.csv")
    late = date(2025, 8, 31)
    pay(tmp_path, notice(1, TANAKA, 400_000, date(2025, 6, 1), 2), notice(2, TANAKA, 400_000, late, 2),
        on=date(2025, 9, 5))  # fmt: skip
    number = decided(TANAKA)
    other = find_charge("990002")
    # 300,000 × 2.4% × 31 ÷ 365 = 611、× 8.7% × 31 ÷ 365 = 2,216 → 2,800円
    assert fetch_all(
        "SELECT amount, appropriated_on FROM refund_part WHERE decision_id = %s AND use = '2'", [number]
    ) == [(302_800, late)]
    assert (other.principal_tax, other.delinquency_charge, other.overpayment) == (0, 0, 0)
    assert balances(TANAKA)["refund_payable"] == 400_000 - 302_800
    assert sound()


def test_too_little_fills_the_tax_and_leaves_the_charge(tmp_path: Path) -> None:
    levy(tmp_path, determination(TANAKA, 1, 300_000, tax_item="01", slip_number=990_002), name="other.csv")
    levy(tmp_path, determination(TANAKA, 2, 301_000), name="paid.csv")
    pay(tmp_path, notice(1, TANAKA, 301_000, date(2025, 6, 1), 2),
        notice(2, TANAKA, 301_000, date(2025, 8, 31), 2), on=date(2025, 9, 5))  # fmt: skip
    decided(TANAKA)
    other = find_charge("990002")
    assert (other.principal_tax, other.delinquency_charge) == (0, 1_800)
    assert "refund_payable" not in balances(TANAKA)
    assert fetch_all("SELECT 1 FROM refund_payee") == []
    assert sound()


def test_only_the_persons_own_due_terms_outside_grace_are_candidates(tmp_path: Path) -> None:
    levy(
        tmp_path,
        determination(SATO, 1, 10_000, tax_item="01", slip_number=990_001, notice_number="11"),
        determination(
            SATO, 2, 10_000, tax_item="01", slip_number=990_002, notice_number="12", due_on=date(2025, 12, 25)
        ),
        determination(SATO, 3, 10_000, tax_item="01", slip_number=990_003, notice_number="13"),
        determination(TANAKA, 1, 10_000, tax_item="01", slip_number=990_005, notice_number="15"),
        name="other.csv",
    )
    run_sql(
        "INSERT INTO tax_item (tax_item, valid_from, name, revenue_account, bears_delinquency_charge, first_period_months, "
        "demand_fee, prescription_years, appropriation_rank, demand_article, accepts_determination) "
        "VALUES ('20', '2000-01-01', '介護保険料', '料', true, 3, 100, 2, 9, '介護保険法', true)"
    )
    levy(
        tmp_path, determination(SATO, 4, 10_000, tax_item="20", slip_number=990_004, notice_number="14"), name="fee.csv"
    )
    run_sql(
        "INSERT INTO demand_stop (addressee_number, charge_id, tax_item, starts_on, reason, note, officer) "
        "VALUES (%s, %s, '', '2025-07-01', '01', '徴収猶予の許可', '山本')",
        [SATO, find_charge("990003").charge_id],
    )
    pay_twice(tmp_path, SATO)
    found = {each.label: each.barred for each in targets_of(SATO, as_of=DECIDED, sources=sources_of(SATO))}
    assert found == {
        "市民税・県民税 令和7年度 1期（通知書11）": "",
        "市民税・県民税 令和7年度 2期（通知書12）": "納期限が来ていません",
        "市民税・県民税 令和7年度 3期（通知書13）": "徴収猶予の期間中です（充当できるのは猶予の期限から）",
        "介護保険料 令和7年度 4期（通知書14）": "税と料の間では充当できません",
    }
    plan = plan_for(Wanted(SATO), decided_on=DECIDED)
    assert (plan.appropriated, plan.payable) == (10_000, 40_000)


def test_a_decrease_bears_interest_from_the_day_after_payment(tmp_path: Path) -> None:
    """減額更正：6/10に納めた1,000,000円のうち600,000円が過納。6/11から決裁の日まで年0.9%。"""
    levy(tmp_path, determination(SATO, 1, 1_000_000), name="levy.csv")
    pay(tmp_path, notice(1, SATO, 1_000_000, date(2025, 6, 10)))
    import_determinations(
        write_determinations(tmp_path / "down.csv", revision(SATO, 1, 400_000, -600_000)), as_of=AS_OF, officer=OFFICER
    )
    plan = plan_for(Wanted(SATO), decided_on=DECIDED)
    (part,) = plan.parts
    assert (part.starts_on, part.ends_on) == (date(2025, 6, 11), DECIDED)
    assert plan.interest == 600_000 * 9 * 92 // 365 // 1000 // 100 * 100 == 1_300
    assert plan.payable == 601_300
    assert any("0.9" in step for step in part.steps)


def test_the_interest_that_is_left_settles_arrears_too(tmp_path: Path) -> None:
    """過納200万円がすべて充当され、未納が残るときは、還付加算金も充てる。"""
    levy(tmp_path, determination(SATO, 1, 2_000_000), name="levy.csv")
    pay(tmp_path, notice(1, SATO, 2_000_000, date(2025, 6, 10)))
    import_determinations(
        write_determinations(tmp_path / "down.csv", revision(SATO, 1, 0, -2_000_000)), as_of=AS_OF, officer=OFFICER
    )
    levy(tmp_path, determination(SATO, 1, 3_000_000, tax_item="01", slip_number=990_001, due_on=date(2025, 9, 1)),
         name="other.csv")  # fmt: skip
    number = decided(SATO)
    rows = fetch_all(
        "SELECT use, amount, interest, applied FROM refund_part WHERE decision_id = %s ORDER BY 1", [number]
    )
    # 6/11から充当適状日9/1まで83日：2,000,000 × 0.9% × 83 ÷ 365 = 4,093 → 4,000円
    assert rows == [("2", 2_000_000, 4_000, 4_000), ("3", 4_000, 0, 0)]
    assert find_charge("990001").principal_tax == 3_000_000 - 2_004_000
    assert balances(SATO)["refund_interest"] == 4_000
    assert sound()
    with officer("起案"):
        approve(propose_cancellation(SATO, number, reason="誤り"))
    assert find_charge("990001").principal_tax == 3_000_000
    assert balances(SATO) == {"principal_tax": 3_000_000, "received": 2_000_000, "overpayment": 2_000_000,
                              "determined": 3_000_000}  # fmt: skip
    assert sound()


def test_cancelled_before_payment_everything_is_as_it_was(tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO, 1, 30_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, SATO)
    tables = "SELECT charge_id, receipt_key, amount, cause, arises_on FROM overpayment ORDER BY 1, 2"
    before, overpayments = balances(SATO), fetch_all(tables)
    number = decided(SATO)
    with officer("起案"):
        proposal = propose_cancellation(SATO, number, reason="別人の納付だった")
    assert "元の過誤納金に戻しました" in approve(proposal)
    assert balances(SATO) == before
    assert fetch_all(tables) == overpayments
    assert fetch_all("SELECT state FROM refund_payee") == [("9",)]
    assert sound()
    assert decided(SATO) > number  # もう一度、決議できる
    assert sound()


def test_the_same_approval_twice_decides_once(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    with officer("起案"):
        proposal = propose_decision(Wanted(SATO), decided_on=DECIDED, reason="過誤納のため")
        with pytest.raises(AlreadyProposed):
            propose_decision(Wanted(SATO), decided_on=DECIDED, reason="過誤納のため")
        with pytest.raises(SamePerson):
            check(proposal)
    approve(proposal)
    with officer("執行"), pytest.raises(NotAtThatStage):
        execute(proposal)
    content = Proposal.objects.get().content
    assert decide(content, decided_on=DECIDED, proposal_id=proposal).payable == 50_000  # 答えを失って、もう一度
    assert fetch_one("SELECT count(*), sum(payable) FROM refund_decision") == (1, 50_000)
    assert balances(SATO)["refund_payable"] == 50_000
    assert sound()


def test_an_overpayment_that_changed_after_the_proposal_is_not_decided(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    with officer("起案"):
        proposal = propose_decision(Wanted(SATO), decided_on=DECIDED, reason="過誤納のため")
    approve(proposal, then_execute=False)
    import_determinations(
        write_determinations(tmp_path / "up.csv", revision(SATO, 1, 60_000, 10_000)), as_of=AS_OF, officer=OFFICER
    )
    with officer("執行"), pytest.raises(OverpaymentChanged):
        execute(proposal)
    assert balances(SATO)["overpayment"] == 40_000
    assert sound()


def test_a_later_increase_never_touches_what_was_decided(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    decided(SATO)
    import_determinations(
        write_determinations(tmp_path / "up.csv", revision(SATO, 1, 60_000, 10_000)), as_of=AS_OF, officer=OFFICER
    )
    assert balances(SATO) == {"principal_tax": 10_000, "received": 100_000, "refund_payable": 50_000,
                              "determined": 60_000}  # fmt: skip
    assert sound()


def test_the_database_refuses_more_than_there_is(tmp_path: Path) -> None:
    """行いを通さず、表に直に書いても、過誤納金の残りは超えられない。"""
    pay_twice(tmp_path, SATO)
    charge_id, key = fetch_one("SELECT charge_id, receipt_key FROM overpayment")
    with pytest.raises(DatabaseError) as refused:
        run_sql(
            "INSERT INTO refund_part (addressee_number, decision_id, part_number, charge_id, receipt_key, use, amount, "
            "interest, applied, cause, ground, starts_on, ends_on, steps, revenue_class, expires_on) VALUES "
            "(%s, 1, 1, %s, %s, '1', 50001, 0, 0, '02', '4', '2025-07-26', '2025-09-10', '[]', '1', '2030-06-25')",
            [SATO, charge_id, key],
        )
    assert isinstance(refused.value.__cause__, psycopg.Error)
    assert refused.value.__cause__.sqlstate == "OS409"


def test_receipts_of_a_decision_are_not_cancelled_by_another_door(tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO, 1, 30_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, SATO)
    decided(SATO)
    act, reason = MatchingAct(AS_OF, OFFICER), ReceiptCancellation.Reason.WRONG_MATCH
    for reference, refusal in ((str(slip(SATO)), OverpaymentAlreadyDecided), ("990001", AppropriationNotReceived)):
        facts = find_charge(reference)
        ((key,),) = fetch_all(
            "SELECT receipt_key FROM receipt WHERE charge_id = %s AND paid_on >= %s", [facts.charge_id, AGAIN]
        )
        with pytest.raises(refusal):
            cancel_receipt(key, facts, reason=reason, note="誤り", act=act)
