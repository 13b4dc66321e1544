"""法が一括の発送を命じていない文書を、千人を超えて刷るときの起案。四つの目の決裁を受けてから刷る。

A run that no article orders needs a decided bulk export before it is printed: the proposal names the run, and the print finds
it by that name. The same approval cannot print two runs, nor more people than it was decided for.
"""

from osame.collection.letters.runs import approval_of, people_in, run_facts
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.egress.authority import bulk_content
from osame.platform.letters.release import run_output


class NoApprovalNeeded(Refusal):
    """この束は、法が一括の発送を命じる文書なので、大量出力の決裁は要りません。そのまま印刷してください。"""


class AlreadyProposed(Refusal):
    """この束の大量出力は、もう起案してあります。照査と決裁を待ってください。"""


def propose_bulk_print(run_id: int, *, reason: str) -> int:
    """束を刷ることを、大量出力として起案する。起案番号を返す。

    要件: F29-06
    """
    facts = run_facts(run_id)
    if facts.kind.ordered_by_law:
        raise NoApprovalNeeded(f"束 {run_id}")
    if known := approval_of(facts, waiting=True):
        raise AlreadyProposed(f"起案番号 {known}")
    content = bulk_content(run_output(()), facts.query, people_in(run_id))
    return propose(HighRiskAct.BULK_EXPORT, content=content, reason=reason)
