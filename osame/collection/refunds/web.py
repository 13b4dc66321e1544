"""還付・充当の画面。過誤納を選び、前と後を見て起案し、決議の請求・保留・取消しを扱う。"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.debits.queries import current_accounts
from osame.collection.outlays.debit_payees import debit_account_of
from osame.collection.refunds.actions import (
    Act,
    Where,
    hold,
    mark_defect,
    mark_noticed,
    receive_claim,
    record_finding,
    release,
    remind,
    take_known_account,
)
from osame.collection.refunds.cancelling import propose_cancellation
from osame.collection.refunds.candidates import name_of, sources_of, waiting_count, waiting_people
from osame.collection.refunds.deciding import NothingToDecide, Wanted, plan_for, propose_decision
from osame.collection.refunds.forms import (
    CashForm,
    CauseForm,
    ClaimForm,
    DebitAccountForm,
    DecideForm,
    NoteForm,
    PlainForm,
)
from osame.collection.refunds.models import OverpaymentFinding, PayeeAccount, RefundPart, RefundPayee
from osame.collection.refunds.paying import Cash, pay_in_cash
from osame.collection.refunds.queries import (
    DecisionSheet,
    PayeeLine,
    decision_count,
    decision_sheet,
    decisions,
    outstanding,
    paid_by_class,
    payable_balance,
)
from osame.collection.refunds.queries import Wanted as ListWanted
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.fields import plain
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/refunds"
FACTS = ("氏名", "過誤納金", "還付")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
WHAT = {
    "use": dict(RefundPart.Use.choices), "kind": dict(RefundPayee.Kind.choices), "state": dict(RefundPayee.State.choices),
    "ground": dict(OverpaymentFinding.Ground.choices), "revenue": dict(RefundPart.RevenueClass.choices),
}  # fmt: skip


@bound("collection.refunds.show")
@require_GET
def refunds(request: HttpRequest) -> HttpResponse:
    """決議していない過誤納金のある人。古い順に。"""
    turned = pager(request, waiting_count())
    lines = waiting_people(as_of=today(), page=(turned.size, turned.offset))
    record("決議していない過誤納の一覧を開いた", subjects=[each.addressee_number for each in lines], fields=FACTS)
    return page(request, f"{TEMPLATES}/waiting.html", {"lines": lines, "pager": turned})


@bound("collection.refunds.show", POST="collection.refunds.propose")
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人の過誤納金と未納。決議の前と後を見て、起案する。"""
    on, wanted = today(), Wanted(addressee_number)
    form = DecideForm(request.POST or None, today=on, draft_key=f"refund:{addressee_number}")
    try:
        plan = plan_for(wanted, decided_on=on)
    except NothingToDecide as nothing:
        return refused(request, nothing, status=404)
    record("還付・充当の候補を開いた", subjects=[addressee_number], fields=FACTS)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            number = propose_decision(wanted, decided_on=on, reason=form.cleaned_data["reason"])
            return reverse("approval", args=[number])

        form.weigh(lambda: [(str(each.use), each.amount, each.interest) for each in plan.parts])
        if form.agreed and not form.errors and (done := form.carry_out(request, act, said=PROPOSED)):
            return done
    context = {"form": form, "plan": plan, "sources": sources_of(addressee_number), "addressee": addressee_number,
               "name": name_of(addressee_number), "agreed": form.is_bound and not form.errors, "as_of": on}  # fmt: skip
    return page(request, f"{TEMPLATES}/decide.html", context, status=form.status)


@bound("collection.refunds.find")
@require_http_methods(["GET", "POST"])
def cause(request: HttpRequest, addressee_number: str, charge_id: int, receipt_key: UUID) -> HttpResponse:
    """発生事由を認定する。還付加算金の起算日が決まる。"""
    chosen = next(
        (
            each
            for each in sources_of(addressee_number)
            if (each.charge_id, each.receipt_key) == (charge_id, receipt_key)
        ),
        None,
    )
    if chosen is None:
        return refused(request, NothingToDecide(), status=404)
    found = chosen.found
    initial = {
        "cause": found.cause, "ground": found.ground, "requested_on": found.requested_on,
        "corrected_on": found.corrected_on, "income_tax_noticed_on": found.income_tax_noticed_on,
    }  # fmt: skip
    form = CauseForm(request.POST or None, today=today(), initial=initial)
    if form.is_bound and form.is_valid():

        def act() -> str:
            record_finding(
                addressee_number,
                charge_id,
                receipt_key,
                form.found(),
                note=form.cleaned_data["note"],
                act=_act(request),
            )
            return reverse("refund_decide", args=[addressee_number])

        if done := form.carry_out(request, act, said="発生事由を認定しました。"):
            return done
    shown = {"form": form, "source": chosen, "grounds": CauseForm.grounds(), "addressee": addressee_number}
    return page(request, f"{TEMPLATES}/cause.html", shown, status=form.status)


@bound("collection.refunds.show")
@require_GET
def decision_list(request: HttpRequest) -> HttpResponse:
    """還付・充当の決議を、新しい順に。"""
    who = plain(request.GET.get("addressee", ""))
    who = who.zfill(15) if who.isdigit() else who
    turned = pager(request, decision_count(addressee_number=who))
    lines = decisions(page=(turned.size, turned.offset), addressee_number=who)
    record("還付・充当の決議の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    return page(request, f"{TEMPLATES}/decisions.html", {"lines": lines, "pager": turned, "addressee": who})


@bound("collection.refunds.show")
@require_GET
def decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """決議一つ（還付充当決議書）。明細、計算の過程、受取人、できること。"""
    sheet = decision_sheet(decision_id)
    record("還付・充当の決議を開いた", subjects=[sheet.decision.addressee_number], fields=FACTS)
    return page(request, f"{TEMPLATES}/decision.html", {"sheet": sheet, "what": WHAT, "letter": PlainForm()})


@bound("collection.refunds.show")
@require_GET
def outstanding_list(request: HttpRequest) -> HttpResponse:
    """還付未済・未請求・保留・時効間近の一覧と、基準日の還付未済額。"""
    wanted = next((each for each in ListWanted if each.value == request.GET.get("list")), ListWanted.ALL)
    lines, balance = outstanding(wanted, as_of=today()), payable_balance(as_of=today())
    record("還付未済の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    first = today().replace(day=1)
    shown = {
        "lines": lines, "balance": balance, "total": sum(each[2] for each in balance), "wanted": wanted, "as_of": today(),
        "lists": list(ListWanted), "paid": paid_by_class(first, today()), "first": first,
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/outstanding.html", shown)


@bound("collection.refunds.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, decision_id: int) -> HttpResponse:
    """決議の取消しを起案する。"""
    sheet = decision_sheet(decision_id)
    form = NoteForm(request.POST or None, today=today())

    def act() -> str:
        number = propose_cancellation(sheet.decision.addressee_number, decision_id, reason=form.cleaned_data["note"])
        return reverse("approval", args=[number])

    return _asked(request, form, sheet, act, "取消しの起案", PROPOSED)


@bound("collection.refunds.claim")
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """還付の請求を受け付ける。"""
    sheet, where = _payee(decision_id, payee_number)
    form = ClaimForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        receive_claim(
            where, form.account(), consented=told["consented"], delegated=told["delegated"], act=_act(request)
        )
        return reverse("refund_decision", args=[decision_id])

    return _asked(request, form, sheet, act, "還付請求の受付", "還付の請求を受け付けました。")


@bound("collection.refunds.claim")
@require_http_methods(["GET", "POST"])
def debit_account(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """本人の同意により、振替口座を還付先にする。"""
    sheet, where = _payee(decision_id, payee_number)
    known = current_accounts(where.addressee_number, as_of=today())
    choices = [(e.tax_item, f"{e.tax_item_name} {e.place} {e.shown_number}") for e in known if e.code == e.tax_item]
    form = DebitAccountForm(request.POST or None, today=today(), accounts=choices)

    def act() -> str:
        case = f"還付決議{decision_id}"
        account = debit_account_of(where.addressee_number, form.cleaned_data["tax_item"], case=case, as_of=today())
        take_known_account(where, account, PayeeAccount.Source.DIRECT_DEBIT, act=_act(request))
        return reverse("refund_decision", args=[decision_id])

    return _asked(request, form, sheet, act, "振替口座を還付先にする", "振替口座を還付先にしました。")


def _note_page(name: str, said: str, doing: Callable[..., None]) -> Callable[..., HttpResponse]:
    """理由を打って行う画面。"""

    @bound("collection.refunds.claim")
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
        sheet, where = _payee(decision_id, payee_number)
        form = NoteForm(request.POST or None, today=today())

        def act() -> str:
            doing(where, note=form.cleaned_data["note"], act=_act(request))
            return reverse("refund_decision", args=[decision_id])

        return _asked(request, form, sheet, act, name, said)

    return view


def _plain_page(name: str, said: str, doing: Callable[..., None]) -> Callable[..., HttpResponse]:
    """確かめるだけで行う画面。"""

    @bound("collection.refunds.claim")
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
        sheet, where = _payee(decision_id, payee_number)
        form = PlainForm(request.POST or None, today=today())

        def act() -> str:
            doing(where, act=_act(request))
            return reverse("refund_decision", args=[decision_id])

        return _asked(request, form, sheet, act, name, said)

    return view


@bound("collection.refunds.claim")
@require_http_methods(["GET", "POST"])
def noticed(request: HttpRequest, decision_id: int) -> HttpResponse:
    """通知を発した日を記録する。"""
    sheet = decision_sheet(decision_id)
    form = PlainForm(request.POST or None, today=today())

    def act() -> str:
        mark_noticed(sheet.decision.addressee_number, decision_id, act=_act(request))
        return reverse("refund_decision", args=[decision_id])

    return _asked(request, form, sheet, act, "通知の記録", "通知を発した日を記録しました。")


@bound("collection.refunds.settle")
@require_http_methods(["GET", "POST"])
def cash(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """現金での支払を記録する。"""
    sheet, where = _payee(decision_id, payee_number)
    form = CashForm(request.POST or None, today=today(), initial={"paid_on": today(), "method": "2"})

    def act() -> str:
        told = form.cleaned_data
        pay_in_cash(
            where, Cash(RefundPayee.Method(told["method"]), told["paid_on"], told["confirmed_by"]), act=_act(request)
        )
        return reverse("refund_decision", args=[decision_id])

    return _asked(request, form, sheet, act, "現金での支払", "支払を記録しました。")


def _asked(
    request: HttpRequest, form: ActForm, sheet: DecisionSheet, act: Callable[[], str], name: str, said: str
) -> HttpResponse:  # fmt: skip
    """決議についての書式一枚。行えば、決議の画面に戻る。"""
    record("還付・充当の決議を開いた", subjects=[sheet.decision.addressee_number], fields=FACTS)
    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said=said)):
        return done
    return page(request, f"{TEMPLATES}/act.html", {"form": form, "sheet": sheet, "name": name}, status=form.status)


def _payee(decision_id: int, payee_number: int) -> tuple[DecisionSheet, Where]:
    sheet = decision_sheet(decision_id)
    found: PayeeLine | None = next((each for each in sheet.payees if each.payee_number == payee_number), None)
    number = found.payee_number if found else payee_number
    return sheet, Where(sheet.decision.addressee_number, decision_id, number)


def _act(request: HttpRequest) -> Act:
    return Act(today(), officer_of(request))


PAYEE = "refunds/decisions/<int:decision_id>/payees/<int:payee_number>"
refunds_urls: list[URLPattern] = [
    path("refunds/", refunds, name="refunds"),
    path("refunds/people/<str:addressee_number>/", decide, name="refund_decide"),
    path("refunds/people/<str:addressee_number>/<int:charge_id>/<uuid:receipt_key>/", cause, name="refund_cause"),
    path("refunds/decisions/", decision_list, name="refund_decisions"),
    path("refunds/decisions/<int:decision_id>/", decision, name="refund_decision"),
    path("refunds/decisions/<int:decision_id>/cancel/", cancel, name="refund_cancel"),
    path("refunds/decisions/<int:decision_id>/noticed/", noticed, name="refund_noticed"),
    path(f"{PAYEE}/claim/", claim, name="refund_claim"),
    path(f"{PAYEE}/debit-account/", debit_account, name="refund_debit_account"),
    path(f"{PAYEE}/defect/", _note_page("不備の記録", "不備を記録しました。", mark_defect), name="refund_defect"),
    path(f"{PAYEE}/hold/", _note_page("支払の保留", "保留しました。", hold), name="refund_hold"),
    path(f"{PAYEE}/release/", _plain_page("保留を解く", "保留を解きました。", release), name="refund_release"),
    path(f"{PAYEE}/remind/", _plain_page("再通知の記録", "再通知を記録しました。", remind), name="refund_remind"),
    path(f"{PAYEE}/cash/", cash, name="refund_cash"),
    path("refunds/outstanding/", outstanding_list, name="refunds_outstanding"),
]
