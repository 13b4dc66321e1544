"""やり取りの記録の照会。いつ、誰が、どのシステムに何を求め、どう答えたか。"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from osame.platform.audit.recording import record
from osame.platform.exchanges.models import ExchangeLog


@dataclass(frozen=True, slots=True)
class Search:
    """探し方。空なら問わない。 before: この通信番号より前（続きを見るとき）。"""

    peer: str = ""
    officer: str = ""
    operation: str = ""
    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False
    limit: int = 200
    before: int = 0


def search(wanted: Search) -> list[ExchangeLog]:
    """やり取りの記録を、新しいものから。見たことも残る。

    要件: F36-07, F29-03
    """
    terms = {
        "peer": wanted.peer,
        "officer": wanted.officer,
        "operation__contains": wanted.operation,
        "occurred_at__gte": wanted.since,
        "occurred_at__lt": wanted.until,
        "exchange_id__lt": wanted.before,
        "status__gte": 400 if wanted.failed else None,
    }
    asked = {name: value for name, value in terms.items() if value}
    with transaction.atomic():
        found = list(ExchangeLog.objects.filter(**asked).order_by("-exchange_id")[: wanted.limit])
        record("やり取りの記録を見た", detail={"条件": "・".join(sorted(asked)), "件数": len(found)})
    return found
