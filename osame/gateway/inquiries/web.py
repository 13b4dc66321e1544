"""情報照会の画面。一覧、失敗、一件の段。回答の中身は見せない。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.gateway.affair_rights.queries import Deed, refuse_console, visible
from osame.gateway.inquiries import queries
from osame.gateway.inquiries.actions import OPEN, State
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

VIEWS = {
    "open": ("進行中", OPEN),
    "failed": ("拒否・失敗", (State.REFUSED, State.FAILED)),
    "cancelled": ("取りやめ", (State.CANCELLED,)),
    "answered": ("結果あり", (State.ANSWERED, State.DELIVERED)),
}


@bound("gateway.inquiries.show")
@require_GET
def inquiries(request: HttpRequest) -> HttpResponse:
    """照会の一覧。"""
    chosen = request.GET.get("view", "open")
    label, states = VIEWS.get(chosen, VIEWS["open"])
    with transaction.atomic():
        rows = queries.listed([str(each) for each in states], seen=visible(on=today()))
        record(
            "情報照会の一覧を見た",
            subjects=[str(each.unified_addressee_number) for each in rows],
            detail={"件数": len(rows)},
        )
        counts = queries.counts()
    views = [(code, name, code == chosen) for code, (name, _) in VIEWS.items()]
    return page(request, "gateway/inquiries.html", {"rows": rows, "counts": counts, "views": views, "label": label})


@bound("gateway.inquiries.show")
@require_GET
def inquiry(request: HttpRequest, number: str) -> HttpResponse:
    """照会一件。"""
    with transaction.atomic():
        row, steps = queries.one(number)
    refuse_console(Deed.LOOK, (str(row.affair), str(row.item)), on=today())
    record("情報照会を見た", subjects=[str(row.unified_addressee_number)])
    told = [(State(each.state).label, each.reason, each.taken_at) for each in steps]
    return page(request, "gateway/inquiry.html", {"row": row, "steps": told})


inquiry_urls: list[URLPattern] = [
    path("inquiries/", inquiries, name="inquiries"),
    path("inquiries/<str:number>/", inquiry, name="inquiry"),
]
