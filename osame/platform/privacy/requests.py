"""本人の請求。受け付け、抽出し、項目を見分け、決定のとおりに実施する。決定は `deciding`。

A person's request: taken in with proof of identity, gathered from the whole catalogue, judged item by item, decided by four
eyes, and only then printed or carried out. Nothing of what is held is copied here: counts and hashes tell what was judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.kernel.dates import format_wareki
from osame.law.personal_information import PrivacyRequestKind, decision_term, may_ask_through
from osame.platform import gate, systems
from osame.platform.audit.recording import record
from osame.platform.egress.authority import CopyNeedsReason
from osame.platform.privacy import refusals
from osame.platform.privacy.guarding import guard_of
from osame.platform.privacy.held import LIVING, Asked, Held, held, inventory, openable, tells_place
from osame.platform.privacy.models import PrivacyMeasure, PrivacyRequest, PrivacyRequestItem

State, Outcome, Kind, Requester = (
    PrivacyRequest.State, PrivacyRequest.Outcome, PrivacyRequest.Kind, PrivacyRequest.Requester,
)  # fmt: skip
LAWS = {
    Kind.DISCLOSURE: PrivacyRequestKind.DISCLOSURE,
    Kind.CORRECTION: PrivacyRequestKind.CORRECTION,
    Kind.SUSPENSION: PrivacyRequestKind.SUSPENSION,
}
FITTING = {
    Kind.DISCLOSURE: {PrivacyMeasure.Kind.EXTENSION_TOLD},
    Kind.CORRECTION: {
        PrivacyMeasure.Kind.CORRECTED, PrivacyMeasure.Kind.RECEIVER_TOLD, PrivacyMeasure.Kind.EXTENSION_TOLD,
    },
    Kind.SUSPENSION: {
        PrivacyMeasure.Kind.STOPPED, PrivacyMeasure.Kind.ERASED, PrivacyMeasure.Kind.PROVISION_STOPPED,
        PrivacyMeasure.Kind.EXTENSION_TOLD,
    },
}  # fmt: skip
OPEN_STATES = (State.RECEIVED, State.GATHERED, State.PROPOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """請求書に書かれたことと、窓口で確かめたこと。 disclosed_on: 訂正・利用停止なら、開示を受けた日。"""

    kind: str
    addressee_number: str
    number_kind: str = PrivacyRequest.NumberKind.ADDRESSEE
    requester: str
    requester_name: str
    proof: str
    authority_paper: str = ""
    scope: str
    requested_on: date
    disclosed_on: date | None = None


def receive(intake: Intake, *, as_of: date) -> int:
    """開示等請求を受け付ける。本人確認をした職員と、決定の期限を残す。番号を返す。

    要件: F36-12, F36-01
    根拠: 個人情報の保護に関する法律第76条・第77条、第90条・第91条、第98条・第99条
    """
    if not intake.requester_name.strip() or not intake.scope.strip():
        raise refusals.RequestSaysNothing
    if intake.requester != Requester.SELF and not intake.authority_paper.strip():
        raise refusals.AgentNeedsAuthority
    if intake.requested_on > as_of:
        raise refusals.ReceivedInTheFuture(format_wareki(intake.requested_on))
    law = LAWS[Kind(intake.kind)]
    if law is not PrivacyRequestKind.DISCLOSURE and intake.disclosed_on is not None:
        last = may_ask_through(law, intake.disclosed_on)
        if intake.requested_on > last:
            raise refusals.AskedTooLate(f"{format_wareki(last)}まで")
    with transaction.atomic():
        row = PrivacyRequest.objects.create(
            kind=intake.kind, addressee_number=intake.addressee_number, number_kind=intake.number_kind,
            requester=intake.requester, requester_name=intake.requester_name.strip(), proof=intake.proof,
            authority_paper=intake.authority_paper.strip(), proved_by=gate.required().officer,
            requested_on=intake.requested_on, scope=intake.scope.strip(),
            due_on=decision_term(law, intake.requested_on).through,
        )  # fmt: skip
        recorded("開示等請求を受け付けた", row)
    return int(row.request_id)


def amend(request_id: int, *, days: int) -> date:
    """補正に要した日数を記録する。決定の期限が、その日数だけ延びる。新しい期限を返す。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第83条第1項ただし書、第94条第1項ただし書、第102条第1項ただし書
    """
    with transaction.atomic():
        row = locked(request_id, *OPEN_STATES)
        row.amending_days = days
        row.due_on = _due(row)
        row.save(update_fields=["amending_days", "due_on"])
        recorded("開示等請求の補正を記録した", row)
    return row.due_on


def extend(request_id: int, *, reason: str, as_of: date) -> date:
    """決定の期限を30日延ばす。理由が要り、一度だけ。請求する者に通知したことも残す。新しい期限を返す。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第83条第2項、第94条第2項、第102条第2項
    """
    if not reason.strip():
        raise refusals.ReasonMissing
    with transaction.atomic():
        row = locked(request_id, *OPEN_STATES)
        if row.extension_reason:
            raise refusals.AlreadyExtended(row.extension_reason)
        if as_of > row.due_on:
            raise refusals.TooLateToExtend(format_wareki(row.due_on))
        row.extension_reason = reason.strip()
        row.due_on = _due(row)
        row.save(update_fields=["extension_reason", "due_on"])
        _add_measure(row, PrivacyMeasure.Kind.EXTENSION_TOLD, "決定の期限", format_wareki(row.due_on), as_of)
        recorded("開示等請求の期限を延ばした", row)
    return row.due_on


def asked_of(row: PrivacyRequest) -> Asked:
    """この請求の、誰の何を。職員が開いた列を含む。"""
    opened = {each.table_name: each.opened_columns for each in items_of(row.request_id)}
    return Asked(
        row.addressee_number, PrivacyRequest.NumberKind(row.number_kind), row.requester != Requester.SELF, opened
    )


def gather(request_id: int) -> int:
    """この人について持つすべてを抽出し、表ごとの件数とハッシュを残す。表の数を返す。見分けた結果は残る。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第78条
    """
    with transaction.atomic():
        row = locked(request_id, State.RECEIVED, State.GATHERED)
        found = list(held(asked_of(row)))
        if not [each for each in found if each.table.name not in LIVING]:
            raise refusals.NothingHeld(row.addressee_number)
        kept = {each.table_name: each for each in PrivacyRequestItem.objects.filter(request_id=request_id)}
        for each in found:
            before = kept.get(each.table.name)
            PrivacyRequestItem.objects.update_or_create(
                request_id=request_id, table_name=each.table.name,
                defaults={
                    "table_label": each.table.label, "row_count": len(each.rows), "masked_count": each.masked,
                    "content_sha256": each.sha256,
                    "withheld_ground": before.withheld_ground if before else "",
                    "opened_columns": before.opened_columns if before else [],
                },
            )  # fmt: skip
        row.state = State.GATHERED
        row.save(update_fields=["state"])
        recorded("開示等請求の情報を抽出した", row, tables=len(found))
    return len(found)


def judge(request_id: int, table_name: str, *, withheld_ground: str = "", opened: Sequence[str] = ()) -> None:
    """一つの項目を見分ける。開示しない理由を書くか、伏せてある列を、確かめて開く。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第78条、第79条
    """
    with transaction.atomic():
        row = locked(request_id, State.GATHERED)
        item = PrivacyRequestItem.objects.filter(request_id=request_id, table_name=table_name).first()
        table = next((each for each in inventory() if each.name == table_name), None)
        if item is None or table is None:
            raise refusals.ItemUnknown(table_name)
        for name in opened:
            if not openable(table, name):
                raise refusals.ColumnUnknown(name)
        if row.requester != Requester.SELF and row.addressee_number in guard_of(systems.current().code).protected:
            places = {each.name for each in table.columns if tells_place(each)}
            if places & set(opened):
                raise refusals.PlaceOfProtectedPerson(table.label)
        item.withheld_ground, item.opened_columns = withheld_ground.strip(), sorted(set(opened))
        item.save(update_fields=["withheld_ground", "opened_columns"])
        one = next((each for each in held(asked_of(row)) if each.table.name == table_name), None)
        if one is not None:
            item.masked_count, item.content_sha256, item.row_count = one.masked, one.sha256, len(one.rows)
            item.save(update_fields=["masked_count", "content_sha256", "row_count"])
        recorded("開示等請求の項目を見分けた", row, table=table_name)


def withdraw(request_id: int, *, reason: str) -> None:
    """取り下げられた請求を終える。決定の後には、取り下げられない。

    要件: F36-12
    """
    if not reason.strip():
        raise refusals.ReasonMissing
    with transaction.atomic():
        row = locked(request_id, State.RECEIVED, State.GATHERED)
        row.state, row.withdrawn_reason = State.WITHDRAWN, reason.strip()
        row.save(update_fields=["state", "withdrawn_reason"])
        recorded("開示等請求が取り下げられた", row)


def to_disclose(request_id: int) -> tuple[PrivacyRequest, list[Held], list[PrivacyRequestItem]]:
    """決定と、開示する項目、開示しない項目。抽出した後に、見分けていない表が加わっていれば断る。"""
    row = one(request_id)
    if row.decided_on is None:
        raise refusals.OnlyDecidedIsPrinted(str(request_id))
    if row.kind != Kind.DISCLOSURE or row.outcome not in {Outcome.WHOLE, Outcome.PART}:
        return row, [], []
    items = {each.table_name: each for each in items_of(request_id)}
    found = list(held(asked_of(row)))
    if {each.table.name for each in found} - items.keys() - LIVING:
        raise refusals.ChangedSinceGathering(str(request_id))
    withheld = [each for each in items.values() if each.withheld_ground]
    hidden = {each.table_name for each in withheld}
    return row, [each for each in found if each.table.name not in hidden], withheld


def require_reason_again(row: PrivacyRequest, reason: str) -> None:
    """もう一度渡すなら、理由が要る。見た記録が増えるので、二枚目の中身は前と違い、出力の仲介からは見分けられない。"""
    if row.egress_serial and not reason.strip():
        raise CopyNeedsReason(row.egress_serial)


def carried_out(request_id: int, *, serial: str, as_of: date) -> None:
    """決定の書面を渡した。開示なら、これで実施したことになる。渡した出力の番号を残す。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第87条
    """
    with transaction.atomic():
        row = locked(request_id, State.DECIDED, State.CARRIED_OUT)
        row.state, row.carried_out_on, row.egress_serial = State.CARRIED_OUT, as_of, serial
        row.save(update_fields=["state", "carried_out_on", "egress_serial"])
        recorded("開示等の決定の書面を渡した", row, serial=serial)


def measure(request_id: int, kind: str, *, target: str, detail: str, done_on: date) -> int:
    """訂正・利用停止の決定に応じて、行ったことを残す。提供先への通知も。

    要件: F36-12
    根拠: 個人情報の保護に関する法律第92条、第97条、第100条
    """
    if not target.strip():
        raise refusals.ReasonMissing
    with transaction.atomic():
        row = locked(request_id, State.DECIDED, State.CARRIED_OUT)
        if PrivacyMeasure.Kind(kind) not in FITTING[Kind(row.kind)] or row.outcome not in {
            Outcome.WHOLE,
            Outcome.PART,
        }:
            raise refusals.MeasureDoesNotFit(PrivacyMeasure.Kind(kind).label)
        number = _add_measure(row, PrivacyMeasure.Kind(kind), target.strip(), detail.strip(), done_on)
        row.state, row.carried_out_on = State.CARRIED_OUT, row.carried_out_on or done_on
        row.save(update_fields=["state", "carried_out_on"])
        recorded("開示等請求に応じた", row, measure=PrivacyMeasure.Kind(kind).label)
    return number


def looked(row: PrivacyRequest, table: str) -> None:
    """見分けるために中身を見たことを残す。"""
    record(
        "開示等請求の項目を見た",
        subjects=[row.addressee_number],
        detail={"開示等請求番号": row.request_id, "表": table},
    )


def one(request_id: int) -> PrivacyRequest:
    """一つの開示等請求。なければ断る。"""
    with transaction.atomic():
        row = PrivacyRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise refusals.UnknownRequest(str(request_id))
    return row


def items_of(request_id: int) -> list[PrivacyRequestItem]:
    """抽出した項目。"""
    with transaction.atomic():
        return list(PrivacyRequestItem.objects.filter(request_id=request_id).order_by("table_label"))


def measures_of(request_id: int) -> list[PrivacyMeasure]:
    """応じて行ったこと。古いものから。"""
    with transaction.atomic():
        return list(PrivacyMeasure.objects.filter(request_id=request_id).order_by("measure_id"))


def listed(*, open_only: bool = False, limit: int = 200) -> list[PrivacyRequest]:
    """開示等請求を、期限の早いものから。"""
    found = PrivacyRequest.objects.filter(state__in=OPEN_STATES) if open_only else PrivacyRequest.objects.all()
    with transaction.atomic():
        return list(found.order_by("due_on", "request_id")[:limit])


def _due(row: PrivacyRequest) -> date:
    law = LAWS[Kind(row.kind)]
    extended = bool(row.extension_reason)
    return decision_term(law, row.requested_on, amending_days=row.amending_days, extended=extended).through


def locked(request_id: int, *states: str) -> PrivacyRequest:
    """その段階にある請求を、押さえて読む。"""
    row = PrivacyRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise refusals.UnknownRequest(str(request_id))
    if row.state not in states:
        raise refusals.NotAtThatStage(State(row.state).label)
    return row


def _add_measure(row: PrivacyRequest, kind: PrivacyMeasure.Kind, target: str, detail: str, on: date) -> int:
    made = PrivacyMeasure.objects.create(
        request_id=row.request_id, addressee_number=row.addressee_number, kind=kind, target=target, detail=detail,
        done_on=on, officer=gate.required().officer,
    )  # fmt: skip
    return int(made.measure_id)


def recorded(act: str, row: PrivacyRequest, **detail: str | int) -> None:
    """請求についての行いを残す。"""
    record(act, subjects=[row.addressee_number], detail={"開示等請求番号": row.request_id, **detail})
