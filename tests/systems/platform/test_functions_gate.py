"""機能の門。結び付いていない入口では始められず、許されない者は通れず、通る者は目的を告げている。"""

from dataclasses import replace
from unittest.mock import patch

import pytest
import typer
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from ninja import NinjaAPI

from osame.platform import gate
from osame.platform.audit.models import AuditEvent
from osame.platform.functions import checks, doors, permission
from osame.platform.functions.binding import bound
from osame.platform.functions.commands import UnboundCommand, gate_commands
from osame.platform.functions.identity import ANONYMOUS, Identity, Kind, Role
from osame.platform.functions.middleware import FunctionGateMiddleware
from osame.platform.functions.registry import Registry, RegistryBroken, groups, purposes, read, registry

CLERK = Identity(Kind.OFFICER, "1001", "収納推進課", frozenset({Role.COLLECTION_CLERK}), on_register=True)
SHOWN = {"name": "照会", "group": "collection-1", "purposes": ["statutory"], "roles": ["collection_clerk"]}
CODES = {
    "collection.try.show": SHOWN,
    "collection.try.change": {**SHOWN, "roles": ["collection_chief"]},
    "collection.try.either": {**SHOWN, "purposes": ["refund_notice", "arrears_management"]},
    "collection.try.list": {**SHOWN, "personal": False},
    "collection.try.call": {**SHOWN, "roles": ["peer", "business_system"]},
}
seen: list[gate.Acting | None] = []


def note(_request: HttpRequest) -> HttpResponse:
    seen.append(gate.acting_now())
    return HttpResponse("通った")


def page(code: str, **by_method: str):
    def view(request: HttpRequest) -> HttpResponse:
        return note(request)

    return bound(code, **by_method)(view)


api = NinjaAPI(urls_namespace="try", docs_url=None, openapi_url=None)


@api.get("/call")
@bound("collection.try.call")
def call(request: HttpRequest) -> str:
    note(request)
    return "通った"


@api.post("/call")
def forgotten(request: HttpRequest) -> str:
    return "通った"


urlpatterns = [
    path("show", page("collection.try.show", POST="collection.try.change"), name="show"),
    path("either", page("collection.try.either"), name="either"),
    path("list", page("collection.try.list"), name="list"),
    path("unbound", note, name="unbound"),
    path("library", note, name="library"),
    path("api/", api.urls),
]


@pytest.fixture
def listed(database: str):
    """The registry of these tests, on these addresses."""
    mine = Registry(
        read(CODES, "collection", {}), {"library": "collection.try.list", "*:api-root": "collection.try.list"}
    )
    seen.clear()
    with patch("osame.platform.functions.middleware.registry", return_value=mine):
        yield mine


@pytest.fixture
def ask(listed, settings_urlconf):
    """Ask for an address as somebody; the view is reached only through the gate."""

    def answer(method: str, address: str, identity: Identity = CLERK, **headers: str) -> HttpResponse:
        request = RequestFactory(headers=headers).generic(method, address)
        request.identity = identity
        return FunctionGateMiddleware(settings_urlconf)(request)

    return answer


@pytest.fixture
def settings_urlconf():
    from django.test import override_settings
    from django.urls import resolve

    with override_settings(ROOT_URLCONF=__name__, LOGIN_URL="/sign-in/"):

        def reach(request: HttpRequest) -> HttpResponse:
            match = resolve(request.path_info)
            return match.func(request, *match.args, **match.kwargs)

        yield reach


def test_the_view_acts_for_the_officer_with_function_purpose_and_case(ask):
    response = ask("GET", "/show", **{"Osame-Case": "R8-12"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    (now,) = seen
    assert (now.officer, now.department, now.role) == ("1001", "収納推進課", "collection_clerk")
    assert (now.function, now.purpose, now.case) == ("collection.try.show", "statutory", "R8-12")
    event = AuditEvent.objects.get()
    assert (event.act, event.outcome, event.request_number) == ("機能を使った", "1", now.request)


def test_whoever_may_not_is_told_and_recorded(ask):
    response = ask("POST", "/show")
    assert response.status_code == 403
    assert "権限がありません" in response.content.decode()
    event = AuditEvent.objects.get()
    assert (event.act, event.outcome, event.officer, event.function_code) == (
        "機能を断った", "2", "1001", "collection.try.change",
    )  # fmt: skip
    assert seen == []


def test_a_revoked_role_is_gone_with_the_next_request(ask):
    assert ask("GET", "/show").status_code == 200
    assert ask("GET", "/show", replace(CLERK, roles=frozenset())).status_code == 403


def test_only_handlers_open_people(ask):
    stranger = replace(CLERK, on_register=False)
    response = ask("GET", "/show", stranger)
    assert response.status_code == 403
    assert "事務取扱担当者" in response.content.decode()
    assert ask("GET", "/list", stranger).status_code == 200


def test_a_function_with_several_purposes_wants_one_of_them(ask):
    assert ask("GET", "/either").status_code == 403
    assert ask("GET", "/either", **{"Osame-Purpose": "statutory"}).status_code == 403
    assert ask("GET", "/either", **{"Osame-Purpose": "その他"}).status_code == 403
    assert seen == []
    assert ask("GET", "/either", **{"Osame-Purpose": "refund_notice"}).status_code == 200
    assert ask("GET", "/either?osame-purpose=arrears_management").status_code == 200
    assert [now.purpose for now in seen] == ["refund_notice", "arrears_management"]


def test_nobody_is_sent_to_the_entrance_and_a_machine_is_told(ask):
    response = ask("GET", "/show", ANONYMOUS)
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in/?next=%2Fshow")
    assert ask("GET", "/api/call", ANONYMOUS).status_code == 401
    assert AuditEvent.objects.count() == 0


def test_methods_nobody_named_do_not_exist(ask):
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert ask(method, "/show").status_code == 405
        assert ask(method, "/api/call").status_code == 405


def test_what_is_not_bound_is_refused_at_run_time_too(ask):
    assert ask("GET", "/unbound").status_code == 403
    assert ask("POST", "/api/call").status_code == 403
    assert ask("GET", "/library").status_code == 200
    assert len(seen) == 1


def test_an_oauth_client_is_a_business_system(listed, settings_urlconf):
    request = RequestFactory().get("/api/call")
    request.client_system = "health_insurance"
    assert FunctionGateMiddleware(settings_urlconf)(request).status_code == 200
    assert (seen[0].officer, seen[0].role) == ("health_insurance", "business_system")


def test_start_up_names_every_unbound_route(listed):
    wrong = "\n".join(checks.unbound(__name__, listed))
    assert "アドレス「/unbound」（unbound）が、機能に結び付いていません。" in wrong
    assert "API「POST /api/call」が、機能に結び付いていません。" in wrong
    assert "/show" not in wrong
    assert "/library" not in wrong


def test_start_up_stops_before_an_unbound_route(database):
    with patch("osame.platform.functions.checks.settings.ROOT_URLCONF", __name__):
        with pytest.raises(checks.CannotStart, match="/unbound"):
            checks.refuse_to_start()


def test_a_code_that_nobody_declared_stops_start_up(listed):
    few = Registry({}, {})
    assert any("collection.try.show" in each and "台帳にありません" in each for each in checks.unbound(__name__, few))


def test_an_unbound_command_stops_the_command_line():
    app = typer.Typer()
    inner = typer.Typer()
    app.add_typer(inner, name="inner")

    @inner.command("lost")
    def lost() -> None:
        return

    @app.command()
    @bound("floor.functions.show")
    def found() -> None:
        return

    with pytest.raises(UnboundCommand, match="osame inner lost"):
        gate_commands(app)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"roles": []}, "役割がありません"),
        ({"purposes": []}, "使用目的がありません"),
        ({"purposes": ["その他"]}, "使用目的「その他」はありません"),
        ({"roles": ["boss"]}, "役割「boss」はありません"),
        ({"group": "collection-10"}, "機能群"),
        ({"name": ""}, "名がありません"),
        ({"colour": "red"}, "知らない項目"),
    ],
)
def test_a_careless_registry_is_refused(change, told):
    with pytest.raises(RegistryBroken, match=told):
        read({"collection.try.show": {**SHOWN, **change}}, "collection", {})


def test_a_function_belongs_to_its_own_system():
    with pytest.raises(RegistryBroken, match=r"「linkage\.」で始めます"):
        read({"collection.try.show": SHOWN}, "linkage", {})


def test_the_six_purposes_of_the_assessment_are_there_in_its_words():
    assert [each.statement for each in purposes().values() if each.statement] == [
        "過誤納金の還付・充当の通知", "督促状等の発行", "再発納付書の発行", "納税証明書の発行",
        "滞納者の状況の調査・確認", "滞納整理",
    ]  # fmt: skip
    assert [name[0] for code, name in groups().items() if code.startswith("collection-")] == list("①②③④⑤⑥⑦⑧⑨")


@pytest.mark.parametrize("system", ["collection", "addressee", "linkage"])
def test_collection_functions_serve_one_of_the_nine(system):
    """業務の機能は、評価書が掲げる機能群の外にない。"""
    strange = [
        each.code
        for each in registry(system).functions.values()
        if not each.group.startswith((f"{system}-", "floor-"))
        or (each.personal and each.group == "floor-3" and each.code.startswith(system))
    ]
    assert strange == []


def test_a_function_given_by_name_opens_without_the_role():
    function = read(CODES, "collection", {})["collection.try.change"]
    assert not permission.may(CLERK, function, "statutory").allowed
    given = replace(CLERK, functions=frozenset({"collection.try.change"}))
    assert permission.may(given, function, "statutory").allowed
    assert not permission.may(replace(given, on_register=False), function, "statutory").allowed


def test_class_based_views_are_bound_too():
    from django.views import View

    @bound("collection.try.show")
    class Shown(View):
        def get(self, request: HttpRequest) -> HttpResponse:
            return note(request)

    assert doors.functions_of(Shown.as_view(), "", Registry({}, {}))["GET"] == "collection.try.show"
