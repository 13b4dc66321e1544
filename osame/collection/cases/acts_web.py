"""台帳の行いの画面。担当、方針、点検、特記、注意、予定。行えば台帳に戻る。"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.cases.actions import (
    NewTask,
    Policy,
    assign,
    decide_policy,
    end_task,
    note,
    plan_task,
    review,
    set_care,
)
from osame.collection.cases.forms import (
    AssignForm,
    CareForm,
    EndTaskForm,
    NearingForm,
    NoteForm,
    PolicyForm,
    TaskForm,
)
from osame.collection.cases.models import ArrearsCase, CaseTask
from osame.collection.cases.prescribing import confirm_nearing, nearing_cases
from osame.collection.cases.queries import care_of, case_of, officers, staff_names
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm, done_words
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.staff.models import StaffAccount
from osame.platform.terminal import today

FACTS = ("氏名", "方針", "予定", "注意事項")


def named_officers() -> list[tuple[str, str]]:
    """担当している職員の（番号、氏名）。"""
    numbers = officers()
    names = staff_names(numbers)
    return [(each, f"{names.get(each, each)}（{each}）" if each in names else each) for each in numbers]


def _acting(
    request: HttpRequest, addressee_number: str, form: ActForm, title: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """一つの行いの画面。行えば台帳に戻る。"""
    with transaction.atomic():
        line = case_of(addressee_number)
        record("滞納整理の台帳を開いた", subjects=[addressee_number], fields=FACTS)
    back = reverse("case", args=[addressee_number])

    def acted() -> str:
        act(form.cleaned_data)
        return back

    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, acted, said=done_words(title)))
    ):
        return done
    shown = {"form": form, "line": line, "title": title, "back": back}
    return page(request, "collection/cases/act.html", shown, status=form.status)


@bound("collection.cases.assign")
@require_http_methods(["GET", "POST"])
def case_assign(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """担当を決める。"""
    form = AssignForm(request.POST or None, today=today(), officers=collectors())

    def act(told: dict[str, Any]) -> None:
        assign(addressee_number, told["officer"], as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "担当を決める", act)


def collectors() -> list[tuple[str, str]]:
    """収納課の、使えるアカウントの職員。"""
    rows = StaffAccount.objects.filter(is_active=True).order_by("staff_number").values_list("staff_number", "name")
    return [(number, f"{name}（{number}）") for number, name in rows]


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def case_policy(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """処理方針を決める。"""
    form = PolicyForm(request.POST or None, today=today())

    def act(told: dict[str, Any]) -> None:
        policy = Policy(ArrearsCase.Policy(told["policy"]), told["content"], told["review_on"])
        decide_policy(addressee_number, policy, as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "処理方針を決める", act)


@bound("collection.cases.list")
@require_GET
def case_prescriptions(request: HttpRequest) -> HttpResponse:
    """時効の近い事案。管理職がまだ確かめていないものを、分けて示す。"""
    with transaction.atomic():
        found = [(each, each.band(as_of=today())) for each in nearing_cases(as_of=today())]
        record(
            "時効の近い事案を開いた",
            subjects=[each.addressee_number for each, _ in found],
            fields=("氏名", "消滅する日"),
        )
    waiting = sum(each.confirmed_on is None for each, _ in found)
    shown = {"found": found, "waiting": waiting, "names": dict(collectors()), "as_of": today()}
    return page(request, "collection/cases/prescriptions.html", shown)


@bound("collection.cases.review")
@require_http_methods(["GET", "POST"])
def case_prescription(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """時効の近い事案を、管理職が確かめ、担当に指示する。"""
    form = NearingForm(request.POST or None, today=today())

    def act(told: dict[str, Any]) -> None:
        confirm_nearing(addressee_number, told["content"], as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "時効の近い事案を確かめる", act)


@bound("collection.cases.review")
@require_http_methods(["GET", "POST"])
def case_review(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """管理職が点検する。"""
    form = NoteForm(request.POST or None, today=today())

    def act(told: dict[str, Any]) -> None:
        review(addressee_number, told["content"], as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "点検し、指示を残す", act)


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def case_note(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """特記を残す。"""
    form = NoteForm(request.POST or None, today=today())

    def act(told: dict[str, Any]) -> None:
        note(addressee_number, told["content"], as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "特記を残す", act)


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def case_care(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """注意事項を定める。"""
    with transaction.atomic():
        care, no_visit, _ = care_of(addressee_number)
    form = CareForm(request.POST or None, today=today(), initial={"content": care, "no_visit": no_visit})

    def act(told: dict[str, Any]) -> None:
        set_care(
            addressee_number, told["content"], no_visit=told["no_visit"], as_of=today(), officer=officer_of(request)
        )

    return _acting(request, addressee_number, form, "注意事項を定める", act)


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """予定を立てる。"""
    form = TaskForm(request.POST or None, today=today(), initial={"due_on": today()})

    def act(told: dict[str, Any]) -> None:
        new = NewTask(CaseTask.Kind(told["kind"]), told["due_on"], told["content"])
        plan_task(addressee_number, new, as_of=today(), officer=officer_of(request))

    return _acting(request, addressee_number, form, "予定を立てる", act)


@bound("collection.cases.decide")
@require_http_methods(["GET", "POST"])
def task_end(request: HttpRequest, addressee_number: str, task_id: int) -> HttpResponse:
    """予定を終える。"""
    form = EndTaskForm(request.POST or None, today=today())

    def act(told: dict[str, Any]) -> None:
        result = CaseTask.Result(told["result"])
        end_task(
            (addressee_number, task_id), result, told["content"], as_of=today(), officer=officer_of(request),
            again_on=told["again_on"],
        )  # fmt: skip

    return _acting(request, addressee_number, form, "予定を終える", act)


case_act_urls: list[URLPattern] = [
    path("cases/<str:addressee_number>/assign/", case_assign, name="case_assign"),
    path("cases/<str:addressee_number>/policy/", case_policy, name="case_policy"),
    path("cases/<str:addressee_number>/review/", case_review, name="case_review"),
    path("cases/prescriptions/", case_prescriptions, name="case_prescriptions"),
    path("cases/<str:addressee_number>/prescription/", case_prescription, name="case_prescription"),
    path("cases/<str:addressee_number>/note/", case_note, name="case_note"),
    path("cases/<str:addressee_number>/care/", case_care, name="case_care"),
    path("cases/<str:addressee_number>/tasks/new/", task_new, name="task_new"),
    path("cases/<str:addressee_number>/tasks/<int:task_id>/end/", task_end, name="task_end"),
]
