"""宛名の画面。一人を開く、履歴を見る、新しく登録する、事実を変える、廃止する。"""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.addressee.agents.models import Agent
from osame.addressee.agents.queries import decided_tax_agents
from osame.addressee.consolidation.queries import group_of, links_of, representative_of
from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import (
    PersonView,
    history_view,
    officer_reader,
    open_for_editing,
    person_view,
)
from osame.addressee.locks.actions import EditedByAnother, release_lock, take_lock
from osame.addressee.locks.queries import held_lock
from osame.addressee.mailing.coverage import covered, uses_of
from osame.addressee.numbering.allocation import allocate
from osame.addressee.people import actions
from osame.addressee.people.actions import ChangedMeanwhile, Registration
from osame.addressee.people.comparing import differences
from osame.addressee.people.describing import reason_label, reduced_form, told_facts
from osame.addressee.people.facts import Facts, Standing
from osame.addressee.people.forms import CloseForm, EditForm, HistoryForm, KindForm, NewForm
from osame.addressee.people.models import Addressee
from osame.addressee.people.queries import Version, current, same_four, version_of
from osame.addressee.people.recording import Change
from osame.addressee.search.queries import Found, summaries
from osame.platform.console.acts import Conflict
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.suppression.facts import MARKER
from osame.platform.terminal import JAPAN, today

Kind = Addressee.Kind
REGISTERED = (Kind.NON_RESIDENT, Kind.CORPORATION, Kind.CO_OWNERS, Kind.ESTABLISHMENT)


@bound("addressee.people.show")
@require_GET
def person(request: HttpRequest, number: str) -> HttpResponse:
    """一人のいま。事実、世帯、送付先、代理人、連絡先、名寄せ、支援措置。"""
    on = today()
    with transaction.atomic():
        reader = officer_reader()
        view = person_view(number, reader, as_of=on)
        group = tuple(each for each in group_of(number) if each != number)
        people = summaries({*_others(view), *group}, as_of=on, reader=reader)
        hidden = bool(view.hidden)
        context = {
            "view": view,
            "kind": Kind(view.kind).label,
            "groups": told_facts(view.facts),
            "since": view.facts["valid_from"],
            "reduced": "" if hidden else reduced_form(str(view.facts["name"])),
            "uses": [] if hidden else uses_of(number, on=on),
            "mailings": [
                each | {"covers": covered(each["tax_item"], each["document"])} for each in view.mailing_addresses
            ],
            "agents": [_told_agent(each) | {"who": people.get(each["agent_number"])} for each in view.agents],
            "decided": [] if hidden else decided_tax_agents(number),
            "relations": [each | {"who": people.get(each["related_number"])} for each in view.relations],
            "group": [people[each] for each in group if each in people],
            "representative": representative_of(number),
            "links": links_of(number),
            "held": held_lock(number),
            "editable": view.kind != Kind.RESIDENT and not view.closed_on and not hidden,
            "marker": MARKER,
        }
    return page(request, "addressee/person.html", context)


def _told_agent(agent: dict[str, Any]) -> dict[str, Any]:
    return agent | {"kind_label": Agent.Kind(agent["kind"]).label, "covers": covered(agent["tax_item"], "")}


def _others(view: PersonView) -> set[str]:
    return {each["agent_number"] for each in view.agents} | {each["related_number"] for each in view.relations}


@bound("addressee.people.history")
@require_GET
def person_history(request: HttpRequest, number: str) -> HttpResponse:
    """履歴。いつ真であったかと、いつ知っていたかの、二つの軸。"""
    on = today()
    shown = whose(number, as_of=on)
    form = HistoryForm(request.GET or None, today=on)
    versions = history_view(number, officer_reader(), as_of=on)
    asked = None
    if versions is not None and form.is_bound and form.is_valid():
        asked = form.chosen(versions)
    rows = [_told_version(each) for each in versions or ()]
    return page(request, "addressee/person_history.html", {
        "person": shown, "form": form, "rows": rows, "hidden": versions is None, "asked": asked is not None,
        "answer": _told_version(asked[0]) if asked else None,
    })  # fmt: skip


def _told_version(version: Version) -> dict[str, object]:
    return {
        "version": version,
        "reason": reason_label(version.source, version.change_reason),
        "standing": Standing(version.facts.standing).label,
        "place": f"{version.facts.address} {version.facts.building}".strip(),
        "by_register": version.source == "001",
    }


@bound("addressee.people.register")
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """新しい宛名に番号を付けて登録する。よく似た宛名があれば、先に見せる。"""
    on = today()
    asked = KindForm(request.GET or {"kind": Kind.NON_RESIDENT})
    kind = asked.cleaned_data["kind"] if asked.is_valid() else Kind.NON_RESIDENT.value
    form = NewForm(
        request.POST or None, kind=kind, today=on, initial={"changed_on": on}, draft_key=f"person-new-{kind}"
    )
    twins: list[Found] = []
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            number, _ = allocate()
            cleaned = form.cleaned_data
            request_ = Registration(
                number, kind, form.facts(), cleaned["changed_on"], despite=cleaned.get("despite") or ""
            )
            actions.register(request_)
            return reverse("person", args=[number])

        if done := form.carry_out(request, act, said="登録し、宛名番号を付けました。"):
            return done
        twins = _twins(form)
    context = {"form": form, "kind": kind, "kinds": REGISTERED, "kind_label": Kind(kind).label, "twins": twins}
    return page(request, "addressee/person_new.html", context, status=form.status)


def _twins(form: NewForm) -> list[Found]:
    """氏名と生年月日が同じ宛名の要点。"""
    on = today()
    with transaction.atomic():
        numbers = same_four(form.facts()) if form.kind == Kind.NON_RESIDENT else ()
        return list(summaries(numbers, as_of=on).values())


@bound("addressee.people.register")
@require_http_methods(["GET", "POST"])
def person_edit(request: HttpRequest, number: str) -> HttpResponse:
    """事実を変える。開いている間、ほかの職員は閲覧だけになる。"""
    on = today()
    opened = open_for_editing(number, officer_reader(), as_of=on)
    with transaction.atomic():
        before = current(number)
        try:
            take_lock(number)
        except EditedByAnother:
            held = held_lock(number)
            return page(request, "addressee/person_held.html", {"number": number, "held": held}, status=409)
    facts = before.facts if before else Facts()
    start = asdict(facts) | {"changed_on": on, "seen": str(before.version_id) if before else ""}
    form = EditForm(
        request.POST or None, kind=opened.kind, today=on, initial=start, draft_key=f"person-{number}",
    )  # fmt: skip
    words = FormPage("事実を変える", "登録する", "事実を変えました。前の事実は、履歴に残っています。")
    more = {"groups": form.groups, "locked": held_lock(number)}
    return person_act(request, form, words, whose(number, as_of=on), lambda: _edit(number, form), **more)


def _edit(number: str, form: EditForm) -> None:
    """訂正を登録する。開いた後にほかの職員が変えていれば、食い違いを見せる。"""
    cleaned = form.cleaned_data
    seen = int(cleaned["seen"]) if cleaned["seen"].isdigit() else None
    opened = version_of(number, seen) if seen else None
    now = current(number)
    facts = form.facts(now.facts if now else None)
    try:
        take_lock(number)
        actions.update(Change(number, cleaned["changed_on"], cleaned["reason"], facts), seen=seen)
    except ChangedMeanwhile as changed:
        assert opened
        assert now
        raise Conflict(
            who=f"職員 {now.officer}",
            when=f"{now.recorded_at.astimezone(JAPAN):%m月%d日 %H:%M}",
            differences=differences(opened.facts, now.facts, facts),
            version=str(now.version_id),
        ) from changed
    release_lock(number)


@bound("addressee.people.close")
@require_http_methods(["GET", "POST"])
def person_close(request: HttpRequest, number: str) -> HttpResponse:
    """宛名を廃止する。"""
    on = today()
    form = CloseForm(request.POST or None, today=on, initial={"closed_on": on})

    def act() -> None:
        actions.close(number, closed_on=form.cleaned_data["closed_on"], reason=form.cleaned_data["reason"])

    lead = "廃止すると、新しい事務には使えなくなります。番号と履歴は残り、番号は使い回しません。"
    words = FormPage("宛名を廃止する", "廃止する", "廃止しました。番号も履歴も残ります。", lead, danger=True)
    return person_act(request, form, words, whose(number, as_of=on), act)


people_urls: list[URLPattern] = [
    path("people/new/", person_new, name="person_new"),
    path("people/<str:number>/", person, name="person"),
    path("people/<str:number>/history/", person_history, name="person_history"),
    path("people/<str:number>/edit/", person_edit, name="person_edit"),
    path("people/<str:number>/close/", person_close, name="person_close"),
]
