"""納付の委託と、担保についての行いの画面。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.grace.entrusting import NewPaper, entrust, paper_numbered, papers, reentrust, settle_paper
from osame.collection.grace.forms import EntrustForm, SecurityActForm, SettleForm
from osame.collection.grace.models import EntrustedPaper, SecurityAct
from osame.collection.grace.queries import grace_file, graces_of, head_numbered
from osame.collection.grace.securing import NewSecurityAct, act_on_security
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.payment_slips.owed import owed_of
from osame.law.dispositions import ProcedureStage
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "納付の委託", "期別")


@bound("collection.grace.entrustments")
@require_GET
def paper_list(request: HttpRequest) -> HttpResponse:
    """受託中の証券、または済んだものも。支払期日の順。"""
    every = request.GET.get("every") == "1"
    found = papers(every=every)
    record("納付の委託の一覧を開いた", subjects=sorted({each.key[0] for each in found}), fields=FACTS[:2])
    return page(request, "collection/grace/papers.html", {"papers": found, "every": every, "as_of": today()})


@bound("collection.grace.entrustments")
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """証券一件。再委託、取立て、不渡り、返還を記録する。"""
    line = paper_numbered(paper_id)
    record("納付の委託を開いた", subjects=[line.key[0]], fields=FACTS)
    form = SettleForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            if told["act"] == "bank":
                reentrust(paper_id, told["note"], as_of=today())
            else:
                state = EntrustedPaper.State(told["act"])
                settle_paper(paper_id, state, told["note"], as_of=today(), officer=officer_of(request))
            return reverse("entrusted_paper", args=[paper_id])

        if done := form.carry_out(request, act, said="記録しました。"):
            return done
    held = line.state is EntrustedPaper.State.HELD
    shown = {
        "line": line, "paper": line.paper, "form": form if held else None, "as_of": today(),
        "kind": EntrustedPaper.Kind(line.paper.kind).label, "letters": letters_about(f"entrusted_paper:{paper_id}"),
        "due": held and line.paper.payable_on <= today(),
    }  # fmt: skip
    return page(request, "collection/grace/paper.html", shown, status=form.status)


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
                payable_at=told["payable_at"], amount=told["amount"], payable_on=told["payable_on"], cost=told["cost"] or 0,
                certain_because=told["certain_because"], grace_id=told["grace_id"] or None,
            )  # fmt: skip
            return reverse("entrusted_paper", args=[entrust(new, as_of=today(), officer=officer_of(request))])

        if done := form.carry_out(
            request, act, said="証券を受け取り、納付受託証書を作りました。印刷して渡してください。"
        ):
            return done
    return page(request, "collection/grace/paper_new.html", {"form": form, "person": person}, status=form.status)


@bound("collection.grace.security")
@require_http_methods(["GET", "POST"])
def security_act(request: HttpRequest, grace_id: int, security_id: int) -> HttpResponse:
    """増担保を求める、応じたか否か、担保物の処分を記録する。"""
    file = grace_file(head_numbered(grace_id).key)
    record("猶予を開いた", subjects=[file.head.addressee_number], fields=("氏名", "猶予", "担保"))
    form = SecurityActForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            new = NewSecurityAct(SecurityAct.Kind(told["kind"]), told["note"], told["through"], told["amount"])
            act_on_security(file.head.key, security_id, new, as_of=today(), officer=officer_of(request))
            return reverse("grace", args=[grace_id])

        if done := form.carry_out(request, act, said="担保についての行いを記録しました。"):
            return done
    title = f"担保{security_id}についての行い"
    shown = {"form": form, "head": file.head, "file": file, "title": title, "button": "記録する"}
    return page(request, "collection/grace/act.html", shown, status=form.status)


paper_urls: list[URLPattern] = [
    path("graces/papers/", paper_list, name="entrusted_papers"),
    path("graces/papers/<int:paper_id>/", paper, name="entrusted_paper"),
    path("graces/<int:grace_id>/security/<int:security_id>/act/", security_act, name="security_act"),
    path("people/<str:addressee_number>/papers/new/", paper_new, name="entrusted_paper_new"),
]
