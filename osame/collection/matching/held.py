"""保留した入金を、後から届いた期別に消し込む。"""

from osame.platform.database import fetch_one, run_sql

# 調定の届いた期別に当てはまる保留入金。一つに決まるものだけ。
CLAIMED = """
CREATE TEMP TABLE claimed ON COMMIT DROP AS
SELECT h.receipt_key, min(c.charge_id) AS charge_id, min(c.addressee_number) AS addressee_number
FROM held_receipt h
JOIN charge c ON c.slip_number = h.slip_number
WHERE h.state = '1' AND h.slip_number IS NOT NULL
GROUP BY h.receipt_key HAVING count(*) = 1
UNION ALL
SELECT h.receipt_key, min(c.charge_id), min(c.addressee_number)
FROM held_receipt h
JOIN charge c ON c.notice_number = h.notice_number AND c.installment_term = h.installment_term
    AND c.levy_year = h.levy_year AND c.tax_item = h.tax_item
WHERE h.state = '1' AND h.slip_number IS NULL AND h.notice_number <> ''
GROUP BY h.receipt_key HAVING count(*) = 1
"""

STAGED = """
CREATE TEMP TABLE staged_receipt ON COMMIT DROP AS
SELECT t.charge_id, t.addressee_number, c.levy_year, h.receipt_key, h.amount, h.paid_on, h.received_on,
       h.accounted_on, h.outlet, h.slip_number, h.line_number, h.intake_file_id, h.channel
FROM claimed t
JOIN held_receipt h USING (receipt_key)
JOIN charge c ON c.charge_id = t.charge_id AND c.addressee_number = t.addressee_number
"""


def claim_held() -> int:
    """保留入金のうち、期別が一つに決まったものを `staged_receipt` に置き、仮受を取り消す。

    Move held receipts that now have a charge: their suspense entries are reversed by name, and they wait in
    `staged_receipt` for allocation. Returns how many were claimed.

    要件: F04-05
    """
    run_sql(CLAIMED)
    run_sql("SELECT 1 FROM held_receipt h JOIN claimed t USING (receipt_key) ORDER BY h.receipt_key FOR UPDATE OF h")
    run_sql(  # 鎖錠を待つ間に、職員が消し込んだ入金を除く
        "DELETE FROM claimed t USING held_receipt h WHERE h.receipt_key = t.receipt_key AND h.state <> '1'"
    )
    return stage_claimed()


def stage_claimed() -> int:
    """一時表 `claimed` の入金を `staged_receipt` に置き、仮受を取り消して、消込済みにする。"""
    run_sql(STAGED)
    run_sql(
        "INSERT INTO posting SELECT 0, '', e.amount, e.credit, e.debit, e.kind, e.effective_on, e.posted_on, "
        "e.receipt_key, e.entry_id FROM claimed t JOIN entry e ON e.charge_id = 0 AND e.receipt_key = t.receipt_key "
        "WHERE e.kind = 8 AND e.reverses IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM entry r WHERE r.charge_id = 0 AND r.reverses = e.entry_id)"
    )
    run_sql(
        "UPDATE held_receipt h SET state = '2', charge_id = t.charge_id FROM claimed t "
        "WHERE t.receipt_key = h.receipt_key"
    )
    (count,) = fetch_one("SELECT count(*) FROM claimed")
    return int(count)
