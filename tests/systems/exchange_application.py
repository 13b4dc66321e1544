"""The application of a system with a few addresses that exist only in tests."""

import os
import time

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

import osame.platform.web.application  # noqa: F401 - sets Django up
from osame.platform import gate
from osame.platform.exchanges.api import for_signed_peers


@for_signed_peers
def echo(request: HttpRequest) -> JsonResponse:
    now = gate.required()
    return JsonResponse({
        "officer": now.officer, "purpose": now.purpose, "terminal": now.terminal, "size": len(request.body),
    })  # fmt: skip


@for_signed_peers
def broken(request: HttpRequest) -> HttpResponse:
    kind = request.GET["kind"]
    if kind == "slow":
        time.sleep(3)
    return HttpResponse({"text": b"<html>", "more": b'{"answer": 1, "more": 2}', "long": b"1" * 100_000}.get(kind, b""))


attempts = []


@for_signed_peers
def second_time(request: HttpRequest) -> JsonResponse:
    attempts.append(1)
    return JsonResponse({"answer": len(attempts)}, status=503 if len(attempts) % 2 else 200)


urlpatterns = [
    path("internal/v1/echo", echo),
    path("internal/v1/broken", broken),
    path("internal/v1/second-time", second_time),
]
settings.ROOT_URLCONF = os.environ["OSAME_TEST_URLS"]
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("FunctionGateMiddleware")]
application = WSGIHandler()
