"""決裁された滞納処分の執行。差押えの決裁は、処分と配当の二つの行いを運ぶ。"""

from collections.abc import Mapping
from typing import Any

from osame.collection.dispositions.collecting import carry_out_distribution, told_distribution
from osame.collection.dispositions.preserving import carry_out_preservation_seizure
from osame.collection.dispositions.seizing import carry_out_disposition, told_disposition
from osame.platform.approvals.actions import executes
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct


@executes(HighRiskAct.SEIZURE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された差押えなど、または配当を執行する。

    要件: F17-02, F19-05, F29-02
    """
    doing = {"distribute": carry_out_distribution, "preserve": carry_out_preservation_seizure}
    return doing.get(content["act"], carry_out_disposition)(content)


@describes(HighRiskAct.SEIZURE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。"""
    return told_distribution(content) if content["act"] == "distribute" else told_disposition(content)
