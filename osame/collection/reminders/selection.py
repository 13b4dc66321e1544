"""催告する人と期別を選ぶ。条件に当たる未納を集め、一人ずつ、催告するか、しない理由は何かを決める。

Every unpaid charge that meets the conditions is either reminded of or left out for one reason; a person with no charge left has
the first of those reasons. Set-based; the law is asked once for everybody whether a charge is still alive.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from osame.collection.arrears.prescribing import prescriptions_of
from osame.collection.demands.estimates import estimated_charges
from osame.collection.parameters.queries import setting
from osame.collection.reminders.models import ReminderExclusion, ReminderRun
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

Reason = ReminderExclusion.Reason
Kind = ReminderRun.Kind
LISTS = frozenset({Kind.CALL, Kind.SHORT_MESSAGE, Kind.VISIT})
"""文書でなく、名簿にする催告。"""

TIMES, GAP = "一年の催告の回数の上限", "催告と催告の間の日数"
DEFAULT_TIMES, DEFAULT_GAP = 4, 30
YEAR = 365

# 条件に当たる期別と、その人の事情。督促状を発していない期別は、催告しない。
CHARGES = """
WITH named AS (
    SELECT c.addressee_number, c.charge_id, c.tax_item, c.levy_year, c.due_date, c.principal_tax, c.demand_fee,
           c.delinquency_charge
    FROM charge c
    JOIN demand d ON d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL
    WHERE c.charge_id > 0 AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0
      AND c.due_date <= %(on)s::date - %(overdue)s::int
      AND (%(tax_items)s::text[] = '{}' OR c.tax_item = ANY (%(tax_items)s))
      AND (%(levy_years)s::int[] = '{}' OR c.levy_year = ANY (%(levy_years)s))
      AND (%(whose)s::text[] IS NULL OR c.addressee_number = ANY (%(whose)s))
), stage AS (
    SELECT p.addressee_number, p.charge_id, array_agg(DISTINCT p.procedure || ':' || p.stage) AS stages
    FROM procedure_stage p JOIN named n USING (addressee_number, charge_id)
    WHERE p.first_on <= %(on)s AND (p.through_on IS NULL OR p.through_on >= %(on)s)
    GROUP BY p.addressee_number, p.charge_id
)
SELECT n.*, coalesce(s.stages, '{}'), x.reasons, coalesce(f.in_flight, 0)
FROM named n
JOIN addressee a USING (addressee_number)
LEFT JOIN stage s USING (addressee_number, charge_id)
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT q.reason) AS reasons FROM demand_stop q
    WHERE q.addressee_number = n.addressee_number AND q.starts_on <= %(on)s
      AND (q.ends_through IS NULL OR q.ends_through >= %(on)s) AND (q.released_on IS NULL OR q.released_on > %(on)s)
      AND (q.charge_id IS NULL OR q.charge_id = n.charge_id) AND (q.tax_item = '' OR q.tax_item = n.tax_item)) x ON true
LEFT JOIN LATERAL (
    SELECT sum(q.amount)::bigint AS in_flight FROM channel_report q
    WHERE q.stage = '1' AND q.slip_number IN (SELECT m.slip_number FROM slip_share m
            WHERE m.charge_id = n.charge_id AND m.addressee_number = n.addressee_number
            UNION SELECT c.slip_number FROM charge c WHERE c.charge_id = n.charge_id AND c.addressee_number = n.addressee_number)
      AND NOT EXISTS (SELECT 1 FROM channel_report y WHERE y.receipt_key = q.receipt_key AND y.stage = '3')
      AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.charge_id = n.charge_id AND r.addressee_number = n.addressee_number
                      AND r.slip_number = q.slip_number AND r.paid_on = q.paid_on)) f ON true
WHERE (%(kind)s = '' OR (a.kind IN ('3', '5')) = (%(kind)s = 'corporation'))
  AND starts_with(a.postal_code, %(postal_code)s) AND (%(postal_code)s = '' OR NOT a.protection_measure)
ORDER BY n.addressee_number, n.due_date, n.charge_id
"""
PEOPLE = """
SELECT a.addressee_number, a.name, a.died_on IS NOT NULL, a.protection_measure, a.withheld,
       coalesce(c.value, ''), coalesce(m.times, 0), m.last_on,
       ARRAY(SELECT o.means FROM contact_opt_out o WHERE o.addressee_number = a.addressee_number AND o.refused_on <= %(on)s
             AND (o.ended_on IS NULL OR o.ended_on > %(on)s))
FROM addressee a
LEFT JOIN LATERAL (SELECT value FROM addressee_contact c WHERE c.addressee_number = a.addressee_number AND c.kind IN ('1', '2')
    AND (NOT %(mobile)s OR c.kind = '2') ORDER BY c.kind <> %(first)s, c.priority, c.line_number LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT count(*) AS times, max(r.reminded_on) AS last_on FROM reminder r JOIN reminder_run u USING (run_id)
    WHERE u.kind NOT IN ('16', '17') AND r.addressee_number = a.addressee_number AND r.cancelled_on IS NULL AND r.reminded_on > %(on)s::date - 365) m ON true
WHERE a.addressee_number = ANY (%(whose)s)
"""
STOPPED_BY = {
    "04": Reason.INSOLVENT,
    "09": Reason.TRANSFERRED,
    "05": Reason.DECEASED,
    "01": Reason.GRACED,
    "10": Reason.PLEDGED,
}
HELD_BY = {
    "BANKRUPTCY:IN_FORCE": Reason.INSOLVENT, "BAN:IN_FORCE": Reason.INSOLVENT, "COLLECTION_GRACE:IN_FORCE": Reason.GRACED,
    "REALIZATION_GRACE:IN_FORCE": Reason.GRACED, "SUSPENSION:IN_FORCE": Reason.SUSPENDED, "PLEDGE:IN_FORCE": Reason.PLEDGED,
}  # fmt: skip


class ReminderAmountsCross(Refusal):
    """額の下限が上限より大きくなっています。どちらかを直してください。"""


@dataclass(frozen=True, slots=True)
class Terms:
    """催告の条件。空のものは問わない。 cases: 台帳の一覧の条件（絞り込んだ事案だけに催告するとき）。

    overdue: 納期限からの日数; least・most: 一人の未納の額; kind: person か corporation。
    """

    tax_items: tuple[str, ...] = ()
    levy_years: tuple[int, ...] = ()
    overdue: int = 30
    least: int = 1
    most: int | None = None
    kind: str = ""
    postal_code: str = ""
    cases: str = ""

    def as_json(self) -> dict[str, Any]:
        """残す形。"""
        return asdict(self)

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> "Terms":
        """残した形から。"""
        return cls(**{**told, "tax_items": tuple(told["tax_items"]), "levy_years": tuple(told["levy_years"])})


@dataclass(frozen=True, slots=True)
class ChosenCharge:
    """催告する期別と、指定期限に納めるときの額。"""

    charge_id: int
    tax_item: str
    levy_year: int
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int

    @property
    def amount(self) -> int:
        """納める額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class ChosenPerson:
    """催告する人。"""

    addressee_number: str
    name: str
    telephone: str
    charges: tuple[ChosenCharge, ...]

    @property
    def amount(self) -> int:
        """納める額の計。"""
        return sum(each.amount for each in self.charges)


@dataclass(frozen=True, slots=True)
class Left:
    """除外した人と、その理由。"""

    addressee_number: str
    reason: Reason
    unpaid: int


@dataclass(frozen=True, slots=True)
class Selection:
    """選んだ結果。"""

    people: tuple[ChosenPerson, ...]
    excluded: tuple[Left, ...]

    @property
    def amount(self) -> int:
        """催告する額の計。"""
        return sum(each.amount for each in self.people)

    @property
    def charges(self) -> int:
        """催告する期別の数。"""
        return sum(len(each.charges) for each in self.people)

    @property
    def reasons(self) -> tuple[tuple[str, int, int], ...]:
        """除外の理由ごとの（名、人数、未納の計）。"""
        found: dict[Reason, list[int]] = defaultdict(list)
        for each in self.excluded:
            found[each.reason].append(each.unpaid)
        return tuple(
            (str(reason.label), len(found[reason]), sum(found[reason])) for reason in Reason if reason in found
        )


@dataclass(slots=True)
class _Person:
    """選ぶ途中の一人。"""

    kept: list[ChosenCharge] = field(default_factory=list)
    reasons: set[Reason] = field(default_factory=set)
    unpaid: int = 0


def select(kind: Kind, terms: Terms, *, as_of: date, deadline: date, whose: Collection[str] | None = None) -> Selection:
    """条件に当たる人を選び、催告する期別と、除外の理由を答える。 whose: この人たちの中から選ぶ。何も書かない。

    要件: F10-01, F10-08
    """
    if terms.most is not None and terms.most < terms.least:
        raise ReminderAmountsCross(f"{terms.least:,}円、{terms.most:,}円")
    found = _people(terms, as_of, whose)
    facts = {row[0]: row[1:] for row in fetch_all(PEOPLE, _asked(kind, list(found), as_of))}
    limit = int(setting(TIMES, as_of=as_of) or DEFAULT_TIMES), int(setting(GAP, as_of=as_of) or DEFAULT_GAP)
    chosen, excluded = [], []
    for who, each in found.items():
        if each.unpaid < terms.least or (terms.most is not None and each.unpaid > terms.most):
            continue
        name, telephone = facts[who][0], facts[who][4]
        reason = _of_person(kind, facts[who], as_of, limit) or (min(each.reasons) if not each.kept else None)
        if reason is None:
            chosen.append(ChosenPerson(who, name, telephone if kind in LISTS else "", tuple(each.kept)))
        else:
            excluded.append(Left(who, reason, each.unpaid))
    return Selection(_priced(chosen, deadline), tuple(excluded))


def _people(terms: Terms, as_of: date, whose: Collection[str] | None) -> dict[str, _Person]:
    rows = fetch_all(CHARGES, {
        "on": as_of, "overdue": terms.overdue, "tax_items": list(terms.tax_items), "levy_years": list(terms.levy_years),
        "kind": terms.kind, "postal_code": terms.postal_code, "whose": None if whose is None else sorted(whose),
    })  # fmt: skip
    alive = prescriptions_of(sorted({row[0] for row in rows}), as_of=as_of)
    found: dict[str, _Person] = defaultdict(_Person)
    for who, charge_id, tax_item, year, due, principal, fee, late, stages, stops, in_flight in rows:
        person = found[who]
        person.unpaid += principal + fee + late
        gone = (who, charge_id) in alive and alive[who, charge_id].is_extinct
        reason = Reason.EXTINCT if gone else _of_charge(stages, stops or (), in_flight, principal + fee + late)
        if reason is None:
            person.kept.append(ChosenCharge(charge_id, tax_item, year, due, principal, fee, late))
        else:
            person.reasons.add(reason)
    return dict(found)


def _asked(kind: Kind, whose: list[str], as_of: date) -> dict[str, Any]:
    is_message = kind is Kind.SHORT_MESSAGE
    return {"on": as_of, "whose": whose, "mobile": is_message, "first": "2" if is_message else "1"}


def _of_charge(stages: list[str], stops: Collection[str], in_flight: int, unpaid: int) -> Reason | None:
    """この期別を除く理由。"""
    reasons = {HELD_BY[each] for each in stages if each in HELD_BY}
    reasons |= {STOPPED_BY.get(each, Reason.STOPPED) for each in stops}
    if in_flight >= unpaid:
        reasons.add(Reason.IN_FLIGHT)
    return min(reasons) if reasons else None


def _of_person(kind: Kind, facts: tuple[Any, ...], as_of: date, limit: tuple[int, int]) -> Reason | None:
    """この人を除く理由。文書の支援措置は、文書の台帳が別の職員の照査に回す。"""
    _, died, protected, withheld, telephone, times, last_on, opted = facts
    most, gap = limit
    if died:
        return Reason.DECEASED
    if times >= most and kind in {Kind.GENERAL, Kind.CALL, Kind.SHORT_MESSAGE}:
        return Reason.TOO_OFTEN
    if last_on is not None and last_on > as_of - timedelta(days=gap) and kind is Kind.GENERAL:
        return Reason.TOO_SOON
    if kind not in LISTS:
        return None
    if protected or withheld:
        return Reason.PROTECTED if protected else Reason.WITHHELD
    if kind is not Kind.VISIT and not telephone:
        return Reason.NO_NUMBER
    refused = {Kind.SHORT_MESSAGE: {"1"}, Kind.CALL: {"2"}}.get(kind, set())
    return Reason.OPTED_OUT if refused & set(opted) else None


def _priced(people: list[ChosenPerson], deadline: date) -> tuple[ChosenPerson, ...]:
    """指定期限に納めるとしたときの延滞金を足す。すべての期別を一度に計算する。"""
    running = [each.charge_id for person in people for each in person.charges if each.principal_tax]
    late = estimated_charges(running, as_of=deadline) if running else {}
    return tuple(
        replace(
            person,
            charges=tuple(
                replace(each, delinquency_charge=late.get(each.charge_id, 0)) if each.principal_tax else each
                for each in person.charges
            ),
        )
        for person in people
    )
