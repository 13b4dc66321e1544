"""支援措置の登録・決定・延長・期限切れ・解除。

A measure protects from the very transaction that writes it: whoever asks next is told that it is in force. Nothing but a
release that two people decided takes it away — not its last day, and not a notice from the resident register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from osame.addressee.people.models import Addressee
from osame.addressee.protection.models import ProtectedRelation, ProtectionMeasure
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.recording import record
from osame.platform.database import run_sql

State, Kind, Source = ProtectionMeasure.State, ProtectionMeasure.Kind, ProtectionMeasure.Source


class PersonNotKnown(Refusal):
    """この宛名は登録されていません。宛名番号を確かめてください。"""


class MeasureNotFound(Refusal):
    """この支援措置はありません。措置番号を確かめてください。"""


class MeasureIsReleased(Refusal):
    """この支援措置は解除されています。あらためて登録してください。"""


class MeasureWithoutOffice(Refusal):
    """申出を受けた機関がありません。警察・相談機関・他市区町村などの名を入力してください。"""


class MeasurePeriodInverted(Refusal):
    """支援措置の末日が開始日より前です。期間を確かめてください。"""


class OtherPartyIsThePerson(Refusal):
    """相手方が本人になっています。相手方の宛名番号を確かめてください。"""


class ExtensionIsNotLater(Refusal):
    """延長の末日が、いまの末日より後ではありません。短くするには、解除の起案をしてください。"""


class ReleaseDoesNotFit(Refusal):
    """起案が、この支援措置の解除ではありません。起案番号と措置番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class OtherParty:
    """相手方。番号か氏名の、少なくとも一つ。"""

    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """支援措置の内容。 decided: 決定済みか（偽なら仮支援）; through: 省けば一年; source_key: 出どころでの番号。"""

    addressee_number: str
    kind: ProtectionMeasure.Kind
    starts_on: date
    requesting_office: str
    through: date | None = None
    decided: bool = False
    source: ProtectionMeasure.Source = Source.OFFICER
    source_key: str = ""
    others: tuple[OtherParty, ...] = ()

    @property
    def last_day(self) -> date:
        """期間の末日。定めがなければ、開始日から一年。"""
        return self.through or one_year(self.starts_on)


def one_year(starts_on: date) -> date:
    """開始日から一年の末日。

    >>> one_year(date(2025, 7, 1)).isoformat(), one_year(date(2024, 2, 29)).isoformat()
    ('2026-06-30', '2025-02-28')

    要件: F27-01
    """
    try:
        return date.fromordinal(starts_on.replace(year=starts_on.year + 1).toordinal() - 1)
    except ValueError:  # 2月29日から
        return date(starts_on.year + 1, 2, 28)


def protect(request: MeasureRequest) -> int:
    """支援措置を登録し、この取引から伏せる。措置番号を返す。

    Register a measure; the same source and key again changes only what became stronger and answers the same number.

    要件: F27-01
    """
    if not request.requesting_office.strip():
        raise MeasureWithoutOffice(request.addressee_number)
    if request.last_day < request.starts_on:
        raise MeasurePeriodInverted(f"{format_wareki(request.starts_on)}～{format_wareki(request.last_day)}")
    with transaction.atomic():
        if not Addressee.objects.select_for_update().filter(pk=request.addressee_number).exists():
            raise PersonNotKnown(request.addressee_number)
        key = request.source_key or f"{request.kind}:{request.starts_on.isoformat()}"
        told = ProtectionMeasure.objects.filter(addressee_number=request.addressee_number, source=request.source)
        known = told.filter(Q(source_key=key) | Q(source_key__startswith=f"{key}#")).order_by("-measure_id").first()
        if known and known.state != State.RELEASED:
            measure = _renewed(known, request)
        else:  # 解除した後にまた届いたものは、新しい支援措置である
            measure = _created(request, f"{key}#{known.measure_id}" if known else key)
        for other in request.others:
            _add_other(measure, other)
        record(
            "支援措置を登録した",
            subjects=[request.addressee_number],
            detail={"措置番号": measure.measure_id, "状態": State(measure.state).label},
        )
    return measure.measure_id


def decide_measure(measure_id: int, *, decided_on: date, through: date | None = None) -> None:
    """仮支援を、決定により有効にする。

    要件: F27-01
    """
    with transaction.atomic():
        measure = _locked(measure_id)
        measure.state, measure.decided_on = State.ACTIVE, decided_on
        measure.through = max(measure.through, through or measure.through)
        _saved(measure, "支援措置を決定した")


def extend(measure_id: int, *, through: date) -> None:
    """支援措置を延長する。期限切れのものも、有効に戻る。

    要件: F27-01
    """
    with transaction.atomic():
        measure = _locked(measure_id)
        if through <= measure.through:
            raise ExtensionIsNotLater(f"いまの末日 {format_wareki(measure.through)}")
        measure.state, measure.through = State.ACTIVE, through
        _saved(measure, "支援措置を延長した")


def add_other_party(measure_id: int, other: OtherParty) -> None:
    """相手方を加える。外すことはできない。

    要件: F27-01
    """
    with transaction.atomic():
        measure = _locked(measure_id)
        _add_other(measure, other)
        record("支援措置の相手方を加えた", subjects=[measure.addressee_number], detail={"措置番号": measure_id})


def expire_measures(*, as_of: date) -> int:
    """末日を過ぎた支援措置を、期限切れ（要確認）にする。伏せることは変わらない。

    Past its last day a measure waits for review and stays suppressed. Returns how many.

    要件: F27-01
    """
    with transaction.atomic():
        count = run_sql(
            "UPDATE protection_measure SET state = '3', changed_at = now() WHERE state IN ('1', '2') AND through < %s",
            [as_of],
        )
        if count:
            record("期限の切れた支援措置を、要確認にした", detail={"件数": count})
    return count


def propose_release(measure_id: int, *, released_on: date, reason: str) -> int:
    """支援措置の解除を起案する。起案番号を返す。決裁されるまで、伏せたままである。

    要件: F27-01, F27-02
    """
    with transaction.atomic():
        measure = _locked(measure_id)
        return propose(
            HighRiskAct.PROTECTION_RELEASE,
            content={
                "measure_id": measure.measure_id,
                "addressee_number": measure.addressee_number,
                "released_on": released_on.isoformat(),
            },
            subjects=[measure.addressee_number],
            reason=reason,
        )


@executes(HighRiskAct.PROTECTION_RELEASE)
def release(content: Mapping[str, Any]) -> int:
    """支援措置を解除する。決裁された起案の執行としてだけ呼ばれ、表の引金がそれを確かめる。

    要件: F27-01, F27-02
    """
    with transaction.atomic():
        measure = _locked(int(content["measure_id"]))
        if measure.addressee_number != content["addressee_number"]:
            raise ReleaseDoesNotFit(str(measure.measure_id))
        measure.state = State.RELEASED
        measure.released_on = date.fromisoformat(str(content["released_on"]))
        measure.release_proposal = _decided_proposal(measure)
        _saved(measure, "支援措置を解除した")
    return measure.measure_id


def receive_flags(requests: Sequence[MeasureRequest], released: Sequence[tuple[str, str]] = ()) -> int:
    """住民記録の支援措置を受け入れる。`released`（宛名番号、出どころでの番号）は解かず、要確認にする。

    For the import of the resident register: each flag is in force at once; a release there opens nothing here, it asks
    for review. Few rows a day, so one at a time. Returns the number of flags.

    要件: F27-01, F02-01
    """
    with transaction.atomic():
        for request in requests:
            protect(request)
        for number, key in released:
            run_sql(
                "UPDATE protection_measure SET state = '3', changed_at = now() WHERE addressee_number = %s "
                "AND source = %s AND source_key = %s AND state IN ('1', '2')",
                [number, Source.RESIDENT_REGISTER, key],
            )
            record("住民記録の解除を受け、支援措置を要確認にした", subjects=[number])
    return len(requests)


def _created(request: MeasureRequest, key: str) -> ProtectionMeasure:
    return ProtectionMeasure.objects.create(
        addressee_number=request.addressee_number,
        kind=request.kind,
        state=State.ACTIVE if request.decided else State.PROVISIONAL,
        source=request.source,
        source_key=key,
        requesting_office=request.requesting_office.strip(),
        starts_on=request.starts_on,
        through=request.last_day,
        decided_on=request.starts_on if request.decided else None,
        officer=gate.required().officer,
    )


def _renewed(known: ProtectionMeasure, request: MeasureRequest) -> ProtectionMeasure:
    """同じものが再び届いた。強くなる方へだけ動く。"""
    longer = request.last_day > known.through
    if (request.decided and known.state == State.PROVISIONAL) or longer:
        known.state = State.ACTIVE if request.decided else known.state
        known.through = max(known.through, request.last_day)
        known.decided_on = known.decided_on or (request.starts_on if request.decided else None)
        known.changed_at = Now()
        known.save()
    return known


def _add_other(measure: ProtectionMeasure, other: OtherParty) -> None:
    if other.number == measure.addressee_number:
        raise OtherPartyIsThePerson(other.number)
    ProtectedRelation.objects.get_or_create(
        measure_id=measure.measure_id,
        addressee_number=measure.addressee_number,
        other_number=other.number,
        other_name=other.name,
        defaults={"officer": gate.required().officer},
    )


def _locked(measure_id: int) -> ProtectionMeasure:
    measure = ProtectionMeasure.objects.select_for_update().filter(pk=measure_id).first()
    if measure is None:
        raise MeasureNotFound(str(measure_id))
    if measure.state == State.RELEASED:
        raise MeasureIsReleased(f"措置番号 {measure_id}")
    return measure


def _saved(measure: ProtectionMeasure, act: str) -> None:
    measure.changed_at = Now()
    measure.save()
    record(act, subjects=[measure.addressee_number], detail={"措置番号": measure.measure_id})


def _decided_proposal(measure: ProtectionMeasure) -> int | None:
    """この措置の解除として決裁され、いま執行されている起案。"""
    return (
        Proposal.objects
        .filter(
            act=HighRiskAct.PROTECTION_RELEASE,
            state=Proposal.State.DECIDED,
            content__measure_id=measure.measure_id,
        )
        .order_by("-proposal_id")
        .values_list("proposal_id", flat=True)
        .first()
    )
