"""手入力の束の照会。"""

from dataclasses import dataclass
from datetime import date, datetime

from osame.collection.slips.models import SlipBatch
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

NAME = "coalesce((SELECT name FROM staff_account s WHERE s.staff_number = {0}), {0})"


class BatchUnknown(Refusal):
    """その束はありません。一覧から開き直してください。"""


@dataclass(frozen=True, slots=True)
class Batch:
    """束と、いままでに入力した件数・合計。"""

    batch_id: int
    channel: str
    received_on: date
    count: int
    total: int
    state: str
    entered_by: str
    entered_by_name: str
    opened_at: datetime
    checked_by_name: str
    settled_at: datetime | None
    file_id: int | None
    posted: int | None
    held: int | None
    keyed: int
    keyed_total: int

    @property
    def words(self) -> str:
        """状態の言葉。"""
        return SlipBatch.State(self.state).label

    @property
    def left(self) -> int:
        """あと何円か（多すぎれば負）。"""
        return self.total - self.keyed_total

    @property
    def agrees(self) -> bool:
        """件数も合計も、表紙と合うか。"""
        return (self.keyed, self.keyed_total) == (self.count, self.total)


BATCHES = (
    f"SELECT b.batch_id, b.channel, b.received_on, b.count, b.total, b.state, b.entered_by, {NAME.format('b.entered_by')}, "
    f"b.opened_at, {NAME.format('b.checked_by')}, b.settled_at, b.intake_file_id, f.rows_posted, f.rows_held, "
    "count(l.line_number), coalesce(sum(l.amount), 0)::bigint FROM slip_batch b "
    "LEFT JOIN slip_batch_line l USING (batch_id) LEFT JOIN intake_file f ON f.intake_file_id = b.intake_file_id "
)
GROUPED = "GROUP BY b.batch_id, f.intake_file_id ORDER BY b.state, b.batch_id DESC"


def batches() -> list[Batch]:
    """終わっていない束と、最近の束（F04-04）。"""
    rows = fetch_all(
        f"{BATCHES} WHERE b.state IN ('1', '2') OR b.batch_id > (SELECT coalesce(max(batch_id), 0) - 20 FROM slip_batch) "
        + GROUPED
    )
    return [Batch(*row) for row in rows]


def batch_of(batch_id: int) -> Batch:
    """束一つ。"""
    rows = fetch_all(f"{BATCHES} WHERE b.batch_id = %s {GROUPED}", [batch_id])
    if not rows:
        raise BatchUnknown(str(batch_id))
    return Batch(*rows[0])


# 当初の納付書なら、その期別の未納。発行した納付書なら、その金額。
NAMED_BY_SLIP = """
SELECT c.addressee_number, c.tax_item, c.due_date, c.installment_term,
       c.principal_tax + c.demand_fee + c.delinquency_charge AS due
FROM charge c WHERE c.slip_number = l.slip_number
UNION ALL
SELECT min(c.addressee_number), min(c.tax_item), min(c.due_date), CASE WHEN count(*) = 1 THEN min(c.installment_term) END,
       sum(p.amount)::bigint
FROM slip_share p JOIN charge c USING (charge_id, addressee_number)
WHERE p.slip_number = l.slip_number HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class Line:
    """束の一枚と、当てはまる期別。 due: その期別の未納（当てはまらなければ None）。"""

    line_number: int
    slip_number: int
    amount: int
    paid_on: date
    notice_id: str
    addressee_number: str
    name: str
    tax_item_name: str
    installment_term: int | None
    due: int | None


def lines_of(batch_id: int) -> list[Line]:
    """束の一枚一枚を、当てはまる期別とともに、新しい順に。"""
    rows = fetch_all(
        "SELECT l.line_number, l.slip_number, l.amount, l.paid_on, l.notice_id, coalesce(c.addressee_number, ''), "
        "coalesce(a.name, ''), coalesce(i.name, ''), c.installment_term, c.due FROM slip_batch_line l "
        f"LEFT JOIN LATERAL ({NAMED_BY_SLIP}) c ON true "
        "LEFT JOIN addressee a ON a.addressee_number = c.addressee_number AND NOT a.withheld "
        "LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = c.tax_item AND t.valid_from <= c.due_date "
        "ORDER BY t.valid_from DESC LIMIT 1) i ON true WHERE l.batch_id = %s ORDER BY l.line_number DESC",
        [batch_id],
    )
    return [Line(*row) for row in rows]
