"""執行停止の画面。一覧と見直しの期限、調書、調査、見直し、決定の起案。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.letters.reports import download_report
from osame.collection.payment_slips.owed import owed_of
from osame.collection.returns.told import service_told
from osame.collection.suspensions.actions import Finding, open_suspension, record_finding, record_review
from osame.collection.suspensions.deciding import Decision, Judgement, judge, open_decisions, propose_decision
from osame.collection.suspensions.forms import DecisionForm, FindingForm, OpeningForm, ReviewForm
from osame.collection.suspensions.models import SuspensionFinding, SuspensionReview
from osame.collection.suspensions.queries import (
    SuspensionFile,
    open_suspensions,
    reviews_due,
    seizures_to_release,
    suspension_file,
    suspension_numbered,
    totals,
)
from osame.collection.suspensions.reports import suspension_report
from osame.law.dispositions import ProcedureStage
from osame.law.suspension import SuspensionGround
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "執行停止", "期別", "財産と生活の調査")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.suspensions.list")
@require_GET
def suspensions(request: HttpRequest) -> HttpResponse:
    """停止中と調書を作っている執行停止、見直しの期限が来たもの、解除すべき差押え、号別・年度別の集計。"""
    found, due, held = open_suspensions(), reviews_due(as_of=today()), seizures_to_release(as_of=today())
    record("執行停止の一覧を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS[:2])
    shown = {"suspensions": found, "due": due, "seizures": held, "totals": totals(as_of=today())}
    return page(request, "collection/suspensions/suspensions.html", shown)


@bound("collection.suspensions.list")
@require_GET
def suspension(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """執行停止一件（執行停止調書）。期別、調査、法の条件、見直し、これまでのこと。"""
    file = _opened(suspension_id)
    shown = {
        "file": file, "head": file.head, "stage": file.head.stage.name, "as_of": today(),
        "judged": [(each.label, judge(file, each, as_of=today())) for each in open_decisions(file.head.stage)],
        "letters": [
            (each, service_told(each.run_id, each.letter_number, as_of=today()))
            for each in letters_about(f"suspension:{suspension_id}")
        ],
    }  # fmt: skip
    return page(request, "collection/suspensions/suspension.html", shown)


@bound("collection.suspensions.record")
@require_http_methods(["GET", "POST"])
def suspension_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """執行停止の調書を起こす。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("執行停止の調書の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = OpeningForm(
        request.POST or None, today=today(), draft_key=f"suspension:{addressee_number}",
        choices=[each.choice for each in owed],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            ground = list(SuspensionGround)[int(told["ground"]) - 1]
            number = open_suspension(
                addressee_number, ground, tuple(told["charges"]), told["circumstances"], as_of=today(),
                officer=officer_of(request),
            )  # fmt: skip
            return reverse("suspension", args=[number])

        if done := form.carry_out(request, act, said="執行停止の調書を起こしました。調査を記録してください。"):
            return done
    return page(request, "collection/suspensions/new.html", {"form": form, "person": person}, status=form.status)


@bound("collection.suspensions.record")
@require_http_methods(["GET", "POST"])
def suspension_finding(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """調査を一件記録する。"""
    file = _opened(suspension_id)
    form = FindingForm(request.POST or None, today=today(), initial={"answered_on": today()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            finding = Finding(
                SuspensionFinding.Kind(told["kind"]), told["is_found"], told["result"], told["answered_on"]
            )
            record_finding(file.head.key, finding, as_of=today(), officer=officer_of(request))
            return reverse("suspension", args=[suspension_id])

        if done := form.carry_out(request, act, said="調査を記録しました。"):
            return done
    return _page(request, form, file, ("調査を記録する", "記録する"))


@bound("collection.suspensions.record")
@require_http_methods(["GET", "POST"])
def suspension_review(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """停止した後の資力の調査を記録する。"""
    file = _opened(suspension_id)
    form = ReviewForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            outcome = SuspensionReview.Outcome(told["outcome"])
            record_review(file.head.key, outcome, told["note"], on=today(), officer=officer_of(request))
            return reverse("suspension", args=[suspension_id])

        if done := form.carry_out(request, act, said="見直しを記録しました。"):
            return done
    return _page(request, form, file, ("停止を見直す", "記録する"))


@bound("collection.suspensions.propose")
@require_http_methods(["GET", "POST"])
def suspension_propose(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """停止・取消し・即時の消滅を起案する。"""
    file = _opened(suspension_id)
    offered = [(each.value, each.label) for each in open_decisions(file.head.stage)]
    form = DecisionForm(request.POST or None, today=today(), offered=offered)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            judgement = Judgement(told["reason"], told["cause_arose_on"])
            number = propose_decision(file.head.key, Decision(told["decision"]), judgement, as_of=today())
            return reverse("approval", args=[number])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    return _page(request, form, file, ("執行停止の決定を起案する", "起案する"))


def _opened(suspension_id: int) -> SuspensionFile:
    file = suspension_file(suspension_numbered(suspension_id).key, as_of=today())
    record("執行停止を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _page(request: HttpRequest, form: Any, file: SuspensionFile, words: tuple[str, str]) -> HttpResponse:
    shown = {"form": form, "head": file.head, "file": file, "title": words[0], "button": words[1]}
    return page(request, "collection/suspensions/act.html", shown, status=form.status)


@bound("collection.suspensions.list")
@require_POST
def suspension_sheet(request: HttpRequest, suspension_id: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """執行停止調書（R-121）を、庁内の帳票として保存する。"""
    file = _opened(suspension_id)
    judged = judge(file, Decision.SUSPEND, as_of=today()) if file.head.stage is ProcedureStage.NONE else ()
    return download_report(suspension_report(file, judged, as_of=today()), f"suspension-{suspension_id}.pdf")


suspension_urls: list[URLPattern] = [
    path("suspensions/<int:suspension_id>/sheet/", suspension_sheet, name="suspension_sheet"),
    path("suspensions/", suspensions, name="suspensions"),
    path("suspensions/<int:suspension_id>/", suspension, name="suspension"),
    path("suspensions/<int:suspension_id>/finding/", suspension_finding, name="suspension_finding"),
    path("suspensions/<int:suspension_id>/review/", suspension_review, name="suspension_review"),
    path("suspensions/<int:suspension_id>/propose/", suspension_propose, name="suspension_propose"),
    path("people/<str:addressee_number>/suspensions/new/", suspension_new, name="suspension_new"),
]
