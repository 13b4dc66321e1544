"""公金受取口座の画面。希望を受け、釦一つで照会し、届いた口座と名義の一致を見る。"""

from collections.abc import Callable
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.letters.reports import download_report
from osame.collection.public_benefit_accounts.actions import NoInquiryRight, ask, receive_wish, withdraw_wish
from osame.collection.public_benefit_accounts.forms import PeriodForm, WishForm, WithdrawForm
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import account_of, inquiries, inquiries_of, inquiry_count
from osame.collection.public_benefit_accounts.receiving import receive
from osame.collection.public_benefit_accounts.reports import NothingAskedThen, inquiry_report
from osame.collection.refunds.actions import Act, Where
from osame.collection.refunds.queries import DecisionSheet, PayeeLine, decision_sheet
from osame.contracts.client import ExchangeFailed
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import is_part, officer_of, page, refused
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.staff.queries import live_number_right
from osame.platform.terminal import now, today

TEMPLATES = "collection/public_benefit_accounts"
PURPOSE = "refund_notice"
FACTS = ("氏名", "公金受取口座の照会")
State = PublicBenefitAccountInquiry.State
SOON = timedelta(minutes=1)  # 照会してからこの間は、画面が短い間隔で答えを尋ねる


@bound("collection.public_benefit_accounts.show")
@require_GET
def public_account(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """一人の受取人の、公金受取口座の希望と照会。"""
    return _shown(request, decision_id, payee_number)


@bound("collection.public_benefit_accounts.ask")
@require_POST
def public_account_ask(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """照会する。権限がなければ403、事案か希望がなければ409で断る。"""
    _, _, where = _payee(decision_id, payee_number)
    right = live_number_right(officer_of(request), purpose=PURPOSE, day=today())
    try:
        ask(where, right=right, act=_act(request))
    except NoInquiryRight as refusal:
        return refused(request, refusal, status=403)
    except ExchangeFailed:
        pass  # 照会は書いてある。画面と係が、同じ鍵でもう一度頼む
    return HttpResponseRedirect(reverse("public_account", args=[decision_id, payee_number]))


@bound("collection.public_benefit_accounts.ask")
@require_POST
def public_account_receive(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """答えを受け取る。まだなら、まだと言う。画面がひとりでに尋ねるときは、その部分だけを答える。"""
    _, _, where = _payee(decision_id, payee_number)
    trouble = ""
    try:
        receive(where, act=_act(request))
    except Refusal as refusal:
        trouble = str(refusal)
    if is_part(request):
        return _shown(request, decision_id, payee_number, trouble=trouble)
    return HttpResponseRedirect(reverse("public_account", args=[decision_id, payee_number]))


@bound("collection.public_benefit_accounts.wish")
@require_http_methods(["GET", "POST"])
def public_account_wish(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """本人の希望を受け付ける。"""
    form = WishForm(request.POST or None, today=today(), initial={"wished_on": today()})
    return _asked(request, form, (decision_id, payee_number), "公金受取口座の希望の受付", "希望を受け付けました。",
                  lambda where: receive_wish(where, form.wish(), act=_act(request)))  # fmt: skip


@bound("collection.public_benefit_accounts.wish")
@require_http_methods(["GET", "POST"])
def public_account_withdraw(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """希望を取り下げる。"""
    form = WithdrawForm(request.POST or None, today=today())
    return _asked(request, form, (decision_id, payee_number), "希望の取下げ", "希望を取り下げました。",
                  lambda where: withdraw_wish(where, reason=form.cleaned_data["note"], act=_act(request)))  # fmt: skip


@bound("collection.public_benefit_accounts.show", POST="collection.public_benefit_accounts.report")
@require_http_methods(["GET", "POST"])
def public_account_list(request: HttpRequest) -> HttpResponse:
    """照会状況表とエラーリスト（R-151）。POST なら、その期間のものを PDF で保存する。"""
    form = PeriodForm(request.POST or None, today=today())
    if form.is_bound and form.is_valid():
        try:
            made = inquiry_report(form.period(today()), as_of=today())
            return download_report(made, "public-accounts.pdf")
        except NothingAskedThen as refusal:
            form.refuse(refusal)
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    turned = pager(request, inquiry_count(state=state))
    lines = inquiries(page=(turned.size, turned.offset), state=state)
    record("公金受取口座の照会状況を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"lines": lines, "pager": turned, "state": state, "states": State.choices, "form": form}
    return page(request, f"{TEMPLATES}/list.html", shown, status=form.status)


def _shown(request: HttpRequest, decision_id: int, payee_number: int, *, trouble: str = "") -> HttpResponse:
    sheet, payee, where = _payee(decision_id, payee_number)
    lines = inquiries_of(where)
    latest = lines[0] if lines else None
    account = account_of(latest) if latest else None
    record("公金受取口座の照会を開いた", subjects=[where.addressee_number], fields=FACTS)
    asked = latest.asked_at if latest and latest.state == State.ASKED else None
    shown = {
        "sheet": sheet, "payee": payee, "lines": lines, "latest": latest, "account": account, "trouble": trouble,
        "waiting": asked is not None, "pause": "2s" if asked and now() - asked < SOON else "30s",
        "right": live_number_right(officer_of(request), purpose=PURPOSE, day=today()) is not None,
        "no_right": NoInquiryRight.message(),
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/one.html", shown, part=f"{TEMPLATES}/state.html")


def _asked(
    request: HttpRequest, form: ActForm, numbers: tuple[int, int], name: str, said: str, doing: Callable[[Where], object]
) -> HttpResponse:  # fmt: skip
    """書式一枚。行えば、照会の画面に戻る。"""
    sheet, payee, where = _payee(*numbers)
    record("公金受取口座の照会を開いた", subjects=[where.addressee_number], fields=FACTS)

    def act() -> str:
        doing(where)
        return reverse("public_account", args=numbers)

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said=said)):
        return done
    return page(request, f"{TEMPLATES}/act.html", {"form": form, "sheet": sheet, "payee": payee, "name": name},
                status=form.status)  # fmt: skip


def _payee(decision_id: int, payee_number: int) -> tuple[DecisionSheet, PayeeLine, Where]:
    sheet = decision_sheet(decision_id)
    payee = next((each for each in sheet.payees if each.payee_number == payee_number), None)
    if payee is None:
        raise Http404
    return sheet, payee, Where(sheet.decision.addressee_number, decision_id, payee_number)


def _act(request: HttpRequest) -> Act:
    return Act(today(), officer_of(request))


PAYEE = "refunds/decisions/<int:decision_id>/payees/<int:payee_number>/public-account"
public_account_urls: list[URLPattern] = [
    path(f"{PAYEE}/", public_account, name="public_account"),
    path(f"{PAYEE}/wish/", public_account_wish, name="public_account_wish"),
    path(f"{PAYEE}/ask/", public_account_ask, name="public_account_ask"),
    path(f"{PAYEE}/receive/", public_account_receive, name="public_account_receive"),
    path(f"{PAYEE}/withdraw/", public_account_withdraw, name="public_account_withdraw"),
    path("refunds/public-accounts/", public_account_list, name="public_accounts"),
]
