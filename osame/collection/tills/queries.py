"""窓口レジの照会。レジの日の一覧と、一日の領収。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.tills.actions import TillUnknown
from osame.collection.tills.models import TillDay
from osame.platform.database import fetch_all

DAYS = """
SELECT d.till_day_id, d.till_number, d.business_on, d.change_fund, d.state, d.opened_by, d.counted, d.difference, d.difference_reason,
       d.counted_by, d.confirmed_by, d.result_file_id, count(r.receipt_number) FILTER (WHERE r.cancelled_on IS NULL),
       coalesce(sum(r.amount) FILTER (WHERE r.cancelled_on IS NULL), 0)::bigint
FROM till_day d LEFT JOIN till_receipt r USING (till_day_id) {terms} GROUP BY d.till_day_id ORDER BY d.till_day_id DESC {limit}
"""


@dataclass(frozen=True, slots=True)
class TillLine:
    """レジの一日。 total: 取り消していない領収の計。"""

    till_day_id: int
    till_number: int
    business_on: date
    change_fund: int
    state: str
    opened_by: str
    counted: int | None
    difference: int | None
    difference_reason: str
    counted_by: str
    confirmed_by: str
    result_file_id: int | None
    count: int
    total: int

    @property
    def state_name(self) -> str:
        """状態。"""
        return str(TillDay.State(self.state).label)

    @property
    def expected(self) -> int:
        """あるはずの現金。"""
        return self.change_fund + self.total


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """領収一件。"""

    receipt_number: int
    addressee_number: str
    name: str
    amount: int
    tendered: int
    officer: str
    cancelled_on: date | None
    cancel_reason: str

    @property
    def change(self) -> int:
        """釣銭。"""
        return self.tendered - self.amount


def till_days(*, limit: int = 100) -> tuple[TillLine, ...]:
    """レジの日を、新しい順に。

    要件: F07-10
    """
    return tuple(TillLine(*row) for row in fetch_all(DAYS.format(terms="", limit="LIMIT %s"), [limit]))


def till_day(till_day_id: int) -> TillLine:
    """番号のレジの日。なければ断る。"""
    rows = fetch_all(DAYS.format(terms="WHERE d.till_day_id = %s", limit=""), [till_day_id])
    if not rows:
        raise TillUnknown(str(till_day_id))
    return TillLine(*rows[0])


def receipts_of(till_day_id: int) -> tuple[ReceiptLine, ...]:
    """その日の領収。取り消したものも。

    要件: F07-10
    """
    rows = fetch_all(
        "SELECT r.receipt_number, r.addressee_number, coalesce(a.name, ''), r.amount, r.tendered, r.officer, r.cancelled_on, "
        "r.cancel_reason FROM till_receipt r LEFT JOIN addressee a USING (addressee_number) WHERE r.till_day_id = %s "
        "ORDER BY r.receipt_number",
        [till_day_id],
    )
    return tuple(ReceiptLine(*row) for row in rows)
