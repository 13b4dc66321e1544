"""口座振替の画面。状況、見本と依頼、渡す、結果と不能、申込み、人ごとの口座、番号の開示。"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.debits import actions, applications
from osame.collection.debits.actions import AccountChange, AccountKey, NoDebitAccount
from osame.collection.debits.applications import Application, NoSuchApplication
from osame.collection.debits.batch import NoSuchRequest, cancel_request, refuse_implausible
from osame.collection.debits.forms import (
    AccountForm,
    ApplyForm,
    CancelForm,
    DecideForm,
    MakeForm,
    MoveForm,
    RevealForm,
    SendForm,
    TermsForm,
)
from osame.collection.debits.letter_web import LetterForm, letter_urls
from osame.collection.debits.lists import LISTS, save_list
from osame.collection.debits.models import DebitAccount
from osame.collection.debits.outgoing import save_file
from osame.collection.debits.queries import (
    accounts_of,
    application_count,
    current_accounts,
    one_application,
    uses_of,
)
from osame.collection.debits.queries import applications as listed_applications
from osame.collection.debits.requests import (
    changed_since,
    exclusions_of,
    failures_of,
    files_of,
    one_request,
    preview,
    request_count,
    requests,
    results_of,
    waiting_of,
)
from osame.collection.debits.selection import DebitOrder
from osame.collection.demands.stopped import tax_item_choices
from osame.collection.inquiry.person import open_person
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.functions.registry import purposes
from osame.platform.jobs.requests import ask_for
from osame.platform.terminal import today

HOME = "collection/debits"
FACTS = ("氏名", "振替口座")
MOVES: dict[str, tuple[str, Callable[..., None]]] = {
    "suspend": ("停止", actions.suspend_account),
    "resume": ("再開", actions.resume_account),
    "end": ("廃止", actions.end_account),
    "by-term": ("期別への変更", partial(actions.change_method, method=DebitAccount.Method.BY_TERM)),
    "whole-year": ("全期前納への変更", partial(actions.change_method, method=DebitAccount.Method.WHOLE_YEAR)),
}


@bound("collection.debits.overview")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """口座振替の状況。依頼と、照合を待つ申込み。"""
    paging = pager(request, request_count(), size=20)
    shown = {
        "requests": requests(limit=paging.size, offset=paging.offset), "pager": paging, "waiting": application_count(),
        "form": TermsForm(today=today()),
    }  # fmt: skip
    return page(request, f"{HOME}/overview.html", shown)


@bound("collection.debits.preview", POST="collection.debits.request")
@require_http_methods(["GET", "POST"])
def request_preview(request: HttpRequest) -> HttpResponse:
    """条件を選び、見本を見る。POST は、見本で見たとおりの依頼を頼む。"""
    if request.method != "POST":
        return _previewed(request, request.GET)
    form = MakeForm(request.POST)
    if not form.is_valid():
        return refused(
            request, "見本を開き直して、もう一度作ってください。", status=422, title="見本が古くなっています"
        )
    seen = form.cleaned_data
    order = DebitOrder(seen["due_date"], seen["debit_on"], seen["source"], plan=seen["plan"])

    def act() -> str:
        refuse_implausible(order, as_of=today())
        arguments = {
            "days": [order.due_date.isoformat(), order.debit_on.isoformat()], "source": order.source,
            "as_of": today().isoformat(), "seen": [seen["count"], seen["amount"]], "plan": order.plan,
        }  # fmt: skip
        return reverse("job_request", args=[ask_for("debit-request", arguments=arguments)])

    if done := form.carry_out(request, act, said="口座振替の依頼を頼みました。"):
        return done
    again = QueryDict(mutable=True)
    again.update({"due_date": order.due_date.isoformat(), "debit_on": order.debit_on.isoformat()})
    if order.plan:
        again["plan"] = "on"
    if order.source:
        again["source"] = str(order.source)
    return _previewed(request, again, form)


def _previewed(request: HttpRequest, chosen: QueryDict, make: MakeForm | None = None) -> HttpResponse:
    asked = "due_date" in chosen
    form = TermsForm(chosen if asked else None, today=today())
    shown: dict[str, Any] = {"form": form, "make": make}
    if asked and form.is_valid():
        typed = form.cleaned_data
        order = DebitOrder(
            typed["due_date"], typed["debit_on"] or typed["due_date"], typed["source"], plan=typed["plan"]
        )
        drawn = preview(order, as_of=today())
        told = {"due_date": order.due_date, "debit_on": order.debit_on, "source": order.source, "count": drawn.count}
        told |= {"amount": drawn.amount, "plan": order.plan}
        shown |= {"drawn": drawn, "order": order, "make": make or MakeForm(initial=told)}
        record("口座振替の見本を開いた", subjects=sorted({e.addressee_number for e in drawn.lines}), fields=FACTS)
    status = make.status if make else 422 if asked and form.errors else 200
    return page(request, f"{HOME}/preview.html", shown, status=status)


@bound("collection.debits.show")
@require_GET
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """一つの依頼。件数表、渡すファイル、結果、不能、依頼の後に変わったもの。"""
    return _request_page(request, request_id)


def _request_page(
    request: HttpRequest, request_id: int, *, send: SendForm | None = None, sending: str = ""
) -> HttpResponse:
    try:
        found = one_request(request_id)
    except NoSuchRequest as refusal:
        return refused(request, refusal, status=404, title="見つかりません")
    paging = pager(request, found.failed)
    failed = failures_of(request_id, limit=paging.size, offset=paging.offset)
    changed, waiting = changed_since(request_id), waiting_of(request_id) if found.paid + found.failed else ()
    listed = {each.addressee_number for each in (*failed, *changed, *waiting)}
    record("口座振替の依頼を開いた", subjects=sorted(listed), fields=(*FACTS, "引落しの結果"))
    shown = {
        "run": found, "files": files_of(request_id), "exclusions": exclusions_of(request_id),
        "results": results_of(request_id), "failures": failed, "pager": paging, "changed": changed, "waiting": waiting,
        "lists": {kind: name for kind, (name, _) in LISTS.items()}, "send": send or SendForm(), "sending": sending,
        "expired": today() > found.expires_on, "again": TermsForm(today=today(), initial={"due_date": found.due_date}),
    }  # fmt: skip
    return page(request, f"{HOME}/request.html", shown, status=send.status if send else 200)


@bound("collection.debits.send")
@require_POST
def send_file(request: HttpRequest, request_id: int, bank_code: str) -> HttpResponse:
    """依頼ファイルを渡す（画面から保存する）。二度目は、理由が要る。"""
    form = SendForm(request.POST)
    if form.is_valid():
        try:
            return save_file(request_id, bank_code, as_of=today(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.refuse(refusal)
    return _request_page(request, request_id, send=form, sending=bank_code)


@bound("collection.debits.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, request_id: int) -> HttpResponse:
    """依頼の取消し。"""
    try:
        found = one_request(request_id)
    except NoSuchRequest as refusal:
        return refused(request, refusal, status=404, title="見つかりません")
    form = CancelForm(request.POST or None)

    def act() -> str:
        cancel_request(request_id, on=today(), reason=form.cleaned_data["reason"])
        return reverse("debit_request", args=[request_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="依頼を取り消しました。")):
        return done
    return page(request, f"{HOME}/cancel.html", {"run": found, "form": form}, status=form.status)


@bound("collection.debits.list")
@require_POST
def list_file(request: HttpRequest, request_id: int, kind: str) -> HttpResponse:  # noqa: ARG001 - 入口の形
    """一覧を保存する。"""
    return save_list(request_id, kind)


@bound("collection.debits.applications")
@require_GET
def application_list(request: HttpRequest) -> HttpResponse:
    """申込みの一覧。照合を待つもの、または決めたものも。"""
    every = request.GET.get("every") == "1"
    paging = pager(request, application_count(every=every))
    lines = listed_applications(every=every, limit=paging.size, offset=paging.offset)
    record("口座振替の申込みを開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    return page(request, f"{HOME}/applications.html", {"lines": lines, "pager": paging, "every": every})


@bound("collection.debits.apply")
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    """申込み一件。照合の結果を入れる。"""
    found = one_application(application_id)
    if found is None:
        return refused(request, NoSuchApplication(str(application_id)), status=404, title="見つかりません")
    record("口座振替の申込みを開いた", subjects=[found.addressee_number], fields=FACTS)
    form = DecideForm(request.POST or None)

    def act() -> str:
        typed = form.cleaned_data
        if typed["decision"] == "accept":
            applications.accept_application(application_id, on=today(), officer=officer_of(request))
        else:
            applications.return_application(
                application_id, on=today(), reason=typed["reason"], withdrawn=typed["decision"] == "withdraw"
            )
        return reverse("debit_accounts", args=[found.addressee_number])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="申込みを決めました。")):
        return done
    return page(request, f"{HOME}/application.html", {"each": found, "form": form}, status=form.status)


@bound("collection.debits.apply")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """申込みの受付。"""
    person = open_person(addressee_number, as_of=today())
    form = ApplyForm(
        request.POST or None, today=today(), tax_items=tax_item_choices(as_of=today()), initial={"received_on": today()}
    )

    def act() -> str:
        typed = form.cleaned_data
        asked = Application(
            key=AccountKey(addressee_number, typed["tax_item"]), account=form.given, channel=typed["channel"],
            received_on=typed["received_on"], method=typed["method"], outer_number=typed["outer_number"].strip(),
        )  # fmt: skip
        done = applications.receive_application(asked, officer=officer_of(request))
        return reverse("debit_application", args=[done.application_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="申込みを受け付けました。")):
        return done
    return page(request, f"{HOME}/apply.html", {"person": person, "form": form}, status=form.status)


@bound("collection.debits.accounts")
@require_GET
def accounts(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """その人の振替口座。いまの口座、履歴、番号を開いた記録。"""
    person = open_person(addressee_number, as_of=today())
    record("振替口座を開いた", subjects=[addressee_number], fields=FACTS)
    lines = accounts_of(addressee_number, as_of=today())
    shown = {
        "person": person, "lines": lines, "current": current_accounts(addressee_number, as_of=today()),
        "uses": uses_of(addressee_number), "blank": LetterForm(),
    }  # fmt: skip
    return page(request, f"{HOME}/accounts.html", shown)


@bound("collection.debits.change")
@require_http_methods(["GET", "POST"])
def account_set(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """口座の登録（新規・変更）。"""
    person = open_person(addressee_number, as_of=today())
    form = AccountForm(
        request.POST or None, today=today(), tax_items=tax_item_choices(as_of=today()), initial={"valid_from": today()}
    )

    def act() -> str:
        typed = form.cleaned_data
        change = AccountChange(typed["valid_from"], typed["reason"], typed["method"])
        actions.set_account(
            AccountKey(addressee_number, typed["tax_item"], typed["debit_class"]),
            form.given,
            change,
            officer=officer_of(request),
        )
        return reverse("debit_accounts", args=[addressee_number])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="振替口座を登録しました。")):
        return done
    return page(request, f"{HOME}/account.html", {"person": person, "form": form}, status=form.status)


@bound("collection.debits.change")
@require_http_methods(["GET", "POST"])
def account_move(request: HttpRequest, addressee_number: str, tax_item: str, move: str) -> HttpResponse:
    """口座の停止・再開・廃止。ほかの職員が先に変えていれば、断る。"""
    found = _account(addressee_number, tax_item)
    if move not in MOVES or found is None:
        return refused(request, NoDebitAccount(addressee_number), status=404, title="見つかりません")
    name, moved = MOVES[move]
    person = open_person(addressee_number, as_of=today())
    form = MoveForm(request.POST or None, today=today(), initial={"on": today(), "seen": found.history_number})

    def act() -> str:
        typed = form.cleaned_data
        seen = int(typed["seen"]) if typed["seen"].isdecimal() else found.history_number
        key = AccountKey(addressee_number, found.tax_item, found.debit_class)
        moved(key, on=typed["on"], reason=typed["reason"], officer=officer_of(request), seen=seen)
        return reverse("debit_accounts", args=[addressee_number])

    if (
        form.is_bound
        and form.is_valid()
        and (done := form.carry_out(request, act, said=f"口座振替の{name}を登録しました。"))
    ):
        return done
    shown = {"person": person, "each": found, "form": form, "name": name}
    return page(request, f"{HOME}/move.html", shown, status=form.status)


@bound("collection.debits.accounts", POST="collection.debits.reveal")
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, addressee_number: str, tax_item: str) -> HttpResponse:
    """口座番号の開示。目的と理由を記録してから、一度だけ見せる。"""
    found = _account(addressee_number, tax_item)
    if found is None:
        return refused(request, NoDebitAccount(addressee_number), status=404, title="見つかりません")
    chosen = [(code, purposes()[code].name) for code in actions.USES]
    form = RevealForm(request.POST or None, purposes=chosen)
    number = ""
    if form.is_bound and form.is_valid():
        try:
            number = actions.use_account(
                AccountKey(addressee_number, found.tax_item, found.debit_class), reason=form.cleaned_data["reason"]
            )
        except actions.UseNeedsCase as refusal:
            form.add_error("osame-case", str(refusal))
        except Refusal as refusal:
            form.refuse(refusal)
    person = open_person(addressee_number, as_of=today())
    shown = {"person": person, "each": found, "form": form, "number": number}
    answer = page(request, f"{HOME}/reveal.html", shown, status=form.status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _account(addressee_number: str, tax_item: str) -> Any:
    """その税目（分納なら 06-2）の、いちばん新しい口座の行。"""
    return next((each for each in accounts_of(addressee_number, as_of=today()) if each.code == tax_item), None)


debits_urls: list[URLPattern] = [
    *letter_urls,
    path("debits/", overview, name="debits"),
    path("debits/new/", request_preview, name="debit_preview"),
    path("debits/requests/<int:request_id>/", request_page, name="debit_request"),
    path("debits/requests/<int:request_id>/send/<str:bank_code>/", send_file, name="debit_send"),
    path("debits/requests/<int:request_id>/cancel/", cancel, name="debit_cancel"),
    path("debits/requests/<int:request_id>/list/<str:kind>/", list_file, name="debit_list"),
    path("debits/applications/", application_list, name="debit_applications"),
    path("debits/applications/<int:application_id>/", application, name="debit_application"),
    path("people/<str:addressee_number>/debits/", accounts, name="debit_accounts"),
    path("people/<str:addressee_number>/debits/new/", account_set, name="debit_account_set"),
    path("people/<str:addressee_number>/debits/apply/", apply, name="debit_apply"),
    path("people/<str:addressee_number>/debits/<str:tax_item>/number/", reveal, name="debit_reveal"),
    path("people/<str:addressee_number>/debits/<str:tax_item>/<str:move>/", account_move, name="debit_account_move"),
]
