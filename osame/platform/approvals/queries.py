"""起案を見る。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from osame.platform.approvals.actions import UnknownProposal
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.database import fetch_all
from osame.platform.staff.models import StaffAccount

State = Proposal.State
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
    act_code: HighRiskAct
    state_code: str
    purpose: str
    proposed_at: datetime
    content_hash: str
    rejection_reason: str


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
        HighRiskAct(proposal.act),
        proposal.state,
        proposal.purpose,
        proposal.proposed_at,
        proposal.content_hash,
        proposal.rejection_reason,
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


@dataclass(frozen=True, slots=True)
class Rights:
    """この職員に許された決裁の機能。"""

    judge: bool
    withdraw: bool
    execute: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """この職員が、この起案に、いまできること。"""

    check: bool = False
    decide: bool = False
    reject: bool = False
    withdraw: bool = False
    execute: bool = False

    @property
    def any(self) -> bool:
        """一つでもできるか。"""
        return self.check or self.decide or self.reject or self.withdraw or self.execute


def steps_of(proposal: ProposalView, officer: str, rights: Rights) -> Steps:
    """いまできること。起案した職員は照査も決裁もできず、照査した職員は執行できない。

    要件: F29-02
    """
    mine, state = proposal.maker == officer, proposal.state_code
    if state not in WAITING:
        return Steps()
    return Steps(
        check=rights.judge and state == State.PROPOSED and not mine,
        decide=rights.judge and state == State.CHECKED and not mine,
        reject=rights.withdraw and not mine,
        withdraw=rights.withdraw and mine,
        execute=rights.execute and state == State.DECIDED and proposal.checker != officer,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """一覧の条件。 who: waiting（自分を待つ）・mine（自分の起案）・all（すべて）; act: 重要行為; open_only: 済んだものを除く。"""

    who: str = "waiting"
    act: str = ""
    open_only: bool = False


def _found(wanted: Wanted, officer: str, rights: Rights) -> Q:
    if wanted.who == "mine":
        found = Q(maker=officer)
    elif wanted.who == "all":
        found = Q()
    else:
        found = Q(pk__in=[])
        if rights.judge:
            found |= Q(state__in=(State.PROPOSED, State.CHECKED)) & ~Q(maker=officer)
        if rights.execute:
            found |= Q(state=State.DECIDED) & ~Q(checker=officer)
    if wanted.act:
        found &= Q(act=wanted.act)
    return found & Q(state__in=WAITING) if wanted.open_only else found


def counted(wanted: Wanted, officer: str, rights: Rights) -> int:
    """条件に合う起案の数。"""
    return Proposal.objects.filter(_found(wanted, officer, rights)).count()


def chosen(wanted: Wanted, officer: str, rights: Rights, *, offset: int, size: int) -> list[ProposalView]:
    """条件に合う起案。自分を待つものは古い順、ほかは新しい順。"""
    order = "proposal_id" if wanted.who == "waiting" else "-proposal_id"
    found = Proposal.objects.filter(_found(wanted, officer, rights)).order_by(order)
    return [_view(each) for each in found[offset : offset + size]]


@dataclass(frozen=True, slots=True)
class Event:
    """起案の歩み一つ。"""

    at: datetime
    state: str
    officer: str


def history_of(proposal_id: int) -> list[Event]:
    """起案の歩みを、古いものから。"""
    rows = fetch_all(
        "SELECT pgh_created_at, state, changed_by FROM proposal_history WHERE proposal_id = %s ORDER BY pgh_id",
        [proposal_id],
    )
    return [Event(at, State(state).label, officer) for at, state, officer in rows]


def names_of(numbers: Iterable[str]) -> dict[str, str]:
    """職員番号から職員名。登録のない番号は載せない。"""
    found = StaffAccount.objects.filter(staff_number__in=set(numbers))
    return dict(found.values_list("staff_number", "name"))
