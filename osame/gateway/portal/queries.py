"""自己情報提供とお知らせのいま。"""

from datetime import date

from django.db.models import Q

from osame.gateway.portal.models import PortalNotice, SelfProvision


def self_provisions(
    *, since: date | None = None, through: date | None = None, seen: Q | None = None, size: int = 10_000
) -> list[SelfProvision]:
    """自己情報の求めを、新しい順に。 seen: 見てよい事務の行を選ぶ条件（省けば、すべて）。

    要件: F35-11
    """
    rows = SelfProvision.objects.filter(seen or Q())
    if since:
        rows = rows.filter(received_at__date__gte=since)
    if through:
        rows = rows.filter(received_at__date__lte=through)
    return list(rows.defer("content").order_by("-received_at", "request_number")[:size])


def notices(*, seen: Q, size: int = 100) -> list[PortalNotice]:
    """お知らせを、新しい順に。 seen: 見てよい事務の行を選ぶ条件。

    要件: F35-11
    """
    return list(
        PortalNotice.objects.filter(seen).defer("content").order_by("-registered_at", "portal_notice_number")[:size]
    )
