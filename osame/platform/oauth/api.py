"""認可サーバーの入口。トークンの発行と、トークンの情報の取得。

Refuses before authlib is asked: two ways of authenticating at once, anything secret in the address, parameters sent twice.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from osame.platform.functions.binding import bound
from osame.platform.oauth.server import INTROSPECTION_PATH, TOKEN_PATH, Server

FORM = "application/x-www-form-urlencoded"


def refusal(error: str, description: str, status: int = 400) -> HttpResponse:
    """RFC 6749 のエラー応答。"""
    return JsonResponse({"error": error, "error_description": description}, status=status)


def _wrong(request: HttpRequest) -> HttpResponse | None:
    """認可サーバーに渡す前に断るべき要求なら、その断り。"""
    if request.method != "POST":
        answer = refusal("invalid_request", "POST で送ってください。", 405)
        answer["Allow"] = "POST"
        return answer
    if request.content_type != FORM:
        return refusal("invalid_request", f"{FORM} で送ってください。")
    if request.GET:
        return refusal("invalid_request", "アドレスに項目を付けないでください。")
    if any("\x00" in value or len(values) > 1 for _, values in request.POST.lists() for value in values):
        return refusal("invalid_request", "同じ項目が二度あるか、使えない文字があります。")
    ways = [
        "Authorization" in request.headers,
        "client_assertion" in request.POST or "client_assertion_type" in request.POST,
        "client_secret" in request.POST,
    ]
    if sum(ways) > 1:
        return refusal("invalid_request", "認証の方法は一つだけにしてください。")
    if "client_secret" in request.POST:
        return refusal("invalid_client", "秘密を本文で送ることはできません。", 401)
    return None


def _server(request: HttpRequest) -> Server:
    return Server([request.build_absolute_uri(each) for each in (TOKEN_PATH, INTROSPECTION_PATH)])


def _finished(answer: Any) -> HttpResponse:
    assert isinstance(answer, HttpResponse)
    answer["Cache-Control"] = "no-store"
    answer["Pragma"] = "no-cache"
    answer["Content-Type"] = "application/json"
    return answer


@bound("floor.oauth.token", POST="floor.oauth.token")
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """アクセストークンを発行する。"""
    return _finished(_wrong(request) or _server(request).create_token_response(request))


@bound("floor.oauth.introspect", POST="floor.oauth.introspect")
@csrf_exempt
def introspect(request: HttpRequest) -> HttpResponse:
    """アクセストークンの情報を返す。"""
    return _finished(_wrong(request) or _server(request).create_endpoint_response("introspection", request))


oauth_urls: list[URLPattern] = [
    path(TOKEN_PATH[1:], token, name="oauth-token"),
    path(INTROSPECTION_PATH[1:], introspect, name="oauth-introspect"),
]
