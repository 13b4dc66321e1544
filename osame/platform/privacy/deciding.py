"""本人の請求への決定。項目の見分けと合う決定を起案し、別の職員が決め、決裁されたとおりに請求に書く。"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from osame.kernel.dates import format_wareki
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.database import day_of_transaction
from osame.platform.privacy import refusals
from osame.platform.privacy.held import LIVING
from osame.platform.privacy.models import PrivacyRequest, PrivacyRequestItem
from osame.platform.privacy.requests import Kind, Outcome, State, locked, recorded


def propose_decision(request_id: int, outcome: str, *, reason: str = "") -> int:
    """決定を起案する。起案番号を返す。決めるのは、別の職員である。

    要件: F36-12, F29-02
    根拠: 個人情報の保護に関する法律第82条、第93条、第101条
    """
    if outcome != Outcome.WHOLE and not reason.strip():
        raise refusals.ReasonMissing
    with transaction.atomic():
        row = locked(request_id, State.RECEIVED, State.GATHERED)
        items = list(PrivacyRequestItem.objects.filter(request_id=request_id).order_by("table_name"))
        if row.kind == Kind.DISCLOSURE:
            _require_agreement(row, items, outcome)
        content = {
            "request_id": request_id, "kind": row.kind, "outcome": outcome, "reason": reason.strip(),
            "requested_on": row.requested_on.isoformat(), "due_on": row.due_on.isoformat(), "scope": row.scope,
            "items": [
                [each.table_name, each.table_label, each.row_count, each.masked_count, each.withheld_ground,
                 "・".join(each.opened_columns)]
                for each in items
            ],
        }  # fmt: skip
        number = propose(
            HighRiskAct.PRIVACY_DECISION, content=content, reason=reason.strip() or "請求に応じる",
            subjects=[row.addressee_number],
        )  # fmt: skip
        row.state, row.proposal_id = State.PROPOSED, number
        row.save(update_fields=["state", "proposal_id"])
    return number


def _require_agreement(row: PrivacyRequest, items: Sequence[PrivacyRequestItem], outcome: str) -> None:
    """開示の決定が、項目の見分けと合うか。"""
    if outcome in {Outcome.REFUSED, Outcome.EXISTENCE}:
        return
    if row.state != State.GATHERED:
        raise refusals.NotAtThatStage(State(row.state).label)
    judged = [each for each in items if each.table_name not in LIVING]
    hides = any(each.masked_count or each.withheld_ground for each in judged)
    if hides != (outcome == Outcome.PART):
        raise refusals.OutcomeDisagrees(Outcome(outcome).label)


@executes(HighRiskAct.PRIVACY_DECISION)
def decided(content: Mapping[str, Any]) -> str:
    """決裁された決定を、請求に書く。

    要件: F36-12
    """
    number = decided_proposal(HighRiskAct.PRIVACY_DECISION, content, refusals.NotDecidedSo)
    row = locked(int(content["request_id"]), State.PROPOSED)
    row.state, row.outcome, row.decision_reason = State.DECIDED, content["outcome"], content["reason"]
    row.proposal_id, row.decided_on = number, day_of_transaction()
    row.save(update_fields=["state", "outcome", "decision_reason", "proposal_id", "decided_on"])
    recorded("開示等の決定をした", row)
    return Outcome(row.outcome).label


@describes(HighRiskAct.PRIVACY_DECISION)
def told(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。"""
    facts = [
        ("開示等請求番号", str(content["request_id"])),
        ("請求の種類", Kind(content["kind"]).label),
        ("請求の内容", content["scope"]),
        ("請求のあった日", format_wareki(date.fromisoformat(content["requested_on"]))),
        ("決定の期限", format_wareki(date.fromisoformat(content["due_on"]))),
        ("決定", Outcome(content["outcome"]).label),
        ("決定の理由", content["reason"] or "—"),
    ]
    for _, label, rows, masked, ground, opened in content["items"]:
        said = f"{rows}件、伏せた値{masked}"
        said += f"、開示しない（{ground}）" if ground else ""
        facts.append((label, said + (f"、確かめて開いた列 {opened}" if opened else "")))
    return facts


def reopen(request_id: int) -> None:
    """起案が却下されるか取り下げられた請求を、見分けからやり直せるようにする。

    要件: F36-12
    """
    with transaction.atomic():
        row = locked(request_id, State.PROPOSED)
        ended = {Proposal.State.REJECTED, Proposal.State.WITHDRAWN}
        proposal = Proposal.objects.filter(pk=row.proposal_id or 0).first()
        if proposal is not None and proposal.state not in ended:
            raise refusals.NotAtThatStage(State(row.state).label)
        gathered = PrivacyRequestItem.objects.filter(request_id=request_id).exists()
        row.state, row.proposal_id = (State.GATHERED if gathered else State.RECEIVED), None
        row.save(update_fields=["state", "proposal_id"])
        recorded("開示等請求の見分けに戻した", row)
