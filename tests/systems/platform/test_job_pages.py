"""ジョブの画面。自分の頼んだものだけが見え、係長と管理者はすべてが見え、取消しは何が起きるかを言ってから。"""

import re
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.database import fetch_all
from osame.platform.jobs import requests
from osame.platform.jobs.models import JobRequest
from osame.platform.jobs.request_running import perform_request
from osame.platform.jobs.requests import Done, ask_for, requested
from tests.systems.platform.staff_cast import hire, sign_in, with_app

State = JobRequest.State


class NoSuchNotice(Refusal):
    """その通知書は、ありません。"""


@pytest.fixture
def office(database):
    """A clerk, a colleague and a chief; two kinds of work that may be asked for."""
    with patch.object(requests, "REQUESTED", {}):
        requested("count", function="floor.jobs.steer", title="数える処理")(
            lambda progress: progress(7, 7) or Done("七つ数えました", path="/jobs/")
        )

        @requested("strict", function="floor.jobs.steer", title="厳しい処理")
        def strict(_progress) -> Done:
            raise NoSuchNotice("架空 太郎")

        yield {
            number: sign_in(number, with_app(hire(number, name, *roles)))
            for number, name, *roles in (
                ("A0001", "山本 昇", "collection_clerk"),
                ("A0002", "川端 巴", "collection_clerk"),
                ("A0003", "西 光", "collection_chief", "system_administrator"),
            )
        }


def asked(name: str) -> int:
    with gate.acting(gate.Acting("A0001", "floor.jobs.steer", "operation")), transaction.atomic():
        return ask_for(name, arguments={})


def body(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def submission(client: Client, path: str) -> str:
    found = re.search(r'name="submission" value="([^"]+)"', client.get(path).content.decode())
    assert found
    return found[1]


def test_who_sees_a_request_and_what_it_tells_them(office):
    clerk, colleague, chief = office.values()
    assert "頼んだ処理は、まだありません" in body(clerk.get("/jobs/"))
    number = asked("strict")
    path = f"/jobs/requests/{number}/"
    assert "順番を待っています" in body(clerk.get(path))
    assert 'hx-trigger="every 1s"' in clerk.get(path, headers={"HX-Request": "true"}).content.decode()
    assert colleague.get(path).status_code == 409
    assert "厳しい処理" not in body(colleague.get("/jobs/"))
    perform_request(number)
    assert "その通知書は、ありません。（架空 太郎）" in body(clerk.get(path))
    assert "hx-trigger" not in clerk.get(path).content.decode().partition('id="request-state"')[2][:200]
    assert "架空 太郎" not in body(chief.get(path))
    assert "その通知書は、ありません。" in body(chief.get(path))

    assert clerk.post(f"{path}again/", {"submission": submission(clerk, path)}).status_code == 302
    assert JobRequest.objects.get(pk=number).state == State.WAITING


def test_the_end_leads_to_the_result_and_cancelling_says_what_it_does(office):
    clerk, _, chief = office.values()
    done = asked("count")
    perform_request(done)
    part = clerk.get(f"/jobs/requests/{done}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/jobs/"
    assert "七つ数えました" in body(clerk.get(f"/jobs/requests/{done}/"))
    assert clerk.get(f"/jobs/requests/{done}/cancel/").status_code == 409

    waiting = asked("count")
    path = f"/jobs/requests/{waiting}/cancel/"
    assert "何も行わずに終わります" in body(clerk.get(path))
    assert clerk.post(path, {"submission": submission(clerk, path)}).status_code == 302
    assert JobRequest.objects.get(pk=waiting).state == State.CANCELLED

    assert clerk.post("/jobs/uploads-prune/run/").status_code == 403
    assert "定期の処理" in body(chief.get("/jobs/"))
    assert "定期の処理" not in body(clerk.get("/jobs/"))
    assert chief.post("/jobs/uploads-prune/run/").status_code == 302
    assert ("uploads-prune",) in fetch_all("SELECT task_name FROM procrastinate_jobs")
