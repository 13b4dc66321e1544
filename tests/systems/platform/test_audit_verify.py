"""監査の鎖の検証。何を変えても見つかり、どこかが分かり、何も調べずに「誤りなし」とは言わない。"""

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.platform.audit import anchors, canonical, verify
from osame.platform.audit.checkpoints import (
    AnchorsDisagree,
    CheckpointTooOld,
    anchor_file,
    checkpoint_is_fresh,
    make_checkpoint,
    require_fresh_checkpoint,
)
from osame.platform.audit.keys import KeyReadableByOthers, ensure_key, key_path, signing_key
from osame.platform.audit.models import AuditCheckpoint
from osame.platform.database import run_sql
from osame.platform.gate import Acting, acting
from tests.systems.conftest import server

ATTACKS = int(os.environ.get("OSAME_ATTACKS", "60"))
EVENTS = int(os.environ.get("OSAME_ATTACKED_EVENTS", "60"))
NOBODY = Acting("yamamoto", "collection.inquiry.show", "納税相談")
MANY = (
    "INSERT INTO audit_event (act, outcome, officer, department, role, terminal, function_code, purpose, case_number, "
    "request_number, subjects, fields, detail) SELECT 'それぞれ' || n, '1', '', '', '', '', '', '', '', '', "
    "ARRAY[n::text], '{住所}', '{\"a\": 1}' FROM generate_series(1, %s) n"
)


def fill(events: int = EVENTS) -> None:
    with acting(NOBODY), transaction.atomic():
        run_sql(MANY, [events])


def scope(**changed) -> verify.Scope:
    return verify.Scope("collection", anchor_file(), signing_key().public_key(), **changed)


def checked(raw: psycopg.Connection, **changed) -> verify.Report:
    return verify.verify(raw, scope(**changed))


@pytest.fixture
def log(database):
    """A sealed log with checkpoints, and a superuser's connection whose triggers are off."""
    for _ in range(3):
        fill(EVENTS // 3)
        make_checkpoint()
    raw = server(database)
    raw.autocommit = False
    raw.execute("SET session_replication_role = replica")
    raw.commit()
    yield raw
    raw.close()


def test_an_honest_log_is_found_good(log):
    report = checked(log)
    assert (report.findings, report.unchecked, report.exit_code) == ([], [], 0)
    assert (report.events, report.seals, report.links, report.checkpoints, report.anchors) == (
        EVENTS,
        EVENTS,
        EVENTS,
        3,
        3,
    )


def test_a_part_is_checked_as_a_part(log):
    report = checked(log, first=11, through=30)
    assert (report.findings, report.events, report.links, report.exit_code) == ([], 20, 20, 2)
    assert report.unchecked == ["封印のない記録（範囲を指定したため）"]


@pytest.mark.parametrize("part", [{"first": 1000}, {"first": 5, "through": 4}])
def test_checking_nothing_is_not_good(log, part):
    report = checked(log, **part)
    assert report.events == 0
    assert report.exit_code != 0
    assert report.unchecked[0].startswith("すべて")


def test_an_empty_log_is_not_good(database):
    with server(database) as raw:
        raw.autocommit = False
        assert verify.verify(raw, verify.Scope("collection")).exit_code == 2


def test_what_is_not_given_is_named(log):
    report = verify.verify(log, verify.Scope("collection"))
    assert report.findings == []
    assert report.exit_code == 2
    assert [each.split("（")[0] for each in report.unchecked] == ["外に置いた検査点との突合", "検査点の署名"]


EVENT_EDITS = {
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "transaction_number": "transaction_number + 1",
    "act": "act || ' '",
    "outcome": "'2'",
    "officer": "'tanaka'",
    "department": "'別の課'",
    "role": "'x'",
    "terminal": "'x'",
    "function_code": "function_code || 'x'",
    "purpose": "''",
    "case_number": "'1'",
    "request_number": "request_number || '0'",
    "subjects": "subjects || '9'::varchar",
    "fields": "ARRAY[]::text[]",
    "detail": "jsonb_build_object('a', 2)",
    "content_hash": "sha256(content_hash)",
    "event_id": "event_id + 1000000",
}
SEAL_EDITS = {
    "sequence": "sequence + 1000000",
    "event_id": "event_id + 1000000",
    "previous_hash": "sha256(previous_hash)",
    "chain_hash": "sha256(chain_hash)",
}
RECOMPUTED = "UPDATE audit_event e SET officer = 'tanaka' WHERE event_id = {event}; UPDATE audit_event e SET content_hash = audit_content_hash(e) WHERE event_id = {event}"
RESEALED = (
    RECOMPUTED + "; UPDATE audit_seal s SET chain_hash = sha256('osame-audit-chain-1'::bytea || int8send(sequence) || "
    "int8send(event_id) || previous_hash || (SELECT content_hash FROM audit_event WHERE event_id = {event})) WHERE event_id = {event}"
)
EVENT_COPY = (
    "INSERT INTO audit_event SELECT (jsonb_populate_record(e, jsonb_build_object('event_id', 5000000))).* "
    "FROM audit_event e WHERE event_id = {event}"
)
OTHER_ATTACKS = {
    "delete the event": "DELETE FROM audit_event WHERE event_id = {event}",
    "delete the seal": "DELETE FROM audit_seal WHERE event_id = {event}",
    "delete both": "DELETE FROM audit_event WHERE event_id = {event}; DELETE FROM audit_seal WHERE event_id = {event}",
    "duplicate": EVENT_COPY,
    "duplicate with a seal": EVENT_COPY
    + "; INSERT INTO audit_seal SELECT max(sequence) + 1, 5000000, (array_agg(chain_hash ORDER BY sequence DESC))[1], "
    "sha256('x') FROM audit_seal",
    "swap two sequences": "SET CONSTRAINTS ALL DEFERRED; UPDATE audit_seal SET sequence = -1 WHERE event_id = {event}; "
    "UPDATE audit_seal SET sequence = {sequence} WHERE event_id = {other}; "
    "UPDATE audit_seal SET sequence = {other_sequence} WHERE event_id = {event}",
    "swap two events": "UPDATE audit_seal SET event_id = -1 WHERE event_id = {event}; "
    "UPDATE audit_seal SET event_id = {event} WHERE event_id = {other}; "
    "UPDATE audit_seal SET event_id = {other} WHERE event_id = -1",
    "recompute the content": RECOMPUTED,
    "recompute the content and its seal": RESEALED,
    "truncate the tail": "DELETE FROM audit_event WHERE event_id >= {event}; DELETE FROM audit_seal WHERE sequence >= {sequence}",
    "delete everything": "DELETE FROM audit_event; DELETE FROM audit_seal",
}


def attack(raw: psycopg.Connection, choose: random.Random) -> tuple[str, str, int, int]:
    """One attack on one row: (its name, its SQL, the sequence hit, the event hit)."""
    rows = raw.execute("SELECT sequence, event_id FROM audit_seal ORDER BY sequence").fetchall()
    (sequence, event), (other_sequence, other) = choose.sample(rows, 2)
    known = {
        **{
            f"event {name}": f"UPDATE audit_event SET {name} = {value} WHERE event_id = {{event}}"
            for name, value in EVENT_EDITS.items()
        },
        **{
            f"seal {name}": f"UPDATE audit_seal SET {name} = {value} WHERE event_id = {{event}}"
            for name, value in SEAL_EDITS.items()
        },
        **OTHER_ATTACKS,
    }
    name = choose.choice(sorted(known))
    places = {"event": event, "sequence": sequence, "other": other, "other_sequence": other_sequence}
    return name, known[name].format(**places), sequence, event


def locates(finding: verify.Finding, sequence: int, event: int) -> bool:
    """The row itself, or — when it is gone or resealed — the gap that holds it or the link behind it."""
    if finding.sequence is not None and finding.through is not None:
        return finding.sequence <= sequence <= finding.through
    return finding.sequence in {sequence, sequence + 1} or finding.event_id in {event, event + 1000000, 5000000}


def test_every_attack_on_a_row_is_found_and_located(log):
    choose = random.Random(20251123)
    tried, missed = set(), []
    for _ in range(ATTACKS):
        name, statement, sequence, event = attack(log, choose)
        log.execute(statement)
        report = checked(log)
        if report.exit_code != 1 or not any(locates(each, sequence, event) for each in report.findings):
            missed.append((name, sequence, event, report.findings[:3]))
        log.rollback()
        tried.add(name)
    assert missed == []
    assert len(tried) >= min(ATTACKS, 60) // 3
    assert checked(log).exit_code == 0


def test_a_single_edit_is_found_at_one_row_only(log):
    log.execute("UPDATE audit_event SET officer = 'tanaka' WHERE act = 'それぞれ7'")
    report = checked(log)
    assert {each.kind for each in report.findings} == {"content"}
    assert len(report.findings) == 3  # 三回の取引に一つずつ


REWRITE = """
DO $$ DECLARE seal record; link bytea := decode(repeat('00', 32), 'hex'); BEGIN
    UPDATE audit_event e SET officer = 'tanaka' WHERE event_id = (SELECT event_id FROM audit_seal WHERE sequence = 5);
    UPDATE audit_event e SET content_hash = audit_content_hash(e);
    FOR seal IN SELECT s.sequence, e.event_id, e.content_hash FROM audit_seal s JOIN audit_event e USING (event_id) ORDER BY 1 LOOP
        UPDATE audit_seal SET previous_hash = link, chain_hash = sha256('osame-audit-chain-1'::bytea
            || int8send(seal.sequence) || int8send(seal.event_id) || link || seal.content_hash) WHERE sequence = seal.sequence
            RETURNING chain_hash INTO link;
    END LOOP; END $$
"""


def test_a_whole_log_written_anew_is_found_by_the_checkpoints(log):
    log.execute(REWRITE)
    report = checked(log)
    assert {each.kind for each in report.findings} == {"replaced"}
    assert min(each.sequence for each in report.findings) == EVENTS // 3


def test_forgetting_the_checkpoints_too_is_found_by_the_anchors(log):
    log.execute(REWRITE)
    log.execute("DELETE FROM audit_checkpoint")
    assert {each.kind for each in checked(log).findings} == {"replaced", "lost_checkpoint"}


def test_going_back_to_an_older_state_is_found(log):
    log.execute("DELETE FROM audit_checkpoint WHERE checkpoint_number = 3")
    log.execute("DELETE FROM audit_seal WHERE sequence > 40")
    log.execute("DELETE FROM audit_event WHERE event_id NOT IN (SELECT event_id FROM audit_seal)")
    findings = {each.kind: each for each in checked(log).findings}
    assert set(findings) == {"lost_checkpoint", "truncated"}
    assert (findings["truncated"].sequence, findings["truncated"].through) == (41, EVENTS)


def test_a_forged_checkpoint_is_found(log):
    log.execute("UPDATE audit_checkpoint SET sequence = sequence - 1, events = events - 1 WHERE checkpoint_number = 2")
    assert {each.checkpoint for each in checked(log).findings} == {2}
    log.rollback()
    lines = anchor_file().read_text().splitlines()
    anchor_file().write_text("\n".join([lines[0], lines[1].replace('"events": 40', '"events": 41'), lines[2]]))
    assert {each.checkpoint for each in checked(log).findings} == {2}
    anchor_file().write_text("\n".join([lines[0], "{"]))
    assert {each.kind for each in checked(log).findings} == {"anchor", "unanchored"}


def test_mutated_anchors_are_never_believed(log):
    """一文字でも違う検査点は、署名が合わないか、読めないか、表と食い違う。"""
    honest = anchor_file().read_text()
    choose = random.Random(7)
    for _ in range(60):
        place = choose.randrange(len(honest) - 1)
        mutated = honest[:place] + choose.choice('0123456789abcdef"{},: ') + honest[place + 1 :]
        known = [signed for _, signed in anchors.read(anchor_file())]
        anchor_file().write_text(mutated)
        if [signed for _, signed in anchors.read(anchor_file())] != known:
            assert checked(log).exit_code == 1
        anchor_file().write_text(honest)
    assert checked(log).exit_code == 0


def test_the_command_runs_without_django_as_the_auditor(log, database, tmp_path):
    host = log.info.host
    moved = tmp_path / "anchors.jsonl"
    shutil.copy(anchor_file(), moved)
    command = [
        sys.executable, "-X", "importtime", "-m", "osame.platform.audit.verify", "--json", "--anchors", str(moved),
        "--public-key", str(ensure_key()), "--database-url", f"postgresql://osame_auditor@/{database}?host={host}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == EVENTS
    assert "django" not in done.stderr


def test_checkpoints_sign_only_what_is_new_and_agrees(database):
    assert make_checkpoint() is None
    fill(5)
    assert make_checkpoint().sequence == 5
    assert make_checkpoint() is None
    fill(5)
    AuditCheckpoint.objects.get(checkpoint_number=1)
    assert make_checkpoint().checkpoint_number == 2
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM audit_seal WHERE sequence > 8")
    fill(5)
    with pytest.raises(AnchorsDisagree):
        make_checkpoint()


def test_a_line_outside_comes_back_into_the_table(database):
    """外に書いた後、確定の前に止まった検査点。"""
    fill(5)
    make_checkpoint()
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM audit_checkpoint")
    fill(1)
    assert make_checkpoint().checkpoint_number == 2
    with server(database) as raw:
        raw.autocommit = False
        assert checked(raw).exit_code == 0


def test_no_folder_for_the_anchors_means_no_checkpoint(database, monkeypatch, tmp_path):
    fill(1)
    (tmp_path / "file").touch()
    monkeypatch.setenv("OSAME_ANCHORS", str(tmp_path / "file"))
    with pytest.raises(OSError, match=r"(exist|directory)"):
        make_checkpoint()
    assert AuditCheckpoint.objects.count() == 0


def age(database: str, table: str, column: str, hours: int) -> None:
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(f"UPDATE {table} SET {column} = {column} - interval '{hours} hours'")


def test_freshness(database):
    assert checkpoint_is_fresh()
    fill(1)
    assert checkpoint_is_fresh()
    age(database, "audit_event", "occurred_at", 5)
    with pytest.raises(CheckpointTooOld):
        require_fresh_checkpoint()
    make_checkpoint()
    assert checkpoint_is_fresh()
    age(database, "audit_checkpoint", "made_at", 5)
    assert checkpoint_is_fresh()  # 前の検査点の後に、記録がない
    fill(1)
    assert not checkpoint_is_fresh()


def test_the_key_is_for_one_user_only(database):
    ensure_key()
    assert key_path().stat().st_mode & 0o777 == 0o600
    key_path().chmod(0o640)
    try:
        with pytest.raises(KeyReadableByOthers):
            signing_key()
    finally:
        key_path().chmod(0o600)


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # 混んだ機械でも
TEXT = st.text(max_size=3)
EVENTS_DRAWN = st.builds(
    canonical.Event,
    st.integers(-(2**40), 2**40), st.datetimes(timezones=st.just(UTC)), st.integers(0, 9),
    *[TEXT] * 10, st.lists(TEXT, max_size=3), st.lists(TEXT, max_size=3), TEXT,
)  # fmt: skip


@BUSY
@given(EVENTS_DRAWN, EVENTS_DRAWN)
def test_different_records_have_different_bytes(one, other):
    assert (canonical.content(one) == canonical.content(other)) == (one == other)


@BUSY
@given(st.lists(TEXT, min_size=10, max_size=10), st.integers(0, 8), TEXT)
def test_moving_text_between_neighbours_changes_the_bytes(texts, place, moved):
    base = canonical.Event(1, datetime(2025, 1, 1, tzinfo=UTC), 1, *texts, [], [], "")
    shifted = list(texts)
    if texts[place]:
        shifted[place], shifted[place + 1] = texts[place][:-1], texts[place][-1] + texts[place + 1]
        other = canonical.Event(1, base.occurred_at, 1, *shifted, [], [], "")
        assert canonical.content(base) != canonical.content(other)
    assert canonical.parts([moved, ""]) != canonical.parts([moved]) != canonical.part(moved)


def test_time_is_counted_in_whole_microseconds_wherever_it_is_written():
    moment = datetime(2025, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)
    assert canonical.microseconds(moment + timedelta(microseconds=1)) - canonical.microseconds(moment) == 1
    assert canonical.microseconds(datetime.fromisoformat("2025-11-23T21:00:00.999999+09:00")) == canonical.microseconds(
        moment
    )
    assert Path(verify.__file__).read_text().count("django") == 0
