"""どの画面にも渡すもの。システムの名、職員認証基盤、いまの使用目的、ほかのシステムの画面。"""

from django.conf import settings
from django.http import HttpRequest

from osame.platform.functions.middleware import CHOSEN_CASE, CHOSEN_PURPOSE
from osame.platform.functions.registry import purposes
from osame.platform.web.provider import CODE


def about(request: HttpRequest) -> dict[str, object]:
    """画面の枠に出すもの。"""
    session = getattr(request, "session", {})
    return {
        "system": settings.SYSTEM,
        "search_boxes": [f"{settings.SYSTEM.code}/search_box.html", "kit/no_search.html"],
        "environment": settings.ENVIRONMENT,
        "consoles": settings.CONSOLES,
        "issuer": settings.ISSUER,
        "provider": settings.STAFF_PROVIDER,
        "provider_code": CODE,
        "chosen_purpose": purposes().get(session.get(CHOSEN_PURPOSE, "")),
        "chosen_case": session.get(CHOSEN_CASE, ""),
    }
