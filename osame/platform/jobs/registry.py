"""ジョブの登録。ジョブは、どれも名と機能コードを持つ。

Where a chapter's `jobs.py` says what runs by itself:

    @job("audit-checkpoint", function="floor.audit.checkpoint", cron="*/5 * * * *")
    def checkpoint(progress: Progress) -> str:
        ...
        return "12件を封じました"

A job takes no argument but its progress: what there is to do stands in a table. It runs for the job's own officer
(`job:audit-checkpoint`) and the one purpose of its function, never twice at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from osame.kernel.refusals import Refusal
from osame.platform.functions.binding import bound


class UnknownJob(Refusal):
    """そのような名のジョブはありません。「osame jobs list」で名を確かめてください。"""


class SameJobTwice(Refusal):
    """同じ名のジョブが二つあります。名を変えてください。"""


class JobFailed(Refusal):
    """ジョブが失敗しました。「osame jobs run」で行い、理由を確かめてください。"""


class Progress(Protocol):
    """進み具合の知らせ先。"""

    def __call__(self, done: int, total: int = 0) -> None:
        """いくつのうち、いくつ済んだか。"""


Work = Callable[[Progress], str | None]
Needs = Callable[[], object]


def _nothing() -> None:
    """用意は要らない。"""


@dataclass(frozen=True, slots=True)
class Job:
    """ジョブ。 cron: いつ行うか（時刻は協定世界時）。空なら、頼まれたときだけ; needs: 用意がなければ断る。"""

    name: str
    function: str
    cron: str
    work: Work = field(compare=False)
    needs: Needs = field(compare=False, default=_nothing)

    @property
    def officer(self) -> str:
        """監査記録に残る名。"""
        return f"job:{self.name}"


JOBS: dict[str, Job] = {}


def job(name: str, *, function: str, cron: str = "", needs: Needs = _nothing) -> Callable[[Work], Work]:
    """ジョブを登録する。機能コードのないジョブは作れない。

    `needs` is asked before each run: while it refuses (no keys yet), the job waits and says so once.
    """

    def register(work: Work) -> Work:
        if name in JOBS and JOBS[name].work.__qualname__ != work.__qualname__:
            raise SameJobTwice(name)
        JOBS[name] = Job(name, function, cron, bound(function)(work), needs)
        _enqueueable(JOBS[name])
        return work

    return register


def named(name: str) -> Job:
    """名からジョブを引く。"""
    if name not in JOBS:
        raise UnknownJob(name)
    return JOBS[name]


def ask(name: str) -> None:
    """この取引が成れば、すぐに行うよう頼む。既に頼んであれば、何もしない。"""
    try:
        with transaction.atomic():
            app.configure_task(named(name).name, queueing_lock=name).defer()
    except AlreadyEnqueued:
        return


def _enqueueable(each: Job) -> None:
    """待ち行列から呼べるようにし、時刻の決まったものは、その時刻に呼ぶ。"""

    def from_queue(timestamp: int = 0) -> None:  # noqa: ARG001
        from osame.platform.jobs.running import perform

        try:
            perform(each)
        except Exception as failure:
            raise JobFailed(f"{each.name}：{type(failure).__name__}") from None  # 文には人の情報が混ざりうる

    task: Any = app.task(name=each.name, queueing_lock=each.name)(bound(each.function)(from_queue))
    if each.cron:
        app.periodic(cron=each.cron)(task)
