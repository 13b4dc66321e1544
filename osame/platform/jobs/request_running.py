"""頼まれた処理を行う。頼んだ職員として、その目的で、一度に一か所で。

Runs one request: takes its lock, reads again what the officer may do, tells the gate that the officer acts, audits start and
end and keeps a heartbeat, as `running` does for timed jobs. What it ends with is written last, on a connection of its own:
a worker killed just before leaves a request that is run again, and the work is idempotent.
"""

import socket
from dataclasses import dataclass
from typing import Any

import psycopg

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import Outcome as AuditOutcome
from osame.platform.audit.recording import record
from osame.platform.jobs.requests import Cancelled, Done, Requested, State, check_asker, named
from osame.platform.jobs.running import Run, here, locked, own_connection
from osame.platform.secret_keys import seal, unseal

KEY = "job-request"
BEGIN = """
UPDATE job_request SET state = '1', attempt = attempt + 1, worker = %s, started_at = now(), heartbeat_at = now(), done = 0,
       total = 0
 WHERE request_id = %s AND state IN ('0', '1')
RETURNING name, asked_by, department, function_code, purpose, case_number, request_number, arguments, cancel_asked_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """始めた依頼。"""

    request_id: int
    name: str
    asked_by: str
    department: str
    function_code: str
    purpose: str
    case_number: str
    request_number: str
    arguments: dict[str, Any]
    cancelled: bool

    @property
    def detail(self) -> dict[str, str | int]:
        """監査記録に残す詳細。"""
        return {"job": self.name, "依頼番号": self.request_id}


class RequestRun(Run):
    """頼まれた処理の一回。取消しを頼まれていれば、進み具合を告げたときにやめる。"""

    where = "job_request", "request_id"

    def __call__(self, done: int, total: int = 0) -> None:
        """進み具合を書く。取消しを頼まれていれば、やめる。"""
        super().__call__(done, total)
        with self._guard:
            row = self._raw.execute(
                "SELECT cancel_asked_at IS NOT NULL FROM job_request WHERE request_id = %s", [self._run_id]
            ).fetchone()
        if row and row[0]:
            raise Cancelled

    def over(self, state: State, note: str, *, sealed: bytes | None = None, path: str = "") -> None:
        """終わりを書く。"""
        self.stop()
        self._write(
            "ended_at = now(), state = %s, note = %s, sealed_note = %s, result_path = %s",
            state.value,
            note,
            sealed,
            path,
        )


def perform_request(request_id: int) -> None:
    """頼まれた処理を一つ行う。ほかで行っていれば、または既に終わっていれば、何もしない。

    要件: F29-03
    """
    with own_connection() as raw:
        if not locked(raw, f"request {request_id}"):
            return
        asked = _begun(raw, request_id)
        if asked is None:
            return
        run = RequestRun(raw, request_id)
        run.start()
        with gate.acting(_as_the_asker(asked)):
            _do(asked, run)


def sealed_refusal(request_id: int, refusal: Refusal) -> bytes:
    """断りの文を、頼んだ職員だけに言うために封じる。文には通知書番号などが入りうる。"""
    return seal(KEY, str(refusal), owner=str(request_id))


def opened_refusal(request_id: int, sealed: bytes) -> str:
    """封じた断りの文を開く。"""
    return unseal(KEY, sealed, owner=str(request_id))


def _begun(raw: psycopg.Connection[Any], request_id: int) -> Asked | None:
    row = raw.execute(BEGIN, [here(), request_id]).fetchone()
    return Asked(request_id, *row) if row else None


def _as_the_asker(asked: Asked) -> gate.Acting:
    return gate.Acting(
        asked.asked_by, asked.function_code, asked.purpose, department=asked.department, case=asked.case_number,
        terminal=socket.gethostname(), request=asked.request_number,
    )  # fmt: skip


def _do(asked: Asked, run: RequestRun) -> None:
    """行い、どう終わったかを書く。思わぬ失敗は、種類だけを残して投げる。"""
    try:
        done = _carried_out(named(asked.name), asked, run)
    except Cancelled as stopped:
        record("頼まれた処理をやめた", detail=asked.detail)
        run.over(State.CANCELLED, str(stopped))
    except Refusal as refusal:
        record("頼まれた処理を断った", outcome=AuditOutcome.REFUSED, detail=asked.detail)
        run.over(State.REFUSED, refusal.message(), sealed=sealed_refusal(asked.request_id, refusal))
    except BaseException as failure:
        record("頼まれた処理を終えた", outcome=AuditOutcome.FAILED, detail=asked.detail)
        run.over(State.FAILED, type(failure).__name__)  # 文には人の情報が混ざりうるので、種類だけを残す
        raise
    else:
        record("頼まれた処理を終えた", detail=asked.detail)
        run.over(State.DONE, done.note, path=done.path)


def _carried_out(work: Requested, asked: Asked, run: RequestRun) -> Done:
    if asked.cancelled:
        raise Cancelled
    check_asker(work, asked.asked_by, asked.purpose)
    record("頼まれた処理を始めた", detail=asked.detail)
    return work.work(run, **asked.arguments)
