"""滞納整理の台帳の照会。一覧、一件、明細、予定、名寄せの合計。

The list reads stored figures only (counted nightly), so that any filter answers at once; the record of one person reads the
ledger itself, so that a payment of this morning is there.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osame.collection.cases.filters import ORDERS, CaseFilter, where
from osame.collection.cases.models import ArrearsCase, CaseEvent, CaseStage, CaseTask
from osame.collection.cases.scoring import Point, explained
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.kernel.dates import fiscal_year_label
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

MOST_LISTED = 5_000
HEAD = """
SELECT k.addressee_number, k.case_id, a.name, a.kana, a.kind, a.protection_measure, k.officer, k.policy, k.review_on, k.reviewed_on,
       k.opened_on, k.cleared_on, f.stage, f.stage_since, f.charges, f.principal_tax, f.total, f.oldest_due_on, f.prescribed_on,
       f.contacted_on, f.reminded_on, f.reminders, f.paid_on, f.promised_on, f.broken_promises, f.task_on, f.score, f.points, f.as_of
FROM arrears_case k
JOIN addressee a USING (addressee_number)
LEFT JOIN case_figure f USING (addressee_number)
"""
# 絞って並べた五十人ほどを先に決め、その人たちだけ、氏名などを読む。
LIST = f"""
WITH page AS (SELECT f.addressee_number, row_number() OVER (ORDER BY {{order}}) AS place FROM {{joined}} WHERE {{terms}}
    ORDER BY {{order}} OFFSET %(offset)s LIMIT %(limit)s)
{HEAD} JOIN page p USING (addressee_number) WHERE k.cleared_on IS NULL ORDER BY p.place
"""
COUNT = "SELECT count(*), coalesce(sum(f.total), 0)::bigint FROM {joined} WHERE {terms}"


class CaseUnknown(Refusal):
    """この人の滞納整理の事案はありません。未納を確かめ、夜の数え直しの後にもう一度開いてください。"""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """一覧の一行。指標のまだない事案では、段階などは空。"""

    addressee_number: str
    case_id: int
    name: str
    kana: str
    kind: str
    protected: bool
    officer: str
    policy: str
    review_on: date | None
    reviewed_on: date | None
    opened_on: date
    cleared_on: date | None
    stage: str | None
    stage_since: date | None
    charges: int | None
    principal_tax: int | None
    total: int | None
    oldest_due_on: date | None
    prescribed_on: date | None
    contacted_on: date | None
    reminded_on: date | None
    reminders: int | None
    paid_on: date | None
    promised_on: date | None
    broken_promises: int | None
    task_on: date | None
    score: int | None
    points: dict[str, int] | None
    as_of: date | None

    @property
    def stage_label(self) -> str:
        """進行段階の名。"""
        return str(CaseStage(self.stage).label) if self.stage else "—"

    @property
    def policy_label(self) -> str:
        """処理方針の名。"""
        return str(ArrearsCase.Policy(self.policy).label)

    @property
    def explained(self) -> tuple[Point, ...]:
        """優先度の内訳。"""
        return explained(self.points or {})


@dataclass(frozen=True, slots=True)
class Listed:
    """一覧の一ページと、全体の件数と未納の計。"""

    cases: tuple[CaseLine, ...]
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class TermLine:
    """滞納明細の一行。 flags: 手続の有無の名。"""

    charge_id: int
    tax_name: str
    levy_year: int
    term_name: str
    due_date: date
    principal_tax: int
    other_amounts: int
    demanded_on: date | None
    pledged: bool
    graced: bool
    seized: bool
    suspended: bool
    insolvent: bool
    prescribed_on: date | None
    extinguished_on: date | None

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.tax_name} {fiscal_year_label(self.levy_year)} {self.term_name}"

    @property
    def flags(self) -> str:
        """手続の有無。"""
        named = (("分納", self.pledged), ("猶予", self.graced), ("処分", self.seized), ("停止", self.suspended), ("倒産", self.insolvent))  # fmt: skip
        return "・".join(name for name, has in named if has) or "なし"


@dataclass(frozen=True, slots=True)
class EventLine:
    """事案の記録の一行。"""

    event_id: int
    kind: str
    happened_on: date
    content: str
    officer: str
    recorded_at: datetime

    @property
    def kind_label(self) -> str:
        """記録の種類の名。"""
        return str(CaseEvent.Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """予定の一行。"""

    addressee_number: str
    task_id: int
    name: str
    kind: str
    due_on: date
    note: str
    officer: str
    case_officer: str
    done_on: date | None
    result: str
    result_note: str

    @property
    def kind_label(self) -> str:
        """予定の種類の名。"""
        return str(CaseTask.Kind(self.kind).label)

    @property
    def result_label(self) -> str:
        """予定の結果の名。"""
        return str(CaseTask.Result(self.result).label) if self.result else ""


def cases(chosen: CaseFilter, *, as_of: date, limit: int, offset: int = 0) -> Listed:
    """条件に合う、生きている事案の一ページ。

    要件: F13-06, F13-08, F13-11
    """
    joined, terms, values = where(chosen, as_of=as_of)
    (told,) = fetch_all(COUNT.format(joined=joined, terms=terms), values)
    page = {"offset": offset, "limit": min(limit, MOST_LISTED)}
    rows = fetch_all(LIST.format(joined=joined, terms=terms, order=ORDERS[chosen.order]), values | page)
    return Listed(tuple(map(_line, rows)), int(told[0]), int(told[1]))


def case_of(addressee_number: str) -> CaseLine:
    """その人の、生きている事案。なければ、最後に終わった事案。"""
    rows = fetch_all(
        HEAD + "WHERE k.addressee_number = %s ORDER BY k.cleared_on IS NULL DESC, k.case_id DESC LIMIT 1",
        [addressee_number],
    )
    if not rows:
        raise CaseUnknown(addressee_number)
    return _line(rows[0])


def _line(row: tuple[Any, ...]) -> CaseLine:
    *facts, points, as_of = row
    told: list[Any] = [*facts, json.loads(points) if isinstance(points, str) else points, as_of]
    return CaseLine(*told)


def terms_of(addressee_number: str) -> tuple[TermLine, ...]:
    """滞納明細（F13-02）。夜に数えたもの。

    要件: F13-02
    """
    rows = fetch_all(
        "SELECT d.charge_id, coalesce(t.name, d.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'), d.due_date, "
        "d.principal_tax, d.other_amounts, d.demanded_on, d.pledged, d.graced, d.seized, d.suspended, d.insolvent, "
        "d.prescribed_on, d.extinguished_on FROM case_charge d JOIN charge c USING (addressee_number, charge_id) "
        f"{CHARGE_NAMES} WHERE d.addressee_number = %s ORDER BY d.due_date, d.charge_id",
        [addressee_number],
    )
    return tuple(TermLine(*row) for row in rows)


def events_of(addressee_number: str) -> tuple[EventLine, ...]:
    """事案の記録を、新しい順に。

    要件: F13-06
    """
    rows = fetch_all(
        "SELECT event_id, kind, happened_on, content, officer, recorded_at FROM case_event WHERE addressee_number = %s "
        "ORDER BY event_id DESC",
        [addressee_number],
    )
    return tuple(EventLine(*row) for row in rows)


TASKS = """
SELECT t.addressee_number, t.task_id, a.name, t.kind, t.due_on, t.note, t.officer, k.officer, t.done_on, t.result, t.result_note
FROM case_task t JOIN addressee a USING (addressee_number) JOIN arrears_case k USING (addressee_number, case_id)
"""


def tasks_of(addressee_number: str, *, open_only: bool = False) -> tuple[TaskLine, ...]:
    """その人の予定。終わっていないものを先に、予定日の順に。

    要件: F13-05
    """
    rows = fetch_all(
        TASKS + "WHERE t.addressee_number = %(who)s AND (t.done_on IS NULL OR NOT %(open)s) "
        "ORDER BY t.done_on IS NOT NULL, t.due_on, t.task_id LIMIT 200",
        {"who": addressee_number, "open": open_only},
    )
    return tuple(TaskLine(*row) for row in rows)


def tasks_between(
    first: date, through: date, *, officer: str = "", kind: str = "", limit: int = 1_000
) -> tuple[TaskLine, ...]:
    """その期間の、終わっていない予定。 officer: その職員の担当する事案だけ。

    要件: F13-05
    """
    rows = fetch_all(
        TASKS
        + "WHERE t.done_on IS NULL AND t.due_on BETWEEN %(first)s AND %(through)s AND %(officer)s IN ('', k.officer) "
        "AND %(kind)s IN ('', t.kind) ORDER BY t.due_on, t.kind, t.task_id LIMIT %(limit)s",
        {"first": first, "through": through, "officer": officer, "kind": kind, "limit": limit},
    )
    return tuple(TaskLine(*row) for row in rows)


def officers() -> tuple[str, ...]:
    """事案を担当している職員。"""
    rows = fetch_all("SELECT DISTINCT officer FROM arrears_case WHERE cleared_on IS NULL AND officer <> '' ORDER BY 1")
    return tuple(row[0] for row in rows)


def staff_names(numbers: tuple[str, ...]) -> dict[str, str]:
    """職員番号 → 氏名。"""
    rows = fetch_all("SELECT staff_number, name FROM staff_account WHERE staff_number = ANY (%s)", [list(numbers)])
    return dict(rows)


def care_of(addressee_number: str) -> tuple[str, bool, str]:
    """（注意事項、訪問しないか、方針の理由）。"""
    rows: list[tuple[Any, ...]] = fetch_all(
        "SELECT care, no_visit, policy_reason FROM arrears_case WHERE addressee_number = %s "
        "ORDER BY cleared_on IS NULL DESC, case_id DESC LIMIT 1",
        [addressee_number],
    )
    return (str(rows[0][0]), bool(rows[0][1]), str(rows[0][2])) if rows else ("", False, "")
