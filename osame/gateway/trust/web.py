"""鍵と証明書の画面。期限の暦、照会許可用照合リスト、照会できる事務。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.gateway.trust.actions import calendar
from osame.gateway.trust.models import ListConfirmation, StoredAllowList
from osame.gateway.trust.queries import rights
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import now


@bound("gateway.trust.show")
@require_GET
def trust(request: HttpRequest) -> HttpResponse:
    """鍵と証明書、照合リスト、照会できる事務。"""
    at = now()
    with transaction.atomic():
        newest = StoredAllowList.objects.order_by("-version").first()
        context = {
            "calendar": calendar(at=at),
            "newest": newest,
            "listed": newest.content["rows"] if newest else [],
            "confirmed": ListConfirmation.objects.filter(pk=1).first(),
            "rights": rights(on=at.date()),
        }
    return page(request, "gateway/trust.html", context)


trust_urls: list[URLPattern] = [path("trust/", trust, name="trust")]
