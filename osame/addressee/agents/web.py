"""代理人と関係人の画面。届出、承認、終了。"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.addressee.agents import actions
from osame.addressee.agents.forms import (
    AgentForm,
    AgentPaperForm,
    DecideAgentForm,
    EndAgentForm,
    EndRelationForm,
    RelationForm,
)
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.agents.papers import decision_paper
from osame.addressee.agents.queries import agent_of, relation_of
from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import refuse_hidden
from osame.addressee.mailing.coverage import covered
from osame.addressee.search.queries import Found, summaries
from osame.kernel.refusals import Refusal
from osame.platform.console.answers import page
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, ReceiverClass
from osame.platform.functions.binding import bound
from osame.platform.suppression.decision import FactClass
from osame.platform.terminal import today

OTHER_PARTY = (
    "届け出た代理人は、支援措置の相手方です。承認しても代理人として扱いません。何も渡さず、係長に知らせてください。"
)


@bound("addressee.agents.notify")
@require_http_methods(["GET", "POST"])
def agent_new(request: HttpRequest, number: str) -> HttpResponse:
    """代理人の届出を受ける。"""
    on = today()
    form = AgentForm(
        request.POST or None, today=on, initial={"notified_on": on, "valid_from": on}, draft_key=f"agent-{number}"
    )

    def act() -> None:
        if actions.notify_agent(form.asked(number)).is_other_party:
            messages.warning(request, OTHER_PARTY)

    lead = "届出だけでは代理人になりません。別の職員が承認してから、通知を代理人へ送れるようになります。"
    words = FormPage("代理人の届出", "届出を受ける", "代理人の届出を受けました。承認を待ちます。", lead)
    return person_act(request, form, words, whose(number, as_of=on), act)


@bound("addressee.agents.approve")
@require_http_methods(["GET", "POST"])
def agent_decide(request: HttpRequest, number: str, agent_id: int) -> HttpResponse:
    """代理人を承認するか、しないかを決める。届出を受けた職員にはできない。"""
    on = today()
    other = _agent(number, agent_id, on)
    form = DecideAgentForm(request.POST or None, today=on, initial={"on": on})

    def act() -> None:
        if form.cleaned_data["decision"] == "approve":
            actions.approve_agent(agent_id, approved_on=form.cleaned_data["on"])
        else:
            told = form.cleaned_data
            actions.refuse_agent(agent_id, reason=told["reason"], refused_on=told["on"])

    lead = "届出書と、本人の意思を確かめてから判断してください。"
    words = FormPage("代理人の承認", "記録する", "代理人の届出の判断を記録しました。", lead)
    return person_act(request, form, words, whose(number, as_of=on), act, **other)


@bound("addressee.agents.paper")
@require_http_methods(["GET", "POST"])
def agent_paper(request: HttpRequest, number: str, agent_id: int) -> HttpResponse:
    """納税管理人の承認・不承認の通知書を保存する。"""
    on = today()
    refuse_hidden(number, FactClass.RELATIONS, as_of=on)
    form = AgentPaperForm(request.POST or None, today=on)
    if request.method == "POST" and form.is_valid():
        try:
            made = decision_paper(number, agent_id, issuer=form.cleaned_data["issuer"], on=on)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return download(
                made.body, made.file_name, Output(EgressKind.LETTER, [number], ReceiverClass.CITIZEN, made.receiver)
            )
    lead = "届け出た本人に渡す通知書を、PDFで保存します。住所は載りません。"
    words = FormPage("納税管理人の通知書", "通知書を保存する", "", lead)
    person = whose(number, as_of=on)
    shown = {"form": form, "words": words, "person": person, "back": reverse("person", args=[number])}
    return page(request, "addressee/form.html", shown, status=form.status)


@bound("addressee.agents.notify")
@require_http_methods(["GET", "POST"])
def agent_end(request: HttpRequest, number: str, agent_id: int) -> HttpResponse:
    """代理人を終える。"""
    on = today()
    other = _agent(number, agent_id, on)
    form = EndAgentForm(request.POST or None, today=on, initial={"valid_until": on})

    def act() -> None:
        told = form.cleaned_data
        actions.end_agent(agent_id, valid_until=told["valid_until"], reason=told["reason"])

    lead = "この日からの通知は、代理人に送りません。"
    words = FormPage("代理人を終える", "終える", "代理人を終えました。", lead, danger=True)
    return person_act(request, form, words, whose(number, as_of=on), act, **other)


@bound("addressee.agents.relate")
@require_http_methods(["GET", "POST"])
def relation_new(request: HttpRequest, number: str) -> HttpResponse:
    """関係人を登録する。"""
    on = today()
    form = RelationForm(request.POST or None, today=on, initial={"valid_from": on}, draft_key=f"relation-{number}")

    def act() -> None:
        actions.relate(form.asked(number))

    lead = "上の人から見た、相手の関係を選びます。"
    words = FormPage("関係人を登録", "登録する", "関係人を登録しました。", lead)
    return person_act(request, form, words, whose(number, as_of=on), act)


@bound("addressee.agents.relate")
@require_http_methods(["GET", "POST"])
def relation_end(request: HttpRequest, number: str, relation_id: int) -> HttpResponse:
    """関係を終える。"""
    on = today()
    other = _relation(number, relation_id, on)
    form = EndRelationForm(request.POST or None, today=on, initial={"valid_until": on})

    def act() -> None:
        actions.end_relation(relation_id, valid_until=form.cleaned_data["valid_until"])

    lead = "始まりの日より前に終えると、なかったことになります。"
    words = FormPage("関係を終える", "終える", "関係を終えました。", lead, danger=True)
    return person_act(request, form, words, whose(number, as_of=on), act, **other)


def _agent(number: str, agent_id: int, on: date) -> dict[str, Any]:
    """この人の代理人。判断の前に見せる。ほかの人の代理人や、終えた代理人なら断る。"""
    refuse_hidden(number, FactClass.RELATIONS, as_of=on)
    with transaction.atomic():
        found = agent_of(number, agent_id)
        if found is None:
            raise actions.AgentNotKnown(str(agent_id))
        people = summaries([found.agent_number], as_of=on)
    what = f"{Agent.Kind(found.kind).label}　{covered(found.tax_item, '')}"
    return _shown(what, people.get(found.agent_number), found.valid_from, found.valid_until)


def _relation(number: str, relation_id: int, on: date) -> dict[str, Any]:
    """この人の関係。終える前に見せる。"""
    refuse_hidden(number, FactClass.RELATIONS, as_of=on)
    with transaction.atomic():
        found = relation_of(number, relation_id)
        if found is None:
            raise actions.RelationNotKnown(str(relation_id))
        people = summaries([found.related_number], as_of=on)
    what = f"{AddresseeRelation.Kind(found.kind).label}（根拠：{found.basis}）"
    return _shown(what, people.get(found.related_number), found.valid_from, found.valid_until)


def _shown(what: str, other: Found | None, since: date, until: date | None) -> dict[str, Any]:
    return {"preview": "addressee/other.html", "what": what, "other": other, "since": since, "until": until}


agents_urls: list[URLPattern] = [
    path("people/<str:number>/agents/new/", agent_new, name="agent_new"),
    path("people/<str:number>/agents/<int:agent_id>/decide/", agent_decide, name="agent_decide"),
    path("people/<str:number>/agents/<int:agent_id>/paper/", agent_paper, name="agent_paper"),
    path("people/<str:number>/agents/<int:agent_id>/end/", agent_end, name="agent_end"),
    path("people/<str:number>/relations/new/", relation_new, name="relation_new"),
    path("people/<str:number>/relations/<int:relation_id>/end/", relation_end, name="relation_end"),
]
