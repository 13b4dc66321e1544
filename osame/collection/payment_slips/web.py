"""納付書の画面。一人の納付書の一覧と発行、一枚の内訳・印刷・無効化。"""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.inquiry.person import open_person
from osame.collection.payment_slips.actions import issue_slip, void_slip
from osame.collection.payment_slips.forms import SlipForm, VoidForm
from osame.collection.payment_slips.letters import print_slip
from osame.collection.payment_slips.owed import owed_of
from osame.collection.payment_slips.planning import Plan, plan_slip, usual_day
from osame.collection.payment_slips.queries import KINDS, Slip, State, slip_numbered, slips_of
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "期別", "納付書")


@bound("collection.payment_slips.issue")
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """納付書の発行。期別を選ぶ → 額と計算の過程を見る → 発行する。"""
    as_of = today()
    person = open_person(addressee_number, as_of=as_of)
    owed = owed_of(addressee_number, on=as_of, as_of=as_of)
    initial = {
        "payable_through": usual_day(as_of), "charges": request.GET.getlist("charge"),
        "with_fee": True, "with_charge": True,
    }  # fmt: skip
    form = SlipForm(request.POST or None, today=as_of, owed=owed, initial=initial)
    plan: Plan | None = None
    if request.method == "POST" and form.is_valid():
        asked = form.request(addressee_number)

        def act() -> str:
            issued = issue_slip(asked, as_of=as_of, officer=officer_of(request))
            return reverse("payment_slip", args=[issued.slip.slip_number])

        plan = form.weigh(lambda: plan_slip(asked, as_of=as_of))
        if form.agreed and not form.errors and (done := form.carry_out(request, act, said="納付書を発行しました。")):
            return done
    record("納付書の発行の画面を開いた", subjects=[addressee_number], fields=FACTS)
    shown = {"form": form, "plan": plan, "person": person, "owed": owed, "lines": _lines(addressee_number, as_of)}
    return page(request, "collection/payment_slips/issue.html", shown, status=form.status)


@bound("collection.payment_slips.list")
@require_GET
def slips(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人の納付書の一覧。"""
    person = open_person(addressee_number, as_of=today())
    record("納付書の一覧を開いた", subjects=[addressee_number], fields=FACTS)
    shown = {"person": person, "lines": _lines(addressee_number, today())}
    return page(request, "collection/payment_slips/slips.html", shown)


@bound("collection.payment_slips.list")
@require_GET
def slip(request: HttpRequest, slip_number: int) -> HttpResponse:
    """納付書一枚。内訳、計算の過程、符号。"""
    return _slip(request, slip_number, VoidForm())


@bound("collection.payment_slips.void")
@require_POST
def void(request: HttpRequest, slip_number: int) -> HttpResponse:
    """納付書を無効にする。"""
    form = VoidForm(request.POST)

    def act() -> str:
        void_slip(slip_number, reason=form.cleaned_data["reason"], as_of=today(), officer=officer_of(request))
        return reverse("payment_slip", args=[slip_number])

    if form.is_valid() and (done := form.carry_out(request, act, said="納付書を無効にしました。")):
        return done
    return _slip(request, slip_number, form)


@bound("collection.payment_slips.print")
@require_POST
def print_one(request: HttpRequest, slip_number: int) -> HttpResponse:
    """窓口で納付書を刷る。"""
    return print_slip(slip_number, as_of=today(), reason=request.POST.get("reason", ""))


def _slip(request: HttpRequest, slip_number: int, form: VoidForm) -> HttpResponse:
    found = slip_numbered(slip_number)
    person = open_person(found.addressee_number, as_of=today())
    record("納付書を開いた", subjects=[found.addressee_number], fields=FACTS, detail={"納付書番号": slip_number})
    state = found.state(today())
    shown = {
        "slip": found, "person": person, "form": form, "state": state, "kind": KINDS[state],
        "usable": state is State.UNUSED, "voidable": state in {State.UNUSED, State.EXPIRED},
    }  # fmt: skip
    return page(request, "collection/payment_slips/slip.html", shown, status=form.status)


def _lines(addressee_number: str, as_of: date) -> list[tuple[Slip, State, str]]:
    return [(each, (state := each.state(as_of)), KINDS[state]) for each in slips_of(addressee_number)]


payment_slips_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/payment-slips/", slips, name="payment_slips"),
    path("people/<str:addressee_number>/payment-slips/issue/", issue, name="payment_slip_issue"),
    path("payment-slips/<int:slip_number>/", slip, name="payment_slip"),
    path("payment-slips/<int:slip_number>/void/", void, name="payment_slip_void"),
    path("payment-slips/<int:slip_number>/print/", print_one, name="payment_slip_print"),
]
