"""還付・充当の候補。決めていない過誤納金と、本人の未納。充当できない未納には、なぜできないかを言う。

What a person is owed and what the same person owes. An overpayment is set off only against the person's own terms whose
due date has come; fees that are not taxes, and terms under 徴収猶予, are left out and say why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from osame.collection.demands.models import DemandStop
from osame.collection.refunds.causes import Cause, Found, Ground, assumed
from osame.collection.refunds.terms import TERM, term_name
from osame.law.appropriation import AppropriationTarget
from osame.platform.database import fetch_all, fetch_one

FIRST_FEE_CODE = "20"  # 税目コード。20から先は、税でない料（介護保険料など）

SOURCES = f"""
SELECT o.charge_id, o.receipt_key, o.amount, c.tax_item, {TERM}, o.cause, o.arises_on, r.paid_on, r.fiscal_year,
       c.declaration_number <> '' OR c.declaration_class <> '',
       (SELECT max(v.corrected_on) FROM determination_revision v WHERE v.charge_id = c.charge_id
            AND v.addressee_number = c.addressee_number AND v.difference < 0),
       f.cause, f.ground, f.requested_on, f.corrected_on, f.income_tax_noticed_on
FROM overpayment o
JOIN charge c USING (charge_id, addressee_number)
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
LEFT JOIN LATERAL (
    SELECT * FROM overpayment_finding n WHERE n.addressee_number = o.addressee_number AND n.charge_id = o.charge_id
        AND n.receipt_key = o.receipt_key ORDER BY n.finding_id DESC LIMIT 1) f ON true
WHERE o.addressee_number = %(addressee)s
ORDER BY o.arises_on, o.charge_id, o.receipt_key
"""
TARGETS = f"""
SELECT c.charge_id, c.tax_item, {TERM}, c.due_date, c.statutory_due_date, c.determined_on,
       c.declaration_number <> '' OR c.declaration_class <> '', c.principal_tax, c.demand_fee, c.delinquency_charge,
       EXISTS (SELECT 1 FROM demand_stop s WHERE s.addressee_number = c.addressee_number AND s.reason = %(grace)s
           AND (s.charge_id IS NULL OR s.charge_id = c.charge_id) AND s.tax_item IN ('', c.tax_item)
           AND s.starts_on <= %(on)s AND (s.ends_through IS NULL OR s.ends_through >= %(on)s)
           AND (s.released_on IS NULL OR s.released_on > %(on)s))
FROM charge c
WHERE c.addressee_number = %(addressee)s AND c.charge_id > 0
  AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0
ORDER BY c.due_date, c.charge_id
"""
WAITING = """
SELECT o.addressee_number, coalesce(a.name, ''), count(*), sum(o.amount)::bigint, min(o.arises_on), string_agg(DISTINCT o.cause, ','),
       EXISTS (SELECT 1 FROM charge c WHERE c.addressee_number = o.addressee_number AND c.charge_id > 0
           AND c.due_date <= %(on)s AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0),
       coalesce(a.died_on IS NOT NULL, false), coalesce(a.protection_measure, false),
       EXISTS (SELECT 1 FROM refund_encumbrance x WHERE x.addressee_number = o.addressee_number AND x.released_on IS NULL),
       EXISTS (SELECT 1 FROM proposal p WHERE p.act = 'refund' AND p.state IN ('1', '2', '3')
           AND p.content ->> 'addressee' = o.addressee_number)
FROM overpayment o LEFT JOIN addressee a USING (addressee_number)
GROUP BY o.addressee_number, a.name, a.died_on, a.protection_measure
ORDER BY min(o.arises_on), o.addressee_number
OFFSET %(offset)s LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class Source:
    """決めていない過誤納金一つ。 fiscal_year: その収納の会計年度; found: 認定した（なければ、みなした）発生事由。"""

    charge_id: int
    receipt_key: UUID
    amount: int
    tax_item: str
    label: str
    arises_on: date
    paid_on: date
    fiscal_year: int
    found: Found
    was_found: bool

    @property
    def is_fee(self) -> bool:
        """税でない料か。"""
        return self.tax_item >= FIRST_FEE_CODE


@dataclass(frozen=True, slots=True)
class Target:
    """本人の未納一つ。 ready_on: 充当適状の基準の日; barred: 充当できない理由（できるなら空）。"""

    charge_id: int
    tax_item: str
    label: str
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    kind: AppropriationTarget
    ready_on: date
    barred: str

    @property
    def unpaid(self) -> int:
        """いまの未納。延滞金は、確定したものだけ。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class Waiting:
    """決めていない過誤納金のある人。"""

    addressee_number: str
    name: str
    count: int
    amount: int
    oldest: date
    causes: tuple[str, ...]
    has_arrears: bool
    has_died: bool
    protected: bool
    attached: bool
    proposed: bool


def sources_of(addressee_number: str) -> tuple[Source, ...]:
    """その人の、決めていない過誤納金。生じた順に。

    要件: F05-01
    """
    return tuple(_source(row) for row in fetch_all(SOURCES, {"addressee": addressee_number}))


def name_of(addressee_number: str) -> str:
    """その人の氏名。宛名になければ空。"""
    rows = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    return str(rows[0][0]) if rows else ""


def targets_of(addressee_number: str, *, as_of: date, sources: Sequence[Source]) -> tuple[Target, ...]:
    """その人の未納を、納期限の順に。充当できないものも、理由とともに。

    Everything the person owes, across tax items. Nothing of anybody else: the addressee number is the person.

    要件: F05-02
    """
    rows = fetch_all(TARGETS, {"addressee": addressee_number, "on": as_of, "grace": DemandStop.Reason.GRACE.value})
    only_fees = bool(sources) and all(each.is_fee for each in sources)
    return tuple(_target(row, as_of, only_fees) for row in rows)


def waiting_people(*, as_of: date, page: tuple[int, int]) -> tuple[Waiting, ...]:
    """決めていない過誤納金のある人を、古い順に。 page: （行数、飛ばす行数）。

    要件: F05-01, F05-15
    """
    size, offset = page
    rows = fetch_all(WAITING, {"on": as_of, "size": size, "offset": offset})
    return tuple(_waiting(row) for row in rows)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, name, count, amount, oldest, causes, *marks = row
    labels = tuple(str(Cause(each).label) for each in causes.split(","))
    return Waiting(number, name, count, amount, oldest, labels, *marks)


def waiting_count() -> int:
    """決めていない過誤納金のある人の数。"""
    (count,) = fetch_one("SELECT count(DISTINCT addressee_number) FROM overpayment")
    return int(count)


def _source(row: tuple[Any, ...]) -> Source:
    charge_id, key, amount, tax_item, label, cause, arises_on, paid_on, year, declared, corrected_on = row[:11]
    if row[11] is not None:
        found = Found(Cause(row[11]), Ground(row[12]), row[13], row[14] or corrected_on, row[15])
    else:
        found = assumed(Cause(cause), declared=declared, corrected_on=corrected_on)
    return Source(
        charge_id, key, amount, tax_item, term_name(label), arises_on, paid_on, year, found, row[11] is not None
    )


def _target(row: tuple[Any, ...], as_of: date, only_fees: bool) -> Target:
    charge_id, tax_item, label, due, statutory, determined_on, declared, principal, fee, charge, graced = row
    kind, ready_on = AppropriationTarget.INSTALMENT, due
    if declared and determined_on > statutory:
        kind, ready_on = AppropriationTarget.ASSESSED_AFTER_DUE, determined_on
    barred = ""
    if max(due, ready_on) > as_of:
        barred = "納期限が来ていません"
    elif tax_item >= FIRST_FEE_CODE or only_fees:
        barred = "税と料の間では充当できません"
    elif graced:
        barred = "徴収猶予の期間中です（充当できるのは猶予の期限から）"
    return Target(charge_id, tax_item, term_name(label), due, principal, fee, charge, kind, ready_on, barred)
