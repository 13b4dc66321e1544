"""督促の見本。実行したら何が出ていくかを、期別ごと、一通ごとに、何も書かずに示す。

The draft that an officer reads before a run: the preview of `queries` with its lines, drawn from the same temporary tables
in the same transaction, so that sums and lines can never disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from osame.collection.demands.queries import DemandPreview, LeftOut, preview
from osame.law.demand import DEMAND_DAYS, demand_deadline
from osame.platform.database import fetch_all, fetch_one

FIRST_ROWS = 50
COMING_DAYS = 45

NAMED_TERM = """
LEFT JOIN LATERAL (
    SELECT name FROM tax_item i WHERE i.tax_item = d.tax_item AND i.valid_from <= %(as_of)s
    ORDER BY i.valid_from DESC LIMIT 1) i ON true
LEFT JOIN installment_term t ON t.levy_year = d.levy_year AND t.tax_item = d.tax_item
    AND t.installment_term = d.installment_term
"""
BY_TERM = f"""
WITH d AS (
    SELECT d.tax_item, c.levy_year, c.installment_term, min(d.due_date) AS due_date, max(d.due_date) AS last_due_date,
           count(*) FILTER (WHERE reason = '') AS charges,
           coalesce(sum(d.principal_tax) FILTER (WHERE reason = ''), 0)::bigint AS principal_tax,
           coalesce(sum(d.demand_fee) FILTER (WHERE reason = ''), 0)::bigint AS demand_fee,
           count(*) FILTER (WHERE reason <> '') AS left_out
    FROM demand_candidate d JOIN charge c USING (charge_id, addressee_number) GROUP BY 1, 2, 3)
SELECT d.tax_item, coalesce(i.name, d.tax_item), d.levy_year, d.installment_term,
       coalesce(t.name, d.installment_term::text || '期'), d.due_date, d.charges, d.principal_tax, d.demand_fee, d.left_out
FROM d {NAMED_TERM} ORDER BY d.tax_item, d.levy_year, d.installment_term
"""
# 未納で、まだ督促していない期別。納期限の過ぎたものと、これから来るもの。
COMING = f"""
WITH d AS (
    SELECT c.tax_item, c.levy_year, c.installment_term, min(c.due_date) AS due_date, count(*) AS charges,
           sum(c.principal_tax)::bigint AS principal_tax
    FROM charge c
    WHERE c.principal_tax > 0 AND c.due_date < %(until)s AND NOT EXISTS (
        SELECT 1 FROM demand x WHERE x.charge_id = c.charge_id AND x.addressee_number = c.addressee_number
          AND x.cancelled_on IS NULL)
    GROUP BY 1, 2, 3)
SELECT d.tax_item, coalesce(i.name, d.tax_item), d.levy_year, d.installment_term,
       coalesce(t.name, d.installment_term::text || '期'), d.due_date, d.charges, d.principal_tax, 0, 0
FROM d {NAMED_TERM} ORDER BY d.due_date, d.tax_item, d.levy_year, d.installment_term
"""
LINES = """
SELECT d.letter_number, d.charge_id, d.addressee_number, coalesce(a.name, ''), coalesce(i.name, d.tax_item), c.levy_year,
       c.installment_term, d.due_date, CASE WHEN d.reason = '' THEN d.principal_tax ELSE d.unpaid END,
       d.demand_fee, d.is_late
FROM demand_candidate d JOIN charge c USING (charge_id, addressee_number)
LEFT JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (
    SELECT name FROM tax_item i WHERE i.tax_item = d.tax_item AND i.valid_from <= %(as_of)s
    ORDER BY i.valid_from DESC LIMIT 1) i ON true
WHERE d.reason = %(reason)s AND (%(stop)s = '' OR d.stop_reason = %(stop)s)
ORDER BY d.letter_number, d.due_date, d.charge_id LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class TermCount:
    """期別（税目・年度・期）ごとの数。 charges: 督促する（まだ督促していない）期別の数; left_out: 除く数。"""

    tax_item: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    term_name: str
    due_date: date
    charges: int
    principal_tax: int
    demand_fee: int
    left_out: int

    @property
    def code(self) -> str:
        """期別の符号。"""
        return f"{self.tax_item}-{self.levy_year}-{self.installment_term}"

    @property
    def deadline(self) -> date:
        """督促状を発すべき最後の日（納期限後20日）。"""
        return demand_deadline(self.due_date)

    def state(self, on: date) -> str:
        """その日に見た、発付の期限との関係（CSS の区分にもなる）。"""
        if self.due_date >= on:
            return "coming"
        return "late" if self.deadline < on else "near" if (self.deadline - on).days <= DEMAND_DAYS // 4 else "open"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """見本の一行。一つの期別。"""

    letter_number: int | None
    charge_id: int
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    due_date: date
    principal_tax: int
    demand_fee: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """督促の見本。 lines: 督促する期別の、はじめの行。"""

    shown: DemandPreview
    terms: tuple[TermCount, ...]
    lines: tuple[DraftLine, ...]

    @property
    def extracted(self) -> int:
        """抽出した期別の数。作るものと除くものの和。"""
        return self.shown.charges + self.excluded

    @property
    def excluded(self) -> int:
        """除く期別の数。"""
        return sum(each.charges for each in self.shown.left_out)

    @property
    def sums_agree(self) -> bool:
        """期別ごとの和が、総数と一致するか。"""
        return (
            sum(each.charges for each in self.terms) == self.shown.charges
            and sum(each.principal_tax for each in self.terms) == self.shown.principal_tax
            and sum(each.left_out for each in self.terms) == self.excluded
        )


@dataclass(frozen=True, slots=True)
class LeftOutLines:
    """一つの理由で除く期別。"""

    group: LeftOut
    lines: tuple[DraftLine, ...]


def draft(*, as_of: date, cut_off: date, terms: Sequence[str] = ()) -> Draft:
    """督促の見本を作る。何も書かない。

    要件: F08-01, F08-03
    """
    with transaction.atomic():
        shown = preview(as_of=as_of, cut_off=cut_off, terms=terms)
        by_term = tuple(TermCount(*row) for row in fetch_all(BY_TERM, {"as_of": as_of}))
        return Draft(shown, by_term, _lines(as_of, "", "", (FIRST_ROWS, 0)))


def left_out_lines(
    *, as_of: date, terms: Sequence[str], reason: str, stop_reason: str, page: tuple[int, int]
) -> LeftOutLines | None:
    """その理由で除く期別。 page: （件数、飛ばす件数）。なければ None。

    要件: F08-01, F08-02
    """
    with transaction.atomic():
        shown = preview(as_of=as_of, cut_off=as_of, terms=terms)
        group = next(
            (each for each in shown.left_out if (each.reason.value, each.stop_reason) == (reason, stop_reason)), None
        )
        return LeftOutLines(group, _lines(as_of, reason, stop_reason, page)) if group else None


def coming_terms(*, as_of: date) -> tuple[TermCount, ...]:
    """まだ督促していない未納の期別。納期限を過ぎたものと、まもなく来るもの。

    要件: F08-01
    """
    rows = fetch_all(COMING, {"as_of": as_of, "until": as_of + timedelta(days=COMING_DAYS)})
    return tuple(TermCount(*row) for row in rows)


def in_flight_reports(*, cut_off: date) -> tuple[int, int]:
    """締切日までの速報のうち、確報も取消しも届いていないものの、件数と金額。"""
    count, amount = fetch_one(
        "SELECT count(*), coalesce(sum(p.amount), 0)::bigint FROM channel_report p "
        "WHERE p.stage = '1' AND p.paid_on <= %s "
        "AND NOT EXISTS (SELECT 1 FROM channel_report x WHERE x.receipt_key = p.receipt_key AND x.stage = '3') "
        "AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.receipt_key = p.receipt_key) "
        "AND NOT EXISTS (SELECT 1 FROM held_receipt h WHERE h.receipt_key = p.receipt_key)",
        [cut_off],
    )
    return int(count), int(amount)


def _lines(as_of: date, reason: str, stop_reason: str, page: tuple[int, int]) -> tuple[DraftLine, ...]:
    limit, offset = page
    shown = {"as_of": as_of, "reason": reason, "stop": stop_reason, "limit": limit, "offset": offset}
    return tuple(DraftLine(*row) for row in fetch_all(LINES, shown))
