"""紐付けの変更。保留した依頼を、四つの目で決める。

A held order is decided by people: one proposes (`propose_relinking`), others check and decide, one executes; maker, checker
and executor differ by a CHECK of the database. The proposal names the held order, never the number: the envelope waits with
the order and is opened when the decision is carried out.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.contracts.personal_number import PersonalNumber, holds_personal_number
from osame.kernel.refusals import Refusal
from osame.linkage.identities import numbering, requests
from osame.linkage.identities.actions import current_link, link_to
from osame.linkage.identities.models import IdentityLink, NumberingRequest
from osame.linkage.identities.requests import Act, Outcome
from osame.linkage.legal_basis.queries import Basis, live_basis
from osame.linkage.numbers import actions as vault
from osame.platform import gate
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction

HELD = (Outcome.FACTS_DIFFER, Outcome.NUMBER_DIFFERS)
OURSELVES = "linkage"


class Decision(StrEnum):
    """保留した依頼の決め方。"""

    LINK = "link"  # 4情報は違うが、本人と確かめた。紐付ける（番号の変更なら、変える）
    CORRECT = "correct"  # いまの番号が誤り。封筒の番号に訂正するか、その番号の人に紐付け直す


class NotHeld(Refusal):
    """保留している依頼ではありません。依頼番号を確かめてください。"""


class DecliningNeedsReason(Refusal):
    """取り下げる理由がないか、理由に個人番号らしい数字があります。理由を書き直してください。"""


class DecisionDoesNotFit(Refusal):
    """この保留には使えない決め方です。4情報の相違なら紐付け、番号の相違なら訂正を選んでください。"""


def propose_relinking(request_id: str, decision: Decision, *, reason: str) -> int:
    """保留した依頼の決め方を起案する。起案番号を返す。

    要件: F34-01, F29-02
    """
    with transaction.atomic():  # 目的は取引が運ぶ
        row = _held(request_id)
    if (row.outcome == Outcome.FACTS_DIFFER) != (decision == Decision.LINK):
        raise DecisionDoesNotFit(Outcome(row.outcome).label)
    people = [each for each in (row.unified_addressee_number, row.addressee_number) if each]
    content = {"request": str(row.request_id), "decision": decision.value, "hash": row.content_hash}
    return propose(HighRiskAct.NUMBER_RELINKING, content=content, subjects=people, reason=reason)


def decline(request_id: str, *, reason: str) -> None:
    """保留した依頼を取り下げる。封筒は捨て、何も結ばない。

    要件: F34-01
    """
    if not reason.strip() or holds_personal_number(reason):
        raise DecliningNeedsReason
    with transaction.atomic():
        row = _held(request_id, lock=True)
        requests.settle(row.request_id, Outcome.DECLINED, person="")
        record("保留した依頼を取り下げた", subjects=[row.addressee_number], detail={"理由": reason[:200]})


@executes(HighRiskAct.NUMBER_RELINKING)
def relink(content: Mapping[str, Any]) -> str:
    """決裁されたとおりに紐付ける。団体内統合宛名番号を返す。

    要件: F34-01
    """
    with transaction.atomic():
        row = _held(content["request"], lock=True)
        if row.content_hash != content["hash"]:
            raise NotHeld
        basis = live_basis(row.affair, purpose=gate.required().purpose, peer=OURSELVES, as_of=day_of_transaction())
        given = requests.opened(
            bytes(row.envelope or b""), subject=row.addressee_number, peer=row.peer, request_number=row.request_number
        )
        numbering.hold_counter()
        (found,) = vault.find([given], basis)
        decide = _link if content["decision"] == Decision.LINK else _correct
        person = decide(row, given, found, basis)
        requests.settle(row.request_id, Outcome.CHANGED if row.act == Act.CHANGE else Outcome.LINKED, person=person)
        record("番号の紐付けを変えた", subjects=[person, row.addressee_number], fields=["個人番号"])
    return person


@describes(HighRiskAct.NUMBER_RELINKING)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """紐付けの変更の起案を、人が読める形にする。番号は言わない。"""
    ways = {Decision.LINK: "本人と確かめたので、紐付ける", Decision.CORRECT: "いまの番号が誤りなので、正す"}
    return [("依頼番号", content["request"]), ("決め方", ways[Decision(content["decision"])])]


def _link(row: NumberingRequest, given: PersonalNumber, found: vault.Found | None, basis: Basis) -> str:
    link = current_link(row)
    if row.act == Act.CHANGE:
        if link is None or found is not None:
            raise DecisionDoesNotFit
        kind = vault.Kind.CHANGED
        vault.change(link.unified_addressee_number, given, basis, kind=kind, changed_on=basis.as_of)
        return link.unified_addressee_number
    if found is None or link is not None:
        raise DecisionDoesNotFit
    link_to(found.unified_addressee_number, row)
    return found.unified_addressee_number


def _correct(row: NumberingRequest, given: PersonalNumber, found: vault.Found | None, basis: Basis) -> str:
    link = current_link(row)
    if link is None:
        raise DecisionDoesNotFit
    if found is None:
        person, kind = link.unified_addressee_number, vault.Kind.CORRECTED
        vault.change(person, given, basis, kind=kind, changed_on=basis.as_of, reason="決裁による訂正")
        return person
    if found.unified_addressee_number == link.unified_addressee_number:
        raise DecisionDoesNotFit
    IdentityLink.objects.filter(pk=link.pk).update(unlinked_at=Now())
    link_to(found.unified_addressee_number, row)
    return found.unified_addressee_number


def _held(request_id: str, *, lock: bool = False) -> NumberingRequest:
    rows = NumberingRequest.objects.filter(pk=request_id, outcome__in=HELD)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotHeld
    return row
