"""情報提供等記録の照会。訂正があれば、最後の訂正が、いまの記録である。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from osame.gateway.exchange_records.models import ExchangeRecord
from osame.gateway.exchange_records.recording import NoSuchRecord
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all


@dataclass(frozen=True, slots=True)
class Asked:
    """記録の探し方。空の欄は問わない。"""

    unified: str = ""
    from_day: date | None = None
    through: date | None = None


def records(asked: Asked, *, seen: Q | None = None, size: int = 500) -> list[ExchangeRecord]:
    """いまの記録を、新しい順に。 seen: 見てよい事務の行を選ぶ条件（省けば、すべて）。

    要件: F35-05
    """
    roots = ExchangeRecord.objects.values(root=Coalesce("corrects_id", "record_id"))
    rows = ExchangeRecord.objects.filter(seen or Q(), pk__in=roots.annotate(newest=Max("record_id")).values("newest"))
    if asked.unified:
        rows = rows.filter(unified_addressee_number=asked.unified)
    if asked.from_day:
        rows = rows.filter(requested_at__date__gte=asked.from_day)
    if asked.through:
        rows = rows.filter(requested_at__date__lte=asked.through)
    return list(rows.order_by("-record_id")[:size])


def one(record_id: int) -> ExchangeRecord:
    """記録一件。

    要件: F35-05
    """
    row = ExchangeRecord.objects.filter(pk=record_id).first()
    if row is None:
        raise NoSuchRecord(str(record_id))
    return row


def disclosed(unified: str) -> list[ExchangeRecord]:
    """本人に開示する記録。不開示情報に該当する旨の記録された行は、除く。見たことを監査に残す。

    要件: F35-05, F36-12
    根拠: 番号法第23条第2項、第31条
    """
    found = [each for each in records(Asked(unified=unified)) if not each.non_disclosure]
    record("情報提供等記録を開示した", subjects=[unified], detail={"件数": len(found)})
    return found


def counts() -> Sequence[tuple[str, str, int]]:
    """照会・提供、結果ごとの数。"""
    rows = fetch_all(
        "SELECT direction, outcome, count(*) FROM exchange_record WHERE corrects_id IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [(ExchangeRecord.Direction(row[0]).label, row[1], int(row[2])) for row in rows]
