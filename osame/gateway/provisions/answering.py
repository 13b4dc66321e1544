"""情報提供。許可証と照合リストを確かめ、副本から答える。この事務では、提供を行わないことを既定とし、断る。

Deciding is one pass: permit, list, switch, person, copy, flags. Whatever it decides is written together with the record; only a
flagged case waits, and is recorded when two people have decided it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from osame.contracts import national
from osame.contracts.envelopes import Party, body_of
from osame.contracts.national import Answer, Inquiry, PermitRefused
from osame.gateway.copies import queries as copies
from osame.gateway.copies.actions import opened
from osame.gateway.exchange_records import recording
from osame.gateway.exchange_records.recording import Direction, Facts
from osame.gateway.messaging.registry import ACCEPTED, ALREADY, Letter, Outgoing, Verdict, handles, sends
from osame.gateway.provisions.models import Provision, ProvisionRule
from osame.gateway.symbols.queries import person_of
from osame.gateway.trust import parties
from osame.gateway.trust.queries import Allowed, allowed, names_of
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.secret_keys import seal, unseal

KEY = "gateway-provision"
State = Provision.State
OUTCOMES = {
    State.HELD: national.HELD,
    State.PROVIDED: national.PROVIDED,
    State.NOTHING: national.NOTHING,
    State.REFUSED: national.REFUSED,
}


class NotProvided(Refusal):
    """この事務では、情報提供を行っていません。"""


@dataclass(frozen=True, slots=True)
class Decision:
    """決めたこと。"""

    state: State
    reason: str
    unified: str = ""
    content: str = ""
    hidden: bool = False


def provides(affair: str, item: str) -> bool:
    """その事務で、情報提供を行うか。定めがなければ、行わない。

    要件: F35-03
    """
    last = ProvisionRule.objects.filter(affair=affair, item=item).order_by("-rule_id").first()
    return bool(last and last.provided)


@handles(national.INQUIRY)
def inquiries(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """届いた照会に答えるか、断るか、確認を待たせる。

    要件: F35-03, F36-13
    """
    me = parties.party()
    try:
        rules: Allowed | Refusal = allowed(at=now)
    except Refusal as refusal:
        rules = refusal
    verdicts = []
    for letter in letters:
        asked, sender = body_of(Inquiry, letter.body), letter.envelope.sender
        known = Provision.objects.filter(inquirer=sender, inquiry_number=asked.inquiry_number).first()
        if known:
            _repeat(known, sender, asked, me, now)
            verdicts.append(ALREADY)
            continue
        _keep(sender, asked, decide(sender, asked, me, rules, now), now)
        verdicts.append(ACCEPTED)
    return verdicts


def _repeat(known: Provision, sender: str, asked: Inquiry, me: Party, now: datetime) -> None:
    """同じ照会には、同じ答えをもう一度。出し直された許可証で求められたら、その番号で答える。"""
    permit = asked.permit
    facts = (asked.inquiry_number, sender, me.institution, str(known.affair), str(known.procedure), str(known.item))
    with suppress(PermitRefused):
        permit.refuse_unfit(parties.anchor(), now=now, facts=facts)
        known.permit_number = permit.number
    Provision.objects.filter(pk=known.pk).update(to_send=True, permit_number=known.permit_number)


def decide(sender: str, asked: Inquiry, me: Party, rules: Allowed | Refusal, now: datetime) -> Decision:
    """答えを決める。"""
    permit = asked.permit
    facts = (asked.inquiry_number, sender, me.institution, permit.affair, permit.procedure, permit.item)
    try:
        permit.refuse_unfit(parties.anchor(), now=now, facts=facts)
        if isinstance(rules, Refusal):
            raise rules
        rules.refuse_unlisted(permit.affair, permit.procedure, me.institution, permit.item)
        if not provides(permit.affair, permit.item):
            raise NotProvided
    except (PermitRefused, Refusal) as refusal:
        return Decision(State.REFUSED, str(refusal))
    unified = person_of(permit.opened_symbol(me))
    if not unified:
        return Decision(State.NOTHING, "該当する人がいません。")
    rows = copies.published(unified, permit.item, on=now.date())
    if not rows:
        return Decision(State.NOTHING, "該当する情報がありません。", unified)
    flags = copies.flags_for(unified, rows)
    content = json.dumps([json.loads(opened(each)) for each in rows], ensure_ascii=False)
    if not flags.automatic:
        return Decision(State.HELD, "提供の前に、確認が要ります。", unified, content, flags.hidden)
    return Decision(State.PROVIDED, "正常終了", unified, content, flags.hidden)


def _keep(sender: str, asked: Inquiry, decision: Decision, now: datetime) -> None:
    permit = asked.permit
    owner = f"{sender}:{asked.inquiry_number}"
    row = Provision.objects.create(
        inquirer=sender, inquiry_number=asked.inquiry_number, permit_number=permit.number, affair=permit.affair,
        procedure=permit.procedure, item=permit.item, unified_addressee_number=decision.unified, state=decision.state,
        reason=decision.reason, content=seal(KEY, decision.content, owner=owner) if decision.content else None,
        checksum=checksum(decision.content), non_disclosure=decision.hidden, received_at=now,
        answered_at=None if decision.state == State.HELD else now,
    )  # fmt: skip
    if decision.state != State.HELD:
        remember(row, now)


def checksum(content: str) -> str:
    """中身の要約。許可する人が見たものと、送るものが同じであることを確かめる。"""
    return hashlib.sha256(content.encode()).hexdigest() if content else ""


def content_of(row: Provision) -> str:
    """答えの中身。なければ空。"""
    if row.content is None:
        return ""
    return unseal(KEY, bytes(row.content), owner=f"{row.inquirer}:{row.inquiry_number}")


def remember(row: Provision, now: datetime) -> None:
    """情報提供等記録を、同じ取引で書く。"""
    body = bodies.current()
    items = _items(row) if row.state == State.PROVIDED else {}
    recording.write(
        [
            Facts(
                direction=Direction.PROVIDED, inquiry_number=str(row.inquiry_number),
                permit_number=str(row.permit_number), inquirer=str(row.inquirer),
                inquirer_name=names_of({str(row.inquirer)}).get(str(row.inquirer), str(row.inquirer)),
                provider=body.institution, provider_name=body.name, affair=str(row.affair),
                procedure=str(row.procedure), item=str(row.item), fields=tuple(sorted(items)),
                requested_at=row.received_at, provided_at=now if row.state == State.PROVIDED else None,
                outcome=OUTCOMES[State(row.state)], reason=str(row.reason), non_disclosure=bool(row.non_disclosure),
                unified_addressee_number=str(row.unified_addressee_number),
            )
        ],
        at=now,
    )  # fmt: skip


def _items(row: Provision) -> dict[str, str]:
    return merged(json.loads(content_of(row) or "[]"))


def merged(sets: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """答える項目。データセットが二つ以上なら、番号を添える。"""
    if len(sets) == 1:
        return {str(name): str(value) for name, value in sets[0].items()}
    return {f"{at}:{name}": str(value) for at, each in enumerate(sets, 1) for name, value in each.items()}


@sends
def due_answers(_now: datetime, limit: int) -> list[Outgoing]:
    """送るべき答え。"""
    with transaction.atomic():
        rows = list(
            Provision.objects.select_for_update(skip_locked=True).filter(to_send=True).order_by("provision_id")[:limit]
        )
        Provision.objects.filter(pk__in=[each.pk for each in rows]).update(to_send=False)
    outgoing = []
    for each in rows:
        items = _items(each) if each.state == State.PROVIDED else {}
        outcome, reason = OUTCOMES[State(each.state)], str(each.reason)
        if each.erased_at:
            outcome, reason = national.REFUSED, "提供した内容の保存の期限が過ぎました。"
        answer = Answer(
            str(each.inquiry_number), str(each.permit_number), outcome, reason, items,
            each.answered_at or each.received_at, bool(each.non_disclosure),
        )  # fmt: skip
        to = parties.certificate_of(str(each.inquirer))
        outgoing.append(Outgoing(national.ANSWER, to, str(each.inquiry_number), answer))
    return outgoing
