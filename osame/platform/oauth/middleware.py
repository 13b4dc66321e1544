"""業務システムの門番。トークンを確かめ、求めたのがどの業務システムかを後の者に伝える。

A view that takes business systems says so with `@needs_scope`; the middleware finds it before the gate of functions runs,
checks the token in the `Authorization` header (and nowhere else) and leaves `request.client_system` and
`request.business`. Without a good token the view's own refusal is the answer.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from osame.platform.oauth import actions

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
NEEDS = "osame_oauth_scope"
REFUSED = "osame_oauth_refused"


def needs_scope(scope: str, refused: Callable[[HttpRequest], HttpResponse]) -> Callable[[View], View]:
    """この画面は、このスコープのトークンを持つ業務システムだけが使える。"""

    def mark(view: View) -> View:
        setattr(view, NEEDS, scope)
        setattr(view, REFUSED, refused)
        return view

    return mark


class BusinessSystems:
    """業務システムの門番。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """トークンの要る入口なら確かめる。"""
        view = _view(request)
        scope = getattr(view, NEEDS, None)
        if scope is None:
            return self.get_response(request)
        token = _token(request)
        found = actions.bearer(token, scope, at=datetime.now(UTC)) if token else None
        if found is None:
            return getattr(view, REFUSED)(request)  # type: ignore[no-any-return]
        request.client_system = actions.officer_name(found)  # type: ignore[attr-defined]
        request.business = found  # type: ignore[attr-defined]
        return self.get_response(request)


def _view(request: HttpRequest) -> Any:
    try:
        return resolve(request.path_info, getattr(request, "urlconf", None)).func
    except Resolver404:
        return None


def _token(request: HttpRequest) -> str:
    """見出しのトークン。アドレスや本文でも送られていれば、受けない。"""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or "access_token" in request.GET:
        return ""
    if request.content_type == "application/x-www-form-urlencoded" and "access_token" in request.POST:
        return ""
    return token.strip()
