"""督促の予定と記録の照会。

The preview: everything an officer must see before letters go out, from the same selection that the run will use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.demands.gate import GateResult, check_gate
from osame.collection.demands.models import DemandExclusion, DemandStop
from osame.collection.demands.selection import list_due, select_candidates
from osame.platform.database import fetch_all, fetch_one

REMARKABLE_PERCENT = 20  # 前年との差がこれを超えたら目立たせる
SEARCH_DAYS = 31  # 前年の同じころ、と見る日数


@dataclass(frozen=True, slots=True)
class TaxItemCount:
    """税目ごとの督促の予定。"""

    tax_item: str
    name: str
    charges: int
    principal_tax: int
    demand_fee: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """理由ごとの除外。"""

    reason: DemandExclusion.Reason
    stop_reason: str
    charges: int
    unpaid: int

    @property
    def label(self) -> str:
        """画面の文。停止なら、その理由も。"""
        if not self.stop_reason:
            return str(self.reason.label)
        return f"{self.reason.label}（{DemandStop.Reason(self.stop_reason).label}）"


@dataclass(frozen=True, slots=True)
class Comparison:
    """前年の同じころの督促との比べ。"""

    issued_on: date
    letters: int
    principal_tax: int
    letters_percent: int
    principal_tax_percent: int

    @property
    def is_remarkable(self) -> bool:
        """通数か金額が、前年から20%を超えて違う。"""
        return max(abs(self.letters_percent - 100), abs(self.principal_tax_percent - 100)) > REMARKABLE_PERCENT


@dataclass(frozen=True, slots=True)
class DemandPreview:
    """督促の予定。`warnings` は、発付を妨げないが目を通すべき事柄。"""

    as_of: date
    cut_off: date
    letters: int
    charges: int
    principal_tax: int
    demand_fee: int
    late_charges: int
    tax_items: tuple[TaxItemCount, ...]
    left_out: tuple[LeftOut, ...]
    comparison: Comparison | None
    gate: GateResult
    warnings: tuple[str, ...]


def preview(*, as_of: date, cut_off: date, terms: Sequence[str] = ()) -> DemandPreview:
    """督促したらどうなるかを、何も書かずに示す。

    What a run would do, with the state of the gate and last year's figures. Writes nothing.

    要件: F08-01, F08-03
    """
    with transaction.atomic():
        list_due(as_of=as_of, terms=terms)
        select_candidates(as_of=as_of)
        letters, charges, principal, fee, late = fetch_one(
            "SELECT coalesce(max(letter_number), 0), count(*), coalesce(sum(principal_tax), 0)::bigint, "
            "coalesce(sum(demand_fee), 0)::bigint, count(*) FILTER (WHERE is_late) FROM demand_candidate "
            "WHERE reason = ''"
        )
        comparison = _comparison(as_of, letters, principal)
        return DemandPreview(
            as_of,
            cut_off,
            letters,
            charges,
            principal,
            fee,
            late,
            _tax_items(as_of),
            _left_out(),
            comparison,
            check_gate(cut_off=cut_off),
            (*_late_warning(late), *_comparison_warning(comparison), *_open_money(cut_off)),
        )


def _tax_items(as_of: date) -> tuple[TaxItemCount, ...]:
    rows = fetch_all(
        "SELECT d.tax_item, max(i.name), count(*), sum(d.principal_tax)::bigint, sum(d.demand_fee)::bigint "
        "FROM demand_candidate d JOIN (SELECT DISTINCT ON (tax_item) tax_item, name FROM tax_item "
        "WHERE valid_from <= %s ORDER BY tax_item, valid_from DESC) i USING (tax_item) "
        "WHERE d.reason = '' GROUP BY d.tax_item ORDER BY d.tax_item",
        [as_of],
    )
    return tuple(TaxItemCount(*row) for row in rows)


def _left_out() -> tuple[LeftOut, ...]:
    rows = fetch_all(
        "SELECT reason, CASE WHEN reason = '03' THEN stop_reason ELSE '' END, count(*), sum(unpaid)::bigint "
        "FROM demand_candidate WHERE reason <> '' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return tuple(LeftOut(DemandExclusion.Reason(row[0]), *row[1:]) for row in rows)


def _comparison(as_of: date, letters: int, principal: int) -> Comparison | None:
    """前年の同じころに最も近い督促の実行。"""
    rows = fetch_all(
        "SELECT issued_on, letters, amount FROM demand_run WHERE letters > 0 AND amount > 0 "
        "AND abs(issued_on - (%(as_of)s::date - interval '1 year')::date) <= %(days)s "
        "ORDER BY abs(issued_on - (%(as_of)s::date - interval '1 year')::date), issued_on LIMIT 1",
        {"as_of": as_of, "days": SEARCH_DAYS},
    )
    if not rows:
        return None
    issued_on, before_letters, before_principal = rows[0]
    return Comparison(
        issued_on,
        before_letters,
        before_principal,
        letters * 100 // before_letters,
        principal * 100 // before_principal,
    )


def _late_warning(late: int) -> tuple[str, ...]:
    return (f"納期限から20日を過ぎた期別が{late:,}件あります。督促は納期限後20日以内です。",) if late else ()


def _comparison_warning(comparison: Comparison | None) -> tuple[str, ...]:
    if comparison is None or not comparison.is_remarkable:
        return ()
    return (
        f"前年（{comparison.letters:,}通、{comparison.principal_tax:,}円）と20%を超えて違います"
        f"（通数{comparison.letters_percent}%、税額{comparison.principal_tax_percent}%）。日付と対象を確かめてください。",
    )


def _open_money(cut_off: date) -> tuple[str, ...]:
    """元帳には入ったが、まだ誰のものか決まっていない金。"""
    count, amount = fetch_one(
        "SELECT count(*), coalesce(sum(amount), 0)::bigint FROM held_receipt WHERE state = '1' AND received_on <= %s",
        [cut_off],
    )
    warning = f"調査中の入金が{count:,}件{amount:,}円あります。督促する相手の納付でないか確かめてください。"
    return (warning,) if count else ()
