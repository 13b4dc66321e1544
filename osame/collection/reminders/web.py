"""催告の画面。実行の一覧、条件と見本、一つの実行、一人への催告、名簿と一覧の保存、効果。"""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.cases.filters import UNASSIGNED, CaseFilter
from osame.collection.cases.forms import FilterForm
from osame.collection.cases.queries import MOST_LISTED, cases, officers
from osame.collection.reminders.actions import Order, drop_condition, pull_paid, remind, save_condition
from osame.collection.reminders.forms import ConditionForm, OneForm, PullForm, ReminderForm
from osame.collection.reminders.lists import save_effects, save_list
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.queries import (
    Effect,
    condition,
    conditions,
    effects,
    exclusions_of,
    lines_of,
    one_run,
    run_count,
    runs,
)
from osame.collection.reminders.selection import Selection, Terms, select
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.console.charts import Bar, Chart
from osame.platform.console.paging import pager
from osame.platform.database import fetch_all
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

USUAL_DAYS, YEAR, SHOWN = 14, 365, 20
FACTS = ("氏名", "催告した額", "いまの残り", "電話番号")
Kind = ReminderRun.Kind


@bound("collection.reminders.list")
@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    """催告の実行の一覧と、残した条件。"""
    with transaction.atomic():
        paging = pager(request, run_count(), size=SHOWN)
        shown = {"runs": runs(limit=paging.size, offset=paging.offset), "pager": paging, "conditions": conditions()}
    return page(request, "collection/reminders/reminders.html", shown)


@bound("collection.reminders.run")
@require_http_methods(["GET", "POST"])
def reminder_new(request: HttpRequest) -> HttpResponse:
    """条件を書き、対象と除外の理由を見てから、催告する。"""
    form = ReminderForm(request.POST or None, today=today(), initial=_initial(request))
    found: Selection | None = None
    if request.method == "POST" and form.is_valid():
        kind, terms, deadline = Kind(form.cleaned_data["kind"]), form.terms, form.cleaned_data["deadline"]
        with transaction.atomic():
            whose = _of_cases(terms.cases) if terms.cases else None
            found = form.weigh(lambda: select(kind, terms, as_of=today(), deadline=deadline, whose=whose))

        def act() -> str:
            assert found is not None
            order = Order(
                kind, terms, deadline, whose, (len(found.people), found.amount), form.cleaned_data["with_slips"]
            )
            return reverse("reminder_run", args=[remind(order, as_of=today(), officer=officer_of(request))])

        if form.agreed and not form.errors and (done := form.carry_out(request, act, said="催告しました。")):
            return done
        if found:
            record(
                "催告の対象を見た", subjects=[each.addressee_number for each in found.people[:SHOWN]], fields=FACTS[:2]
            )
    keeping = (
        ConditionForm(today=today(), initial={"terms": form.terms.as_json()}, auto_id="keep_%s") if found else None
    )
    shown = {"form": form, "found": found, "sample": found.people[:SHOWN] if found else (), "keeping": keeping}
    return page(request, "collection/reminders/new.html", shown, status=form.status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    first: dict[str, Any] = {
        "deadline": today() + timedelta(days=USUAL_DAYS),
        "cases": request.GET.get("cases", "")[:1_000],
    }
    if (number := request.GET.get("condition", "")).isdecimal() and len(number) < len("1000000000"):
        with transaction.atomic():
            terms = condition(int(number))
        first |= terms.as_json() | {
            "tax_items": ",".join(terms.tax_items),
            "levy_years": ",".join(map(str, terms.levy_years)),
        }
        first["person_kind"] = first.pop("kind")
    return first


def _of_cases(query: str) -> list[str]:
    """台帳の一覧の条件に当たる人。"""
    named = [(each, each) for each in officers()]
    form = FilterForm(QueryDict(query), officers=[(UNASSIGNED, ""), *named])
    chosen = replace(form.chosen, order=CaseFilter().order)
    return [each.addressee_number for each in cases(chosen, as_of=today(), limit=MOST_LISTED).cases]


@bound("collection.reminders.run")
@require_http_methods(["GET", "POST"])
def reminder_one(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人に催告する。対象の期別を見てから行う。"""
    first = {"deadline": today() + timedelta(days=USUAL_DAYS), "kind": request.GET.get("kind", "")}
    form = OneForm(request.POST or None, today=today(), initial=first)
    found: Selection | None = None
    if request.method == "POST" and form.is_valid():
        kind, deadline = Kind(form.cleaned_data["kind"]), form.cleaned_data["deadline"]
        with transaction.atomic():
            terms, whose = Terms(overdue=0), [addressee_number]
            found = form.weigh(lambda: select(kind, terms, as_of=today(), deadline=deadline, whose=whose))

        def act() -> str:
            assert found is not None
            order = Order(
                kind, terms, deadline, whose, (len(found.people), found.amount), form.cleaned_data["with_slips"]
            )
            return reverse("reminder_run", args=[remind(order, as_of=today(), officer=officer_of(request))])

        if form.agreed and not form.errors and (done := form.carry_out(request, act, said="催告しました。")):
            return done
    with transaction.atomic():
        rows = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
        record("催告の画面を開いた", subjects=[addressee_number], fields=FACTS[:2])
    shown = {"form": form, "found": found, "who": addressee_number, "name": rows[0][0] if rows else ""}
    return page(request, "collection/reminders/one.html", shown, status=form.status)


@bound("collection.reminders.list")
@require_GET
def reminder_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """一つの催告。一人ずつ、到達、結果、いまの残り。"""
    return _run(request, run_id, PullForm(today=today()))


def _run(request: HttpRequest, run_id: int, form: PullForm) -> HttpResponse:
    with transaction.atomic():
        found = one_run(run_id)
        paging = pager(request, found.people)
        lines = lines_of(run_id, limit=paging.size, offset=paging.offset)
        record("催告を開いた", subjects=[each.addressee_number for each in lines], fields=FACTS)
        shown = {"run": found, "lines": lines, "pager": paging, "excluded": exclusions_of(run_id), "form": form}
    return page(request, "collection/reminders/run.html", shown, status=form.status)


@bound("collection.reminders.run")
@require_POST
def reminder_pull(request: HttpRequest, run_id: int) -> HttpResponse:
    """行き違いで完納した人の文書を引き抜く。"""
    form = PullForm(request.POST, today=today())

    def act() -> str:
        pull_paid(run_id, as_of=today(), officer=officer_of(request))
        return reverse("reminder_run", args=[run_id])

    if form.is_valid() and (done := form.carry_out(request, act, said="行き違いを引き抜きました。")):
        return done
    return _run(request, run_id, form)


@bound("collection.reminders.export")
@require_POST
def reminder_save(request: HttpRequest, run_id: int, name: str) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """一覧か名簿を保存する。"""
    with transaction.atomic():
        return save_list(run_id, name)


@bound("collection.reminders.run")
@require_POST
def condition_save(request: HttpRequest) -> HttpResponse:
    """いまの条件に名を付けて残す。"""
    form = ConditionForm(request.POST, today=today())

    def act() -> str:
        save_condition(
            form.cleaned_data["name"], Terms.of_json(form.cleaned_data["terms"]), officer=officer_of(request)
        )
        return reverse("reminders")

    if form.is_valid() and (done := form.carry_out(request, act, said="条件を残しました。")):
        return done
    return page(request, "collection/reminders/condition.html", {"form": form}, status=form.status)


@bound("collection.reminders.run")
@require_POST
def condition_drop(request: HttpRequest, condition_id: int) -> HttpResponse:
    """残した条件を消す。"""
    drop_condition(condition_id, officer=officer_of(request))
    return HttpResponseRedirect(reverse("reminders"))


@bound("collection.reminders.list")
@require_GET
def reminder_effects(request: HttpRequest) -> HttpResponse:
    """催告の効果。一年の催告の、納付率と接触率。図の下に同じ数の表を置く。"""
    with transaction.atomic():
        found = effects(first=today() - timedelta(days=YEAR), as_of=today())
    return page(
        request, "collection/reminders/effects.html", {"effects": found, "chart": _chart(found), "as_of": today()}
    )


def _chart(found: tuple[Effect, ...]) -> Chart:
    bars = [
        Bar(f"{each.run_id} {each.kind_label}", Fraction(each.paid_people, each.people), each.paid_rate)
        for each in found[:SHOWN]
        if each.people
    ]
    return Chart("催告ごとの納付率（人）", bars)


@bound("collection.reminders.export")
@require_POST
def effects_save(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """効果測定表を保存する。"""
    return save_effects(as_of=today())


reminders_urls: list[URLPattern] = [
    path("reminders/", reminders, name="reminders"),
    path("reminders/new/", reminder_new, name="reminder_new"),
    path("reminders/effects/", reminder_effects, name="reminder_effects"),
    path("reminders/effects/save/", effects_save, name="effects_save"),
    path("reminders/conditions/save/", condition_save, name="condition_save"),
    path("reminders/conditions/<int:condition_id>/drop/", condition_drop, name="condition_drop"),
    path("reminders/<int:run_id>/", reminder_run, name="reminder_run"),
    path("reminders/<int:run_id>/pull/", reminder_pull, name="reminder_pull"),
    path("reminders/<int:run_id>/save/<str:name>/", reminder_save, name="reminder_save"),
    path("people/<str:addressee_number>/reminders/new/", reminder_one, name="reminder_one"),
]
