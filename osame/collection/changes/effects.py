"""変更の及ぶところ。何件に、いくら効くかを、起案の前に数える。書きはしない。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.demands.estimates import estimated_charges
from osame.collection.determinations.extending import Move
from osame.collection.parameters.changing import Change
from osame.collection.parameters.overview import year_name
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all, fetch_one

COUNTS = """
SELECT count(*) FILTER (WHERE same), count(*) FILTER (WHERE NOT same),
       count(*) FILTER (WHERE same AND principal_tax > 0),
       coalesce(sum(principal_tax) FILTER (WHERE same), 0)::bigint,
       count(*) FILTER (WHERE same AND demanded),
       count(*) FILTER (WHERE same AND principal_tax > 0 AND NOT demanded AND due_date < %(today)s)
FROM (
    SELECT c.due_date = %(before)s AS same, c.principal_tax, c.due_date, EXISTS (
        SELECT 1 FROM demand d WHERE d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number
        AND d.cancelled_on IS NULL) AS demanded
    FROM charge c
    WHERE c.levy_year = %(levy_year)s AND c.tax_item = %(tax_item)s AND c.installment_term = %(term)s
) found
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """納期限の変更の及ぶところ。

    charges: 変わる調定; other: 納期限が期別と異なり、変わらない調定; unpaid・unpaid_tax: うち未納の件数と本税;
    demanded: 督促状を出したもの; due_for_demand: 督促を待っているもの; before・after: きょう現在の延滞金の合計。
    """

    charges: int
    other: int
    unpaid: int
    unpaid_tax: int
    demanded: int
    due_for_demand: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        """延滞金の差。"""
        return self.after - self.before


def effect_of(move: Move, *, as_of: date) -> Effect:
    """納期限を変えると、何件の、いくらの延滞金が変わるか。"""
    keys = {"levy_year": move.levy_year, "tax_item": move.tax_item, "term": move.installment_term,
            "before": move.before, "today": as_of}  # fmt: skip
    charges, other, unpaid, unpaid_tax, demanded, waiting = fetch_one(COUNTS, keys)
    numbers = [
        number
        for (number,) in fetch_all(
            "SELECT charge_id FROM charge WHERE levy_year = %(levy_year)s AND tax_item = %(tax_item)s "
            "AND installment_term = %(term)s AND due_date = %(before)s ORDER BY charge_id",
            keys,
        )
    ]
    sums = [sum(estimated_charges(numbers, as_of=as_of, due_date=due).values()) for due in (None, move.after)]
    return Effect(charges, other, unpaid, unpaid_tax, demanded, waiting, sums[0], sums[1])


def affected_by(change: Change, *, as_of: date) -> list[str]:
    """基本設定の変更の及ぶところを、職員に読める文で並べる。"""
    row, told = change.row, []
    since = row.get("valid_from")
    if isinstance(since, date) and since < as_of:
        told.append(
            f"適用開始日の{format_wareki(since)}は過ぎています。その日からの事務を、次のとおり確かめてください。"
        )
        letters, runs = fetch_one(
            "SELECT coalesce(sum(letters), 0)::bigint, count(*) FROM demand_run WHERE issued_on >= %s", [since]
        )
        told.append(f"適用開始日から後に出した督促状　{letters:,}通（{runs:,}回）。出し直しはされません。")
    if change.table.name == "setting" and row["name"] == "督促しない少額（円未満）":
        told.append(_small_amounts(change, as_of))
    elif change.table.name == "tax_item":
        (charges,) = fetch_one(
            "SELECT count(*) FROM charge WHERE tax_item = %s AND due_date >= %s", [row["tax_item"], since]
        )
        told.append(f"適用開始日から後に納期限の来る、この税目の調定　{charges:,}件")
    elif change.table.name == "office_closure":
        told += [
            f"この日が納期限の期別：{year_name(year)} 税目{item} {name}。納期限の変更を起案してください。"
            for year, item, name in fetch_all(
                "SELECT levy_year, tax_item, name FROM installment_term WHERE due_date = %s ORDER BY 1, 2", [row["closed_on"]]
            )
        ]  # fmt: skip
    elif change.table.name in {"municipality", "standard_text"}:
        told.append("適用開始日から後に作る文書に載ります。出した文書は変わりません。")
    return told


def _small_amounts(change: Change, as_of: date) -> str:
    """少額の基準を変えると、督促する期別が何件変わるか。"""
    before = int(change.before["value"]) if change.before else 0
    counted = fetch_one(
        "SELECT count(*) FILTER (WHERE principal_tax >= %s), count(*) FILTER (WHERE principal_tax >= %s) FROM charge c "
        "WHERE c.principal_tax > 0 AND c.due_date < %s AND c.charge_id <> 0 AND NOT EXISTS (SELECT 1 FROM demand d "
        "WHERE d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL)",
        [before, int(change.row["value"]), as_of],
    )
    return f"まだ督促していない未納の期別のうち、金額で督促の対象になるもの　{counted[0]:,}件 → {counted[1]:,}件"
