"""催告。選び、除き、送り、到達が時効の完成を六月だけ猶予し、名簿の結果が折衝になり、効果が数えられる。"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.queries import contacts_of, promises_of
from osame.collection.demands.batch import DemandOrder, carry_out
from osame.collection.dispositions.bankruptcies import Opened, open_bankruptcy
from osame.collection.letters.actions import record_counts, record_dispatch
from osame.collection.letters.printing import print_run
from osame.collection.matching.importing import import_receipts
from osame.collection.reminders.actions import (
    AlreadyOptedOut,
    ConditionNameTaken,
    DeadlineTooEarly,
    NobodyToRemind,
    Order,
    SelectionChanged,
    opt_out,
    pull_paid,
    remind,
    save_condition,
    settle_arrivals,
)
from osame.collection.reminders.importing import import_results
from osame.collection.reminders.lists import NotAList, outreach_list
from osame.collection.reminders.models import ContactOptOut, ReminderExclusion, ReminderRun
from osame.collection.reminders.queries import condition, effects, lines_of, one_run, reminders_of
from osame.collection.reminders.selection import ReminderAmountsCross, Terms, select
from osame.collection.returns.actions import register_return
from osame.collection.returns.models import ReturnedLetter
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice, write_notices
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, set_value
from tests.systems.collection.test_letters import texts

DAY = date(2026, 3, 2)
DEADLINE = date(2026, 3, 16)
Kind = ReminderRun.Kind


@pytest.fixture
def demanded(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤と田中は、督促状を受けた一つの期別を滞納している。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 120_000), determination(TANAKA, 1, 30_000))
    carry_out(DemandOrder(ISSUED, CUT_OFF, ()), officer=OFFICER)
    return tmp_path


def pay(folder: Path, who: str, amount: int, on: date) -> None:
    path = write_notices(folder / f"{who}{on}.csv", notice(int(who), who, amount, on), on=on)
    assert import_receipts(path, profile="bank_notice_v0", as_of=on, officer=OFFICER).amount_matched == amount


def reminded(kind: Kind = Kind.GENERAL, *, on: date = DAY, whose: list[str] | None = None) -> int:
    return remind(Order(kind, Terms(), on + timedelta(days=14), whose), as_of=on, officer=OFFICER)


def dispatched(run_id: int, *, on: date = DAY) -> None:
    letters = one_run(run_id).letter_run_id
    assert letters is not None
    made = print_run(letters).generated
    pulled = len(fetch_all("SELECT 1 FROM letter WHERE run_id = %s AND state = '9'", [letters]))
    record_counts(letters, printed=made, enclosed=made - pulled, officer=OFFICER)
    record_dispatch(letters, dispatched_on=on, officer=OFFICER)


@pytest.mark.usefixtures("demanded")
class TestSelection:
    def test_takes_the_delinquency_charge_of_the_deadline(self) -> None:
        found = select(Kind.GENERAL, Terms(), as_of=DAY, deadline=DEADLINE)
        (sato,) = [each for each in found.people if each.addressee_number == SATO]
        (charge,) = sato.charges
        assert (charge.principal_tax, charge.demand_fee) == (120_000, 100)
        assert charge.delinquency_charge > 0
        later = select(Kind.GENERAL, Terms(), as_of=DAY, deadline=date(2026, 9, 30))
        assert later.amount > found.amount

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ("UPDATE addressee SET died_on = '2026-01-01' WHERE addressee_number = %s", "死亡・相続人調査"),
            ("INSERT INTO demand_stop (addressee_number, tax_item, starts_on, reason, note, officer) VALUES (%s, '', '2026-01-01', '09', '機構', '山本')", "機構へ移管中"),
            ("INSERT INTO demand_stop (addressee_number, tax_item, starts_on, reason, note, officer) VALUES (%s, '', '2026-01-01', '03', '審査', '山本')", "督促・催告の停止"),
        ],
    )  # fmt: skip
    def test_leaves_out_with_one_reason(self, change: str, reason: str) -> None:
        run_sql(change, [SATO])
        found = select(Kind.GENERAL, Terms(), as_of=DAY, deadline=DEADLINE)
        assert [each.addressee_number for each in found.people] == [TANAKA]
        assert [(name, people) for name, people, _ in found.reasons] == [(reason, 1)]

    def test_nobody_in_bankruptcy_is_reminded(self) -> None:
        open_bankruptcy(Opened(SATO, "津地方裁判所", "令和8年(フ)第1号", date(2026, 2, 1), "官報"), officer=OFFICER)
        found = select(Kind.GENERAL, Terms(), as_of=DAY, deadline=DEADLINE)
        assert [(name, people) for name, people, _ in found.reasons] == [("破産などの手続中", 1)]

    def test_nobody_is_reminded_of_what_is_extinct(self) -> None:
        gone = date(2031, 3, 3)
        assert prescription_of(SATO, as_of=gone)[charge_of(SATO)].is_extinct
        found = select(Kind.GENERAL, Terms(), as_of=gone, deadline=date(2031, 3, 20))
        assert found.people == ()
        assert {each.reason for each in found.excluded} == {ReminderExclusion.Reason.EXTINCT}

    def test_moves_on_instead_of_reminding_for_ever(self) -> None:
        for month in (3, 5, 7, 9):
            reminded(on=date(2026, month, 2), whose=[SATO])
        with pytest.raises(NobodyToRemind, match="回数の上限"):
            reminded(on=date(2026, 11, 2), whose=[SATO])
        assert select(
            Kind.SEIZURE_WARNING, Terms(), as_of=date(2026, 11, 2), deadline=date(2026, 11, 20), whose=[SATO]
        ).people
        reminded(whose=[TANAKA])
        with pytest.raises(NobodyToRemind, match="日が浅い"):
            reminded(on=DAY + timedelta(days=5), whose=[TANAKA])

    def test_refuses_what_cannot_be(self) -> None:
        with pytest.raises(DeadlineTooEarly):
            remind(Order(Kind.GENERAL, Terms(), DAY), as_of=DAY, officer=OFFICER)
        with pytest.raises(ReminderAmountsCross):
            select(Kind.GENERAL, Terms(least=10, most=5), as_of=DAY, deadline=DEADLINE)
        with pytest.raises(SelectionChanged):
            remind(Order(Kind.GENERAL, Terms(), DEADLINE, None, (2, 1)), as_of=DAY, officer=OFFICER)

    def test_conditions_are_kept_by_name(self) -> None:
        terms = Terms(("06",), (2025,), 60, 10_000, None, "person", "516")
        assert condition(save_condition("少額のぞく", terms, officer=OFFICER)) == terms
        with pytest.raises(ConditionNameTaken):
            save_condition("少額のぞく", terms, officer=OFFICER)


@pytest.mark.usefixtures("demanded")
class TestPrescription:
    def test_an_arrived_letter_postpones_six_months_once(self, demanded: Path) -> None:
        old = determination(
            SATO, 4, 60_000, levy_year=2021, tax_year=2021, due_on=date(2021, 6, 30), determined_on=date(2021, 5, 1)
        )
        levy(demanded, old, name="old.csv")
        charge, near = charge_of(SATO, 4), date(2026, 7, 1)
        run_sql(
            "INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, seizable_from, letter_number, principal_tax, demand_fee, "
            "cancel_reason) VALUES (%s, 9, %s, '2021-07-18', '2021-07-28', '2021-07-29', 1, 60000, 0, '')",
            [charge, SATO],
        )
        assert prescription_of(SATO, as_of=near)[charge].completes_on == date(2026, 7, 28)
        first = reminded(Kind.FINAL, on=near, whose=[SATO])
        assert settle_arrivals(as_of=near) == 0
        dispatched(first, on=near)
        assert settle_arrivals(as_of=near) == 0  # まだ着かない
        assert settle_arrivals(as_of=date(2026, 7, 10)) == 1
        (line,) = reminders_of(SATO)
        assert line.arrived_on == date(2026, 7, 3)
        told = prescription_of(SATO, as_of=date(2026, 7, 10))[charge]
        assert told.completes_on == date(2027, 1, 3)
        again = reminded(Kind.FINAL, on=date(2026, 12, 2), whose=[SATO])
        dispatched(again, on=date(2026, 12, 2))
        assert settle_arrivals(as_of=date(2026, 12, 10)) == 1
        told = prescription_of(SATO, as_of=date(2026, 12, 10))[charge]
        assert told.completes_on == date(2027, 1, 3)
        assert any("再度の催告は効力がない" in step for step in told.steps)

    def test_a_returned_letter_did_not_arrive(self) -> None:
        run_id = reminded(whose=[SATO])
        dispatched(run_id)
        assert settle_arrivals(as_of=date(2026, 3, 9)) == 1
        letters = one_run(run_id).letter_run_id
        assert letters is not None
        register_return(
            (letters, 1),
            ReturnedLetter.Cause.UNKNOWN_ADDRESS,
            returned_on=date(2026, 3, 10),
            as_of=date(2026, 3, 10),
            officer=OFFICER,
        )
        assert settle_arrivals(as_of=date(2026, 3, 11)) == 1
        assert reminders_of(SATO)[0].arrived_on is None
        assert fetch_all("SELECT count(*) FROM prescription_event WHERE kind = '催告'") == [(0,)]

    def test_what_was_reminded_of_is_never_rewritten(self) -> None:
        reminded(whose=[SATO])
        for statement in (
            "UPDATE reminder SET amount = 1",
            "DELETE FROM reminder_charge",
            "UPDATE reminder_exclusion SET unpaid = 0",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                run_sql(statement)


class TestLetters:
    def test_the_page_says_what_is_owed_and_until_when(self, demanded: Path) -> None:
        run_id = reminded(Kind.SEIZURE_WARNING, whose=[SATO])
        run = one_run(run_id)
        assert run.letter_run_id is not None
        (page,) = texts(print_run(run.letter_run_id).directory)
        for part in ("佐藤花子様", "差押予告書", "令和8年3月16日", f"{run.amount:,}円", "地方税法第331条", "120,000"):
            assert part in page, part

    def test_a_slip_is_carried_over_exactly_what_is_reminded(self, demanded: Path) -> None:
        set_value("コンビニの請求書発行企業コード", "959919")
        set_value("納付区分", "06:106,01:101,合算:199")
        run_id = remind(
            Order(Kind.FINAL, Terms(overdue=0), DEADLINE, [SATO], with_slips=True), as_of=DAY, officer=OFFICER
        )
        run = one_run(run_id)
        assert run.letter_run_id is not None
        first, second = texts(print_run(run.letter_run_id).directory)
        ((number, amount, through, lines),) = fetch_all(
            "SELECT slip_number, amount, payable_through, upper_line FROM payment_slip"
        )
        assert (amount, through) == (run.amount, DEADLINE)
        assert fetch_all("SELECT charge_id FROM slip_share") == [(charge_of(SATO),)]
        for part in ("最終催告書", f"{amount:,}円", str(number), lines, "領収済通知書"):
            assert part in first, part
        assert "120,000" in second
        paid = notice(1, SATO, amount, DEADLINE, slip_number=number)
        path = write_notices(demanded / "slip.csv", paid, on=DEADLINE)
        assert import_receipts(path, profile="bank_notice_v0", as_of=DEADLINE, officer=OFFICER).amount_matched == amount
        assert fetch_all("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO)]) == [(0,)]

    def test_what_is_left_at_the_door_says_nothing_of_taxes_and_claims_nothing(self, demanded: Path) -> None:
        for kind, title in ((Kind.VISIT_REQUEST, "来庁のお願い"), (Kind.ABSENCE, "不在連絡票")):
            run = one_run(reminded(kind, whose=[SATO]))
            assert run.letter_run_id is not None
            (page,) = texts(print_run(run.letter_run_id).directory)
            assert title in page
            assert "120,000" not in page
            assert "固定資産税" not in page
        run_sql("UPDATE reminder SET arrived_on = reminded_on")
        assert fetch_all("SELECT 1 FROM prescription_event_reminders") == []
        (found,) = select(Kind.GENERAL, Terms(overdue=0), as_of=DAY, deadline=DEADLINE, whose=[SATO]).people
        assert found.addressee_number == SATO

    def test_a_protected_person_waits_for_a_second_officer(self, demanded: Path) -> None:
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        run_sql(
            "INSERT INTO addressee_mailing (addressee_number, line_number, tax_item, document, priority, is_safe, name, postal_code, address, "
            "address_detail, valid_from) VALUES (%s, 1, '', '', 1, true, '佐藤 花子', '5160099', '安全な町1-1', '', '2020-01-01')",
            [SATO],
        )
        run = one_run(reminded())
        assert run.letter_run_id is not None
        made = print_run(run.letter_run_id)
        assert made.generated == 1
        assert all("佐藤花子" not in page and "安全な町" not in page for page in texts(made.directory))

    def test_who_paid_meanwhile_is_pulled(self, demanded: Path) -> None:
        run_id = reminded()
        run = one_run(run_id)
        assert run.letter_run_id is not None
        print_run(run.letter_run_id)
        pay(demanded, TANAKA, 30_000 + _additions(TANAKA), date(2026, 3, 3))
        assert pull_paid(run_id, as_of=date(2026, 3, 4), officer=OFFICER) == 1
        assert [(each.addressee_number, each.cancelled_on) for each in lines_of(run_id, limit=9)] == [
            (SATO, None), (TANAKA, date(2026, 3, 4)),
        ]  # fmt: skip


def _additions(who: str) -> int:
    """完納に要る、督促手数料と延滞金。"""
    (person,) = select(Kind.FINAL, Terms(), as_of=DAY, deadline=date(2026, 3, 3), whose=[who]).people
    return person.amount - 30_000


@pytest.fixture
def listed(demanded: Path) -> Callable[[Kind], int]:
    for who, line, number in ((SATO, "2", "090-1111-2222"), (TANAKA, "2", "090-3333-4444")):
        run_sql("INSERT INTO addressee_contact VALUES (%s, 1, %s, 1, %s)", [who, line, number])
    return reminded


class TestLists:
    def test_a_message_list_holds_neither_name_nor_amount(self, listed: Callable[[Kind], int]) -> None:
        run_id = listed(Kind.SHORT_MESSAGE)
        content, people = outreach_list(run_id)
        told = content.decode("utf-8-sig")
        assert people == (SATO, TANAKA)
        assert f"{run_id},1,090-1111-2222,収納-01" in told
        assert "佐藤" not in told
        assert "120" not in told
        with pytest.raises(NotAList):
            outreach_list(reminded(Kind.FINAL))

    def test_a_protected_person_and_who_opted_out_are_on_no_list(self, listed: Callable[[Kind], int]) -> None:
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        opt_out(TANAKA, ContactOptOut.Means.SHORT_MESSAGE, "電話で断られた", as_of=DAY, officer=OFFICER)
        with pytest.raises(AlreadyOptedOut):
            opt_out(TANAKA, ContactOptOut.Means.SHORT_MESSAGE, "もう一度", as_of=DAY, officer=OFFICER)
        with pytest.raises(NobodyToRemind, match=r"支援措置.*連絡を断っている"):
            listed(Kind.SHORT_MESSAGE)
        assert [each.addressee_number for each in lines_of(listed(Kind.CALL), limit=9)] == [TANAKA]

    def test_results_become_contacts_and_promises(self, listed: Callable[[Kind], int], tmp_path: Path) -> None:
        run_id = listed(Kind.CALL)
        path = tmp_path / "results.csv"
        heading = "実行番号,行番号,結果,日時,約束日,約束額,メモ"
        rows = (
            f"{run_id},1,01,2026-03-03T10:30,R8.3.20,20000,月末の給料から", f"{run_id},2,07,2026-03-03T10:40,,,二度とかけるなと言われた",
            f"{run_id},2,01,2026-03-03T11:00,,,二度目", f"{run_id},9,01,2026-03-03T11:00,,,知らない行", f"{run_id},1,99,2026-03-03T11:00,,,",
        )  # fmt: skip
        path.write_text("\n".join([heading, *rows]), encoding="utf-8")
        done = import_results(path, as_of=DAY + timedelta(days=1), officer=OFFICER)
        assert (done.rows_in, done.rows_posted, done.rows_rejected) == (5, 2, 3)
        assert import_results(path, as_of=DAY + timedelta(days=1), officer=OFFICER).already_received
        (talk,) = contacts_of(SATO)
        assert "本人と話した。月末の給料から" in talk.content
        assert [(each.promised_on, each.amount) for each in promises_of(SATO, as_of=DAY)] == [
            (date(2026, 3, 20), 20_000)
        ]
        assert fetch_all("SELECT addressee_number, means FROM contact_opt_out") == [(TANAKA, "2")]
        assert [each.outcome for each in lines_of(run_id, limit=9)] == ["01", "07"]
        bad = tmp_path / "bad.csv"
        bad.write_bytes(b"\x82\xa0")
        assert "文字コード" in import_results(bad, as_of=DAY, officer=OFFICER).refusal


def test_the_effect_counts_a_payment_once(demanded: Path) -> None:
    first, second = reminded(), reminded(Kind.FINAL, on=DAY + timedelta(days=20))
    pay(demanded, SATO, 10_000, DAY + timedelta(days=3))
    pay(demanded, TANAKA, 5_000, DAY + timedelta(days=21))
    found = {each.run_id: each for each in effects(first=DAY, as_of=DAY + timedelta(days=60))}
    assert (found[first].people, found[first].paid_people, found[first].paid, found[first].paid_rate) == (
        2,
        1,
        10_000,
        "50.0%",
    )
    assert (found[second].paid_people, found[second].paid) == (1, 5_000)
