"""還付未済から払い出す仕訳を置く。どの収納の分から、いくら出るかも残す。

A payment takes its money from the parts of the decision in order, whatever is left of each; the lines are kept so that a
payment that comes back reverses exactly what it posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from osame.collection.ledger.models import Account, EntryKind
from osame.collection.ledger.posting import touch_charges
from osame.kernel.dates import fiscal_year
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_one, run_sql

if TYPE_CHECKING:
    from osame.collection.refunds.actions import Where

# 決議の明細ごとの還付の残り。出たもの（生きている支払と、時効）を引く。
REMAINING = """
SELECT p.addressee_number, p.decision_id, p.part_number, p.charge_id, p.receipt_key, r.fiscal_year,
       CASE WHEN p.use = '1' THEN p.amount ELSE 0 END + p.interest - p.applied - coalesce(l.gone, 0) AS remaining
FROM refund_part p
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
LEFT JOIN LATERAL (
    SELECT sum(n.amount)::bigint AS gone FROM refund_payment_line n
    LEFT JOIN refund_payment y USING (addressee_number, payment_id)
    WHERE n.addressee_number = p.addressee_number AND n.decision_id = p.decision_id AND n.part_number = p.part_number
      AND coalesce(y.state, '2') = '2') l ON true
"""
# 支払を並べた区間と、明細の残りを並べた区間との重なりが、その支払の内訳である。
LINES = f"""
INSERT INTO refund_payment_line (addressee_number, payment_id, part_number, decision_id, charge_id, receipt_key, amount,
    revenue_class)
SELECT y.addressee_number, y.payment_id, m.part_number, y.decision_id, m.charge_id, m.receipt_key,
       least(y.through, m.through) - greatest(y.before, m.before),
       CASE WHEN m.fiscal_year = %(year)s OR (%(closing)s AND m.fiscal_year = %(year)s - 1) THEN '1' ELSE '2' END
FROM (SELECT addressee_number, payment_id, decision_id,
             (sum(amount) OVER w)::bigint AS through, (sum(amount) OVER w)::bigint - amount AS before
      FROM payout WINDOW w AS (PARTITION BY addressee_number, decision_id ORDER BY payment_id)) y
JOIN (SELECT *, (sum(remaining) OVER w)::bigint AS through, (sum(remaining) OVER w)::bigint - remaining AS before
      FROM ({REMAINING} WHERE (p.addressee_number, p.decision_id) IN (SELECT addressee_number, decision_id FROM payout)) q
      WINDOW w AS (PARTITION BY addressee_number, decision_id ORDER BY part_number)) m
    USING (addressee_number, decision_id)
WHERE least(y.through, m.through) > greatest(y.before, m.before)
"""
POST = """
INSERT INTO posting
SELECT n.charge_id, n.addressee_number, n.amount, 11, %(credit)s, %(kind)s, %(on)s, %(accounted)s, n.receipt_key, NULL
FROM refund_payment_line n JOIN payout y USING (addressee_number, payment_id)
"""
# 同じ命令の、同じ収納・同じ額の、まだ取り消されていない仕訳を、内訳の数だけ裏返す。
REVERSE = """
INSERT INTO posting
SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, %(on)s, %(accounted)s, e.receipt_key, e.entry_id
FROM (SELECT n.*, row_number() OVER (PARTITION BY charge_id, receipt_key, amount ORDER BY part_number) AS place
      FROM refund_payment_line n WHERE n.addressee_number = %(addressee)s AND n.payment_id = %(payment)s) n
JOIN (SELECT e.*, row_number() OVER (PARTITION BY charge_id, receipt_key, amount ORDER BY entry_id) AS place FROM entry e
      WHERE e.addressee_number = %(addressee)s AND e.command_id = %(command)s AND e.kind = 12 AND e.reverses IS NULL
        AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number
            AND r.reverses = e.entry_id)) e
    ON e.charge_id = n.charge_id AND e.receipt_key = n.receipt_key AND e.amount = n.amount AND e.place = n.place
"""


class PayoutTooLarge(Refusal):
    """還付未済の残りより多く払うことになります。支払わずに止めました。決議の画面を開き直して、確かめてください。"""


class Leaving(Enum):
    """出ていく先。値は（貸方の勘定、仕訳の種別）。"""

    PAID = (Account.PAID_OUT, EntryKind.PAYMENT)
    EXPIRED = (Account.DETERMINED, EntryKind.REFUND_EXPIRY)


@dataclass(frozen=True, slots=True)
class Booking:
    """効力の日と会計日。"""

    on: date
    accounted_on: date


def stage_payouts(payments: Sequence[tuple[str, int, int, int]], leaving: Leaving, booking: Booking) -> None:
    """支払（宛名番号、支払番号、決議番号、額）の内訳を決めて残し、仕訳を置く。決議の行を鎖錠した後に呼ぶ。

    要件: F05-08, F05-09
    """
    run_sql("DROP TABLE IF EXISTS pg_temp.payout")
    run_sql(
        "CREATE TEMP TABLE payout (addressee_number varchar(15), payment_id bigint, decision_id bigint, amount bigint) "
        "ON COMMIT DROP"
    )
    run_sql(
        "INSERT INTO payout SELECT * FROM unnest(%s::varchar[], %s::bigint[], %s::bigint[], %s::bigint[])",
        [list(each) for each in zip(*payments, strict=True)],
    )
    touch_charges(
        "SELECT addressee_number, charge_id FROM refund_part WHERE (addressee_number, decision_id) IN "
        "(SELECT addressee_number, decision_id FROM payout)"
    )
    run_sql(LINES, {"year": fiscal_year(booking.on), "closing": booking.on.month in {4, 5}})
    asked, lined = fetch_one(
        "SELECT (SELECT sum(amount) FROM payout), (SELECT sum(n.amount) FROM refund_payment_line n JOIN payout y "
        "USING (addressee_number, payment_id))"
    )
    if asked != lined:
        raise PayoutTooLarge
    credit, kind = leaving.value
    run_sql(POST, {"credit": int(credit), "kind": int(kind), "on": booking.on, "accounted": booking.accounted_on})


def stage_payout(where: "Where", amount: int, leaving: Leaving, booking: Booking) -> int:
    """一人に払う分の仕訳を置く。支払番号を返す。"""
    (number,) = fetch_one("SELECT nextval('refund_payment_number')")
    stage_payouts([(where.addressee_number, int(number), where.decision_id, amount)], leaving, booking)
    return int(number)


def lock_decisions(decisions: Sequence[int]) -> None:
    """決議を番号順に鎖錠する。払う・時効・取消しは、どれも、ここから始める。"""
    run_sql(
        "SELECT 1 FROM refund_decision WHERE decision_id = ANY(%s) ORDER BY decision_id FOR UPDATE", [list(decisions)]
    )


def stage_return(addressee_number: str, payment_id: int, command_id: int, booking: Booking) -> None:
    """払った仕訳を、名指しで裏返す。"""
    staged = run_sql(
        REVERSE,
        {
            "addressee": addressee_number,
            "payment": payment_id,
            "command": command_id,
            "on": booking.on,
            "accounted": booking.accounted_on,
        },
    )
    (lines,) = fetch_one(
        "SELECT count(*) FROM refund_payment_line WHERE addressee_number = %s AND payment_id = %s",
        [addressee_number, payment_id],
    )
    if staged != lines:
        raise PayoutTooLarge(f"支払番号 {payment_id}")
