"""本人の請求と事故のうち、期限を待つもの。「今日」の画面が並べる。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from osame.platform.privacy import incidents, requests

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Due:
    """期限を待つもの。 earliest: いちばん早い期限; route と function: 片付ける画面と、その機能。"""

    label: str
    count: int
    earliest: date
    route: str
    function: str
    urgent: bool


def due(*, as_of: date) -> Iterator[Due]:
    """決定を待つ開示等の請求と、報告を待つ漏えい等事故。

    要件: F36-11, F36-12, F28-05
    """
    asked = requests.listed(open_only=True)
    if asked:
        first = min(each.due_on for each in asked)
        yield Due(
            "決定を待つ開示等の請求（期限の早い日）",
            len(asked),
            first,
            "privacy_requests",
            "floor.privacy.list",
            first <= as_of + SOON,
        )
    reports = [found for each in incidents.listed(open_only=True) if (found := incidents.next_due(each))]
    if reports:
        first = min(on for _, on in reports)
        yield Due(
            "報告を待つ漏えい等事故（期限の早い日）", len(reports), first, "incidents", "floor.incidents.list", True
        )
