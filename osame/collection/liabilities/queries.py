"""連帯・第二次納税義務・保証・担保財産の責任の照会。一件の綴り、一覧、残る限度、差し押さえられる日、時効。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.prescribing import Expiry, prescription_of
from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.liabilities.models import Liability
from osame.collection.parameters.queries import CHARGE_NAMES, CHARGE_YEAR
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.obligor_conditions import ObligorForm, obligor_seizable_from
from osame.law.prescription import Event, Prescription, PrescriptionEvent, prescription
from osame.law.secondary_liability import SecondaryLiabilityKind
from osame.platform.database import fetch_all

Kind = Liability.Kind
FORMS = {
    Kind.JOINT: ObligorForm.JOINT, Kind.GUARANTOR: ObligorForm.GUARANTEE,
    Kind.TRANSFERRED_SECURITY: ObligorForm.TRANSFERRED_SECURITY, Kind.THIRD_PARTY_SECURITY: ObligorForm.THIRD_PARTY_SECURITY,
}  # fmt: skip
"""種類と、法の形。ここにないものは第二次納税義務。"""
PROCEDURE_OF = {
    ObligorForm.JOINT: Procedure.JOINT_LIABILITY, ObligorForm.SECONDARY: Procedure.SECONDARY_LIABILITY,
    ObligorForm.GUARANTEE: Procedure.GUARANTEE, ObligorForm.TRANSFERRED_SECURITY: Procedure.SECURED_PROPERTY,
    ObligorForm.THIRD_PARTY_SECURITY: Procedure.SECURED_PROPERTY,
}  # fmt: skip
OPEN = frozenset((ProcedureStage.OWED, ProcedureStage.SERVED, ProcedureStage.IN_FORCE))
HEADS = """
SELECT l.addressee_number, l.liability_id, l.stage, l.kind, l.obligor_number, l.limit_yen, l.amount, l.property_text, l.facts,
       ARRAY(SELECT jsonb_array_elements_text(l.steps)), ARRAY(SELECT jsonb_array_elements_text(l.conditions)), l.notified_on,
       l.due_date, l.reminded_on, l.ended_on, l.proposal_id, l.officer, a.name, o.name,
       coalesce((SELECT sum(p.amount) FROM liability_paid p WHERE p.addressee_number = l.addressee_number
           AND p.liability_id = l.liability_id), 0)::bigint,
       (SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint FROM liability_charge x
           JOIN charge c USING (addressee_number, charge_id)
           WHERE x.addressee_number = l.addressee_number AND x.liability_id = l.liability_id)
FROM liability l JOIN addressee a USING (addressee_number) JOIN addressee o ON o.addressee_number = l.obligor_number
WHERE {terms} ORDER BY l.liability_id DESC
"""
CHARGES = f"""
SELECT c.charge_id, coalesce(t.name, c.tax_item) || ' ' || {CHARGE_YEAR} || ' ' || coalesce(n.name, c.installment_term || '期'),
       c.due_date, x.principal_tax, x.demand_fee, x.delinquency_charge, c.principal_tax + c.demand_fee + c.delinquency_charge,
       c.tax_item, c.statutory_due_date, coalesce((SELECT i.prescription_years FROM tax_item i WHERE i.tax_item = c.tax_item
           AND i.valid_from <= c.due_date ORDER BY i.valid_from DESC LIMIT 1), 5)
FROM {{table}}_charge x JOIN charge c USING (addressee_number, charge_id) {CHARGE_NAMES}
WHERE x.addressee_number = %s AND x.{{table}}_id = %s ORDER BY c.due_date, c.charge_id
"""


@dataclass(frozen=True, slots=True)
class LiabilityHead:
    """責任の見出し。 paid: その者が納めた額; left: 期別のいま残る額（進んでいる延滞金を除く）。"""

    addressee_number: str
    liability_id: int
    stage: ProcedureStage
    kind: Liability.Kind
    obligor_number: str
    limit_yen: int | None
    amount: int
    property_text: str
    facts: str
    steps: tuple[str, ...]
    conditions: tuple[str, ...]
    notified_on: date
    due_date: date
    reminded_on: date | None
    ended_on: date | None
    proposal_id: int
    officer: str
    name: str
    obligor: str
    paid: int
    left: int

    @property
    def key(self) -> tuple[str, int]:
        """（主たる納税者の宛名番号、責任番号）。"""
        return self.addressee_number, self.liability_id

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(PROCEDURE_OF[self.form], self.stage)

    @property
    def form(self) -> ObligorForm:
        """法の形。"""
        return form_of(self.kind)

    @property
    def is_open(self) -> bool:
        """続いているか。"""
        return self.stage in OPEN

    @property
    def limit_left(self) -> int | None:
        """残る限度。限度がなければ None。納めた額だけ減り、収納が取り消されれば戻る。"""
        return None if self.limit_yen is None else max(0, self.limit_yen - self.paid)

    @property
    def claimable(self) -> int:
        """いま、その者に請求できる額。期別の未納と、残る限度の小さい方。"""
        return self.left if self.limit_left is None else min(self.left, self.limit_left)

    @property
    def seizable_from(self) -> date | None:
        """その者の財産を差し押さえることができる最初の日。"""
        return obligor_seizable_from(self.form, self.notified_on, self.due_date, self.reminded_on)


@dataclass(frozen=True, slots=True)
class LiableCharge:
    """責任の及ぶ期別。金額は告知した日のもの。 left: いま残る額。"""

    charge_id: int
    label: str
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    left: int
    tax_item: str
    statutory_due_date: date
    years: int

    @property
    def amount(self) -> int:
        """告知した日の額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class SlipLine:
    """その者のための納付書一枚と、その収納。"""

    slip_number: int
    amount: int
    issued_on: date
    paid: int


@dataclass(frozen=True, slots=True)
class LiabilityFile:
    """責任一件の綴り。"""

    head: LiabilityHead
    charges: tuple[LiableCharge, ...]
    slips: tuple[SlipLine, ...]
    events: tuple[EventLine, ...]


def form_of(kind: Liability.Kind) -> ObligorForm:
    """種類の、法の形。

    要件: F24-06
    """
    return FORMS.get(kind, ObligorForm.SECONDARY)


def secondary_kind(kind: Liability.Kind) -> SecondaryLiabilityKind:
    """第二次納税義務の種類。

    要件: F24-06
    """
    return SecondaryLiabilityKind[kind.name]


def liabilities(terms: str, values: dict[str, Any]) -> tuple[LiabilityHead, ...]:
    """条件に合う責任の見出し。"""
    return tuple(
        LiabilityHead(
            who, number, ProcedureStage[stage], Kind(kind), obligor, limit, amount, text, facts, tuple(steps), tuple(held), *rest
        )
        for who, number, stage, kind, obligor, limit, amount, text, facts, steps, held, *rest in fetch_all(
            HEADS.format(terms=terms), values
        )
    )  # fmt: skip


def liability_file(liability_id: int, *, lock: bool = False) -> LiabilityFile:
    """責任一件の綴り。

    要件: F24-05, F24-06, F24-08
    """
    if lock:
        fetch_all("SELECT 1 FROM liability WHERE liability_id = %s FOR UPDATE", [liability_id])
    heads = liabilities("l.liability_id = %(of)s", {"of": liability_id})
    if not heads:
        raise ProcedureUnknown(str(liability_id))
    key = heads[0].key
    slips = fetch_all(
        "SELECT s.slip_number, s.amount, s.issued_on, coalesce((SELECT sum(p.amount) FROM liability_paid p JOIN receipt r "
        "USING (addressee_number, charge_id, receipt_key) WHERE p.addressee_number = s.addressee_number "
        "AND p.liability_id = s.liability_id AND r.slip_number = s.slip_number), 0)::bigint FROM liability_slip s "
        "WHERE s.addressee_number = %s AND s.liability_id = %s ORDER BY s.slip_number",
        [*key],
    )
    return LiabilityFile(
        heads[0], charges_of("liability", key), tuple(SlipLine(*row) for row in slips),
        events_of("liability", heads[0].key),
    )  # fmt: skip


def charges_of(table: str, key: tuple[str, int]) -> tuple[LiableCharge, ...]:
    """責任、または質権者・抵当権者からの徴収の及ぶ期別。"""
    return tuple(LiableCharge(*row) for row in fetch_all(CHARGES.format(table=table), [*key]))


def liabilities_of(addressee_number: str) -> tuple[LiabilityHead, ...]:
    """その人が主たる納税者であるもの、または責任を負うもの。

    要件: F24-05, F24-06, F24-08
    """
    return liabilities("%(who)s IN (l.addressee_number, l.obligor_number)", {"who": addressee_number})


def open_liabilities() -> tuple[LiabilityHead, ...]:
    """続いている責任。

    要件: F24-06
    """
    return liabilities("l.stage IN ('OWED', 'SERVED', 'IN_FORCE')", {})


def open_against(addressee_number: str, charges: Iterable[int]) -> tuple[LiabilityHead, ...]:
    """その者が、その期別について負っている、続いている責任。差押えの条件と限度に使う。

    要件: F24-05, F24-06, F24-08
    """
    return liabilities(
        "l.obligor_number = %(who)s AND l.stage IN ('OWED', 'SERVED', 'IN_FORCE') AND EXISTS (SELECT 1 FROM liability_charge x "
        "WHERE x.addressee_number = l.addressee_number AND x.liability_id = l.liability_id AND x.charge_id = ANY (%(charges)s))",
        {"who": addressee_number, "charges": list(charges)},
    )


def reminders_due(*, as_of: date) -> tuple[LiabilityHead, ...]:
    """納期限を過ぎたのに、催告・督促をしていない責任。

    要件: F24-06
    """
    found = open_liabilities()
    return tuple(
        each for each in found if each.stage is ProcedureStage.OWED and each.due_date < as_of and each.claimable
    )


def own_prescriptions(file: LiabilityFile, *, as_of: date) -> dict[int, tuple[Prescription, Expiry]]:
    """その者の責任の時効を、期別ごとに。主たる納税者の時効とともに返す。

    連帯する者の時効は、その者に生じたことだけで数える。第二次納税義務者・保証人の責任は、主たる義務に生じた更新・完成猶予も受け、主たる義務が
    消滅すれば消滅する。

    要件: F24-05, F24-06, F24-08
    """
    head, known = file.head, prescription_of(file.head.addressee_number, as_of=as_of)
    base: list[Event] = []
    if head.reminded_on:
        base.append(Event(PrescriptionEvent.DEMAND, head.reminded_on))
    rows = fetch_all(
        "SELECT charge_id, kind, happened_on, through_on FROM prescription_event WHERE addressee_number = %(obligor)s "
        "AND charge_id = ANY (%(charges)s) UNION ALL SELECT p.charge_id, '一部納付', p.paid_on, NULL FROM liability_paid p "
        "WHERE p.addressee_number = %(who)s AND p.liability_id = %(of)s UNION ALL SELECT e.charge_id, e.kind, e.happened_on, "
        "e.through_on FROM prescription_event e WHERE NOT %(joint)s AND e.addressee_number = %(who)s "
        "AND e.charge_id = ANY (%(charges)s)",
        {"obligor": head.obligor_number, "who": head.addressee_number, "of": head.liability_id,
         "charges": [each.charge_id for each in file.charges], "joint": head.form is ObligorForm.JOINT},
    )  # fmt: skip
    found = {}
    for each in file.charges:
        events = [Event(PrescriptionEvent(kind), on, through) for at, kind, on, through in rows if at == each.charge_id]
        start = (
            each.statutory_due_date if head.form is ObligorForm.JOINT else max(head.due_date, each.statutory_due_date)
        )
        if head.due_date > start:
            events.append(Event(PrescriptionEvent.NOTICE, head.notified_on, head.due_date))
        told = prescription(start, (*base, *events), years=each.years)
        found[each.charge_id] = (told, known[each.charge_id])
    return found
