"""納付誓約の画面。一覧（分納履行状況表）、一件、計画を作る・立て直す、署名を受け取る、不履行を知らせる、取り消す。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.payment_slips.owed import owed_of
from osame.collection.pledges.actions import (
    Signature,
    accept_pledge,
    cancel_pledge,
    make_pledge,
    notify_default,
    replan_pledge,
)
from osame.collection.pledges.deciding import propose_long_plan
from osame.collection.pledges.forms import CancelForm, NotifyForm, PlanForm, SignForm
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.offer_web import offer_urls
from osame.collection.pledges.planning import Planned, PledgeTerms, plan_pledge
from osame.collection.pledges.queries import PledgeHead, open_pledges, payments_of, pledge_file, pledge_numbered
from osame.collection.pledges.statistics import bands
from osame.formats.reports import Channel
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

ON_DEFAULT = (
    "分納不履行通知（R-054）を作ります。通知の期限までに足りない額が納まれば、誓約は続きます。納まらなければ、誓約を取り消して、"
    "財産調査や差押えに進めます。"
)
MADE = "納付誓約書を作りました。印刷して、署名を受けてください。"
PROPOSED = "長い計画を起案しました。別の職員の照査と、上司の決裁を待ちます。"
FACTS = ("氏名", "納付誓約", "期別", "納付能力の聞き取り")


@bound("collection.pledges.list")
@require_GET
def pledges(request: HttpRequest) -> HttpResponse:
    """分納履行状況表（R-077）。不履行だけに絞れる。"""
    broken = request.GET.get("broken") == "1"
    every = open_pledges(as_of=today())
    heads = [each for each in every if not broken or _is_broken(each)]
    record("納付誓約の一覧を開いた", subjects=sorted({each.addressee_number for each in heads}), fields=FACTS[:2])
    shown = {"pledges": heads, "broken": broken, "as_of": today(), "missing": sum(map(_is_broken, heads)),
             "bands": bands(every)}  # fmt: skip
    return page(request, "collection/pledges/pledges.html", shown)


@bound("collection.pledges.list")
@require_GET
def pledge(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """納付誓約一件。計画、履行、承認、これまでのこと。"""
    file = pledge_file(pledge_numbered(pledge_id, as_of=today()).key, as_of=today())
    record("納付誓約を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    shown = {
        "file": file, "head": file.head, "as_of": today(), "letters": letters_about(f"pledge:{pledge_id}"),
        "payments": [(each, CHANNEL_NAMES[Channel(each.channel)]) for each in payments_of(file.head)],
        "unsigned": not any(each.acknowledged_on for each in file.parts), "broken": _is_broken(file.head),
        "stage": file.head.stage.name,
    }  # fmt: skip
    return page(request, "collection/pledges/pledge.html", shown)


@bound("collection.pledges.make")
@require_http_methods(["GET", "POST"])
def pledge_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """計画を作る。試した計画を見てから、誓約書を作る。"""
    return _planned(request, addressee_number, None)


@bound("collection.pledges.make")
@require_http_methods(["GET", "POST"])
def pledge_replan(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """計画を立て直す。"""
    head = pledge_numbered(pledge_id, as_of=today())
    return _planned(request, head.addressee_number, head)


def _planned(request: HttpRequest, addressee_number: str, head: PledgeHead | None) -> HttpResponse:
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("分割納付の計画の画面を開いた", subjects=[addressee_number], fields=FACTS)
    overdue = [each.facts.charge_id for each in owed if each.facts.due_date < today()]
    form = PlanForm(
        request.POST or None, today=today(), initial={"charges": list(head.charges) if head else overdue},
        choices=[each.choice for each in owed],
    )  # fmt: skip
    planned: Planned | None = None
    if request.method == "POST" and form.is_valid():
        told, officer = form.cleaned_data, officer_of(request)
        terms = PledgeTerms(
            addressee_number, tuple(told["charges"]), told["first_on"], told["amount"], form.household, told["reason"]
        )

        def act() -> str:
            if planned and planned.needs_decision:
                asked = propose_long_plan(terms, as_of=today(), pledge_id=head.pledge_id if head else None)
                return reverse("approval", args=[asked])
            if head:
                replan_pledge(head.key, terms, as_of=today(), officer=officer)
                return reverse("pledge", args=[head.pledge_id])
            return reverse("pledge", args=[make_pledge(terms, as_of=today(), officer=officer)])

        planned = form.weigh(lambda: plan_pledge(terms, as_of=today()))
        if (
            form.agreed
            and not form.errors
            and (done := form.carry_out(request, act, said=PROPOSED if planned and planned.needs_decision else MADE))
        ):
            return done
    shown: dict[str, Any] = {"form": form, "person": person, "planned": planned, "head": head}
    return page(request, "collection/pledges/plan.html", shown, status=form.status)


@bound("collection.pledges.make")
@require_http_methods(["GET", "POST"])
def pledge_sign(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """署名された誓約書を受け取る。"""
    file = pledge_file(pledge_numbered(pledge_id, as_of=today()).key, as_of=today())
    record("納付誓約を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    choices = [(each.charge_id, f"{each.label}　{each.amount:,}円") for each in file.parts]
    form = SignForm(request.POST or None, today=today(), choices=choices,
                    initial={"charges": [each[0] for each in choices], "signed_on": today(), "signed_by": file.head.name})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            signature = Signature(
                told["signed_on"],
                told["signed_by"],
                Acknowledgement.Authority(told["authority"]),
                tuple(told["charges"]),
            )
            accept_pledge(file.head.key, signature, as_of=today(), officer=officer_of(request))
            return reverse("pledge", args=[pledge_id])

        if done := form.carry_out(request, act, said="誓約書を受け取り、納付書を発行しました。"):
            return done
    return page(
        request,
        "collection/pledges/act.html",
        _act(form, file.head, "署名された誓約書を受け取る", "受け取る"),
        status=form.status,
    )


@bound("collection.pledges.notify")
@require_http_methods(["GET", "POST"])
def pledge_default(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """不履行の通知を作る。"""
    head = pledge_numbered(pledge_id, as_of=today())
    record("納付誓約を開いた", subjects=[head.addressee_number], fields=FACTS)
    form = NotifyForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            run_id = notify_default([head.key], as_of=today(), officer=officer_of(request))
            return reverse("letter_run", args=[run_id])

        if done := form.carry_out(request, act, said="分納不履行通知を作りました。"):
            return done
    return page(
        request,
        "collection/pledges/act.html",
        _act(form, head, "不履行を知らせる", "通知を作る") | {"about": ON_DEFAULT},
        status=form.status,
    )


@bound("collection.pledges.notify")
@require_http_methods(["GET", "POST"])
def pledge_cancel(request: HttpRequest, pledge_id: int) -> HttpResponse:
    """誓約を取り消す。"""
    head = pledge_numbered(pledge_id, as_of=today())
    record("納付誓約を開いた", subjects=[head.addressee_number], fields=FACTS)
    form = CancelForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            reason = form.cleaned_data["reason"]
            cancel_pledge(head.key, reason=reason, as_of=today(), officer=officer_of(request))
            return reverse("pledge", args=[pledge_id])

        if done := form.carry_out(request, act, said="納付誓約を取り消しました。"):
            return done
    return page(
        request, "collection/pledges/act.html", _act(form, head, "誓約を取り消す", "取り消す"), status=form.status
    )


def _act(form: Any, head: PledgeHead, title: str, button: str) -> dict[str, Any]:
    return {"form": form, "head": head, "title": title, "button": button, "as_of": today()}


def _is_broken(head: PledgeHead) -> bool:
    return head.stage in {ProcedureStage.IN_FORCE, ProcedureStage.DEFAULTED} and not head.standing.kept


pledges_urls: list[URLPattern] = [
    path("pledges/", pledges, name="pledges"),
    *offer_urls,
    path("pledges/<int:pledge_id>/", pledge, name="pledge"),
    path("pledges/<int:pledge_id>/replan/", pledge_replan, name="pledge_replan"),
    path("pledges/<int:pledge_id>/sign/", pledge_sign, name="pledge_sign"),
    path("pledges/<int:pledge_id>/default/", pledge_default, name="pledge_default"),
    path("pledges/<int:pledge_id>/cancel/", pledge_cancel, name="pledge_cancel"),
    path("people/<str:addressee_number>/pledges/new/", pledge_new, name="pledge_new"),
]
