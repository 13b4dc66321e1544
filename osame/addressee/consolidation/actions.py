"""名寄せを起案し、執行し、解く。手動の名寄せは、四つの目を経る。番号は振り替えない。"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from osame.addressee.consolidation import queries
from osame.addressee.people import actions as people
from osame.addressee.people.queries import kind_of
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

PEOPLE = frozenset({"1", "2"})


class KindsDoNotMix(Refusal):
    """宛名区分が違うので、束ねられません。人どうし、または法人どうしを選んでください。"""


class AlreadyLinked(Refusal):
    """名寄せ元は、もう束ねられています。代表を替えるか、先に解いてください。"""


class CircularLink(Refusal):
    """代表が、名寄せ元に束ねられています。向きを逆にするか、代表を替えてください。"""


class NotLinked(Refusal):
    """この宛名は束ねられていません。宛名番号を確かめてください。"""


class UnknownCandidate(Refusal):
    """その候補はないか、もう確かめられています。一覧を開き直してください。"""


class RepresentativeIsClosed(Refusal):
    """代表にする宛名が廃止されています。廃止していない宛名を代表にしてください。"""


class DecisionIsMissing(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


def propose_link(member: str, representative: str, *, reason: str) -> int:
    """名寄せを起案する。起案番号を返す。

    要件: F02-06, F33-04
    """
    with transaction.atomic():
        _check(member, representative)
        content = {"act": "link", "member": member, "representative": representative}
        return propose(HighRiskAct.CONSOLIDATION, content=content, subjects=[member, representative], reason=reason)


def propose_unlink(member: str, *, reason: str) -> int:
    """名寄せの解除を起案する。起案番号を返す。

    要件: F02-06, F33-04
    """
    with transaction.atomic():
        link = _active(member)
        content = {"act": "unlink", "member": member, "link": link[0], "reason": reason}
        return propose(HighRiskAct.CONSOLIDATION, content=content, subjects=[member, link[1]], reason=reason)


def propose_hand_over(representative: str, successor: str, *, reason: str, closes_on: date | None = None) -> int:
    """代表の交替を起案する。`closes_on` を言えば、前の代表を廃止する。

    要件: F02-06, F33-04
    """
    with transaction.atomic():
        if representative == successor:
            raise CircularLink(successor)
        if successor not in queries.group_of(representative):
            raise NotLinked(successor)
        content = {
            "act": "hand_over",
            "representative": representative,
            "successor": successor,
            "closes_on": closes_on.isoformat() if closes_on else "",
            "reason": reason,
        }
        return propose(HighRiskAct.CONSOLIDATION, content=content, subjects=[representative, successor], reason=reason)


@executes(HighRiskAct.CONSOLIDATION)
def carry_out(content: Mapping[str, Any]) -> None:
    """決裁された名寄せ・解除・代表の交替を執行する。

    要件: F02-06, F33-04
    """
    with transaction.atomic():
        proposal = _decided(content)
        if content["act"] == "link":
            _link(str(content["member"]), str(content["representative"]), "2", "職員が確かめた", proposal)
        elif content["act"] == "unlink":
            _unlink(str(content["member"]), str(content["reason"]), proposal)
        else:
            _hand_over(content, proposal)


def dismiss(candidate_id: int) -> None:
    """候補を別人とする。二度と候補に挙げない。

    要件: F02-06
    """
    with transaction.atomic():
        settled = fetch_all(
            "UPDATE identity_candidate SET state = '3', settled_at = now(), settled_by = %s "
            "WHERE candidate_id = %s AND state = '1' RETURNING addressee_number, representative_number",
            [gate.required().officer, candidate_id],
        )
        if not settled:
            raise UnknownCandidate(str(candidate_id))
        record("同一人の候補を別人とした", subjects=list(settled[0]))


def _check(member: str, representative: str) -> None:
    kinds = {kind_of(member), kind_of(representative)}
    if len(kinds) > 1 and not kinds <= PEOPLE:
        raise KindsDoNotMix
    if fetch_all("SELECT 1 FROM consolidation_link WHERE addressee_number = %s AND ended_at IS NULL", [member]):
        raise AlreadyLinked(member)
    if fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s AND closed_on IS NOT NULL", [representative]):
        raise RepresentativeIsClosed(representative)
    if queries.representative_of(representative) == member:
        raise CircularLink(representative)


def _link(
    member: str, representative: str, kind: str, evidence: str, proposal: int, replaces: int | None = None
) -> None:
    _check(member, representative)
    run_sql(
        "INSERT INTO consolidation_link (addressee_number, representative_number, kind, evidence, proposal_id, replaces, "
        "linked_by) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [member, representative, kind, evidence, proposal, replaces, gate.required().officer],
    )
    _settle(member, representative, "2")
    record("名寄せした", subjects=[member, representative])


def _unlink(member: str, reason: str, proposal: int) -> None:
    """紐付けを解く。代表の交替を解けば、交替の前の紐付けが戻る。"""
    link_id, representative, replaced = _active(member)
    _end(link_id, reason)
    _settle(member, representative, "4")
    if replaced is not None:
        ((before, above, evidence),) = fetch_all(
            "SELECT addressee_number, representative_number, evidence FROM consolidation_link WHERE link_id = %s",
            [replaced],
        )
        _link(before, above, "2", evidence, proposal)
    record("名寄せを解いた", subjects=[member, representative])


def _hand_over(content: Mapping[str, Any], proposal: int) -> None:
    """前の代表を、次の代表に束ねる。次の代表が束ねられていた紐付けは終える。"""
    before, after = str(content["representative"]), str(content["successor"])
    link_id, _, _ = _active(after)
    _end(link_id, "代表の交替")
    _link(before, after, "3", "代表の交替", proposal, link_id)
    if content["closes_on"]:
        people.close(before, closed_on=date.fromisoformat(str(content["closes_on"])), reason="代表の交替")


def _active(member: str) -> tuple[int, str, int | None]:
    found = fetch_all(
        "SELECT link_id, representative_number, replaces FROM consolidation_link WHERE addressee_number = %s "
        "AND ended_at IS NULL FOR UPDATE",
        [member],
    )
    if not found:
        raise NotLinked(member)
    return found[0][0], found[0][1], found[0][2]


def _end(link_id: int, reason: str) -> None:
    run_sql(
        "UPDATE consolidation_link SET ended_at = now(), ended_by = %s, end_reason = %s WHERE link_id = %s",
        [gate.required().officer, reason, link_id],
    )


def _settle(member: str, representative: str, state: str) -> None:
    """候補に挙がっていた組なら、その結果を残す。解いた組を、自動で束ね直さないためでもある。"""
    settled = run_sql(
        "UPDATE identity_candidate SET state = %s, settled_at = now(), settled_by = %s "
        "WHERE (addressee_number, representative_number) IN ((%s, %s), (%s, %s))",
        [state, gate.required().officer, member, representative, representative, member],
    )
    if not settled:
        run_sql(
            "INSERT INTO identity_candidate (addressee_number, representative_number, evidence, doubts, score, state, "
            "settled_at, settled_by) VALUES (%s, %s, '', '', 0, %s, now(), %s)",
            [member, representative, state, gate.required().officer],
        )


def _decided(content: Mapping[str, Any]) -> int:
    """この中身の、決裁された起案の番号。"""
    found = fetch_all(
        "SELECT proposal_id FROM proposal WHERE act = %s AND state = '3' AND content = %s::jsonb "
        "ORDER BY proposal_id DESC LIMIT 1",
        [HighRiskAct.CONSOLIDATION, json.dumps(dict(content))],
    )
    if not found:
        raise DecisionIsMissing
    return int(found[0][0])
