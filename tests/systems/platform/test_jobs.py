"""ジョブは、同時に一か所でだけ動き、心拍と進み具合を見せ、始めと終わりを監査記録に残す。"""

import os
import subprocess
import sys
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from osame.platform.audit.models import AuditEvent
from osame.platform.gate import acting_now
from osame.platform.jobs import registry, running
from osame.platform.jobs.models import JobRun
from osame.platform.jobs.queries import states
from osame.platform.jobs.registry import Job, Progress, job


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
    registry.ask("audit-checkpoint")
    registry.ask("audit-checkpoint")
    workers = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-m", "osame.cli", "jobs", "work", "--once"], env=os.environ)
        for _ in range(2)
    ]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0]
    done = [run for run in JobRun.objects.filter(name="audit-checkpoint") if run.outcome == JobRun.Outcome.DONE]
    assert len(done) == 1
