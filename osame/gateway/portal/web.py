"""マイナポータルの画面。自己情報の求めとその答え、お知らせの状況。中身は見せない。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.gateway.affair_rights.queries import visible
from osame.gateway.portal import queries
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

SIZE = 100


@bound("gateway.portal.show")
@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """自己情報提供とお知らせの一覧。見る権限のある事務のものだけ。"""
    seen = visible(on=today())
    with transaction.atomic():
        requests, notices = queries.self_provisions(seen=seen, size=SIZE), queries.notices(seen=seen, size=SIZE)
        subjects = {str(each.unified_addressee_number) for each in requests} | {
            str(each.unified_addressee_number) for each in notices
        }
        record(
            "自己情報提供とお知らせを見た",
            subjects=sorted(subjects - {""}),
            detail={"件数": len(requests) + len(notices)},
        )
    return page(request, "gateway/portal.html", {"requests": requests, "notices": notices})


portal_urls: list[URLPattern] = [path("portal/", portal, name="portal")]
