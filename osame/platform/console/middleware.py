"""断りを画面にする。欄のそばで言えなかった断りも、必ず日本語の一文で言う。"""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from osame.kernel.refusals import Refusal
from osame.platform.console.acts import refused_by_database
from osame.platform.console.answers import refused


class RefusalsTold:
    """画面の中で起きた断りを、一枚の画面にする。API は自分の形で答える。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """そのまま通す。"""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """断りなら、画面にする。ほかの失敗は、そのまま投げる。"""
        if request.path.startswith(("/internal/", "/api/", "/app_submit/", "/oauth")):
            return None
        if isinstance(failure, Refusal):
            return refused(request, failure, status=getattr(failure, "http_status", 409))
        if isinstance(failure, DatabaseError):
            return refused(request, refused_by_database(failure))
        return None
