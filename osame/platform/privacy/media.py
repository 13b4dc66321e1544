"""提供の媒体。封をして作り、授受簿に残し、件数が合って受領とし、廃棄を証明する。

A medium for another body: sealed to the receiver's public key by the egress broker (so no key travels with it), numbered, handed
over, counted at the other side, destroyed with proof. A count that differs stops it; a loss becomes an incident in one step.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from osame.kernel.dates import format_wareki
from osame.platform import gate
from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.egress.authority import Authority, Output, bulk_content
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, EgressMedium, ReceiverClass
from osame.platform.privacy import incidents, refusals
from osame.platform.privacy.incidents import Detection
from osame.platform.privacy.models import Incident, ProvisionMedium

State = ProvisionMedium.State
KEEP_DAYS = 30  # 提供先に届けば、手元の写しは要らない。出力の期限と同じ


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """作る媒体。 source: 提供データ（一列目が宛名番号の CSV）; key: 提供先の公開鍵。"""

    number: str
    source: Path
    target: Path
    receiver: str
    key: Path
    kind: EgressMedium = EgressMedium.OPTICAL_DISC
    number_included: bool = False
    proposal_id: int | None = None


def _output(plan: Plan, subjects: list[str]) -> Output:
    return Output(
        EgressKind.PROVISION, subjects, ReceiverClass.PROVISION, plan.receiver, plan.number_included, plan.kind
    )


def _subjects(source: Path) -> list[str]:
    """提供データの宛名番号。行の順に、重なりを含めて。"""
    rows = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8-sig"))))
    if len(rows) < 2 or not rows[0] or rows[0][0] != "宛名番号":
        raise refusals.NoSubjectColumn(source.name)
    return [row[0].zfill(15) for row in rows[1:] if row]


def _query(plan: Plan) -> str:
    """何を提供するか。決裁した中身と違うものは、書けない。"""
    return f"媒体 {plan.number}：{hashlib.sha256(plan.source.read_bytes()).hexdigest()}"


def propose_medium(plan: Plan, *, reason: str) -> int:
    """媒体への複製を起案する。起案番号を返す。決裁は、この中身・相手・人数だけに効く。

    要件: F36-06, F36-05
    """
    subjects = sorted(set(_subjects(plan.source)))
    content = bulk_content(_output(plan, subjects), _query(plan), len(subjects))
    return propose(HighRiskAct.BULK_EXPORT, content=content, reason=reason, subjects=subjects)


def write(plan: Plan, *, on: date) -> ProvisionMedium:
    """提供先の公開鍵で封をして媒体に書き、授受簿に載せる。

    要件: F36-06, F29-06
    根拠: 番号法第19条
    """
    if ProvisionMedium.objects.filter(pk=plan.number).exists():
        raise refusals.MediumNumberTaken(plan.number)
    beside = [each.name for each in plan.target.resolve().parent.glob("*") if each.is_file() and _is_secret(each)]
    if beside or _is_secret(plan.key):
        raise refusals.KeyTravelsWithMedium("、".join(beside) or plan.key.name)
    numbers = _subjects(plan.source)
    subjects = sorted(set(numbers))
    approved = {"proposal_id": plan.proposal_id, "query": _query(plan)} if plan.proposal_id else {}
    authority = Authority(receiver_key=plan.key, days=KEEP_DAYS, **approved)  # type: ignore[arg-type]
    made = emit(plan.source.read_bytes(), plan.target, _output(plan, subjects), authority)
    with transaction.atomic():
        row = ProvisionMedium.objects.create(
            medium_number=plan.number, egress_id=made.egress_id, kind=plan.kind, receiver=plan.receiver,
            row_count=len(numbers), number_included=plan.number_included, sha256=made.sha256,
            key_print=hashlib.sha256(plan.key.read_bytes()).hexdigest(), made_on=on, made_by=gate.required().officer,
            destroy_by=on + timedelta(days=KEEP_DAYS),
        )  # fmt: skip
        _recorded("提供の媒体を作った", row, rows=len(numbers))
    return row


def hand_over(number: str, *, carrier: str, on: date, as_of: date) -> None:
    """媒体を渡した。渡した職員と、受け取った者を残す。

    要件: F36-06
    """
    with transaction.atomic():
        row = _locked(number, State.MADE)
        _in_order(row.made_on, on, as_of)
        if not carrier.strip():
            raise refusals.ReasonMissing
        row.state, row.handed_on, row.handed_by, row.carrier = (
            State.HANDED_OVER, on, gate.required().officer, carrier.strip(),
        )  # fmt: skip
        row.save(update_fields=["state", "handed_on", "handed_by", "carrier"])
        _recorded("提供の媒体を渡した", row)


def receive(number: str, *, count: int, sha256: str, on: date, as_of: date) -> bool:
    """提供先の受領書のとおりに記録する。件数かハッシュが違えば、不一致として止める。合ったかを返す。

    要件: F36-06
    """
    with transaction.atomic():
        row = _locked(number, State.HANDED_OVER, State.DISAGREED)
        _in_order(row.handed_on or row.made_on, on, as_of)
        agrees = count == row.row_count and sha256.strip().lower() in {"", row.sha256}
        row.state = State.RECEIVED if agrees else State.DISAGREED
        row.arrived_on, row.received_count, row.received_sha256 = on, count, sha256.strip().lower()
        row.save(update_fields=["state", "arrived_on", "received_count", "received_sha256"])
        _recorded("提供の媒体の受領を記録した" if agrees else "提供の媒体の件数が合わない", row, count=count)
    return agrees


@dataclass(frozen=True, slots=True)
class Destruction:
    """廃棄の証明。方法、立会い、証明の番号。"""

    method: str
    witness: str
    certificate: str


def destroy(number: str, proof: Destruction, *, on: date, as_of: date) -> None:
    """媒体を廃棄した。方法、立ち会った者、証明の番号がなければ、廃棄とは認めない。

    要件: F36-06
    """
    with transaction.atomic():
        row = _locked(number, State.MADE, State.RECEIVED, State.DISAGREED)
        _in_order(row.arrived_on or row.made_on, on, as_of)
        facts = [each.strip() for each in (proof.method, proof.witness, proof.certificate)]
        if not all(facts) or facts[1] in {row.handed_by, gate.required().officer}:
            raise refusals.DestructionUnproved
        row.destruction_method, row.destruction_witness, row.certificate = facts
        row.state, row.destroyed_on = State.DESTROYED, on
        row.save(update_fields=["state", "destroyed_on", "destruction_method", "destruction_witness", "certificate"])
        _recorded("提供の媒体を廃棄した", row)


def lose(number: str, *, known_on: date, as_of: date) -> int:
    """媒体を失った。漏えい等事故として登録し、その番号を返す。封があることも、事故に残る。

    要件: F36-06, F36-11
    """
    with transaction.atomic():
        row = _locked(number, State.MADE, State.HANDED_OVER, State.DISAGREED)
        incident = incidents.register(
            Detection(
                kind=Incident.Kind.LOST,
                summary=f"提供の媒体 {number} の紛失（提供先 {row.receiver}、{row.row_count:,}件、提供先の公開鍵で封印済み）",
                known_on=known_on, number_included=row.number_included, protected_by_encryption=True,
            ),
            as_of=as_of,
        )  # fmt: skip
        row.state, row.incident_id = State.LOST, incident
        row.save(update_fields=["state", "incident_id"])
        _recorded("提供の媒体を失った", row, incident=incident)
    return incident


def one(number: str) -> ProvisionMedium:
    """一つの媒体。なければ断る。"""
    row = ProvisionMedium.objects.filter(pk=number).first()
    if row is None:
        raise refusals.UnknownMedium(number)
    return row


def listed(*, open_only: bool = False, limit: int = 200) -> list[ProvisionMedium]:
    """媒体を、廃棄の期限の早いものから。"""
    found = ProvisionMedium.objects.all()
    if open_only:
        found = found.exclude(state__in=[State.DESTROYED, State.LOST])
    return list(found.order_by("destroy_by", "medium_number")[:limit])


def _is_secret(path: Path) -> bool:
    """秘密鍵らしいファイルか。"""
    if not path.is_file() or path.stat().st_size > 20_000:
        return False
    return b"PRIVATE KEY" in path.read_bytes()


def _in_order(before: date, on: date, as_of: date) -> None:
    if not before <= on <= as_of:
        raise refusals.WrongOrderOfDates(format_wareki(on))


def _locked(number: str, *states: str) -> ProvisionMedium:
    row = ProvisionMedium.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise refusals.UnknownMedium(number)
    if row.state not in states:
        raise refusals.MediumStageWrong(State(row.state).label)
    return row


def _recorded(act: str, row: ProvisionMedium, **detail: str | int) -> None:
    record(act, detail={"媒体番号": row.medium_number, **detail})
