"""督促状に示す延滞金の見込み。発付日に納めたとしたらいくらか。"""

from datetime import date
from typing import Any

import numpy as np

from osame.collection.exemptions.queries import COLUMNS, exemption_columns, exemptions_of, lateral_periods
from osame.collection.matching.accrual import rule_for
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.population import ChargePopulation
from osame.platform.database import fetch_all

# 本税の額と、本税への納付（取り消したものは差し引いて残らない）。
CLAIMS = f"""
SELECT found.*, {COLUMNS}
FROM (
SELECT c.charge_id, c.addressee_number, c.tax_amount, c.due_date, tax.first_period_months,
       coalesce(array_agg(p.effective_on ORDER BY p.effective_on) FILTER (WHERE p.amount > 0), '{{}}'),
       coalesce(array_agg(p.amount ORDER BY p.effective_on) FILTER (WHERE p.amount > 0), '{{}}')
FROM charge c
JOIN LATERAL (
    SELECT bears_delinquency_charge, first_period_months FROM tax_item i
    WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date ORDER BY i.valid_from DESC LIMIT 1
) tax ON true
LEFT JOIN LATERAL (
    SELECT e.effective_on, sum(CASE WHEN e.credit = 2 THEN e.amount ELSE -e.amount END)::bigint AS amount
    FROM entry e
    WHERE e.charge_id = c.charge_id AND e.addressee_number = c.addressee_number AND e.kind = 4
      AND (e.credit = 2 OR e.debit = 2)
    GROUP BY e.receipt_key, e.effective_on
) p ON true
WHERE c.charge_id = ANY(%(charges)s) AND tax.bears_delinquency_charge
GROUP BY c.charge_id, c.addressee_number, c.tax_amount, c.due_date, tax.first_period_months
) found
{lateral_periods("found")}
ORDER BY found.charge_id
"""


def estimated_charges(charges: list[int], *, as_of: date, due_date: date | None = None) -> dict[int, int]:
    """期別ごとの、`as_of` の日の延滞金。まだ生じていなければ載せない。 due_date: 納期限がこの日だったら。"""
    rows = fetch_all(CLAIMS, {"charges": charges})
    if due_date is not None:
        rows = [(*row[:3], due_date, *row[4:]) for row in rows]
    found: dict[int, int] = {}
    for months in sorted({row[4] for row in rows}):
        chosen = [row for row in rows if row[4] == months]
        finals = delinquency_charges(_population(chosen), as_of=as_of, rule=rule_for(months)).final
        found.update({row[0]: int(final) for row, final in zip(chosen, finals.tolist(), strict=True) if final})
    return found


def _population(rows: list[tuple[Any, ...]]) -> ChargePopulation:
    return ChargePopulation(
        principal=np.array([row[2] for row in rows], dtype=np.int64),
        due_date=np.array([row[3] for row in rows], dtype="datetime64[D]"),
        payment_offsets=np.cumsum([0, *(len(row[5]) for row in rows)], dtype=np.int64),
        payment_on=np.array([day for row in rows for day in row[5]], dtype="datetime64[D]"),
        payment_amount=np.array([amount for row in rows for amount in row[6]], dtype=np.int64),
        exemptions=exemption_columns([exemptions_of(row[7:11]) for row in rows]),
    )
