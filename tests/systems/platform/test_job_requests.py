"""頼まれた処理は、頼んだ職員として行われ、取り消せ、係が死んでもやり直され、頼んだ職員にだけ詳しく言う。"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from unittest.mock import patch

import pytest
from django.db import transaction

from osame.kernel.check_digits import individual_number_check_digit
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.models import AuditEvent
from osame.platform.database import fetch_all, run_sql
from osame.platform.jobs import requests
from osame.platform.jobs.models import JobRequest
from osame.platform.jobs.request_running import opened_refusal, perform_request
from osame.platform.jobs.requests import Done, ask_for, requested
from osame.platform.staff.models import StaffAccount
from tests.systems.conftest import server
from tests.systems.platform.staff_cast import hire

State = JobRequest.State
FUNCTION = "floor.jobs.steer"


@pytest.fixture
def work(database: str) -> Iterator[None]:
    """An office with one officer, and no work that may be asked for yet."""
    hire("A0001", "山本 昇", "collection_clerk")
    with patch.object(requests, "REQUESTED", {}):
        yield


def asking(purpose: str = "operation") -> gate.Acting:
    return gate.Acting("A0001", FUNCTION, purpose, department="collection", case="受1", request="r" * 32)


def asked(name: str, **arguments: object) -> int:
    with gate.acting(asking()), transaction.atomic():
        return ask_for(name, arguments=arguments)


def request(request_id: int) -> JobRequest:
    return JobRequest.objects.get(pk=request_id)


def queued() -> int:
    return fetch_all("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [requests.TASK])[0][0]


def age(database: str, seconds: int = 60) -> None:
    """As if the heartbeat had stopped some time ago."""
    with server(database) as admin:
        admin.execute(
            "UPDATE job_request SET heartbeat_at = now() - %(s)s * interval '1 second', asked_at = now() - %(s)s * interval '1 second'",
            {"s": seconds},
        )


def test_work_is_done_as_the_officer_who_asked(work):
    seen = []

    @requested("count", function=FUNCTION, title="数える")
    def count(progress, *, upto: int) -> Done:
        seen.append(gate.acting_now())
        progress(upto, upto)
        seen.append((request(number).state, request(number).done))
        return Done("七つ数えました", path="/result/")

    number = asked("count", upto=7)
    assert (request(number).state, queued()) == (State.WAITING, 1)
    perform_request(number)
    now, while_running = seen
    assert (now.officer, now.function, now.purpose, now.department, now.case) == (
        "A0001", FUNCTION, "operation", "collection", "受1",
    )  # fmt: skip
    assert now.request == "r" * 32
    assert while_running == (State.RUNNING, 7)
    over = request(number)
    assert (over.state, over.note, over.result_path, over.attempt) == (State.DONE, "七つ数えました", "/result/", 1)
    acts = [(each.act, each.officer) for each in AuditEvent.objects.filter(officer="A0001").order_by("event_id")]
    assert acts == [(act, "A0001") for act in ("処理を頼んだ", "頼まれた処理を始めた", "頼まれた処理を終えた")]
    perform_request(number)  # 二度届いても、行うのは一度
    assert len(seen) == 2


def test_an_act_that_fails_asks_for_nothing(work):
    requested("never", function=FUNCTION, title="行わない")(lambda _progress: Done(""))
    with gate.acting(asking()), transaction.atomic():
        ask_for("never", arguments={})
        transaction.set_rollback(True)
    assert (JobRequest.objects.count(), queued()) == (0, 0)


def test_an_officer_who_lost_the_right_is_refused_when_asking_and_when_done(work):
    done = []
    requested("quiet", function=FUNCTION, title="静かな処理")(lambda _progress: done.append(1) or Done(""))
    number = asked("quiet")
    StaffAccount.objects.filter(pk="A0001").update(disable_on=date(2026, 5, 1))
    perform_request(number)
    over = request(number)
    assert (over.state, done) == (State.REFUSED, [])
    assert over.note == requests.AskerMayNot.message()
    with pytest.raises(requests.AskerMayNot):
        asked("quiet")
    StaffAccount.objects.filter(pk="A0001").update(disable_on=None)
    requested("chiefs", function="floor.jobs.oversee", title="係長の処理")(lambda _progress: Done(""))
    with pytest.raises(requests.AskerMayNot, match="権限がありません"):
        asked("chiefs")


def test_a_number_is_never_an_argument(work):
    requested("quiet", function=FUNCTION, title="静かな処理")(lambda _progress: Done(""))
    with pytest.raises(requests.NumberInArguments):
        asked("quiet", told="12345678901" + individual_number_check_digit("12345678901"))


class WrongNotice(Refusal):
    """この通知書は、ありません。"""


def test_a_refusal_is_sealed_for_the_asker(work):
    @requested("strict", function=FUNCTION, title="厳しい処理")
    def strict(_progress) -> Done:
        raise WrongNotice("架空 太郎")

    number = asked("strict")
    perform_request(number)
    over = request(number)
    assert (over.state, over.note) == (State.REFUSED, "この通知書は、ありません。")
    assert "架空".encode() not in bytes(over.sealed_note)
    assert opened_refusal(number, bytes(over.sealed_note)) == "この通知書は、ありません。（架空 太郎）"


def test_a_failure_is_kept_without_its_words(work):
    @requested("leaky", function=FUNCTION, title="漏れる処理")
    def leaky(_progress) -> Done:
        raise ValueError("架空 太郎")

    number = asked("leaky")
    with pytest.raises(ValueError, match="架空"):
        perform_request(number)
    assert (request(number).state, request(number).note) == (State.FAILED, "ValueError")
    with gate.acting(asking()):
        requests.again(number)
    assert (request(number).state, queued()) == (State.WAITING, 2)


def test_cancelling_rolls_back_what_was_going_on(work):
    @requested("long", function=FUNCTION, title="長い処理")
    def long(progress) -> Done:
        with transaction.atomic():
            run_sql("INSERT INTO form_draft (staff_number, form_key, sealed) VALUES ('A0001', 'x', '')")
            progress(1, 2)
            with gate.acting(asking()):
                cancel_elsewhere(number)
            progress(2, 2)
        return Done("ここには来ない")

    def cancel_elsewhere(number: int) -> None:
        with server(os.environ["OSAME_DATABASE_NAME"]) as other:
            other.execute("UPDATE job_request SET cancel_asked_at = now() WHERE request_id = %s", [number])

    number = asked("long")
    perform_request(number)
    assert (request(number).state, fetch_all("SELECT 1 FROM form_draft")) == (State.CANCELLED, [])
    with gate.acting(asking()), pytest.raises(requests.AlreadyOver):
        requests.cancel(number)


def test_what_waits_is_cancelled_at_once(work):
    done = []
    requested("quiet", function=FUNCTION, title="静かな処理")(lambda _progress: done.append(1) or Done(""))
    number = asked("quiet")
    with gate.acting(asking()):
        requests.cancel(number)
    perform_request(number)
    assert (request(number).state, done) == (State.CANCELLED, [])


def test_what_goes_on_is_not_started_again(work):
    inside = []

    @requested("once", function=FUNCTION, title="一度だけ")
    def once(_progress) -> Done:
        inside.append(1)
        perform_request(number)
        with gate.acting(asking()), pytest.raises(requests.StillGoing):
            requests.again(number)
        return Done("済んだ")

    number = asked("once")
    perform_request(number)
    assert (inside, request(number).state) == ([1], State.DONE)


def test_a_request_without_a_living_worker_is_queued_again_but_not_for_ever(work, database):
    requested("quiet", function=FUNCTION, title="静かな処理")(lambda _progress: Done("済んだ"))
    number = asked("quiet")
    assert requests.revive() == 0
    age(database)
    assert requests.revive() == 0  # まだ待ち行列にある
    with server(database) as admin:
        admin.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        admin.execute("UPDATE job_request SET state = '1', attempt = 1")
    assert (requests.revive(), queued()) == (1, 2)
    perform_request(number)
    assert (request(number).state, request(number).attempt) == (State.DONE, 2)
    with server(database) as admin:
        admin.execute("UPDATE job_request SET state = '1', attempt = 3")
    age(database)
    assert requests.revive() == 0
    assert (request(number).state, request(number).note) == (State.FAILED, "途中で止まりました")


SLOW = """
import os, signal, time, django
django.setup()
from osame.platform.jobs import requests
from osame.platform.jobs.requests import Done, requested
from osame.platform.jobs.request_running import perform_request
@requested("slow", function="floor.jobs.steer", title="遅い処理")
def slow(progress):
    progress(1, 2)
    if os.environ["DIE"] == "1":
        os.kill(os.getpid(), signal.SIGKILL)
    return Done("終わりまで行いました")
perform_request(int(os.environ["REQUEST"]))
"""


def test_a_worker_that_is_killed_leaves_its_request_to_the_next(work, database):
    """本物のプロセスを SIGKILL で殺す。鍵はすぐに返り、次の係が、はじめから終わりまで行う。"""
    requested("slow", function=FUNCTION, title="遅い処理")(lambda _progress: Done(""))
    number = asked("slow")

    def worker(die: str) -> int:
        environment = os.environ | {
            "DIE": die,
            "REQUEST": str(number),
            "DJANGO_SETTINGS_MODULE": "osame.platform.settings",
        }
        return subprocess.run([sys.executable, "-W", "ignore", "-c", SLOW], env=environment, timeout=120).returncode

    assert worker("1") == -signal.SIGKILL
    assert (request(number).state, request(number).done) == (State.RUNNING, 1)
    age(database)
    assert worker("0") == 0
    over = request(number)
    assert (over.state, over.note, over.attempt) == (State.DONE, "終わりまで行いました", 2)


def test_a_worker_process_takes_a_request_from_the_queue(database):
    """係そのもの（osame jobs work）が、待ち行列から取って行う。知らない処理は失敗とし、係は倒れない。"""
    hire("A0001", "山本 昇", "collection_clerk")
    with patch.object(requests, "REQUESTED", {}):
        requested("unknown-elsewhere", function=FUNCTION, title="知らない処理")(lambda _progress: Done(""))
        number = asked("unknown-elsewhere")
    command = [sys.executable, "-W", "ignore", "-m", "osame.cli", "jobs", "work", "--once"]
    began = time.monotonic()
    subprocess.run(command, env=os.environ, timeout=120, check=True, capture_output=True)
    assert time.monotonic() - began < 100
    over = request(number)
    assert (over.state, over.note) == (
        State.REFUSED,
        "そのような名のジョブはありません。「osame jobs list」で名を確かめてください。",
    )
