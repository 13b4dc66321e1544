"""還付金を払う。請求、支払の実行、組戻し、現金、相続人、差押え、時効、支払の後の取消し。"""

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from osame.collection.inquiry.verification import verify_everything
from osame.collection.parameters.queries import SettingMissing
from osame.collection.refunds.accounts import UnknownBranch, register_account
from osame.collection.refunds.actions import (
    Act,
    ClaimTooLate,
    PayeeNotOpen,
    Where,
    expire_claims,
    hold,
    receive_claim,
    release,
)
from osame.collection.refunds.cancelling import DecisionNotStanding, propose_cancellation, record_recovery
from osame.collection.refunds.models import PaymentRun, RefundEncumbrance, RefundPayee
from osame.collection.refunds.paying import (
    Cash,
    CashNeedsTwoOfficers,
    NothingToPay,
    RunChanged,
    RunIsOver,
    TransferDayClosed,
    instruct,
    pay_in_cash,
    propose_run,
    record_returned,
    withdraw_run,
)
from osame.collection.refunds.sharing import (
    Heir,
    HeirSharesWrong,
    NewEncumbrance,
    divide_among_heirs,
    register_encumbrance,
    release_encumbrance,
)
from osame.collection.refunds.transfers import AlreadyHandedOver, file_of, hand_over_file
from osame.platform.approvals.actions import NotAtThatStage, execute
from osame.platform.approvals.describing import described
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.models import EgressRecord
from tests.formats.strict_zengin import faults_of_transfers
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA
from tests.systems.collection.refund_cast import (
    ACT,
    DECIDED,
    account,
    approve,
    balances,
    claimed,
    decided,
    officer,
    pay_twice,
    settle_consignor,
    state_of,
)

pytestmark = pytest.mark.usefixtures("city")
TRANSFER = date(2025, 9, 30)
Kind = RefundPayee.Kind


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_TODAY", DECIDED.isoformat())


def sound() -> bool:
    verification = verify_everything()
    assert verification.findings == ()
    return verification.sound


@pytest.fixture
def ready(tmp_path: Path) -> Where:
    """佐藤の50,000円。請求を受け付け、口座が分かっている。"""
    settle_consignor()
    pay_twice(tmp_path, SATO)
    return claimed(SATO, decided(SATO))


def run_proposed() -> tuple[int, int]:
    with officer("起案"):
        return propose_run(transfer_on=TRANSFER, reason="支払期日のため", act=ACT)


def test_one_approval_makes_one_file_and_one_payment(ready: Where, tmp_path: Path) -> None:
    run, proposal = run_proposed()
    facts = dict(described(HighRiskAct.REFUND_PAYMENT, Proposal.objects.get(pk=proposal).content).facts)
    assert (facts["件数"], facts["合計"]) == ("1件", "50,000円")
    assert facts["大きい10件の1"] == "50,000円　佐藤 花子　0155-701 ****567"
    assert state_of(ready) == "4"
    approve(proposal)
    assert balances(SATO) == {"received": 100_000, "paid_out": 50_000, "determined": 50_000}
    assert state_of(ready) == "5"
    body = file_of(run)
    assert faults_of_transfers(body) == []
    assert body.split(b"\r\n")[1][50:90].decode("cp932").startswith("ｻﾄｳ ﾊﾅｺ")
    with officer("執行"):
        with pytest.raises(NotAtThatStage):
            execute(proposal)
        with pytest.raises(RunIsOver):
            instruct(PaymentRun.objects.get(), Proposal.objects.get(pk=proposal).content, act=ACT)
        made = hand_over_file(run, tmp_path / "refund.txt")
        assert (tmp_path / "refund.txt").read_bytes() == body
        with pytest.raises(AlreadyHandedOver):
            hand_over_file(run, tmp_path / "again.txt")
    assert not (tmp_path / "again.txt").exists()
    assert EgressRecord.objects.filter(pk=made.pk, receiver_class="bank", subject_count=1).exists()
    assert b"1234567" not in bytes(PaymentRun.objects.get().sealed_file or b"")
    assert fetch_one("SELECT count(*) FROM payee_account WHERE position('1234567'::bytea in sealed_number) > 0") == (0,)
    assert sound()


def test_a_run_needs_an_open_day_and_somebody_to_pay(ready: Where) -> None:
    with officer("起案"):
        with pytest.raises(TransferDayClosed, match="令和7年9月29日なら"):
            propose_run(transfer_on=date(2025, 9, 27), reason="支払", act=ACT)
        hold(ready, note="照会中", act=ACT)
        with pytest.raises(NothingToPay):
            propose_run(transfer_on=TRANSFER, reason="支払", act=ACT)
        release(ready, act=ACT)
        run, _ = propose_run(transfer_on=TRANSFER, reason="支払", act=ACT)
        withdraw_run(run, act=ACT)
    assert state_of(ready) == "2"
    with pytest.raises(RunIsOver):
        withdraw_run(run, act=ACT)


def test_what_comes_back_is_payable_again(ready: Where) -> None:
    run, proposal = run_proposed()
    approve(proposal)
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    returned = {"returned_on": date(2025, 10, 3), "reason": "口座解約", "act": Act(date(2025, 10, 3), OFFICER)}
    assert record_returned(payment, **returned)
    assert not record_returned(payment, **returned)
    assert (balances(SATO)["refund_payable"], state_of(ready)) == (50_000, "6")
    assert fetch_one("SELECT ended_on IS NOT NULL FROM payee_account") == (True,)
    assert sound()
    receive_claim(
        ready, account(number="7654321"), consented=True, delegated=False, act=Act(date(2025, 10, 6), OFFICER)
    )
    with officer("起案"):
        again, proposal = propose_run(
            transfer_on=date(2025, 10, 31), reason="再支払", act=Act(date(2025, 10, 6), OFFICER)
        )
    approve(proposal)
    assert again != run
    assert balances(SATO)["paid_out"] == 50_000
    assert fetch_all("SELECT state FROM refund_payment ORDER BY payment_id") == [("3",), ("2",)]
    assert sound()


def test_cancelled_after_payment_the_money_is_asked_back_first(ready: Where) -> None:
    before_decision = {"received": 100_000, "overpayment": 50_000, "determined": 50_000}
    _, proposal = run_proposed()
    approve(proposal)
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    with officer("起案"):
        proposal = propose_cancellation(SATO, ready.decision_id, reason="別人の納付だった")
    assert "返納を求めます" in approve(proposal)
    assert balances(SATO)["paid_out"] == 50_000
    assert fetch_all("SELECT amount, state FROM refund_recovery") == [(50_000, "1")]
    assert sound()
    assert record_recovery(payment, recovered_on=date(2025, 10, 20), act=Act(date(2025, 10, 20), OFFICER))
    assert not record_recovery(payment, recovered_on=date(2025, 10, 20), act=Act(date(2025, 10, 20), OFFICER))
    assert balances(SATO) == before_decision
    assert sound()
    with officer("起案"), pytest.raises(DecisionNotStanding):
        propose_cancellation(SATO, ready.decision_id, reason="もう一度")


def test_cash_is_paid_once_and_confirmed_by_another(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    where = Where(SATO, decided(SATO), 1)
    with pytest.raises(PayeeNotOpen):
        pay_in_cash(where, Cash(RefundPayee.Method.CASH, TRANSFER, "高橋"), act=ACT)
    receive_claim(where, None, consented=False, delegated=False, act=ACT)
    with pytest.raises(CashNeedsTwoOfficers):
        pay_in_cash(where, Cash(RefundPayee.Method.CASH, TRANSFER, OFFICER), act=ACT)
    assert pay_in_cash(where, Cash(RefundPayee.Method.CASH, TRANSFER, "高橋"), act=ACT)
    assert not pay_in_cash(where, Cash(RefundPayee.Method.CASH, TRANSFER, "高橋"), act=ACT)
    assert balances(SATO)["paid_out"] == 50_000
    assert sound()


def test_a_claim_with_another_name_or_no_branch_is_not_paid(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    where = Where(SATO, decided(SATO), 1)
    assert receive_claim(where, account("タナカ イチロウ"), consented=True, delegated=False, act=ACT) == "3"
    assert receive_claim(where, account("サトウ　ハナコ"), consented=True, delegated=False, act=ACT) == "2"
    bad = account()
    with pytest.raises(UnknownBranch):
        receive_claim(
            where, type(bad)("9999", "999", bad.account_type, "1", "ア"), consented=True, delegated=False, act=ACT
        )


def test_the_next_refund_goes_to_the_consented_account(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    claimed(SATO, decided(SATO))
    pay_twice(tmp_path, SATO, term=2)
    number = decided(SATO)
    assert fetch_one("SELECT state, account_id IS NOT NULL FROM refund_payee WHERE decision_id = %s", [number]) == (
        "2",
        True,
    )


def test_heirs_share_to_the_yen_and_nobody_is_paid_before_they_are_known(tmp_path: Path) -> None:
    run_sql("UPDATE addressee SET died_on = '2025-08-01' WHERE addressee_number = %s", [SATO])
    pay_twice(tmp_path, SATO, amount=50_001)
    where = Where(SATO, decided(SATO), 1)
    assert fetch_one("SELECT state, note <> '' FROM refund_payee") == ("7", True)
    heirs = [Heir("佐藤 太郎", "サトウ タロウ", Fraction(1, 2)), Heir("佐藤 次郎", "サトウ ジロウ", Fraction(1, 4))]
    with pytest.raises(HeirSharesWrong):
        divide_among_heirs(where, heirs, act=ACT)
    divide_among_heirs(where, [*heirs, Heir("佐藤 三郎", "サトウ サブロウ", Fraction(1, 4))], act=ACT)
    assert fetch_all("SELECT name, amount, share FROM refund_payee WHERE state = '1' ORDER BY payee_number") == [
        ("佐藤 太郎", 25_001, "1/2"), ("佐藤 次郎", 12_500, "1/4"), ("佐藤 三郎", 12_500, "1/4"),
    ]  # fmt: skip
    claimed(SATO, where.decision_id, 2, "サトウ タロウ")
    assert sound()


def test_encumbrances_come_first_in_the_order_they_were_served(tmp_path: Path) -> None:
    settle_consignor()
    pay_twice(tmp_path, KAKU)
    where = claimed(KAKU, decided(KAKU), holder="カクウショウジ")
    run, proposal = run_proposed()
    new = NewEncumbrance(RefundEncumbrance.Kind.SEIZURE, "津税務署", "ﾂｾﾞｲﾑｼﾖ", datetime(2025, 9, 11, 1, tzinfo=UTC),
                        "差押通知書 徴第1号", 20_000)  # fmt: skip
    number = register_encumbrance(KAKU, new, act=ACT)
    assert fetch_all("SELECT kind, amount, state FROM refund_payee WHERE state <> '9' ORDER BY payee_number") == [
        ("4", 20_000, "1"), ("1", 30_000, "2"),
    ]  # fmt: skip
    with officer("照査・決裁"), pytest.raises(RunChanged):
        approve(proposal)
    withdraw_run(run, act=ACT)
    second = NewEncumbrance(RefundEncumbrance.Kind.ASSIGNMENT, "架空銀行", "ｶｸｳｷﾞﾝｺｳ",
                           datetime(2025, 9, 12, 1, tzinfo=UTC), "譲渡通知書", 45_000)  # fmt: skip
    register_encumbrance(KAKU, second, act=ACT)
    assert fetch_all("SELECT kind, amount, state FROM refund_payee WHERE state <> '9' ORDER BY payee_number") == [
        ("4", 20_000, "7"), ("5", 30_000, "7"),
    ]  # fmt: skip
    release_encumbrance(KAKU, number, reason="差押えの解除", act=ACT)
    assert fetch_all("SELECT kind, amount, state FROM refund_payee WHERE state <> '9' ORDER BY payee_number") == [
        ("5", 45_000, "1"), ("1", 5_000, "2"),
    ]  # fmt: skip
    assert where.payee_number == 1
    assert sound()


def test_after_five_years_without_a_claim_the_money_becomes_revenue(tmp_path: Path) -> None:
    pay_twice(tmp_path, TANAKA)
    where = Where(TANAKA, decided(TANAKA), 1)
    assert expire_claims(act=Act(date(2030, 6, 25), OFFICER)) == 0  # 6/25の納付の5年後。その日まで請求できる
    with pytest.raises(ClaimTooLate):
        receive_claim(where, account(), consented=False, delegated=False, act=Act(date(2030, 6, 26), OFFICER))
    assert expire_claims(act=Act(date(2030, 6, 26), OFFICER)) == 1
    assert expire_claims(act=Act(date(2030, 6, 26), OFFICER)) == 0
    assert balances(TANAKA) == {"received": 100_000, "determined": 100_000}
    assert state_of(where) == "8"
    assert sound()


def test_a_run_without_the_citys_own_account_is_not_carried_out(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    claimed(SATO, decided(SATO))
    _, proposal = run_proposed()
    approve(proposal, then_execute=False)
    with officer("執行"), pytest.raises(SettingMissing, match="還付振込"):
        execute(proposal)
    assert balances(SATO)["refund_payable"] == 50_000
    assert register_account is not None
