"""捜索の画面。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.assets import queries
from osame.collection.assets.search_forms import SearchForm, SearchNoticeForm
from osame.collection.assets.searching import record_search, record_search_notice
from osame.collection.payment_slips.owed import owed_of
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "財産調査", "捜索")


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def search_new(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """捜索調書を作る。"""
    plan = queries.investigation_numbered(investigation_id)
    record("捜索の画面を開いた", subjects=[plan.addressee_number], fields=FACTS)
    owed = owed_of(plan.addressee_number, on=today(), as_of=today())
    back = reverse("investigation", args=[investigation_id])
    form = SearchForm(
        request.POST or None, today=today(),
        choices=[each.choice for each in owed],
        initial={
            "charges": [x.facts.charge_id for x in owed if x.facts.due_date < today()], "searched_on": today(),
            "searched_name": plan.name, "officers": officer_of(request),
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            record_search(plan.key, form.search, as_of=today(), officer=officer_of(request))
            return back

        if done := form.carry_out(request, act, said="捜索調書を作りました。"):
            return done
    about = f"{plan.name}（{plan.addressee_number}）"
    shown = {"form": form, "title": "捜索調書を作る", "button": "作る", "about": about, "back": back}
    return page(request, "collection/assets/act.html", shown, status=form.status)


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def search_notice(request: HttpRequest, investigation_id: int, search_id: int) -> HttpResponse:
    """滞納者でない者のところでの捜索を、滞納者に知らせた日を記録する。"""
    plan = queries.investigation_numbered(investigation_id)
    form = SearchNoticeForm(request.POST or None, today=today())
    back = reverse("investigation", args=[investigation_id])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            record_search_notice(search_id, notified_on=form.cleaned_data["notified_on"], officer=officer_of(request))
            return back

        if done := form.carry_out(request, act, said="記録しました。"):
            return done
    about = f"{plan.name}（{plan.addressee_number}）、捜索番号{search_id}"
    shown = {"form": form, "title": "滞納者に知らせた日を記録する", "button": "記録する", "about": about, "back": back}
    shown["effects"] = ["滞納者でない者のところを捜索したときに、その旨を滞納者に知らせた日を残します。"]
    return page(request, "collection/assets/act.html", shown, status=form.status)


asset_search_urls: list[URLPattern] = [
    path("investigations/<int:investigation_id>/search/", search_new, name="search_new"),
    path("investigations/<int:investigation_id>/search/<int:search_id>/notice/", search_notice, name="search_notice"),
]
