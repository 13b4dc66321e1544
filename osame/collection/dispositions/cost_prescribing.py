"""滞納処分費の時効。本税に従わず、費用の一つ一つを、確定した日（支出した日）から数える。

A cost has a clock of its own: it starts on the day it was spent, is held by the disposition it was spent on, and is renewed by what
that disposition recovered of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.arrears.prescribing import ChargeKey
from osame.law.prescription import Event, Prescription, PrescriptionEvent, cost_prescription
from osame.platform.database import fetch_all

# 取り消していない費用と、その処分の出来事。配当で徴収した額は、古い費用から充てる（left が、その費用のまだ徴収していない額）。
COSTS = """
SELECT k.addressee_number, k.disposition_id, k.cost_number, k.spent_on,
       greatest(0, least(k.amount, sum(k.amount) OVER earlier - coalesce(r.recovered, 0)))::bigint,
       d.procedure, d.stage, coalesce(d.effect_on, d.done_on), e.ended_on, coalesce(r.days, '{}'), f.owner_number, f.charge_id
FROM disposition_cost k JOIN disposition d USING (addressee_number, disposition_id)
LEFT JOIN LATERAL (SELECT sum(p.amount) AS recovered, array_agg(DISTINCT x.done_on) FILTER (WHERE p.amount > 0) AS days
    FROM distribution_part p JOIN distribution x USING (addressee_number, disposition_id, distribution_number)
    WHERE p.addressee_number = k.addressee_number AND p.disposition_id = k.disposition_id AND p.kind = 'DISPOSITION_COST') r ON true
LEFT JOIN LATERAL (SELECT max(happened_on) AS ended_on FROM disposition_event v
    WHERE v.addressee_number = k.addressee_number AND v.disposition_id = k.disposition_id
      AND d.stage IN ('RELEASED', 'CANCELLED', 'COMPLETED', 'CONVERTED')) e ON true
LEFT JOIN LATERAL (SELECT q.owner_number, q.charge_id FROM disposition_charge q
    JOIN charge c ON c.addressee_number = q.owner_number AND c.charge_id = q.charge_id
    WHERE q.addressee_number = k.addressee_number AND q.disposition_id = k.disposition_id ORDER BY c.due_date, c.charge_id LIMIT 1) f ON true
WHERE k.withdrawn_on IS NULL AND {terms}
WINDOW earlier AS (PARTITION BY k.addressee_number, k.disposition_id ORDER BY k.cost_number)
ORDER BY k.disposition_id, k.cost_number
"""
HELD = "k.addressee_number = %(who)s AND k.disposition_id = %(at)s"
CARRIED = "(f.owner_number, f.charge_id) IN (SELECT * FROM unnest(%(whose)s::text[], %(charges)s::bigint[]))"


@dataclass(frozen=True, slots=True)
class CostExpiry:
    """滞納処分費一つの時効。 left: まだ徴収していない額; owner_number・charge_id: 元帳でその費用が立つ期別（なければ None）。"""

    addressee_number: str
    disposition_id: int
    cost_number: int
    left: int
    owner_number: str | None
    charge_id: int | None
    prescription: Prescription

    @property
    def label(self) -> str:
        """費用の呼び名。"""
        return f"処分{self.disposition_id}の費用{self.cost_number}"

    def is_alive(self, as_of: date) -> bool:
        """その日に、まだ消滅していない、徴収していない額があるか。"""
        gone = self.prescription.extinguished_on
        return self.left > 0 and (gone is None or as_of < gone)


def cost_expiries(key: tuple[str, int]) -> dict[int, CostExpiry]:
    """処分一件の滞納処分費ごとの、時効の満了日と数え方。 key: （宛名番号、処分管理番号）。

    要件: F21-01
    """
    return {each.cost_number: each for each in _expiries(HELD, {"who": key[0], "at": key[1]})}


def costs_alive(charges: Sequence[ChargeKey], *, as_of: date) -> dict[ChargeKey, tuple[CostExpiry, ...]]:
    """期別に立つ滞納処分費のうち、まだ消滅していないもの。読む文の数は、期別の数によらない。

    要件: F21-01, F21-05
    """
    found: dict[ChargeKey, tuple[CostExpiry, ...]] = defaultdict(tuple)
    terms = {"whose": [who for who, _ in charges], "charges": [charge for _, charge in charges]}
    for each in _expiries(CARRIED, terms) if charges else ():
        if each.is_alive(as_of) and each.owner_number is not None and each.charge_id is not None:
            found[each.owner_number, each.charge_id] += (each,)
    return dict(found)


def _expiries(terms: str, values: dict[str, object]) -> list[CostExpiry]:
    found = []
    for who, at, number, spent_on, left, procedure, stage, begun, ended, days, owner, charge in fetch_all(
        COSTS.replace("{terms}", terms), values
    ):
        events = [Event(PrescriptionEvent.PART_PAYMENT, day) for day in days if day >= spent_on]
        if held := _held(procedure, stage, max(begun, spent_on), ended):
            events.append(held)
        found.append(CostExpiry(who, at, number, left, owner, charge, cost_prescription(spent_on, events)))
    return found


def _held(procedure: str, stage: str, begun: date, ended: date | None) -> Event | None:
    """費用を支出した処分の働き。費用より先に終わった処分は、その費用の時効に働かない。"""
    if ended is not None and ended < begun:
        return None
    if stage == "CANCELLED":
        return Event(PrescriptionEvent.SEIZURE_CANCELLED, begun, ended)
    is_seizure = procedure in {"SEIZURE", "PRESERVATION_SEIZURE"}
    return Event(PrescriptionEvent.SEIZURE if is_seizure else PrescriptionEvent.DISTRIBUTION_REQUEST, begun, ended)
