"""職員による消込・取消・組替え・手入力。元の記録は残り、残高は正しい。"""

import threading
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

from osame.collection.determinations.importing import import_determinations
from osame.collection.inquiry.queries import entries_of, history_of, quote
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.posting import KeyReusedWithOtherContent
from osame.collection.ledger.queries import ChargeFacts, ChargeNotFound, find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.actions import (
    Act,
    CancellationNeedsNote,
    HeldReceiptNotOpen,
    OverrideNeedsTwoOfficers,
    OverrideRequest,
    ReceiptNotFound,
    cancel_receipt,
    identify_receipt,
    move_receipt,
    override_charge,
    release_override,
)
from osame.collection.matching.entering import (
    BatchNeedsChecker,
    BatchRowUnreadable,
    BatchSheet,
    BatchTotalsDiffer,
    enter_batch,
    read_slips,
)
from osame.collection.matching.importing import import_receipts
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.matching.queries import held_receipts
from osame.formats.reports import Channel
from osame.platform.database import fetch_all
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    slip,
    write_determinations,
    write_notices,
)

ACT = Act(AS_OF, OFFICER)
REASON = ReceiptCancellation.Reason


@pytest.fixture
def charges(city: str, tmp_path: Path) -> None:
    """佐藤の第1期 (500,000円) と第2期、田中の第1期。納期限は令和7年6月30日。"""
    import_determinations(
        write_determinations(
            tmp_path / "d.csv", determination(SATO, 1, 500_000), determination(SATO, 2), determination(TANAKA)
        ),
        as_of=AS_OF,
        officer=OFFICER,
    )


def charge(addressee: str, term: int = 1) -> ChargeFacts:
    return find_charge(str(slip(addressee, term)))


def pay(tmp_path: Path, number: int, addressee: str, amount: int, on: date, term: int = 1) -> None:
    path = write_notices(tmp_path / f"{number}.csv", notice(number, addressee, amount, on, term=term), sequence=number)
    import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)


def receipt_of(facts: ChargeFacts) -> UUID:
    return UUID(str(fetch_all("SELECT receipt_key FROM receipt WHERE charge_id = %s", [facts.charge_id])[0][0]))


@pytest.mark.usefixtures("charges")
class TestIdentify:
    def test_moves_the_money_from_suspense_to_the_charge(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, SUZUKI, 500_000, date(2025, 6, 1))
        (held,) = held_receipts()
        assert identify_receipt(held.receipt_key, charge(SATO), act=ACT)
        assert charge(SATO).principal_tax == 0
        assert held_receipts() == []
        assert verify_ledger().sound

    def test_twice_is_harmless_and_elsewhere_is_refused(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, SUZUKI, 500_000, date(2025, 6, 1))
        (held,) = held_receipts()
        identify_receipt(held.receipt_key, charge(SATO), act=ACT)
        before = ledger_digest()
        assert not identify_receipt(held.receipt_key, charge(SATO), act=ACT)
        with pytest.raises(KeyReusedWithOtherContent):
            identify_receipt(held.receipt_key, charge(TANAKA), act=ACT)
        assert ledger_digest() == before

    def test_of_an_unknown_receipt_is_refused(self) -> None:
        with pytest.raises(HeldReceiptNotOpen):
            identify_receipt(UUID(int=1), charge(SATO), act=ACT)

    def test_by_two_officers_at_once_happens_once(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, SUZUKI, 500_000, date(2025, 6, 1))
        (held,) = held_receipts()
        outcomes: list[bool] = []

        def press() -> None:
            outcomes.append(identify_receipt(held.receipt_key, charge(SATO), act=ACT))
            connections.close_all()

        officers = [threading.Thread(target=press) for _ in range(4)]
        for officer in officers:
            officer.start()
        for officer in officers:
            officer.join()
        assert sorted(outcomes) == [False, False, False, True]
        assert charge(SATO).received == 500_000
        assert verify_ledger().sound


@pytest.mark.usefixtures("charges")
class TestCancel:
    def test_restores_what_was_owed_and_keeps_the_receipt(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, SATO, 500_000, date(2025, 9, 1))
        assert charge(SATO).delinquency_charge > 0  # 完納が遅れ、延滞金が確定した
        assert cancel_receipt(receipt_of(charge(SATO)), charge(SATO), reason=REASON.DISHONOUR, note="不渡り", act=ACT)
        facts = charge(SATO)
        assert (facts.principal_tax, facts.delinquency_charge, facts.received) == (500_000, 0, 0)
        assert [event.what for event in history_of(facts)] == ["当初調定", "収納（取消済み）", "収納の取消し"]
        assert verify_ledger().sound

    def test_lets_a_later_double_payment_take_its_place(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, TANAKA, 50_000, date(2025, 6, 1))
        first = receipt_of(charge(TANAKA))
        pay(tmp_path, 2, TANAKA, 50_000, date(2025, 6, 20))
        assert charge(TANAKA).overpayment == 50_000
        cancel_receipt(first, charge(TANAKA), reason=REASON.WRONG_MATCH, note="他人の納付", act=ACT)
        facts = charge(TANAKA)
        assert (facts.principal_tax, facts.overpayment, facts.received) == (0, 0, 50_000)
        (held,) = held_receipts()  # 金は市に残り、相手を調べ直す
        assert (held.amount, held.paid_on, held.slip_number) == (50_000, date(2025, 6, 1), None)
        assert verify_ledger().sound
        assert identify_receipt(held.receipt_key, charge(SATO), act=ACT)
        assert charge(SATO).principal_tax == 450_000
        assert verify_ledger().sound

    def test_needs_a_note_and_an_existing_receipt(self) -> None:
        with pytest.raises(CancellationNeedsNote):
            cancel_receipt(UUID(int=1), charge(SATO), reason=REASON.WRONG_MATCH, note=" ", act=ACT)
        with pytest.raises(ReceiptNotFound):
            cancel_receipt(UUID(int=1), charge(SATO), reason=REASON.WRONG_MATCH, note="誤り", act=ACT)


@pytest.mark.usefixtures("charges")
def test_moving_a_receipt_keeps_the_day_it_was_paid(tmp_path: Path) -> None:
    pay(tmp_path, 1, TANAKA, 500_000, date(2025, 6, 10))
    key = receipt_of(charge(TANAKA))
    assert move_receipt(key, charge(TANAKA), charge(SATO), note="佐藤さんの納付", act=ACT)
    assert not move_receipt(key, charge(TANAKA), charge(SATO), note="佐藤さんの納付", act=ACT)
    assert (charge(TANAKA).received, charge(TANAKA).principal_tax) == (0, 50_000)
    assert (charge(SATO).principal_tax, charge(SATO).delinquency_charge) == (0, 0)
    assert fetch_all("SELECT paid_on, channel FROM receipt WHERE charge_id = %s", [charge(SATO).charge_id]) == [
        (date(2025, 6, 10), "18")
    ]
    assert verify_ledger().sound


@pytest.mark.usefixtures("charges")
class TestEnterBatch:
    SHEET = BatchSheet(Channel.COUNTER, date(2025, 9, 2), 2, 60_000, "山本", "高橋")
    TEXT = "納付書番号,金額,領収日,済通番号\n{},50000,R7.9.1,A1\n{},10000,2025-09-02,A2\n"

    def text(self) -> str:
        return self.TEXT.format(slip(TANAKA), slip(SATO))

    def test_matches_the_slips(self) -> None:
        result = enter_batch(read_slips(self.text(), received_on=date(2025, 9, 2)), self.SHEET)
        assert (result.rows_posted, result.amount_matched) == (2, 60_000)
        assert charge(TANAKA).principal_tax == 0
        assert charge(SATO).principal_tax == 490_000
        assert enter_batch(read_slips(self.text(), received_on=date(2025, 9, 2)), self.SHEET).already_received
        assert verify_ledger().sound

    def test_is_refused_when_totals_differ_or_nobody_checked(self) -> None:
        slips = read_slips(self.text(), received_on=date(2025, 9, 2))
        with pytest.raises(BatchTotalsDiffer):
            enter_batch(slips[:1], self.SHEET)
        with pytest.raises(BatchNeedsChecker):
            enter_batch(slips, BatchSheet(Channel.COUNTER, date(2025, 9, 2), 2, 60_000, "山本", "山本"))

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("12345678901234567,1,R7.9.1,A1", "2行目: 納付書番号"),
            ("1,0,R7.9.1,A1", "2行目: 金額"),
            ("1,1,R7.13.1,A1", "2行目: 領収日"),
            ("1,1,R7.9.3,A1", "より後です"),
            ("1,1,R7.9.1,", "2行目: 済通番号"),
            ("1,1,R7.9.1,A1\n1,1,R7.9.1,A1", "3行目: 済通番号「A1」は2行目にもあります"),
        ],
    )
    def test_says_which_line_is_wrong(self, row: str, told: str) -> None:
        with pytest.raises(BatchRowUnreadable, match=told):
            read_slips(f"納付書番号,金額,領収日,済通番号\n{row}\n", received_on=date(2025, 9, 2))


@pytest.mark.usefixtures("charges")
class TestOverride:
    def test_replaces_the_figure_and_is_released(self, tmp_path: Path) -> None:
        pay(tmp_path, 1, SATO, 500_000, date(2025, 9, 1))
        computed = charge(SATO).delinquency_charge
        request = OverrideRequest(1_000, "災害による減免", "山本", "伊藤")
        assert override_charge(charge(SATO), request, as_of=AS_OF)
        assert charge(SATO).delinquency_charge == 1_000
        assert quote(charge(SATO), as_of=AS_OF).delinquency_charge == 1_000
        assert release_override(charge(SATO), act=ACT)
        assert charge(SATO).delinquency_charge == computed
        assert verify_ledger().sound

    def test_needs_two_officers(self) -> None:
        with pytest.raises(OverrideNeedsTwoOfficers):
            override_charge(charge(SATO), OverrideRequest(0, "誤り", "山本", "山本"), as_of=AS_OF)


@pytest.mark.usefixtures("charges")
class TestQuote:
    def test_explains_what_is_still_running(self) -> None:
        answer = quote(charge(SATO), as_of=date(2025, 9, 1))
        # 500,000 × 2.4% × 31日 ÷ 365 = 1,019円、× 8.7% × 32日 ÷ 365 = 3,813円 → 4,800円
        assert [segment.amount for segment in answer.breakdown.segments] == [1_019, 3_813]  # type: ignore[union-attr]
        assert (answer.delinquency_charge, answer.fixed, answer.total) == (4_800, False, 504_800)

    def test_equals_what_is_fixed_when_paid_that_day(self, tmp_path: Path) -> None:
        expected = quote(charge(SATO), as_of=date(2025, 9, 1)).delinquency_charge
        pay(tmp_path, 1, SATO, 500_000, date(2025, 9, 1))
        assert charge(SATO).delinquency_charge == expected
        assert quote(charge(SATO), as_of=date(2025, 12, 1)).fixed
        assert [entry.kind for entry in entries_of(charge(SATO))] == ["調定", "収納", "延滞金確定"]

    def test_of_an_unknown_charge_is_refused(self) -> None:
        for reference in ("1", "06-2025-0000000001-9", "なし"):
            with pytest.raises(ChargeNotFound):
                find_charge(reference)
        assert find_charge("06-2025-0000000001-1") == charge(SATO)
