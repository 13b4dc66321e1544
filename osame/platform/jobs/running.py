"""ジョブを行う。一つのジョブは、同時に一か所でしか動かない。

Runs one job: takes its lock, tells the gate who acts, audits start and end, keeps a heartbeat. The lock is an advisory
lock of a connection of its own: a worker that dies gives it back at once, whatever way it died.
"""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from osame.kernel.refusals import Refusal
from osame.platform import gate, systems
from osame.platform.audit.recording import Outcome as AuditOutcome
from osame.platform.audit.recording import record
from osame.platform.functions.registry import registry
from osame.platform.jobs.models import JobRun
from osame.platform.jobs.registry import Job

Outcome = JobRun.Outcome
HEARTBEAT_SECONDS = 5
LOCK_CLASS = 20_160_101  # ほかの使い道の advisory lock と混ざらないための番号


class Run:
    """実行中の一回。心拍を打ち、進み具合を書く。書くのは自分の接続なので、仕事の取引を待たずに見える。"""

    where = "job_run", "run_id"

    def __init__(self, raw: psycopg.Connection[Any], run_id: int) -> None:
        self._raw = raw
        self._run_id = run_id
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._beating = threading.Thread(target=self._beat, daemon=True)

    def __call__(self, done: int, total: int = 0) -> None:
        """進み具合を書く。"""
        self._write("done = %s, total = greatest(total, %s)", done, total)

    def start(self) -> None:
        """心拍を始める。"""
        self._beating.start()

    def stop(self) -> None:
        """心拍を止める。"""
        self._over.set()
        self._beating.join()

    def end(self, outcome: Outcome, note: str = "") -> None:
        """終わりを書く。"""
        self.stop()
        self._write("ended_at = now(), outcome = %s, note = %s", outcome.value, note)

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            self._write("done = done")

    def _write(self, assignment: str, *values: object) -> None:
        table, key = self.where
        with self._guard:
            self._raw.execute(
                f"UPDATE {table} SET heartbeat_at = now(), {assignment} WHERE {key} = %s", [*values, self._run_id]
            )


def perform(job: Job) -> Outcome:
    """ジョブを一回行う。ほかで実行中なら、行わずにそう記す。

    要件: F29-03
    """
    function = registry(systems.current().code).function(job.function)
    now = gate.Acting(job.officer, function.code, function.purposes[0], role="operator", terminal=socket.gethostname())
    with gate.acting(now), own_connection() as raw:
        if missing := _missing(job):
            _waits(raw, job.name, missing)
            return Outcome.WAITING
        if not locked(raw, job.name):
            _begun(raw, job.name, skipped=True)
            return Outcome.SKIPPED
        run = Run(raw, _begun(raw, job.name))
        record("ジョブを始めた", detail={"job": job.name})
        run.start()
        try:
            note = job.work(run) or ""
        except BaseException as failure:
            record("ジョブを終えた", outcome=AuditOutcome.FAILED, detail={"job": job.name})
            run.end(Outcome.FAILED, type(failure).__name__)  # 文には人の情報が混ざりうるので、種類だけを残す
            raise
        record("ジョブを終えた", detail={"job": job.name})
        run.end(Outcome.DONE, note)
        return Outcome.DONE


def here() -> str:
    """いま実行している所。"""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def own_connection() -> Iterator[psycopg.Connection[Any]]:
    """仕事の取引の外で書くための接続。"""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as raw:
        yield raw


def _missing(job: Job) -> str:
    """まだない用意。そろっていれば空。"""
    try:
        job.needs()
    except Refusal as refusal:
        return str(refusal)
    return ""


def _waits(raw: psycopg.Connection[Any], name: str, missing: str) -> None:
    """用意を待っていると、一度だけ言う。待っている間は、その一行の心拍だけを新しくする。"""
    last = raw.execute(
        "SELECT run_id FROM (SELECT * FROM job_run WHERE name = %s ORDER BY run_id DESC LIMIT 1) last "
        "WHERE outcome = %s AND note = %s",
        [name, Outcome.WAITING.value, missing],
    ).fetchone()
    if last:
        raw.execute("UPDATE job_run SET heartbeat_at = now(), ended_at = now() WHERE run_id = %s", [last[0]])
        return
    raw.execute(
        "INSERT INTO job_run (name, worker, outcome, ended_at, note) VALUES (%s, %s, %s, now(), %s)",
        [name, here(), Outcome.WAITING.value, missing],
    )
    logging.getLogger(__name__).warning("ジョブ「%s」は、用意を待っています。%s", name, missing)


def locked(raw: psycopg.Connection[Any], name: str) -> bool:
    """この名の鍵を取れたか。鍵は接続のものなので、どう死んでも、すぐに返る。"""
    row = raw.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, name]).fetchone()
    return bool(row and row[0])


def _begun(raw: psycopg.Connection[Any], name: str, *, skipped: bool = False) -> int:
    """実行を記す。突然止まった前の実行は、鍵が空いていたことから分かるので、ここで失敗と記す。"""
    if not skipped:
        raw.execute(
            "UPDATE job_run SET outcome = %s, ended_at = heartbeat_at, note = '途中で止まった' "
            "WHERE name = %s AND ended_at IS NULL",
            [Outcome.FAILED.value, name],
        )
    row = raw.execute(
        "INSERT INTO job_run (name, worker, outcome, ended_at) VALUES (%s, %s, %s, %s) RETURNING run_id",
        [name, here(), *((Outcome.SKIPPED.value, "now") if skipped else ("0", None))],
    ).fetchone()
    assert row is not None
    return int(row[0])
