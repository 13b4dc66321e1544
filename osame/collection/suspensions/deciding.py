"""執行停止・取消し・即時の消滅。起案、照査、決裁を経て、一度だけ執行する。

Four eyes. The proposal freezes the checklist of the law that the deciders see; execution judges once more on the day, moves the
stage by the law's table, lets the exemption follow, stops demands and freezes the notice — in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.procedures import Moved, move
from osame.collection.arrears.stages import spans_of
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.exemptions.actions import Entered, Period, Source
from osame.collection.exemptions.models import ExemptionPeriod
from osame.collection.ledger.posting import Claim, claim_command
from osame.collection.matching.exempting import end_exemptions, exempt
from osame.collection.suspensions.letters import send_notice
from osame.collection.suspensions.queries import SuspensionFile, suspension_file
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import years_after
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import ChargeFacts
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, acts_from, transition
from osame.law.grace import exemption_for_suspension, suspension_exempt_through
from osame.law.suspension import SUSPENSION_YEARS, may_extinguish_at_once, may_suspend, must_cancel
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, run_sql


class Decision(StrEnum):
    """起案する執行停止の決定。"""

    SUSPEND = "suspend"
    CANCEL = "cancel"
    EXTINGUISH = "extinguish"

    @property
    def label(self) -> str:
        """決定の名。"""
        return {
            Decision.SUSPEND: "執行停止", Decision.CANCEL: "停止の取消し", Decision.EXTINGUISH: "納税義務の即時の消滅",
        }[self]  # fmt: skip


ACTS = {
    Decision.SUSPEND: ProcedureAct.DECIDE, Decision.CANCEL: ProcedureAct.CANCEL, Decision.EXTINGUISH: ProcedureAct.EXTINGUISH,
}  # fmt: skip


def open_decisions(stage: ProcedureStage) -> tuple[Decision, ...]:
    """いまの段階から起案できる決定。"""
    allowed = acts_from(Procedure.SUSPENSION, stage)
    return tuple(each for each in Decision if ACTS[each] in allowed)


class InvestigationUnfinished(Refusal):
    """停止の事由（号）に応じて要る調査が、まだ終わっていません。示された調査を記録してから、起案してください。"""


class SuspensionNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class CauseAfterCancel(Refusal):
    """取消しの事由の生じた日が、停止の日より前か、取消しの日より後です。日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """起案する職員の判断。 cause_arose_on: 取消しの事由の生じた日（その日以後を免除しないとき）。"""

    reason: str
    cause_arose_on: date | None = None


def judge(file: SuspensionFile, decision: Decision, *, as_of: date) -> tuple[Conditions, ...]:
    """法の条件を一つずつ判定する。停止は期別ごと、取消しと即時の消滅は停止ごと。

    要件: F20-01, F20-04, F20-06
    """
    if decision is Decision.SUSPEND:
        who = file.head.addressee_number
        told, spans = prescription_of(who, as_of=as_of), spans_of(who)
        found = []
        for each in file.charges:
            held = spans.get(each.charge_id, {})
            facts = ChargeFacts(
                each.label, each.due_date, Yen(each.left),
                collection_graces=held.get(Procedure.COLLECTION_GRACE, ()),
                realization_graces=held.get(Procedure.REALIZATION_GRACE, ()),
                suspensions=held.get(Procedure.SUSPENSION, ()),
                extinguished_on=told[each.charge_id].extinguished_on,
            )  # fmt: skip
            found.append(may_suspend(facts, file.head.ground, file.facts, as_of=as_of))
        return tuple(found)
    law = file.head.law
    if law is None:
        transition(Procedure.SUSPENSION, file.head.stage, ACTS[decision])  # まだ停止していない
        raise SuspensionNotDecided
    judged = must_cancel if decision is Decision.CANCEL else may_extinguish_at_once
    return (judged(law, file.facts, as_of=as_of),)


def propose_decision(key: tuple[str, int], decision: Decision, judgement: Judgement, *, as_of: date) -> int:
    """執行停止の決定を起案する。法の条件を満たさなければ、起案できない。起案番号を返す。

    要件: F20-01, F20-04, F20-06, F29-02
    """
    with transaction.atomic():
        file = suspension_file(key, as_of=as_of, lock=True)
        transition(Procedure.SUSPENSION, file.head.stage, ACTS[decision])
        arose = judgement.cause_arose_on
        content = {
            "decision": decision.value, "addressee_number": key[0], "suspension_id": key[1], "name": file.head.name,
            "ground": file.head.ground.value, "amount": sum(each.left for each in file.charges),
            "charges": [each.label for each in file.charges],
            "findings": [f"{f.kind.label}: {'ある' if f.is_found else 'ない'}（{format_wareki(f.answered_on)}、{f.result}）"
                         for f in file.findings],
            "conditions": _checked(file, decision, as_of), "seized": file.seized,
            "cause_arose_on": arose.isoformat() if arose else None, "reason": judgement.reason.strip(),
        }  # fmt: skip
        if arose and not (file.head.suspended_on and file.head.suspended_on < arose <= as_of):
            raise CauseAfterCancel(format_wareki(arose))
        return propose(HighRiskAct.SUSPENSION, content=content, reason=judgement.reason, subjects=[key[0]])


@executes(HighRiskAct.SUSPENSION)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された執行停止の決定を執行する。

    要件: F20-01, F20-02, F20-03, F20-04, F20-06
    """
    key, decision = (str(content["addressee_number"]), int(content["suspension_id"])), Decision(content["decision"])
    with transaction.atomic():
        as_of = day_of_transaction()
        number, officer = (
            decided_proposal(HighRiskAct.SUSPENSION, content, SuspensionNotDecided),
            gate.required().officer,
        )
        file = suspension_file(key, as_of=as_of, lock=True)
        _checked(file, decision, as_of)
        moved = Moved(as_of, officer, content["reason"], number)
        move("suspension", key, ACTS[decision], moved)
        doing = {Decision.SUSPEND: _suspend, Decision.CANCEL: _cancel, Decision.EXTINGUISH: _extinguish}
        doing[decision](file, content, moved)
        done = suspension_file(key, as_of=as_of)
        run_id = send_notice(done, decision.value, content, as_of=as_of, officer=officer)
        record(
            "執行停止の決定を執行した", subjects=[key[0]],
            detail={"執行停止番号": key[1], "決定": decision.label, "起案番号": number},
        )  # fmt: skip
    return f"{decision.label}を執行し、通知書（束{run_id}）を作りました"


@describes(HighRiskAct.SUSPENSION)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """執行停止の決定の起案を、人が読める形にする。法の条件の一覧と調査を、そのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("決定", f"{Decision(content['decision']).label}（執行停止番号{content['suspension_id']}）"),
        ("宛名番号", content["addressee_number"]),
        ("事由", content["ground"]),
        ("対象の額", f"{content['amount']:,}円（{len(content['charges'])}件）"),
    ]
    if content["seized"]:
        facts.append(("続いている差押え", f"{content['seized']}件。生活の窮迫による停止なら、解除しなければならない"))
    facts += [("期別", each) for each in content["charges"]]
    facts += [("調査", each) for each in content["findings"]]
    facts += [(f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1)]
    return facts


def _checked(file: SuspensionFile, decision: Decision, as_of: date) -> list[str]:
    """決定に付ける法の条件の一覧。満たさなければ断る。"""
    if decision is Decision.SUSPEND and file.missing:
        raise InvestigationUnfinished("、".join(file.missing))
    found = judge(file, decision, as_of=as_of)
    if unmet := [each for one in found for each in one.unmet]:
        raise ConditionNotMet("／".join(dict.fromkeys(each.line for each in unmet[:4])))
    return list(dict.fromkeys(each.line for one in found for each in one.items))


def _suspend(file: SuspensionFile, _content: Mapping[str, Any], moved: Moved) -> None:
    """停止する。停止した日から3年の満了まで、延滞金は免除され、催告と督促は止まる。"""
    through = years_after(moved.on, SUSPENSION_YEARS)
    run_sql(
        "UPDATE suspension SET suspended_on = %s, through_on = %s WHERE addressee_number = %s AND suspension_id = %s",
        [moved.on, through, *file.head.key],
    )
    who, exemption = file.head.addressee_number, exemption_for_suspension(moved.on, ended_on=through)
    exempt(
        [Period.of((who, each.charge_id), ExemptionPeriod.Cause.SUSPENSION, exemption) for each in file.charges],
        _source(file, moved), _command(file, moved, "exempt"), Entered(moved.on, moved.officer),
    )  # fmt: skip
    for each in file.charges:
        stop_demand(
            StopRequest(who, DemandStop.Reason.OTHER, stop_note(file), moved.on, through, each.charge_id),
            officer=moved.officer,
        )


def _cancel(file: SuspensionFile, content: Mapping[str, Any], moved: Moved) -> None:
    """取り消す。免除は取消しの日（事由の生じた日以後を免除しないなら、その前日）まで。督促の停止を解く。"""
    arose = date.fromisoformat(content["cause_arose_on"]) if content["cause_arose_on"] else None
    end_exemptions(
        _source(file, moved), _command(file, moved, "cancel"), Entered(moved.on, moved.officer), reason=moved.note,
        last_on=suspension_exempt_through(moved.on, cause_arose_on=arose),
    )  # fmt: skip
    run_sql(
        "UPDATE suspension SET ended_on = %s WHERE addressee_number = %s AND suspension_id = %s",
        [moved.on, *file.head.key],
    )
    rows = fetch_all(
        "SELECT stop_id, starts_on FROM demand_stop WHERE addressee_number = %s AND note = %s AND released_on IS NULL",
        [file.head.addressee_number, stop_note(file)],
    )
    for stop_id, starts_on in rows:
        release_stop(stop_id, as_of=max(moved.on, starts_on), officer=moved.officer)


def _extinguish(file: SuspensionFile, _content: Mapping[str, Any], moved: Moved) -> None:
    """納税義務を直ちに消滅させる。"""
    run_sql(
        "UPDATE suspension SET extinguished_on = %s WHERE addressee_number = %s AND suspension_id = %s",
        [moved.on, *file.head.key],
    )


def stop_note(file: SuspensionFile) -> str:
    """この停止のための督促停止の説明。"""
    return f"滞納処分の執行停止（執行停止番号{file.head.suspension_id}）"


def _source(file: SuspensionFile, moved: Moved) -> Source:
    return Source(f"suspension:{file.head.suspension_id}", f"起案番号 {moved.proposal_id}")


def _command(file: SuspensionFile, moved: Moved, what: str) -> Claim:
    return claim_command(
        f"suspension:{file.head.suspension_id}:{what}:{moved.proposal_id}", kind="suspension", content=[what],
        purpose="執行停止の決定の執行", officer=moved.officer,
    )  # fmt: skip
