"""督促を作った後の画面。引抜き、差出し、取消し、回収、督促一つの記録。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.demand_mail.forms import (
    CancelForm,
    DispatchForm,
    PullForm,
    RecallForm,
    ScanForm,
)
from osame.collection.demands.actions import (
    LetterNotFound,
    cancel_demand,
    cancel_run,
    record_dispatch,
)
from osame.collection.demands.effects import prescription_effect, rehearsed
from osame.collection.demands.forms import PreviewedForm, ReasonForm
from osame.collection.demands.protected import recall_unsent, unsent_letters
from osame.collection.demands.pulling import paid_since, pull
from osame.collection.demands.reissue import save_reissued
from osame.collection.demands.runs import DemandLine, demands_of, demands_on, one_run
from osame.kernel.refusals import Refusal
from osame.law.demand import seizable_from
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

MOST_ON_A_LETTER = 1_000
FACTS = ("氏名", "督促の額", "督促の経過")


@bound("collection.demands.show")
@require_GET
def demand(request: HttpRequest, charge_id: int) -> HttpResponse:
    """一つの期別の督促。経過と、できること。"""
    found = demands_on(charge_id)
    if not found:
        return refused(request, "この期別には、督促の記録がありません。", status=404, title="督促していません")
    record("督促を開いた", subjects=[found[0].addressee_number], fields=FACTS)
    shown = {"demand": found[0], "earlier": found[1:]}
    return page(request, "collection/demand_mail/demand.html", shown)


@bound("collection.demands.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, charge_id: int) -> HttpResponse:
    """一つの督促の取消し。効き目を見てから行う。"""
    found = next((each for each in demands_on(charge_id) if each.live), None)
    if found is None and request.method == "GET":
        return refused(request, "取り消せる督促がありません。記録を確かめてください。", status=404, title="ありません")
    form = CancelForm(request.POST or None, today=today(), initial={"cancelled_on": today()})
    officer, effect = officer_of(request), None
    number = found.addressee_number if found else next((each.addressee_number for each in demands_on(charge_id)), "")
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data

        def act() -> str:
            cancel_demand(number, charge_id, as_of=facts["cancelled_on"], reason=facts["reason"], officer=officer)
            return reverse("demand", args=[charge_id])

        def tried() -> object:
            return rehearsed(
                lambda: cancel_demand(
                    number, charge_id, as_of=facts["cancelled_on"], reason=facts["reason"], officer=officer
                )
            )

        effect = form.weigh(tried)
        if done := _carried(request, form, act, "督促を取り消しました。"):
            return done
    shown = {"form": form, "effect": effect, "demand": found}
    shown["prescription"] = prescription_effect(found) if found else None
    return page(request, "collection/demand_mail/cancel.html", shown, status=form.status)


@bound("collection.demands.cancel")
@require_http_methods(["GET", "POST"])
def cancel_whole(request: HttpRequest, run_id: int) -> HttpResponse:
    """一つの実行の督促を、すべて取り消す。効き目を見てから行う。"""
    found = one_run(run_id)
    form = CancelForm(request.POST or None, today=today(), initial={"cancelled_on": today()})
    officer, effect = officer_of(request), None
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data

        def doing() -> object:
            return cancel_run(run_id, as_of=facts["cancelled_on"], reason=facts["reason"], officer=officer)

        def act() -> str:
            doing()
            return reverse("demand_run", args=[run_id])

        effect = form.weigh(lambda: rehearsed(doing))
        if done := _carried(request, form, act, "この実行の督促を、すべて取り消しました。"):
            return done
    shown = {"form": form, "effect": effect, "run": found}
    return page(request, "collection/demand_mail/cancel_run.html", shown, status=form.status)


@bound("collection.demands.withdraw")
@require_http_methods(["GET", "POST"])
def pulling(request: HttpRequest, run_id: int) -> HttpResponse:
    """引抜きの一覧。作った後に入金のあったものを、差し出す前に抜く。"""
    found = one_run(run_id)
    paid = paid_since(run_id, as_of=today()) if found.dispatched_on is None else ()
    record("引抜きの一覧を開いた", subjects=sorted({each.addressee_number for each in paid}), fields=FACTS)
    form = PullForm(request.POST or None, charges=[each.charge_id for each in paid])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            pull(run_id, form.cleaned_data["charge"], as_of=today(), officer=officer_of(request))
            return reverse("demand_pull", args=[run_id])

        if done := form.carry_out(request, act, said="引抜きを記録しました。封筒から抜いてください。"):
            return done
    pulled = [each for each in demands_of(run_id, limit=found.charges) if each.withdrawn_on] if found.withdrawn else []
    shown = {"form": form, "run": found, "paid": paid, "pulled": pulled, "as_of": today()}
    return page(request, "collection/demand_mail/pull.html", shown, status=form.status)


@bound("collection.demands.dispatched")
@require_http_methods(["GET", "POST"])
def dispatch(request: HttpRequest, run_id: int) -> HttpResponse:
    """差出日の記録。差押えの日がどうなるかを見てから行う。"""
    found = one_run(run_id)
    form = DispatchForm(request.POST or None, today=today(), initial={"dispatched_on": today()})
    effect = None
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["dispatched_on"]

        def doing() -> int:
            return record_dispatch(run_id, dispatched_on=day, officer=officer_of(request))

        def act() -> str:
            doing()
            return reverse("demand_run", args=[run_id])

        effect = form.weigh(lambda: {"charges": rehearsed(doing), "seizable": seizable_from(day)})
        if done := _carried(request, form, act, "差出日を記録しました。"):
            return done
    waiting = len(paid_since(run_id, as_of=today())) if found.dispatched_on is None else 0
    shown = {"form": form, "effect": effect, "run": found, "waiting": waiting, "before": seizable_from(found.issued_on)}
    return page(request, "collection/demand_mail/dispatch.html", shown, status=form.status)


@bound("collection.demands.show")
@require_GET
def scan(request: HttpRequest) -> HttpResponse:
    """督促状のバーコードから、その一通を開く。"""
    form = ScanForm(request.GET or None, label_suffix="")
    if form.is_bound and form.is_valid():
        run_id, letter_number = form.cleaned_data["code"]
        if demands_of(run_id, letter=letter_number, limit=1):
            return HttpResponseRedirect(reverse("demand_letter", args=[run_id, letter_number]))
        form.add_error("code", str(LetterNotFound(f"実行番号 {run_id}、発付番号 {letter_number}")))
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "collection/demand_mail/scan.html", {"form": form}, status=status)


@bound("collection.demands.show")
@require_GET
def letter(request: HttpRequest, run_id: int, letter_number: int) -> HttpResponse:
    """督促状一通。中の督促と、返戻・公示送達の記録。"""
    lines = _letter(run_id, letter_number)
    record("督促状を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    return _shown(request, (run_id, letter_number), ReasonForm())


@bound("collection.demands.letters")
@require_POST
def reissue(request: HttpRequest, run_id: int, letter_number: int) -> HttpResponse:
    """督促状一通を、理由を残して、もう一度刷る。"""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, (run_id, letter_number), form)
    try:
        return save_reissued(run_id, letter_number, as_of=today(), reason=form.cleaned_data["reason"])
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="再発行できませんでした")


def _shown(request: HttpRequest, code: tuple[int, int], form: ReasonForm) -> HttpResponse:
    lines = _letter(*code)
    shown = {"run": one_run(code[0]), "lines": lines, "first": _first(lines), "letter_number": code[1], "form": form}
    return page(request, "collection/demand_mail/letter.html", shown, status=form.status)


@bound("collection.demands.recall")
@require_http_methods(["GET", "POST"])
def recall(request: HttpRequest) -> HttpResponse:
    """支援措置の対象者になった人の、まだ差し出していない督促状の回収。"""
    letters = unsent_letters()
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            recall_unsent(as_of=today(), officer=officer_of(request))
            return reverse("demand_recall")

        if done := form.carry_out(request, act, said="引き抜きました。刷った束は脇に置いたので、刷り直してください。"):
            return done
    return page(request, "collection/demand_mail/recall.html", {"form": form, "letters": letters}, status=form.status)


def _carried(request: HttpRequest, form: PreviewedForm, act: Callable[[], str], said: str) -> HttpResponse | None:
    """見たとおりの効き目なら行う。まだ見ていないか、変わっていれば、行わずに見せる。"""
    return form.carry_out(request, act, said=said) if form.agreed and not form.errors else None


def _letter(run_id: int, letter_number: int) -> tuple[DemandLine, ...]:
    lines = demands_of(run_id, letter=letter_number, limit=MOST_ON_A_LETTER)
    if not lines:
        raise LetterNotFound(f"実行番号 {run_id}、発付番号 {letter_number}")
    return lines


def _first(lines: tuple[DemandLine, ...]) -> DemandLine:
    """一通を代表する督促。生きているものがあれば、それ。"""
    return next((each for each in lines if each.live), lines[0])


demand_mail_urls: list[URLPattern] = [
    path("demands/<int:charge_id>/", demand, name="demand"),
    path("demands/<int:charge_id>/cancel/", cancel, name="demand_cancel"),
    path("demands/runs/<int:run_id>/pull/", pulling, name="demand_pull"),
    path("demands/runs/<int:run_id>/dispatch/", dispatch, name="demand_dispatch"),
    path("demands/runs/<int:run_id>/cancel/", cancel_whole, name="demand_run_cancel"),
    path("demands/letters/", scan, name="demand_scan"),
    path("demands/runs/<int:run_id>/letters/<int:letter_number>/", letter, name="demand_letter"),
    path("demands/runs/<int:run_id>/letters/<int:letter_number>/reissue/", reissue, name="demand_reissue"),
    path("demands/recall/", recall, name="demand_recall"),
]
