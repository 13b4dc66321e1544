"""名寄せの起案の言い方。"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from osame.kernel.dates import format_wareki
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct


@describes(HighRiskAct.CONSOLIDATION)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """名寄せの起案を、人が読める形にする。"""
    if content["act"] == "link":
        return [("すること", "名寄せ（束ねる）"), ("名寄せ元", content["member"]), ("代表", content["representative"])]
    if content["act"] == "unlink":
        return [("すること", "名寄せを解く"), ("名寄せ元", content["member"]), ("解く理由", content["reason"])]
    closing = format_wareki(date.fromisoformat(content["closes_on"])) if content["closes_on"] else "しない"
    return [
        ("すること", "代表の交替"),
        ("代表", content["representative"], content["successor"]),
        ("前の代表の廃止", closing),
    ]
