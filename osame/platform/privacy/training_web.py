"""研修と点検の画面。受講の一覧と登録、期限の過ぎた者、点検と改め。"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.fields import WarekiDateField, plain
from osame.platform.functions.binding import bound
from osame.platform.privacy import refusals, training
from osame.platform.privacy.models import InspectionRecord, TrainingRecord
from osame.platform.terminal import today


class TakeForm(ActForm):
    """研修の受講。"""

    refusals = {refusals.TrainingInTheFuture: "taken_on", refusals.OwnTraining: "staff_number"}

    staff_number = forms.CharField(label="職員番号", max_length=20)
    kind = forms.ChoiceField(label="研修の種類", choices=TrainingRecord.Kind.choices)
    title = forms.CharField(label="研修の名", max_length=200)
    taken_on = WarekiDateField(label="受講日", within_years=2)


class InspectForm(ActForm):
    """点検の登録。"""

    refusals = {refusals.InspectionIncomplete: "finding", refusals.TrainingInTheFuture: "inspected_on"}

    kind = forms.ChoiceField(label="点検の種類", choices=InspectionRecord.Kind.choices)
    inspected_on = WarekiDateField(label="点検した日", within_years=2)
    department = forms.CharField(label="点検した所属", max_length=100)
    checked_items = forms.CharField(label="確かめたこと", max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}))
    outcome = forms.ChoiceField(label="点検の結果", choices=InspectionRecord.Outcome.choices)
    finding = forms.CharField(
        label="改めること", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ImproveForm(ActForm):
    """改めたこと。"""

    refusals = {refusals.WrongOrderOfDates: "on"}

    on = WarekiDateField(label="改めた日", within_years=2)
    improvement = forms.CharField(label="改めたこと", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class SuspendForm(ActForm):
    """期限の過ぎた者の権限を止める。"""


@bound("floor.training.list", POST="floor.training.suspend")
@require_http_methods(["GET", "POST"])
def trainings(request: HttpRequest) -> HttpResponse:
    """研修の要る職員と、いまの受講。POST は、期限の過ぎた者の個人番号利用権限を止める。"""
    form = SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            training.suspend_overdue(as_of=today())
            return reverse("trainings")

        if done := form.carry_out(request, act, said="期限の過ぎた者の個人番号利用権限を取り消しました。"):
            return done
    rows = training.standings(as_of=today())
    late = [each for each in rows if each.overdue]
    context = {
        "rows": rows,
        "late": len(late),
        "holding": sum(each.may_use_numbers for each in late),
        "covered": (len(rows) - len(late)) * 100 // len(rows) if rows else 100,
        "form": form,
        "inspections": training.inspections(),
        "held": training.held_within_a_year(as_of=today()).items(),
    }
    return page(request, "privacy/trainings.html", context, status=form.status)


@bound("floor.training.record")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """研修を受けたことを登録する。"""
    start = {"taken_on": today(), "staff_number": request.GET.get("staff", "")}
    form = TakeForm(request.POST or None, today=today(), initial=start)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            training.take(
                plain(told["staff_number"]), told["kind"], title=told["title"], taken_on=told["taken_on"], as_of=today()
            )
            return reverse("trainings")

        if done := form.carry_out(request, act, said="登録しました。"):
            return done
    return _act(request, form, "研修の受講を登録する", "受講の記録は、後から書き換えられません。")


@bound("floor.inspections.record")
@require_http_methods(["GET", "POST"])
def inspect(request: HttpRequest) -> HttpResponse:
    """点検を登録する。"""
    form = InspectForm(request.POST or None, today=today(), initial={"inspected_on": today()})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            training.inspect(told, on=told["inspected_on"], as_of=today())
            return reverse("trainings")

        if done := form.carry_out(request, act, said="登録しました。"):
            return done
    return _act(request, form, "点検を登録する", "そのときの監査の検査点を、確かめに使った証として添えます。")


@bound("floor.inspections.record")
@require_http_methods(["GET", "POST"])
def improve(request: HttpRequest, number: int) -> HttpResponse:
    """点検で見つかったことを改めた。"""
    form = ImproveForm(request.POST or None, today=today(), initial={"on": today()})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            training.improve(number, what=told["improvement"], on=told["on"], as_of=today())
            return reverse("trainings")

        if done := form.carry_out(request, act, said="登録しました。"):
            return done
    return _act(request, form, "改めたことを登録する", "点検で見つかったことに、どう応じたかを残します。")


def _act(request: HttpRequest, form: ActForm, title: str, effect: str) -> HttpResponse:
    context = {
        "act": {"title": title, "effects": [effect]},
        "form": form,
        "back": reverse("trainings"),
        "back_label": "研修と点検",
    }
    return page(request, "privacy/act.html", context, status=form.status)


training_urls: list[URLPattern] = [
    path("trainings/", trainings, name="trainings"),
    path("trainings/new/", take, name="training_take"),
    path("inspections/new/", inspect, name="inspection_new"),
    path("inspections/<int:number>/improve/", improve, name="inspection_improve"),
]
