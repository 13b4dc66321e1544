"""模擬のようすの照会。"""

from dataclasses import dataclass

from osame.network.core.models import Behaviour, Institution
from osame.platform.database import fetch_all


@dataclass(frozen=True, slots=True)
class State:
    """模擬のようす。"""

    institutions: list[Institution]
    behaviour: Behaviour | None
    carried: list[tuple[str, str, int]]
    permits: list[tuple[str, int]]
    portal: list[tuple[str, str, int]]


def state() -> State:
    """機関、振舞い、運んだ封筒と許可証の数。"""
    carried = fetch_all("SELECT kind, outcome, count(*) FROM carried_envelope GROUP BY kind, outcome ORDER BY 1, 2")
    permits = fetch_all("SELECT CASE WHEN granted THEN '交付' ELSE '拒否' END, count(*) FROM permit_issue GROUP BY 1")
    portal = fetch_all(
        "SELECT '自己情報の求め', coalesce(nullif(outcome, ''), '答え待ち'), count(*) FROM simulated_self_request GROUP BY 2 "
        "UNION ALL SELECT 'お知らせ', state, count(*) FROM simulated_notice GROUP BY 2 ORDER BY 1, 2"
    )
    return State(
        list(Institution.objects.order_by("institution")),
        Behaviour.objects.first(),
        [(row[0], row[1], int(row[2])) for row in carried],
        [(row[0], int(row[1])) for row in permits],
        [(row[0], row[1], int(row[2])) for row in portal],
    )
