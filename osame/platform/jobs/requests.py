"""頼まれた処理。職員が画面で頼み、係（ワーカー）が、頼んだ職員として行う。

Long work is asked for, not waited for. Where a chapter's `jobs.py` says what may be asked:

    @requested("demand-run", function="collection.demands.run", title="督促の実行")
    def run(progress: Progress, *, year: int) -> Done:
        ...
        return Done("1,204通を作りました", path=reverse("demand_run", args=[number]))

and its page: `ask_for("demand-run", arguments={"year": 2026})`, in the transaction of the act that asks. Arguments are JSON
and hold no personal data. The work is done for the officer who asked and the purpose then told; `progress` raises
`Cancelled` once somebody has asked to stop. Work may be run again after a worker died, so it must be idempotent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform import gate, systems
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.functions import permission
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import ANONYMOUS, Identity
from osame.platform.functions.registry import registry
from osame.platform.jobs.models import JobRequest
from osame.platform.jobs.registry import SameJobTwice, UnknownJob
from osame.platform.staff.models import StaffAccount
from osame.platform.staff.queries import identity_of

State = JobRequest.State
TASK = "requested-work"
STALE_SECONDS = 30
MOST_ATTEMPTS = 3


class AskerMayNot(Refusal):
    """頼んだ職員に、いまはこの機能を使う権限がありません。権限のある職員が、頼み直してください。"""


class AlreadyOver(Refusal):
    """この処理は、既に終わっています。結果を確かめてください。"""


class StillGoing(Refusal):
    """この処理は、まだ動いています。終わるのを待つか、取り消してください。"""


class NoSuchRequest(Refusal):
    """そのような依頼はありません。依頼番号を確かめてください。"""


class NumberInArguments(Refusal):
    """処理の引数に、個人番号らしい数字があります。個人番号は置けません。"""


class Cancelled(Refusal):
    """取消しを頼まれたので、途中でやめました。行いかけていた分は、何も反映していません。"""


@dataclass(frozen=True, slots=True)
class Done:
    """処理の結果。 note: 結果の一文（人の情報を書かない）; path: 結果の画面。"""

    note: str
    path: str = ""


Work = Callable[..., Done]


@dataclass(frozen=True, slots=True)
class Requested:
    """頼める処理。"""

    name: str
    function: str
    title: str
    work: Work = field(compare=False)


REQUESTED: dict[str, Requested] = {}


def requested(name: str, *, function: str, title: str) -> Callable[[Work], Work]:
    """頼める処理を登録する。機能コードのない処理は作れない。"""

    def register(work: Work) -> Work:
        if name in REQUESTED and REQUESTED[name].work.__qualname__ != work.__qualname__:
            raise SameJobTwice(name)
        REQUESTED[name] = Requested(name, function, title, bound(function)(work))
        return work

    return register


def named(name: str) -> Requested:
    """名から、頼める処理を引く。"""
    if name not in REQUESTED:
        raise UnknownJob(name)
    return REQUESTED[name]


def identity_now(staff_number: str) -> Identity:
    """この職員に、いま許されていること。"""
    account = StaffAccount.objects.filter(staff_number=staff_number).first()
    (at,) = fetch_one("SELECT now()")
    return identity_of(account, at=at) if account else ANONYMOUS


def check_asker(asked: Requested, staff_number: str, purpose: str) -> None:
    """頼んだ職員が、いま、この目的でこの機能を使えるか。使えなければ断る。"""
    function = registry(systems.current().code).function(asked.function)
    decision = permission.may(identity_now(staff_number), function, purpose)
    if decision.refusal:
        raise AskerMayNot(f"{asked.title}：{decision.refusal.message()}")


def ask_for(name: str, *, arguments: Mapping[str, Any]) -> int:
    """この取引が成れば行うよう頼み、依頼番号を返す。使う権限のない職員は、頼めない。

    要件: F29-03
    """
    asked, now = named(name), gate.required()
    function = registry(systems.current().code).function(asked.function)
    purpose = function.only_purpose or now.purpose
    check_asker(asked, now.officer, purpose)
    if any(isinstance(each, str) and holds_personal_number(each) for each in arguments.values()):
        raise NumberInArguments(asked.title)
    with transaction.atomic():
        request = JobRequest.objects.create(
            name=name, title=asked.title, asked_by=now.officer, department=now.department, function_code=asked.function,
            purpose=purpose, case_number=now.case, terminal=now.terminal, request_number=now.request,
            arguments=dict(arguments),
        )  # fmt: skip
        record("処理を頼んだ", detail={"job": name, "依頼番号": request.request_id})
        defer(request.request_id)
    return int(request.request_id)


def cancel(request_id: int) -> None:
    """処理の取消しを頼む。待っていれば直ちにやめ、動いていれば次の切れ目でやめる。止まっていれば、やめたことにする。

    要件: F29-03
    """
    with transaction.atomic():
        changed = run_sql(
            "UPDATE job_request SET cancel_asked_at = now(), state = CASE WHEN over THEN '4' ELSE state END, "
            "ended_at = CASE WHEN over THEN now() END FROM (SELECT request_id AS id, state = '0' OR "
            "heartbeat_at < now() - %s * interval '1 second' AS over FROM job_request WHERE request_id = %s FOR UPDATE) was "
            "WHERE request_id = was.id AND state IN ('0', '1')",
            [STALE_SECONDS, request_id],
        )
        if not changed:
            raise AlreadyOver(str(request_id))
        record("処理の取消しを頼んだ", detail={"依頼番号": request_id})


def again(request_id: int) -> None:
    """終わらなかった処理を、もう一度頼む。行うのは、はじめに頼んだ職員としてである。

    要件: F29-03
    """
    with transaction.atomic():
        rows = fetch_all(
            "SELECT name, asked_by, purpose, state, heartbeat_at < now() - %s * interval '1 second' FROM job_request "
            "WHERE request_id = %s FOR UPDATE",
            [STALE_SECONDS, request_id],
        )
        if not rows:
            raise NoSuchRequest(str(request_id))
        name, asked_by, purpose, state, stale = rows[0]
        if state == State.DONE:
            raise AlreadyOver(str(request_id))
        if state == State.WAITING or (state == State.RUNNING and not stale):
            raise StillGoing(str(request_id))
        check_asker(named(name), asked_by, purpose)
        run_sql(
            "UPDATE job_request SET state = '0', attempt = 0, note = '', sealed_note = NULL, cancel_asked_at = NULL, "
            "ended_at = NULL, done = 0, total = 0 WHERE request_id = %s",
            [request_id],
        )
        record("処理をもう一度頼んだ", detail={"依頼番号": request_id})
        defer(request_id)


def defer(request_id: int) -> None:
    """待ち行列に入れる。二度入っても、行うのは一度だけ（行う側が鍵を取る）。"""
    app.configure_task(TASK).defer(request_id=request_id)


def revive() -> int:
    """係が途中で止まった処理と、待ち行列から消えた処理を、もう一度待ち行列に入れる。その数を返す。

    A worker that died leaves its request running with a heartbeat that no longer moves. After three attempts it is left to
    the officer.
    """
    with transaction.atomic():
        run_sql(
            "UPDATE job_request SET state = '3', ended_at = now(), note = '途中で止まりました' WHERE state = '1' "
            "AND heartbeat_at < now() - %s * interval '1 second' AND attempt >= %s",
            [STALE_SECONDS, MOST_ATTEMPTS],
        )
        lost = fetch_all(
            "SELECT request_id FROM job_request r WHERE (state = '1' AND heartbeat_at < now() - %(stale)s * interval '1 second' "
            "OR state = '0' AND asked_at < now() - %(stale)s * interval '1 second') AND NOT EXISTS (SELECT FROM procrastinate_jobs q "
            "WHERE q.task_name = %(task)s AND q.status = 'todo' AND (q.args ->> 'request_id')::bigint = r.request_id) "
            "ORDER BY request_id FOR UPDATE SKIP LOCKED",
            {"stale": STALE_SECONDS, "task": TASK},
        )
        for (request_id,) in lost:
            defer(request_id)
    return len(lost)


@app.task(name=TASK)
@bound("floor.jobs.perform")
def from_queue(request_id: int) -> None:
    """待ち行列から呼ばれて、頼まれた処理を一つ行う。"""
    from osame.platform.jobs.request_running import perform_request

    perform_request(request_id)
