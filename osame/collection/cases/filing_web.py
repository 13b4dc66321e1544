"""台帳のほかの画面。予定の暦、訪問の一覧、一覧と滞納整理票の保存、引継ぎ、破産の区分、資料。"""

import calendar
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.arrears.procedures import events_of
from osame.collection.cases.acts_web import collectors, named_officers
from osame.collection.cases.documents import NewDocument, documents_of, keep_document
from osame.collection.cases.forms import (
    ApproveForm,
    DocumentForm,
    FilterForm,
    HandoverForm,
    InsolvencyForm,
)
from osame.collection.cases.handovers import (
    NewHandover,
    approve_handover,
    handover,
    handover_cases,
    handovers,
    plan_handover,
    withdraw_handover,
)
from osame.collection.cases.insolvency import (
    NewRecord,
    bankruptcy_numbered,
    distributed_since,
    insolvency_of,
    record_insolvency,
)
from osame.collection.cases.models import CaseDocument, InsolvencyRecord
from osame.collection.cases.queries import case_of, tasks_between, terms_of
from osame.collection.cases.ranks import insolvency_answer
from osame.collection.cases.reports import save_handover, save_list, save_visits, visits
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

WEEK = 7


@bound("collection.cases.list")
@require_GET
def case_calendar(request: HttpRequest) -> HttpResponse:
    """予定の暦。一月を、週ごとに。過ぎた予定は、上に並べる。"""
    first = month_of(request, today())
    through = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    officer = request.GET.get("officer", "")
    with transaction.atomic():
        tasks = tasks_between(first, through, officer=officer)
        late = tasks_between(today() - timedelta(days=400), today() - timedelta(days=1), officer=officer, limit=50)
        whose = sorted({each.addressee_number for each in (*tasks, *late)})
        record("予定の暦を開いた", subjects=whose, fields=("氏名", "予定"))
    weeks = [
        [(day, [each for each in tasks if each.due_on == day]) for day in week]
        for week in calendar.Calendar(firstweekday=6).monthdatescalendar(first.year, first.month)
    ]
    shown = {
        "first": first, "weeks": weeks, "late": late, "officer": officer, "names": dict(named_officers()), "as_of": today(),
        "before": (first - timedelta(days=1)).replace(day=1), "after": through + timedelta(days=1), "count": len(tasks),
    }  # fmt: skip
    return page(request, "collection/cases/calendar.html", shown)


def month_of(request: HttpRequest, on: date) -> date:
    """求められた月の初日。おかしな値なら、今月。"""
    year, _, month = request.GET.get("month", "").partition("-")
    numbers = year.isascii() and month.isascii() and year.isdigit() and month.isdigit() and len(year) == len("2026")
    if numbers and 1 <= int(month) <= 12:
        return date(max(2000, int(year)), int(month), 1)
    return on.replace(day=1)


def _visits(request: HttpRequest) -> tuple[Any, dict[str, str]]:
    asked = {name: request.GET.get(name, "") or request.POST.get(name, "") for name in ("officer", "postal_code")}
    found = visits(first=today() - timedelta(days=WEEK), through=today() + timedelta(days=WEEK), **asked)
    return found, asked


@bound("collection.cases.list")
@require_GET
def case_visits(request: HttpRequest) -> HttpResponse:
    """訪問の一覧。前後一週間の訪問の予定を、町の順に。"""
    with transaction.atomic():
        found, asked = _visits(request)
        record(
            "訪問の一覧を開いた",
            subjects=[each.addressee_number for each in found.lines],
            fields=("氏名", "住所", "予定"),
        )
    shown = {"found": found, "names": dict(named_officers()), "as_of": today(), **asked}
    return page(request, "collection/cases/visits.html", shown)


@bound("collection.cases.save")
@require_POST
def visits_save(request: HttpRequest) -> HttpResponse:
    """訪問の一覧を保存する。"""
    with transaction.atomic():
        found, _ = _visits(request)
        return save_visits(found)


@bound("collection.cases.save")
@require_http_methods(["GET", "POST"])
def case_save(request: HttpRequest) -> HttpResponse:
    """滞納者一覧（R-141）を保存する。"""
    form = FilterForm(request.GET or {}, officers=named_officers())
    if request.method == "POST":
        with transaction.atomic():
            return save_list(form.chosen, as_of=today())
    return page(request, "collection/cases/save.html", {"query": request.GET.urlencode()})


@bound("collection.cases.assign")
@require_http_methods(["GET", "POST"])
def handover_list(request: HttpRequest) -> HttpResponse:
    """引継ぎの一覧と起案。"""
    form = HandoverForm(
        request.POST or None,
        today=today(),
        initial={"hand_over_on": today()},
        holders=named_officers(),
        officers=collectors(),
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            new = NewHandover(told["from_officer"], told["to_officer"], told["hand_over_on"], told["content"])
            return reverse("handover", args=[plan_handover(new, as_of=today(), officer=officer_of(request))])

        if done := form.carry_out(request, act, said="引継ぎを起案しました。別の職員が承認すると、担当が替わります。"):
            return done
    shown = {"form": form, "handovers": handovers(), "names": dict(collectors())}
    return page(request, "collection/cases/handovers.html", shown, status=form.status)


@bound("collection.cases.assign")
@require_http_methods(["GET", "POST"])
def handover_one(request: HttpRequest, handover_id: int) -> HttpResponse:
    """一つの引継ぎ。承認か、取りやめ。"""
    form = ApproveForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            if request.POST.get("withdraw"):
                withdraw_handover(handover_id, officer=officer_of(request))
            else:
                approve_handover(handover_id, as_of=today(), officer=officer_of(request))
            return reverse("handover", args=[handover_id])

        if done := form.carry_out(request, act, said="引継ぎを登録しました。"):
            return done
    with transaction.atomic():
        found, numbers = handover(handover_id), handover_cases(handover_id)
        lines = [case_of(each) for each in numbers[:200]]
        record("引継ぎを開いた", subjects=numbers, fields=("氏名", "未納の計", "予定"))
    shown = {"form": form, "found": found, "lines": lines, "names": dict(collectors())}
    return page(request, "collection/cases/handover.html", shown, status=form.status)


@bound("collection.cases.save")
@require_POST
def handover_print(request: HttpRequest, handover_id: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """事案引継書（R-143）を保存する。"""
    with transaction.atomic():
        return save_handover(handover(handover_id), as_of=today())


@bound("collection.cases.list")
@require_GET
def bankruptcy_ranks(request: HttpRequest, addressee_number: str, bankruptcy_id: int) -> HttpResponse:
    """倒産手続での、徴収金ごとの区分、できること、禁止・中止の期間、届出と配当。"""
    with transaction.atomic():
        found = bankruptcy_numbered(addressee_number, bankruptcy_id)
        told = insolvency_of(found.key), distributed_since(addressee_number, found.since)
        answer, line = insolvency_answer(found, as_of=today()), case_of(addressee_number)
        events = events_of("bankruptcy", found.key)
        names = {each.charge_id: each.label for each in terms_of(addressee_number)}
        ranks = [(each, names.get(each.charge_id, "期別")) for each in answer.ranks]
        record("倒産手続の区分を開いた", subjects=[addressee_number], fields=("氏名", "倒産手続", "期別"))
    shown = {"found": found, "answer": answer, "line": line, "told": told, "events": events, "as_of": today()}
    shown["ranks"] = ranks
    return page(request, "collection/cases/ranks.html", shown)


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def insolvency_new(request: HttpRequest, addressee_number: str, bankruptcy_id: int) -> HttpResponse:
    """倒産手続の届出の期限、届出、配当・弁済を記録する。"""
    form = InsolvencyForm(request.POST or None, today=today(), initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            new = NewRecord(InsolvencyRecord.Kind(told["kind"]), told["on"], told["content"], told["amount"])
            record_insolvency((addressee_number, bankruptcy_id), new, as_of=today(), officer=officer_of(request))
            return reverse("bankruptcy_ranks", args=[addressee_number, bankruptcy_id])

        if done := form.carry_out(request, act, said="倒産手続の記録を残しました。"):
            return done
    return _form_page(request, addressee_number, form, "倒産手続の届出・配当を記録する")


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """資料を綴じる。"""
    with transaction.atomic():
        held = [each for each in documents_of(addressee_number) if each.latest]
    known = [(each.document_id, f"{each.title}（第{each.version}版）") for each in held]
    form = DocumentForm(request.POST or None, request.FILES or None, today=today(), known=known)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            file = told["document"]
            new = NewDocument(
                CaseDocument.Kind(told["kind"]), told["title"], str(file.name), file.read(), told["replaces"]
            )
            keep_document(addressee_number, new, as_of=today(), officer=officer_of(request))
            return f"{reverse('case', args=[addressee_number])}#documents"

        if done := form.carry_out(request, act, said="資料を綴じました。"):
            return done
    return _form_page(request, addressee_number, form, "資料を綴じる", files=True)


def _form_page(
    request: HttpRequest, addressee_number: str, form: Any, title: str, *, files: bool = False
) -> HttpResponse:
    with transaction.atomic():
        line = case_of(addressee_number)
        record("滞納整理の台帳を開いた", subjects=[addressee_number], fields=("氏名", "未納の計"))
    shown = {
        "form": form, "line": line, "title": title, "back": reverse("case", args=[addressee_number]), "files": files,
    }  # fmt: skip
    return page(request, "collection/cases/act.html", shown, status=form.status)


filing_urls: list[URLPattern] = [
    path("cases/calendar/", case_calendar, name="case_calendar"),
    path("cases/visits/", case_visits, name="case_visits"),
    path("cases/visits/save/", visits_save, name="visits_save"),
    path("cases/save/", case_save, name="case_save"),
    path("cases/handovers/", handover_list, name="handovers"),
    path("cases/handovers/<int:handover_id>/", handover_one, name="handover"),
    path("cases/handovers/<int:handover_id>/print/", handover_print, name="handover_print"),
    path("cases/<str:addressee_number>/bankruptcies/<int:bankruptcy_id>/", bankruptcy_ranks, name="bankruptcy_ranks"),
    path(
        "cases/<str:addressee_number>/bankruptcies/<int:bankruptcy_id>/record/", insolvency_new, name="insolvency_new"
    ),
    path("cases/<str:addressee_number>/documents/new/", document_new, name="document_new"),
]
