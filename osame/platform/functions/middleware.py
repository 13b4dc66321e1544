"""機能の門。どの要求も、機能・役割・目的を確かめてから通す。既定は「通さない」。

The gate of every request, innermost of all middleware: by now it is known who asks. Earlier middleware leave their answer on
the request — `request.identity` (an officer), `request.peer` (a signed system), `request.client_system` (the name of an
OAuth2 client) — and whoever left nothing is anonymous. Nothing is remembered between requests.

A function with several purposes wants to be told which: header `Osame-Purpose`, or the field `osame-purpose` of a form or
an address, or what the officer chose for the session, as long as the function serves it. `Osame-Case` (`osame-case`) carries
the number of the case.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, ResolverMatch, get_resolver

from osame.kernel.refusals import Refusal
from osame.platform import gate, systems
from osame.platform.audit.recording import Outcome, record
from osame.platform.functions import permission
from osame.platform.functions.doors import functions_of, operations
from osame.platform.functions.identity import ANONYMOUS, Identity, Kind, Role
from osame.platform.functions.permission import Decision, PurposeNotStated
from osame.platform.functions.registry import Function, purposes, registry
from osame.platform.web.machines import UNDER, resolved

Answer = Callable[[HttpRequest], HttpResponseBase]
LONGEST_CASE = 60
CHOSEN_PURPOSE = "osame_purpose"  # 画面で選んだ使用目的（セッションに置く）
CHOSEN_CASE = "osame_case"
CHOSEN = {"Osame-Purpose": CHOSEN_PURPOSE, "Osame-Case": CHOSEN_CASE}


class Unbound(Refusal):
    """この入口は、機能に結び付いていません。システム管理者に知らせてください。"""


class NotSignedIn(Refusal):
    """誰が使うのかが分かりません。サインインするか、正しい鍵で求めてください。"""


class FunctionGateMiddleware:
    """機能の門。"""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """機能を引き、使ってよいかを確かめ、目的を告げてから通す。"""
        match = request.resolver_match = _match(request)
        if match is None:
            return self.get_response(request)  # 行き先がない（404）
        api = operations(match.func) is not None or request.path.startswith(("/internal/", "/api/"))
        functions = functions_of(match.func, match.view_name, registry(systems.current().code))
        if not functions or not functions.get(str(request.method), "-"):
            return _told(Unbound(), 403, api=api, request=request)
        if request.method not in functions:
            return HttpResponseNotAllowed(list(functions))
        function = registry(systems.current().code).function(functions[request.method])
        return self._through(request, function, api=api)

    def _through(self, request: HttpRequest, function: Function, *, api: bool) -> HttpResponseBase:
        identity = identify(request)
        acting, decision = decide(request, identity, function)
        with gate.acting(acting):
            if decision.allowed:
                request.acting = acting  # type: ignore[attr-defined]
                response = self.get_response(request)
                if identity.kind in {Kind.OFFICER, Kind.BUSINESS_SYSTEM} and function.audited:
                    record("機能を使った", outcome=_outcome(response), detail=_detail(request, response))
                return _uncached(response)
            assert decision.refusal is not None
            if identity.kind is Kind.ANONYMOUS:
                return _sign_in(request, api=api)
            if isinstance(decision.refusal, PurposeNotStated) and request.method == "GET" and not api:
                return _ask_purpose(request, function)
            record("機能を断った", outcome=Outcome.REFUSED, detail=_detail(request, decision.refusal))
        return _told(decision.refusal, 403, api=api, request=request)


def decide(request: HttpRequest, identity: Identity, function: Function) -> tuple[gate.Acting, Decision]:
    """使ってよいか。目的の門に告げる者とともに答える。"""
    peer = getattr(request, "peer", None)
    asked: gate.Acting | None = peer.acting() if identity.kind is Kind.PEER and peer else None
    stated = asked.purpose if asked else _stated(request, "Osame-Purpose")
    if not stated and not asked and (chosen := _chosen(request, "Osame-Purpose")) in function.purposes:
        stated = chosen
    purpose = permission.purpose_for(function, stated)
    decision = permission.may(identity, function, purpose)
    return gate.Acting(
        officer=asked.officer if asked else identity.officer or Role.ANONYMOUS.label,
        function=function.code,
        purpose=purpose if decision.allowed else function.purposes[0],
        department=identity.department,
        role=decision.role or next(iter(sorted(identity.roles)), ""),
        case=asked.case if asked else (_stated(request, "Osame-Case") or _chosen(request, "Osame-Case"))[:LONGEST_CASE],
        terminal=asked.terminal if asked else request.META.get("REMOTE_ADDR", ""),
        request=asked.request if asked else uuid4().hex,
    ), decision


def identify(request: HttpRequest) -> Identity:
    """誰が求めているか。署名された相手システム、OAuth2 の業務システム、職員の順に見る。"""
    peer = getattr(request, "peer", None)
    if peer is not None:
        return Identity(Kind.PEER, peer.system, roles=frozenset({Role.PEER}))
    client = getattr(request, "client_system", None)
    if client:
        return Identity(Kind.BUSINESS_SYSTEM, str(client), roles=frozenset({Role.BUSINESS_SYSTEM}))
    identity = getattr(request, "identity", None)
    return identity if isinstance(identity, Identity) else ANONYMOUS


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        if request.path_info.startswith(UNDER):
            return resolved(request.path_info)
        return get_resolver(getattr(request, "urlconf", None)).resolve(request.path_info)
    except Resolver404:
        return None


def _stated(request: HttpRequest, header: str) -> str:
    """見出し、または同じ名の欄で告げられたこと。"""
    field = header.lower()
    form: Mapping[str, Any] = request.POST if request.method == "POST" else request.GET
    return request.headers.get(header, "") or str(form.get(field, "") or request.GET.get(field, ""))


def _chosen(request: HttpRequest, header: str) -> str:
    """画面で選んであるもの。"""
    session = getattr(request, "session", None)
    return str(session.get(CHOSEN[header], "")) if session is not None else ""


def _ask_purpose(request: HttpRequest, function: Function) -> HttpResponseBase:
    """何のために開くのかを尋ねる。選べば、もとの画面へ戻る。"""
    offered = [purposes()[each] for each in function.purposes]
    asked = {"offered": offered, "function": function, "back": request.get_full_path()}
    return _uncached(render(request, "kit/purpose.html", asked, status=403))


def _sign_in(request: HttpRequest, *, api: bool) -> HttpResponseBase:
    if api:
        response = _told(NotSignedIn(), 401, api=True)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    entrance = resolve_url(settings.LOGIN_URL)
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    return _uncached(HttpResponseRedirect(f"{entrance}?{urlencode(back)}" if back else entrance))


def _told(refusal: Refusal, status: int, *, api: bool, request: HttpRequest | None = None) -> HttpResponseBase:
    """断りを、日本語の一文で答える。"""
    if api or request is None:
        return _uncached(JsonResponse({"error": type(refusal).__name__, "message": str(refusal)}, status=status))
    part = request.headers.get("HX-Request") == "true"
    template = "kit/refused_part.html" if part else "kit/refused.html"
    told = {"title": "お使いになれません", "message": str(refusal)}
    return _uncached(render(request, template, told, status=status))


def _uncached(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _outcome(response: HttpResponseBase) -> Outcome:
    if response.status_code >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if response.status_code >= 400 else Outcome.DONE


def _detail(request: HttpRequest, answer: HttpResponseBase | Refusal) -> dict[str, str | int]:
    """記録に残す詳細。アドレスの中身には人の番号がありうるので、方法と答えだけを残す。"""
    told = type(answer).__name__ if isinstance(answer, Refusal) else answer.status_code
    return {"方法": str(request.method), "答え": told}
