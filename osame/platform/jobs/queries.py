"""ジョブの照会。何があり、最後にいつ、どう終わったか。"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osame.platform.database import fetch_all
from osame.platform.jobs.models import JobRun
from osame.platform.jobs.registry import JOBS, Job

STALE_SECONDS = 30
LATEST = """
SELECT DISTINCT ON (name) name, outcome, started_at, heartbeat_at, ended_at, done, total, note,
       ended_at IS NULL AND heartbeat_at < now() - %s * interval '1 second'
FROM job_run WHERE outcome <> %s ORDER BY name, run_id DESC
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """ジョブと、その最後の実行。一度も実行していなければ、結果は空。"""

    job: Job
    outcome: str = ""
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    ended_at: datetime | None = None
    done: int = 0
    total: int = 0
    note: str = ""

    @property
    def progress(self) -> str:
        """進み具合。"""
        return f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}" if self.done else ""


def states() -> list[JobState]:
    """すべてのジョブを、最後の実行とともに、名の順に並べる。"""
    latest = {row[0]: row[1:] for row in fetch_all(LATEST, [STALE_SECONDS, JobRun.Outcome.SKIPPED.value])}
    return [_state(JOBS[name], latest.get(name)) for name in sorted(JOBS)]


def _state(job: Job, row: tuple[Any, ...] | None) -> JobState:
    if row is None:
        return JobState(job)
    *facts, stale = row
    outcome = "途中で止まった" if stale else str(JobRun.Outcome(facts[0]).label)
    return JobState(job, outcome, *facts[1:])
