"""起案・照査・決裁・執行。重要行為は、この一つの道だけを通る。

Four eyes. The maker proposes the exact content; another officer checks it, a manager decides it, and only then is it
executed — by the maker or a third officer, never by the checker — exactly as it was proposed: the content is frozen by
a trigger and its hash is checked again before execution. Each step locks the proposal, so two people pressing one
button are served one after the other, and the second is told.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.checkpoints import require_fresh_checkpoint
from osame.platform.audit.recording import record

State = Proposal.State
Executor = Callable[[Mapping[str, Any]], Any]
_executors: dict[HighRiskAct, Executor] = {}


class UnknownProposal(Refusal):
    """その起案はありません。起案番号を確かめてください。"""


class NotAtThatStage(Refusal):
    """その起案は、もうその段階にありません。最新の状態を開き直してください。"""


class SamePerson(Refusal):
    """起案した職員と同じ職員は、照査も決裁もできません。照査した職員は、執行できません。別の職員に依頼してください。"""


class ChangedAfterProposal(Refusal):
    """中身が起案のときと違います。執行せず、起案からやり直してください。"""


class NotExecutedHere(Refusal):
    """この起案の行為を執行する機能が、このシステムにありません。起案をしたシステムで執行してください。"""


class NoReason(Refusal):
    """理由がありません。理由を書いてください。"""


def executes(act: HighRiskAct) -> Callable[[Executor], Executor]:
    """この関数が、その重要行為を執行する。一つの行為に、執行する関数は一つ。"""

    def registered(function: Executor) -> Executor:
        known = _executors.setdefault(act, function)
        assert known is function, f"{act} has two executors"
        return function

    return registered


def executor_of(act: HighRiskAct) -> Executor:
    """その行為を執行する関数。"""
    if act not in _executors:
        raise NotExecutedHere(act.label)
    return _executors[act]


def hash_of(content: Mapping[str, Any]) -> str:
    """中身のハッシュ。鍵の並びによらない。"""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def propose(act: HighRiskAct, *, content: Mapping[str, Any], reason: str, subjects: Sequence[str] = ()) -> int:
    """起案する。起案番号を返す。

    要件: F29-02, F36-05
    """
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        proposal = Proposal.objects.create(
            act=act,
            content=dict(content),
            content_hash=hash_of(content),
            reason=reason,
            subjects=list(subjects),
            purpose=gate.required().purpose,
            maker=gate.required().officer,
        )
        _recorded("起案した", proposal)
    return proposal.proposal_id


def check(proposal_id: int) -> None:
    """照査する。起案した職員にはできない。

    要件: F29-02
    """
    _advance(proposal_id, State.PROPOSED, State.CHECKED, "checker", "照査した")


def decide(proposal_id: int) -> None:
    """決裁する。起案した職員にはできない。

    要件: F29-02
    """
    _advance(proposal_id, State.CHECKED, State.DECIDED, "decider", "決裁した")


def reject(proposal_id: int, *, reason: str) -> None:
    """却下する。起案した職員が自ら下げれば、取下げになる。

    要件: F29-02
    """
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        proposal = _locked(proposal_id, State.PROPOSED, State.CHECKED, State.DECIDED)
        proposal.state = State.WITHDRAWN if proposal.maker == gate.required().officer else State.REJECTED
        proposal.rejection_reason = reason
        proposal.save(update_fields=["state", "rejection_reason"])
        _recorded("却下した" if proposal.state == State.REJECTED else "取り下げた", proposal)


def decided_proposal(act: HighRiskAct, content: Mapping[str, Any], missing: type[Refusal]) -> int:
    """執行している中身の、決裁された起案の番号。執行する関数が、記録に残すために尋ねる。なければ `missing` で断る。"""
    decided = Proposal.objects.filter(act=act, state=State.DECIDED, content_hash=hash_of(content))
    found = decided.values_list("proposal_id", flat=True).first()
    if found is None:
        raise missing
    return int(found)


def execute(proposal_id: int) -> Any:
    """執行する。決裁された中身のとおりに、一度だけ。監査の検査点が古ければ断る。

    要件: F29-02
    """
    with transaction.atomic():
        require_fresh_checkpoint()
        proposal = _locked(proposal_id, State.DECIDED)
        officer = gate.required().officer
        if officer == proposal.checker:
            raise SamePerson(officer)
        if hash_of(proposal.content) != proposal.content_hash:
            raise ChangedAfterProposal(str(proposal_id))
        with gate.acting(replace(gate.required(), purpose=proposal.purpose)):  # 起案したときの目的で行う
            answer = executor_of(HighRiskAct(proposal.act))(proposal.content)
        proposal.state, proposal.executor, proposal.executed_at = State.EXECUTED, officer, Now()
        proposal.save(update_fields=["state", "executor", "executed_at"])
        _recorded("執行した", proposal)
    return answer


def _advance(proposal_id: int, before: State, after: State, person: str, act: str) -> None:
    with transaction.atomic():
        proposal = _locked(proposal_id, before)
        officer = gate.required().officer
        if officer == proposal.maker:
            raise SamePerson(officer)
        Proposal.objects.filter(pk=proposal_id).update(**{
            "state": after,
            person: officer,
            "checked_at" if person == "checker" else "decided_at": Now(),
        })
        _recorded(act, proposal)


def _locked(proposal_id: int, *stages: State) -> Proposal:
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise UnknownProposal(str(proposal_id))
    if proposal.state not in stages:
        raise NotAtThatStage(State(proposal.state).label)
    return proposal


def _recorded(act: str, proposal: Proposal) -> None:
    record(act, subjects=proposal.subjects, detail={"起案番号": proposal.proposal_id, "重要行為": str(proposal.act)})
