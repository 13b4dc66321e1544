"""振替口座。履歴は一本で、有効な口座は税目に一つ。番号は封をして置き、開けば必ず残る。"""

from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, transaction

from osame.collection.debits import numbers
from osame.collection.debits.actions import (
    AccountChange,
    AccountKey,
    AccountNeedsReason,
    ChangedMeanwhile,
    NotInThatState,
    NotOurAddressee,
    NotOurTaxItem,
    UseNeedsCase,
    UseNeedsReason,
    UseNotAllowed,
    end_account,
    resume_account,
    set_account,
    suspend_account,
    use_account,
)
from osame.collection.debits.applications import (
    Application,
    AppliedTwice,
    NoSuchApplication,
    ReturnNeedsReason,
    SameAccountAlready,
    accept_application,
    import_applications,
    receive_application,
    return_application,
)
from osame.collection.debits.given import (
    AccountDigitsWrong,
    GivenAccount,
    HolderNotInBankKana,
    NoSuchBranch,
    SymbolWrong,
    UnknownAccountType,
)
from osame.collection.debits.models import DebitApplication
from osame.collection.debits.queries import accounts_of, current_accounts, uses_of
from osame.formats import debit_application_csv
from osame.formats.debit_application_csv import DebitApplicationRow
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, TANAKA
from tests.systems.collection.debit_cast import DUE, account, consignors, terms

KEY = AccountKey(SATO, "06")
PLACE = {"bank_code": "0155", "branch_code": "701", "account_number": "1234567", "holder_kana": "ｻﾄｳ ﾊﾅｺ"}


@pytest.fixture(autouse=True)
def bank(city: str) -> None:
    consignors()


def standing(on: date) -> list[tuple[str, str]]:
    return [(each.state_name, each.shown_number) for each in current_accounts(SATO, as_of=on)]


def test_the_history_answers_for_every_day() -> None:
    account(SATO, "1234567")
    suspend_account(KEY, on=date(2025, 6, 1), reason="本人の申出", officer=OFFICER)
    resume_account(KEY, on=date(2025, 8, 1), reason="本人の申出", officer=OFFICER)
    account(SATO, "7654321", since=date(2025, 10, 1))
    end_account(KEY, on=date(2026, 4, 1), reason="廃止届", officer=OFFICER)
    days = [
        date(2025, 3, 31),
        date(2025, 5, 31),
        date(2025, 6, 1),
        date(2025, 9, 30),
        date(2025, 10, 1),
        date(2026, 4, 1),
    ]
    assert [standing(day) for day in days] == [
        [], [("有効", "****567")], [("停止", "****567")], [("有効", "****567")], [("有効", "****321")], []
    ]  # fmt: skip
    assert [each.history_number for each in accounts_of(SATO, as_of=DUE)] == [5, 4, 3, 2, 1]


def test_what_is_registered_later_takes_over_from_its_day() -> None:
    """先の日から始まる口座があっても、その前に終われば、先の口座も始まらない。"""
    account(SATO, since=date(2025, 10, 1))
    end_account(KEY, on=date(2025, 6, 1), reason="取下げ", officer=OFFICER)
    assert standing(date(2026, 1, 1)) == []


def test_only_one_of_two_officers_changes_an_account() -> None:
    account(SATO)
    (now,) = current_accounts(SATO, as_of=DUE)
    suspend_account(KEY, on=DUE, reason="本人の申出", officer=OFFICER, seen=now.history_number)
    with pytest.raises(ChangedMeanwhile):
        end_account(KEY, on=DUE, reason="廃止届", officer="別の職員", seen=now.history_number)
    with pytest.raises(NotInThatState):
        suspend_account(KEY, on=DUE, reason="本人の申出", officer=OFFICER)
    with pytest.raises(AccountNeedsReason):
        end_account(KEY, on=DUE, reason=" ", officer=OFFICER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"account_number": "12345678"}, AccountDigitsWrong), ({"account_number": "0000000"}, AccountDigitsWrong),
     ({"account_number": ""}, AccountDigitsWrong), ({"branch_code": "999"}, NoSuchBranch), ({"bank_code": "0000"}, NoSuchBranch),
     ({"holder_kana": "佐藤"}, HolderNotInBankKana), ({"holder_kana": " "}, HolderNotInBankKana),
     ({"account_type": "7"}, UnknownAccountType), ({"symbol": "24030", "number": "12345671"}, SymbolWrong)],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused(changes: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        set_account(KEY, GivenAccount(**(PLACE | changes)), AccountChange(DUE, "依頼書"), officer=OFFICER)
    assert fetch_one("SELECT count(*) FROM debit_account") == (0,)


def test_unknown_people_and_taxes_are_refused() -> None:
    given, change = GivenAccount(**PLACE), AccountChange(DUE, "依頼書")
    with pytest.raises(NotOurAddressee):
        set_account(AccountKey("9" * 15, "06"), given, change, officer=OFFICER)
    with pytest.raises(NotOurTaxItem):
        set_account(AccountKey(SATO, "99"), given, change, officer=OFFICER)


def test_closed_branches_lead_to_their_successor_and_strange_holders_are_told() -> None:
    run_sql(
        "INSERT INTO bank_succession (old_bank_code, old_branch_code, closed_on, bank_code, branch_code) "
        "VALUES ('0155', '799', '2025-01-01', '0155', '712')"
    )
    given = GivenAccount(**(PLACE | {"branch_code": "799", "holder_kana": "タナカ　ショウジ"}))
    notes = set_account(KEY, given, AccountChange(DUE, "依頼書"), officer=OFFICER)
    assert any("読み替えました" in each for each in notes)
    assert any("納税者のカナと違います" in each for each in notes)
    (line,) = current_accounts(SATO, as_of=DUE)
    assert (line.branch_code, line.holder_kana) == ("712", "ﾀﾅｶ ｼﾖｳｼﾞ")


def test_a_post_account_by_its_symbol() -> None:
    given = GivenAccount(bank_code="9900", symbol="12340", number="55543051", holder_kana="ｻﾄｳ ﾊﾅｺ")
    assert set_account(KEY, given, AccountChange(DUE, "依頼書"), officer=OFFICER) == []
    assert fetch_one("SELECT bank_code, branch_code, account_type, symbol_tail FROM debit_account") == (
        "9900",
        "238",
        "1",
        "40",
    )
    assert use_account(KEY, reason="依頼書との照合") == "5554305"


def test_the_number_lies_sealed_and_belongs_to_its_owner() -> None:
    account(SATO, "7391586")
    account(TANAKA, "7391586", holder="ﾀﾅｶ ｲﾁﾛｳ")
    rows = dict(fetch_all("SELECT addressee_number, sealed_number FROM debit_account"))
    assert not any(b"7391586" in bytes(closed) for closed in rows.values())
    assert "7391586" not in str(fetch_all("SELECT * FROM debit_account"))
    assert fetch_one("SELECT count(DISTINCT number_digest) FROM debit_account") == (1,)  # 同じ口座と分かる
    with pytest.raises(InvalidTag):
        list(numbers.opened([(TANAKA, bytes(rows[SATO]))]))


@pytest.mark.parametrize("table", ["debit_account", "debit_account_use"])
def test_history_cannot_be_rewritten(table: str) -> None:
    account(SATO)
    use_account(KEY, reason="照合")
    for change in (f"UPDATE {table} SET officer = '誰か'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(change)


def test_another_use_needs_its_case_and_leaves_its_purpose() -> None:
    account(SATO, "1234567")
    with pytest.raises(UseNeedsReason):
        use_account(KEY, reason="")
    assert use_account(KEY, reason="依頼書との照合") == "1234567"
    survey = gate.Acting("試験", "collection.debits.reveal", "delinquent_survey", role="operator")
    with gate.acting(survey), pytest.raises(UseNeedsCase):
        use_account(KEY, reason="財産調査")
    with gate.acting(
        gate.Acting("試験", "collection.debits.reveal", "delinquent_survey", case="調査7", role="operator")
    ):
        use_account(KEY, reason="財産調査")
    with (
        gate.acting(gate.Acting("試験", "collection.debits.reveal", "tax_certificate", case="1", role="operator")),
        pytest.raises(UseNotAllowed),
    ):
        use_account(KEY, reason="証明")
    assert [(each.purpose_name, each.case_number) for each in uses_of(SATO)] == [
        ("滞納処分の調査", "調査7"),
        ("口座振替", ""),
    ]
    acts = fetch_all("SELECT purpose FROM audit_event WHERE act = '口座番号を開いた' ORDER BY event_id")
    assert acts == [("statutory",), ("delinquent_survey",)]


def applied(channel: str = "1", received: date = date(2025, 5, 1), **changes: str) -> Application:
    return Application(key=KEY, account=GivenAccount(**(PLACE | changes)), channel=channel, received_on=received)


def test_an_application_starts_by_the_cut_off() -> None:
    terms(DUE, date(2025, 7, 31), date(2025, 9, 1))
    in_time = receive_application(applied(received=date(2025, 5, 16)), officer=OFFICER)  # 45日前
    assert (in_time.start.on, in_time.start.term) == (DUE, 1)
    with pytest.raises(AppliedTwice):
        receive_application(applied(received=date(2025, 5, 17)), officer=OFFICER)
    return_application(in_time.application_id, on=date(2025, 5, 20), reason="届出印の相違")
    late = receive_application(applied(received=date(2025, 5, 17)), officer=OFFICER)
    assert (late.start.on, late.start.term) == (date(2025, 7, 31), 2)
    accept_application(late.application_id, on=date(2025, 5, 25), officer=OFFICER)
    assert (standing(DUE), standing(date(2025, 7, 31))) == ([], [("有効", "****567")])
    with pytest.raises(SameAccountAlready):
        receive_application(applied(received=date(2025, 6, 1)), officer=OFFICER)
    with pytest.raises(NoSuchApplication):
        accept_application(late.application_id, on=DUE, officer=OFFICER)
    states = [each[0] for each in fetch_all("SELECT state FROM debit_application ORDER BY application_id")]
    assert states == [DebitApplication.State.RETURNED, DebitApplication.State.ACCEPTED]


def test_a_return_needs_a_reason_and_years_without_terms_start_after_the_days() -> None:
    done = receive_application(applied(), officer=OFFICER)
    assert (done.start.on, done.start.term) == (date(2025, 6, 15), None)
    with pytest.raises(ReturnNeedsReason):
        return_application(done.application_id, on=DUE, reason="")


def test_a_receptionists_file_counts_every_row(tmp_path: Path) -> None:
    terms(DUE, date(2025, 7, 31))
    told = {
        "received_on": date(2025, 6, 2),
        "tax_item": "06",
        "bank_code": "0155",
        "branch_code": "701",
        "holder_kana": "ｻﾄｳ ﾊﾅｺ",
    }
    rows = [
        DebitApplicationRow(outer_number="P1", addressee_number=SATO, account_number="7391586", **told),  # type: ignore[arg-type]
        DebitApplicationRow(
            outer_number="P2",
            addressee_number=TANAKA,
            symbol="12340",
            number="55543051",
            **(told | {"bank_code": "9900"}),
        ),  # type: ignore[arg-type]
        DebitApplicationRow(outer_number="P3", addressee_number="9" * 15, account_number="8520147", **told),  # type: ignore[arg-type]
    ]
    path = tmp_path / "payeasy.csv"
    path.write_bytes(debit_application_csv.write(rows))
    asked = {"profile": "debit_application_payeasy", "as_of": date(2025, 6, 3), "officer": OFFICER}
    done = import_applications(path, **asked)  # type: ignore[arg-type]
    assert (done.rows_in, done.rows_posted, done.rows_rejected) == (3, 2, 1)
    assert standing(DUE) == [("有効", "****586")]
    assert import_applications(path, **asked).already_received  # type: ignore[arg-type]
    assert b"8520147" not in bytes(fetch_one("SELECT sealed_raw FROM rejected_row")[0])
    path.write_bytes(b"\xff\xfe")
    assert import_applications(path, **asked).refusal  # type: ignore[arg-type]
