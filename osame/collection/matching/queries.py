"""調査すべき入金と報告の一覧。"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from osame.collection.matching.models import HeldReceipt
from osame.platform.database import fetch_all


@dataclass(frozen=True, slots=True)
class HeldLine:
    """調査中の入金。"""

    receipt_key: UUID
    amount: int
    paid_on: date
    received_on: date
    channel: str
    slip_number: int | None
    payer_kana: str
    reason: str


def held_receipts() -> list[HeldLine]:
    """調査中の入金を、古い順に（F04-05）。"""
    rows = fetch_all(
        "SELECT receipt_key, amount, paid_on, received_on, channel, slip_number, payer_kana, reason FROM held_receipt "
        "WHERE state = '1' ORDER BY received_on, receipt_key"
    )
    return [HeldLine(*(*row[:7], HeldReceipt.Reason(row[7]).label)) for row in rows]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """調べるべき報告。"""

    receipt_key: UUID
    paid_on: date
    amount: int
    slip_number: int | None
    problem: str


def stale_reports(*, as_of: date, days: int) -> list[ReportLine]:
    """確報の来ない速報と、確報の後に届いた取消し（F04-02）。"""
    rows = fetch_all(
        """
        SELECT p.receipt_key, p.paid_on, p.amount, p.slip_number,
               CASE WHEN final.receipt_key IS NOT NULL THEN '確報の後に取消しが届いています'
                    ELSE '速報から日が過ぎても確報が来ません' END
        FROM channel_report p
        LEFT JOIN (SELECT receipt_key FROM receipt UNION SELECT receipt_key FROM held_receipt) final USING (receipt_key)
        WHERE (p.stage = '3' AND final.receipt_key IS NOT NULL)
           OR (p.stage = '1' AND final.receipt_key IS NULL AND p.paid_on < %(as_of)s::date - %(days)s::int AND NOT EXISTS (
                SELECT 1 FROM channel_report x WHERE x.receipt_key = p.receipt_key AND x.stage = '3'))
        ORDER BY p.paid_on, p.receipt_key
        """,
        {"as_of": as_of, "days": days},
    )
    return [ReportLine(*row) for row in rows]
