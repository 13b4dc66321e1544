"""元帳は、SQL を直に打っても破れない。アプリケーションの役割でも、記帳の役割でも、管理者でも。"""

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.models import BALANCE_COLUMNS, Account
from osame.collection.ledger.posting import KeyReusedWithOtherContent, claim_command, open_stage, post
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_one, run_sql
from tests.systems.collection.cast import SATO, SUZUKI, TANAKA, determination, notice, revision
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, pay
from tests.systems.conftest import server

PAID = date(2025, 7, 10)
BALANCES = tuple(BALANCE_COLUMNS.values())
KEY = uuid.UUID(int=1)


@pytest.fixture(autouse=True)
def ledger(city: str, tmp_path: Path) -> Iterator[None]:
    """期別三つ、更正一つ、入金三つ。どの試験の後でも、元帳は元のまま。"""
    levy(tmp_path, determination(SATO), determination(SATO, 2), determination(TANAKA, 1, 30_000))
    levy(tmp_path, revision(SATO, 1, 40_000, -10_000), name="revised.csv")
    pay(tmp_path, notice(1, SATO, 40_000, PAID), notice(2, TANAKA, 31_000, PAID), notice(3, SUZUKI, 5, PAID))
    run_sql(
        "INSERT INTO receipt_cancellation (charge_id, receipt_key, addressee_number, reason, note, cancelled_on, "
        "command_id) SELECT charge_id, %s, addressee_number, '1', '試験', '2025-07-11', 1 FROM charge LIMIT 1",
        [KEY],
    )  # 何の収納でもない取消し。書き換えを断ることだけを見る
    before = ledger_digest()
    assert verify_ledger().findings == ()
    yield
    assert ledger_digest() == before
    assert verify_ledger().findings == ()


def refused_everywhere(database: str, statement: str) -> None:
    """どの立場で打っても断られる。"""
    for role in ("osame_collection", "osame_posting", "NONE"):
        with server(database) as admin:
            admin.execute(f"SET ROLE {role}")
            try:
                admin.execute(statement)
            except (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege):
                continue
        pytest.fail(f"{role} は断られない: {statement}")


REWRITINGS = [
    "UPDATE entry SET amount = amount + 1",
    "UPDATE entry SET posted_on = posted_on + 1 WHERE entry_id = (SELECT max(entry_id) FROM entry)",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE false",
    "TRUNCATE entry",
    "UPDATE command SET content_hash = ''",
    "DELETE FROM command",
    "TRUNCATE command",
    "UPDATE receipt SET amount = amount + 1",
    "DELETE FROM receipt",
    "TRUNCATE receipt",
    "UPDATE receipt_cancellation SET reason = '2'",
    "DELETE FROM receipt_cancellation",
    "TRUNCATE receipt_cancellation",
    "UPDATE determination_revision SET difference = difference + 1",
    "DELETE FROM determination_revision",
    "TRUNCATE determination_revision",
    "DELETE FROM charge",
    "DELETE FROM charge WHERE charge_id = 0",
    "TRUNCATE charge CASCADE",
    "UPDATE charge SET charge_id = charge_id + 1000000",
    "UPDATE charge SET addressee_number = '000000000000009'",
    "UPDATE charge SET notice_number = 'X' WHERE charge_id > 0",
    "MERGE INTO entry e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM entry RETURNING *) SELECT count(*) FROM gone",
]  # fmt: skip


def test_what_is_written_stays(database: str) -> None:
    for statement in REWRITINGS:
        refused_everywhere(database, statement)


COPIED = "addressee_number, amount, debit, credit, kind, effective_on, posted_on, receipt_key, reverses, command_id"
ENTERINGS = [
    f"INSERT INTO entry (charge_id, entry_id, {COPIED}) SELECT charge_id, entry_id + 500000, {COPIED} FROM entry LIMIT 1",
    f"INSERT INTO entry (charge_id, entry_id, {COPIED}) SELECT charge_id, 1, {COPIED} FROM entry WHERE false",
    "INSERT INTO charge SELECT * FROM charge WHERE false",
    "COPY entry FROM '/dev/null'",
    *(f"UPDATE charge SET {column} = {column} + 1 WHERE charge_id > 0" for column in BALANCES),
    *(f"UPDATE charge SET {column} = {column} WHERE charge_id = 0" for column in BALANCES),
    # 扉の名を語っても通らない
    "/* function post_entries(bigint) */ UPDATE charge SET received = received + 1",
    "DO $$ BEGIN EXECUTE 'UPDATE charge SET received = received + 1 /* function post_entries(bigint) */'; END $$",
    "DO $$ BEGIN EXECUTE E'UPDATE charge SET received = received + 1 /* \\nPL/pgSQL function post_entries(bigint) "
    "line 1 at SQL statement\\n */'; END $$",
]


def test_only_the_door_writes_entries_and_balances(database: str) -> None:
    for statement in ENTERINGS:
        refused_everywhere(database, statement)


def through_the_door(**changes: Any) -> None:
    """扉を通して、名指した変更を加えた振替を一つ記帳する。"""
    facts: dict[str, Any] = {
        "charge_id": charge_of(SATO, 2), "addressee_number": SATO, "amount": 100, "debit": 7, "credit": 2, "kind": 4,
        "effective_on": PAID, "posted_on": PAID, "receipt_key": None, "reverses": None,
    }  # fmt: skip
    facts |= changes
    with transaction.atomic():
        command = claim_command("試験", kind="試験", content=[], purpose="試験", officer="試験")
        open_stage()
        run_sql(f"INSERT INTO posting VALUES ({', '.join(['%s'] * len(facts))})", list(facts.values()))
        post(command)


def test_the_door_takes_only_positive_transfers_that_leave_no_negative_balance() -> None:
    for changes in (
        {"amount": 0}, {"amount": -1}, {"debit": 2}, {"credit": 7}, {"debit": 0}, {"credit": len(Account) + 1}, {"credit": -1},
        {"amount": 50_001}, {"debit": 1, "credit": 2, "amount": 50_001}, {"debit": 8, "credit": 7, "amount": 1},
        {"charge_id": 10**9}, {"addressee_number": TANAKA}, {"amount": 2**63 - 1},
    ):  # fmt: skip
        with pytest.raises(DatabaseError):
            through_the_door(**changes)


def test_even_without_guards_the_tables_refuse_what_is_no_transfer_and_no_balance(database: str) -> None:
    wrong = [
        ("entry", change)
        for change in ("amount = 0", "amount = -5", "debit = credit", "debit = 0", f"credit = {len(Account) + 1}")
    ]
    wrong += [("charge", f"{column} = -1") for column in BALANCES]
    for table, change in wrong:
        with server(database) as admin, admin.transaction(force_rollback=True):
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            with pytest.raises(psycopg.errors.CheckViolation):
                admin.execute(f"UPDATE {table} SET {change} WHERE charge_id > 0")


def test_a_key_is_used_once() -> None:
    terms = {"kind": "試験", "purpose": "試験", "officer": "山本"}
    first = claim_command("鍵", content=[1], **terms)
    again = claim_command("鍵", content=[1], **terms)
    assert (again.command_id, again.replayed) == (first.command_id, True)
    with pytest.raises(KeyReusedWithOtherContent):
        claim_command("鍵", content=[2], **terms)
    with pytest.raises(KeyReusedWithOtherContent):
        claim_command("鍵", content=[1], **(terms | {"kind": "別"}))


def test_a_key_is_used_once_by_raw_sql_too(database: str) -> None:
    copied = "content_hash, kind, purpose, officer, recorded_at"
    statement = f"INSERT INTO command (idempotency_key, {copied}) SELECT idempotency_key, {copied} FROM command LIMIT 1"
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)
    with server(database) as admin, pytest.raises(psycopg.errors.UniqueViolation):
        admin.execute(statement)


def test_the_application_cannot_open_the_guards() -> None:
    for statement in (
        "ALTER TABLE entry DISABLE TRIGGER USER", "SET session_replication_role = replica", "SET ROLE osame_posting",
        "DROP TRIGGER entry_is_append_only ON entry", "CREATE FUNCTION post_entries(integer) RETURNS bigint LANGUAGE sql "
        "AS 'SELECT 1'", "GRANT osame_posting TO osame_collection", "ALTER TABLE charge DROP CONSTRAINT "
        "charge_balance_not_negative", "SELECT nextval('entry_number') FROM entry; DROP TABLE entry",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)
    assert connection.settings_dict["USER"] == "osame_collection"


def test_a_demand_is_not_posted_past_the_door(database: str) -> None:
    """督促の記録だけを作っても手数料は生まれず、検証が気付く。"""
    with transaction.atomic():
        run_sql(
            "INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, letter_number, "
            "principal_tax, demand_fee, cancel_reason) SELECT charge_id, 1, addressee_number, %s, %s, 1, 1, 100, '' "
            "FROM charge WHERE addressee_number = %s",
            [CUT_OFF, ISSUED, TANAKA],
        )
        assert "督促手数料の仕訳は、督促の記録に等しい" in {finding.check for finding in verify_ledger().findings}
        transaction.set_rollback(True)
    assert fetch_one("SELECT count(*) FROM demand") == (0,)
