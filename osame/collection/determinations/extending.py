"""期別の納期限を、まとめて変える。税の業務を待たず、収納の側で決めた納期変更の扉。

One term's charges, set-based, in the transaction of the caller: each charge gets a revision 納期変更 of its own series (see
`FIRST_OWN_REVISION`), carries the new due date, and has its receipts allocated anew, because a delinquency charge that was
fixed before may now be smaller. A charge whose due date differs from the term's keeps it.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.closing.queries import first_open_day
from osame.collection.determinations.models import FIRST_OWN_REVISION
from osame.collection.ledger.posting import Claim, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order
from osame.platform.database import fetch_one, run_sql

DUE_DATE_CHANGED = "10"  # 異動事由コード表の「納期変更」
MOVED = "SELECT charge_id, addressee_number FROM moved_charge"


@dataclass(frozen=True, slots=True)
class Move:
    """一つの期別の納期限の変更。"""

    levy_year: int
    tax_item: str
    installment_term: int
    before: date
    after: date


def move_due_dates(move: Move, command: Claim, *, reason: str, as_of: date) -> int:
    """期別の納期限を変え、変えた件数を返す。理由は、納税者ごとの異動の履歴に残る。

    要件: F01-03, F03-03
    """
    for table in ("moved_charge", "touched"):
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    run_sql(
        "CREATE TEMP TABLE moved_charge ON COMMIT DROP AS SELECT charge_id, addressee_number FROM charge "
        "WHERE levy_year = %s AND tax_item = %s AND installment_term = %s AND due_date = %s ORDER BY charge_id "
        "FOR NO KEY UPDATE",
        [move.levy_year, move.tax_item, move.installment_term, move.before],
    )
    revise_due_dates(MOVED, move.after, reason=reason, as_of=as_of)
    open_stage()
    expect_no_receipts()
    touch_charges(MOVED)
    reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    post(command)
    (moved,) = fetch_one("SELECT count(*) FROM moved_charge")
    return int(moved)


def revise_due_dates(charges: str, after: date, *, reason: str, as_of: date) -> None:
    """挙げた期別の納期限を変え、一人ずつの異動の履歴に残す。割付けは、呼び手がやり直す。

    charges: 宛名番号と期別番号を返す問い合わせ（鎖錠してある期別）。

    要件: F01-03, F15-06
    """
    run_sql(
        "INSERT INTO determination_revision (addressee_number, charge_id, revision, reason_code, reason, corrected_on, "
        "notified_on, amount_after, difference, due_date, intake_file_id, line_number) "
        "SELECT c.addressee_number, c.charge_id, greatest(%s, coalesce((SELECT max(v.revision) + 1 "
        "FROM determination_revision v WHERE v.addressee_number = c.addressee_number AND v.charge_id = c.charge_id), 0)), "
        f"%s, %s, %s, NULL, c.tax_amount, 0, %s, 0, 0 FROM ({charges}) m JOIN charge c USING (addressee_number, charge_id)",
        [FIRST_OWN_REVISION, DUE_DATE_CHANGED, reason, as_of, after],
    )
    run_sql(
        f"UPDATE charge c SET due_date = %s FROM ({charges}) m "
        "WHERE m.addressee_number = c.addressee_number AND m.charge_id = c.charge_id",
        [after],
    )
