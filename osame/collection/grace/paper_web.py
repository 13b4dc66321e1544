"""納付の委託と、担保についての行いの画面。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.grace.entrusting import paper_numbered, papers, reentrust, settle_paper
from osame.collection.grace.forms import SecurityActForm, SettleForm
from osame.collection.grace.models import EntrustedPaper, SecurityAct
from osame.collection.grace.queries import grace_file, head_numbered
from osame.collection.grace.securing import NewSecurityAct, act_on_security
from osame.collection.letters.queries import letters_about
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
    shown["security"] = next((each for each in file.securities if each.security_id == security_id), None)
    return page(request, "collection/grace/act.html", shown, status=form.status)


paper_urls: list[URLPattern] = [
    path("graces/papers/", paper_list, name="entrusted_papers"),
    path("graces/papers/<int:paper_id>/", paper, name="entrusted_paper"),
    path("graces/<int:grace_id>/security/<int:security_id>/act/", security_act, name="security_act"),
]
