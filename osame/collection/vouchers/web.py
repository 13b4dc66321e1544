"""財務会計への引渡しの画面。突合せと束の一覧、束の行、照合、引渡し、取下げ。"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.vouchers.actions import VoucherRunUnknown, check_run, make_run, reconcile, withdraw_run
from osame.collection.vouchers.files import download_vouchers, was_handed_over
from osame.collection.vouchers.forms import CheckForm, MakeForm, WithdrawForm
from osame.collection.vouchers.models import VoucherRun
from osame.collection.vouchers.queries import lines_of, voucher_run, voucher_runs
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

HOME = "collection/vouchers"


@bound("collection.vouchers.show", POST="collection.vouchers.make")
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """きのうまでの突合せと、束の一覧。POST は、束を作る。"""
    yesterday = today() - timedelta(days=1)
    form = MakeForm(request.POST or None, today=today(), initial={"through": yesterday})
    if form.is_bound and form.is_valid():

        def act() -> str:
            made = make_run(through=form.cleaned_data["through"], as_of=today(), officer=officer_of(request))
            return reverse("voucher_run", args=[made])

        if done := form.carry_out(request, act, said="財務伝票の束を作りました。別の職員の照合を待ちます。"):
            return done
    turned = pager(request, VoucherRun.objects.count())
    shown = {
        "form": form, "through": yesterday, "found": reconcile(through=yesterday), "pager": turned,
        "lines": voucher_runs(size=turned.size, offset=turned.offset),
    }  # fmt: skip
    record("財務会計への引渡しを開いた")
    return page(request, f"{HOME}/overview.html", shown, status=form.status)


@bound("collection.vouchers.show")
@require_GET
def sheet(request: HttpRequest, run_id: int) -> HttpResponse:
    """束一つ。行と、次にすること。"""
    return _sheet(request, run_id, CheckForm(), WithdrawForm())


@bound("collection.vouchers.check")
@require_POST
def check(request: HttpRequest, run_id: int) -> HttpResponse:
    """控えで数えた合計を、束と照合する。"""
    form = CheckForm(request.POST)
    if form.is_valid():

        def act() -> str:
            typed = form.cleaned_data
            check_run(
                run_id, paid=typed["paid"], returned=typed["returned"] or 0, as_of=today(), officer=officer_of(request)
            )
            return reverse("voucher_run", args=[run_id])

        if done := form.carry_out(request, act, said="照合しました。財務会計へ渡せます。"):
            return done
    return _sheet(request, run_id, form, WithdrawForm())


@bound("collection.vouchers.make")
@require_POST
def withdraw(request: HttpRequest, run_id: int) -> HttpResponse:
    """束を取り下げる。"""
    form = WithdrawForm(request.POST)
    if form.is_valid():

        def act() -> str:
            withdraw_run(run_id, reason=form.cleaned_data["reason"], officer=officer_of(request))
            return reverse("vouchers")

        if done := form.carry_out(request, act, said="取り下げました。支払は、次の束に入ります。"):
            return done
    return _sheet(request, run_id, CheckForm(), form)


@bound("collection.vouchers.hand")
@require_POST
def hand(request: HttpRequest, run_id: int) -> HttpResponse:
    """財務伝票のファイルを渡す。一度だけ。"""
    try:
        return download_vouchers(run_id)
    except Refusal as refusal:
        return refused(request, refusal)


def _sheet(request: HttpRequest, run_id: int, checking: CheckForm, withdrawing: WithdrawForm) -> HttpResponse:
    try:
        run = voucher_run(run_id)
    except VoucherRunUnknown as refusal:
        return refused(request, refusal, status=404, title="見つかりません")
    shown = {
        "run": run, "lines": lines_of(run_id), "check": checking, "withdraw": withdrawing, "handed": was_handed_over(run_id),
        "own": run.made_by == officer_of(request),
    }  # fmt: skip
    record("財務伝票の束を開いた", detail={"束": run_id})
    return page(request, f"{HOME}/run.html", shown, status=max(checking.status, withdrawing.status))


voucher_urls: list[URLPattern] = [
    path("refunds/vouchers/", overview, name="vouchers"),
    path("refunds/vouchers/<int:run_id>/", sheet, name="voucher_run"),
    path("refunds/vouchers/<int:run_id>/check/", check, name="voucher_check"),
    path("refunds/vouchers/<int:run_id>/withdraw/", withdraw, name="voucher_withdraw"),
    path("refunds/vouchers/<int:run_id>/file/", hand, name="voucher_file"),
]
