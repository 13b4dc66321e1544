"""猶予の画面。一覧、申請の受付、一件、書類、決定の起案、担保。"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.grace.actions import (
    Application,
    Security,
    apply_grace,
    notify_defect,
    receive_document,
    release_security,
    take_security,
)
from osame.collection.grace.application_letters import send_application_form
from osame.collection.grace.deciding import Decision, Judgement, judge, open_decisions, propose_decision
from osame.collection.grace.entrusting import NewPaper, entrust
from osame.collection.grace.extending import Extended, affected, extend_for_disaster, extension_told
from osame.collection.grace.forms import (
    ApplicationForm,
    DecisionForm,
    DisasterForm,
    DocumentForm,
    EntrustForm,
    ReleaseForm,
    SecurityForm,
)
from osame.collection.grace.letters import send_release
from osame.collection.grace.models import EntrustedPaper, GraceDocument, GraceSecurity
from osame.collection.grace.paper_web import paper_urls
from osame.collection.grace.queries import (
    GraceFile,
    grace_file,
    graces_of,
    head_numbered,
    instalment_standing,
    open_graces,
)
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import liabilities_of
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.grace import GraceGround
from osame.law.grace_conditions import GraceCancelFacts
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "猶予", "期別", "一時に納付できない事情")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.grace.list")
@require_GET
def graces(request: HttpRequest) -> HttpResponse:
    """申請中と期間中の猶予。"""
    found = open_graces()
    record("猶予の一覧を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS[:2])
    return page(request, "collection/grace/graces.html", {"graces": found, "as_of": today()})


@bound("collection.grace.list")
@require_GET
def grace(request: HttpRequest, grace_id: int) -> HttpResponse:
    """猶予一件。期別、法の条件、書類、計画の履行、担保、これまでのこと。"""
    file = _opened(grace_id)
    shown = {
        "file": file, "head": file.head, "as_of": today(), "standing": instalment_standing(file, as_of=today()),
        "conditions": judge(file, Judgement(""), as_of=today())[:1], "letters": letters_about(f"grace:{grace_id}"),
        "stage": file.head.stage.name, "obligors": _obligors(file),
    }  # fmt: skip
    return page(request, "collection/grace/grace.html", shown)


@bound("collection.grace.apply")
@require_http_methods(["GET", "POST"])
def grace_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """猶予の申請を受け付ける。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("猶予の申請の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = ApplicationForm(
        request.POST or None, today=today(), draft_key=f"grace:{addressee_number}",
        choices=[each.choice for each in owed],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            application = Application(
                addressee_number, GraceGround(told["ground"]), tuple(told["charges"]), (told["first_on"], told["through_on"]),
                told["circumstances"], told["applied_on"], told["instalments"], told["security_excuse"],
            )  # fmt: skip
            number = apply_grace(application, as_of=today(), officer=officer_of(request))
            return reverse("grace", args=[number])

        if done := form.carry_out(request, act, said="猶予の申請を受け付けました。"):
            return done
    return page(request, "collection/grace/new.html", {"form": form, "person": person}, status=form.status)


@bound("collection.grace.apply")
@require_POST
def grace_form(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """猶予の申請書の用紙を作る。済めば、文書の束の画面へ。"""
    procedure = Procedure.REALIZATION_GRACE if request.POST.get("what") == "realization" else Procedure.COLLECTION_GRACE
    try:
        run_id = send_application_form(addressee_number, procedure, as_of=today(), officer=officer_of(request))
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="申請書を作れませんでした")
    return HttpResponseRedirect(reverse("letter_run", args=[run_id]))


@bound("collection.grace.apply")
@require_http_methods(["GET", "POST"])
def grace_document(request: HttpRequest, grace_id: int) -> HttpResponse:
    """書類を受け取る。または、不備を知らせて補正を求める。"""
    file = _opened(grace_id)
    form = DocumentForm(request.POST or None, today=today(), initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        told, officer = form.cleaned_data, officer_of(request)

        def act() -> str:
            kind = GraceDocument.Kind(told["kind"])
            if told["defect"]:
                notify_defect(file.head.key, kind, told["defect"], on=told["on"], officer=officer)
            else:
                receive_document(file.head.key, kind, on=told["on"], officer=officer)
            return reverse("grace", args=[grace_id])

        if done := form.carry_out(request, act, said="書類を記録しました。"):
            return done
    return _page(request, form, file, ("書類を記録する", "記録する"))


@bound("collection.grace.propose")
@require_http_methods(["GET", "POST"])
def grace_propose(request: HttpRequest, grace_id: int) -> HttpResponse:
    """許可・不許可・延長・取消しを起案する。"""
    file = _opened(grace_id)
    offered = [(each.value, each.label) for each in open_decisions(file.head)]
    form = DecisionForm(request.POST or None, today=today(), offered=offered)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            judgement = Judgement(
                told["reason"], told["through"], told["proved"], told["sincere"],
                GraceCancelFacts(has_recovered=told["recovered"]), told["cause_arose_on"], told["hearing"],
                told["instalments"],
            )  # fmt: skip
            number = propose_decision(file.head.key, Decision(told["decision"]), judgement, as_of=today())
            return reverse("approval", args=[number])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    return _page(request, form, file, ("猶予の決定を起案する", "起案する"))


@bound("collection.grace.security")
@require_http_methods(["GET", "POST"])
def grace_security(request: HttpRequest, grace_id: int) -> HttpResponse:
    """担保を受け取る。"""
    file = _opened(grace_id)
    form = SecurityForm(request.POST or None, today=today(), initial={"given_on": today()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            security = Security(GraceSecurity.Kind(told["kind"]), told["description"], told["value"], told["given_on"])
            take_security(file.head.key, security, officer=officer_of(request))
            return reverse("grace", args=[grace_id])

        if done := form.carry_out(request, act, said="担保を受け取りました。"):
            return done
    return _page(request, form, file, ("担保を受け取る", "受け取る"))


@bound("collection.grace.security")
@require_http_methods(["GET", "POST"])
def grace_release(request: HttpRequest, grace_id: int, security_id: int) -> HttpResponse:
    """担保を解除し、担保解除通知書を作る。"""
    file = _opened(grace_id)
    form = ReleaseForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        officer = officer_of(request)

        def act() -> str:
            reason = form.cleaned_data["reason"]
            left = release_security(file.head.key, security_id, reason=reason, as_of=today(), officer=officer)
            released = next(each for each in left.securities if each.security_id == security_id)
            return reverse("letter_run", args=[send_release(left, released, as_of=today(), officer=officer)])

        if done := form.carry_out(request, act, said="担保を解除し、通知書を作りました。"):
            return done
    return _page(request, form, file, ("担保を解除する", "解除する"), security_id)


def _obligors(file: GraceFile) -> list[tuple[str, int, str]]:
    """この猶予の期別について、保証人と担保財産の責任を起こしたもの。告知と催告は、その画面で行う。"""
    kinds = {Liability.Kind.GUARANTOR, Liability.Kind.THIRD_PARTY_SECURITY}
    return [
        (str(each.kind.label), each.liability_id, each.stage_name)
        for each in liabilities_of(file.head.addressee_number)
        if each.kind in kinds
    ]


def _opened(grace_id: int) -> GraceFile:
    file = grace_file(head_numbered(grace_id).key)
    record("猶予を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _page(
    request: HttpRequest, form: Any, file: GraceFile, words: tuple[str, str], security_id: int = 0
) -> HttpResponse:
    shown = {"form": form, "head": file.head, "file": file, "title": words[0], "button": words[1]}
    shown["security"] = next((each for each in file.securities if each.security_id == security_id), None)
    return page(request, "collection/grace/act.html", shown, status=form.status)


@bound("collection.grace.disaster")
@require_http_methods(["GET", "POST"])
def disaster(request: HttpRequest) -> HttpResponse:
    """告示による期限の延長を、地域の期別にまとめて当てる。当たる人数を見てから行う。"""
    form = DisasterForm(request.POST or None, today=today())
    found: Extended | None = None
    if request.method == "POST" and form.is_valid():
        found = form.weigh(lambda: affected(form.disaster, as_of=today()))

        def act() -> str:
            extend_for_disaster(form.disaster, as_of=today(), officer=officer_of(request))
            return reverse("graces")

        said = extension_told(found) if found and found.charges else ""
        if said and form.agreed and not form.errors and (done := form.carry_out(request, act, said=said)):
            return done
    return page(request, "collection/grace/disaster.html", {"form": form, "found": found}, status=form.status)


@bound("collection.grace.entrustments")
@require_http_methods(["GET", "POST"])
def paper_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """証券を受け取り、納付受託証書を作る。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    live = [each for each in graces_of(addressee_number) if each.stage is ProcedureStage.IN_FORCE]
    record("納付の委託の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = EntrustForm(
        request.POST or None, today=today(),
        choices=[each.choice for each in owed],
        graces=[(each.grace_id, f"{each.procedure.value} {each.grace_id}") for each in live],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            new = NewPaper(
                addressee_number=addressee_number, charges=tuple(told["charges"]), kind=EntrustedPaper.Kind(told["kind"]),
                ground=EntrustmentGround[told["ground"]], paper_number=told["paper_number"], drawer=told["drawer"],
                payable_at=told["payable_at"], amount=told["amount"], payable_on=told["payable_on"], cost=told["cost"] or 0, cost_settled=told["cost_settled"],
                certain_because=told["certain_because"], grace_id=told["grace_id"] or None,
            )  # fmt: skip
            return reverse("entrusted_paper", args=[entrust(new, as_of=today(), officer=officer_of(request))])

        if done := form.carry_out(
            request, act, said="証券を受け取り、納付受託証書を作りました。印刷して渡してください。"
        ):
            return done
    return page(request, "collection/grace/paper_new.html", {"form": form, "person": person}, status=form.status)


grace_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/papers/new/", paper_new, name="entrusted_paper_new"),
    path("graces/", graces, name="graces"),
    path("graces/disaster/", disaster, name="disaster"),
    *paper_urls,
    path("graces/<int:grace_id>/", grace, name="grace"),
    path("graces/<int:grace_id>/document/", grace_document, name="grace_document"),
    path("graces/<int:grace_id>/propose/", grace_propose, name="grace_propose"),
    path("graces/<int:grace_id>/security/", grace_security, name="grace_security"),
    path("graces/<int:grace_id>/security/<int:security_id>/release/", grace_release, name="grace_release"),
    path("people/<str:addressee_number>/graces/new/", grace_new, name="grace_new"),
    path("people/<str:addressee_number>/graces/form/", grace_form, name="grace_form"),
]
