"""口座振替の依頼。引き落とすものは一度だけ、除くものには理由が一つ。渡すのは、いつも同じバイト列。"""

import os
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from datetime import date
from pathlib import Path

import pytest
from django.db import connections

from osame.collection.debits import batch, numbers
from osame.collection.debits.actions import AccountKey, end_account, suspend_account
from osame.collection.debits.batch import (
    AlreadyAnswered,
    ChangedSincePreview,
    DebitBeforeDue,
    DebitDayClosed,
    DebitDayPassed,
    DebitDayTooFar,
    NothingToDebit,
    cancel_request,
    make_request,
)
from osame.collection.debits.models import DebitExclusion
from osame.collection.debits.outgoing import (
    RequestCancelled,
    RequestExpired,
    SendAgainNeedsReason,
    write_file,
)
from osame.collection.debits.requests import changed_since, preview
from osame.collection.debits.selection import DebitOrder
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, stop_demand
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from tests.formats.strict_debit_checker import faults
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice, revision, slip
from tests.systems.collection.debit_cast import DUE, MADE, account, answered, consignors, order, sent, take, terms
from tests.systems.collection.demand_cast import levy, move_in, pay, report

Reason = DebitExclusion.Reason
SAMPLE = Path("tests/formats/samples/zengin/furikae91_request.txt")


@pytest.fixture(autouse=True)
def bank(city: str) -> None:
    consignors()


def test_every_charge_of_an_account_is_debited_or_has_one_reason(tmp_path: Path) -> None:
    people = [f"{number:015d}" for number in range(31, 41)]
    paid, zero, flying, unknown, stopped, graced, plan, dead, no_slip, no_branch = people
    for who in people:
        move_in(who, died_on=date(2025, 6, 1) if who == dead else None)
        account(who, who[-7:])
    account(SATO)
    account(TANAKA, "0000002", holder="ﾀﾅｶ ｲﾁﾛｳ")
    levy(
        tmp_path, determination(SATO), determination(SATO, 2, due_on=date(2025, 7, 31)), determination(TANAKA),
        determination(KAKU), determination(zero, 1, 1_000), determination(no_slip, slip_number=None),
        *(determination(who) for who in people if who not in {zero, no_slip}),
    )  # fmt: skip
    end_account(AccountKey(TANAKA, "06"), on=date(2025, 6, 1), reason="本人の申出", officer=OFFICER)
    suspend_account(AccountKey(stopped, "06"), on=date(2025, 6, 1), reason="本人の申出", officer=OFFICER)
    pay(tmp_path, notice(1, paid, 50_000, date(2025, 6, 10)), on=date(2025, 6, 11))
    levy(tmp_path, revision(zero, 1, 0, -1_000), name="cancel.csv", on=date(2025, 6, 12))
    report(1, flying, 50_000, on=date(2025, 6, 15))
    levy(tmp_path, determination(SUZUKI, levy_year=2024, slip_number=slip(unknown)), name="same.csv")
    pay(tmp_path, notice(2, unknown, 100, date(2025, 6, 9)), on=date(2025, 6, 12), sequence=2)
    for who, why in ((graced, DemandStop.Reason.GRACE), (plan, DemandStop.Reason.INSTALLMENT_PLAN)):
        stop_demand(StopRequest(who, why, "許可", date(2025, 6, 1)), officer=OFFICER)
    shown = preview(order(), as_of=MADE)
    _retire_branch(no_branch)
    run, files = sent(tmp_path)
    told = dict(fetch_all("SELECT addressee_number, reason || stop_reason FROM debit_exclusion"))
    assert told == {
        paid: Reason.PAID, flying: Reason.IN_FLIGHT, unknown: Reason.UNIDENTIFIED_RECEIPT, stopped: Reason.SUSPENDED,
        dead: Reason.DECEASED, graced: "0801", plan: "0810", no_slip: Reason.NO_SLIP, no_branch: Reason.NO_BRANCH,
        zero: told[zero],
    }  # fmt: skip
    assert told[zero] in {Reason.ZERO, Reason.PAID}
    assert (run.count, run.amount) == (1, 50_000)
    assert (shown.count, sum(each.count for each in shown.left_out)) == (2, 9)
    assert faults(files["0155"]) == []
    assert fetch_all("SELECT addressee_number, new_code FROM debit_instruction") == [(SATO, "1")]


def _retire_branch(who: str) -> None:
    """承継先が、一覧にない店舗になった。"""
    run_sql(
        "INSERT INTO bank_succession (old_bank_code, old_branch_code, closed_on, bank_code, branch_code) "
        "VALUES ('0155', '712', '2025-06-01', '0155', '999')"
    )
    account(who, "0000099", branch="701", since=date(2025, 4, 2))
    run_sql(
        "INSERT INTO debit_account SELECT addressee_number, tax_item, debit_class, history_number + 1, valid_from, state, "
        "method, bank_code, '712', account_type, sealed_number, number_digest, number_tail, symbol_tail, holder_kana, "
        "holder_name, reason, application_id, officer, recorded_at FROM debit_account WHERE addressee_number = %s "
        "ORDER BY history_number DESC LIMIT 1",
        [who],
    )


def test_golden_bytes_through_the_door(tmp_path: Path) -> None:
    """見本と同じ三件を、口座から作ったファイルは、顧客番号（当団体の納付書番号）のほかは、見本とバイトまで同じ。"""
    consignors_golden = [(SATO, "0000001", "0155", "701", "ﾔﾏﾀﾞ ﾀﾛｳ", 12_000), (TANAKA, "0000002", "0155", "701", "ｽｽﾞｷ ﾊﾅｺ", 34_500),
                         (KAKU, "0000003", "9900", "238", "ｶ)ｲｾｼﾖｳｼﾞ", 78_900)]  # fmt: skip
    due = date(2025, 7, 31)
    for who, number, bank_code, branch, holder, _ in consignors_golden:
        account(who, number, bank=bank_code, branch=branch, holder=holder)
    levy(tmp_path, *(determination(who, 1, amount, due_on=due) for who, *_, amount in consignors_golden))
    _, before = sent(tmp_path, order(due), made=date(2025, 7, 10))
    golden = SAMPLE.read_bytes()
    made = before["0155"]
    numbers = [line[91:111] for line in golden.split(b"\r\n") if line[:1] == b"2"]
    for who, theirs in zip((SATO, TANAKA, KAKU), numbers, strict=True):
        made = made.replace(f"{slip(who):020d}".encode(), theirs)
    # 見本の新規コードは 0・1・2。ここでは三人とも初めての引落し（1）。
    lines = [line[:90] + b"*" + line[91:] if line[:1] == b"2" else line for line in made.split(b"\r\n")]
    assert lines == [line[:90] + b"*" + line[91:] if line[:1] == b"2" else line for line in golden.split(b"\r\n")]
    assert faults(before["0155"]) == []


def test_the_new_code_tells_first_same_and_changed(tmp_path: Path) -> None:
    days = (DUE, date(2025, 7, 31), date(2025, 9, 1))
    account(SATO)
    levy(tmp_path, *(determination(SATO, n, due_on=day) for n, day in enumerate(days, 1)))
    codes = []
    for n, (day, made) in enumerate(zip(days, (MADE, date(2025, 7, 20), date(2025, 8, 20)), strict=True), 1):
        if n == 3:
            account(SATO, "0000777", since=date(2025, 8, 1))
        _, files = sent(tmp_path, order(day), made=made)
        codes.append(files["0155"][122 + 90 : 122 + 91].decode())
        take(
            tmp_path,
            answered(files["0155"], {}),
            on=date(2025, 9, 3) if n == 3 else day.replace(day=day.day),
            name=f"{n}.txt",
        )
    assert codes == ["1", "0", "2"]


def test_the_same_order_is_one_run(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    first = make_request(order(), as_of=MADE, officer=OFFICER)
    again = make_request(order(), as_of=MADE, officer="別の職員")
    assert (again.request_id, again.replayed) == (first.request_id, True)
    assert fetch_one("SELECT count(*) FROM debit_instruction") == (1,)


def test_two_officers_at_once_make_one_run(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    found: list[int] = []

    def press() -> None:
        try:
            found.append(make_request(order(), as_of=MADE, officer=OFFICER).request_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(press,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert fetch_one("SELECT count(*) FROM debit_request") == (1,)


@pytest.mark.parametrize("after", ["_record", "_write_files", "select_debits"])
def test_a_run_killed_anywhere_and_repeated_is_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    whole = getattr(batch, after)

    def dies(*told: object, **named: object) -> None:
        whole(*told, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(batch, after, dies)
        with pytest.raises(KeyboardInterrupt):
            make_request(order(), as_of=MADE, officer=OFFICER)
    assert fetch_one("SELECT count(*) FROM debit_request") == (0,)
    run, files = sent(tmp_path)
    assert (run.count, run.generation, faults(files["0155"])) == (1, 1, [])
    assert fetch_one("SELECT count(*) FROM debit_request_file") == (1,)


def test_a_second_output_is_the_same_bytes_with_a_reason(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    run, files = sent(tmp_path)
    levy(tmp_path, revision(SATO, 1, 10_000, -40_000), name="less.csv", on=date(2025, 6, 20))
    with pytest.raises(SendAgainNeedsReason):
        write_file(run.request_id, "0155", tmp_path / "no.txt", as_of=MADE)
    made = write_file(run.request_id, "0155", tmp_path / "again.txt", as_of=MADE, reason="伝送の失敗を百五銀行に確認")
    assert (tmp_path / "again.txt").read_bytes() == files["0155"]
    assert not (tmp_path / "no.txt").exists()
    assert made.reason == "伝送の失敗を百五銀行に確認"
    assert [(each.amount, each.unpaid) for each in changed_since(run.request_id)] == [(50_000, 10_000)]


def test_a_file_expires_and_last_years_cannot_go_out(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    run = make_request(order(), as_of=MADE, officer=OFFICER)
    assert run.expires_on == date(2025, 6, 29)
    for late in (DUE, date(2026, 6, 18)):
        with pytest.raises(RequestExpired):
            write_file(run.request_id, "0155", tmp_path / "late.txt", as_of=late)
    assert list(tmp_path.glob("late*")) == []
    cancel_request(run.request_id, on=date(2026, 6, 18), reason="渡さなかった")
    with pytest.raises(DebitDayPassed):
        make_request(order(), as_of=date(2026, 6, 18), officer=OFFICER)


def test_a_new_generation_needs_the_old_one_cancelled(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    first, _ = sent(tmp_path)
    cancel_request(first.request_id, on=MADE, reason="百五銀行に破棄を確認")
    second, files = sent(tmp_path)
    assert (second.generation, faults(files["0155"])) == (2, [])
    with pytest.raises(RequestCancelled):
        write_file(first.request_id, "0155", tmp_path / "old.txt", as_of=MADE, reason="再送")
    take(tmp_path, answered(files["0155"], {}))
    with pytest.raises(AlreadyAnswered):
        cancel_request(second.request_id, on=MADE, reason="もう一度")


@pytest.mark.parametrize(
    ("due", "on", "refusal"),
    [(DUE, date(2025, 6, 18), DebitDayPassed), (DUE, date(2025, 6, 28), DebitBeforeDue), (DUE, date(2026, 6, 30), DebitDayTooFar),
     (date(2024, 7, 1), date(2025, 6, 30), DebitDayTooFar), (date(2025, 6, 27), date(2025, 6, 28), DebitDayClosed),
     (date(2025, 6, 26), date(2025, 6, 26), NothingToDebit)],
)  # fmt: skip
def test_dates_that_cannot_be_meant_are_refused(tmp_path: Path, due: date, on: date, refusal: type[Exception]) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO), determination(SATO, 9, due_on=date(2025, 6, 27)))
    with pytest.raises(refusal):
        make_request(order(due, on), as_of=MADE, officer=OFFICER)


def test_what_was_seen_must_still_be_so(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO))
    with pytest.raises(ChangedSincePreview):
        make_request(DebitOrder(DUE, DUE, seen=(1, 49_000)), as_of=MADE, officer=OFFICER)
    assert make_request(DebitOrder(DUE, DUE, seen=(1, 50_000)), as_of=MADE, officer=OFFICER).count == 1


def test_a_whole_year_is_taken_at_the_first_term_and_falls_back(tmp_path: Path) -> None:
    days = (DUE, date(2025, 7, 31), date(2025, 9, 1), date(2025, 12, 25))
    terms(*days)
    account(SATO, method="2")
    account(TANAKA, "0000002", holder="ﾀﾅｶ ｲﾁﾛｳ")
    levy(tmp_path, *(determination(who, n, due_on=day) for who in (SATO, TANAKA) for n, day in enumerate(days, 1)))
    run, files = sent(tmp_path)
    assert run.count == 5
    take(tmp_path, answered(files["0155"], {slip(SATO, 2): "1"}))
    july, _ = sent(tmp_path, order(days[1]), made=date(2025, 7, 20))
    assert fetch_all("SELECT addressee_number FROM debit_instruction WHERE request_id = %s ORDER BY 1", [july.request_id]) == [
        (SATO,), (TANAKA,)
    ]  # fmt: skip


def test_banks_without_a_consignor_go_through_the_designated_one_or_wait(tmp_path: Path) -> None:
    account(SATO, bank="9900", branch="238")
    levy(tmp_path, determination(SATO))
    assert [each.name for each in preview(order(), as_of=MADE).by_bank] == ["0155 百五"]
    run_sql("UPDATE debit_consignor SET takes_others = false")
    assert [each.name for each in preview(order(), as_of=MADE).left_out] == ["委託者の登録がない"]


def test_a_bank_of_many_debits_is_set_based(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """OSAME_DEBITS 件（既定 1,500、全量 30,000）の抽出・記録・ファイルと、結果の消込み。"""
    count = int(os.environ.get("OSAME_DEBITS", "1500"))
    people = [f"{100_000 + number:015d}" for number in range(count)]
    account(SATO, "0000001")
    levy(tmp_path, *(determination(who) for who in (SATO, TANAKA)))
    _clone(people)
    start = time.monotonic()
    run = make_request(order(), as_of=MADE, officer=OFFICER)
    made = time.monotonic() - start
    write_file(run.request_id, "0155", tmp_path / "bank.txt", as_of=MADE)
    content = (tmp_path / "bank.txt").read_bytes()
    assert run.count == count + 1
    assert faults(content) == []
    result = answered(content, {}, default="1")
    start = time.monotonic()
    done = take(tmp_path, result)
    took = time.monotonic() - start
    record_property("seconds", f"{count:,}件: 依頼 {made:.1f}秒、結果 {took:.1f}秒")
    assert done.rows_posted == count + 1
    assert fetch_one("SELECT count(*) FROM debit_result WHERE code = '1'") == (count + 1,)


def _clone(people: list[str]) -> None:
    """佐藤さんの口座と期別を、大勢の分だけ写す（取込みを通さず、持ち主として）。"""
    copied = "addressee_number, tax_item, debit_class, history_number, valid_from, state, method, bank_code, branch_code, account_type"
    (facts,) = fetch_all(f"SELECT {copied.split(', ', 1)[1]} FROM debit_account")
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE many (addressee_number varchar(15), place int, sealed bytea, digest text, tail text)"
        )
    copy_rows(
        "many",
        ("addressee_number", "place", "sealed", "digest", "tail"),
        (
            (
                who,
                place,
                numbers.sealed(who[-7:], addressee_number=who),
                numbers.digest("0155", "701", "1", who[-7:]),
                who[-3:],
            )
            for place, who in enumerate(people)
        ),
    )
    run_sql(
        f"INSERT INTO debit_account ({copied}, sealed_number, number_digest, number_tail, symbol_tail, holder_kana, holder_name, "
        f"reason, officer, recorded_at) SELECT addressee_number, {', '.join(['%s'] * len(facts))}, sealed, digest, tail, '', "
        "'ｷﾀﾑﾗ ｻｸﾗ', '', '試験', '試験', now() FROM many",
        list(facts),
    )
    _levy_many(people)


def _levy_many(people: list[str]) -> None:
    """大勢の期別。取込みの扉を通す。"""
    folder = Path(os.environ["OSAME_HOME"])
    run_sql(
        "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, address_detail, corporate_number, "
        "representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, protection_measure, updated_on) "
        "SELECT addressee_number, '1', '北村 桜', 'キタムラ サクラ', '5160037', '架空市岩渕1丁目7-29', '', '', '', '', '', '', '', false, "
        "'2025-01-01' FROM many"
    )
    levy(folder, *(determination(who) for who in people), name="many.csv")
