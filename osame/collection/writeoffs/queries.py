"""不納欠損の照会。候補の一覧、記録、集計、時効の近い期別。消滅したかは、いつも出来事から求める。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from osame.collection.arrears.prescribing import ChargeKey, Expiry, prescriptions_of
from osame.collection.dispositions.cost_prescribing import CostExpiry, costs_alive
from osame.collection.parameters.queries import CHARGE_NAMES, CHARGE_YEAR
from osame.collection.writeoffs.models import WriteOff
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.conditions import Conditions
from osame.law.suspension import ExtinctionCause
from osame.law.write_off import WriteOffFacts, may_write_off
from osame.platform.database import fetch_all

BATCH = 2_000
CAUSES = {
    ExtinctionCause.PRESCRIPTION: WriteOff.Cause.PRESCRIPTION,
    ExtinctionCause.THREE_YEARS: WriteOff.Cause.THREE_YEARS,
    ExtinctionCause.IMMEDIATE: WriteOff.Cause.IMMEDIATE,
}
# 消滅しているかもしれない人。時効は最も短くて2年、停止の3年と即時の消滅は、停止のある人に限る。
SUSPECTS = """
SELECT DISTINCT c.addressee_number FROM charge c
WHERE c.charge_id > 0 AND c.principal_tax + c.demand_fee + c.delinquency_charge + c.disposition_cost + c.additional_charge > 0
  AND (c.statutory_due_date < %(on)s::date - make_interval(years => 2)
    OR EXISTS (SELECT 1 FROM procedure_stage p WHERE p.addressee_number = c.addressee_number AND p.charge_id = c.charge_id
        AND p.procedure = 'SUSPENSION'))
ORDER BY 1
"""
OWED = f"""
SELECT c.addressee_number, c.charge_id, a.name, coalesce(t.name, c.tax_item) || ' ' || {CHARGE_YEAR} || ' '
       || coalesce(n.name, c.installment_term || '期'), c.statutory_due_date, c.principal_tax, c.demand_fee,
       c.delinquency_charge, c.disposition_cost, c.additional_charge,
       EXISTS (SELECT 1 FROM write_off w WHERE w.addressee_number = c.addressee_number AND w.charge_id = c.charge_id
           AND w.reversed_on IS NULL),
       ARRAY(SELECT DISTINCT p.source FROM procedure_stage p WHERE p.addressee_number = c.addressee_number
           AND p.charge_id = c.charge_id AND p.procedure IN ('SEIZURE', 'PARTICIPATING_SEIZURE', 'DISTRIBUTION_REQUEST')
           AND p.stage IN ('IN_FORCE', 'COLLECTING') AND (p.through_on IS NULL OR p.through_on >= %(on)s))
FROM charge c JOIN addressee a USING (addressee_number)
{CHARGE_NAMES}
WHERE c.addressee_number = ANY (%(whose)s) AND c.charge_id > 0
ORDER BY c.addressee_number, c.due_date, c.charge_id
"""
RECORDS = f"""
SELECT w.addressee_number, w.write_off_id, w.charge_id, a.name, coalesce(t.name, c.tax_item) || ' ' || {CHARGE_YEAR} || ' '
       || coalesce(n.name, c.installment_term || '期'), w.cause, w.extinguished_on, w.written_off_on, w.principal_tax,
       w.demand_fee, w.delinquency_charge, w.disposition_cost, w.additional_charge, w.evidence, w.proposal_id, w.officer,
       w.reversed_on, w.reverse_reason
FROM write_off w JOIN charge c USING (addressee_number, charge_id) JOIN addressee a USING (addressee_number)
{CHARGE_NAMES}
WHERE {{terms}} ORDER BY w.write_off_id DESC
"""
TOTALS = """
SELECT extract(year FROM w.written_off_on - interval '3 months')::int AS fiscal_year, c.tax_item,
       coalesce(max(t.name), c.tax_item), w.cause, count(DISTINCT w.addressee_number), count(*),
       sum(w.principal_tax)::bigint,
       sum(w.demand_fee + w.delinquency_charge + w.disposition_cost + w.additional_charge)::bigint
FROM write_off w JOIN charge c USING (addressee_number, charge_id)
LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
WHERE w.reversed_on IS NULL AND w.written_off_on <= %s GROUP BY 1, 2, 4 ORDER BY 1 DESC, 2, 4
"""


@dataclass(frozen=True, slots=True)
class Owing:
    """残高のある期別。 expiry: いつ消滅するか。 open_procedures: 続いている差押え・交付要求。 costs_alive: まだ消滅していない滞納処分費。"""

    addressee_number: str
    charge_id: int
    name: str
    label: str
    statutory_due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    disposition_cost: int
    additional_charge: int
    is_written_off: bool
    open_procedures: tuple[str, ...]
    expiry: Expiry
    costs_alive: tuple[CostExpiry, ...] = ()

    @property
    def key(self) -> ChargeKey:
        """（宛名番号、期別番号）。"""
        return self.addressee_number, self.charge_id

    @property
    def amount(self) -> int:
        """残高の合計。"""
        return (
            self.principal_tax
            + self.demand_fee
            + self.delinquency_charge
            + self.disposition_cost
            + self.additional_charge
        )

    def judge(self, *, as_of: date) -> Conditions:
        """不納欠損にすることができるか。"""
        facts = WriteOffFacts(
            Yen(self.amount), self.expiry.extinction, self.open_procedures, is_written_off=self.is_written_off,
            costs_alive=tuple(f"{each.label} 残り{each.left:,}円、{_ends(each)}" for each in self.costs_alive),
        )  # fmt: skip
        return may_write_off(facts, as_of=as_of)


@dataclass(frozen=True, slots=True)
class WriteOffLine:
    """不納欠損一件。"""

    addressee_number: str
    write_off_id: int
    charge_id: int
    name: str
    label: str
    cause: WriteOff.Cause
    extinguished_on: date
    written_off_on: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    disposition_cost: int
    additional_charge: int
    evidence: str
    proposal_id: int
    officer: str
    reversed_on: date | None
    reverse_reason: str

    @property
    def amount(self) -> int:
        """欠損の額。"""
        return (
            self.principal_tax
            + self.demand_fee
            + self.delinquency_charge
            + self.disposition_cost
            + self.additional_charge
        )


def owing_of(whose: Sequence[str], *, as_of: date) -> tuple[Owing, ...]:
    """その人たちの、残高のある期別と、消滅する日。

    要件: F21-01
    """
    expiries = prescriptions_of(whose, as_of=as_of)
    found = []
    for who, charge_id, *facts, written, procedures in fetch_all(OWED, {"whose": list(whose), "on": as_of}):
        line = Owing(*[who, charge_id, *facts, written, tuple(procedures), expiries[who, charge_id]])
        if line.amount:
            found.append(line)
    alive = costs_alive([each.key for each in found if each.disposition_cost], as_of=as_of)
    return tuple(replace(each, costs_alive=alive.get(each.key, ())) for each in found)


def _ends(each: CostExpiry) -> str:
    day = each.prescription.completes_on
    return f"満了 {format_wareki(day)}" if day else "完成が猶予されている"


def suspects(*, as_of: date) -> Iterable[list[str]]:
    """消滅しているかもしれない人を、いくつかの束で。"""
    found = [str(row[0]) for row in fetch_all(SUSPECTS, {"on": as_of})]
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def candidates(*, as_of: date) -> tuple[Owing, ...]:
    """消滅した、残高のある期別（不納欠損の候補）。

    要件: F21-04, F21-05
    """
    return tuple(
        each
        for whose in suspects(as_of=as_of)
        for each in owing_of(whose, as_of=as_of)
        if each.expiry.is_extinct and not each.is_written_off
    )


def nearing(*, as_of: date, until: date) -> tuple[Owing, ...]:
    """その日までに消滅する、残高のある期別。早い順に。

    要件: F21-03
    """
    found = [
        each
        for whose in suspects(as_of=until)
        for each in owing_of(whose, as_of=as_of)
        if (on := each.expiry.extinguished_on) and as_of < on <= until
    ]
    return tuple(sorted(found, key=lambda each: (each.expiry.extinguished_on or until, each.key)))


def write_offs(terms: str = "true", values: dict[str, Any] | None = None) -> tuple[WriteOffLine, ...]:
    """条件に合う不納欠損。新しいものから。

    要件: F21-07
    """
    return tuple(
        WriteOffLine(*[*row[:5], WriteOff.Cause(row[5]), *row[6:]])
        for row in fetch_all(RECORDS.format(terms=terms), values or {})
    )


def totals(*, as_of: date) -> tuple[tuple[Any, ...], ...]:
    """年度・税目・事由別の、人数、件数、本税、ほかの額。氏名を含まない（議会・監査の資料）。

    要件: F21-07
    """
    return tuple((*row[:3], WriteOff.Cause(row[3]), *row[4:]) for row in fetch_all(TOTALS, [as_of]))
