"""画面の守り。札のない送信、前からのセッション鍵、ほかの職員のもの。

Every page of every system is tried, not a choice of them: routes are walked as start-up walks them.
"""

import os
import random
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from osame.platform import gate
from osame.platform.console import drafts
from osame.platform.functions import doors
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE
from osame.platform.functions.registry import registry
from osame.platform.jobs.models import JobRequest
from osame.platform.staff.models import HandlerRegistration
from tests.systems.conftest import fresh
from tests.systems.platform.staff_cast import (
    APRIL,
    SIGN_IN,
    browser,
    cookie,
    copy_of,
    hire,
    inside,
    sign_in,
    with_app,
)

SYSTEMS = ("collection", "addressee", "linkage")
ROLES = sorted(role.value for role in GRANTABLE - CONTRACTOR_ROLES)
NO_TOKEN = "やり直してください"
TRIES = int(os.environ.get("OSAME_TRIES", "1000"))  # 10,000 when asked; each is a whole request
SECRET = "ほかの職員だけが知ること"
SAMPLES = {"int": "1", "str": "1", "slug": "a", "path": "a", "uuid": "00000000-0000-0000-0000-000000000001"}
CONVERTER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@pytest.fixture(params=SYSTEMS)
def system(request) -> Iterator[str]:
    with fresh(request.param):
        yield request.param


def officer(number: str, name: str, *roles: str) -> Client:
    """An officer of the register, signed in."""
    account = hire(number, name, *roles)
    HandlerRegistration.objects.create(
        account=account, department_id="collection", valid_from=APRIL, registered_by="setup"
    )
    client = sign_in(number, with_app(account), Client(SERVER_NAME="localhost", enforce_csrf_checks=False))
    client.post("/console/purpose/", {"purpose": "statutory", "case": "R8-1", "next": "/"})
    return client


def changing_routes(system: str) -> Iterator[tuple[str, str]]:
    """Every page that takes a POST, with a path that leads to it."""
    for route in doors.routes(f"osame.{system}.urls", registry(system)):
        if (
            route.api
            or "POST" not in route.functions
            or route.path.startswith(("/internal", "/api", "/oauth", "/app_submit"))
        ):
            continue
        yield route.name, CONVERTER.sub(lambda found: SAMPLES[found["kind"] or "str"], route.path)


def test_nothing_changes_without_the_token_of_the_form(system):
    """An officer who may do everything sends every form without its token: each is sent back, none reaches its act."""
    client = officer("A0001", "山本 昇", *ROLES)
    client.handler.enforce_csrf_checks = True
    tried, passed = 0, []
    for name, path in changing_routes(system):
        answer = client.post(path, {"osame-purpose": "statutory", "osame-case": "R8-1"})
        tried += 1
        told = answer.content.decode(errors="replace")
        proof_first = answer.status_code == 302 and "/account/" in answer.headers["Location"]
        not_his = answer.status_code == 403 and ("権限がありません" in told or "使用目的" in told or "目的" in told)
        if NO_TOKEN not in told and not proof_first and not not_his:
            passed.append((name, path, answer.status_code))
    assert passed == []
    assert tried > (25 if system != "linkage" else 15)


def test_a_key_planted_before_signing_in_opens_nothing(linkage_database):
    """The key of the session changes with each step of signing in; who planted the first one stays outside."""
    account = hire("A0001", "山本 昇", "system_administrator")
    secret = with_app(account)
    planted = browser()
    planted.get(SIGN_IN)
    session = planted.session
    session["planted"] = True
    session.save()
    before = cookie(planted)
    victim = browser()
    victim.cookies = planted.cookies.copy()
    sign_in("A0001", secret, victim)
    assert inside(victim)
    assert cookie(victim) != before
    attacker = browser()
    attacker.cookies = planted.cookies.copy()
    assert not inside(attacker)
    thief = copy_of(victim)
    victim.post("/account/sign-out/")
    assert not inside(thief)


def test_what_belongs_to_another_officer_stays_his(database):
    """Thousands of tries at the requests, drafts, searches, sessions and rights of a colleague: nothing is told."""
    theirs = officer("A0002", "結城 玲", "collection_clerk")
    with gate.acting(gate.Acting("A0002", "floor.console.draft", "account")):
        drafts.keep("A0002", "contact:000000000000001", {"content": SECRET})
    theirs.post("/people/", {"q": "サトウ"})
    token = next((str(value) for key, value in theirs.session.items() if "search" in key), "")
    asked = [
        JobRequest.objects.create(
            name="intake", title=SECRET, asked_by="A0002", department="collection", function_code="collection.intake.receipts",
            purpose="statutory", note=SECRET, result_path="/intake/1/",
        ).pk
        for _ in range(5)
    ]  # fmt: skip
    mine = officer("A0001", "山本 昇", "collection_clerk")
    source = random.Random(4)
    tries = [
        lambda: f"/jobs/requests/{source.choice([*asked, source.randrange(10**6)])}/",
        lambda: "/console/drafts/contact:000000000000001/",
        lambda: f"/people/?s={source.choice([token, f'{source.getrandbits(96):x}'])}",
        lambda: f"/staff/number-rights/{source.randrange(1, 10**4)}/endorse/",
        lambda: f"/staff/member/A000{source.randrange(10)}/",
        lambda: f"/outputs/E{source.randrange(1, 10**4):09d}/",
        lambda: f"/audit/{source.randrange(1, 10**4)}/",
        lambda: f"/approvals/{source.randrange(1, 10**4)}/",
    ]
    told = []
    for attempt in range(TRIES):
        path = tries[attempt % len(tries)]()
        answer = mine.get(path)
        if SECRET in answer.content.decode(errors="replace") or answer.status_code >= 500:
            told.append((path, answer.status_code))
    assert told == []
