"""還付金の支払の画面。支払の実行の起案、指図したファイルの引渡し、組戻しと返納。"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.letters.reports import download_report
from osame.collection.refunds.actions import Act
from osame.collection.refunds.cancelling import record_recovery
from osame.collection.refunds.forms import BackForm, PlainForm, RunForm
from osame.collection.refunds.letters import send_notices
from osame.collection.refunds.models import PaymentRun
from osame.collection.refunds.paying import (
    payment_numbered,
    propose_run,
    ready_to_pay,
    record_returned,
    transfer_day,
    withdraw_run,
)
from osame.collection.refunds.queries import payments_of, runs
from osame.collection.refunds.reports import decision_report, outstanding_report, run_report
from osame.collection.refunds.transfers import download_file, was_handed_over
from osame.kernel.periods import days_after
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/refunds"
FACTS = ("氏名", "支払額")
USUAL_DAYS = 14


@bound("collection.refunds.show", POST="collection.refunds.pay")
@require_http_methods(["GET", "POST"])
def payment_runs(request: HttpRequest) -> HttpResponse:
    """支払待ちの還付と、これまでの支払の実行。支払を起案する。"""
    form = RunForm(
        request.POST or None, today=today(), initial={"transfer_on": transfer_day(days_after(today(), USUAL_DAYS))}
    )
    if form.is_bound and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            _, number = propose_run(
                transfer_on=told["transfer_on"], reason=told["reason"], act=Act(today(), officer_of(request))
            )
            return reverse("approval", args=[number])

        if done := form.carry_out(request, act, said="支払を起案しました。別の職員の照査と決裁を待ちます。"):
            return done
    ready = ready_to_pay()
    record("支払待ちの還付を開いた", subjects=sorted({each.addressee_number for each in ready}), fields=FACTS)
    turned = pager(request, PaymentRun.objects.count())
    shown = {
        "form": form, "ready": ready, "total": sum(each.amount for each in ready), "pager": turned,
        "lines": runs(page=(turned.size, turned.offset)),
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/runs.html", shown, status=form.status)


@bound("collection.refunds.show", POST="collection.refunds.pay")
@require_http_methods(["GET", "POST"])
def payment_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """支払の実行一つ（還付支払明細）。取り下げる、ファイルを渡す、組戻しを記録する。"""
    run = PaymentRun.objects.defer("sealed_file").filter(run_id=run_id).first()
    if run is None:
        raise Http404
    form = PlainForm(request.POST or None, today=today())
    if form.is_bound and form.is_valid():

        def act() -> str:
            withdraw_run(run_id, act=Act(today(), officer_of(request)))
            return reverse("payment_run", args=[run_id])

        if done := form.carry_out(request, act, said="取り下げました。受取人は、支払待ちに戻りました。"):
            return done
    lines = payments_of(run_id)
    record("支払の実行を開いた", subjects=sorted({str(each["addressee_number"]) for each in lines}), fields=FACTS)
    shown = {"run": run, "lines": lines, "form": form, "handed": was_handed_over(run_id)}
    return page(request, f"{TEMPLATES}/run.html", shown, status=form.status)


@bound("collection.refunds.hand")
@require_http_methods(["POST"])
def payment_file(request: HttpRequest, run_id: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """総合振込のファイルを渡す。一度だけ。"""
    return download_file(run_id)


@bound("collection.refunds.settle")
@require_http_methods(["GET", "POST"])
def payment_back(request: HttpRequest, payment_id: int) -> HttpResponse:
    """組戻し、または返納を記録する。"""
    payment = payment_numbered(payment_id)
    recovering = request.GET.get("what") == "recovery"
    form = BackForm(request.POST or None, today=today(), initial={"on": today()})
    record("還付金の支払を開いた", subjects=[payment.addressee_number], fields=FACTS)
    if form.is_bound and form.is_valid():

        def act() -> str:
            told, who = form.cleaned_data, Act(today(), officer_of(request))
            if recovering:
                record_recovery(payment_id, recovered_on=told["on"], act=who)
            else:
                record_returned(payment_id, returned_on=told["on"], reason=told["note"], act=who)
            return reverse("refund_decision", args=[payment.decision_id])

        if done := form.carry_out(request, act, said="記録しました。"):
            return done
    shown = {"form": form, "payment": payment, "name": "返納の記録" if recovering else "組戻しの記録"}
    return page(request, f"{TEMPLATES}/back.html", shown, status=form.status)


@bound("collection.refunds.report")
@require_http_methods(["POST"])
def report(request: HttpRequest, what: str, number: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """決議書と加算金計算書、支払明細、還付未済一覧を保存する。"""
    on = today()
    if what == "decision":
        return download_report(decision_report(number, as_of=on), f"decision-{number}.pdf")
    if what == "run":
        return download_report(run_report(number, as_of=on), f"payment-run-{number}.pdf")
    if what == "outstanding":
        return download_report(outstanding_report(as_of=on), "outstanding.pdf")
    raise Http404


@bound("collection.refunds.notify")
@require_http_methods(["POST"])
def notify(request: HttpRequest, decision_id: int) -> HttpResponse:
    """通知を作り、文書の発送の画面へ移る。二度押しても、通知日は一度だけ。"""
    form = PlainForm(request.POST, today=today())

    def act() -> str:
        (made,) = send_notices([decision_id], act=Act(today(), officer_of(request)))
        return reverse("letter_run", args=[made])

    if form.is_valid() and (done := form.carry_out(request, act, said="通知を作りました。")):
        return done
    return HttpResponseRedirect(reverse("refund_decision", args=[decision_id]))


payment_urls: list[URLPattern] = [
    path("refunds/runs/", payment_runs, name="payment_runs"),
    path("refunds/runs/<int:run_id>/", payment_run, name="payment_run"),
    path("refunds/runs/<int:run_id>/file/", payment_file, name="payment_file"),
    path("refunds/decisions/<int:decision_id>/letter/", notify, name="refund_letter"),
    path("refunds/reports/<str:what>/<int:number>/", report, name="refund_report"),
    path("refunds/payments/<int:payment_id>/back/", payment_back, name="payment_back"),
]
