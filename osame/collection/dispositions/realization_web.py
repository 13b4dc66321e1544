"""換価執行決定の画面。一件、催告と同意の求め、同意、決定の起案、告知の到達、取消し。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.dispositions import realization_forms as sheets
from osame.collection.dispositions import realizing
from osame.collection.dispositions.queries import DispositionFile, disposition_file, disposition_numbered
from osame.collection.dispositions.realization_queries import DecisionHead, decision_numbered
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納処分", "財産")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def realization_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """換価を催告し、換価の執行への同意を求める。"""
    file = disposition_file(disposition_numbered(disposition_id).key)
    record("滞納処分を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    form = ActForm(request.POST or None, today=today())

    def act() -> str:
        number = realizing.call_to_realize(file.head.key, as_of=today(), officer=officer_of(request))
        return reverse("realization", args=[number])

    return _acted(request, form, act, ("換価を催告し、同意を求める", "催告する"), file)


@bound("collection.dispositions.list")
@require_GET
def realization(request: HttpRequest, number: int) -> HttpResponse:
    """換価執行決定一件。条件、同意、決定、効力、取消しの事由、これまでのこと。"""
    head, file = _opened(number)
    stage = head.stage
    going = stage is ProcedureStage.APPLIED
    shown = {
        "decision": head, "file": file, "head": file.head,
        "conditions": realizing.judge_realization(head, file, as_of=today()) if going else None,
        "can_consent": going and head.consented_on is None, "can_propose": going and head.consented_on is not None,
        "can_notice": stage is ProcedureStage.IN_FORCE and head.effect_on is None,
        "can_revoke": stage is ProcedureStage.IN_FORCE,
    }  # fmt: skip
    return page(request, "collection/dispositions/realization.html", shown)


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def realization_consent(request: HttpRequest, number: int) -> HttpResponse:
    """先に差し押さえた行政機関の答えを記録する。"""
    _, file = _opened(number)
    form = sheets.ConsentForm(request.POST or None, today=today())

    def act() -> str:
        realizing.record_consent(number, form.consent, officer=officer_of(request))
        return reverse("realization", args=[number])

    return _acted(request, form, act, ("同意の答えを記録する", "記録する"), file)


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def realization_propose(request: HttpRequest, number: int) -> HttpResponse:
    """換価執行決定を起案する。法の条件を一つずつ見てから。"""
    head, file = _opened(number)
    form = sheets.RealizationForm(request.POST or None, today=today())

    def act() -> str:
        made = realizing.propose_realization(number, reason=form.cleaned_data["reason"], as_of=today())
        return reverse("approval", args=[made])

    lines = [each.line for each in realizing.judge_realization(head, file, as_of=today()).items]
    return _acted(request, form, act, ("換価執行決定を起案する", "起案する"), file, (PROPOSED, lines))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def realization_notice(request: HttpRequest, number: int) -> HttpResponse:
    """告知が届いた日を記録する。"""
    _, file = _opened(number)
    form = sheets.NoticeDayForm(request.POST or None, today=today())

    def act() -> str:
        realizing.record_notice_of_decision(number, on=form.cleaned_data["on"], officer=officer_of(request))
        return reverse("realization", args=[number])

    return _acted(request, form, act, ("告知の到達を記録する", "記録する"), file)


@bound("collection.dispositions.release")
@require_http_methods(["GET", "POST"])
def realization_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """換価執行決定を取り消し、通知を作る。"""
    _, file = _opened(number)
    form = sheets.RevocationForm(request.POST or None, today=today())

    def act() -> str:
        realizing.revoke(number, form.judgement, as_of=today(), officer=officer_of(request))
        return reverse("realization", args=[number])

    return _acted(request, form, act, ("換価執行決定を取り消す", "取り消して通知する"), file)


def _opened(number: int) -> tuple[DecisionHead, DispositionFile]:
    head = decision_numbered(number)
    record("換価執行決定を開いた", subjects=[head.addressee_number], fields=FACTS)
    return head, disposition_file(head.participation)


def _acted(
    request: HttpRequest, form: ActForm, act: Callable[[], str], told: tuple[str, str], file: DispositionFile,
    more: tuple[str, list[str]] = ("", []),
) -> HttpResponse:  # fmt: skip
    """欄を確かめて一度だけ行う。 told: （題、釦）; more: （終わった後の言葉、行う前に見る文）"""
    said = more[0] or f"{told[0]}：終わりました。"
    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=said)):
        return done
    head = file.head
    about = f"{head.name}（{head.addressee_number}）、{head.number}、{head.asset}"
    shown = {"form": form, "title": told[0], "button": told[1], "about": about, "lines": more[1]}
    return page(request, "collection/dispositions/act.html", shown, status=form.status)


realization_urls: list[URLPattern] = [
    path("dispositions/<int:disposition_id>/realization/", realization_new, name="realization_new"),
    path("realizations/<int:number>/", realization, name="realization"),
    path("realizations/<int:number>/consent/", realization_consent, name="realization_consent"),
    path("realizations/<int:number>/propose/", realization_propose, name="realization_propose"),
    path("realizations/<int:number>/notice/", realization_notice, name="realization_notice"),
    path("realizations/<int:number>/revoke/", realization_revoke, name="realization_revoke"),
]
