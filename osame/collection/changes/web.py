"""基本設定の変更の画面。打つ → 及ぶところを確かめる → 起案する。"""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.changes.due_dates import Ground, move_of, propose_due_date
from osame.collection.changes.effects import affected_by, effect_of
from osame.collection.changes.forms import ChangeForm, DueDateForm
from osame.collection.parameters.changing import CHANGEABLE, in_force, planned, propose_change
from osame.collection.parameters.overview import Term, terms_of
from osame.collection.parameters.tables import TABLES, ParameterTable
from osame.kernel.refusals import Refusal
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.changes.due_date")
@require_http_methods(["GET", "POST"])
def change_due_date(request: HttpRequest, levy_year: int, tax_item: str, installment_term: int) -> HttpResponse:
    """一つの期別の納期限の変更を、及ぶところを見て、起案する。"""
    term = _term(levy_year, tax_item, installment_term)
    form = DueDateForm(
        request.POST or None, today=today(), draft_key=f"due-date-{levy_year}-{tax_item}-{installment_term}"
    )
    shown: dict[str, Any] = {"form": form, "term": term}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            move = move_of(levy_year, tax_item, installment_term, given["due_date"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:

            def act() -> str:
                number = propose_due_date(
                    move, ground=Ground(given["ground"]), basis=given["basis"], reason=given["reason"]
                )
                return reverse("approval", args=[number])

            if _was_previewed(request, form) and (done := form.carry_out(request, act, said=PROPOSED)):
                return done
            if not form.errors:
                shown |= {"move": move, "effect": effect_of(move, as_of=today()), "previewed": _mark(form)}
    return page(request, "collection/changes/due_date.html", shown, status=form.status)


@bound("collection.changes.propose")
@require_http_methods(["GET", "POST"])
def change_parameter(request: HttpRequest, table: str) -> HttpResponse:
    """基本設定の新しい値を、及ぶところを見て、起案する。"""
    if table not in CHANGEABLE:
        raise Http404
    chosen = TABLES[table]
    fixed = {name: request.GET[name] for name in chosen.key if name != "valid_from" and request.GET.get(name)}
    before = in_force(chosen, {**fixed, "valid_from": today()}) if _is_whole(chosen, fixed) else None
    form = ChangeForm(chosen, fixed, request.POST or None, today=today(), initial=_start(before))
    shown: dict[str, Any] = {"form": form, "table": chosen}
    if request.method == "POST" and form.is_valid():
        try:
            change = planned(table, _row(chosen, form))
        except Refusal as refusal:
            form.refuse(refusal)
        else:

            def act() -> str:
                given = form.cleaned_data
                number = propose_change(table, _row(chosen, form), basis=given["basis"], reason=given["reason"])
                return reverse("approval", args=[number])

            if _was_previewed(request, form) and (done := form.carry_out(request, act, said=PROPOSED)):
                return done
            if not form.errors:
                shown |= {"change": change, "affected": affected_by(change, as_of=today()), "previewed": _mark(form)}
    return page(request, "collection/changes/parameter.html", shown, status=form.status)


def _term(levy_year: int, tax_item: str, installment_term: int) -> Term:
    for each in terms_of(levy_year):
        if (each.tax_item, each.installment_term) == (tax_item, installment_term):
            return each
    raise Http404


def _row(table: ParameterTable, form: ChangeForm) -> dict[str, Any]:
    """打たれた一行。根拠の列のある表には、根拠も入れる。"""
    given = form.given()
    return {**given, "basis": form.cleaned_data["basis"]} if "basis" in table.columns else given


def _is_whole(table: ParameterTable, fixed: dict[str, str]) -> bool:
    return set(table.key) - {"valid_from"} <= set(fixed)


def _start(before: dict[str, Any] | None) -> dict[str, Any]:
    """いまの値から打ち始める。適用開始日と根拠は、新しく打つ。"""
    return {name: value for name, value in (before or {}).items() if name not in {"valid_from", "basis"}}


def _mark(form: ActForm) -> str:
    """打たれた値の印。及ぶところを見た後に値が変われば、もう一度見てから起案する。"""
    typed = sorted(
        (name, str(value)) for name, value in form.cleaned_data.items() if name not in {"submission", "seen"}
    )
    return hashlib.sha256(repr(typed).encode()).hexdigest()


def _was_previewed(request: HttpRequest, form: ActForm) -> bool:
    return request.POST.get("go") == "propose" and request.POST.get("previewed") == _mark(form)


changes_urls: list[URLPattern] = [
    path(
        "parameters/terms/<int:levy_year>/<str:tax_item>/<int:installment_term>/due-date/",
        change_due_date,
        name="change_due_date",
    ),
    path("parameters/change/<str:table>/", change_parameter, name="change_parameter"),
]
