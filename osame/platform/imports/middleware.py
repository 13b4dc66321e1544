"""大きすぎる送信を、中身を読む前に断る。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from osame.platform.console.answers import refused
from osame.platform.imports.registry import MAXIMUM_PAYMENT_BYTES, FileTooLarge

ENVELOPE = 1024 * 1024  # 書式のほかの欄の分
MACHINES = ("/internal/", "/api/", "/app_submit/", "/oauth")


class UploadLimit:
    """画面への送信の大きさを、見出しだけで確かめる。API は自分の上限を持つ。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """上限を超えていれば、読まずに断る。"""
        told = str(request.META.get("CONTENT_LENGTH") or "0")
        too_large = told.isdigit() and int(told) > MAXIMUM_PAYMENT_BYTES + ENVELOPE
        if too_large and not request.path.startswith(MACHINES):
            most = MAXIMUM_PAYMENT_BYTES // (1024 * 1024)
            return refused(request, FileTooLarge(f"一度に{most}MiBまで"), status=413, title="受け付けません")
        return self.get_response(request)
