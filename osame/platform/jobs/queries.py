"""ジョブと、頼まれた処理の照会。何があり、最後にいつ、どう終わり、次はいつか。"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from croniter import croniter

from osame.platform.database import fetch_all, fetch_one
from osame.platform.functions.registry import find
from osame.platform.jobs.models import JobRequest, JobRun
from osame.platform.jobs.registry import JOBS, Job
from osame.platform.jobs.request_running import opened_refusal
from osame.platform.jobs.requests import STALE_SECONDS, NoSuchRequest

State = JobRequest.State
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
    def title(self) -> str:
        """何をするジョブか。機能の名で言う。"""
        return find(self.job.function).name

    @property
    def progress(self) -> str:
        """進み具合。"""
        return f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}" if self.done else ""

    def next_at(self, now: datetime) -> datetime | None:
        """次に行う時刻。頼まれたときだけのジョブなら None。"""
        return croniter(self.job.cron, now.astimezone(UTC)).get_next(datetime) if self.job.cron else None


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


KINDS = {
    State.WAITING: "info", State.RUNNING: "info", State.DONE: "success", State.FAILED: "error", State.REFUSED: "error",
}  # fmt: skip
COLUMNS = """
request_id, name, title, asked_by, coalesce((SELECT account.name FROM staff_account account WHERE staff_number = asked_by), ''),
state, state = '1' AND heartbeat_at < now() - %(stale)s * interval '1 second', asked_at, started_at, ended_at,
cancel_asked_at IS NOT NULL, done, total, note, sealed_note, result_path
"""


@dataclass(frozen=True, slots=True)
class RequestState:
    """頼まれた処理の、いまの姿。 stopped: 心拍が途絶えている。"""

    request_id: int
    name: str
    title: str
    asked_by: str
    asker_name: str
    state: str
    stopped: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancelling: bool
    done: int
    total: int
    note: str
    sealed_note: bytes | None
    result_path: str

    @property
    def label(self) -> str:
        """状態の名。"""
        if self.stopped:
            return "途中で止まった"
        return "取消中" if self.cancelling and self.going else str(State(self.state).label)

    @property
    def kind(self) -> str:
        """状態の見せ方。"""
        return "warning" if self.stopped else KINDS.get(State(self.state), "")

    @property
    def going(self) -> bool:
        """まだ終わっていないか。"""
        return self.state in {State.WAITING, State.RUNNING}

    @property
    def succeeded(self) -> bool:
        """終わりまで行ったか。"""
        return self.state == State.DONE

    @property
    def may_repeat(self) -> bool:
        """もう一度頼めるか。"""
        return self.stopped or (not self.going and not self.succeeded)

    @property
    def told(self) -> str:
        """進み具合の文。"""
        return f"{self.done:,} / {self.total:,}" if self.total else ""

    def words_for(self, staff_number: str) -> str:
        """結果の一文。断りの詳しい文は、頼んだ職員にだけ見せる。"""
        if self.sealed_note is not None and staff_number == self.asked_by:
            return opened_refusal(self.request_id, bytes(self.sealed_note))
        return self.note


def find_request(request_id: int, *, seen_by: str, oversees: bool) -> RequestState:
    """頼まれた処理。自分のものか、見守る者でなければ、ないものとして断る。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM job_request WHERE request_id = %(id)s AND (asked_by = %(who)s OR %(all)s)",
        {"stale": STALE_SECONDS, "id": request_id, "who": seen_by, "all": oversees},
    )
    if not rows:
        raise NoSuchRequest(str(request_id))
    return RequestState(*rows[0])


def count_requests(*, seen_by: str, oversees: bool) -> int:
    """見てよい依頼の数。"""
    (count,) = fetch_one("SELECT count(*) FROM job_request WHERE asked_by = %s OR %s", [seen_by, oversees])
    return int(count)


def requests_seen(*, seen_by: str, oversees: bool, offset: int, size: int) -> list[RequestState]:
    """見てよい依頼を、新しい順に。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM job_request WHERE asked_by = %(who)s OR %(all)s ORDER BY request_id DESC "
        "LIMIT %(size)s OFFSET %(offset)s",
        {"stale": STALE_SECONDS, "who": seen_by, "all": oversees, "size": size, "offset": offset},
    )
    return [RequestState(*row) for row in rows]
