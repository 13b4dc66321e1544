"""還付の支払と戻りを、まだ渡していないものについて、会計年度と科目に分ける。

A payment of a current-year receipt goes back out of the revenue it came into (戻出); one of an earlier year, and all interest, is
paid by the budget (歳出). What comes back before the books of that year close is put back where it left; later it is revenue of
the year in which it came.
"""

import hashlib
import json

from osame.platform.database import fetch_all

# 支払の内訳のうち、過誤納金に当たる額。払い終えた分（渡した束にあり、いまも支払済のもの）を先に引き、残りを支払の順に当てる。
# 決議の明細の過誤納金（P）を先に、還付加算金を後に払ったものとする。戻った支払は、戻る前の分け方のまま戻る。
MOVEMENTS = """
CREATE TEMP TABLE voucher_movement ON COMMIT DROP AS
WITH parts AS (
    SELECT n.addressee_number, n.payment_id, n.part_number, n.decision_id, n.charge_id, n.receipt_key, n.amount,
           n.revenue_class, y.state, y.paid_out_on, CASE WHEN m.use = '1' THEN m.amount ELSE 0 END AS principal_due,
           coalesce(y.returned_on, v.recovered_on) AS back_on
    FROM refund_payment y
    JOIN refund_payment_line n USING (addressee_number, payment_id)
    JOIN refund_part m ON m.addressee_number = n.addressee_number AND m.decision_id = n.decision_id
        AND m.part_number = n.part_number
    LEFT JOIN refund_recovery v ON v.addressee_number = y.addressee_number AND v.payment_id = y.payment_id AND v.state = '2'
    WHERE y.state IN ('2', '3', '4')
), told AS (
    SELECT * FROM voucher_part WHERE NOT withdrawn
), standing AS (
    SELECT p.addressee_number, p.decision_id, p.part_number, sum(t.amount - t.interest)::bigint AS principal
    FROM parts p JOIN told t USING (addressee_number, payment_id, part_number)
    WHERE t.movement = '1' AND p.state = '2' GROUP BY 1, 2, 3
), untold AS (
    SELECT p.*, p.principal_due - CASE WHEN p.state = '2' THEN coalesce(s.principal, 0) ELSE 0 END AS principal_left,
           CASE WHEN p.state = '2' THEN (sum(p.amount) OVER w)::bigint - p.amount ELSE 0 END AS before
    FROM parts p LEFT JOIN standing s USING (addressee_number, decision_id, part_number)
    WHERE p.paid_out_on <= %(through)s AND NOT EXISTS (
        SELECT 1 FROM told t WHERE t.addressee_number = p.addressee_number AND t.payment_id = p.payment_id
            AND t.part_number = p.part_number AND t.movement = '1')
    WINDOW w AS (PARTITION BY p.addressee_number, p.decision_id, p.part_number, p.state = '2' ORDER BY p.payment_id)
), paid AS (
    SELECT addressee_number, payment_id, part_number, paid_out_on AS happened_on, amount,
           amount - greatest(0, least(before + amount, principal_left) - least(before, principal_left)) AS interest
    FROM untold
), back AS (
    SELECT p.addressee_number, p.payment_id, p.part_number, p.back_on AS happened_on, p.amount, p.paid_out_on,
           coalesce(t.interest, d.interest) AS interest
    FROM parts p
    LEFT JOIN told t ON t.addressee_number = p.addressee_number AND t.payment_id = p.payment_id
        AND t.part_number = p.part_number AND t.movement = '1'
    LEFT JOIN paid d ON d.addressee_number = p.addressee_number AND d.payment_id = p.payment_id
        AND d.part_number = p.part_number
    WHERE p.back_on <= %(through)s AND NOT EXISTS (
        SELECT 1 FROM told x WHERE x.addressee_number = p.addressee_number AND x.payment_id = p.payment_id
            AND x.part_number = p.part_number AND x.movement IN ('2', '3'))
), moved AS (
    SELECT addressee_number, payment_id, part_number, true AS leaving, happened_on, amount, interest, happened_on AS paid_out_on
    FROM paid
    UNION ALL
    SELECT addressee_number, payment_id, part_number, false, happened_on, amount, interest, paid_out_on FROM back
)
SELECT m.*, c.tax_item, r.carried_over, p.revenue_class, r.fiscal_year AS receipt_year,
       extract(year FROM m.paid_out_on - interval '3 months')::smallint AS paid_year,
       extract(year FROM m.happened_on - interval '3 months')::smallint AS happened_year
FROM moved m
JOIN parts p USING (addressee_number, payment_id, part_number)
JOIN charge c ON c.addressee_number = p.addressee_number AND c.charge_id = p.charge_id
JOIN receipt r ON r.addressee_number = p.addressee_number AND r.charge_id = p.charge_id AND r.receipt_key = p.receipt_key
"""
# 出納閉鎖（翌年度の5月31日、地方自治法第235条の5）までの戻りは払い出した科目へ。その後は、戻った日の年度の歳入
# （地方自治法施行令第159条・第160条）。過誤納金と還付加算金は、払い出した科目が違うので別の行にする。
SPLIT = """
CREATE TEMP TABLE voucher_split ON COMMIT DROP AS
SELECT u.addressee_number, u.payment_id, u.part_number, u.happened_on, u.subject, u.part_amount AS amount, u.tax_item,
       u.carried_over, CASE WHEN u.subject = '2' THEN '2' ELSE u.revenue_class END AS revenue_class,
       CASE WHEN u.leaving THEN '1' WHEN u.happened_on <= make_date(u.book_year + 1, 5, 31) THEN '2' ELSE '3' END AS movement,
       CASE WHEN u.leaving OR u.happened_on <= make_date(u.book_year + 1, 5, 31) THEN u.book_year
            ELSE u.happened_year END AS fiscal_year
FROM (
    SELECT m.*, '1' AS subject, m.amount - m.interest AS part_amount,
           CASE WHEN m.revenue_class = '1' THEN m.receipt_year ELSE m.paid_year END AS book_year FROM voucher_movement m
    UNION ALL
    SELECT m.*, '2', m.interest, m.paid_year FROM voucher_movement m
) u
WHERE u.part_amount > 0
"""
LINES = """
INSERT INTO voucher_line (run_id, line_number, fiscal_year, revenue_class, subject, tax_item, carried_over, movement, happened_on,
    payments, amount)
SELECT %(run)s, row_number() OVER (ORDER BY fiscal_year, revenue_class, subject, tax_item, carried_over, happened_on, movement),
       fiscal_year, revenue_class, subject, tax_item, carried_over, movement, happened_on,
       count(DISTINCT (addressee_number, payment_id)), sum(amount)::bigint
FROM voucher_split
GROUP BY fiscal_year, revenue_class, subject, tax_item, carried_over, happened_on, movement
"""
PARTS = """
INSERT INTO voucher_part (addressee_number, payment_id, part_number, movement, run_id, happened_on, amount, interest, withdrawn)
SELECT addressee_number, payment_id, part_number, min(movement), %(run)s, happened_on, sum(amount)::bigint,
       coalesce(sum(amount) FILTER (WHERE subject = '2'), 0)::bigint, false
FROM voucher_split GROUP BY addressee_number, payment_id, part_number, happened_on, movement = '1'
"""
# 元帳の支払（貸方12）と、そこから戻ったもの。効力の日で数える。
LEDGER = """
SELECT coalesce(sum(CASE WHEN credit = 12 THEN amount ELSE -amount END), 0)::bigint FROM entry
WHERE 12 IN (debit, credit) AND effective_on <= %(through)s
"""
TOLD = """
SELECT coalesce(sum(CASE WHEN movement = '1' THEN amount ELSE -amount END), 0)::bigint FROM voucher_part
WHERE NOT withdrawn AND happened_on <= %(through)s
"""
WAITING = """
SELECT coalesce(sum(CASE WHEN leaving THEN amount ELSE -amount END), 0)::bigint, count(*) FROM voucher_movement
"""


def digest_of(run_id: int) -> str:
    """束の行のハッシュ。"""
    rows = fetch_all(
        "SELECT line_number, fiscal_year, revenue_class, subject, tax_item, carried_over, movement, happened_on::text, payments, "
        "amount FROM voucher_line WHERE run_id = %s ORDER BY line_number",
        [run_id],
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
