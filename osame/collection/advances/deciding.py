"""繰上徴収の告知と取消し、保全の決定。起案、照査、決裁を経て、一度だけ執行する。

Four eyes. The proposal freezes the checklist of the law that the deciders see; execution judges once more on the day, writes the
deadline beside the charges (what was determined is never touched), stops demands and freezes the notice — in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.advances.letters import send_advance
from osame.collection.advances.models import AdvanceCollection
from osame.collection.advances.preserving import carry_out_preservation, told_preservation
from osame.collection.advances.queries import GROUNDS, advance_file, deadlines_of
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.procedures import Moved, move
from osame.collection.arrears.stages import spans_of, stages_of
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import days_after
from osame.kernel.refusals import Refusal
from osame.law.advance_collection import AdvanceFacts, AdvanceGround, may_advance, seizable_after_advance
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, transition
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql

FIELDS = ("繰上徴収", "期別", "変更後の納期限")


class AdvanceOfNothing(Refusal):
    """繰り上げる未納の期別がありません。納期限の前の、未納の期別を選び直してください。"""


class AdvanceNeedsEvidence(Refusal):
    """事由の資料がありません。何によって事由を知ったか（登記事項証明書、開始決定の官報など）を入力してください。"""


class DeadlineNotEarlier(Refusal):
    """変更後の納期限が、元の納期限より早くありません。元の納期限より前の日を入力してください（地方税法第13条の2第1項）。"""


class DeadlinePassed(Refusal):
    """変更後の納期限が、告知の日より前です。告知する日以後の日を指定し、起案からやり直してください（地方税法第13条の2第3項）。"""


class AdvancedAlready(Refusal):
    """この期別は、既に繰り上げられています。期限を直すときは、先の繰上徴収を取り消してから、改めて告知してください。"""


class AdvanceNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class CancelNeedsReason(Refusal):
    """取り消す理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class AdvanceTerms:
    """繰上徴収の起案。 charges: 繰り上げる期別（一部でもよい）; is_uncollectable: 納期限まで待つと全額を徴収できないと認めるか。"""

    addressee_number: str
    ground: AdvanceCollection.Ground
    evidence: str
    charges: tuple[int, ...]
    deadline: date
    reason: str
    is_uncollectable: bool = True


def judge_advance(terms: AdvanceTerms, owed: Sequence[Owed], *, as_of: date) -> tuple[Conditions, ...]:
    """期別ごとに、繰上徴収をすることができるかの条件。

    要件: F25-01
    """
    who = terms.addressee_number
    spans, stages = spans_of(who), stages_of(who, as_of=as_of)
    gone = prescription_of(who, as_of=as_of)
    grounds: tuple[AdvanceGround, ...] = (GROUNDS[terms.ground],)
    found = []
    for each in owed:
        number = each.facts.charge_id
        facts = AdvanceFacts(
            each.facts.due_date, Yen(each.share().amount), True, grounds, not terms.is_uncollectable,
            spans.get(number, {}).get(Procedure.COLLECTION_GRACE, ()), gone[number].extinguished_on,
            ProcedureStage.IN_FORCE in stages.get(number, {}).get(Procedure.PLEDGE, ()),
        )  # fmt: skip
        found.append(may_advance(facts, as_of=as_of))
    return tuple(found)


def propose_advance(terms: AdvanceTerms, *, as_of: date) -> int:
    """繰上徴収を起案する。法の条件を満たさなければ、起案できない。起案番号を返す。

    要件: F25-01, F29-02
    """
    if not terms.evidence.strip():
        raise AdvanceNeedsEvidence
    with transaction.atomic():
        owed = _owed(terms.addressee_number, terms.charges, as_of, lock=False)
        conditions = _checked(terms, owed, as_of)
        (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [terms.addressee_number])
        content = {
            "decision": "advance", "addressee_number": terms.addressee_number, "name": name, "ground": terms.ground.value,
            "evidence": terms.evidence.strip(), "charges": [each.facts.charge_id for each in owed],
            "labels": [f"{each.label}（納期限{format_wareki(each.facts.due_date)}）" for each in owed],
            "deadline": terms.deadline.isoformat(), "is_uncollectable": terms.is_uncollectable,
            "amount": sum(each.share().amount for each in owed), "conditions": conditions, "reason": terms.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.ADVANCE, content=content, reason=terms.reason, subjects=[terms.addressee_number])


def propose_cancel(advance_id: int, *, reason: str) -> int:
    """繰上徴収の取消しを起案する。取り消せば、期別は元の納期限に戻る。起案番号を返す。

    要件: F25-01, F29-02
    """
    if not reason.strip():
        raise CancelNeedsReason
    with transaction.atomic():
        file = advance_file(advance_id, lock=True)
        transition(Procedure.ADVANCE_COLLECTION, file.head.stage, ProcedureAct.CANCEL)
        who = file.head.addressee_number
        content = {
            "decision": "cancel", "addressee_number": who, "name": file.head.name, "advance_id": advance_id,
            "deadline": file.head.deadline.isoformat(), "labels": [each.label for each in file.charges],
            "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.ADVANCE, content=content, reason=reason, subjects=[who])


@executes(HighRiskAct.ADVANCE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された繰上徴収の告知・取消し、または保全の決定を執行する。

    要件: F25-01, F25-03, F17-14
    """
    doing = {"advance": _advance, "cancel": _cancel, "preserve": carry_out_preservation}
    with transaction.atomic():
        as_of = day_of_transaction()
        number, officer = (
            decided_proposal(HighRiskAct.ADVANCE, content, AdvanceNotDecided),
            gate.required().officer,
        )
        return doing[content["decision"]](content, Moved(as_of, officer, content["reason"], number))


@describes(HighRiskAct.ADVANCE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。法の条件の一覧を、そのまま示す。"""
    if content["decision"] == "preserve":
        return told_preservation(content)
    is_new = content["decision"] == "advance"
    facts: list[tuple[str, ...]] = [
        ("決定", "繰上徴収" if is_new else f"繰上徴収の取消し（繰上徴収番号{content['advance_id']}）"),
        ("納税者", f"{content['name']}（{content['addressee_number']}）"),
        ("変更後の納期限", format_wareki(date.fromisoformat(content["deadline"]))),
    ]
    if is_new:
        facts += [
            ("事由", str(AdvanceCollection.Ground(content["ground"]).label)), ("事由の資料", content["evidence"]),
            ("対象の額", f"{content['amount']:,}円（{len(content['charges'])}期、起案の日まで）"),
        ]  # fmt: skip
    facts += [("期別", each) for each in content["labels"]]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content.get("conditions", ()), start=1))]


def _advance(content: Mapping[str, Any], moved: Moved) -> str:
    terms = AdvanceTerms(
        content["addressee_number"], AdvanceCollection.Ground(content["ground"]), content["evidence"],
        tuple(content["charges"]), date.fromisoformat(content["deadline"]), content["reason"], content["is_uncollectable"],
    )  # fmt: skip
    owed = _owed(terms.addressee_number, terms.charges, moved.on, lock=True)
    conditions = _checked(terms, owed, moved.on)
    (number,) = fetch_one("SELECT nextval('advance_collection_number')")
    key = (terms.addressee_number, int(number))
    run_sql(
        "INSERT INTO advance_collection (addressee_number, advance_collection_id, procedure, stage, ground, evidence, deadline, "
        "notified_on, conditions, proposal_id, officer) SELECT %s, %s, 'ADVANCE_COLLECTION', 'NONE', %s, %s, %s, %s, "
        "to_jsonb(%s::text[]), %s, %s",
        [*key, terms.ground, terms.evidence, terms.deadline, moved.on, conditions, moved.proposal_id, moved.officer],
    )
    for each in owed:
        run_sql(
            "INSERT INTO advance_collection_charge VALUES (%s, %s, %s, %s, %s)",
            [*key, each.facts.charge_id, each.facts.due_date, each.facts.principal_tax],
        )
        _stop_demand(each, terms.deadline, key[1], moved.officer)
    move("advance_collection", key, ProcedureAct.NOTIFY, moved)
    run_id = send_advance(advance_file(key[1]), "advance", moved.note, as_of=moved.on, officer=moved.officer)
    _recorded("繰上徴収を告知した", key, moved)
    first = format_wareki(seizable_after_advance(terms.deadline))
    return f"繰上徴収（番号{key[1]}）を告知し、通知書（束{run_id}）を作りました。納付がなければ、{first}から差押えができます"


def _cancel(content: Mapping[str, Any], moved: Moved) -> str:
    file = advance_file(content["advance_id"], lock=True)
    key = file.head.key
    move("advance_collection", key, ProcedureAct.CANCEL, moved)
    end_advance(key, moved)
    run_id = send_advance(advance_file(key[1]), "cancel", moved.note, as_of=moved.on, officer=moved.officer)
    _recorded("繰上徴収を取り消した", key, moved)
    return f"繰上徴収（番号{key[1]}）を取り消し、通知書（束{run_id}）を作りました。期別は、元の納期限に戻りました"


def end_advance(key: tuple[str, int], moved: Moved) -> None:
    """繰上徴収を終え、そのための督促の停止を解く。取引の中で呼ぶ。

    要件: F25-01
    """
    run_sql(
        "UPDATE advance_collection SET ended_on = %s WHERE addressee_number = %s AND advance_collection_id = %s",
        [moved.on, *key],
    )
    rows = fetch_all(
        "SELECT stop_id, starts_on FROM demand_stop WHERE addressee_number = %s AND note = %s AND released_on IS NULL",
        [key[0], _stop_note(key[1])],
    )
    for stop_id, starts_on in rows:
        release_stop(stop_id, as_of=max(moved.on, starts_on), officer=moved.officer)


def _owed(addressee_number: str, charges: tuple[int, ...], as_of: date, *, lock: bool) -> tuple[Owed, ...]:
    owed = owed_of(addressee_number, list(charges), on=as_of, as_of=as_of, lock=lock)
    if not charges or len(owed) != len(set(charges)):
        raise AdvanceOfNothing
    return owed


def _checked(terms: AdvanceTerms, owed: Sequence[Owed], as_of: date) -> list[str]:
    """日付と、法の条件の一覧。満たさなければ断る。"""
    if terms.deadline < as_of:
        raise DeadlinePassed(format_wareki(terms.deadline))
    if any(terms.deadline >= each.facts.due_date for each in owed):
        raise DeadlineNotEarlier(format_wareki(terms.deadline))
    known = deadlines_of(terms.addressee_number)
    if taken := [each.label for each in owed if each.facts.charge_id in known]:
        raise AdvancedAlready("、".join(taken))
    found = judge_advance(terms, owed, as_of=as_of)
    if unmet := [each for one in found for each in one.unmet]:
        raise ConditionNotMet("／".join(dict.fromkeys(each.line for each in unmet[:4])))
    return list(dict.fromkeys(each.line for one in found for each in one.items))


def _stop_demand(owed: Owed, deadline: date, number: int, officer: str) -> None:
    """繰り上げた期別の督促を止める。一つの期別を何度告知し直しても、停止は別の日に始まる別の停止である。"""
    who, charge = owed.facts.addressee_number, owed.facts.charge_id
    (earlier,) = fetch_one(
        "SELECT count(*) FROM demand_stop WHERE addressee_number = %s AND charge_id = %s AND starts_on >= %s",
        [who, charge, deadline],
    )
    starts = days_after(deadline, int(earlier))
    request = StopRequest(who, DemandStop.Reason.OTHER, _stop_note(number), starts, charge_id=charge)
    stop_demand(request, officer=officer)


def _stop_note(number: int) -> str:
    return f"繰上徴収（督促を要しない。地方税法第329条第1項ただし書、繰上徴収番号{number}）"


def _recorded(act: str, key: tuple[str, int], moved: Moved) -> None:
    record(act, subjects=[key[0]], fields=FIELDS, detail={"繰上徴収番号": key[1], "起案番号": moved.proposal_id or 0})
