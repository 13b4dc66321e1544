"""自己情報提供。本人の求めに、本人の副本だけから答える。定めのない特定個人情報は、わけを付けて断る。

One pass: who asks, is it provided to oneself, whose symbol, which copy, is it hidden. What is decided is kept with the reason in the
transaction that takes the request; the same request gets the same answer. There is no waiting for an officer here: what needs one is
refused, and the person is sent to the counter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from osame.contracts import national
from osame.contracts.envelopes import body_of
from osame.contracts.portal import MY_PORTAL, SELF_AFFAIR, SELF_ANSWER, SELF_REQUEST, SelfAnswer, SelfRequest
from osame.gateway.copies import queries as copies
from osame.gateway.copies.actions import opened
from osame.gateway.messaging.registry import ACCEPTED, ALREADY, Letter, Outgoing, Verdict, handles, refused, sends
from osame.gateway.portal.models import SelfProvision
from osame.gateway.provisions.answering import NotProvided, merged, provides
from osame.gateway.symbols.queries import person_of
from osame.gateway.trust import parties
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import Outcome, record
from osame.platform.secret_keys import seal, unseal

KEY = "gateway-self-provision"
State = SelfProvision.State
OUTCOMES = {State.PROVIDED: national.PROVIDED, State.NOTHING: national.NOTHING, State.REFUSED: national.REFUSED}


class NotProvidedToOneself(NotProvided):
    """この特定個人情報は、マイナポータルでは提供していません。窓口で開示を請求してください。"""


class HiddenFromOneself(Refusal):
    """この特定個人情報は、マイナポータルでは答えられません。窓口で開示を請求してください。"""


class NoSuchRequest(Refusal):
    """その番号の自己情報の求めはありません。番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Decision:
    """決めたこと。"""

    state: State
    reason: str
    unified: str = ""
    content: str = ""


@handles(SELF_REQUEST)
def requests(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """届いた自己情報の求めに答えるか、断る。マイナポータルからのものだけを受ける。

    要件: F35-11
    """
    verdicts = []
    for letter in letters:
        asked = body_of(SelfRequest, letter.body)
        if letter.envelope.sender != MY_PORTAL:
            verdicts.append(refused("マイナポータルからの求めではありません"))
            continue
        if SelfProvision.objects.filter(pk=asked.request_number).update(to_send=True):
            verdicts.append(ALREADY)
            continue
        _keep(asked, decide(asked, now), now)
        verdicts.append(ACCEPTED)
    return verdicts


def decide(asked: SelfRequest, now: datetime) -> Decision:
    """答えを決める。

    要件: F35-11
    """
    unified = person_of(asked.symbol)
    try:
        if not provides(SELF_AFFAIR, asked.item):
            raise NotProvidedToOneself(asked.item)
        if not unified:
            return Decision(State.NOTHING, "該当する人がいません。")
        rows = copies.published(unified, asked.item, on=now.date())
        if not rows:
            return Decision(State.NOTHING, "該当する情報がありません。", unified)
        flags = copies.flags_for(unified, rows)
        if flags.hidden or not flags.automatic:
            raise HiddenFromOneself
    except Refusal as refusal:
        return Decision(State.REFUSED, str(refusal), unified)
    content = json.dumps(merged([json.loads(opened(each)) for each in rows]), ensure_ascii=False)
    return Decision(State.PROVIDED, "正常終了", unified, content)


def _keep(asked: SelfRequest, decision: Decision, now: datetime) -> None:
    number = asked.request_number
    SelfProvision.objects.create(
        request_number=number, affair=SELF_AFFAIR, item=asked.item, unified_addressee_number=decision.unified,
        state=decision.state, reason=decision.reason, received_at=now,
        content=seal(KEY, decision.content, owner=number) if decision.content else None,
    )  # fmt: skip
    record(
        "自己情報を提供した" if decision.state == State.PROVIDED else "自己情報を提供しなかった",
        subjects=[decision.unified] if decision.unified else [],
        outcome=Outcome.REFUSED if decision.state == State.REFUSED else Outcome.DONE,
        detail={"項目": asked.item, "わけ": decision.reason},
    )


def items_of(row: SelfProvision) -> dict[str, str]:
    """答えた項目。なければ空。"""
    if row.content is None:
        return {}
    told: dict[str, str] = json.loads(unseal(KEY, bytes(row.content), owner=str(row.request_number)))
    return told


@sends
def due_answers(_now: datetime, limit: int) -> list[Outgoing]:
    """送るべき答え。求めた本人のいるマイナポータルにだけ送る。"""
    rows = list(
        SelfProvision.objects.select_for_update(skip_locked=True).filter(to_send=True).order_by("received_at")[:limit]
    )
    if not rows:
        return []
    SelfProvision.objects.filter(pk__in=[each.pk for each in rows]).update(to_send=False)
    to = parties.certificate_of(MY_PORTAL)
    return [Outgoing(SELF_ANSWER, to, str(each.request_number), _answer(each)) for each in rows]


def _answer(row: SelfProvision) -> SelfAnswer:
    outcome, reason = OUTCOMES[State(row.state)], str(row.reason)
    if row.erased_at:
        outcome, reason = national.REFUSED, "提供した内容の保存の期限が過ぎました。もう一度求めてください。"
    return SelfAnswer(str(row.request_number), outcome, reason, items_of(row), row.received_at)


def find(request_number: str) -> SelfProvision:
    """求めの番号から引く。

    要件: F35-11
    """
    row = SelfProvision.objects.filter(pk=request_number).first()
    if row is None:
        raise NoSuchRequest(request_number)
    return row
