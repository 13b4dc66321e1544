"""監査の鎖。記録は取引とともに封じられ、書き手の言い分は通らず、誰も書き換えられない。"""

import threading

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from osame.platform.audit import canonical
from osame.platform.audit.models import AuditEvent, AuditSeal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, NoPurpose, acting
from tests.systems.conftest import server

YAMAMOTO = Acting(
    "yamamoto", "collection.inquiry.show", "納税相談", department="収納課", role="collection_clerk", terminal="10.0.0.7"
)


def role_connection(name: str, role: str = "osame_collection") -> psycopg.Connection:
    """The application's own role on a connection of its own, as another process would have."""
    return psycopg.connect(host=str(settings.DATABASES["owner"]["HOST"]), user=role, dbname=name)


def tell(raw: psycopg.Connection, officer: str) -> None:
    raw.execute(
        "SELECT set_config('osame.officer', %s, true), set_config('osame.function', 'f', true), "
        "set_config('osame.purpose', 'p', true)",
        [officer],
    )


def insert(raw: psycopg.Connection, officer: str = "someone", *, act: str = "開いた") -> None:
    raw.execute(
        "INSERT INTO audit_event (act, outcome, officer, department, role, terminal, function_code, purpose, "
        "case_number, request_number, subjects, fields, detail) "
        "VALUES (%s, '1', %s, '', '', '', 'x', 'y', '', '', '{}', '{}', '{}')",
        [act, officer],
    )


def test_an_act_is_recorded_and_sealed_with_its_transaction(database):
    with acting(YAMAMOTO):
        with transaction.atomic():
            record("開いた", subjects=["000000000000001"], fields=["住所"], detail={"件数": 1})
            assert AuditSeal.objects.count() == 0
        record("閉じた")
    first, second = AuditEvent.objects.order_by("event_id")
    assert (first.officer, first.department, first.terminal, first.purpose) == (
        "yamamoto",
        "収納課",
        "10.0.0.7",
        "納税相談",
    )
    assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", "event_id")) == [
        (1, first.event_id),
        (2, second.event_id),
    ]
    one, two = AuditSeal.objects.order_by("sequence")
    assert bytes(one.previous_hash) == canonical.GENESIS
    assert bytes(two.previous_hash) == bytes(one.chain_hash)


def test_python_and_the_database_agree_on_the_hash(database):
    strange = "氏名\r\n\x1b[31m‮𠮷 é e\u0301 ,\"'{}"
    with acting(Acting(strange, "f", strange, case=strange)):
        record(strange, subjects=["1", "", "NULL", "a,b", '"'], fields=[strange], detail={"b": strange, "a": 1, "": ""})
    row = fetch_one(f"SELECT {', '.join(canonical.EVENT_COLUMNS)}, content_hash FROM audit_event")
    assert canonical.content_hash(canonical.Event(*row[:-1])) == bytes(row[-1])
    sequence, event_id, before, after = fetch_one(
        "SELECT sequence, event_id, previous_hash, chain_hash FROM audit_seal"
    )
    assert canonical.chain_hash(sequence, event_id, bytes(before), bytes(row[-1])) == bytes(after)


def test_code_cannot_claim_another_officer_or_time(database):
    with role_connection(database) as raw:
        tell(raw, "yamamoto")
        raw.execute(
            "INSERT INTO audit_event (occurred_at, transaction_number, act, outcome, officer, department, role, terminal, "
            "function_code, purpose, case_number, request_number, subjects, fields, detail, content_hash) "
            "VALUES ('2001-01-01', 1, 'a', '1', 'tanaka', '', '', '', 'x', 'y', '', '', '{}', '{}', '{}', 'forged')"
        )
    officer, year, number, length = fetch_one(
        "SELECT officer, extract(year FROM occurred_at), transaction_number, length(content_hash) FROM audit_event"
    )
    assert (officer, length) == ("yamamoto", 32)
    assert year > 2001
    assert number > 1


def test_nobody_acting_means_no_record(database):
    with pytest.raises(NoPurpose):
        record("開いた")
    with role_connection(database) as raw, pytest.raises(psycopg.errors.CheckViolation):
        insert(raw)


def record_and_fail(act: str) -> None:
    with transaction.atomic():
        record(act)
        raise NoPurpose


def test_a_rolled_back_transaction_leaves_no_event_and_no_gap(database):
    with acting(YAMAMOTO):
        record("一")
        with pytest.raises(NoPurpose):
            record_and_fail("二")
        with transaction.atomic():
            record("三")
            with pytest.raises(NoPurpose):
                record_and_fail("四")
            record("五")
    assert [each.act for each in AuditEvent.objects.order_by("event_id")] == ["一", "三", "五"]
    assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3]


def test_many_events_of_one_transaction_are_sealed_together(database):
    with acting(YAMAMOTO), transaction.atomic():
        run_sql(
            "INSERT INTO audit_event (act, outcome, officer, department, role, terminal, function_code, purpose, "
            "case_number, request_number, subjects, fields, detail) "
            "SELECT 'まとめて', '1', '', '', '', '', '', '', '', '', '{}', '{}', '{}' FROM generate_series(1, 5000)"
        )
    assert fetch_one("SELECT count(*), max(sequence), count(DISTINCT previous_hash) FROM audit_seal") == (
        5000,
        5000,
        5000,
    )
    assert fetch_one(
        "SELECT count(*) FROM audit_seal a JOIN audit_seal b ON b.sequence = a.sequence + 1 AND b.previous_hash = a.chain_hash"
    ) == (4999,)
    with server(database) as admin:
        assert admin.execute("SELECT count(*) FROM audit_turn").fetchone() == (0,)


def test_sealing_early_and_again_keeps_the_chain(database):
    with acting(YAMAMOTO), transaction.atomic():
        record("一")
        run_sql("SET CONSTRAINTS ALL IMMEDIATE")
        record("二")
        run_sql("SET CONSTRAINTS ALL DEFERRED")
        record("三")
    assert fetch_one("SELECT count(*), max(sequence) FROM audit_seal") == (3, 3)


@pytest.mark.parametrize("table", ["audit_event", "audit_seal", "audit_checkpoint"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {column} = {column}"])
def test_nobody_changes_the_log_not_even_the_superuser(database, table, change):
    column = {"audit_event": "act", "audit_seal": "event_id", "audit_checkpoint": "key_id"}[table]
    statement = change.format(table, column=column)
    with server(database) as admin, pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute(statement)
    with role_connection(database) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(statement)


def test_only_the_door_seals(database):
    with role_connection(database) as raw:
        for statement in (
            "INSERT INTO audit_seal VALUES (1, 1, '', '')",
            "INSERT INTO audit_turn VALUES (1, 1)",
            "SELECT audit_seal_events()",
            "SET session_replication_role = replica",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                raw.execute(statement)
            raw.rollback()


def test_the_auditor_reads_the_log_and_nothing_else(database):
    with role_connection(database, "osame_auditor") as raw:
        raw.execute("SELECT * FROM audit_event, audit_seal, audit_checkpoint")
        for statement in ("SELECT * FROM addressee", "SELECT * FROM proposal", "DELETE FROM audit_event"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)
            raw.rollback()


def test_a_second_connection_in_the_same_act_does_not_wait(database):
    with acting(YAMAMOTO), transaction.atomic():
        record("外")
        with role_connection(database) as raw:
            raw.execute("SET lock_timeout = '2s'")
            tell(raw, "second")
            insert(raw)
    assert list(AuditEvent.objects.order_by("event_id").values_list("officer", flat=True)) == ["yamamoto", "second"]


def test_the_lock_comes_after_every_other_deferred_check(database):
    """遅延した外部キーが待つ行の鎖錠と、鎖の鎖錠とが、互いに待ち合わない。"""
    with server(database) as admin:
        admin.execute("CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1)")
        admin.execute("CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        admin.execute("GRANT ALL ON parent, child TO osame_collection")
    holder, writer = role_connection(database), role_connection(database)
    failures = []

    def commit() -> None:
        try:
            writer.commit()
        except psycopg.Error as failure:
            failures.append(failure)

    tell(holder, "holder")
    tell(writer, "writer")
    holder.execute("SELECT * FROM parent FOR UPDATE")
    insert(writer)
    writer.execute("INSERT INTO child VALUES (1)")
    waiting = threading.Thread(target=commit)
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    insert(holder)
    holder.execute("SET lock_timeout = '3s'")
    holder.commit()
    waiting.join(5)
    assert not waiting.is_alive()
    assert failures == []
    assert fetch_one("SELECT count(*) FROM audit_seal") == (2,)
    holder.close()
    writer.close()


def test_many_writers_make_one_chain(database):
    writers, each = 32, 6

    def write(number: int) -> None:
        with role_connection(database) as raw:
            for _ in range(each):
                tell(raw, f"officer{number}")
                insert(raw)
                raw.commit()

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch_one("SELECT count(*), min(sequence), max(sequence) FROM audit_seal") == (
        writers * each,
        1,
        writers * each,
    )
    forks = "SELECT count(*) FROM audit_seal a JOIN audit_seal b ON b.sequence = a.sequence + 1 WHERE b.previous_hash <> a.chain_hash"
    assert fetch_one(forks) == (0,)


def test_lists_within_lists_are_refused(database):
    with acting(YAMAMOTO), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (act, outcome, officer, department, role, terminal, function_code, purpose, "
            "case_number, request_number, subjects, fields, detail) "
            "VALUES ('a', '1', '', '', '', '', '', '', '', '', '{{a,b},{c,d}}', '{}', '{}')"
        )
    assert fetch_all("SELECT 1 FROM audit_event") == []
