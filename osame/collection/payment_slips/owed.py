"""期別ごとの、納めるべき額。指定期限までの延滞金は、法が計算の過程とともに答える。

What is owed on each charge if it is paid on a chosen day. Balances come from the ledger; a delinquency charge that is still
running is computed by the law, with its steps.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from osame.collection.demands.models import DemandStop
from osame.collection.exemptions.queries import COLUMNS, exemptions_of, lateral_periods
from osame.collection.matching.accrual import rule_for
from osame.kernel.dates import fiscal_year_label
from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Exemption, Override, Payment
from osame.law.delinquency_charge import delinquency_charge
from osame.law.rules import for_forecast
from osame.platform.database import fetch_all

OWED = f"""
SELECT c.charge_id, c.addressee_number, c.tax_item, coalesce(t.name, c.tax_item), c.levy_year, c.tax_year, c.notice_number,
       c.installment_term, coalesce(n.name, c.installment_term || '期'), c.due_date, c.statutory_due_date, c.tax_amount,
       c.principal_tax, c.demand_fee, c.delinquency_charge, c.slip_number,
       CASE WHEN t.bears_delinquency_charge THEN t.first_period_months END, coalesce(t.prescription_years, 5),
       p.days, p.amounts, o.amount, o.reason, o.approved_by, o.entered_on, d.issued_on, d.returned_on, d.published_on,
       s.reasons, f.in_flight, {COLUMNS}
FROM charge c
LEFT JOIN LATERAL (
    SELECT * FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
LEFT JOIN installment_term n ON n.levy_year = c.levy_year AND n.tax_item = c.tax_item
    AND n.installment_term = c.installment_term
LEFT JOIN LATERAL (
    SELECT array_agg(e.effective_on ORDER BY e.effective_on, e.entry_id) AS days,
           array_agg(e.amount ORDER BY e.effective_on, e.entry_id) AS amounts
    FROM entry e WHERE e.charge_id = c.charge_id AND e.addressee_number = c.addressee_number
      AND e.debit = 7 AND e.credit = 2 AND e.reverses IS NULL
      AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id
                      AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)) p ON true
LEFT JOIN LATERAL (
    SELECT * FROM charge_override o WHERE o.charge_id = c.charge_id AND o.addressee_number = c.addressee_number
      AND o.released_on IS NULL ORDER BY o.override_id DESC LIMIT 1) o ON true
LEFT JOIN demand d ON d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT x.reason) AS reasons FROM demand_stop x
    WHERE x.addressee_number = c.addressee_number AND x.starts_on <= %(on)s
      AND (x.ends_through IS NULL OR x.ends_through >= %(on)s) AND (x.released_on IS NULL OR x.released_on > %(on)s)
      AND (x.charge_id IS NULL OR x.charge_id = c.charge_id) AND (x.tax_item = '' OR x.tax_item = c.tax_item)) s ON true
LEFT JOIN LATERAL (
    SELECT sum(q.amount)::bigint AS in_flight FROM channel_report q
    WHERE q.stage = '1' AND (q.slip_number = c.slip_number OR q.slip_number IN (
        SELECT m.slip_number FROM slip_share m WHERE m.charge_id = c.charge_id AND m.addressee_number = c.addressee_number))
      AND NOT EXISTS (SELECT 1 FROM channel_report x WHERE x.receipt_key = q.receipt_key AND x.stage = '3')
      AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.charge_id = c.charge_id AND r.addressee_number = c.addressee_number
                      AND r.slip_number = q.slip_number AND r.paid_on = q.paid_on)
      AND NOT EXISTS (SELECT 1 FROM held_receipt h WHERE h.receipt_key = q.receipt_key)) f ON true
{lateral_periods("c")}
WHERE c.addressee_number = ANY(%(addressees)s) AND c.charge_id > 0
  AND (%(charges)s::bigint[] IS NULL OR c.charge_id = ANY(%(charges)s::bigint[]))
  AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0
ORDER BY c.due_date, c.tax_item, c.levy_year, c.notice_number, c.installment_term, c.charge_id
"""


@dataclass(frozen=True, slots=True)
class Share:
    """納付書の内訳一行。 steps: 延滞金の計算の過程。"""

    charge_id: int
    tax_item: str
    tax_name: str
    levy_year: int
    tax_year: int
    term: int
    term_name: str
    notice_number: str
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    steps: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """この期別に納める額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.tax_name} {fiscal_year_label(self.levy_year)} {self.term_name}"

    @property
    def due_on(self) -> date:
        """納期限。"""
        return date.fromisoformat(self.due_date)

    def frozen(self) -> dict[str, Any]:
        """納付書とともに残す形。"""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OwedFacts:
    """元帳と設定から読んだ、期別一つの事実。 months: 延滞金の最初の期間（延滞金のない税目なら None）。"""

    payments: tuple[Payment, ...]
    exemptions: tuple[Exemption, ...]
    override: Override | None
    demanded_on: date | None
    demand_served: bool
    stops: tuple[DemandStop.Reason, ...]
    in_flight: int
    charge_id: int
    addressee_number: str
    tax_item: str
    tax_name: str
    levy_year: int
    tax_year: int
    notice_number: str
    installment_term: int
    term_name: str
    due_date: date
    statutory_due_date: date
    tax_amount: int
    principal_tax: int
    demand_fee: int
    fixed_charge: int
    slip_number: int | None
    months: int | None
    prescription_years: int


@dataclass(frozen=True)
class Owed:
    """期別一つを、その日に納めるとしたときの額。 is_forecast: 割合の登録のない先の日なら、最後の割合が続くものとする。"""

    facts: OwedFacts
    on: date
    is_forecast: bool = False

    @cached_property
    def late(self) -> tuple[int, tuple[str, ...]]:
        """延滞金と、計算の過程。本税が残らなければ、確定した額。"""
        known = self.facts
        if known.principal_tax == 0:
            return known.fixed_charge, ((f"確定した延滞金 {known.fixed_charge:,}円",) if known.fixed_charge else ())
        if known.months is None or self.on <= known.due_date:
            return 0, ()
        rule = rule_for(known.months)
        rule = for_forecast(rule, self.on) if self.is_forecast else rule
        found = delinquency_charge(self.claim, as_of=self.on, rule=rule)
        return int(found.final), found.steps

    @property
    def claim(self) -> ChargeClaim:
        """法に渡す事実。"""
        known = self.facts
        return ChargeClaim(
            Yen(known.tax_amount), known.due_date, known.payments, exemptions=known.exemptions, override=known.override
        )

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.facts.tax_name} {fiscal_year_label(self.facts.levy_year)} {self.facts.term_name}"

    @property
    def choice(self) -> tuple[int, str]:
        """画面で選ぶときの、（期別番号、呼び名と額）。"""
        return self.facts.charge_id, f"{self.label}　{self.share().amount:,}円"

    def share(self, *, with_fee: bool = True, with_charge: bool = True) -> Share:
        """納付書の内訳一行。"""
        known = self.facts
        late, steps = self.late if with_charge else (0, ())
        return Share(
            known.charge_id, known.tax_item, known.tax_name, known.levy_year, known.tax_year, known.installment_term,
            known.term_name, known.notice_number, known.due_date.isoformat(), known.principal_tax,
            known.demand_fee if with_fee else 0, late, steps,
        )  # fmt: skip


def owed_of(
    addressee_number: str, charges: Sequence[int] | None = None, *, on: date, as_of: date, lock: bool = False
) -> tuple[Owed, ...]:
    """未納のある期別を、納期限の順に。 on: 納める日; lock: 期別の行を鎖錠して読む。"""
    return tuple(Owed(facts, on) for facts in owed_facts([addressee_number], charges, as_of=as_of, lock=lock))


def owed_facts(
    addressees: Sequence[str], charges: Sequence[int] | None = None, *, as_of: date, lock: bool = False
) -> tuple[OwedFacts, ...]:
    """いく人もの、未納のある期別の事実を、納期限の順に。決まった数の SQL で。"""
    keys = {"addressees": list(addressees), "charges": list(charges) if charges is not None else None, "on": as_of}
    if lock:
        fetch_all(
            "SELECT 1 FROM charge WHERE addressee_number = ANY(%(addressees)s) AND charge_id = ANY(%(charges)s) "
            "ORDER BY addressee_number, charge_id FOR NO KEY UPDATE",
            keys,
        )
    return tuple(_facts(row) for row in fetch_all(OWED, keys))


def _facts(row: tuple[Any, ...]) -> OwedFacts:
    *known, days, amounts, fixed, reason, approved_by, entered_on = row[:24]
    demanded_on, returned_on, published_on, stops, in_flight, *periods = row[24:]
    return OwedFacts(
        tuple(Payment(day, Yen(amount)) for day, amount in zip(days or (), amounts or (), strict=True)),
        exemptions_of(periods),
        Override(Yen(fixed), reason, approved_by, entered_on) if fixed is not None else None,
        demanded_on,
        returned_on is None or published_on is not None,
        tuple(DemandStop.Reason(each) for each in stops or ()),
        int(in_flight or 0),
        *known,
    )
