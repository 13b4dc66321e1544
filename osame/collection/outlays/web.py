"""歳出からの支払の画面。報奨金の候補と起案、返還金の起案、一件の綴り、口座、支払の回、返納。"""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.demands.stopped import tax_item_choices
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.outlays import letters
from osame.collection.outlays.deciding import cancel_outlay, propose_restitution, propose_rewards, propose_shortfall
from osame.collection.outlays.files import download_file, was_handed_over
from osame.collection.outlays.forms import (
    AccountForm,
    PlainForm,
    ProposeRewardsForm,
    ReasonOnlyForm,
    RestitutionForm,
    ReturnedForm,
    RewardsForm,
    RunForm,
    ShortfallForm,
)
from osame.collection.outlays.models import OutlayRun
from osame.collection.outlays.paying import (
    OutlayRunUnknown,
    lines_of,
    propose_run,
    ready_lines,
    record_turned_back,
    set_account,
    take_debit_account,
    withdraw_run,
)
from osame.collection.outlays.queries import outlay_count, outlay_file, outlay_numbered, outlays
from osame.collection.outlays.recovering import demand_return, record_money_back, reduced_rewards
from osame.collection.outlays.rewards import candidates
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

HOME = "collection/outlays"
FACTS = ("氏名", "支払額")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.outlays.show")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """歳出からの支払の一覧と、税額が減った報奨金。"""
    turned = pager(request, outlay_count())
    found, reduced = outlays(size=turned.size, offset=turned.offset), reduced_rewards()
    subjects = sorted({each.addressee_number for each in found} | {each.addressee_number for each in reduced})
    record("歳出からの支払の一覧を開いた", subjects=subjects, fields=FACTS)
    return page(request, f"{HOME}/outlays.html", {"lines": found, "pager": turned, "reduced": reduced})


@bound("collection.outlays.show", POST="collection.outlays.propose")
@require_http_methods(["GET", "POST"])
def rewards(request: HttpRequest) -> HttpResponse:
    """前納報奨金の候補。POST は、交付を起案する。"""
    propose = ProposeRewardsForm(request.POST or None)
    if propose.is_bound and propose.is_valid():
        typed = propose.cleaned_data

        def act() -> str:
            number = propose_rewards(typed["tax_item"], typed["levy_year"], as_of=today(), reason=typed["reason"])
            return reverse("approval", args=[number])

        if done := propose.carry_out(request, act, said=PROPOSED):
            return done
    chosen: QueryDict = request.POST if propose.is_bound else request.GET
    form = RewardsForm(chosen if "tax_item" in chosen else None, tax_items=tax_item_choices(as_of=today()))
    shown: dict[str, Any] = {"form": form, "propose": propose}
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            found = candidates(typed["tax_item"], typed["levy_year"], as_of=today())
        except Refusal as refusal:
            form.add_error("tax_item", str(refusal))
        else:
            record("前納報奨金の候補を開いた", subjects=[each.addressee_number for each in found], fields=FACTS)
            given = [each for each in found if not each.barred]
            shown |= {"found": found, "given": given, "total": sum(each.amount for each in given)}
            if not propose.is_bound:
                shown["propose"] = ProposeRewardsForm(initial=typed)
    return page(request, f"{HOME}/rewards.html", shown, status=propose.status if propose.is_bound else 200)


@bound("collection.outlays.propose")
@require_http_methods(["GET", "POST"])
def restitution(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """返還金の起案。"""
    person = open_person(addressee_number, as_of=today())
    form = RestitutionForm(request.POST or None, tax_items=tax_item_choices(as_of=today()))

    def act() -> str:
        return reverse("approval", args=[propose_restitution(form.wanted(addressee_number), as_of=today())])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said=PROPOSED)):
        return done
    return page(request, f"{HOME}/restitution.html", {"person": person, "form": form}, status=form.status)


@bound("collection.outlays.propose")
@require_http_methods(["GET", "POST"])
def shortfall(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """控除不足額の充当・委託納付の起案。"""
    person = open_person(addressee_number, as_of=today())
    form = ShortfallForm(
        request.POST or None, today=today(), initial={"applied_on": today(), "levy_year": today().year}
    )

    def act() -> str:
        return reverse("approval", args=[propose_shortfall(form.wanted(addressee_number), as_of=today())])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said=PROPOSED)):
        return done
    return page(request, f"{HOME}/shortfall.html", {"person": person, "form": form}, status=form.status)


@bound("collection.outlays.show", POST="collection.outlays.settle")
@require_http_methods(["GET", "POST"])
def outlay(request: HttpRequest, outlay_id: int) -> HttpResponse:
    """支払一件の綴り。POST は、支払先の口座を登録する。"""
    form = AccountForm(request.POST or None)

    def act() -> str:
        account = form.account()
        assert account is not None
        set_account(
            outlay_numbered(outlay_id).key, account, consented=form.cleaned_data["consented"], as_of=today(),
            officer=officer_of(request),
        )  # fmt: skip
        return reverse("outlay", args=[outlay_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="口座を登録しました。")):
        return done
    try:
        file = outlay_file(outlay_id)
    except Refusal as refusal:
        return refused(request, refusal, status=404, title="見つかりません")
    record("歳出からの支払を開いた", subjects=[file.line.addressee_number], fields=(*FACTS, "口座番号（下3桁）"))
    shown = {
        "file": file, "line": file.line, "form": form, "act": ReasonOnlyForm(), "plain": PlainForm(),
        "back": ReturnedForm(today=today(), initial={"returned_on": today()}), "letters": letters_about(f"outlay:{outlay_id}"),
        "reduced": next((each for each in reduced_rewards() if each.outlay_id == outlay_id), None),
    }  # fmt: skip
    return page(request, f"{HOME}/outlay.html", shown, status=form.status)


@bound("collection.outlays.settle")
@require_POST
def settle(request: HttpRequest, outlay_id: int, what: str) -> HttpResponse:
    """取消し、組戻し、振替口座を支払先にする、返納を求める、返納の記録。"""
    key, officer = outlay_numbered(outlay_id).key, officer_of(request)
    here = reverse("outlay", args=[outlay_id])
    plain = PlainForm(request.POST)
    reason = ReasonOnlyForm(request.POST)
    back = ReturnedForm(request.POST, today=today())

    def act() -> str:
        if what == "cancel":
            cancel_outlay(key, reason=reason.cleaned_data["reason"], officer=officer)
        elif what == "turned-back":
            record_turned_back(key, reason=reason.cleaned_data["reason"], as_of=today(), officer=officer)
        elif what == "debit-account":
            take_debit_account(key, as_of=today(), officer=officer)
        elif what == "recover":
            made = demand_return(key, reason=reason.cleaned_data["reason"], as_of=today(), officer=officer)
            letters.send_return(outlay_id, made.recovery_number, as_of=today(), officer=officer)
        else:
            number = int(what.removeprefix("returned-"))
            record_money_back(key, number, returned_on=back.cleaned_data["returned_on"], officer=officer)
        return here

    form = plain if what == "debit-account" else back if what.startswith("returned-") else reason
    if form.is_valid() and (done := form.carry_out(request, act, said="記録しました。")):
        return done
    problems = [str(error) for errors in form.errors.values() for error in errors]
    return refused(request, "、".join(problems) or "画面を開き直してください。", status=422)


@bound("collection.outlays.notify")
@require_POST
def notify(request: HttpRequest, outlay_id: int) -> HttpResponse:
    """支払の決定の通知を作る。"""
    form = PlainForm(request.POST)

    def act() -> str:
        (made,) = letters.send_notices([outlay_id], as_of=today(), officer=officer_of(request))
        return reverse("letter_run", args=[made])

    if form.is_valid() and (done := form.carry_out(request, act, said="通知を作りました。")):
        return done
    return refused(
        request, "、".join(str(each) for each in form.non_field_errors()) or "画面を開き直してください。", status=422
    )


@bound("collection.outlays.show", POST="collection.outlays.pay")
@require_http_methods(["GET", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """支払待ちと、これまでの支払の回。POST は、支払を起案する。"""
    form = RunForm(request.POST or None, today=today())

    def act() -> str:
        typed = form.cleaned_data
        _, number = propose_run(
            transfer_on=typed["transfer_on"], reason=typed["reason"], as_of=today(), officer=officer_of(request)
        )
        return reverse("approval", args=[number])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said=PROPOSED)):
        return done
    ready = ready_lines()
    record("歳出からの支払待ちを開いた", subjects=sorted({each.addressee_number for each in ready}), fields=FACTS)
    made = OutlayRun.objects.defer("sealed_file").order_by("-run_id")[:100]
    shown = {"form": form, "ready": ready, "total": sum(each.amount for each in ready), "runs": made}
    return page(request, f"{HOME}/runs.html", shown, status=form.status)


@bound("collection.outlays.show", POST="collection.outlays.pay")
@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """支払の回一つ。POST は、取り下げる。"""
    found = OutlayRun.objects.defer("sealed_file").filter(run_id=run_id).first()
    if found is None:
        return refused(request, OutlayRunUnknown(str(run_id)), status=404, title="見つかりません")
    form = PlainForm(request.POST or None)

    def act() -> str:
        withdraw_run(run_id, officer=officer_of(request))
        return reverse("outlay_runs")

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="取り下げました。")):
        return done
    lines = lines_of(run_id)
    record("支払の回を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"run": found, "lines": lines, "form": form, "handed": was_handed_over(run_id)}
    return page(request, f"{HOME}/run.html", shown, status=form.status)


@bound("collection.outlays.hand")
@require_POST
def run_file(request: HttpRequest, run_id: int) -> HttpResponse:  # noqa: ARG001 - 入口の形
    """総合振込のファイルを渡す。一度だけ。"""
    return download_file(run_id)


outlay_urls: list[URLPattern] = [
    path("outlays/", overview, name="outlays"),
    path("outlays/rewards/", rewards, name="outlay_rewards"),
    path("outlays/runs/", runs, name="outlay_runs"),
    path("outlays/runs/<int:run_id>/", run, name="outlay_run"),
    path("outlays/runs/<int:run_id>/file/", run_file, name="outlay_run_file"),
    path("outlays/<int:outlay_id>/", outlay, name="outlay"),
    path("outlays/<int:outlay_id>/letter/", notify, name="outlay_letter"),
    path("outlays/<int:outlay_id>/<str:what>/", settle, name="outlay_settle"),
    path("people/<str:addressee_number>/shortfalls/new/", shortfall, name="shortfall_new"),
    path("people/<str:addressee_number>/restitutions/new/", restitution, name="restitution_new"),
]
