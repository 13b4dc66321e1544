"""本税が完納した期別の延滞金を、その日までで確定する。

When principal tax is complete, the delinquency charge stops running and becomes a number: computed here for a whole
batch at once by `law`, and handed to allocation as the third cap. A charge that is still running is never stored.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from osame.collection.exemptions.queries import COLUMNS, exemption_columns, exemptions_of, lateral_periods
from osame.collection.ledger.models import Account
from osame.collection.ledger.order import AllocationOrder
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.population import ChargePopulation
from osame.law.rules import LOCAL_TAX, ChargeRule
from osame.platform.database import copy_rows, fetch_all, run_sql

# 納期限より後の収納がある期別のうち、本税の枠が満ちたものだけが、延滞金の候補になる。
CANDIDATES = f"""
SELECT found.*, {COLUMNS}
FROM (
SELECT r.charge_id, r.addressee_number, r.principal, r.due_date, tax.first_period_months,
       array_agg(r.paid_on ORDER BY r.paid_on, r.receipt_key),
       array_agg(least(r.cum_after, {{before}} + r.principal) - greatest(r.cum_before, {{before}})
                 ORDER BY r.paid_on, r.receipt_key),
       max(r.paid_on), max(r.accounted_on)
FROM ordered_receipt r
JOIN (SELECT DISTINCT charge_id, addressee_number FROM ordered_receipt WHERE paid_on > due_date) late
    USING (charge_id, addressee_number)
JOIN LATERAL (
    SELECT bears_delinquency_charge, first_period_months FROM tax_item i
    WHERE i.tax_item = r.tax_item AND i.valid_from <= r.due_date ORDER BY i.valid_from DESC LIMIT 1
) tax ON true
WHERE tax.bears_delinquency_charge AND r.principal > 0
  AND least(r.cum_after, {{before}} + r.principal) > greatest(r.cum_before, {{before}})
GROUP BY r.charge_id, r.addressee_number, r.principal, r.due_date, tax.first_period_months
HAVING max(r.cum_after) >= min({{before}}) + r.principal AND max(r.paid_on) > r.due_date
) found
{lateral_periods("found")}
"""

OVERRIDES = """
UPDATE fixed_charge f SET amount = o.amount
FROM charge_override o
WHERE o.charge_id = f.charge_id AND o.addressee_number = f.addressee_number AND o.released_on IS NULL
"""


def fix_delinquency_charges(order: AllocationOrder) -> None:
    """完納した期別の延滞金を確定し、一時表 fixed_charge と、収納の枠に置く。

    要件: F11-01, F11-02, F11-05
    """
    run_sql(
        "CREATE TEMP TABLE fixed_charge (charge_id bigint, addressee_number varchar(15), amount bigint, "
        "fixed_on date, accounted_on date) ON COMMIT DROP"
    )
    rows = fetch_all(CANDIDATES.format(before=order.before(Account.PRINCIPAL_TAX)))
    if not rows:
        return
    amounts = _charges(rows)
    copy_rows(
        "fixed_charge",
        ("charge_id", "addressee_number", "amount", "fixed_on", "accounted_on"),
        ((row[0], row[1], amount, row[7], row[8]) for row, amount in zip(rows, amounts, strict=True)),
    )
    run_sql(OVERRIDES)
    run_sql(
        "UPDATE ordered_receipt r SET charge = f.amount FROM fixed_charge f "
        "WHERE f.charge_id = r.charge_id AND f.addressee_number = r.addressee_number AND f.amount > 0"
    )


def rule_for(first_period_months: int) -> ChargeRule:
    """税目の設定から、延滞金の規則を作る。"""
    return replace(LOCAL_TAX, first_period_months=first_period_months)


def _charges(rows: list[tuple[Any, ...]]) -> list[int]:
    """候補の行（税目の最初の期間ごと）を、まとめて計算する。"""
    result = [0] * len(rows)
    for months in sorted({row[4] for row in rows}):
        chosen = [index for index, row in enumerate(rows) if row[4] == months]
        finals = delinquency_charges(
            _population([rows[index] for index in chosen]),
            as_of=max(rows[index][7] for index in chosen),
            rule=rule_for(months),
        ).final
        for index, final in zip(chosen, finals.tolist(), strict=True):
            result[index] = int(final)
    return result


def _population(rows: list[tuple[Any, ...]]) -> ChargePopulation:
    """行を、法の一括計算が受け取る配列にする。"""
    return ChargePopulation(
        principal=np.array([row[2] for row in rows], dtype=np.int64),
        due_date=np.array([row[3] for row in rows], dtype="datetime64[D]"),
        payment_offsets=np.cumsum([0, *(len(row[5]) for row in rows)], dtype=np.int64),
        payment_on=_flat_dates([day for row in rows for day in row[5]]),
        payment_amount=np.array([amount for row in rows for amount in row[6]], dtype=np.int64),
        exemptions=exemption_columns([exemptions_of(row[9:13]) for row in rows]),
    )


def _flat_dates(days: list[date]) -> npt.NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]")
