"""窓口レジの画面。開く、領収する、領収証書を刷る、取り消す、締める、確かめる。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from osame.collection.inquiry.person import open_person
from osame.collection.payment_slips.owed import owed_of
from osame.collection.tills import actions
from osame.collection.tills.forms import CountForm, OpenForm, PersonForm, PlainForm, ReasonForm, TakeForm
from osame.collection.tills.letters import freeze_receipt, print_receipt
from osame.collection.tills.queries import receipts_of, till_day, till_days
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

HOME = "collection/tills"
FACTS = ("氏名", "収納")


@bound("collection.tills.show", POST="collection.tills.take")
@require_http_methods(["GET", "POST"])
def tills(request: HttpRequest) -> HttpResponse:
    """レジの日の一覧。POST は、今日のレジを開く。"""
    form = OpenForm(request.POST or None)

    def act() -> str:
        typed = form.cleaned_data
        number = actions.open_till(
            typed["till_number"], typed["change_fund"], as_of=today(), officer=officer_of(request)
        )
        return reverse("till", args=[number])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="レジを開きました。")):
        return done
    return page(request, f"{HOME}/tills.html", {"form": form, "lines": till_days()}, status=form.status)


@bound("collection.tills.show", POST="collection.tills.close")
@require_http_methods(["GET", "POST"])
def till(request: HttpRequest, till_day_id: int) -> HttpResponse:
    """レジの一日。領収の一覧。POST は、現金を数えて締める。"""
    form = CountForm(request.POST or None)

    def act() -> str:
        typed = form.cleaned_data
        actions.count_till(till_day_id, typed["counted"], reason=typed["reason"], officer=officer_of(request))
        return reverse("till", args=[till_day_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="レジを締めました。")):
        return done
    try:
        day = till_day(till_day_id)
    except Refusal as unknown:
        return refused(request, unknown, status=404, title="見つかりません")
    lines = receipts_of(till_day_id)
    record("レジの領収を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"day": day, "lines": lines, "form": form, "person": PersonForm(label_suffix=""), "plain": PlainForm(),
             "act": ReasonForm()}  # fmt: skip
    return page(request, f"{HOME}/till.html", shown, status=form.status)


@bound("collection.tills.take")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, till_day_id: int) -> HttpResponse:
    """領収する。宛名番号の人の未納から選び、現金をお預りする。"""
    chosen = PersonForm(request.GET, label_suffix="")
    if not chosen.is_valid():
        return refused(request, "宛名番号を入力してください。", status=422)
    who = chosen.cleaned_data["addressee"]
    person = open_person(who, as_of=today())
    owed = [(each, each.share()) for each in owed_of(who, on=today(), as_of=today())]
    record("窓口の領収の画面を開いた", subjects=[who], fields=("氏名", "期別"))
    choices = [
        (str(e.facts.charge_id), f"{e.label}　{share.amount:,}円")
        for e, share in owed
        if share.amount > e.facts.in_flight
    ]
    form = TakeForm(request.POST or None, owed=choices)

    def act() -> str:
        typed = form.cleaned_data
        charges = [int(each) for each in typed["charges"]]
        taken = actions.take_cash(
            till_day_id, who, charges, typed["tendered"], as_of=today(), officer=officer_of(request)
        )
        freeze_receipt(taken.receipt_number, as_of=today(), officer=officer_of(request))
        return reverse("till", args=[till_day_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="領収しました。")):
        return done
    shown = {"form": form, "person": person, "till_day_id": till_day_id, "owed": owed}
    return page(request, f"{HOME}/take.html", shown, status=form.status)


@bound("collection.tills.take")
@require_POST
def receipt_paper(request: HttpRequest, receipt_number: int) -> HttpResponse:  # noqa: ARG001 - 入口の形
    """領収証書を刷る。"""
    return print_receipt(receipt_number)


@bound("collection.tills.take")
@require_POST
def receipt_cancel(request: HttpRequest, receipt_number: int) -> HttpResponse:
    """締める前の領収を取り消す。"""
    form = ReasonForm(request.POST)

    def act() -> str:
        actions.cancel_receipt(
            receipt_number, reason=form.cleaned_data["reason"], as_of=today(), officer=officer_of(request)
        )
        return reverse("tills")

    if form.is_valid() and (done := form.carry_out(request, act, said="領収を取り消しました。")):
        return done
    return _told(request, form)


@bound("collection.tills.close")
@require_POST
def reopen(request: HttpRequest, till_day_id: int) -> HttpResponse:
    """締めを取り消す。"""
    form = ReasonForm(request.POST)

    def act() -> str:
        actions.reopen_till(till_day_id, reason=form.cleaned_data["reason"], officer=officer_of(request))
        return reverse("till", args=[till_day_id])

    if form.is_valid() and (done := form.carry_out(request, act, said="締めを取り消しました。")):
        return done
    return _told(request, form)


@bound("collection.tills.close")
@require_POST
def confirm(request: HttpRequest, till_day_id: int) -> HttpResponse:
    """別の職員が確かめ、元帳に入れる。"""
    form = PlainForm(request.POST)

    def act() -> str:
        actions.confirm_till(till_day_id, officer=officer_of(request))
        return reverse("till", args=[till_day_id])

    if form.is_valid() and (done := form.carry_out(request, act, said="確かめ、元帳に入れました。")):
        return done
    return _told(request, form)


def _told(request: HttpRequest, form: PlainForm | ReasonForm) -> HttpResponse:
    problems = [str(error) for errors in form.errors.values() for error in errors]
    return refused(request, "、".join(problems) or "画面を開き直してください。", status=422)


till_urls: list[URLPattern] = [
    path("tills/", tills, name="tills"),
    path("tills/<int:till_day_id>/", till, name="till"),
    path("tills/<int:till_day_id>/take/", take, name="till_take"),
    path("tills/<int:till_day_id>/reopen/", reopen, name="till_reopen"),
    path("tills/<int:till_day_id>/confirm/", confirm, name="till_confirm"),
    path("tills/receipts/<int:receipt_number>/print/", receipt_paper, name="till_receipt_print"),
    path("tills/receipts/<int:receipt_number>/cancel/", receipt_cancel, name="till_receipt_cancel"),
]
