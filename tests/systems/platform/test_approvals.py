"""四つの目。起案・照査・決裁・執行は別の職員が行い、中身は起案のときのまま、一度だけ執行される。"""

import os
import re
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from osame.platform.approvals import actions
from osame.platform.approvals.actions import (
    ChangedAfterProposal,
    NoReason,
    NotAtThatStage,
    SamePerson,
    UnknownProposal,
    check,
    decide,
    execute,
    propose,
    reject,
)
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.approvals.queries import waiting
from osame.platform.audit.checkpoints import CheckpointTooOld
from osame.platform.audit.models import AuditEvent
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, NoPurpose, acting
from osame.platform.systems import SYSTEMS
from tests.systems.conftest import server

CONTENT = {"還付額": 1000, "宛名番号": "000000000000001", "口座": {"番号": "1234567"}}


def officer(name: str):
    return acting(Acting(name, "collection.refunds.propose", "還付・充当の通知"))


@pytest.fixture
def done(monkeypatch) -> list[dict]:
    """What the executor of refunds was given."""
    given: list[dict] = []
    monkeypatch.setitem(actions._executors, HighRiskAct.REFUND, lambda content: given.append(content) or len(given))
    return given


def proposed() -> int:
    with officer("maker"):
        return propose(HighRiskAct.REFUND, content=CONTENT, reason="過納のため", subjects=["000000000000001"])


def checked() -> int:
    number = proposed()
    with officer("checker"):
        check(number)
    return number


def decided() -> int:
    number = checked()
    with officer("decider"):
        decide(number)
    return number


def state(number: int) -> str:
    return Proposal.objects.get(pk=number).state


def test_the_whole_road(database, done):
    number = decided()
    with officer("maker"):
        assert execute(number) == 1
    assert done == [CONTENT]
    assert list(AuditEvent.objects.order_by("event_id").values_list("act", "officer")) == [
        ("起案した", "maker"),
        ("照査した", "checker"),
        ("決裁した", "decider"),
        ("執行した", "maker"),
    ]
    assert fetch_all("SELECT state, changed_by FROM proposal_history ORDER BY pgh_id") == [
        ("1", "maker"),
        ("2", "checker"),
        ("3", "decider"),
        ("4", "maker"),
    ]


@pytest.mark.parametrize(("before", "step"), [(proposed, check), (checked, decide)])
def test_the_maker_neither_checks_nor_decides(database, done, before, step):
    number = before()
    stage = state(number)
    with officer("maker"), pytest.raises(SamePerson):
        step(number)
    assert state(number) == stage


def test_the_checker_does_not_execute(database, done):
    number = decided()
    with officer("checker"), pytest.raises(SamePerson):
        execute(number)
    assert done == []


@pytest.mark.parametrize("early", [proposed, checked])
def test_nothing_is_executed_before_it_is_decided(database, done, early):
    number = early()
    with officer("third"), pytest.raises(NotAtThatStage):
        execute(number)
    assert done == []


def test_a_step_is_taken_once(database, done):
    number = decided()
    for step in (check, decide):
        with officer("another"), pytest.raises(NotAtThatStage):
            step(number)
    with officer("maker"):
        execute(number)
    for name in ("maker", "third"):
        with officer(name), pytest.raises(NotAtThatStage):
            execute(number)
    assert len(done) == 1


def test_a_failed_execution_leaves_it_decided(database, monkeypatch):
    def fail(_content):
        run_sql("INSERT INTO proposal_history SELECT * FROM proposal_history WHERE false")
        raise NoReason

    monkeypatch.setitem(actions._executors, HighRiskAct.REFUND, fail)
    number = decided()
    with officer("maker"), pytest.raises(NoReason):
        execute(number)
    assert state(number) == Proposal.State.DECIDED
    assert not AuditEvent.objects.filter(act="執行した").exists()


def test_rejecting_and_withdrawing(database, done):
    number = checked()
    with officer("decider"):
        with pytest.raises(NoReason):
            reject(number, reason=" ")
        reject(number, reason="証拠書類がない")
    assert state(number) == Proposal.State.REJECTED
    with officer("decider"), pytest.raises(NotAtThatStage):
        decide(number)
    other = proposed()
    with officer("maker"):
        reject(other, reason="誤り")
    assert state(other) == Proposal.State.WITHDRAWN


def test_a_reason_and_an_officer_are_needed(database):
    with officer("maker"), pytest.raises(NoReason):
        propose(HighRiskAct.REFUND, content={}, reason="　")
    with pytest.raises(NoPurpose):
        propose(HighRiskAct.REFUND, content={}, reason="理由")
    with officer("checker"), pytest.raises(UnknownProposal):
        check(999)


def test_each_sees_what_waits_for_another_pair_of_eyes(database):
    number = proposed()
    assert [each.proposal_id for each in waiting("checker")] == [number]
    assert waiting("maker") == []


def test_the_content_cannot_change_after_the_proposal(database, done):
    number = decided()
    with pytest.raises(DatabaseError, match="中身は変えられません"), transaction.atomic():
        run_sql("""UPDATE proposal SET content = '{"還付額": 9999999}' WHERE proposal_id = %s""", [number])
    with server(database) as admin:  # 引金を外せる者が変えても、執行の前に分かる
        admin.execute("SET session_replication_role = replica")
        admin.execute("""UPDATE proposal SET content = '{"還付額": 9999999}' WHERE proposal_id = %s""", [number])
    with officer("maker"), pytest.raises(ChangedAfterProposal):
        execute(number)
    assert done == []


@pytest.mark.parametrize(
    "change",
    [
        "checker = maker, state = '2'",
        "state = '2'",
        "state = '3', checker = 'a', decider = maker",
        "state = '4', checker = 'a', decider = 'b', executor = 'a'",
        "state = '4', checker = 'a', decider = 'b'",
        "maker = ''",
        "checker = 'maker'",
        "state = '3', checker = 'a'",
    ],
)
def test_not_even_raw_sql_of_the_superuser_breaks_four_eyes(database, change):
    number = proposed()
    with server(database) as admin:
        with pytest.raises(psycopg.IntegrityError):
            admin.execute(f"UPDATE proposal SET {change} WHERE proposal_id = %s", [number])
        admin.execute("SET session_replication_role = replica")  # 引金を外しても、制約は残る
        with pytest.raises(psycopg.errors.CheckViolation):
            admin.execute(f"UPDATE proposal SET {change} WHERE proposal_id = %s", [number])


@pytest.mark.parametrize(
    "change",
    ["state = '1'", "state = '3', checker = 'a', decider = 'b'", "checker = 'other'", "reason = 'x'", "maker = 'x'",
     "proposed_at = now() - interval '1 day'", "subjects = '[]'", "act = 'erasure'", "content_hash = 'x'"],
)  # fmt: skip
def test_the_stage_only_moves_forward_and_facts_stay(database, change):
    number = checked()
    with server(database) as admin, pytest.raises(psycopg.IntegrityError):
        admin.execute(
            f"UPDATE proposal SET {change} WHERE proposal_id = %s",
            [number],
        )


def test_the_application_cannot_delete_a_proposal_or_its_history(database):
    proposed()
    for statement in (
        "DELETE FROM proposal",
        "UPDATE proposal_history SET changed_by = 'x'",
        "DELETE FROM proposal_history",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)


def at_once(*calls) -> list[str]:
    """Run each call in a thread of its own, with a connection of its own; what each came to."""
    outcomes: list[str] = [""] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(place: int, name: str, call) -> None:
        try:
            with officer(name):
                ready.wait(10)
                call()
                outcomes[place] = "done"
        except Exception as failure:
            outcomes[place] = type(failure).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, *call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.parametrize("_round", range(3))
def test_two_officers_press_at_once(database, done, _round):
    number = checked()
    assert at_once(("a", lambda: decide(number)), ("b", lambda: decide(number))) == ["NotAtThatStage", "done"]
    assert at_once(*[(name, lambda: execute(number)) for name in ("maker", "a", "b", "c")]) == [
        "NotAtThatStage"
    ] * 3 + ["done"]
    assert len(done) == 1


def test_checking_and_withdrawing_at_once_agree(database, done):
    number = proposed()
    outcomes = at_once(("checker", lambda: check(number)), ("maker", lambda: reject(number, reason="誤り")))
    assert outcomes in (["NotAtThatStage", "done"], ["done", "done"])
    assert state(number) == Proposal.State.WITHDRAWN


def test_nothing_is_executed_while_the_log_is_not_anchored(database, done):
    number = decided()
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE audit_event SET occurred_at = occurred_at - interval '5 hours'")
    with officer("maker"), pytest.raises(CheckpointTooOld):
        execute(number)
    assert done == []
    assert fetch_one("SELECT state FROM proposal WHERE proposal_id = %s", [number]) == ("3",)


STARTS = {  # どれも同じ始まりを通るので、システムごとに一つずつ
    "addressee": "from osame.cli import build_app; import django; django.setup(); build_app()",
    "collection": "import osame.platform.web.application",
    "gateway": "import django; django.setup(); import osame.platform.jobs.cli",
    "linkage": "import django; django.setup(); import osame.platform.jobs.cli",
    "network": "import osame.platform.web.application",
}


def proposable(system: str) -> set[str]:
    """このシステムの章が起案する行為。"""
    found: set[str] = set()
    for chapter in SYSTEMS[system].installed:
        if chapter.startswith("osame.") and chapter != "osame.platform.approvals":
            spec = find_spec(chapter)
            assert spec
            assert spec.origin
            for path in Path(spec.origin).parent.glob("*.py"):
                found |= set(re.findall(r"HighRiskAct\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_process_can_execute_whatever_can_be_proposed_in_its_system(system: str) -> None:
    """本物のプロセスで: 命令でもサーバーでもジョブの係でも、このシステムで起案できる行為には、執行する関数がある。"""
    told = "\nfrom osame.platform.approvals.actions import _executors\nprint(*sorted(act.name for act in _executors))"
    environment = os.environ | {
        "OSAME_SYSTEM": system, "OSAME_DATABASE_NAME": SYSTEMS[system].database, "OSAME_SECRET_KEY": "s" * 50,
        "DJANGO_SETTINGS_MODULE": "osame.platform.settings",
    }  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", STARTS[system] + told]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    acts = proposable(system)
    assert {"ROLE_GRANT", "BULK_EXPORT"} <= acts
    assert acts <= set(ran.stdout.split())


def test_an_act_that_nobody_here_executes_is_refused_and_stays_decided(database, monkeypatch):
    monkeypatch.delitem(actions._executors, HighRiskAct.REFUND, raising=False)
    number = decided()
    with officer("maker"), pytest.raises(actions.NotExecutedHere):
        execute(number)
    with officer("maker"), transaction.atomic():
        assert Proposal.objects.get(pk=number).state == Proposal.State.DECIDED
