"""換価執行決定の照会。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.law.dispositions import Procedure, ProcedureStage
from osame.platform.database import fetch_all

HEADS = """
SELECT x.addressee_number, x.realization_decision_id, x.stage, x.disposition_id, x.body_id, x.called_on, x.consented_on, x.consent_text,
       x.request_rank, x.decided_on, x.effect_on, x.ended_on, ARRAY(SELECT jsonb_array_elements_text(x.conditions)), x.proposal_id,
       x.officer, b.name
FROM realization_decision x JOIN third_party b ON b.third_party_id = x.body_id
WHERE {terms} ORDER BY x.realization_decision_id DESC
"""


@dataclass(frozen=True, slots=True)
class DecisionHead:
    """換価執行決定一件。 body: 先に差し押さえた行政機関; effect_on: 告知が届き、効力の生じた日。"""

    addressee_number: str
    realization_decision_id: int
    stage: ProcedureStage
    disposition_id: int
    body_id: int
    called_on: date
    consented_on: date | None
    consent_text: str
    request_rank: int
    decided_on: date | None
    effect_on: date | None
    ended_on: date | None
    conditions: tuple[str, ...]
    proposal_id: int | None
    officer: str
    body: str

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、換価執行決定の番号）。"""
        return self.addressee_number, self.realization_decision_id

    @property
    def participation(self) -> tuple[str, int]:
        """参加差押えの、（宛名番号、処分管理番号）。"""
        return self.addressee_number, self.disposition_id

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.REALIZATION_DECISION, self.stage)

    @property
    def events(self) -> tuple[EventLine, ...]:
        """移り方の記録。"""
        return events_of("realization_decision", self.key)


def decision_numbered(number: int, *, lock: bool = False) -> DecisionHead:
    """番号の換価執行決定。

    要件: F18-02
    """
    if lock:
        fetch_all("SELECT 1 FROM realization_decision WHERE realization_decision_id = %s FOR UPDATE", [number])
    found = _decisions("x.realization_decision_id = %s", [number])
    if not found:
        raise ProcedureUnknown(str(number))
    return found[0]


def decisions_of(key: tuple[str, int]) -> tuple[DecisionHead, ...]:
    """参加差押えの換価執行決定を、新しい順に。

    要件: F18-02
    """
    return _decisions("x.addressee_number = %s AND x.disposition_id = %s", [*key])


def open_decision(key: tuple[str, int]) -> DecisionHead | None:
    """続いている催告、または換価執行決定。

    要件: F18-02
    """
    going = (ProcedureStage.APPLIED, ProcedureStage.IN_FORCE)
    return next((each for each in decisions_of(key) if each.stage in going), None)


def _decisions(terms: str, values: list[str | int]) -> tuple[DecisionHead, ...]:
    found = []
    for row in fetch_all(HEADS.format(terms=terms), values):
        who, number, stage, *told = row
        told[9] = tuple(told[9])  # 条件の一覧
        found.append(DecisionHead(who, number, ProcedureStage[stage], *told))
    return tuple(found)
