"""情報提供の画面。確認を待つ照会を見て、許可か拒否を起案する。提供を行う事務を起案する。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.gateway.affair_rights.queries import Deed, console_officer, refuse_console, visible
from osame.gateway.provisions import releasing
from osame.gateway.provisions.forms import DecisionForm, SwitchForm
from osame.gateway.provisions.models import ProvisionRule
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("gateway.provisions.show")
@require_GET
def provisions(request: HttpRequest) -> HttpResponse:
    """確認待ちの一覧と、提供を行う事務。"""
    with transaction.atomic():
        rows = releasing.waiting(seen=visible(on=today()))
        rules = list(ProvisionRule.objects.order_by("affair", "item", "-rule_id").distinct("affair", "item"))
        record("提供の確認待ちを見た", subjects=[str(each.unified_addressee_number) for each in rows])
    return page(request, "gateway/provisions.html", {"rows": rows, "rules": rules})


@bound("gateway.provisions.propose")
@require_http_methods(["GET", "POST"])
def provision(request: HttpRequest, number: int) -> HttpResponse:
    """確認待ちの一件。送る内容をそのまま見て、起案する。"""
    with transaction.atomic():
        row = releasing.held(number)
    refuse_console(Deed.RELEASE, (str(row.affair), str(row.item)), on=today())
    with transaction.atomic():
        facts = releasing.told({"provision": number, "release": True, "reason": ""})
        record("提供する内容を見た", subjects=[str(row.unified_addressee_number)], fields=["提供内容"])
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            release = form.cleaned_data["release"] == "1"
            made = releasing.propose_decision(
                number, release=release, reason=form.cleaned_data["reason"], by=console_officer()
            )
            return reverse("approval", args=[made])

        if done := form.carry_out(request, act, said="起案しました。ほかの二人の照査と決裁の後に、執行します。"):
            return done
    return page(request, "gateway/provision.html", {"row": row, "facts": facts[3:], "form": form}, status=form.status)


@bound("gateway.provisions.propose")
@require_http_methods(["GET", "POST"])
def provision_switch(request: HttpRequest) -> HttpResponse:
    """提供を行う事務の起案。"""
    form = SwitchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            made = releasing.propose_switch(
                told["affair"], told["item"], provided=told["provided"] == "1", reason=told["reason"]
            )
            return reverse("approval", args=[made])

        if done := form.carry_out(request, act, said="起案しました。"):
            return done
    title = "情報提供を行う事務を変える"
    return page(request, "gateway/form.html", {"form": form, "title": title, "button": "起案する"}, status=form.status)


provision_urls: list[URLPattern] = [
    path("provisions/", provisions, name="provisions"),
    path("provisions/switch/", provision_switch, name="provision_switch"),
    path("provisions/<int:number>/", provision, name="provision"),
]
