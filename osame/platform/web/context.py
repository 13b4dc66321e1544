"""どの画面にも渡すもの。システムの名と、職員認証基盤の有無。"""

from django.conf import settings
from django.http import HttpRequest

from osame.platform.web.provider import CODE


def about(_request: HttpRequest) -> dict[str, object]:
    """画面の枠に出すもの。"""
    return {"system": settings.SYSTEM, "provider": settings.STAFF_PROVIDER, "provider_code": CODE}
