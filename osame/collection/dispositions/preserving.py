"""保全差押え。税額の確定の前に差し押さえ、確定すれば差押えに切り替え、期間が過ぎれば解除する。換価・取立ての行いは、法の表にない。

A seizure before the tax is fixed: judged against the decided amount, the security given and the period. It has no charges, and the law's
table gives it neither collection nor sale; when the tax is fixed it becomes an ordinary seizure as of its own day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.advances.queries import PreservationFile, preservation_file
from osame.collection.arrears.procedures import Moved, move
from osame.collection.assets.queries import AssetRow, asset_numbered
from osame.collection.dispositions.facts import Case
from osame.collection.dispositions.later_papers import send_release
from osame.collection.dispositions.letters import send_papers
from osame.collection.dispositions.queries import DispositionHead, disposition_file
from osame.collection.dispositions.releasing import ReleaseNeedsReason
from osame.collection.dispositions.seizing import (
    CLAIMS,
    DecisionMissing,
    PerformByNeeded,
    ScopeNeeded,
    write_disposition,
)
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.refusals import Refusal
from osame.law.advance_collection import may_seize_for_preservation
from osame.law.arrears_facts import TaxpayerFacts
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_one, run_sql

SEIZED_VALUE = """
SELECT coalesce(sum(greatest(0, s.value - s.prior_claims - s.disposition_cost)), 0)::bigint
FROM disposition d JOIN asset s USING (addressee_number, asset_id)
WHERE d.addressee_number = %s AND d.procedure = 'PRESERVATION_SEIZURE' AND d.stage = 'IN_FORCE' AND d.case_number = %s
"""


class AnothersPreservation(Refusal):
    """この財産の持ち主についての保全の決定ではありません。保全番号を確かめてください（地方税法第16条の4第1項）。"""


class NotYetFixed(Refusal):
    """税額が、まだ確定していません。保全の画面で確定した期別を記録してから、切り替えてください（地方税法第16条の4第6項）。"""


class NotAPreservationSeizure(Refusal):
    """保全差押えではありません。処分の番号を確かめてください。"""


class NoDutyToRelease(Refusal):
    """解除の事由がありません。担保の提供、期間の経過、保全の決定の解除のどれかを記録してから、解除してください（地方税法第16条の4第4項・第5項）。"""


@dataclass(frozen=True, slots=True)
class PreservationSeizure:
    """保全差押えの起案。"""

    preservation_id: int
    asset_id: int
    scope: str
    reason: str
    perform_by: date | None = None
    registry_id: int | None = None


def judge_preservation_seizure(preservation: PreservationFile, asset: AssetRow, *, as_of: date) -> Conditions:
    """保全差押えをすることができるかを、条件ごとに。

    要件: F17-14
    """
    if asset.addressee_number != preservation.head.addressee_number:
        raise AnothersPreservation(str(preservation.head.preservation_id))
    head = preservation.head
    (seized,) = fetch_one(SEIZED_VALUE, [head.addressee_number, _number(head.preservation_id)])
    return may_seize_for_preservation(head.state(int(seized)), asset.facts(0), as_of=as_of)


def propose_preservation_seizure(terms: PreservationSeizure, *, as_of: date) -> int:
    """保全差押えを起案する。満たさない条件があれば断る。起案番号を返す。

    要件: F17-14, F29-02
    """
    with transaction.atomic():
        asset, file = asset_numbered(terms.asset_id), preservation_file(terms.preservation_id)
        found = judge_preservation_seizure(file, asset, as_of=as_of)
        _require(found)
        if not terms.scope.strip():
            raise ScopeNeeded
        if asset.kind in CLAIMS and terms.perform_by is None:
            raise PerformByNeeded
        content = {
            "act": "preserve", "procedure": Procedure.PRESERVATION_SEIZURE.name, "addressee_number": asset.addressee_number,
            "name": asset.person, "charges": [], "total": file.head.amount, "conditions": [each.line for each in found.items],
            "asset_id": asset.asset_id, "asset": f"{asset.kind.value}　{asset.party}　{asset.description}",
            "scope": terms.scope.strip(), "perform_by": terms.perform_by.isoformat() if terms.perform_by else None,
            "wage_steps": [], "wage_shares": [], "place": "", "registry_id": terms.registry_id, "body_id": None,
            "case_number": _number(terms.preservation_id), "preservation_id": terms.preservation_id,
            "reason": terms.reason.strip(), "agreed": list(asset.agreed), "warnings": list(asset.warnings), "namesakes": [],
        }  # fmt: skip
        return propose(HighRiskAct.SEIZURE, content=content, reason=terms.reason, subjects=[asset.addressee_number])


def carry_out_preservation_seizure(content: Mapping[str, Any]) -> str:
    """決裁された保全差押えを執行する。条件を、その日の事実でもう一度判定する。

    要件: F17-14
    """
    who, officer = str(content["addressee_number"]), gate.required().officer
    with transaction.atomic():
        as_of = day_of_transaction()
        file = preservation_file(content["preservation_id"], lock=True)
        _require(judge_preservation_seizure(file, asset_numbered(content["asset_id"]), as_of=as_of))
        number = decided_proposal(HighRiskAct.SEIZURE, content, DecisionMissing)
        key = _begin(content, (), (as_of, number, officer))
        move("disposition", key, ProcedureAct.SEIZE, Moved(as_of, officer, content["reason"], number))
        runs = send_papers(disposition_file(key), as_of=as_of, officer=officer)
        record("保全差押えを執行した", subjects=[who], detail={"処分管理番号": key[1], "起案番号": number})
    return f"保全差押え（処分管理番号{key[1]}）を執行し、書面（束{'、'.join(map(str, runs))}）を作りました"


def take_over(key: tuple[str, int], *, as_of: date, officer: str) -> tuple[str, int]:
    """税額が確定した保全差押えを、確定した期別のための差押えに切り替える。日と効力は、元の差押えのまま。新しい処分の鍵を返す。

    要件: F17-14
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        head, preservation = file.head, preservation_file(preservation_of(file.head))
        if preservation.head.stage is not ProcedureStage.COMPLETED:
            raise NotYetFixed(str(preservation.head.preservation_id))
        note = f"税額の確定により切り替えた（{head.number}）"
        move("disposition", key, ProcedureAct.END, Moved(as_of, officer, note))
        owed = owed_of(key[0], list(preservation.charges), on=as_of, as_of=as_of, lock=True)
        content = {
            "procedure": Procedure.SEIZURE.name, "addressee_number": key[0], "name": head.name, "asset_id": head.asset_id,
            "body_id": None, "case_number": head.case_number, "scope": head.scope, "place": head.place,
            "perform_by": head.perform_by, "wage_steps": list(head.wage_steps), "wage_shares": list(head.wage_shares), "registry_id": head.registry_id, "conditions": list(head.conditions),
        }  # fmt: skip
        made = _begin(content, owed, (head.done_on, head.proposal_id, officer))
        move("disposition", made, ProcedureAct.SEIZE, Moved(head.done_on, officer, note, head.proposal_id))
        run_sql(
            "UPDATE disposition SET possessed_on = %s, third_party_served_on = %s, taxpayer_served_on = %s, registered_on = %s, "
            "effect_on = %s WHERE addressee_number = %s AND disposition_id = %s",
            [head.possessed_on, head.third_party_served_on, head.taxpayer_served_on, head.registered_on, head.effect_on, *made],
        )  # fmt: skip
        record(
            "保全差押えを差押えに切り替えた", subjects=[key[0]], detail={"処分管理番号": made[1], "元の番号": key[1]}
        )
        return made


def release_preserved(key: tuple[str, int], reason: str, *, as_of: date, officer: str) -> tuple[int, ...]:
    """保全差押えを解除し、通知を作る。担保の提供、期間の経過、または保全の決定の解除によらなければ断る。束の番号を返す。

    要件: F17-14
    """
    if not reason.strip():
        raise ReleaseNeedsReason
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        decided = preservation_file(preservation_of(file.head)).head
        duty = decided.duty(as_of=as_of)
        met = [each for each in duty.items if each.is_met] if duty else []
        if not met and decided.stage is not ProcedureStage.RELEASED:
            raise NoDutyToRelease(file.head.number)
        text, article = (met[0].text, met[0].article) if met else ("保全の必要がなくなった", "地方税法第16条の4第5項")
        move("disposition", key, ProcedureAct.RELEASE, Moved(as_of, officer, f"{reason.strip()}（{text}、{article}）"))
        runs = send_release(disposition_file(key), (text, article), as_of=as_of, officer=officer)
        record("保全差押えを解除した", subjects=[key[0]], detail={"処分管理番号": key[1], "事由": text})
        return runs


def preservation_of(head: DispositionHead) -> int:
    """保全差押えが、どの保全の決定によるか。

    要件: F17-14
    """
    if head.procedure is not Procedure.PRESERVATION_SEIZURE:
        raise NotAPreservationSeizure(head.number)
    return int(head.case_number.removeprefix("保全番号"))


def _begin(content: Mapping[str, Any], owed: Any, what: tuple[date, int, str]) -> tuple[str, int]:
    (number,) = fetch_one("SELECT nextval('disposition_number')")
    key = (str(content["addressee_number"]), int(number))
    write_disposition(key, content, Case(key[0], str(content["name"]), tuple(owed), (), TaxpayerFacts(), 0), what)
    return key


def _number(preservation_id: int) -> str:
    return f"保全番号{preservation_id}"


def _require(found: Conditions) -> None:
    if unmet := found.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
