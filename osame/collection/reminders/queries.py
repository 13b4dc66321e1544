"""催告の照会。実行、一人ずつの催告、除外、残した条件、効果。

The effect of a reminder is what was paid of its own money on its own charges within a window, before the next reminder of the
same charge: seizures and appropriations are not the reminder's doing, and no payment counts twice.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osame.collection.reminders.actions import ConditionUnknown, ReminderRunUnknown
from osame.collection.reminders.models import Reminder, ReminderExclusion, ReminderRun
from osame.collection.reminders.selection import LISTS, Terms
from osame.platform.database import fetch_all

WINDOW = 30
RUNS = """
SELECT u.run_id, u.kind, u.reminded_on, u.designated_due_date, u.letter_run_id, u.people, u.amount, u.excluded, u.officer, u.terms,
       v.dispatched_on, count(r.*) FILTER (WHERE r.arrived_on IS NOT NULL), count(r.*) FILTER (WHERE r.cancelled_on IS NOT NULL),
       count(r.*) FILTER (WHERE r.outcome <> '')
FROM reminder_run u LEFT JOIN letter_run v ON v.run_id = u.letter_run_id LEFT JOIN reminder r ON r.run_id = u.run_id
WHERE {terms} GROUP BY u.run_id, v.dispatched_on ORDER BY u.run_id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
LINES = """
SELECT r.run_id, r.line_number, r.addressee_number, a.name, r.amount, r.telephone, r.arrived_on, r.cancelled_on, r.outcome,
       r.answered_at, u.kind, r.reminded_on, u.designated_due_date,
       (SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint FROM reminder_charge q
        JOIN charge c USING (addressee_number, charge_id) WHERE q.addressee_number = r.addressee_number AND q.run_id = r.run_id)
FROM reminder r JOIN reminder_run u USING (run_id) JOIN addressee a USING (addressee_number)
"""
# 効果。催告の後、期間のうちの、その期別への自主納付。同じ期別を次に催告した後の納付は、次の催告のもの。
EFFECT = """
WITH reminded AS (
    SELECT q.addressee_number, q.charge_id, q.run_id, r.reminded_on,
           lead(r.reminded_on) OVER (PARTITION BY q.addressee_number, q.charge_id ORDER BY r.reminded_on, q.run_id) AS next_on
    FROM reminder_charge q JOIN reminder r USING (addressee_number, run_id) WHERE r.cancelled_on IS NULL
), paid AS (
    SELECT m.run_id, m.addressee_number, sum(p.amount)::bigint AS amount
    FROM reminded m JOIN receipt p ON p.addressee_number = m.addressee_number AND p.charge_id = m.charge_id
    WHERE p.paid_on >= m.reminded_on AND p.paid_on <= m.reminded_on + %(window)s::int AND p.paid_on <= %(on)s
      AND (m.next_on IS NULL OR p.paid_on < m.next_on) AND p.channel NOT IN ('14', '15', '16', '18', '19')
      AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = p.charge_id
          AND x.receipt_key = p.receipt_key AND x.addressee_number = p.addressee_number)
    GROUP BY m.run_id, m.addressee_number
), talked AS (
    SELECT DISTINCT r.run_id, r.addressee_number FROM reminder r JOIN contact_record k USING (addressee_number)
    WHERE r.cancelled_on IS NULL AND k.relationship <> '08' AND k.means <> '05'
      AND (k.contacted_at AT TIME ZONE 'Asia/Tokyo')::date BETWEEN r.reminded_on AND least(r.reminded_on + %(window)s::int, %(on)s)
)
SELECT u.run_id, u.kind, u.reminded_on, count(r.*), coalesce(sum(r.amount), 0)::bigint, count(p.*),
       coalesce(sum(p.amount), 0)::bigint, count(t.*)
FROM reminder_run u
LEFT JOIN reminder r ON r.run_id = u.run_id AND r.cancelled_on IS NULL
LEFT JOIN paid p ON p.run_id = r.run_id AND p.addressee_number = r.addressee_number
LEFT JOIN talked t ON t.run_id = r.run_id AND t.addressee_number = r.addressee_number
WHERE u.reminded_on BETWEEN %(first)s AND %(on)s GROUP BY u.run_id ORDER BY u.run_id DESC
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """催告の実行一つ。 arrived: 到達した数; cancelled: 取り消した数; answered: 結果の分かった数。"""

    run_id: int
    kind: str
    reminded_on: date
    deadline: date
    letter_run_id: int | None
    people: int
    amount: int
    excluded: int
    officer: str
    terms: Terms
    dispatched_on: date | None
    arrived: int
    cancelled: int
    answered: int

    @property
    def kind_label(self) -> str:
        """催告の種類の名。"""
        return str(ReminderRun.Kind(self.kind).label)

    @property
    def is_list(self) -> bool:
        """名簿か。"""
        return ReminderRun.Kind(self.kind) in LISTS


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """一人の催告。 unpaid: いまの残り。"""

    run_id: int
    line_number: int
    addressee_number: str
    name: str
    amount: int
    telephone: str
    arrived_on: date | None
    cancelled_on: date | None
    outcome: str
    answered_at: datetime | None
    kind: str
    reminded_on: date
    deadline: date
    unpaid: int

    @property
    def outcome_label(self) -> str:
        """結果の名。"""
        return str(Reminder.Outcome(self.outcome).label) if self.outcome else ""

    @property
    def kind_label(self) -> str:
        """催告の種類の名。"""
        return str(ReminderRun.Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Effect:
    """催告の効果。 paid_people: 期間のうちに自主納付のあった人; paid: その額; talked: 接触できた人。"""

    run_id: int
    kind: str
    reminded_on: date
    people: int
    amount: int
    paid_people: int
    paid: int
    talked: int

    @property
    def kind_label(self) -> str:
        """催告の種類の名。"""
        return str(ReminderRun.Kind(self.kind).label)

    @property
    def paid_rate(self) -> str:
        """納付率（人数）。"""
        return percent(self.paid_people, self.people)

    @property
    def amount_rate(self) -> str:
        """納付率（額）。"""
        return percent(self.paid, self.amount)

    @property
    def talked_rate(self) -> str:
        """接触率。"""
        return percent(self.talked, self.people)


def percent(part: int, whole: int) -> str:
    """百分率。小数一桁、切捨て。

    >>> percent(1, 3), percent(0, 0)
    ('33.3%', '—')
    """
    if not whole:
        return "—"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}%"


def runs(*, limit: int, offset: int = 0) -> tuple[RunLine, ...]:
    """催告の実行。新しいものから。

    要件: F10-02
    """
    rows = fetch_all(RUNS.format(terms="true"), {"limit": limit, "offset": offset})
    return tuple(_run(row) for row in rows)


def run_count() -> int:
    """催告の実行の数。"""
    return int(fetch_all("SELECT count(*) FROM reminder_run")[0][0])


def one_run(run_id: int) -> RunLine:
    """一つの実行。なければ断る。"""
    rows = fetch_all(RUNS.format(terms="u.run_id = %(run)s"), {"run": run_id, "limit": 1, "offset": 0})
    if not rows:
        raise ReminderRunUnknown(str(run_id))
    return _run(rows[0])


def _run(row: tuple[Any, ...]) -> RunLine:

    facts: list[Any] = [*row[:9], _terms(row[9]), *row[10:]]
    return RunLine(*facts)


def lines_of(run_id: int, *, limit: int, offset: int = 0) -> tuple[ReminderLine, ...]:
    """実行の一人ずつ。

    要件: F10-02
    """
    rows = fetch_all(
        LINES + "WHERE r.run_id = %(run)s ORDER BY r.line_number LIMIT %(limit)s OFFSET %(offset)s",
        {"run": run_id, "limit": limit, "offset": offset},
    )
    return tuple(ReminderLine(*row) for row in rows)


def reminders_of(addressee_number: str) -> tuple[ReminderLine, ...]:
    """その人への催告を、新しい順に。

    要件: F10-02, F10-03
    """
    rows = fetch_all(
        LINES + "WHERE r.addressee_number = %s ORDER BY r.reminded_on DESC, r.run_id DESC LIMIT 100", [addressee_number]
    )
    return tuple(ReminderLine(*row) for row in rows)


def exclusions_of(run_id: int) -> tuple[tuple[str, int, int], ...]:
    """除外の理由ごとの（名、人数、未納の計）。

    要件: F10-01
    """
    rows = fetch_all(
        "SELECT reason, count(*), coalesce(sum(unpaid), 0)::bigint FROM reminder_exclusion WHERE run_id = %s GROUP BY 1 ORDER BY 1",
        [run_id],
    )
    return tuple((str(ReminderExclusion.Reason(reason).label), people, unpaid) for reason, people, unpaid in rows)


def excluded_people(run_id: int) -> tuple[tuple[str, str, str, int], ...]:
    """除外した（宛名番号、氏名、理由、未納の計）。

    要件: F10-01
    """
    rows = fetch_all(
        "SELECT x.addressee_number, a.name, x.reason, x.unpaid FROM reminder_exclusion x JOIN addressee a USING (addressee_number) "
        "WHERE x.run_id = %s ORDER BY x.reason, x.addressee_number",
        [run_id],
    )
    return tuple((who, name, str(ReminderExclusion.Reason(reason).label), unpaid) for who, name, reason, unpaid in rows)


def conditions() -> tuple[tuple[int, str, Terms, str], ...]:
    """残した条件（番号、名、条件、職員）。

    要件: F10-01
    """
    rows = fetch_all("SELECT condition_id, name, terms, officer FROM reminder_condition ORDER BY name")
    return tuple((number, name, _terms(told), officer) for number, name, told, officer in rows)


def condition(condition_id: int) -> Terms:
    """残した条件。

    要件: F10-01
    """
    rows = fetch_all("SELECT terms FROM reminder_condition WHERE condition_id = %s", [condition_id])
    if not rows:
        raise ConditionUnknown(str(condition_id))
    return _terms(rows[0][0])


def _terms(told: Any) -> Terms:

    return Terms.of_json(json.loads(told) if isinstance(told, str) else told)


def effects(*, first: date, as_of: date, window: int = WINDOW) -> tuple[Effect, ...]:
    """催告ごとの効果。

    要件: F10-07
    """
    rows = fetch_all(EFFECT, {"first": first, "on": as_of, "window": window})
    return tuple(Effect(*row) for row in rows)
