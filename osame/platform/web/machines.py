"""システムどうしの求め（`/internal/`）の入口。画面のための門（セッション、書式の印、通知）を通さない。

The same Django, urls and views; only the middleware differs (`settings.MACHINE_MIDDLEWARE`): nobody behind these addresses has a session, so
nothing looks for one, and an officer's cookie is worth nothing here. An address without parts to read is looked up once for the process.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, get_resolver
from django.utils.module_loading import import_string

UNDER = "/internal/"
MOST_ADDRESSES = 1024


class MachineDoor(WSGIHandler):
    """システムどうしの求めを受ける者。"""

    def load_middleware(self, is_async: bool = False) -> None:
        """画面のための門を除いた、門の並び。"""
        assert not is_async
        chain: Callable[[HttpRequest], Any] = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for name in reversed(settings.MACHINE_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        for rooms in ("_view_middleware", "_template_response_middleware", "_exception_middleware"):
            setattr(self, rooms, [])
        self._middleware_chain = chain

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """行き先。"""
        request.resolver_match = found = resolved(request.path_info)
        return found


def resolved(path: str) -> ResolverMatch:
    """そのアドレスの行き先。なければ Resolver404。"""
    return _kept(path) or get_resolver().resolve(path)


@lru_cache(maxsize=MOST_ADDRESSES)
def _kept(path: str) -> ResolverMatch | None:
    """読み取る部分のないアドレスの行き先。なければ Resolver404（覚えない）。"""
    found = get_resolver().resolve(path)
    return None if found.args or found.kwargs else found


def apart(pages: Callable[..., Any]) -> Callable[..., Any]:
    """システムどうしの求めは別の入口へ、ほかは画面の入口へ。"""
    machines = MachineDoor()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        door = machines if environ.get("PATH_INFO", "").startswith(UNDER) else pages
        return door(environ, start)

    return application
