"""許可の表。すべてのアドレス×方法、命令、ジョブを、すべての者で試し、点検済みの表と突き合わせる。

The authorisation matrix. The doors are found by walking, never listed here; what each identity may do is the reviewed file
`expected_matrix.csv`. After a change, look at the difference and accept it line by line:

    osame --system collection functions expectations    (and addressee, linkage)

`OSAME_ACCEPT_MATRIX=1 pytest tests/systems/platform/test_matrix.py` writes the present state for review.
"""

import csv
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from osame.platform import systems
from osame.platform.functions import doors, matrix, middleware
from osame.platform.functions.binding import METHODS, code_of
from osame.platform.functions.identity import ANONYMOUS, CONTRACTOR_ROLES, Identity, Kind, Role
from osame.platform.functions.middleware import FunctionGateMiddleware
from osame.platform.functions.registry import find, purposes, registry

FILE = Path(__file__).with_name("expected_matrix.csv")
OFFICERS = [role for role in Role if role not in {Role.ANONYMOUS, Role.OPERATOR, Role.PEER, Role.BUSINESS_SYSTEM}]
TWELVE = [Role.ANONYMOUS, *OFFICERS]
WHOM = [*TWELVE, Role.PEER, Role.BUSINESS_SYSTEM]
SAMPLES = {"int": "1", "str": "a", "slug": "a", "path": "a", "uuid": "00000000-0000-0000-0000-000000000001"}


class SignedBy:
    """A peer as the signature leaves it on the request."""

    system = "collection"

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def acting(self):
        from osame.platform.gate import Acting

        return Acting("1001", "collection.any", self.purpose, role="peer", terminal="system:collection")


@cache
def every_command() -> dict[str, str]:
    from osame.cli import build_app

    return {name: str(code_of(command.callback)) for name, command in doors.commands(build_app())}


def present(system: str) -> list[list[str]]:
    return list(matrix.expectations(system, f"osame.{system}.urls", every_command()))


def expected(system: str) -> list[list[str]]:
    if not FILE.exists():
        return []
    with FILE.open(encoding="utf-8") as file:
        return [row for row in csv.reader(file) if row[0] == system]


def a_request(role: Role, method: str, path: str, purpose: str, *, part: bool = True) -> HttpRequest:
    """One who asks, stating the first purpose that the function serves; for a part of a page or for a whole one."""
    told = {"Osame-Purpose": purpose, "HX-Request": "true" if part else "false"}
    request = RequestFactory(headers=told).generic(method, path)
    if role is Role.PEER:
        request.peer = SignedBy(purpose)  # type: ignore[attr-defined]
    elif role is Role.BUSINESS_SYSTEM:
        request.client_system = "health_insurance"  # type: ignore[attr-defined]
    elif role is Role.ANONYMOUS:
        request.identity = ANONYMOUS  # type: ignore[attr-defined]
    else:
        contractor = role in CONTRACTOR_ROLES
        request.identity = Identity(  # type: ignore[attr-defined]
            Kind.OFFICER, "1001", "収納推進課", frozenset({role}), on_register=True, contractor=contractor
        )
    return request


def concrete(path: str) -> str:
    """An address that matches the pattern."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], path.replace("^", "").replace("$", ""))


@pytest.fixture(params=list(systems.SYSTEMS))
def system(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each system, with a gate whose audit is only counted: what is tested here is the decision.

    A hundred ask for each address: where it leads is found by the gate itself, once.
    """
    find_route = middleware._match
    leads = cache(lambda path: find_route(RequestFactory().get(path)))
    with override_settings(SYSTEM=systems.named(request.param), ROOT_URLCONF=f"osame.{request.param}.urls"):
        with (
            patch.dict(os.environ, OSAME_SYSTEM=request.param),
            patch.object(middleware, "_match", lambda asked: leads(asked.path_info)),
        ):
            with patch("osame.platform.functions.middleware.record") as record:
                record.side_effect = lambda act, **_facts: recorded.append(act)
                recorded.clear()
                yield request.param


recorded: list[str] = []


def answer(role: Role, method: str, path: str, purpose: str, *, part: bool = True) -> int:
    gate = FunctionGateMiddleware(lambda _request: HttpResponse("通った"))
    return gate(a_request(role, method, path, purpose, part=part)).status_code


def test_the_present_state_is_the_reviewed_one(system):
    """一覧にない入口は0、役割の違う入口は0。"""
    if os.environ.get("OSAME_ACCEPT_MATRIX") == "1":
        rows = [row for each in systems.SYSTEMS for row in (present(each) if each == system else expected(each))]
        with FILE.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([matrix.HEADING, *rows])
    now, reviewed = {tuple(row) for row in present(system)}, {tuple(row) for row in expected(system)}
    assert sorted(now - reviewed) == []
    assert sorted(reviewed - now) == []


def test_every_route_method_and_identity_is_answered_as_reviewed(system):
    """アドレス×七つの方法×十二の者（と、相手システム・業務システム）。一つの違いもない。"""
    columns = {role: matrix.HEADING.index(role.value) for role in Role}
    reviewed = {(row[2], row[3]): row for row in expected(system) if row[1] == "route"}
    listed = registry(system)
    deviations, tried = [], 0
    for route in doors.routes(f"osame.{system}.urls", listed):
        assert any((route.path, method) in reviewed for method in METHODS), f"点検していないアドレス {route.path}"
        for method in METHODS:
            row = reviewed.get((route.path, method))
            purpose = find(row[4]).purposes[0] if row else "statutory"
            for role in WHOM:
                wanted = 405 if row is None else 200 if row[columns[role]] else refusal(role, api=route.api)
                found = answer(role, method, concrete(route.path), purpose, part=method != "GET")
                tried += 1
                if found not in (wanted if isinstance(wanted, tuple) else (wanted,)):
                    deviations.append((route.path, method, role.value, found, wanted))
    assert deviations == []
    assert tried == len(METHODS) * len(WHOM) * sum(1 for _ in doors.routes(f"osame.{system}.urls", listed))


def refusal(role: Role, *, api: bool) -> tuple[int, ...]:
    if role is Role.ANONYMOUS:
        return (401,) if api else (302, 401)
    return (403,)


def test_every_refusal_of_an_officer_is_recorded(system):
    for route in doors.routes(f"osame.{system}.urls", registry(system)):
        for method, code in route.functions.items():
            for role in OFFICERS:
                recorded.clear()
                if answer(role, method, concrete(route.path), find(code).purposes[0]) == 403:
                    assert recorded == ["機能を断った"]


def test_a_purpose_outside_the_function_opens_nothing(system):
    """告げられた目的が、その機能の目的でなければ、許された役割でも通さない。"""
    for route in doors.routes(f"osame.{system}.urls", registry(system)):
        for method, code in route.functions.items():
            function = find(code)
            strange = next(each for each in [*purposes(), "その他"] if each not in function.purposes)
            for role in function.roles & set(OFFICERS):
                assert answer(role, method, concrete(route.path), strange) == 403


def test_officers_outside_the_register_reach_nothing_personal(system):
    gate = FunctionGateMiddleware(lambda _request: HttpResponse("通った"))
    for route in doors.routes(f"osame.{system}.urls", registry(system)):
        for method, code in route.functions.items():
            if not find(code).personal:
                continue
            for role in OFFICERS:
                request = a_request(role, method, concrete(route.path), find(code).purposes[0])
                request.identity = Identity(Kind.OFFICER, "1001", roles=frozenset({role}))  # type: ignore[attr-defined]
                assert gate(request).status_code == 403


def test_every_command_and_job_has_a_function_of_its_own_system():
    """端末の運用者に閉じた命令は、本人であることを示させる重要行為だけ。"""
    for name, code in every_command().items():
        function = find(code)
        assert Role.OPERATOR in function.roles or function.high_risk, f"osame {name} は、端末の運用者が使えない"
    for home in systems.SYSTEMS:
        for name, code in doors.tasks(registry(home)):
            assert code, f"ジョブ {name}"


def test_only_the_entrance_is_open_to_nobody():
    """誰とも分からない者に開いているのは、部品・サインイン・トークンだけ。"""
    open_to_nobody = {
        code
        for home in systems.SYSTEMS
        for code, function in registry(home).functions.items()
        if Role.ANONYMOUS in function.roles
    }
    assert open_to_nobody <= {
        "floor.web.open", "floor.staff.sign_in", "floor.staff.self", "floor.oauth.token", "floor.oauth.introspect",
        "addressee.numbering.describe",
    }  # fmt: skip
    assert not any(find(code).personal for code in open_to_nobody)


def test_contractors_open_no_person():
    """保守委託・変換委託は、人の情報を開く機能を持たない。"""
    opened = {
        (code, role.value)
        for home in systems.SYSTEMS
        for code, function in registry(home).functions.items()
        if function.personal
        for role in CONTRACTOR_ROLES & function.roles
    }
    assert opened == set()
