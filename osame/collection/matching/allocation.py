"""収納を、本税・督促手数料・延滞金・過誤納に割り付ける。

Allocation by desired state. For every touched charge the right split of all its receipts is computed anew — in order of
領収日, not of arrival — and only the difference from what is posted is journalled: a stale entry is reversed by name, a
missing one is posted. The outcome is therefore a function of *what* was received, never of the order of files, and
matching a month of files in any order ends in the same ledger.
"""

from datetime import date

from osame.collection.matching.accrual import fix_delinquency_charges
from osame.collection.ledger.order import AllocationOrder
from osame.platform.database import fetch_one, run_sql

LIVE_ENTRIES = """
CREATE TEMP TABLE live_entry ON COMMIT DROP AS
SELECT e.charge_id, e.addressee_number, e.entry_id, e.amount, e.debit, e.credit, e.kind, e.effective_on, e.receipt_key
FROM touched t
JOIN balance b USING (charge_id, addressee_number)
JOIN entry e USING (charge_id, addressee_number)
WHERE b.received > 0 AND e.reverses IS NULL AND (e.receipt_key IS NOT NULL OR e.kind = 7)
  AND NOT EXISTS (
    SELECT 1 FROM entry r
    WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)
"""

# 収納を領収日の順に並べ、累計の区間 (cum_before, cum_after] を持たせる。新しい収納は staged_receipt、
# 前からの収納は、残高の「収納」が正の期別についてだけ receipt から読む。
ORDERED_RECEIPTS = """
CREATE TEMP TABLE ordered_receipt ON COMMIT DROP AS
SELECT *, (sum(amount) OVER by_law)::bigint - amount AS cum_before, (sum(amount) OVER by_law)::bigint AS cum_after
FROM (
    SELECT charge_id, addressee_number, receipt_key, amount, paid_on, accounted_on, slip_number, true AS is_new
    FROM staged_receipt
    UNION ALL
    SELECT r.charge_id, r.addressee_number, r.receipt_key, r.amount, r.paid_on, r.accounted_on, r.slip_number, false
    FROM touched t
    JOIN balance b USING (charge_id, addressee_number)
    JOIN receipt r USING (charge_id, addressee_number)
    WHERE b.received > 0
      AND NOT EXISTS (SELECT 1 FROM staged_receipt s WHERE s.charge_id = r.charge_id AND s.receipt_key = r.receipt_key)
      AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x
        WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)
) receipts
WINDOW by_law AS (PARTITION BY charge_id, addressee_number ORDER BY paid_on, receipt_key)
"""

CAPS = """
CREATE TEMP TABLE cap ON COMMIT DROP AS
SELECT c.charge_id, c.addressee_number, c.tax_item, c.due_date, c.slip_number,
       c.principal_tax AS principal, c.highest_principal_tax AS highest,
       coalesce(b.demand_fee, 0) + coalesce(h.fee_paid, 0) + coalesce(s.fee_change, 0) AS fee, 0::bigint AS charge
FROM touched t
JOIN charge c USING (charge_id, addressee_number)
LEFT JOIN balance b USING (charge_id, addressee_number)
LEFT JOIN (
    SELECT charge_id, addressee_number, sum(amount)::bigint AS fee_paid
    FROM live_entry WHERE credit = 3 GROUP BY charge_id, addressee_number
) h USING (charge_id, addressee_number)
LEFT JOIN (  -- 同じ取引で置かれた督促手数料の発生・取消し
    SELECT charge_id, addressee_number, sum(CASE WHEN debit = 3 THEN amount ELSE -amount END)::bigint AS fee_change
    FROM posting WHERE kind = 6 GROUP BY charge_id, addressee_number
) s USING (charge_id, addressee_number)
"""


def reallocate(*, order: AllocationOrder, correction_on: date) -> int:
    """触れた期別の割付けを、あるべき姿にする。

    Bring every charge in the temporary table `touched` to its right allocation, given `staged_receipt` (receipts that
    are new in this transaction). Stages postings and keeps `overpayment` in step; the caller posts.
    `correction_on` is the accounting day of reversals and re-postings of earlier receipts. Returns the number of
    receipts that were allocated.

    要件: F04-03, F04-06, F11-01, F11-05
    """
    for table in ("live_entry", "ordered_receipt", "cap", "desired", "fixed_charge", "surplus"):
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    run_sql(LIVE_ENTRIES)
    run_sql(ORDERED_RECEIPTS)
    run_sql(CAPS)
    run_sql("ANALYZE ordered_receipt")
    run_sql("ANALYZE cap")
    fix_delinquency_charges(order)
    _desire(order)
    _post_differences(correction_on)
    _keep_overpayments()
    (receipts,) = fetch_one("SELECT count(*) FROM ordered_receipt")
    return int(receipts)


def _desire(order: AllocationOrder) -> None:
    """各収納の、勘定ごとのあるべき金額。累計の区間と、各勘定の枠の区間との重なり。"""
    slices = ", ".join(f"({account}::smallint, {before}, {width})" for account, before, width in order.slices())
    run_sql(
        "CREATE TEMP TABLE desired ON COMMIT DROP AS "  # noqa: S608
        "SELECT r.charge_id, r.addressee_number, r.receipt_key, slice.account, r.is_new, r.paid_on, r.accounted_on, "
        "least(r.cum_after, slice.before + slice.width) - greatest(r.cum_before, slice.before) AS amount "
        "FROM ordered_receipt r JOIN cap USING (charge_id, addressee_number) "
        f"CROSS JOIN LATERAL (VALUES {slices}) AS slice (account, before, width) "
        "WHERE least(r.cum_after, slice.before + slice.width) > greatest(r.cum_before, slice.before)"
    )


def _post_differences(correction_on: date) -> None:
    """記帳済みと違うところだけを、取り消す仕訳と新しい仕訳にする。"""
    # 新しい収納は比べるものがない。
    run_sql(
        "INSERT INTO posting SELECT charge_id, addressee_number, amount, 7, account, "
        "CASE WHEN account = 8 THEN 5 ELSE 4 END, paid_on, accounted_on, receipt_key, NULL FROM desired WHERE is_new"
    )
    if fetch_one("SELECT EXISTS (SELECT 1 FROM live_entry)")[0]:
        run_sql(
            """
            CREATE TEMP TABLE drift ON COMMIT DROP AS
            SELECT charge_id, addressee_number, receipt_key, account, d.amount AS desired, d.paid_on
            FROM (SELECT * FROM desired WHERE NOT is_new) d
            FULL JOIN (
                SELECT charge_id, addressee_number, receipt_key, credit AS account, sum(amount)::bigint AS amount
                FROM live_entry WHERE receipt_key IS NOT NULL
                GROUP BY charge_id, addressee_number, receipt_key, credit
            ) a USING (charge_id, addressee_number, receipt_key, account)
            WHERE d.amount IS DISTINCT FROM a.amount
            """
        )
        run_sql(
            "INSERT INTO posting SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, "
            "e.effective_on, %s, e.receipt_key, e.entry_id FROM drift d JOIN live_entry e "
            "ON e.charge_id = d.charge_id AND e.addressee_number = d.addressee_number "
            "AND e.receipt_key = d.receipt_key AND e.credit = d.account",
            [correction_on],
        )
        run_sql(
            "INSERT INTO posting SELECT charge_id, addressee_number, desired, 7, account, "
            "CASE WHEN account = 8 THEN 5 ELSE 4 END, paid_on, %s, receipt_key, NULL FROM drift WHERE desired > 0",
            [correction_on],
        )
        run_sql("DROP TABLE drift")
    _post_fixed_charges(correction_on)


def _post_fixed_charges(correction_on: date) -> None:
    """確定した延滞金が、記帳済みの確定額と違えば、取り消して記帳し直す。"""
    run_sql(
        """
        INSERT INTO posting
        SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, e.effective_on, %s, NULL, e.entry_id
        FROM live_entry e JOIN cap USING (charge_id, addressee_number)
        WHERE e.kind = 7 AND e.receipt_key IS NULL AND e.amount <> cap.charge
        """,
        [correction_on],
    )
    run_sql(
        """
        INSERT INTO posting
        SELECT f.charge_id, f.addressee_number, f.amount, 4, 1, 7, f.fixed_on, greatest(f.accounted_on, f.fixed_on),
               NULL, NULL
        FROM fixed_charge f
        WHERE f.amount > 0 AND NOT EXISTS (
            SELECT 1 FROM live_entry e
            WHERE e.charge_id = f.charge_id AND e.addressee_number = f.addressee_number AND e.kind = 7
              AND e.receipt_key IS NULL AND e.amount = f.amount)
        """
    )


def _keep_overpayments() -> None:
    """過誤納金の表を、割付けの結果に合わせる。

    原因: 同じ期別に先に納付があって余ったものは二重納付、税額が下がったために余ったものは減額更正、ほかは過大納付。
    """
    run_sql("CREATE TEMP TABLE surplus ON COMMIT DROP AS SELECT * FROM desired WHERE account = 8")
    run_sql("ANALYZE surplus")
    run_sql(
        """
        DELETE FROM overpayment o USING cap
        WHERE o.charge_id = cap.charge_id AND o.addressee_number = cap.addressee_number AND o.state = '01'
          AND NOT EXISTS (SELECT 1 FROM surplus d WHERE d.charge_id = o.charge_id AND d.receipt_key = o.receipt_key)
        """
    )
    run_sql(
        """
        INSERT INTO overpayment (charge_id, receipt_key, addressee_number, amount, cause, arises_on, state)
        SELECT d.charge_id, d.receipt_key, d.addressee_number, d.amount,
               CASE WHEN cap.highest > cap.principal AND r.cum_before < cap.highest + cap.fee + cap.charge THEN '01'
                    WHEN r.cum_before > 0 AND r.cum_before >= cap.principal THEN '02'
                    ELSE '03' END,
               d.paid_on, '01'
        FROM surplus d
        JOIN cap USING (charge_id, addressee_number)
        JOIN ordered_receipt r USING (charge_id, addressee_number, receipt_key)
        ON CONFLICT (charge_id, receipt_key, addressee_number)
        DO UPDATE SET amount = excluded.amount, cause = excluded.cause, arises_on = excluded.arises_on
        WHERE overpayment.state = '01'
        """
    )
