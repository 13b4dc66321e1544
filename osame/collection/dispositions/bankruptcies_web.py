"""倒産手続の画面。開始の決定、計画の認可、禁止・中止、終わり、免責。区分と届出は、台帳の画面（`bankruptcy_ranks`）。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.dispositions import bankruptcies, stays
from osame.collection.dispositions import bankruptcies_forms as sheets
from osame.collection.dispositions.bankruptcies import Approval
from osame.collection.dispositions.queries import BankruptcyLine, bankruptcy_numbered
from osame.collection.dispositions.stays import NewStay
from osame.law.rebuilding import StayKind
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm, done_words
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def bankruptcy_opening(request: HttpRequest, bankruptcy_id: int) -> HttpResponse:
    """申立ての後の、開始の決定を記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.OpeningForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        bankruptcies.record_opening(bankruptcy_id, on=told["on"], note=told["note"], officer=officer_of(request))
        return _ranks(found)

    return _acted(request, form, act, ("開始の決定を記録する", "記録する", _what(found)))


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def bankruptcy_approval(request: HttpRequest, bankruptcy_id: int) -> HttpResponse:
    """再生計画・更生計画の認可を記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.ApprovalForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        approval = Approval(told["on"], told["note"], told["grace_through"], told["consented_on"])
        bankruptcies.record_approval(bankruptcy_id, approval, officer=officer_of(request))
        return _ranks(found)

    return _acted(request, form, act, ("計画の認可を記録する", "記録する", _what(found)))


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def stay_new(request: HttpRequest, bankruptcy_id: int) -> HttpResponse:
    """滞納処分の禁止・中止の命令、または期間の伸長を記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.StayForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        new = NewStay(StayKind[told["kind"]], told["on"], told["note"], told["through"], told["consented_on"])
        stays.record_stay(found.key, new, officer=officer_of(request))
        return _ranks(found)

    return _acted(request, form, act, ("命令・期間の伸長を記録する", "記録する", _what(found)))


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def stay_lift(request: HttpRequest, bankruptcy_id: int, stay_number: int) -> HttpResponse:
    """禁止・中止の効力が失われたことを記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.LiftForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        stays.lift_stay(found.key, stay_number, on=told["on"], reason=told["reason"], officer=officer_of(request))
        return _ranks(found)

    lines = [
        f"{each.kind.value}　{each.article}" for each in stays.stays_of(found.key) if each.stay_number == stay_number
    ]
    return _acted(request, form, act, ("効力を失った日を記録する", "記録する", _what(found)), lines)


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def bankruptcy_end(request: HttpRequest, bankruptcy_id: int) -> HttpResponse:
    """倒産手続の終わりを記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.BankruptcyEndForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        bankruptcies.close_bankruptcy(
            bankruptcy_id, on=told["on"], was_cancelled=told["was_cancelled"], note=told["note"],
            officer=officer_of(request),
        )  # fmt: skip
        return _ranks(found)

    return _acted(request, form, act, ("倒産手続の終わりを記録する", "記録する", _what(found)))


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def bankruptcy_discharge(request: HttpRequest, bankruptcy_id: int) -> HttpResponse:
    """免責の確定を記録する。"""
    found = _opened(bankruptcy_id)
    form = sheets.DischargeForm(request.POST or None, today=today())

    def act() -> str:
        bankruptcies.record_discharge(bankruptcy_id, on=form.cleaned_data["on"], officer=officer_of(request))
        return reverse("dispose_again")

    return _acted(request, form, act, ("免責の確定を記録する", "記録する", _what(found)))


def _acted(
    request: HttpRequest,
    form: ActForm,
    act: Callable[[], str],
    told: tuple[str, str, str],
    lines: list[str] | None = None,
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、何の）; lines: 行う前に見る文"""
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=done_words(told[0])))
    ):
        return done
    shown = {"form": form, "title": told[0], "button": told[1], "about": told[2], "lines": lines or ()}
    return page(request, "collection/dispositions/act.html", shown, status=form.status)


def _opened(bankruptcy_id: int) -> BankruptcyLine:
    found = bankruptcy_numbered(bankruptcy_id)
    record("倒産手続を開いた", subjects=[found.addressee_number], fields=("氏名", "倒産手続"))
    return found


def _what(found: BankruptcyLine) -> str:
    return f"{found.name}（{found.addressee_number}）、{found.procedure.value}　{found.court} {found.case_number}　{found.stage_name}"


def _ranks(found: BankruptcyLine) -> str:
    return reverse("bankruptcy_ranks", args=[*found.key])


bankruptcy_urls: list[URLPattern] = [
    path("bankruptcies/<int:bankruptcy_id>/opening/", bankruptcy_opening, name="bankruptcy_opening"),
    path("bankruptcies/<int:bankruptcy_id>/approval/", bankruptcy_approval, name="bankruptcy_approval"),
    path("bankruptcies/<int:bankruptcy_id>/stays/new/", stay_new, name="stay_new"),
    path("bankruptcies/<int:bankruptcy_id>/stays/<int:stay_number>/lift/", stay_lift, name="stay_lift"),
    path("bankruptcies/<int:bankruptcy_id>/end/", bankruptcy_end, name="bankruptcy_end"),
    path("bankruptcies/<int:bankruptcy_id>/discharge/", bankruptcy_discharge, name="bankruptcy_discharge"),
]
