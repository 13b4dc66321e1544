"""代理人の届出・承認・終了と、関係人の登録。

An agent counts from approval on, never from the notice alone. Two agents of one kind for one tax item never overlap.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.people.models import Addressee
from osame.addressee.protection.queries import protection_of
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

State = Agent.State
Kind = AddresseeRelation.Kind
WITHOUT_CYCLE = frozenset({Kind.PARENT, Kind.HEIR, Kind.WORKPLACE})
"""たどって元に戻ることのない関係。"""
CYCLE = """
WITH RECURSIVE reached(addressee_number) AS (
    SELECT %(related)s::varchar
    UNION
    SELECT r.related_number FROM addressee_relation r JOIN reached USING (addressee_number)
    WHERE r.kind = %(kind)s AND r.superseded_at IS NULL
)
SELECT 1 FROM reached WHERE addressee_number = %(number)s
"""


class AgentIsThePerson(Refusal):
    """代理人が本人になっています。代理人の宛名番号を確かめてください。"""


class AgentNotRegistered(Refusal):
    """本人または代理人が、宛名に登録されていません。先に宛名を登録してください。"""


class AgentOverlaps(Refusal):
    """同じ種別・税目の代理人が、その期間に既にいます。前の代理人を終えてから届け出てください。"""


class AgentNotKnown(Refusal):
    """この代理人はありません。代理人番号を確かめてください。"""


class AgentNotAtThatStage(Refusal):
    """この代理人は、もうその段階にありません。最新の状態を開き直してください。"""


class AgentApprovedByTheSame(Refusal):
    """届出を受けた職員は、承認できません。別の職員に依頼してください。"""


class AgentPeriodInverted(Refusal):
    """終わりが始まりより前です。期間を確かめてください。"""


class RelationMakesCycle(Refusal):
    """この関係をたどると、元の人に戻ります。主体と客体が逆でないかを確かめてください。"""


class RelationNeedsBasis(Refusal):
    """関係の根拠がありません。戸籍・届出などの根拠を入力してください。"""


class RelationNotKnown(Refusal):
    """この関係はありません。関係番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """代理人の届出の内容。税目を省けば、すべての税目。"""

    addressee_number: str
    agent_number: str
    kind: Agent.Kind
    valid_from: date
    notified_on: date
    valid_until: date | None = None
    tax_item: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotifiedAgent:
    """届け出た代理人。 is_other_party: 支援措置の相手方である（承認しても、代理人として扱わない）。"""

    agent_id: int
    is_other_party: bool


def notify_agent(request: AgentRequest) -> NotifiedAgent:
    """代理人の届出を受ける。支援措置の相手方であれば、それを告げる。

    Take the notice of an agent. It counts only after approval; one who is the other party never counts.

    要件: F02-04, F27-01
    """
    if request.agent_number == request.addressee_number:
        raise AgentIsThePerson(request.addressee_number)
    if request.valid_until and request.valid_until <= request.valid_from:
        raise AgentPeriodInverted(format_wareki(request.valid_from))
    with transaction.atomic():
        _lock_people(request.addressee_number, request.agent_number)
        _refuse_overlap(request)
        flagged = request.agent_number in protection_of(request.addressee_number).other_parties
        row = Agent.objects.create(
            addressee_number=request.addressee_number,
            agent_number=request.agent_number,
            kind=request.kind,
            tax_item=request.tax_item,
            title=request.title,
            note=request.note,
            valid_from=request.valid_from,
            valid_until=request.valid_until,
            notified_on=request.notified_on,
            officer=gate.required().officer,
        )
        record(
            "支援措置の相手方から代理人の届出を受けた" if flagged else "代理人の届出を受けた",
            subjects=[request.addressee_number, request.agent_number],
            detail={"代理人番号": row.agent_id},
        )
    return NotifiedAgent(row.agent_id, flagged)


def approve_agent(agent_id: int, *, approved_on: date) -> None:
    """代理人を承認する。届出を受けた職員にはできない。

    要件: F02-04
    """
    with transaction.atomic():
        row = _agent(agent_id, State.NOTIFIED)
        officer = gate.required().officer
        if officer == row.officer:
            raise AgentApprovedByTheSame(officer)
        row.state, row.approved_on, row.approver = State.ACTIVE, approved_on, officer
        _saved(row, "代理人を承認した")


def refuse_agent(agent_id: int, *, reason: str, refused_on: date) -> None:
    """代理人を承認しない。

    要件: F02-04
    """
    with transaction.atomic():
        row = _agent(agent_id, State.NOTIFIED)
        row.state, row.ended_reason, row.refused_on = State.NOT_APPROVED, reason, refused_on
        _saved(row, "代理人を承認しなかった")


def end_agent(agent_id: int, *, valid_until: date, reason: str) -> None:
    """代理人を終える。`valid_until` の日からは代理人でない。

    要件: F02-04
    """
    with transaction.atomic():
        row = _agent(agent_id, State.NOTIFIED, State.ACTIVE)
        if valid_until <= row.valid_from:
            raise AgentPeriodInverted(format_wareki(row.valid_from))
        row.state, row.valid_until, row.ended_reason = State.ENDED, valid_until, reason
        _saved(row, "代理人を終えた")


@dataclass(frozen=True, slots=True)
class RelationRequest:
    """関係人の内容。"""

    addressee_number: str
    related_number: str
    kind: AddresseeRelation.Kind
    basis: str
    valid_from: date
    valid_until: date | None = None


def relate(request: RelationRequest) -> int:
    """関係人を登録する。親・相続人・勤務先は、たどって元に戻る関係を断る。

    要件: F02-05
    """
    if not request.basis.strip():
        raise RelationNeedsBasis(request.addressee_number)
    if request.related_number == request.addressee_number:
        raise RelationMakesCycle(request.addressee_number)
    with transaction.atomic():
        _lock_people(request.addressee_number, request.related_number)
        terms = {"number": request.addressee_number, "related": request.related_number, "kind": request.kind}
        if request.kind in WITHOUT_CYCLE and fetch_all(CYCLE, terms):
            raise RelationMakesCycle(request.addressee_number)
        row, created = AddresseeRelation.objects.get_or_create(
            addressee_number=request.addressee_number,
            related_number=request.related_number,
            kind=request.kind,
            valid_from=request.valid_from,
            superseded_at=None,
            defaults={
                "basis": request.basis.strip(),
                "valid_until": request.valid_until,
                "officer": gate.required().officer,
            },
        )
        if created:
            record("関係人を登録した", subjects=[request.addressee_number, request.related_number])
    return int(row.relation_id)


def end_relation(relation_id: int, *, valid_until: date) -> None:
    """関係を終える。始まりの日より前に終えれば、なかったことになる。

    要件: F02-05
    """
    with transaction.atomic():
        row = AddresseeRelation.objects.select_for_update().filter(pk=relation_id, superseded_at=None).first()
        if row is None:
            raise RelationNotKnown(str(relation_id))
        if valid_until <= row.valid_from:
            row.superseded_at = Now()
        else:
            row.valid_until = valid_until
        row.save()
        record("関係を終えた", subjects=[row.addressee_number, row.related_number])


def _lock_people(*numbers: str) -> None:
    """宛名を番号の順に鎖錠する。互いに待ち合って止まることがない。"""
    locked = Addressee.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    if len(locked) != len(set(numbers)):
        raise AgentNotRegistered("、".join(numbers))


def _refuse_overlap(request: AgentRequest) -> None:
    same = Agent.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=request.valid_from),
        addressee_number=request.addressee_number,
        kind=request.kind,
        state__in=(State.NOTIFIED, State.ACTIVE),
    )
    if request.valid_until:
        same = same.filter(valid_from__lt=request.valid_until)
    if request.tax_item:
        same = same.filter(tax_item__in=("", request.tax_item))
    if known := same.first():
        raise AgentOverlaps(f"代理人番号 {known.agent_id}")


def _agent(agent_id: int, *states: Agent.State) -> Agent:
    row = Agent.objects.select_for_update().filter(pk=agent_id).first()
    if row is None:
        raise AgentNotKnown(str(agent_id))
    if row.state not in states:
        raise AgentNotAtThatStage(State(row.state).label)
    return row


def _saved(row: Agent, act: str) -> None:
    row.save()
    record(act, subjects=[row.addressee_number, row.agent_number], detail={"代理人番号": row.agent_id})
