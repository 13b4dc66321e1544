"""猶予の申請、書類と補正、取下げ、計画、担保。許可・不許可・取消しは、二人の職員の決裁を経る（`deciding.py`）。

What an officer does with an application before and beside the decision. An application is an acknowledgement of the debt, so
its day is kept for prescription; stages move only through `arrears.procedures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.arrears.procedures import Moved, move
from osame.collection.grace.models import GraceDocument, GraceSecurity
from osame.collection.grace.queries import GraceFile, grace_file, uncured
from osame.collection.ledger.posting import claim_command
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import Span
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.grace import GraceGround
from osame.law.grace_conditions import REALIZATION_GROUNDS, correction_deadline, is_security_needed
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

FIELDS = ("猶予の申請", "期別", "一時に納付できない事情")
Kind = GraceDocument.Kind
"""申請のときに要る書類。"""


class GraceOfNothing(Refusal):
    """猶予する未納の期別がありません。対象の期別を選び直してください。"""


class ChargeInAnotherGrace(Refusal):
    """この期別には、申請中または期間中の猶予があります。その猶予を終えるか、延長してください。"""


class GraceNeedsCircumstances(Refusal):
    """一時に納付できない事情がありません。事情を入力してください。"""


class GracePeriodInverted(Refusal):
    """猶予期間の終わりが始まりより前です。期間を確かめてください。"""


class GraceNotPending(Refusal):
    """この猶予は、申請中ではありません。猶予の画面で段階を確かめてください。"""


class DefectNeedsWords(Refusal):
    """不備の内容がありません。何を補正してほしいかを入力してください。"""


class SecurityNotHeld(Refusal):
    """この番号の、解除していない担保はありません。担保の番号を確かめてください。"""


class SecurityStillNeeded(Refusal):
    """猶予の期間中で、残る担保では足りません。猶予を終えるか、代わりの担保を取ってから解除してください。"""


@dataclass(frozen=True, slots=True)
class Application:
    """猶予の申請（職権なら applied_on は None）。 charges: 対象の期別番号; instalments: 分割の計画（納付予定日と額）。"""

    addressee_number: str
    ground: GraceGround
    charges: tuple[int, ...]
    period: tuple[date, date]
    circumstances: str
    applied_on: date | None
    instalments: tuple[tuple[date, int], ...] = ()
    security_excuse: str = ""

    @property
    def procedure(self) -> Procedure:
        """どの猶予か。"""
        return Procedure.REALIZATION_GRACE if self.ground in REALIZATION_GROUNDS else Procedure.COLLECTION_GRACE


def apply_grace(application: Application, *, as_of: date, officer: str) -> int:
    """猶予の申請を受け付ける（職権なら、起案のための調書を作る）。猶予管理番号を返す。

    要件: F15-01, F15-02
    """
    if not application.circumstances.strip():
        raise GraceNeedsCircumstances
    first, through = application.period
    if through < first:
        raise GracePeriodInverted(f"{format_wareki(first)}～{format_wareki(through)}")
    with transaction.atomic():
        owed = owed_of(application.addressee_number, application.charges, on=as_of, as_of=as_of, lock=True)
        if not application.charges or len(owed) != len(set(application.charges)):
            raise GraceOfNothing
        refuse_extinct(application.addressee_number, application.charges, as_of=as_of)
        _refuse_overlap(application)
        (grace_id,) = fetch_one("SELECT nextval('grace_number')")
        command = claim_command(
            f"grace:{grace_id}", kind="apply_grace", content=[application.addressee_number], purpose="猶予の申請",
            officer=officer,
        )  # fmt: skip
        run_sql(
            "INSERT INTO grace (addressee_number, grace_id, procedure, stage, ground, applied_on, circumstances, first_on, "
            "through_on, security_excuse, officer, recorded_on, command_id) "
            "VALUES (%s, %s, %s, 'NONE', %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [application.addressee_number, grace_id, application.procedure.name, application.ground.value,
             application.applied_on, application.circumstances.strip(), first, through,
             application.security_excuse.strip(), officer, as_of, command.command_id],
        )  # fmt: skip
        for each in owed:
            run_sql(
                "INSERT INTO grace_charge VALUES (%s, %s, %s, %s, %s, %s)",
                [application.addressee_number, grace_id, each.facts.charge_id, each.facts.principal_tax,
                 each.facts.demand_fee, each.late[0]],
            )  # fmt: skip
        key = (application.addressee_number, int(grace_id))
        amount = Yen(sum(each.share().amount for each in owed))
        _open_documents(key, application, amount)
        write_plan(key, application.instalments)
        if application.applied_on is not None:
            move("grace", key, ProcedureAct.APPLY, Moved(application.applied_on, officer))
        record("猶予の申請を受け付けた", subjects=[application.addressee_number], fields=FIELDS,
               detail={"猶予管理番号": int(grace_id)})  # fmt: skip
        return int(grace_id)


def receive_document(key: tuple[str, int], kind: GraceDocument.Kind, *, on: date, officer: str) -> None:
    """書類を受け取る。不備を知らせていた書類なら、補正されたものとする。

    要件: F15-01
    """
    with transaction.atomic():
        _pending(key)
        run_sql(
            "INSERT INTO grace_document (addressee_number, grace_id, kind, arrived_on, defect) VALUES (%s, %s, %s, %s, '') "
            "ON CONFLICT (addressee_number, grace_id, kind) DO UPDATE SET arrived_on = coalesce("
            "grace_document.arrived_on, excluded.arrived_on), cured_on = CASE WHEN grace_document.defect <> '' "
            "THEN excluded.arrived_on END",
            [*key, kind, on],
        )
        record(
            "猶予の書類を受け取った",
            subjects=[key[0]],
            detail={"猶予管理番号": key[1], "書類": str(kind.label), "職員": officer},
        )


def notify_defect(key: tuple[str, int], kind: GraceDocument.Kind, defect: str, *, on: date, officer: str) -> date:
    """書類の不備を知らせ、補正の期限を返す。期限までに補正がなければ、申請は取り下げたものとみなす。

    要件: F15-01
    """
    if not defect.strip():
        raise DefectNeedsWords(str(kind.label))
    with transaction.atomic():
        _pending(key)
        through = correction_deadline(on)
        run_sql(
            "INSERT INTO grace_document (addressee_number, grace_id, kind, defect, notified_on, cure_through) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (addressee_number, grace_id, kind) DO UPDATE SET "
            "defect = excluded.defect, notified_on = excluded.notified_on, cure_through = excluded.cure_through, cured_on = NULL",
            [*key, kind, defect.strip(), on, through],
        )
        record(
            "猶予の書類の不備を知らせた",
            subjects=[key[0]],
            detail={"猶予管理番号": key[1], "期限": through.isoformat(), "職員": officer},
        )
        return through


def lapse_uncured(*, as_of: date, officer: str) -> tuple[tuple[str, int], ...]:
    """補正の期限を過ぎた申請を、取り下げたものとみなす。その猶予を返す。

    要件: F15-01
    """
    with transaction.atomic():
        found = uncured(as_of=as_of)
        for key in found:
            move(
                "grace", key, ProcedureAct.WITHDRAW, Moved(as_of, officer, "補正の期限までに補正がない（みなし取下げ）")
            )
            record("猶予の申請を取り下げたものとみなした", subjects=[key[0]], detail={"猶予管理番号": key[1]})
        return found


def withdraw_application(key: tuple[str, int], *, on: date, reason: str, officer: str) -> None:
    """申請の取下げを記録する。

    要件: F15-01
    """
    with transaction.atomic():
        move("grace", key, ProcedureAct.WITHDRAW, Moved(on, officer, reason.strip()))
        record("猶予の申請の取下げを記録した", subjects=[key[0]], detail={"猶予管理番号": key[1]})


def write_plan(key: tuple[str, int], instalments: Sequence[tuple[date, int]]) -> None:
    """分割納付の計画の新しい版を書く。呼び手の取引の中で。

    要件: F15-01
    """
    for number, (due_on, amount) in enumerate(sorted(instalments), start=1):
        run_sql(
            "INSERT INTO grace_instalment SELECT %s, %s, coalesce(max(plan_number), 0) + CASE WHEN %s = 1 THEN 1 ELSE 0 END, "
            "%s, %s, %s FROM grace_instalment WHERE addressee_number = %s AND grace_id = %s",
            [*key, number, number, due_on, amount, *key],
        )


@dataclass(frozen=True, slots=True)
class Security:
    """提供された担保。"""

    kind: GraceSecurity.Kind
    description: str
    value: int
    given_on: date


def take_security(key: tuple[str, int], security: Security, *, officer: str) -> int:
    """担保を受け取り、担保番号を返す。

    要件: F15-04
    """
    with transaction.atomic():
        grace_file(key)
        (security_id,) = fetch_one("SELECT nextval('grace_security_number')")
        run_sql(
            "INSERT INTO grace_security (addressee_number, security_id, grace_id, kind, description, value, given_on, "
            "release_reason, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s)",
            [key[0], security_id, key[1], security.kind, security.description.strip(), security.value, security.given_on,
             officer],
        )  # fmt: skip
        record("担保を受け取った", subjects=[key[0]], detail={"猶予管理番号": key[1], "担保番号": int(security_id)})
        return int(security_id)


def release_security(key: tuple[str, int], security_id: int, *, reason: str, as_of: date, officer: str) -> GraceFile:
    """担保を解除する。期間中の猶予に要る担保は、解除できない。

    要件: F15-04
    """
    with transaction.atomic():
        told = grace_file(key, lock=True)
        held = {each.security_id: each for each in told.securities if each.released_on is None}
        if security_id not in held:
            raise SecurityNotHeld(str(security_id))
        left = told.secured - held[security_id].value
        period = Span(told.head.first_on, told.head.through_on)
        needed = told.head.stage is ProcedureStage.IN_FORCE and is_security_needed(Yen(told.unpaid), period)
        if needed and left < told.unpaid and not told.head.security_excuse:
            raise SecurityStillNeeded(f"猶予した税の未納{told.unpaid:,}円、残る担保{left:,}円")
        run_sql(
            "UPDATE grace_security SET released_on = %s, release_reason = %s WHERE addressee_number = %s AND security_id = %s",
            [as_of, reason.strip(), key[0], security_id],
        )
        record(
            "担保を解除した",
            subjects=[key[0]],
            detail={"猶予管理番号": key[1], "担保番号": security_id, "職員": officer},
        )
        return grace_file(key)


def _pending(key: tuple[str, int]) -> None:
    if grace_file(key, lock=True).head.stage is not ProcedureStage.APPLIED:
        raise GraceNotPending(str(key[1]))


def _open_documents(key: tuple[str, int], application: Application, amount: Yen) -> None:
    """要る書類を並べる。100万円を超えれば、収支状況書に代えて、財産目録と収支の明細書と担保。"""
    if application.applied_on is None:
        return
    period = Span(*application.period)
    large = is_security_needed(amount, period)
    kinds = [Kind.APPLICATION, *([Kind.INVENTORY, Kind.BUDGET, Kind.SECURITY] if large else [Kind.STATEMENT])]
    if application.procedure is Procedure.COLLECTION_GRACE:
        kinds.append(Kind.PROOF)
    for kind in kinds:
        run_sql(
            "INSERT INTO grace_document (addressee_number, grace_id, kind, arrived_on, defect) VALUES (%s, %s, %s, %s, '')",
            [*key, kind, application.applied_on if kind is Kind.APPLICATION else None],
        )


def _refuse_overlap(application: Application) -> None:
    rows = fetch_one(
        "SELECT count(*) FROM grace g JOIN grace_charge c USING (addressee_number, grace_id) WHERE g.addressee_number = %s "
        "AND c.charge_id = ANY (%s) AND g.stage IN ('APPLIED', 'IN_FORCE') AND g.procedure = %s",
        [application.addressee_number, list(application.charges), application.procedure.name],
    )
    if rows[0]:
        raise ChargeInAnotherGrace
