"""支援措置の画面。一覧、登録、決定、延長、相手方、解除の起案。"""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.protection import actions
from osame.addressee.protection.forms import DecideMeasureForm, ExtendForm, MeasureForm, OtherForm, ReleaseForm
from osame.addressee.protection.models import ProtectionMeasure
from osame.addressee.protection.queries import MeasureFacts, in_force, open_measure
from osame.addressee.search.queries import summaries
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.suppression.facts import MARKER
from osame.platform.terminal import today

NEAR_DAYS = 60
AT_ONCE = "登録した時から、すべてのシステムの照会・帳票・検索で居場所を伏せます。仮支援でも同じです。"


@bound("addressee.protection.show")
@require_GET
def protection(request: HttpRequest) -> HttpResponse:
    """支援措置の一覧。期限の近いものから。"""
    on = today()
    near = on + timedelta(days=NEAR_DAYS)
    only_near = request.GET.get("near") == "1"
    with transaction.atomic():
        found = in_force(through=near if only_near else None)
        at = pager(request, len(found))
        shown = [_kept(each) for each in found[at.offset : at.offset + at.size]]
        people = summaries((each.addressee_number for each in shown), as_of=on, reader=officer_reader())
    rows = [{"measure": each, "person": people[each.addressee_number]} for each in shown]
    context = {"rows": rows, "pager": at, "near": near, "only_near": only_near, "on": on}
    return page(request, "addressee/protection.html", context)


def _kept(measure: MeasureFacts) -> MeasureFacts:
    """機関の名からも居場所が知れるので、住所を見る権限のない者には示さない。"""
    return measure if officer_reader().right else replace(measure, requesting_office=MARKER)


@bound("addressee.protection.show")
@require_GET
def measure(request: HttpRequest, measure_id: int) -> HttpResponse:
    """支援措置一件。できることを並べる。"""
    with transaction.atomic():
        found = open_measure(measure_id)
        record("支援措置を開いた", subjects=[found.addressee_number], fields=["措置区分", "期間"])
    states = ProtectionMeasure.State
    context = {
        "measure": _kept(found),
        "person": whose(found.addressee_number, as_of=today()),
        "provisional": found.state == states.PROVISIONAL.label,
        "released": found.state == states.RELEASED.label,
        "expired": found.through < today(),
    }
    return page(request, "addressee/measure.html", context)


@bound("addressee.protection.protect")
@require_http_methods(["GET", "POST"])
def protection_new(request: HttpRequest, number: str) -> HttpResponse:
    """支援措置を登録する。この時から伏せる。"""
    on = today()
    form = MeasureForm(request.POST or None, today=on, initial={"starts_on": on})

    def act() -> None:
        actions.protect(form.asked(number))

    words = FormPage("支援措置を登録", "登録して伏せる", "支援措置を登録しました。いまから居場所を伏せます。", AT_ONCE)
    return person_act(request, form, words, whose(number, as_of=on), act)


@bound("addressee.protection.protect")
@require_http_methods(["GET", "POST"])
def measure_extend(request: HttpRequest, measure_id: int) -> HttpResponse:
    """支援措置を延長する。"""
    on, found = today(), _opened(measure_id)
    later = actions.one_year(found.through + timedelta(days=1))
    form = ExtendForm(request.POST or None, today=on, initial={"through": later})

    def act() -> str:
        actions.extend(measure_id, through=form.cleaned_data["through"])
        return reverse("measure", args=[measure_id])

    words = FormPage("支援措置を延長", "延長する", "延長しました。")
    return person_act(request, form, words, whose(found.addressee_number, as_of=on), act, **_preview(found))


@bound("addressee.protection.protect")
@require_http_methods(["GET", "POST"])
def measure_decide(request: HttpRequest, measure_id: int) -> HttpResponse:
    """仮支援を、決定により有効にする。"""
    on, found = today(), _opened(measure_id)
    form = DecideMeasureForm(request.POST or None, today=on, initial={"decided_on": on})

    def act() -> str:
        told = form.cleaned_data
        actions.decide_measure(measure_id, decided_on=told["decided_on"], through=told["through"])
        return reverse("measure", args=[measure_id])

    words = FormPage("支援措置の決定", "決定を記録する", "決定を記録しました。")
    return person_act(request, form, words, whose(found.addressee_number, as_of=on), act, **_preview(found))


@bound("addressee.protection.protect")
@require_http_methods(["GET", "POST"])
def measure_other(request: HttpRequest, measure_id: int) -> HttpResponse:
    """相手方を加える。外すことはできない。"""
    found = _opened(measure_id)
    form = OtherForm(request.POST or None)

    def act() -> str:
        actions.add_other_party(measure_id, form.others[0])
        return reverse("measure", args=[measure_id])

    words = FormPage(
        "相手方を加える", "加える", "相手方を加えました。", "加えた相手方は、外せません。番号と氏名を確かめてください。"
    )
    return person_act(request, form, words, whose(found.addressee_number, as_of=today()), act)


@bound("addressee.protection.propose_release")
@require_http_methods(["GET", "POST"])
def measure_release(request: HttpRequest, measure_id: int) -> HttpResponse:
    """支援措置の解除を起案する。別の職員の照査と決裁を経て執行されるまで、伏せたままである。"""
    on, found = today(), _opened(measure_id)
    form = ReleaseForm(request.POST or None, today=on, initial={"released_on": on})

    def act() -> str:
        told = form.cleaned_data
        proposal = actions.propose_release(measure_id, released_on=told["released_on"], reason=told["reason"])
        return reverse("approval", args=[proposal])

    lead = "解除が執行されると、住所・世帯・送付先・連絡先が、ふたたび誰にでも見えるようになります。それまでは伏せたままです。"
    words = FormPage(
        "支援措置の解除を起案", "起案する", "解除を起案しました。別の職員の照査と決裁を待ちます。", lead, danger=True
    )
    return person_act(request, form, words, whose(found.addressee_number, as_of=on), act, **_preview(found))


def _opened(measure_id: int) -> MeasureFacts:
    with transaction.atomic():
        return _kept(open_measure(measure_id))


def _preview(found: MeasureFacts) -> dict[str, object]:
    return {"preview": "addressee/measure_facts.html", "measure": found}


protection_urls: list[URLPattern] = [
    path("protection/", protection, name="protection"),
    path("protection/<int:measure_id>/", measure, name="measure"),
    path("protection/<int:measure_id>/extend/", measure_extend, name="measure_extend"),
    path("protection/<int:measure_id>/decide/", measure_decide, name="measure_decide"),
    path("protection/<int:measure_id>/other/", measure_other, name="measure_other"),
    path("protection/<int:measure_id>/release/", measure_release, name="measure_release"),
    path("people/<str:number>/protection/new/", protection_new, name="protection_new"),
]
