"""配当計算書の画面。滞納処分費、債権現在額申立書、抵当権の処分、異議、交付と供託。"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.assets.queries import interests_in
from osame.collection.auctions import delivering
from osame.collection.auctions import forms as sheets
from osame.collection.auctions.delivering import Deposited
from osame.collection.auctions.models import DistributionObjection
from osame.collection.dispositions import creditors
from osame.collection.dispositions.cost_prescribing import cost_expiries
from osame.collection.dispositions.queries import DispositionFile, disposition_file, disposition_numbered
from osame.kernel.dates import format_wareki
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納処分", "配当", "滞納処分費")


@bound("collection.auctions.list")
@require_GET
def distributions(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """処分一件の配当。滞納処分費計算書（R-113）、権利者の申立て、配当計算書、異議、交付と供託。"""
    file = _opened(disposition_id)
    key = (file.head.addressee_number, file.head.asset_id or 0)
    claims = creditors.claims_of(key)
    shown = {
        "file": file, "head": file.head, "as_of": today(), "costs": creditors.costs_of(file.head.key),
        "expiries": cost_expiries(file.head.key).values(),
        "interests": [(each, claims.get(each.interest_number)) for each in interests_in(key)],
        "statements": delivering.statements_of(file.head.key),
    }  # fmt: skip
    return page(request, "collection/auctions/distributions.html", shown)


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def cost_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """支出した滞納処分費を起票する。"""
    file = _opened(disposition_id)
    form = sheets.CostForm(request.POST or None, today=today())

    def act() -> str:
        creditors.record_cost(file.head.key, form.spent, as_of=today(), officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("滞納処分費を起票する", "起票する", file))


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def cost_withdraw(request: HttpRequest, disposition_id: int, cost_number: int) -> HttpResponse:
    """誤った滞納処分費の起票を取り消す。"""
    file = _opened(disposition_id)
    form = sheets.WithdrawForm(request.POST or None, today=today())

    def act() -> str:
        reason = form.cleaned_data["reason"]
        creditors.withdraw_cost(file.head.key, cost_number, reason=reason, as_of=today(), officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("滞納処分費の起票を取り消す", "取り消す", file))


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def claim_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """債権現在額申立書を受け付ける。"""
    file = _opened(disposition_id)
    form = sheets.ClaimForm(request.POST or None, today=today(), interests=_interests(file))

    def act() -> str:
        told, key = form.cleaned_data, (file.head.addressee_number, file.head.asset_id or 0)
        stated = (told["amount"], told["evidence"])
        creditors.state_claim(key, told["interest"], stated, as_of=today(), officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("債権現在額申立書を受け付ける", "受け付ける", file))


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def disposal_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """登記された抵当権の処分を記録する。"""
    file = _opened(disposition_id)
    form = sheets.DisposalForm(request.POST or None, today=today(), interests=_interests(file))

    def act() -> str:
        key = (file.head.addressee_number, file.head.asset_id or 0)
        creditors.record_disposal(key, form.cleaned_data["interest"], form.disposed, officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("抵当権の処分を記録する", "記録する", file))


@bound("collection.auctions.deliver")
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest, disposition_id: int, distribution_number: int) -> HttpResponse:
    """配当への異議を受け付ける。"""
    file = _opened(disposition_id)
    found = delivering.statement_of(file.head.key, distribution_number)
    parts = [(each.part_number, f"{each.name}　{each.amount:,}円") for each in found.parts]
    form = sheets.ObjectionForm(request.POST or None, today=today(), parts=parts)

    def act() -> str:
        told = form.cleaned_data
        objection = (told["part"], told["objector"], told["claim"])
        delivering.file_objection(
            file.head.key, distribution_number, objection, as_of=today(), officer=officer_of(request)
        )
        return _at(file)

    return _acted(request, form, act, ("配当への異議を受け付ける", "受け付ける", file))


@bound("collection.auctions.deliver")
@require_http_methods(["GET", "POST"])
def objection_settle(
    request: HttpRequest, disposition_id: int, distribution_number: int, objection: int
) -> HttpResponse:
    """異議を審査した結果を記録する。"""
    file = _opened(disposition_id)
    statement = delivering.statement_of(file.head.key, distribution_number)
    filed = [each for each in statement.objections if each.objection_number == objection]
    lines = [
        f"{format_wareki(each.filed_on)}に{each.objector}が、並び{each.part_number}の配当に申し出た異議：{each.claim}"
        for each in filed
    ]
    form = sheets.SettlementForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        settled = (DistributionObjection.Outcome(told["outcome"]), told["settlement"])
        where = (distribution_number, objection)
        delivering.settle_objection(file.head.key, where, settled, as_of=today(), officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("異議の審査を記録する", "記録する", file), lines=lines)


@bound("collection.auctions.deliver")
@require_http_methods(["GET", "POST"])
def distribution_deliver(request: HttpRequest, disposition_id: int, distribution_number: int) -> HttpResponse:
    """換価代金等を交付し、または供託する。"""
    file = _opened(disposition_id)
    found = delivering.statement_of(file.head.key, distribution_number)
    parts = [(each.part_number, f"{each.name}　{each.amount:,}円") for each in found.parts if each.amount]
    form = sheets.DeliveryForm(request.POST or None, today=today(), parts=parts)

    def act() -> str:
        told = form.cleaned_data
        deposited = Deposited(told["office"], told["number"], told["reason"])
        deposits = dict.fromkeys(told["deposits"], deposited)
        delivering.deliver(file.head.key, distribution_number, deposits, as_of=today(), officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("換価代金等を交付する", "交付する", file), lines=found.steps)


def _interests(file: DispositionFile) -> list[tuple[int, str]]:
    key = (file.head.addressee_number, file.head.asset_id or 0)
    return [
        (each.interest_number, f"{each.interest_number}　{each.party}（{each.kind.label}）{each.amount:,}円")
        for each in interests_in(key)
    ]


def _acted(
    request: HttpRequest,
    form: ActForm,
    act: Callable[[], str],
    told: tuple[str, str, DispositionFile],
    *,
    lines: Any = (),
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、処分）"""
    title, button, file = told
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=f"{title}：終わりました。"))
    ):
        return done
    head = file.head
    about = f"{head.name}（{head.addressee_number}）、{head.number}、{head.asset}"
    shown = {
        "form": form,
        "title": title,
        "button": button,
        "about": about,
        "lines": lines,
        "disposition_id": head.disposition_id,
    }
    return page(request, "collection/auctions/act.html", shown, status=form.status)


def _opened(disposition_id: int) -> DispositionFile:
    file = disposition_file(disposition_numbered(disposition_id).key)
    record("配当と滞納処分費を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _at(file: DispositionFile) -> str:
    return reverse("distributions", args=[file.head.disposition_id])


DISPOSITION = "dispositions/<int:disposition_id>/"
STATEMENT = f"{DISPOSITION}distributions/<int:distribution_number>/"
delivery_urls: list[URLPattern] = [
    path(f"{DISPOSITION}distributions/", distributions, name="distributions"),
    path(f"{DISPOSITION}costs/new/", cost_new, name="cost_new"),
    path(f"{DISPOSITION}costs/<int:cost_number>/withdraw/", cost_withdraw, name="cost_withdraw"),
    path(f"{DISPOSITION}claims/new/", claim_new, name="claim_new"),
    path(f"{DISPOSITION}disposals/new/", disposal_new, name="disposal_new"),
    path(f"{STATEMENT}objections/new/", objection_new, name="objection_new"),
    path(f"{STATEMENT}objections/<int:objection>/", objection_settle, name="objection_settle"),
    path(f"{STATEMENT}deliver/", distribution_deliver, name="distribution_deliver"),
]
