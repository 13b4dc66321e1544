"""事務の権限の画面。誰が何を行ってよいかの一覧、付与の起案、取消し。"""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.gateway.affair_rights import actions, queries
from osame.gateway.affair_rights.actions import Grant
from osame.gateway.affair_rights.forms import EndForm, RightForm
from osame.platform.console.answers import page
from osame.platform.console.fields import plain
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("gateway.affair_rights.show")
@require_GET
def affair_rights(request: HttpRequest) -> HttpResponse:
    """事務の権限の一覧。取り消したものも見られる。"""
    ended = request.GET.get("ended") == "1"
    with transaction.atomic():
        rows = queries.listed(ended=ended)
    return page(request, "gateway/affair_rights.html", {"rows": rows, "ended": ended, "today": today()})


@bound("gateway.affair_rights.propose")
@require_http_methods(["GET", "POST"])
def affair_right_new(request: HttpRequest) -> HttpResponse:
    """付与の起案。"""
    form = RightForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = {name: plain(form.cleaned_data[name]) for name in ("staff_number", "department", "affair", "item")}
            through = form.cleaned_data["valid_through"]
            grant = Grant(
                system=form.cleaned_data["system"], deed=form.cleaned_data["deed"],
                valid_from=form.cleaned_data["valid_from"],
                valid_until=through + timedelta(days=1) if through else None, **told,
            )  # fmt: skip
            return reverse("approval", args=[actions.propose_right(grant, reason=form.cleaned_data["reason"])])

        if done := form.carry_out(request, act, said="起案しました。ほかの二人の照査と決裁の後に、付きます。"):
            return done
    context = {"form": form, "title": "事務の権限を付ける", "button": "起案する"}
    return page(request, "gateway/form.html", context, status=form.status)


@bound("gateway.affair_rights.end")
@require_http_methods(["GET", "POST"])
def affair_right_end(request: HttpRequest, number: int) -> HttpResponse:
    """取消し。次の操作から効かない。"""
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            actions.end_right(number)
            return reverse("affair_rights")

        if done := form.carry_out(request, act, said="取り消しました。"):
            return done
    context = {"form": form, "title": f"事務の権限 {number} を取り消す", "button": "取り消す"}
    return page(request, "gateway/form.html", context, status=form.status)


affair_right_urls: list[URLPattern] = [
    path("affair-rights/", affair_rights, name="affair_rights"),
    path("affair-rights/new/", affair_right_new, name="affair_right_new"),
    path("affair-rights/<int:number>/end/", affair_right_end, name="affair_right_end"),
]
