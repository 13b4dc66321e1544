"""承継の画面。一覧、一件（相続関係図・額・条件）、承継する者、裁判所への照会、代表者、決定の起案、納付書。"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import third_parties
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.successions.actions import (
    CourtAnswer,
    ask_court,
    name_representative,
    open_succession,
    record_court_answer,
    record_successors,
)
from osame.collection.successions.deciding import judge, propose_decision
from osame.collection.successions.forms import (
    AnswerForm,
    CourtForm,
    DecisionForm,
    OpeningForm,
    RemovalForm,
    RepresentativeForm,
    SlipForm,
    SuccessorForm,
    TellForm,
)
from osame.collection.successions.letters import fraction_text, send_form
from osame.collection.successions.models import HeirRepresentative, Succession, Successor
from osame.collection.successions.noticing import differing_shares, tell_again
from osame.collection.successions.paying import issue_share_slip
from osame.collection.successions.picture import picture_of
from osame.collection.successions.portions import given_of
from osame.collection.successions.queries import (
    ARTICLES,
    KINDS,
    SuccessionFile,
    SuccessionUnknown,
    deaths_without_succession,
    obligations_of,
    open_successions,
    succession_file,
    succession_numbered,
    unanswered,
)
from osame.collection.successions.sharing import portions_in_force, shared_charges
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/successions"
FACTS = ("氏名", "承継", "承継する者", "相続分", "承継額")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.successions.list")
@require_GET
def successions(request: HttpRequest) -> HttpResponse:
    """承継、承継の調べのない死亡、回答を待つ照会、知らせ直す額の一覧。"""
    found, deaths, differing = open_successions(), deaths_without_succession(), differing_shares()
    subjects = sorted({each.addressee_number for each in found} | {each[0] for each in deaths})
    record("承継の一覧を開いた", subjects=subjects, fields=FACTS[:2])
    shown = {"successions": found, "deaths": deaths, "waiting": unanswered(as_of=today()), "differing": differing}
    return page(request, f"{TEMPLATES}/successions.html", shown)


@bound("collection.successions.list")
@require_GET
def succession(request: HttpRequest, succession_id: int) -> HttpResponse:
    """承継一件。相続関係図、額、条件、代表者、照会、決定。"""
    file = _opened(succession_id)
    head, on = file.head, today()
    has_shares = any(each.share for each in file.in_force)
    shared = shared_charges(head.addressee_number, on=on, as_of=on) if has_shares else ()
    lines = file.latest or file.in_force
    shown = {
        "file": file, "head": head, "as_of": on, "picture": picture_of(file, lines), "lines": [(each, fraction_text(each.share)) for each in lines],
        "shared": shared, "portions": [(each, fraction_text(each.share)) for each in portions_in_force(head.addressee_number)],
        "totals": [sum(one.shares[at].owed for one in shared) for at in range(len(shared[0].shares))] if shared else [],
        "judged": judge(file, as_of=on) if head.latest > head.in_force else None,
        "differing": [each for each in differing_shares() if each.succession_id == succession_id],
        "letters": letters_about(f"succession:{succession_id}"),
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/succession.html", shown)


@bound("collection.successions.list")
@require_GET
def succession_obligations(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """その者が、承継によって請求を受ける期別と、その額。"""
    person = open_person(addressee_number, as_of=today())
    found = obligations_of(addressee_number)
    record("承継した義務を開いた", subjects=[addressee_number, *{each.origin_number for each in found}], fields=FACTS)
    shown = {"person": person, "found": [(each, KINDS[each.kind], ARTICLES[each.kind]) for each in found]}
    return page(request, f"{TEMPLATES}/obligations.html", shown)


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """承継の調べを起こす。"""
    person = open_person(addressee_number, as_of=today())
    record("承継の調べの画面を開いた", subjects=[addressee_number], fields=FACTS[:2])
    form = OpeningForm(request.POST or None, today=today(), draft_key=f"succession:{addressee_number}")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            number = open_succession(
                addressee_number, Succession.Kind(told["kind"]), told["evidence"], opened_on=told["opened_on"], as_of=today(),
                officer=officer_of(request),
            )  # fmt: skip
            return reverse("succession", args=[number])

        if done := form.carry_out(request, act, said="承継の調べを起こしました。承継する者を登録してください。"):
            return done
    return page(request, f"{TEMPLATES}/new.html", {"form": form, "person": person}, status=form.status)


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_successor(request: HttpRequest, succession_id: int, position: int = 0) -> HttpResponse:
    """承継する者を、一人足す。位置があれば、その者を直す。"""
    file = _opened(succession_id)
    known = {each.position: each for each in file.latest}
    if position and position not in known:
        raise SuccessionUnknown(f"{succession_id}の{position}")
    now = known.get(position)
    initial: dict[str, Any] = {}
    if now is not None:
        initial = {
            name: getattr(now, name)
            for name in ("name", "kind", "successor_number", "stem", "is_half", "answer", "designated", "received")
        }
    form = SuccessorForm(request.POST or None, today=today(), initial=initial)

    def act() -> str:
        people = [form.given() if each.position == position else given_of(each) for each in file.latest]
        people += [] if position else [form.given()]
        record_successors(file.head.key, people, form.cleaned_data["reason"], officer=officer_of(request))
        return reverse("succession", args=[succession_id])

    words = ("承継する者を直す" if position else "承継する者を足す", "登録する")
    return _act(request, form, file, act, words, "承継する者を登録しました。")


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_removal(request: HttpRequest, succession_id: int, position: int) -> HttpResponse:
    """承継する者一人を、調べから除く。"""
    file = _opened(succession_id)
    form = RemovalForm(request.POST or None, today=today())

    def act() -> str:
        people = [given_of(each) for each in file.latest if each.position != position]
        record_successors(file.head.key, people, form.cleaned_data["reason"], officer=officer_of(request))
        return reverse("succession", args=[succession_id])

    return _act(request, form, file, act, ("承継する者を除く", "除く"), "承継する者を除きました。")


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_court(request: HttpRequest, succession_id: int) -> HttpResponse:
    """家庭裁判所に、相続放棄・限定承認の申述の有無を照会する。"""
    file = _opened(succession_id)
    courts = third_parties([ThirdParty.Kind.COURT], as_of=today())
    choices = [(each.third_party_id, each.name) for each in courts]
    form = CourtForm(request.POST or None, today=today(), choices=choices)

    def act() -> str:
        told = form.cleaned_data
        ask_court(file.head.key, told["court"], reply_by=told["reply_by"], as_of=today(), officer=officer_of(request))
        return reverse("succession", args=[succession_id])

    return _act(request, form, file, act, ("裁判所に照会する", "照会書を作る"), "照会書を作りました。")


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_answer(request: HttpRequest, succession_id: int, inquiry_number: int) -> HttpResponse:
    """裁判所の回答を記録する。放棄・限定承認は、新しい版になる。"""
    file = _opened(succession_id)
    choices = [(each.position, f"{each.name}（{each.kind.label}）") for each in file.latest]
    form = AnswerForm(request.POST or None, today=today(), initial={"answered_on": today()}, choices=choices)

    def act() -> str:
        told = form.cleaned_data
        answers = dict.fromkeys(told["renounced"], Successor.Answer.RENOUNCED) | dict.fromkeys(
            told["limited"], Successor.Answer.LIMITED
        )
        answer = CourtAnswer(told["words"], told["answered_on"], answers)
        record_court_answer(file.head.key, inquiry_number, answer, officer=officer_of(request))
        return reverse("succession", args=[succession_id])

    said = "回答を記録し、新しい版を作りました。決定（変更）を起案してください。"
    return _act(request, form, file, act, ("裁判所の回答を記録する", "記録する"), said)


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_representative(request: HttpRequest, succession_id: int) -> HttpResponse:
    """相続人代表者の届出を受け、または職権で指定する。"""
    file = _opened(succession_id)
    choices = [(each.successor_number, each.name) for each in file.latest if each.share and each.is_known]
    form = RepresentativeForm(request.POST or None, today=today(), choices=choices)

    def act() -> str:
        told = form.cleaned_data
        basis = HeirRepresentative.Basis(told["basis"])
        name_representative(
            file.head.key, told["number"], basis, told["reason"], as_of=today(), officer=officer_of(request)
        )
        return reverse("succession", args=[succession_id])

    return _act(request, form, file, act, ("相続人代表者を定める", "記録する"), "相続人代表者を記録しました。")


@bound("collection.successions.record")
@require_http_methods(["GET", "POST"])
def succession_form(request: HttpRequest, succession_id: int) -> HttpResponse:
    """相続人代表者指定届の用紙を、相続人のそれぞれに送る。"""
    file = _opened(succession_id)
    form = ActForm(request.POST or None, today=today())

    def act() -> str:
        return reverse("letter_run", args=[send_form(file, as_of=today(), officer=officer_of(request))])

    return _act(request, form, file, act, ("相続人代表者指定届の用紙を送る", "用紙を作る"), "届の用紙を作りました。")


@bound("collection.successions.propose")
@require_http_methods(["GET", "POST"])
def succession_propose(request: HttpRequest, succession_id: int) -> HttpResponse:
    """承継の決定・変更・取消しを起案する。"""
    file = _opened(succession_id)
    form = DecisionForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        number = propose_decision(file.head.key, told["reason"], cancel=told["what"] == "cancel", as_of=today())
        return reverse("approval", args=[number])

    return _act(request, form, file, act, ("承継の決定を起案する", "起案する"), PROPOSED)


@bound("collection.successions.slips")
@require_http_methods(["GET", "POST"])
def succession_slip(request: HttpRequest, succession_id: int) -> HttpResponse:
    """承継した者の分の納付書を発行する。"""
    file = _opened(succession_id)
    choices = [
        (each.successor_number, f"{each.name}（{fraction_text(each.share)}）")
        for each in portions_in_force(file.head.addressee_number)
    ]
    form = SlipForm(request.POST or None, today=today(), choices=choices)

    def act() -> str:
        told = form.cleaned_data
        issued = issue_share_slip(
            file.head.key,
            told["successor"],
            [],
            payable_through=told["payable_through"],
            as_of=today(),
            officer=officer_of(request),
        )
        return reverse("letter_run", args=[issued.run_id])

    return _act(request, form, file, act, ("承継した者の納付書を発行する", "発行する"), "納付書を発行しました。")


@bound("collection.successions.slips")
@require_http_methods(["GET", "POST"])
def succession_tell(request: HttpRequest, succession_id: int) -> HttpResponse:
    """承継額が変わったことを、承継した者に通知し直す。"""
    file = _opened(succession_id)
    form = TellForm(request.POST or None, today=today())

    def act() -> str:
        run_id = tell_again(file.head.key, form.cleaned_data["reason"], as_of=today(), officer=officer_of(request))
        return reverse("letter_run", args=[run_id])

    return _act(request, form, file, act, ("承継額の変更を通知する", "通知書を作る"), "承継額変更通知書を作りました。")


def _opened(succession_id: int) -> SuccessionFile:
    file = succession_file(succession_numbered(succession_id).key)
    subjects = [file.head.addressee_number, *(each.successor_number for each in file.latest if each.is_known)]
    record("承継を開いた", subjects=list(dict.fromkeys(subjects)), fields=FACTS)
    return file


def _act(
    request: HttpRequest, form: ActForm, file: SuccessionFile, act: Callable[[], str], words: tuple[str, str], said: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=said)):
        return done
    shown = {"form": form, "head": file.head, "title": words[0], "button": words[1]}
    return page(request, f"{TEMPLATES}/act.html", shown, status=form.status)


HERE = "successions/<int:succession_id>"
succession_urls: list[URLPattern] = [
    path("successions/", successions, name="successions"),
    path(f"{HERE}/", succession, name="succession"),
    path(f"{HERE}/successors/", succession_successor, name="succession_successor_new"),
    path(f"{HERE}/successors/<int:position>/", succession_successor, name="succession_successor"),
    path(f"{HERE}/successors/<int:position>/removal/", succession_removal, name="succession_removal"),
    path(f"{HERE}/court/", succession_court, name="succession_court"),
    path(f"{HERE}/court/<int:inquiry_number>/", succession_answer, name="succession_answer"),
    path(f"{HERE}/representative/", succession_representative, name="succession_representative"),
    path(f"{HERE}/form/", succession_form, name="succession_form"),
    path(f"{HERE}/propose/", succession_propose, name="succession_propose"),
    path(f"{HERE}/slip/", succession_slip, name="succession_slip"),
    path(f"{HERE}/tell-again/", succession_tell, name="succession_tell"),
    path("people/<str:addressee_number>/successions/new/", succession_new, name="succession_new"),
    path("people/<str:addressee_number>/obligations/", succession_obligations, name="succession_obligations"),
]
