"""督促対象の抽出。未納の期別を、督促するものと、理由を付けて除くものとに分ける。

Selection in two steps: `demand_due` lists unpaid, overdue, not yet demanded charges with their facts (a run locks them
in the same scan, so the facts are read under the lock), then `demand_candidate` gives each of them either a letter
number or exactly one reason for being left out. The preview and the run execute the same text: what was shown is what is done.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from osame.collection.addressees.queries import list_destinations
from osame.collection.parameters.queries import demand_policy
from osame.law.demand import DEMAND_DAYS
from osame.law.due_date import shift_due_date
from osame.platform.database import run_sql

DOCUMENT = "R-050"  # 督促状。宛名管理が書類ごとの送付先に使う符号

# 納期限を過ぎ、本税が未納で、有効な督促のない期別。鎖錠は番号順なので、互いに待ち合って止まることがない。
DUE = """
SELECT c.charge_id, c.addressee_number, c.tax_item, c.due_date, c.slip_number, c.principal_tax AS unpaid
FROM charge c
WHERE c.principal_tax > 0 AND c.due_date < %(as_of)s AND NOT EXISTS (
    SELECT 1 FROM demand d
    WHERE d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL)
  AND (%(terms)s::text[] = '{}' OR concat_ws('-', c.tax_item, c.levy_year, c.installment_term) = ANY(%(terms)s::text[]))
ORDER BY c.charge_id
"""

# 速報は届いたが、確報も取消しも届いていない入金。発行した納付書の速報は、割り振りのとおりに分けて数える。
NOT_SETTLED = """
p.stage = '1' AND p.paid_on <= %(as_of)s
  AND NOT EXISTS (SELECT 1 FROM channel_report x WHERE x.receipt_key = p.receipt_key AND x.stage = '3')
  AND NOT EXISTS (SELECT 1 FROM held_receipt h WHERE h.receipt_key = p.receipt_key)
"""
IN_FLIGHT = f"""
CREATE TEMP TABLE {{into}} ON COMMIT DROP AS
SELECT charge_id, sum(amount)::bigint AS amount
FROM (
    SELECT due.charge_id, p.amount FROM {{due}} due JOIN channel_report p USING (slip_number)
    WHERE {NOT_SETTLED} AND NOT EXISTS (
        SELECT 1 FROM charge c JOIN receipt r USING (charge_id, addressee_number)
        WHERE c.slip_number = p.slip_number AND r.receipt_key = p.receipt_key)
    UNION ALL
    SELECT due.charge_id, least(p.amount - m.before, m.amount)
    FROM (
        SELECT *, first_value(charge_id) OVER by_slip AS first_charge, sum(amount) OVER by_slip - amount AS before
        FROM slip_share WHERE slip_number IN (
            SELECT s.slip_number FROM slip_share s JOIN {{due}} d USING (charge_id, addressee_number))
        WINDOW by_slip AS (PARTITION BY slip_number ORDER BY position)
    ) m
    JOIN {{due}} due USING (charge_id, addressee_number)
    JOIN channel_report p ON p.slip_number = m.slip_number
    WHERE p.amount > m.before AND {NOT_SETTLED} AND NOT EXISTS (
        SELECT 1 FROM receipt r WHERE r.charge_id = m.first_charge AND r.receipt_key = p.receipt_key)
) reported
GROUP BY charge_id
"""

# 調査中の入金が名指している期別（どの期別に当てるか、まだ決められない）。
UNIDENTIFIED = """
CREATE TEMP TABLE {into} ON COMMIT DROP AS
SELECT c.charge_id, c.addressee_number
FROM held_receipt h JOIN charge c ON c.slip_number = h.slip_number
WHERE h.state = '1' AND h.slip_number IS NOT NULL
UNION
SELECT c.charge_id, c.addressee_number
FROM held_receipt h
JOIN charge c ON c.notice_number = h.notice_number AND c.installment_term = h.installment_term
    AND c.levy_year = h.levy_year AND c.tax_item = h.tax_item
WHERE h.state = '1' AND h.slip_number IS NULL AND h.notice_number <> ''
"""

# 理由は上から順に、最初に当てはまるもの一つ。差し引いた後の未納が少額の基準に満たなければ少額。
# 支援措置の対象者の督促状は後に回し、安全な送付先の郵便番号は並びに使わない（番号から居場所が知れないように）。
CANDIDATES = """
CREATE TEMP TABLE demand_candidate ON COMMIT DROP AS
SELECT charge_id, addressee_number, tax_item, due_date, unpaid, in_flight, unpaid - in_flight AS principal_tax,
       reason, stop_reason, postal_code, demand_fee, %(as_of)s - due_date > %(demand_days)s AS is_late,
       CASE WHEN reason = '' THEN dense_rank() OVER (
           ORDER BY reason <> '', protected, postal_code, addressee_number, receiver_number, line_number
       ) END::integer AS letter_number
FROM (
    SELECT c.charge_id, c.addressee_number, c.tax_item, c.due_date, c.unpaid,
           coalesce(f.amount, 0) AS in_flight, coalesce(i.demand_fee, 0) AS demand_fee,
           coalesce(s.reason, '') AS stop_reason,
           coalesce(w.protected, false) AS protected, w.receiver_number, w.line_number,
           CASE WHEN w.protected THEN '' ELSE coalesce(nullif(w.postal_code, ''), a.postal_code, '') END
               AS postal_code,
           CASE WHEN coalesce(f.amount, 0) >= c.unpaid THEN '01'
                WHEN u.charge_id IS NOT NULL THEN '02'
                WHEN s.reason IS NOT NULL THEN '03'
                WHEN a.withheld OR w.withheld THEN '09'
                WHEN w.protected AND NOT w.is_safe THEN '04'
                WHEN a.died_on IS NOT NULL AND w.agent_kind = '' THEN '05'
                WHEN coalesce(w.address, '') = '' THEN '06'
                WHEN coalesce(i.demand_article, '') = '' THEN '07'
                WHEN c.unpaid - coalesce(f.amount, 0) < %(minimum)s THEN '08'
                ELSE '' END AS reason
    FROM demand_due c
    LEFT JOIN addressee a USING (addressee_number)
    LEFT JOIN destination w ON w.addressee_number = c.addressee_number AND w.tax_item = c.tax_item
    LEFT JOIN demand_in_flight f ON f.charge_id = c.charge_id
    LEFT JOIN demand_unidentified u ON u.charge_id = c.charge_id AND u.addressee_number = c.addressee_number
    LEFT JOIN (
        SELECT DISTINCT ON (tax_item) tax_item, demand_fee, demand_article FROM tax_item
        WHERE valid_from <= %(as_of)s ORDER BY tax_item, valid_from DESC
    ) i ON i.tax_item = c.tax_item
    LEFT JOIN (
        SELECT c.charge_id, min(p.reason) AS reason
        FROM demand_due c
        JOIN demand_stop p ON p.addressee_number = c.addressee_number
        WHERE p.starts_on <= %(as_of)s AND (p.ends_through IS NULL OR p.ends_through >= %(as_of)s)
          AND (p.released_on IS NULL OR p.released_on > %(as_of)s)
          AND (p.charge_id IS NULL OR p.charge_id = c.charge_id) AND (p.tax_item = '' OR p.tax_item = c.tax_item)
        GROUP BY c.charge_id
    ) s ON s.charge_id = c.charge_id
) judged
"""
TEMPORARY_TABLES = ("demand_due", "demand_in_flight", "demand_unidentified", "demand_candidate")


def designated_due_date(as_of: date) -> date:
    """その日に発する督促状の指定期限。休日に当たれば、次の開庁日。"""
    return shift_due_date(as_of + timedelta(days=demand_policy(as_of=as_of).designated_days))


def list_due(*, as_of: date, terms: Sequence[str] = (), lock: bool = False) -> None:
    """未納で納期限を過ぎ、まだ督促していない期別を、一時表 demand_due に挙げる。`lock` なら、同時に鎖錠する。

    terms: 「税目-賦課年度-期別」の符号（06-2025-1）。空なら、すべての期別。
    """
    for table in TEMPORARY_TABLES:
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    held = "FOR NO KEY UPDATE OF c" if lock else ""
    run_sql(f"CREATE TEMP TABLE demand_due ON COMMIT DROP AS {DUE} {held}", {"as_of": as_of, "terms": list(terms)})
    run_sql("ANALYZE demand_due")


def list_in_flight(due: str, *, into: str, as_of: date) -> None:
    """一時表 `due` の納付書のうち、速報だけが届いている額を、一時表 `into` に挙げる。"""
    run_sql(IN_FLIGHT.format(due=due, into=into), {"as_of": as_of})


def list_unidentified(*, into: str) -> None:
    """調査中の入金が名指している期別を、一時表 `into` に挙げる。"""
    run_sql(UNIDENTIFIED.format(into=into))


def select_candidates(*, as_of: date) -> None:
    """demand_due の期別を、督促するものと除くものに分け、一時表 demand_candidate に置く。

    Judge every charge of `demand_due`. `reason` is empty for a demand; letters are
    numbered 1, 2, 3 … per addressee and destination in the order of the post.

    要件: F08-01, F08-02, F02-03, F02-04
    """
    terms = {"as_of": as_of, "minimum": demand_policy(as_of=as_of).minimum_amount, "demand_days": DEMAND_DAYS}
    list_in_flight("demand_due", into="demand_in_flight", as_of=as_of)
    list_unidentified(into="demand_unidentified")
    list_destinations("demand_due", document=DOCUMENT, on=as_of)
    run_sql(CANDIDATES, terms)
    run_sql("ANALYZE demand_candidate")
