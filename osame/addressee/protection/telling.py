"""支援措置の解除の起案の言い方。居場所も、相手方も、言わない。"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from osame.kernel.dates import format_wareki
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct


@describes(HighRiskAct.PROTECTION_RELEASE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """支援措置の解除の起案を、人が読める形にする。居場所も、相手方も、言わない。"""
    return [
        ("措置番号", str(content["measure_id"])),
        ("対象者", str(content["addressee_number"])),
        ("解除日", format_wareki(date.fromisoformat(str(content["released_on"])))),
        ("住所などの伏せ方", "伏せる", "伏せない"),
    ]
