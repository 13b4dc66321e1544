"""換価執行決定。参加差押えをした不動産を、先に差し押さえた行政機関の同意を得て、自ら換価する。

Call on the first seizing agency to sell, ask its consent, decide with a second officer, and tell it: from the day the notice arrives the
participating seizure may be put up for auction. The decision ends by its grounds, and with the participation itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, ProcedureUnknown, move
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.queries import asset_numbered, third_party
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.collection.dispositions.realization_papers import send_call, send_decision, send_revocation
from osame.collection.dispositions.realization_queries import DecisionHead, decision_numbered, open_decision
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet, Conditions, Grounds
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.realization_decision import (
    RealizationFacts,
    RevocationFacts,
    may_decide_realization,
    revocation_grounds,
)
from osame.law.seizure_conditions import may_realize
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_one, run_sql

TABLE = "realization_decision"
GRACES = (Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE)


class NotRealizable(Refusal):
    """換価執行決定をすることができるのは、参加差押えの効力がある不動産だけです。参加差押えの段階と財産を確かめてください。"""


class RealizationOpen(Refusal):
    """この参加差押えには、もう換価の催告か換価執行決定があります。その手続を進めてください。"""


class ConsentNeedsDocument(Refusal):
    """同意の文書がありません。回答の文書の日付と番号を入力してください。"""


class ConsentBeforeCall(Refusal):
    """同意の日が、催告の日より前です。日付を確かめてください。"""


class NotNotifiedYet(Refusal):
    """告知の到達の日が、決定の日より前です。決定した後に届いた日を入力してください。"""


class NoGroundToRevoke(Refusal):
    """取消しの事由がありません。差押えの解除、無剰余、生活の窮迫など、国税徴収法第89条の3に定める事由を確かめてください。"""


class RevocationNeedsReason(Refusal):
    """取り消す理由がありません。どの事由で取り消すかを入力してください。"""


class RealizationNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Consent:
    """先に差し押さえた行政機関の答え。 text: 文書の日付と番号; rank: この参加差押えの、交付要求の中での順位。"""

    on: date
    text: str
    is_given: bool = True
    rank: int = 1


@dataclass(frozen=True, slots=True)
class RevocationJudgement:
    """取消しの判断。職員が認めた事由。参加差押えの解除、無剰余、猶予は、記録から判定する。"""

    reason: str
    is_seizure_released: bool = False
    is_replaced: bool = False
    is_hardship: bool = False
    is_excessive: bool = False
    substitute_value: int = 0
    auctions_without_bid: int = 0


def call_to_realize(key: tuple[str, int], *, as_of: date, officer: str) -> int:
    """先に差し押さえた行政機関に換価を催告し、換価の執行への同意を求め、滞納者に予告する。換価執行決定の番号を返す。

    要件: F18-02
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        head = file.head
        if (
            head.procedure is not Procedure.PARTICIPATING_SEIZURE
            or head.stage is not ProcedureStage.IN_FORCE
            or head.effect_on is None
            or head.asset_kind is not AssetKind.REAL_ESTATE
        ):
            raise NotRealizable(head.number)
        if open_decision(key):
            raise RealizationOpen(head.number)
        (number,) = fetch_one("SELECT nextval('realization_decision_number')")
        run_sql(
            "INSERT INTO realization_decision (addressee_number, realization_decision_id, procedure, stage, disposition_id, body_id, "
            "called_on, consent_text, request_rank, officer) VALUES (%s, %s, 'REALIZATION_DECISION', 'NONE', %s, %s, %s, '', 1, %s)",
            [key[0], number, key[1], head.body_id, as_of, officer],
        )
        move(TABLE, (key[0], int(number)), ProcedureAct.APPLY, Moved(as_of, officer, "換価を催告し、同意を求めた"))
        send_call(file, as_of=as_of, officer=officer)
        _recorded("換価を催告し、換価の執行への同意を求めた", (key[0], int(number)), {"処分管理番号": key[1]})
        return int(number)


def record_consent(number: int, consent: Consent, *, officer: str) -> None:
    """先に差し押さえた行政機関の答えを記録する。同意がなければ、そこで終わる。

    要件: F18-02
    """
    if not consent.text.strip():
        raise ConsentNeedsDocument
    with transaction.atomic():
        head = decision_numbered(number, lock=True)
        if consent.on < head.called_on:
            raise ConsentBeforeCall(format_wareki(head.called_on))
        if not consent.is_given:
            move(TABLE, head.key, ProcedureAct.REFUSE, Moved(consent.on, officer, consent.text.strip()))
            _end(head, consent.on)
        elif head.stage is ProcedureStage.APPLIED:
            run_sql(
                "UPDATE realization_decision SET consented_on = %s, consent_text = %s, request_rank = %s WHERE addressee_number = %s "
                "AND realization_decision_id = %s",
                [consent.on, consent.text.strip(), consent.rank, *head.key],
            )
        else:
            raise ProcedureUnknown(str(number))
        _recorded("換価の執行への答えを記録した", head.key, {"同意": "あり" if consent.is_given else "なし"})


def judge_realization(head: DecisionHead, file: DispositionFile, *, as_of: date) -> Conditions:
    """換価執行決定をすることができるかを、条件ごとに。

    要件: F18-02
    """
    own = file.head
    if own.asset_id is None:
        raise NotRealizable(own.number)
    asset = asset_numbered(own.asset_id)
    case = case_of(own.addressee_number, [each.charge_id for each in file.parts if each.left], as_of=as_of)
    (enforced,) = fetch_one(
        "SELECT EXISTS (SELECT 1 FROM competing_enforcement WHERE addressee_number = %s AND asset_id = %s AND kind IN ('1', '3') "
        "AND ended_on IS NULL)",
        [own.addressee_number, own.asset_id],
    )
    facts = RealizationFacts(
        asset.facts(0), own.stage is ProcedureStage.IN_FORCE and own.effect_on is not None, head.called_on, head.consented_on,
        bool(enforced), may_realize(case.charges, seized_on=own.effect_on, as_of=as_of),
    )  # fmt: skip
    return may_decide_realization(facts, as_of=as_of)


def propose_realization(number: int, *, reason: str, as_of: date) -> int:
    """換価執行決定を起案する。条件の判定が、起案の中身として凍る。起案番号を返す。

    要件: F18-02, F29-02
    """
    with transaction.atomic():
        head = decision_numbered(number, lock=True)
        file = disposition_file(head.participation, lock=True)
        found = judge_realization(head, file, as_of=as_of)
        if unmet := found.unmet:
            raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
        content = {
            "act": "realize", "procedure": Procedure.REALIZATION_DECISION.name, "addressee_number": head.addressee_number,
            "name": file.head.name, "asset_id": file.head.asset_id, "asset": file.head.asset, "number": file.head.number,
            "realization_decision_id": number, "body": third_party(head.body_id).name, "consent": head.consent_text,
            "conditions": [each.line for each in found.items], "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.SEIZURE, content=content, reason=reason, subjects=[head.addressee_number])


def carry_out_realization(content: Mapping[str, Any]) -> str:
    """決裁された換価執行決定をし、同意した行政機関に告知し、滞納者と交付要求をした者に通知する。

    要件: F18-02
    """
    with transaction.atomic():
        as_of, officer = day_of_transaction(), gate.required().officer
        proposal = decided_proposal(HighRiskAct.SEIZURE, content, RealizationNotDecided)
        head = decision_numbered(content["realization_decision_id"], lock=True)
        file = disposition_file(head.participation, lock=True)
        if unmet := judge_realization(head, file, as_of=as_of).unmet:
            raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
        move(TABLE, head.key, ProcedureAct.DECIDE, Moved(as_of, officer, content["reason"], proposal))
        run_sql(
            "UPDATE realization_decision SET decided_on = %s, conditions = to_jsonb(%s::text[]), proposal_id = %s "
            "WHERE addressee_number = %s AND realization_decision_id = %s",
            [as_of, content["conditions"], proposal, *head.key],
        )
        run = send_decision(file, head, as_of=as_of, officer=officer)
        _recorded("換価執行決定をした", head.key, {"起案番号": proposal})
        return f"換価執行決定をし、告知書と通知書（束{run}）を作りました。告知が届いた日を記録すると、公売に付すことができます"


def told_realization(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。

    要件: F18-02
    """
    facts: list[tuple[str, ...]] = [
        ("手続", "換価執行決定（国税徴収法第89条の2第1項）"), ("滞納者", f"{content['name']}（{content['addressee_number']}）"),
        ("参加差押え", content["number"]), ("財産", content["asset"]),
        ("同意した行政機関", f"{content['body']}　{content['consent']}"),
    ]  # fmt: skip
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1))]


def record_notice_of_decision(number: int, *, on: date, officer: str) -> None:
    """告知が同意した行政機関に届いた日を記録する。決定は、その日に効力を生ずる（国税徴収法第89条の2第3項）。

    要件: F18-02
    """
    with transaction.atomic():
        head = decision_numbered(number, lock=True)
        if head.decided_on is None or head.stage is not ProcedureStage.IN_FORCE:
            raise ProcedureUnknown(str(number))
        if on < head.decided_on:
            raise NotNotifiedYet(format_wareki(head.decided_on))
        run_sql(
            "UPDATE realization_decision SET effect_on = %s WHERE addressee_number = %s AND realization_decision_id = %s",
            [on, *head.key],
        )
        _recorded("換価執行決定の告知の到達を記録した", head.key, {"効力の日": on.isoformat(), "職員": officer})


def grounds_to_revoke(head: DecisionHead, judgement: RevocationJudgement, *, as_of: date) -> Grounds:
    """換価執行決定を取り消さなければならないか、取り消すことができるかを、事由ごとに。

    要件: F18-02
    """
    file = disposition_file(head.participation)
    own = file.head
    assert own.asset_id is not None
    stages = stages_of(head.addressee_number, as_of=as_of)
    in_grace = any(
        ProcedureStage.IN_FORCE in stages.get(each.charge_id, {}).get(grace, ())
        for each in file.parts
        for grace in GRACES
    )
    facts = RevocationFacts(
        asset_numbered(own.asset_id).facts(0), Yen(sum(each.left for each in file.parts)),
        is_participation_released=own.stage is ProcedureStage.RELEASED, is_seizure_released=judgement.is_seizure_released,
        is_replaced=judgement.is_replaced, is_hardship=judgement.is_hardship, is_excessive=judgement.is_excessive,
        substitute_value=Yen(judgement.substitute_value), auctions_without_bid=judgement.auctions_without_bid,
        is_in_grace=in_grace,
    )  # fmt: skip
    return revocation_grounds(facts, as_of=as_of)


def revoke(number: int, judgement: RevocationJudgement, *, as_of: date, officer: str) -> int:
    """換価執行決定を取り消し、同意した行政機関、滞納者、交付要求をした者に通知する。束の番号を返す。

    要件: F18-02
    """
    if not judgement.reason.strip():
        raise RevocationNeedsReason
    with transaction.atomic():
        head = decision_numbered(number, lock=True)
        met = [each for each in grounds_to_revoke(head, judgement, as_of=as_of).items if each.is_met]
        if not met:
            raise NoGroundToRevoke(str(number))
        note = f"{judgement.reason.strip()}（{met[0].text}、{met[0].article}）"
        move(TABLE, head.key, ProcedureAct.CANCEL, Moved(as_of, officer, note))
        _end(head, as_of)
        file = disposition_file(head.participation)
        run = send_revocation(file, head, (met[0].text, met[0].article), as_of=as_of, officer=officer)
        _recorded("換価執行決定を取り消した", head.key, {"事由": met[0].text})
        return run


def settle_realization(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> None:
    """参加差押えが解除・転換・終了したとき、続いている催告や換価執行決定を終える。取引の中で呼ぶ。

    要件: F18-02, F18-03
    """
    head = open_decision(key)
    if head is None:
        return
    if head.stage is ProcedureStage.APPLIED:
        move(TABLE, head.key, ProcedureAct.WITHDRAW, Moved(as_of, officer, reason))
        _end(head, as_of)
        return
    stage = disposition_file(key).head.stage
    if stage is ProcedureStage.COMPLETED:
        move(TABLE, head.key, ProcedureAct.END, Moved(as_of, officer, reason))
        _end(head, as_of)
        return
    judgement = RevocationJudgement(reason, is_seizure_released=stage is ProcedureStage.CONVERTED)
    revoke(head.realization_decision_id, judgement, as_of=as_of, officer=officer)


def _end(head: DecisionHead, on: date) -> None:
    run_sql(
        "UPDATE realization_decision SET ended_on = %s WHERE addressee_number = %s AND realization_decision_id = %s",
        [on, *head.key],
    )


def _recorded(act: str, key: tuple[str, int], detail: Mapping[str, str | int]) -> None:
    record(act, subjects=[key[0]], detail={"換価執行決定の番号": key[1], **detail})
