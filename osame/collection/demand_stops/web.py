"""督促停止の画面。一覧、登録、解除。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.demand_stops.forms import ADDRESSEE_DIGITS, ReleaseForm, StopForm
from osame.collection.demands.effects import rehearsed
from osame.collection.demands.list_papers import save_paper, stop_paper
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stopped import one_stop, stop_count, stop_scope, stops, tax_item_choices
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.ledger.queries import find_charge
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.fields import plain
from osame.platform.console.paging import pager
from osame.platform.egress.models import EgressMedium
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "督促の停止")


@bound("collection.demands.stops")
@require_GET
def demand_stops(request: HttpRequest) -> HttpResponse:
    """督促停止の一覧。生きているもの、または終わったものも。"""
    as_of, every = today(), request.GET.get("every") == "1"
    typed = plain(request.GET.get("addressee", ""))
    number = typed.zfill(ADDRESSEE_DIGITS) if typed.isdigit() else typed
    paging = pager(request, stop_count(as_of=as_of, every=every, addressee_number=number))
    lines = stops(as_of=as_of, every=every, addressee_number=number, page=(paging.size, paging.offset))
    record("督促停止の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"lines": lines, "pager": paging, "every": every, "addressee": typed, "as_of": as_of}
    return page(request, "collection/demand_stops/stops.html", shown)


@bound("collection.demands.stops")
@require_POST
def stops_paper(request: HttpRequest) -> HttpResponse:
    """督促停止一覧（R-059）を、庁内の帳票として保存する。"""
    every = request.POST.get("every") == "1"
    try:
        return save_paper(stop_paper(as_of=today(), every=every, medium=EgressMedium.SCREEN), "demand-stops")
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="紙にできませんでした")


@bound("collection.demands.stop")
@require_http_methods(["GET", "POST"])
def stop_new(request: HttpRequest) -> HttpResponse:
    """督促停止の登録。督促から外れる期別を見てから行う。"""
    initial = {"addressee_number": request.GET.get("addressee", ""), "charge": request.GET.get("charge", "")}
    form = StopForm(
        request.POST or None, today=today(), tax_items=tax_item_choices(as_of=today()),
        initial=initial | {"starts_on": today()}, draft_key="demand-stop-new",
    )  # fmt: skip
    effect = None
    if request.method == "POST" and form.is_valid():

        def tried() -> object:
            asked = _asked(form.cleaned_data)
            rehearsed(lambda: stop_demand(asked, officer=officer_of(request)))
            return stop_scope(asked.addressee_number, asked.charge_id, asked.tax_item, as_of=today())

        def act() -> str:
            asked = _asked(form.cleaned_data)
            stop_demand(asked, officer=officer_of(request))
            return f"{reverse('demand_stops')}?addressee={asked.addressee_number}"

        effect = form.weigh(tried)
        if form.agreed and not form.errors and (done := form.carry_out(request, act, said="督促を停止しました。")):
            return done
    shown = {"form": form, "effect": effect}
    return page(request, "collection/demand_stops/stop.html", shown, status=form.status)


@bound("collection.demands.release")
@require_http_methods(["GET", "POST"])
def stop_release(request: HttpRequest, stop_id: int) -> HttpResponse:
    """督促停止の解除。督促に戻る期別を見てから行う。"""
    found = one_stop(stop_id)
    record("督促停止を開いた", subjects=[found.addressee_number], fields=FACTS)
    form = ReleaseForm(request.POST or None, today=today(), initial={"released_on": today()})
    effect = None
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["released_on"]

        def doing() -> object:
            return release_stop(stop_id, as_of=day, officer=officer_of(request))

        def tried() -> object:
            rehearsed(doing)
            return stop_scope(found.addressee_number, found.charge_id, found.tax_item, as_of=day)

        def act() -> str:
            doing()
            return f"{reverse('demand_stops')}?addressee={found.addressee_number}&every=1"

        effect = form.weigh(tried)
        if (
            form.agreed
            and not form.errors
            and (done := form.carry_out(request, act, said="督促の停止を解除しました。"))
        ):
            return done
    shown = {"form": form, "effect": effect, "stop": found}
    return page(request, "collection/demand_stops/release.html", shown, status=form.status)


def _asked(facts: dict[str, Any]) -> StopRequest:
    """打たれた停止の内容。期別を指していれば、期別番号にする。"""
    charge = find_charge(facts["charge"]).charge_id if facts["charge"] else None
    return StopRequest(
        facts["addressee_number"], DemandStop.Reason(facts["reason"]), facts["note"], facts["starts_on"],
        facts["ends_through"], charge, "" if charge else facts["tax_item"],
    )  # fmt: skip


demand_stops_urls: list[URLPattern] = [
    path("demands/stops/", demand_stops, name="demand_stops"),
    path("demands/stops/paper/", stops_paper, name="demand_stops_paper"),
    path("demands/stops/new/", stop_new, name="demand_stop_new"),
    path("demands/stops/<int:stop_id>/release/", stop_release, name="demand_stop_release"),
]
