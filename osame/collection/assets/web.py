"""財産調査の画面。調査、照会、回答、同一人の認定、財産の台帳、照会先。"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.assets import actions, identifying, queries, registering
from osame.collection.assets import forms as sheets
from osame.collection.assets.actions import Told
from osame.collection.assets.models import AssetInterest, PropertyReply, ThirdParty
from osame.collection.assets.namesakes import namesakes
from osame.collection.assets.queries import InvestigationLine, ReplyRow
from osame.collection.assets.registering import Interest
from osame.collection.assets.reports import save_statement
from osame.collection.assets.searching import searches_of
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.law.arrears_facts import AssetKind
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm, done_words
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "財産", "照会", "回答の名義人")
WITHDRAWN = ("この回答の財産は、差し押さえられなくなります。取り消した記録は残ります。",)
Act = Callable[[], str]


@bound("collection.assets.list")
@require_GET
def assets(request: HttpRequest) -> HttpResponse:
    """続いている調査、認定を待つ回答、期限を過ぎた照会。"""
    plans = queries.investigations("v.closed_on IS NULL", {})
    waiting = queries.unidentified()
    late = queries.inquiries("q.replied_on IS NULL AND q.reply_due_on < %(on)s", {"on": today()})
    people = {*(each.addressee_number for each in plans), *(each.addressee_number for each in waiting)}
    people |= {each.addressee_number for each in late}
    record("財産調査の一覧を開いた", subjects=sorted(people), fields=FACTS)
    shown = {"plans": plans, "waiting": waiting, "late": late, "as_of": today()}
    return page(request, "collection/assets/assets.html", shown)


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def investigation_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """財産調査を始める。"""
    person = open_person(addressee_number, as_of=today())
    form = sheets.InvestigationForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        number = actions.open_investigation(
            addressee_number, [AssetKind[each] for each in told["kinds"]], reason=told["reason"], review_on=told["review_on"],
            as_of=today(), officer=officer_of(request),
        )  # fmt: skip
        return reverse("investigation", args=[number])

    told = ("財産調査を始める", "始める", f"{person.facts['name']}（{addressee_number}）")
    return _acted(request, form, act, told, reverse("assets"))


@bound("collection.assets.list")
@require_GET
def investigation(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """調査一つ。照会、回答、財産。"""
    plan = _plan(investigation_id)
    who = plan.addressee_number
    asked = [each for each in queries.inquiries_of(who) if each.investigation_id == investigation_id]
    shown = {
        "plan": plan, "inquiries": asked, "replies": queries.replies_of(who), "assets": queries.assets_of(who), "as_of": today(),
        "namesakes": namesakes(who), "searches": [x for x in searches_of(who) if x.investigation_id == investigation_id],
        "letters": [each for line in asked for each in letters_about(f"property_inquiry:{line.inquiry_id}")],
    }  # fmt: skip
    return page(request, "collection/assets/investigation.html", shown)


@bound("collection.assets.investigate")
@require_POST
def investigation_statement(request: HttpRequest, investigation_id: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """財産収支状況書（R-074）を保存する。"""
    with transaction.atomic():
        return save_statement(_plan(investigation_id).key, as_of=today())


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def investigation_ask(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """書面で照会する。"""
    plan = _plan(investigation_id)
    parties = queries.third_parties(as_of=today())
    choices = [(each.third_party_id, f"{each.kind.label}　{each.name}") for each in parties]
    form = sheets.AskForm(request.POST or None, today=today(), choices=choices)

    def act() -> str:
        told = form.cleaned_data
        actions.send_inquiries(
            plan.key, told["third_parties"], reply_by=told["reply_by"], as_of=today(), officer=officer_of(request)
        )
        return reverse("investigation", args=[investigation_id])

    return _acted(request, form, act, ("財産を照会する", "照会書を作る", _who(plan)), _at(plan))


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def investigation_reply(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """回答を、書面のとおりに記録する。"""
    plan = _plan(investigation_id)
    asked = [each for each in queries.inquiries_of(plan.addressee_number) if each.investigation_id == investigation_id]
    form = sheets.ReplyForm(
        request.POST or None, today=today(), initial={"arrived_on": today()},
        choices=[(each.inquiry_id, f"{each.inquiry_id}　{each.party}") for each in asked],
    )  # fmt: skip

    def act() -> str:
        inquiry = next((each for each in asked if each.inquiry_id == form.cleaned_data["inquiry"]), None)
        told = Told(
            PropertyReply.Source(form.cleaned_data["source"]), form.cleaned_data["arrived_on"],
            inquiry.inquiry_id if inquiry else None, inquiry.third_party_id if inquiry else None,
        )  # fmt: skip
        number = actions.record_reply(plan.addressee_number, form.holder, form.found, told, officer=officer_of(request))
        return reverse("property_reply", args=[number])

    return _acted(request, form, act, ("回答を記録する", "記録する", _who(plan)), _at(plan))


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def inquiry_nothing(request: HttpRequest, investigation_id: int, inquiry_id: int) -> HttpResponse:
    """該当なしの回答を記録する。"""
    plan = _plan(investigation_id)
    form = sheets.ConfirmForm(request.POST or None, today=today())

    def act() -> str:
        actions.record_nothing(inquiry_id, on=today(), officer=officer_of(request))
        return _at(plan)

    title = ("該当なしの回答を記録する", "記録する", f"{_who(plan)}、照会番号{inquiry_id}")
    return _acted(request, form, act, title, _at(plan))


@bound("collection.assets.investigate")
@require_http_methods(["GET", "POST"])
def investigation_close(request: HttpRequest, investigation_id: int) -> HttpResponse:
    """調査を終える。"""
    plan = _plan(investigation_id)
    form = sheets.CloseForm(request.POST or None, today=today())

    def act() -> str:
        findings = form.cleaned_data["findings"]
        actions.close_investigation(plan.key, findings=findings, as_of=today(), officer=officer_of(request))
        return _at(plan)

    return _acted(request, form, act, ("調査を終える", "終える", _who(plan)), _at(plan))


@bound("collection.assets.list")
@require_GET
def property_reply(request: HttpRequest, reply_id: int) -> HttpResponse:
    """回答一つ。一致した項目、疑い、同姓同名。"""
    reply = _reply(reply_id)
    shown = {"reply": reply, "namesakes": namesakes(reply.addressee_number), "as_of": today()}
    return page(request, "collection/assets/reply.html", shown)


@bound("collection.assets.identify")
@require_http_methods(["GET", "POST"])
def reply_identify(request: HttpRequest, reply_id: int) -> HttpResponse:
    """規則で足りる回答を認定する。"""
    reply = _reply(reply_id)
    form = sheets.ConfirmForm(request.POST or None, today=today())

    def act() -> str:
        identifying.identify_one(reply_id, as_of=today(), officer=officer_of(request))
        return reverse("property_reply", args=[reply_id])

    return _acted(request, form, act, ("同一人と認定する", "認定する", _of(reply)), _back(reply), _matched(reply))


@bound("collection.assets.propose_identification")
@require_http_methods(["GET", "POST"])
def reply_propose(request: HttpRequest, reply_id: int) -> HttpResponse:
    """規則で足りない回答の認定を起案する。"""
    reply = _reply(reply_id)
    form = sheets.IdentificationForm(request.POST or None, today=today())

    def act() -> str:
        identifying.propose_identification(reply_id, reason=form.cleaned_data["reason"])
        return reverse("property_reply", args=[reply_id])

    return _acted(request, form, act, ("同一人の認定を起案する", "起案する", _of(reply)), _back(reply), _matched(reply))


@bound("collection.assets.identify")
@require_http_methods(["GET", "POST"])
def reply_withdraw(request: HttpRequest, reply_id: int) -> HttpResponse:
    """認定を取り消す。"""
    reply = _reply(reply_id)
    form = sheets.WithdrawForm(request.POST or None, today=today())

    def act() -> str:
        reason = form.cleaned_data["reason"]
        identifying.withdraw_identification(reply_id, reason=reason, as_of=today(), officer=officer_of(request))
        return reverse("property_reply", args=[reply_id])

    return _acted(request, form, act, ("認定を取り消す", "取り消す", _of(reply)), _back(reply), WITHDRAWN)


@bound("collection.assets.register")
@require_http_methods(["GET", "POST"])
def reply_register(request: HttpRequest, reply_id: int) -> HttpResponse:
    """認定された回答から、財産を登録する。"""
    reply = _reply(reply_id)
    initial = {"value": reply.amount, "prior_claims": reply.counter_claim, "valued_on": today()}
    form = sheets.ValuationForm(request.POST or None, today=today(), initial=initial)

    def act() -> str:
        number = registering.register_asset(reply_id, form.valuation, as_of=today(), officer=officer_of(request))
        return reverse("asset", args=[number])

    return _acted(request, form, act, ("財産を登録する", "登録する", _of(reply)), _back(reply))


@bound("collection.assets.list")
@require_GET
def asset(request: HttpRequest, asset_id: int) -> HttpResponse:
    """財産一つ。評価、差押えの前に確かめること、ほかの者の権利。"""
    found = queries.asset_numbered(asset_id)
    record("財産を開いた", subjects=[found.addressee_number], fields=FACTS)
    shown = {
        "asset": found, "interests": queries.interests_in(found.key), "namesakes": namesakes(found.addressee_number),
        "as_of": today(),
    }  # fmt: skip
    return page(request, "collection/assets/asset.html", shown)


@bound("collection.assets.register")
@require_http_methods(["GET", "POST"])
def asset_revalue(request: HttpRequest, asset_id: int) -> HttpResponse:
    """財産の評価を改める。"""
    found = queries.asset_numbered(asset_id)
    names = (
        "value",
        "prior_claims",
        "disposition_cost",
        "exempt_article",
        "is_divisible",
        "is_seized_by_other",
        "note",
    )
    initial = {name: getattr(found, name) for name in names} | {"valued_on": today()}
    form = sheets.ValuationForm(request.POST or None, today=today(), initial=initial)

    def act() -> str:
        registering.revalue_asset(asset_id, form.valuation, officer=officer_of(request))
        return reverse("asset", args=[asset_id])

    told = ("財産の評価を改める", "改める", f"{found.person}、{found.description}")
    return _acted(request, form, act, told, reverse("asset", args=[asset_id]))


@bound("collection.assets.register")
@require_http_methods(["GET", "POST"])
def asset_interest(request: HttpRequest, asset_id: int) -> HttpResponse:
    """財産についてのほかの者の権利を足す。"""
    found = queries.asset_numbered(asset_id)
    parties = queries.third_parties(as_of=today())
    choices = [(each.third_party_id, each.name) for each in parties]
    form = sheets.InterestForm(request.POST or None, today=today(), choices=choices)

    def act() -> str:
        told = form.cleaned_data
        interest = Interest(
            AssetInterest.Kind(told["kind"]), told["third_party"], told["amount"], told["set_on"], told["rank"]
        )
        registering.add_interest(asset_id, interest, officer=officer_of(request))
        return reverse("asset", args=[asset_id])

    told = ("ほかの者の権利を足す", "足す", f"{found.person}、{found.description}")
    return _acted(request, form, act, told, reverse("asset", args=[asset_id]))


@bound("collection.assets.parties")
@require_http_methods(["GET", "POST"])
def third_parties(request: HttpRequest) -> HttpResponse:
    """照会先の一覧と登録。"""
    form = sheets.ThirdPartyForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            actions.register_third_party(form.given, officer=officer_of(request))
            return reverse("third_parties")

        if done := form.carry_out(request, act, said="照会先を登録しました。"):
            return done
    shown = {"parties": queries.third_parties(as_of=today()), "form": form, "kinds": ThirdParty.Kind}
    return page(request, "collection/assets/parties.html", shown, status=form.status)


def _acted(
    request: HttpRequest, form: ActForm, act: Act, told: tuple[str, str, str], back: str, effects: Sequence[str] = ()
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、誰の何か）; effects: 行うとどうなるか。"""
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=done_words(told[0])))
    ):
        return done
    shown: dict[str, Any] = {
        "form": form, "title": told[0], "button": told[1], "about": told[2], "back": back, "effects": effects,
    }  # fmt: skip
    return page(request, "collection/assets/act.html", shown, status=form.status)


def _plan(investigation_id: int) -> InvestigationLine:
    plan = queries.investigation_numbered(investigation_id)
    record("財産調査を開いた", subjects=[plan.addressee_number], fields=FACTS)
    return plan


def _reply(reply_id: int) -> ReplyRow:
    reply = queries.reply_numbered(reply_id)
    record("財産の回答を開いた", subjects=[reply.addressee_number], fields=FACTS)
    return reply


def _who(plan: InvestigationLine) -> str:
    return f"{plan.name}（{plan.addressee_number}）"


def _at(plan: InvestigationLine) -> str:
    return reverse("investigation", args=[plan.investigation_id])


def _of(reply: ReplyRow) -> str:
    return f"宛名{reply.addressee_number}、名義人{reply.holder_name or reply.holder_kana}、{reply.description}"


def _matched(reply: ReplyRow) -> tuple[str, ...]:
    """認定の前に見比べること。"""
    agreed = "、".join(reply.agreed) or "ない"
    doubts = (f"疑い：{'、'.join(reply.doubts)}。",) if reply.doubts else ()
    return (
        f"一致した項目：{agreed}。",
        *doubts,
        "認定した財産は、台帳に登録して差し押さえられます。別人のものなら、ここでやめてください。",
    )


def _back(reply: ReplyRow) -> str:
    return reverse("property_reply", args=[reply.reply_id])


assets_urls: list[URLPattern] = [
    path("assets/", assets, name="assets"),
    path("assets/<int:asset_id>/", asset, name="asset"),
    path("assets/<int:asset_id>/revalue/", asset_revalue, name="asset_revalue"),
    path("assets/<int:asset_id>/interest/", asset_interest, name="asset_interest"),
    path("people/<str:addressee_number>/investigations/new/", investigation_new, name="investigation_new"),
    path("investigations/<int:investigation_id>/", investigation, name="investigation"),
    path("investigations/<int:investigation_id>/statement/", investigation_statement, name="investigation_statement"),
    path("investigations/<int:investigation_id>/ask/", investigation_ask, name="investigation_ask"),
    path("investigations/<int:investigation_id>/reply/", investigation_reply, name="investigation_reply"),
    path("investigations/<int:investigation_id>/nothing/<int:inquiry_id>/", inquiry_nothing, name="inquiry_nothing"),
    path("investigations/<int:investigation_id>/close/", investigation_close, name="investigation_close"),
    path("replies/<int:reply_id>/", property_reply, name="property_reply"),
    path("replies/<int:reply_id>/identify/", reply_identify, name="reply_identify"),
    path("replies/<int:reply_id>/propose/", reply_propose, name="reply_propose"),
    path("replies/<int:reply_id>/withdraw/", reply_withdraw, name="reply_withdraw"),
    path("replies/<int:reply_id>/register/", reply_register, name="reply_register"),
    path("third-parties/", third_parties, name="third_parties"),
]
