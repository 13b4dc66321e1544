"""一人の期別を、ある日の姿で。残高は仕訳の合計、まだ進んでいる延滞金は法が計算する。

A fixed number of statements for any number of charges: the sums of the journal in one, and one bulk call of the law for
every delinquency charge that is still running.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np

from osame.collection.exemptions.queries import COLUMNS, exemption_columns, exemptions_of, lateral_periods
from osame.collection.matching.accrual import rule_for
from osame.kernel.dates import fiscal_year_label
from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Exemption, Override, Payment
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.population import ChargePopulation
from osame.platform.database import fetch_all

EXEMPTION_COLUMNS = 4


class View(StrEnum):
    """過ぎた日の見方。"""

    EFFECTIVE = "effective"
    KNOWN = "known"

    @property
    def column(self) -> str:
        """どの日で仕訳を数えるか。"""
        return {View.EFFECTIVE: "effective_on", View.KNOWN: "posted_on"}[self]


class State(StrEnum):
    """期別の状態。"""

    PAID = "完納"
    NO_TAX = "税額なし"
    OVERPAID = "過誤納"
    WRITTEN_OFF = "欠損"
    NOT_DUE = "納期前"
    STOPPED = "督促停止"
    DEMANDED = "督促済"
    CHARGE_ONLY = "延滞金のみ"
    UNPAID = "未納"


KINDS = {
    State.PAID: "success", State.NO_TAX: "", State.OVERPAID: "info", State.WRITTEN_OFF: "", State.NOT_DUE: "",
    State.STOPPED: "warning", State.DEMANDED: "error", State.CHARGE_ONLY: "warning", State.UNPAID: "warning",
}  # fmt: skip

# day が空なら、すべての仕訳。仕訳の合計が残高である（元帳の検証）。
LINES = """
WITH own AS (
    SELECT * FROM charge c
    WHERE c.addressee_number = %(addressee)s AND c.charge_id > 0
      AND (%(charge)s::bigint IS NULL OR c.charge_id = %(charge)s)
), counted AS (
    SELECT e.charge_id, e.entry_id, e.amount, e.debit, e.credit, e.kind, e.effective_on, e.reverses
    FROM own JOIN entry e USING (charge_id, addressee_number)
    WHERE %(day)s::date IS NULL OR e.{column} <= %(day)s
), summed AS (
    SELECT charge_id,
           sum(CASE WHEN kind NOT IN (1, 2, 3) THEN 0 WHEN credit = 1 THEN amount ELSE -amount END)::bigint AS tax,
           sum(CASE WHEN debit = 7 THEN amount WHEN credit = 7 THEN -amount ELSE 0 END)::bigint AS received,
           sum(CASE WHEN debit = 2 THEN amount WHEN credit = 2 THEN -amount ELSE 0 END)::bigint AS principal,
           sum(CASE WHEN debit = 3 THEN amount WHEN credit = 3 THEN -amount ELSE 0 END)::bigint AS fee,
           sum(CASE WHEN debit = 4 THEN amount WHEN credit = 4 THEN -amount ELSE 0 END)::bigint AS late,
           sum(CASE WHEN debit IN (5, 6) THEN amount WHEN credit IN (5, 6) THEN -amount ELSE 0 END)::bigint AS other,
           sum(CASE WHEN credit = 8 THEN amount WHEN debit = 8 THEN -amount ELSE 0 END)::bigint AS over,
           sum(CASE WHEN debit = 10 THEN amount WHEN credit = 10 THEN -amount ELSE 0 END)::bigint AS written_off
    FROM counted GROUP BY charge_id
), paid AS (
    SELECT charge_id, array_agg(effective_on ORDER BY effective_on) AS days, array_agg(amount ORDER BY effective_on) AS amounts
    FROM (
        SELECT p.charge_id, p.effective_on, sum(p.amount)::bigint AS amount FROM counted p
        WHERE p.debit = 7 AND p.credit = 2 AND p.reverses IS NULL AND p.effective_on <= %(on)s
          AND NOT EXISTS (SELECT 1 FROM counted r WHERE r.charge_id = p.charge_id AND r.reverses = p.entry_id)
        GROUP BY p.charge_id, p.effective_on) x
    GROUP BY charge_id
)
SELECT c.charge_id, c.addressee_number, c.tax_item, coalesce(t.name, c.tax_item), c.levy_year, c.tax_year,
       c.notice_number, c.installment_term, coalesce(n.name, c.installment_term || '期'), c.due_date,
       c.statutory_due_date, c.slip_number, c.determined_on,
       coalesce(s.tax, 0), coalesce(s.received, 0), coalesce(s.principal, 0), coalesce(s.fee, 0), coalesce(s.late, 0),
       coalesce(s.other, 0), coalesce(s.over, 0), coalesce(s.written_off, 0),
       p.days, p.amounts, CASE WHEN t.bears_delinquency_charge THEN t.first_period_months END,
       coalesce(t.prescription_years, 5), o.amount, o.reason, o.approved_by, o.entered_on,
       d.issued_on, d.seizable_from, d.returned_on, d.published_on, {exempted}
FROM own c
LEFT JOIN summed s USING (charge_id)
LEFT JOIN paid p USING (charge_id)
LEFT JOIN LATERAL (
    SELECT * FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
LEFT JOIN installment_term n ON n.levy_year = c.levy_year AND n.tax_item = c.tax_item
    AND n.installment_term = c.installment_term
LEFT JOIN LATERAL (
    SELECT * FROM charge_override o WHERE o.charge_id = c.charge_id AND o.addressee_number = c.addressee_number
      AND (%(day)s::date IS NULL OR o.entered_on <= %(day)s)
      AND (o.released_on IS NULL OR o.released_on > %(day)s::date) ORDER BY o.override_id DESC LIMIT 1) o ON true
LEFT JOIN demand d ON d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number
    AND d.cancelled_on IS NULL AND (%(day)s::date IS NULL OR d.issued_on <= %(day)s)
{periods}
WHERE s.charge_id IS NOT NULL OR c.determined_on <= %(on)s
ORDER BY c.tax_item, c.levy_year DESC, c.tax_year DESC, c.notice_number, c.due_date, c.installment_term, c.charge_id
"""


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """ある日の、期別一つ。 months: 延滞金の低い割合の月数（延滞金のない税目なら None）; fixed: 延滞金が確定しているか。"""

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
    slip_number: int | None
    determined_on: date
    tax_amount: int
    received: int
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    other: int
    overpayment: int
    written_off: int
    payments: tuple[Payment, ...]
    exemptions: tuple[Exemption, ...]
    months: int | None
    prescription_years: int
    override: Override | None
    demanded_on: date | None
    seizable_from: date | None
    returned_on: date | None
    published_on: date | None
    fixed: bool = True
    state: State = State.UNPAID

    @property
    def total(self) -> int:
        """納めるべき額の計。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge + self.other

    @property
    def year_label(self) -> str:
        """年度の呼び名。"""
        return fiscal_year_label(self.levy_year)

    @property
    def kind(self) -> str:
        """状態の色の種類。"""
        return KINDS[self.state]

    @property
    def claim(self) -> ChargeClaim:
        """法に渡す事実。"""
        return ChargeClaim(
            Yen(self.tax_amount), self.due_date, self.payments, exemptions=self.exemptions, override=self.override
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """期別の合計。"""

    tax_amount: int = 0
    received: int = 0
    principal_tax: int = 0
    demand_fee: int = 0
    delinquency_charge: int = 0
    other: int = 0
    overpayment: int = 0
    total: int = 0

    @classmethod
    def of(cls, lines: Iterable[ChargeLine]) -> "Totals":
        """期別を足す。"""
        rows = list(lines)
        return cls(**{name: sum(getattr(each, name) for each in rows) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Group:
    """税目と年度のまとまり。"""

    tax_name: str
    levy_year: int
    lines: tuple[ChargeLine, ...]
    totals: Totals

    @property
    def year_label(self) -> str:
        """年度の呼び名。"""
        return fiscal_year_label(self.levy_year)


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """税目のまとまり。"""

    tax_item: str
    tax_name: str
    years: tuple[Group, ...]
    totals: Totals


def charge_lines(
    addressee_number: str, *, as_of: date, today: date, view: View = View.EFFECTIVE, charge_id: int | None = None
) -> list[ChargeLine]:
    """その人の期別を、`as_of` の日の姿で。

    From today on, every entry counts and the charge is quoted for that day. For a past day the journal is replayed: by
    the day an entry took effect, or by the day it was posted.

    要件: F28-02, F11-01, F11-06
    """
    day = as_of if as_of < today else None
    rows = fetch_all(
        LINES.format(column=view.column, exempted=COLUMNS, periods=lateral_periods("c", known=view is View.KNOWN)),
        {"addressee": addressee_number, "charge": charge_id, "day": day, "on": as_of},
    )
    lines = [_settled(_line(row)) for row in rows]
    return _with_states(_with_running(lines, as_of), as_of)


def _line(row: Sequence[Any]) -> ChargeLine:
    (
        *facts,
        days,
        amounts,
        months,
        years,
        amount,
        reason,
        approved_by,
        entered_on,
        issued,
        seizable,
        returned,
        published,
    ) = row[:-EXEMPTION_COLUMNS]
    payments = tuple(Payment(on, Yen(paid)) for on, paid in zip(days or (), amounts or (), strict=True))
    override = Override(Yen(amount), reason, approved_by, entered_on) if amount is not None else None
    return ChargeLine(*[
        *facts,
        payments,
        exemptions_of(row[-EXEMPTION_COLUMNS:]),
        months,
        years,
        override,
        issued,
        seizable,
        returned,
        published,
    ])


def _settled(line: ChargeLine) -> ChargeLine:
    """後から税額が変わった期別の、過ぎた日の姿。その日にあった金は、その日の未納に充て、余りを過誤納とする。

    A receipt keeps its day when it is allocated again, so on a day before a revision its parts need not fit the tax of that
    day. What was there is put to what was owed, in order; the difference of the two sides stays what the journal says.
    """
    owed = (line.principal_tax, line.demand_fee, line.delinquency_charge)
    if min(owed) >= 0 and (line.overpayment == 0 or sum(owed) == 0):
        return line
    there = line.overpayment + sum(-each for each in owed if each < 0)
    left = []
    for each in owed:
        used = min(max(each, 0), there)
        left.append(max(each, 0) - used)
        there -= used
    principal, fee, late = left
    return replace(line, principal_tax=principal, demand_fee=fee, delinquency_charge=late, overpayment=there)


def _with_running(lines: list[ChargeLine], as_of: date) -> list[ChargeLine]:
    """本税の残る期別の延滞金を、法の一括計算で `as_of` まで数える。"""
    running = [
        place
        for place, each in enumerate(lines)
        if each.principal_tax > 0 and each.months is not None and each.due_date < as_of
    ]
    told = list(lines)
    for months in sorted({lines[place].months or 0 for place in running}):
        chosen = [place for place in running if (lines[place].months or 0) == months]
        finals = delinquency_charges(_population([lines[p] for p in chosen]), as_of=as_of, rule=rule_for(months)).final
        for place, final in zip(chosen, finals.tolist(), strict=True):
            override = lines[place].override
            amount = int(final) if override is None else int(override.amount)
            told[place] = replace(lines[place], delinquency_charge=amount, fixed=False)
    return told


def _population(lines: Sequence[ChargeLine]) -> ChargePopulation:
    payments = [each.payments for each in lines]
    return ChargePopulation(
        principal=np.array([each.tax_amount for each in lines], dtype=np.int64),
        due_date=np.array([each.due_date for each in lines], dtype="datetime64[D]"),
        payment_offsets=np.cumsum([0, *map(len, payments)], dtype=np.int64),
        payment_on=np.array([paid.on for each in payments for paid in each], dtype="datetime64[D]"),
        payment_amount=np.array([paid.amount for each in payments for paid in each], dtype=np.int64),
        exemptions=exemption_columns([each.exemptions for each in lines]),
    )


def _with_states(lines: list[ChargeLine], as_of: date) -> list[ChargeLine]:
    return [replace(each, state=_state(each, as_of)) for each in lines]


def _state(line: ChargeLine, as_of: date) -> State:
    rules: tuple[tuple[State, bool], ...] = (
        (State.OVERPAID, line.overpayment > 0),
        (State.WRITTEN_OFF, line.total == 0 and line.written_off > 0),
        (State.NO_TAX, line.total == 0 and line.tax_amount == 0),
        (State.PAID, line.total == 0),
        (State.NOT_DUE, line.due_date >= as_of),
        (State.CHARGE_ONLY, line.principal_tax == 0),
        (State.DEMANDED, line.demanded_on is not None),
    )
    return next((state for state, holds in rules if holds), State.UNPAID)


def stopped(lines: Sequence[ChargeLine], is_stopped: Callable[[ChargeLine], bool]) -> list[ChargeLine]:
    """督促を止めている期別に、その状態を付ける。"""
    open_states = {State.UNPAID, State.DEMANDED, State.CHARGE_ONLY}
    return [
        replace(each, state=State.STOPPED) if each.state in open_states and is_stopped(each) else each for each in lines
    ]


def grouped(lines: Sequence[ChargeLine]) -> tuple[TaxGroup, ...]:
    """税目、年度の順にまとめ、それぞれの計を付ける。"""
    groups = []
    for (tax_item, tax_name), of_tax in groupby(lines, lambda each: (each.tax_item, each.tax_name)):
        rows = list(of_tax)
        years = tuple(
            Group(tax_name, year, tuple(found), Totals.of(found))
            for year, found in ((year, list(each)) for year, each in groupby(rows, lambda each: each.levy_year))
        )
        groups.append(TaxGroup(tax_item, tax_name, years, Totals.of(rows)))
    return tuple(groups)
