"""繰上徴収と保全の照会。一件の綴り、一覧、繰り上げた納期限、解除しなければならない保全。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.parameters.queries import CHARGE_NAMES, CHARGE_YEAR
from osame.kernel.money import Yen
from osame.law.advance_collection import AdvanceGround, PreservationState, must_release_preservation
from osame.law.conditions import Conditions
from osame.law.dispositions import Procedure, ProcedureStage
from osame.platform.database import fetch_all

GROUNDS = dict(zip(AdvanceCollection.Ground, AdvanceGround, strict=True))
"""号と、法の事由。"""
ADVANCES = """
SELECT v.addressee_number, v.advance_collection_id, v.stage, v.ground, v.evidence, v.deadline, v.notified_on, v.ended_on,
       ARRAY(SELECT jsonb_array_elements_text(v.conditions)), v.proposal_id, v.officer, a.name,
       (SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint
        FROM advance_collection_charge x JOIN charge c USING (addressee_number, charge_id)
        WHERE x.addressee_number = v.addressee_number AND x.advance_collection_id = v.advance_collection_id)
FROM advance_collection v JOIN addressee a USING (addressee_number) WHERE {terms} ORDER BY v.advance_collection_id DESC
"""
PRESERVATIONS = """
SELECT p.addressee_number, p.preservation_id, p.stage, p.kind, p.tax, p.facts, p.amount, p.deadline, p.notified_on, p.ends_on,
       p.ended_on, ARRAY(SELECT jsonb_array_elements_text(p.conditions)), p.proposal_id, p.officer, a.name,
       (SELECT coalesce(sum(s.value), 0)::bigint FROM preservation_security s WHERE s.addressee_number = p.addressee_number
            AND s.preservation_id = p.preservation_id AND s.released_on IS NULL)
FROM preservation p JOIN addressee a USING (addressee_number) WHERE {terms} ORDER BY p.preservation_id DESC
"""
CHARGES = f"""
SELECT c.charge_id, coalesce(t.name, c.tax_item) || ' ' || {CHARGE_YEAR} || ' ' || coalesce(n.name, c.installment_term || '期'),
       x.due_date, x.principal_tax, c.principal_tax + c.demand_fee + c.delinquency_charge, c.tax_item
FROM advance_collection_charge x JOIN charge c USING (addressee_number, charge_id) {CHARGE_NAMES}
WHERE x.addressee_number = %s AND x.advance_collection_id = %s ORDER BY x.due_date, c.charge_id
"""


@dataclass(frozen=True, slots=True)
class AdvanceHead:
    """繰上徴収の見出し。 left: いま残る額（進んでいる延滞金を除く）。"""

    addressee_number: str
    advance_collection_id: int
    stage: ProcedureStage
    ground: AdvanceCollection.Ground
    evidence: str
    deadline: date
    notified_on: date
    ended_on: date | None
    conditions: tuple[str, ...]
    proposal_id: int
    officer: str
    name: str
    left: int

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、繰上徴収番号）。"""
        return self.addressee_number, self.advance_collection_id

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.ADVANCE_COLLECTION, self.stage)


@dataclass(frozen=True, slots=True)
class AdvancedCharge:
    """繰り上げた期別。 due_date: 変更前の納期限; left: いま残る額。"""

    charge_id: int
    label: str
    due_date: date
    principal_tax: int
    left: int
    tax_item: str


@dataclass(frozen=True, slots=True)
class AdvanceFile:
    """繰上徴収一件の綴り。"""

    head: AdvanceHead
    charges: tuple[AdvancedCharge, ...]
    events: tuple[EventLine, ...]


@dataclass(frozen=True, slots=True)
class PreservationHead:
    """保全の決定の見出し。 secured: 提供されている担保の価額。"""

    addressee_number: str
    preservation_id: int
    stage: ProcedureStage
    kind: Preservation.Kind
    tax: str
    facts: str
    amount: int
    deadline: date | None
    notified_on: date
    ends_on: date | None
    ended_on: date | None
    conditions: tuple[str, ...]
    proposal_id: int
    officer: str
    name: str
    secured: int

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、保全番号）。"""
        return self.addressee_number, self.preservation_id

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.PRESERVATION, self.stage)

    @property
    def is_open(self) -> bool:
        """効力があるか。"""
        return self.stage is ProcedureStage.IN_FORCE

    def state(self, seized: int = 0) -> PreservationState:
        """法に渡す、決定のいま。 seized: 既に差し押さえた財産の価額。"""
        return PreservationState(
            self.notified_on, self.ends_on or self.notified_on, Yen(self.amount), Yen(seized), Yen(self.secured),
            self.stage is ProcedureStage.COMPLETED,
        )  # fmt: skip

    def duty(self, *, as_of: date) -> Conditions | None:
        """解除しなければならないか。保全差押金額の決定だけが持つ。"""
        if self.kind is not Preservation.Kind.SEIZURE or not self.is_open:
            return None
        return must_release_preservation(self.state(), as_of=as_of)


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """提供された担保一つ。"""

    number: int
    description: str
    value: int
    offered_on: date
    released_on: date | None
    officer: str


@dataclass(frozen=True, slots=True)
class PreservationFile:
    """保全の決定一件の綴り。 charges: 確定した期別。"""

    head: PreservationHead
    securities: tuple[SecurityLine, ...]
    charges: tuple[int, ...]
    events: tuple[EventLine, ...]


def advances(terms: str, values: dict[str, Any]) -> tuple[AdvanceHead, ...]:
    """条件に合う繰上徴収の見出し。"""
    return tuple(
        AdvanceHead(
            who, number, ProcedureStage[stage], AdvanceCollection.Ground(ground), evidence, deadline, told, ended,
            tuple(conditions), *rest,
        )
        for who, number, stage, ground, evidence, deadline, told, ended, conditions, *rest in fetch_all(
            ADVANCES.format(terms=terms), values
        )
    )  # fmt: skip


def advance_file(advance_id: int, *, lock: bool = False) -> AdvanceFile:
    """繰上徴収一件の綴り。

    要件: F25-01
    """
    if lock:
        fetch_all("SELECT 1 FROM advance_collection WHERE advance_collection_id = %s FOR UPDATE", [advance_id])
    heads = advances("v.advance_collection_id = %(of)s", {"of": advance_id})
    if not heads:
        raise ProcedureUnknown(str(advance_id))
    charges = tuple(AdvancedCharge(*row) for row in fetch_all(CHARGES, [*heads[0].key]))
    return AdvanceFile(heads[0], charges, events_of("advance_collection", heads[0].key))


def advances_of(addressee_number: str) -> tuple[AdvanceHead, ...]:
    """その人の繰上徴収を、新しい順に。

    要件: F25-01
    """
    return advances("v.addressee_number = %(who)s", {"who": addressee_number})


def open_advances() -> tuple[AdvanceHead, ...]:
    """効力のある繰上徴収を、期限の順に。

    要件: F25-01
    """
    found = advances("v.stage = 'IN_FORCE'", {})
    return tuple(sorted(found, key=lambda each: (each.deadline, each.advance_collection_id)))


def deadlines_of(addressee_number: str) -> dict[int, date]:
    """繰り上げた期別の、変更後の納期限。取り消したものは入らない。差押えの条件（督促を要しない）の判定に使う。

    要件: F25-01
    """
    return {charge: deadline for (_, charge), deadline in deadlines_among([addressee_number]).items()}


def deadlines_among(whose: Sequence[str]) -> dict[tuple[str, int], date]:
    """多くの人について、まとめて。（宛名番号、期別番号）ごと。読む文は一つ。

    要件: F25-01
    """
    rows = fetch_all(
        "SELECT addressee_number, charge_id, min(split_part(source, ':', 3)::date) FROM procedure_stage_advances "
        "WHERE addressee_number = ANY (%s) AND procedure = 'ADVANCE_COLLECTION' GROUP BY addressee_number, charge_id",
        [list(whose)],
    )
    return {(str(who), int(charge)): deadline for who, charge, deadline in rows}


def preservations(terms: str, values: dict[str, Any]) -> tuple[PreservationHead, ...]:
    """条件に合う保全の決定の見出し。"""
    return tuple(
        PreservationHead(
            who, number, ProcedureStage[stage], Preservation.Kind(kind), tax, facts, amount, deadline, told, ends, ended,
            tuple(conditions), *rest,
        )
        for who, number, stage, kind, tax, facts, amount, deadline, told, ends, ended, conditions, *rest in fetch_all(
            PRESERVATIONS.format(terms=terms), values
        )
    )  # fmt: skip


def preservation_file(preservation_id: int, *, lock: bool = False) -> PreservationFile:
    """保全の決定一件の綴り。

    要件: F25-03
    """
    if lock:
        fetch_all("SELECT 1 FROM preservation WHERE preservation_id = %s FOR UPDATE", [preservation_id])
    heads = preservations("p.preservation_id = %(of)s", {"of": preservation_id})
    if not heads:
        raise ProcedureUnknown(str(preservation_id))
    key = heads[0].key
    securities = fetch_all(
        "SELECT security_number, description, value, offered_on, released_on, officer FROM preservation_security "
        "WHERE addressee_number = %s AND preservation_id = %s ORDER BY security_number",
        [*key],
    )
    fixed = fetch_all(
        "SELECT charge_id FROM preservation_charge WHERE addressee_number = %s AND preservation_id = %s ORDER BY 1",
        [*key],
    )
    return PreservationFile(
        heads[0], tuple(SecurityLine(*row) for row in securities), tuple(row[0] for row in fixed),
        events_of("preservation", key),
    )  # fmt: skip


def preservations_of(addressee_number: str) -> tuple[PreservationHead, ...]:
    """その人の保全の決定を、新しい順に。

    要件: F25-03
    """
    return preservations("p.addressee_number = %(who)s", {"who": addressee_number})


def open_preservations() -> tuple[PreservationHead, ...]:
    """効力のある保全の決定。

    要件: F25-03
    """
    return preservations("p.stage = 'IN_FORCE'", {})


def preservations_to_release(*, as_of: date) -> tuple[PreservationHead, ...]:
    """解除しなければならない保全（地方税法第16条の4第4項）。

    要件: F25-03, F17-14
    """
    found = open_preservations()
    return tuple(each for each in found if (duty := each.duty(as_of=as_of)) and any(item.is_met for item in duty.items))
