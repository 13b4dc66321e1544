"""送受信のようすと、業務統計。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from osame.gateway.exchange_records import queries as records
from osame.gateway.inquiries import queries as inquiries
from osame.gateway.messaging.models import InboundEnvelope, MailboxCursor, OutboundEnvelope
from osame.gateway.provisions.models import Provision
from osame.gateway.symbols import queries as symbols
from osame.platform.database import fetch_all


@dataclass(frozen=True, slots=True)
class State:
    """送受信のようす。 monthly: 月、照会か提供か、結果、件数。"""

    inquiries: list[tuple[str, str, int]]
    symbols: list[tuple[str, int]]
    records: Sequence[tuple[str, str, int]]
    monthly: list[tuple[str, str, str, int]]
    waiting: int
    oldest: datetime | None
    position: int
    turned_away: int
    held: int
    failures: list[InboundEnvelope]


def state(*, at: datetime) -> State:
    """いまのようす。

    要件: F35-10
    """
    del at
    waiting = OutboundEnvelope.objects.filter(state="1")
    oldest = waiting.order_by("outbound_id").first()
    cursor = MailboxCursor.objects.filter(pk=1).first()
    refused = InboundEnvelope.objects.filter(outcome="3")
    monthly = fetch_all(
        "SELECT to_char(requested_at, 'YYYY-MM'), CASE direction WHEN '1' THEN '照会' ELSE '提供' END, outcome, count(*) "
        "FROM exchange_record WHERE corrects_id IS NULL GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 LIMIT 60"
    )
    return State(
        inquiries.counts(),
        symbols.counts(),
        records.counts(),
        [(row[0], row[1], row[2], int(row[3])) for row in monthly],
        waiting.count(),
        oldest.written_at if oldest else None,
        int(cursor.position) if cursor else 0,
        refused.count(),
        Provision.objects.filter(state="1").count(),
        list(refused.order_by("-position")[:50]),
    )
