"""起案を見る。"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osame.platform.approvals.actions import UnknownProposal
from osame.platform.approvals.models import Proposal

WAITING = (Proposal.State.PROPOSED, Proposal.State.CHECKED, Proposal.State.DECIDED)
LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class ProposalView:
    """起案の見え方。段階と行為は日本語。"""

    proposal_id: int
    act: str
    state: str
    maker: str
    checker: str
    decider: str
    executor: str
    reason: str
    subjects: tuple[str, ...]
    content: Mapping[str, Any]


def _view(proposal: Proposal) -> ProposalView:
    return ProposalView(
        proposal.proposal_id,
        proposal.get_act_display(),
        proposal.get_state_display(),
        proposal.maker,
        proposal.checker,
        proposal.decider,
        proposal.executor,
        proposal.reason,
        tuple(proposal.subjects),
        proposal.content,
    )


def listed(*, every: bool = False) -> list[ProposalView]:
    """待っている（または、すべての）起案。古いものから、500件まで。"""
    found = Proposal.objects.order_by("proposal_id")
    return [_view(each) for each in (found if every else found.filter(state__in=WAITING))[:LONGEST_LIST]]


def one(proposal_id: int) -> ProposalView:
    """一つの起案。なければ断る。"""
    found = Proposal.objects.filter(pk=proposal_id).first()
    if found is None:
        raise UnknownProposal(str(proposal_id))
    return _view(found)


def waiting(officer: str) -> list[Proposal]:
    """この職員が照査か決裁できる起案。古いものから。"""
    stages = (Proposal.State.PROPOSED, Proposal.State.CHECKED)
    return list(Proposal.objects.filter(state__in=stages).exclude(maker=officer).order_by("proposed_at"))
