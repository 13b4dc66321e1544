"""情報提供ネットワークシステム（模擬）の画面。運んだ封筒、許可証、振舞いを見せる。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.network.core.queries import state
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound


@bound("network.core.show")
@require_GET
def network_state(request: HttpRequest) -> HttpResponse:
    """模擬のようす。"""
    with transaction.atomic():
        found = state()
    return page(request, "network/state.html", {"state": found})


network_urls: list[URLPattern] = [path("state/", network_state, name="network_state")]
