"""収納を、本税・督促手数料・延滞金・過誤納に割り付ける。

Allocation by desired state. For every touched charge the right split of all its receipts is computed anew — in order of
領収日, not of arrival — and only the difference from what is posted is journalled: a stale entry is reversed by name, a
missing one is posted. The outcome is therefore a function of *what* was received, never of the order of files, and
matching a month of files in any order ends in the same ledger.
"""

from datetime import date

from osame.collection.ledger.models import Account
from osame.collection.ledger.order import AllocationOrder
from osame.collection.matching.accrual import fix_delinquency_charges
from osame.formats.reports import Channel
from osame.platform.database import fetch_one, run_sql

# 生きている仕訳（取り消されていないもの）。前からの収納がある期別についてだけ読む。
LIVE_ENTRIES = """
CREATE TEMP TABLE live_entry ON COMMIT DROP AS
SELECT e.charge_id, e.addressee_number, e.entry_id, e.amount, e.debit, e.credit, e.kind, e.effective_on, e.receipt_key
FROM touched t
JOIN entry e USING (charge_id, addressee_number)
WHERE t.has_history AND e.reverses IS NULL AND (e.receipt_key IS NOT NULL OR e.kind = 7)
  AND NOT EXISTS (
    SELECT 1 FROM entry r
    WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)
"""

# 督促手数料の枠は、残高と、これまでに納付された手数料の和。
FEE_CAPS = """
UPDATE touched t SET fee = t.fee + h.fee_paid
FROM (
    SELECT charge_id, addressee_number, sum(amount)::bigint AS fee_paid
    FROM live_entry WHERE credit = 3 GROUP BY charge_id, addressee_number
) h
WHERE h.charge_id = t.charge_id AND h.addressee_number = t.addressee_number
"""

# 還付・充当を決めた分。割付けからは除き、その収納の過誤納のまま動かさない（ADR 0020）。
DECIDED = """
CREATE TEMP TABLE decided ON COMMIT DROP AS
SELECT charge_id, addressee_number, receipt_key, sum(amount)::bigint AS amount
FROM live_entry WHERE debit = 8 GROUP BY charge_id, addressee_number, receipt_key
"""

# 収納を領収日の順に並べ、累計の区間 (cum_before, cum_after] と、期別の枠（本税・手数料・延滞金）を持たせる。
ORDERED_RECEIPTS = """
CREATE TEMP TABLE ordered_receipt ON COMMIT DROP AS
SELECT r.*, (sum(r.amount) OVER by_law)::bigint - r.amount AS cum_before, (sum(r.amount) OVER by_law)::bigint AS cum_after,
       t.tax_item, t.due_date, t.principal, t.highest, t.fee, 0::bigint AS charge
FROM (
    SELECT charge_id, addressee_number, receipt_key, amount, paid_on, accounted_on, true AS is_new FROM staged_receipt
    UNION ALL
    SELECT r.charge_id, r.addressee_number, r.receipt_key, r.amount - coalesce(d.amount, 0), r.paid_on, r.accounted_on, false
    FROM touched t
    JOIN receipt r USING (charge_id, addressee_number)
    LEFT JOIN decided d USING (charge_id, addressee_number, receipt_key)
    WHERE t.has_history
      AND NOT EXISTS (SELECT 1 FROM staged_receipt s WHERE s.charge_id = r.charge_id AND s.receipt_key = r.receipt_key)
      AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x
        WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)
) r
JOIN touched t USING (charge_id, addressee_number)
WINDOW by_law AS (PARTITION BY r.charge_id, r.addressee_number ORDER BY r.paid_on, r.receipt_key)
"""


# 消滅した期別に充てられる額の上限。欠損した後なら、既に充てた額。まだなら、消滅する前の収納の額。ほかは誤納である。
EXTINCT_CAPS = """
CREATE TEMP TABLE extinct_cap ON COMMIT DROP AS
SELECT t.charge_id, t.addressee_number,
       CASE WHEN c.written_off > 0
            THEN coalesce((SELECT sum(l.amount) FROM live_entry l WHERE l.charge_id = t.charge_id
                AND l.addressee_number = t.addressee_number AND l.debit = 7 AND l.credit IN (2, 3, 4)), 0)
            ELSE coalesce((SELECT sum(r.amount) FROM ordered_receipt r WHERE r.charge_id = t.charge_id
                AND r.addressee_number = t.addressee_number AND r.paid_on < x.extinguished_on), 0) END::bigint AS cap
FROM touched t JOIN charge c USING (charge_id, addressee_number)
JOIN charge_extinction x ON x.charge_id = t.charge_id AND x.addressee_number = t.addressee_number AND x.withdrawn_on IS NULL
"""


def expect_no_receipts() -> None:
    """新しい収納のないまま割付けをやり直すときの、空の `staged_receipt` を開く。"""
    run_sql("DROP TABLE IF EXISTS pg_temp.staged_receipt")
    run_sql("CREATE TEMP TABLE staged_receipt ON COMMIT DROP AS SELECT * FROM receipt WHERE false")


def reallocate(*, order: AllocationOrder, correction_on: date) -> int:
    """触れた期別の割付けを、あるべき姿にする。

    Bring every charge in the temporary table `touched` to its right allocation, given `staged_receipt` (receipts that
    are new in this transaction). Stages postings and keeps `overpayment` in step; the caller posts.
    `correction_on` is the accounting day of reversals and re-postings of earlier receipts. Returns the number of
    receipts that were allocated.

    要件: F04-03, F04-06, F11-01, F11-05
    """
    run_sql("DROP VIEW IF EXISTS pg_temp.desired")
    for table in ("live_entry", "decided", "ordered_receipt", "fixed_charge", "surplus", "extinct_cap"):
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    run_sql(LIVE_ENTRIES)
    if has_history := bool(fetch_one("SELECT EXISTS (SELECT 1 FROM live_entry)")[0]):
        run_sql("ANALYZE live_entry")
        run_sql(FEE_CAPS)
    run_sql(DECIDED)
    run_sql(ORDERED_RECEIPTS)
    fix_delinquency_charges(order)
    _cap_extinct(order)
    _desire(order)
    run_sql(
        "INSERT INTO posting SELECT charge_id, addressee_number, amount, 7, account, "
        "CASE WHEN account = 8 THEN 5 ELSE 4 END, paid_on, accounted_on, receipt_key, NULL FROM desired WHERE is_new"
    )
    if has_history:
        _correct_drift(correction_on)
    _post_fixed_charges(correction_on)
    _keep_overpayments(order)
    (receipts,) = fetch_one("SELECT count(*) FROM ordered_receipt")
    return int(receipts)


def _cap_extinct(order: AllocationOrder) -> None:
    """消滅した期別の枠を、消滅する前に充てた額までに縮める。本税がその前に満ちていなければ、延滞金も確定しない。"""
    run_sql(EXTINCT_CAPS)
    if not fetch_one("SELECT EXISTS (SELECT 1 FROM extinct_cap)")[0]:
        return
    run_sql(
        "DELETE FROM fixed_charge f USING extinct_cap e, ordered_receipt r WHERE e.charge_id = f.charge_id "
        "AND e.addressee_number = f.addressee_number AND r.charge_id = f.charge_id AND r.addressee_number = f.addressee_number "
        f"AND e.cap < {order.before(Account.PRINCIPAL_TAX)} + r.principal"
    )
    narrowed = ", ".join(
        f"{width.removeprefix('r.')} = greatest(0, least({width}, e.cap - {before}))"
        for account, before, width in order.slices()
        if account != Account.OVERPAYMENT
    )
    run_sql(
        f"UPDATE ordered_receipt r SET {narrowed}, highest = least(r.highest, r.principal) FROM extinct_cap e "
        "WHERE e.charge_id = r.charge_id AND e.addressee_number = r.addressee_number"
    )


def _desire(order: AllocationOrder) -> None:
    """各収納の、勘定ごとのあるべき金額。累計の区間と、各勘定の枠の区間との重なり。"""
    parts = [
        f"SELECT r.charge_id, r.addressee_number, r.receipt_key, {account}::smallint AS account, r.is_new, r.paid_on, "
        f"r.accounted_on, least(r.cum_after, {before} + {width}) - greatest(r.cum_before, {before}) AS amount "
        f"FROM ordered_receipt r WHERE least(r.cum_after, {before} + {width}) > greatest(r.cum_before, {before})"
        for account, before, width in order.slices()
    ]
    parts.append(
        "SELECT charge_id, addressee_number, receipt_key, 8::smallint, false, r.paid_on, r.accounted_on, d.amount "
        "FROM decided d JOIN ordered_receipt r USING (charge_id, addressee_number, receipt_key)"
    )
    run_sql("CREATE TEMP VIEW desired AS " + " UNION ALL ".join(parts))


def _correct_drift(correction_on: date) -> None:
    """前からの収納のうち、記帳済みと違うところだけを、取り消す仕訳と新しい仕訳にする。"""
    run_sql(
        """
        CREATE TEMP TABLE drift ON COMMIT DROP AS
        SELECT charge_id, addressee_number, receipt_key, account, d.amount AS desired, d.paid_on
        FROM (SELECT charge_id, addressee_number, receipt_key, account, paid_on, sum(amount)::bigint AS amount
              FROM desired WHERE NOT is_new GROUP BY 1, 2, 3, 4, 5) d
        FULL JOIN (
            SELECT charge_id, addressee_number, receipt_key, credit AS account, sum(amount)::bigint AS amount
            FROM live_entry WHERE receipt_key IS NOT NULL AND debit = 7
            GROUP BY charge_id, addressee_number, receipt_key, credit
        ) a USING (charge_id, addressee_number, receipt_key, account)
        WHERE d.amount IS DISTINCT FROM a.amount
        """
    )
    run_sql(
        "INSERT INTO posting SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, "
        "e.effective_on, %s, e.receipt_key, e.entry_id FROM drift d JOIN live_entry e "
        "ON e.charge_id = d.charge_id AND e.addressee_number = d.addressee_number "
        "AND e.receipt_key = d.receipt_key AND e.debit = 7 AND e.credit = d.account",
        [correction_on],
    )
    run_sql(
        "INSERT INTO posting SELECT charge_id, addressee_number, desired, 7, account, "
        "CASE WHEN account = 8 THEN 5 ELSE 4 END, paid_on, %s, receipt_key, NULL FROM drift WHERE desired > 0",
        [correction_on],
    )
    run_sql("DROP TABLE drift")


def _post_fixed_charges(correction_on: date) -> None:
    """確定した延滞金が、記帳済みの確定額と違えば、取り消して記帳し直す。"""
    run_sql(
        """
        INSERT INTO posting
        SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, e.effective_on, %s, NULL, e.entry_id
        FROM live_entry e LEFT JOIN fixed_charge f USING (charge_id, addressee_number)
        WHERE e.kind = 7 AND e.receipt_key IS NULL AND e.amount IS DISTINCT FROM f.amount
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


def _keep_overpayments(order: AllocationOrder) -> None:
    """過誤納金の表を、割付けの結果に合わせる。

    原因: 税額が下がったために余ったものは、下げた異動による（年金特徴の中止、納入金額の変更、ほかは減額更正）。年金から徴収しすぎた
    ものは年金特徴超過、同じ期別に先に納付があって余ったものは二重納付、ほかは過大納付。
    """
    run_sql(
        "CREATE TEMP TABLE surplus ON COMMIT DROP AS "
        f"SELECT r.*, r.cum_after - greatest(r.cum_before, {order.total()}) AS surplus "
        f"FROM ordered_receipt r WHERE r.cum_after > greatest(r.cum_before, {order.total()})"
    )
    run_sql("ANALYZE surplus")
    run_sql(
        """
        DELETE FROM overpayment o USING touched t
        WHERE t.has_history AND o.charge_id = t.charge_id AND o.addressee_number = t.addressee_number
          AND NOT EXISTS (SELECT 1 FROM surplus d WHERE d.charge_id = o.charge_id AND d.receipt_key = o.receipt_key)
        """
    )
    run_sql(
        """
        INSERT INTO overpayment (charge_id, receipt_key, addressee_number, amount, cause, arises_on)
        SELECT r.charge_id, r.receipt_key, r.addressee_number, r.surplus,
               CASE WHEN r.highest > r.principal AND r.cum_before < r.highest + r.fee + r.charge
                    THEN CASE (SELECT v.reason_code FROM determination_revision v
                               WHERE v.charge_id = r.charge_id AND v.addressee_number = r.addressee_number AND v.difference < 0
                               ORDER BY v.revision DESC LIMIT 1)
                        WHEN '07' THEN '05' WHEN '08' THEN '06' ELSE '01' END
                    WHEN p.channel = %s THEN '05'
                    WHEN r.cum_before > 0 AND r.cum_before >= r.principal THEN '02'
                    ELSE '03' END,
               r.paid_on
        FROM surplus r JOIN receipt p USING (charge_id, receipt_key, addressee_number)
        ON CONFLICT (charge_id, receipt_key, addressee_number)
        DO UPDATE SET amount = excluded.amount, cause = excluded.cause, arises_on = excluded.arises_on
        """,
        [Channel.PENSION.value],
    )
