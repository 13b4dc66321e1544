"""ジョブは、同時に一か所でだけ動き、心拍と進み具合を見せ、始めと終わりを監査記録に残す。"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from osame.kernel.refusals import Refusal
from osame.platform.audit.models import AuditEvent
from osame.platform.gate import acting_now
from osame.platform.jobs import registry, running
from osame.platform.jobs.models import JobRun
from osame.platform.jobs.queries import states
from osame.platform.jobs.registry import Job, Progress, job
from tests.systems.conftest import fresh, server


@pytest.fixture
def jobs(database: str) -> Iterator[dict[str, Job]]:
    """An empty list of jobs, for one test."""
    with patch.object(registry, "JOBS", {}) as mine, patch("osame.platform.jobs.queries.JOBS", mine):
        with patch.object(registry, "_enqueueable"):
            yield mine


def test_a_job_acts_for_itself_and_is_audited_from_start_to_end(jobs):
    seen = []

    @job("count", function="floor.jobs.run")
    def count(progress: Progress) -> str:
        progress(3, 7)
        seen.append(acting_now())
        (state,) = states()
        seen.append((state.outcome, state.progress))
        return "七つ数えた"

    assert running.perform(jobs["count"]) is running.Outcome.DONE
    now, while_running = seen
    assert (now.officer, now.function, now.purpose) == ("job:count", "floor.jobs.run", "operation")
    assert while_running == ("実行中", "3/7")
    assert [(e.act, e.officer, e.outcome) for e in AuditEvent.objects.order_by("event_id")] == [
        ("ジョブを始めた", "job:count", "1"),
        ("ジョブを終えた", "job:count", "1"),
    ]
    (state,) = states()
    assert (state.outcome, state.note) == ("終えた", "七つ数えた")


def test_a_second_worker_leaves_a_running_job_alone(jobs):
    outcomes = []

    @job("once", function="floor.jobs.run")
    def once(_progress: Progress) -> None:
        outcomes.append(running.perform(jobs["once"]))

    outcomes.append(running.perform(jobs["once"]))
    assert outcomes == [running.Outcome.SKIPPED, running.Outcome.DONE]
    assert running.perform(jobs["once"]) is running.Outcome.DONE


def test_a_failure_is_kept_without_its_words(jobs):
    @job("leaky", function="floor.jobs.run")
    def leaky(_progress: Progress) -> None:
        raise ValueError("架空 太郎")

    with pytest.raises(ValueError, match="架空"):
        running.perform(jobs["leaky"])
    (run,) = JobRun.objects.all()
    assert (run.outcome, run.note) == (JobRun.Outcome.FAILED, "ValueError")
    assert AuditEvent.objects.filter(outcome="3", act="ジョブを終えた").count() == 1


def test_a_run_that_died_is_told_as_such(jobs):
    @job("fragile", function="floor.jobs.run")
    def fragile(_progress: Progress) -> None:
        return

    JobRun.objects.create(name="fragile", worker="前の機械:1")
    assert running.perform(jobs["fragile"]) is running.Outcome.DONE
    assert [run.note for run in JobRun.objects.order_by("run_id")] == ["途中で止まった", ""]


def test_two_jobs_cannot_share_a_name(jobs):
    job("one", function="floor.jobs.run")(lambda _progress: None)
    with pytest.raises(registry.SameJobTwice):

        @job("one", function="floor.jobs.run")
        def other(_progress: Progress) -> None:
            return


def test_unknown_names_are_refused(jobs):
    with pytest.raises(registry.UnknownJob):
        registry.named("nothing")


def test_what_was_asked_twice_is_done_once_by_a_worker_process(database):
    name = "console-prune" if datetime.now(UTC).hour < 12 else "sign-in-prune"  # whichever is not soon due by itself
    registry.ask(name)
    registry.ask(name)
    workers = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-m", "osame.cli", "jobs", "work", "--once"], env=os.environ)
        for _ in range(2)
    ]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0]
    done = [run for run in JobRun.objects.filter(name=name) if run.outcome == JobRun.Outcome.DONE]
    assert len(done) == 1


class KeyMissing(Refusal):
    """鍵がありません。作ってください。"""


def test_a_job_without_its_keys_waits_and_says_so_once(jobs, caplog):
    """鍵のないジョブは、失敗し続けず、一度だけ言って待つ。鍵ができれば、次の回に行う。"""
    ready = []

    def needs() -> None:
        if not ready:
            raise KeyMissing

    job("keyed", function="floor.jobs.run", needs=needs)(lambda _progress: "行った")
    for _ in range(3):
        assert running.perform(jobs["keyed"]) is running.Outcome.WAITING
    assert len(caplog.records) == 1
    (state,) = states()
    assert (state.outcome, state.note) == ("用意を待っている", "鍵がありません。作ってください。")
    assert not AuditEvent.objects.exists()
    ready.append(True)
    assert running.perform(jobs["keyed"]) is running.Outcome.DONE
    assert [run.outcome for run in JobRun.objects.order_by("run_id")] == ["4", "1"]


def test_old_runs_are_forgotten_but_the_latest_of_each_job_stays(database):
    from osame.platform.jobs.jobs import prune

    with server(database) as admin:
        admin.execute(
            "INSERT INTO job_run (name, worker, outcome, started_at, ended_at) "
            "SELECT name, 'w', outcome, now() - age * interval '1 day', now() - age * interval '1 day' FROM (VALUES "
            "('a', '1', 60), ('a', '3', 59), ('a', '3', 500), ('a', '1', 1), ('b', '1', 600)) AS told(name, outcome, age)"
        )
    assert prune(lambda _done, _total=0: None) == "2件を消しました"
    assert sorted(JobRun.objects.values_list("name", "outcome")) == [("a", "1"), ("a", "3"), ("b", "1")]


JOBS_OF = {
    "collection": {"addressee-copy", "public-accounts-collect"},
    "addressee": {"deliver-numbers", "protection-review", "identity-candidates"},
    "linkage": {"linkage-feed"},
}
KEYED = {"addressee-copy", "deliver-numbers", "linkage-feed", "public-accounts-collect"}
FLOOR_JOBS = {"audit-checkpoint", "egress-expiry", "job-runs-prune", "nonces-prune", "sign-in-prune"}


@pytest.mark.parametrize("system", JOBS_OF)
def test_every_system_knows_its_jobs_and_can_do_them(system, tmp_path):
    """本物のプロセスで: 章のジョブが登録され、鍵がなければ待ち、手入れのジョブは行える。"""
    code = (
        "import json, django; django.setup()\n"
        "from osame.platform.jobs.registry import JOBS\nfrom osame.platform.jobs.running import perform\n"
        "from osame.platform.functions.checks import refuse_to_start\nrefuse_to_start()\n"
        "quick = [n for n in JOBS if n not in {'audit-checkpoint', 'egress-expiry'}]\n"
        "print(json.dumps([sorted(JOBS), {n: perform(JOBS[n]).name for n in quick}]))\n"
    )
    with fresh(system):
        environment = os.environ | {
            "OSAME_HOME": str(tmp_path), "OSAME_KEYS": str(tmp_path), "OSAME_SECRET_KEY": "s" * 50,
            "DJANGO_SETTINGS_MODULE": "osame.platform.settings",
        }  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], env=environment, capture_output=True, text=True, check=True
        )
    names, outcomes = json.loads(ran.stdout)
    assert set(names) >= JOBS_OF[system] | FLOOR_JOBS
    keyed = {name for name in names if name in KEYED}
    assert {name for name, outcome in outcomes.items() if outcome == "WAITING"} == keyed
    assert {outcome for name, outcome in outcomes.items() if name not in keyed} == {"DONE"}
    assert "exchange keys create" in ran.stderr
