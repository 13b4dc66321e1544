"""情報提供等記録の画面。探し、訂正し、本人に開示する書面を印刷する。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.gateway.affair_rights.queries import Deed, refuse_console, visible
from osame.gateway.exchange_records import queries, recording
from osame.gateway.exchange_records.disclosing import disclosable, hand_disclosure
from osame.gateway.exchange_records.forms import CorrectionForm
from osame.platform import bodies
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.egress.authority import CopyNeedsReason
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("gateway.records.show")
@require_GET
def exchange_records(request: HttpRequest) -> HttpResponse:
    """記録の一覧。"""
    unified = request.GET.get("unified", "").strip()[:15]
    with transaction.atomic():
        rows = queries.records(queries.Asked(unified=unified), seen=visible(on=today()), size=100)
        subjects = sorted({str(each.unified_addressee_number) for each in rows if each.unified_addressee_number})
        record("情報提供等記録を見た", subjects=subjects, detail={"件数": len(rows)})
    return page(request, "gateway/records.html", {"rows": rows, "unified": unified})


@bound("gateway.records.show", POST="gateway.records.disclose")
@require_http_methods(["GET", "POST"])
def record_disclosure(request: HttpRequest, unified: str) -> HttpResponse:
    """本人に開示する書面。見て、PDF で渡す。不開示情報に該当するものは、載せない。"""
    trouble = ""
    if request.method == "POST":
        try:
            return hand_disclosure(unified, on=today(), reason=request.POST.get("reason", "").strip())
        except CopyNeedsReason as refusal:
            trouble = str(refusal)
    rows = disclosable(unified, on=today())
    context = {"rows": rows, "unified": unified, "body": bodies.current().name, "on": today(), "trouble": trouble}
    return page(request, "gateway/disclosure.html", context, status=422 if trouble else 200)


@bound("gateway.records.correct")
@require_http_methods(["GET", "POST"])
def record_correct(request: HttpRequest, number: int) -> HttpResponse:
    """記録の訂正。"""
    row = queries.one(number)
    refuse_console(Deed.CORRECT, (str(row.affair), str(row.item)), on=today())
    record("情報提供等記録を見た", subjects=[str(row.unified_addressee_number)], detail={"件数": 1})
    form = CorrectionForm(request.POST or None, initial={"words": row.reason, "non_disclosure": row.non_disclosure})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            changes: dict[str, object] = {"reason": told["words"], "non_disclosure": told["non_disclosure"]}
            recording.correct(number, changes, reason=told["reason"])
            return reverse("exchange_records")

        if done := form.carry_out(request, act, said="訂正しました。元の記録も残っています。"):
            return done
    context = {"form": form, "title": "情報提供等記録の訂正", "button": "訂正する"}
    return page(request, "gateway/form.html", context, status=form.status)


record_urls: list[URLPattern] = [
    path("records/", exchange_records, name="exchange_records"),
    path("records/<int:number>/correct/", record_correct, name="record_correct"),
    path("records/of/<str:unified>/", record_disclosure, name="record_disclosure"),
]
