"""決裁された滞納処分の執行。差押えの決裁は、処分（一件・一斉）と配当の行いを運ぶ。"""

from collections.abc import Mapping
from typing import Any

from osame.collection.dispositions.bulk import carry_out_bulk, told_bulk
from osame.collection.dispositions.collecting import carry_out_distribution, told_distribution
from osame.collection.dispositions.preserving import carry_out_preservation_seizure
from osame.collection.dispositions.realizing import carry_out_realization, told_realization
from osame.collection.dispositions.seizing import DecisionMissing, carry_out_disposition, told_disposition
from osame.platform.approvals.actions import decided_proposal, executes
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.database import day_of_transaction


@executes(HighRiskAct.SEIZURE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された差押えなど（一件、または一斉）、換価執行決定、または配当を執行する。

    要件: F17-02, F17-16, F18-02, F19-05, F29-02
    """
    if content["act"] == "bulk":
        number = decided_proposal(HighRiskAct.SEIZURE, content, DecisionMissing)
        return carry_out_bulk(content, number=number, as_of=day_of_transaction())
    doing = {
        "distribute": carry_out_distribution, "preserve": carry_out_preservation_seizure, "realize": carry_out_realization,
    }  # fmt: skip
    return doing.get(content["act"], carry_out_disposition)(content)


@describes(HighRiskAct.SEIZURE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。"""
    tellers = {"distribute": told_distribution, "bulk": told_bulk, "realize": told_realization}
    return tellers.get(content["act"], told_disposition)(content)
