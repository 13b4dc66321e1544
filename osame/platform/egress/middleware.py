"""画面の出口。仲介の印のない添付・PDF・CSV は、外に出さずに止め、記録する。"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from osame.platform.audit.recording import Outcome, record
from osame.platform.egress.broker import SIGNED
from osame.platform.gate import Acting, acting, acting_now

FILES = (
    "application/pdf",
    "application/octet-stream",
    "application/vnd.ms-",
    "application/vnd.openxmlformats",
    "application/vnd.oasis",
    "application/msword",
    "application/zip",
    "application/gzip",
    "application/x-zip",
    "application/x-tar",
    "application/x-7z",
    "text/csv",
    "text/tab-separated-values",
)


class EgressMiddleware:
    """仲介が出したものでない添付を、500 にする。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """次に渡す相手を受け取る。"""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """応答が添付なら、仲介の印と中身が合うかを確かめる。"""
        response = self.get_response(request)
        if not _is_file(response) or _is_signed(response):
            return response
        response.close()
        with acting(acting_now() or Acting("不明", "floor.egress.refuse", "監査", terminal=_address(request))):
            record("仲介を通らない出力を止めた", outcome=Outcome.REFUSED, detail={"画面": request.path[:200]})
        return HttpResponse(
            "この出力は、出力の仲介を通っていないため止めました。管理者に連絡してください。",
            status=500,
            content_type="text/plain; charset=utf-8",
        )


def _is_file(response: HttpResponseBase) -> bool:
    disposition = response.headers.get("Content-Disposition", "").strip().lower()
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return bool(disposition and disposition != "inline") or kind.startswith(FILES)


def _is_signed(response: HttpResponseBase) -> bool:
    """印は、その中身のハッシュである。印を受けた後に中身を替えた応答も、ここで止まる。"""
    signed = getattr(response, SIGNED, None)
    return (
        isinstance(response, HttpResponse)
        and isinstance(signed, str)
        and hashlib.sha256(response.content).hexdigest() == signed
    )


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
