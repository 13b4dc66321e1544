"""倒産手続の記録。破産手続、再生手続、更生手続。申立て、開始、計画の認可、終わり、免責。

What may be done meanwhile is the law's answer: bankruptcy takes the estate away (破産法第43条), rehabilitation leaves tax alone
(民事再生法第122条), reorganization stays enforcement for a year (会社更生法第50条, `stays.py`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, ProcedureUnknown, move
from osame.collection.dispositions.insolvency_models import INSOLVENCIES
from osame.collection.dispositions.stays import write_stay
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure, ProcedureAct
from osame.law.rebuilding import opening_stay, plan_stay
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql


class EvidenceNeeded(Refusal):
    """事件番号または資料がありません。官報や通知書のとおりに入力してください。"""


class ClosedBeforeOpened(Refusal):
    """日付が、開始の決定または申立ての日より前です。日付を確かめてください。"""


class BeginningNeeded(Refusal):
    """開始の申立ての日も、開始の決定の日もありません。分かっている日を入力してください。"""


class NotAnInsolvency(Refusal):
    """倒産手続の種類ではありません。破産手続、再生手続、更生手続から選んでください。"""


class DischargeOnlyInBankruptcy(Refusal):
    """免責は、破産手続だけにあります。再生手続・更生手続は、計画の認可か手続の終わりを記録してください。"""


class NoPlanInBankruptcy(Refusal):
    """破産手続に、計画の認可はありません。再生手続か更生手続で記録してください。"""


class PlanNeedsConsent(Refusal):
    """3年を超える納税の猶予には、徴収の権限を有する者の同意が要ります。同意した日を入力してください（会社更生法第169条第1項）。"""


class GraceOnlyInReorganization(Refusal):
    """計画による納税の猶予は、更生手続だけにあります。再生手続では、租税は随時納付されます（民事再生法第122条第2項）。猶予の日を消してください。"""


@dataclass(frozen=True, slots=True)
class Opened:
    """倒産手続の開始。 opened_on: 開始の決定の日（申立てだけなら None）; applied_on: 開始の申立ての日。"""

    addressee_number: str
    court: str
    case_number: str
    opened_on: date | None
    evidence: str
    trustee_id: int | None = None
    procedure: Procedure = Procedure.BANKRUPTCY
    applied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """計画の認可。 grace_through: 更生計画による納税の猶予の終わり; consented_on: 3年を超える猶予に同意した日。"""

    on: date
    note: str
    grace_through: date | None = None
    consented_on: date | None = None


def open_bankruptcy(opened: Opened, *, officer: str) -> int:
    """倒産手続の開始の決定（または開始の申立て）を記録する。破産管理番号を返す。更生手続なら、1年の禁止が始まる。

    要件: F13-12, F16-09, F18-01
    """
    if not (opened.case_number.strip() and opened.evidence.strip()):
        raise EvidenceNeeded
    if opened.procedure not in INSOLVENCIES:
        raise NotAnInsolvency(opened.procedure.value)
    begun = opened.opened_on or opened.applied_on
    if begun is None:
        raise BeginningNeeded
    if opened.opened_on and opened.applied_on and opened.opened_on < opened.applied_on:
        raise ClosedBeforeOpened
    with transaction.atomic():
        (number,) = fetch_one("SELECT nextval('bankruptcy_number')")
        key = (opened.addressee_number, int(number))
        run_sql(
            "INSERT INTO bankruptcy (addressee_number, bankruptcy_id, procedure, stage, court, case_number, trustee_id, applied_on, "
            "opened_on, evidence, officer) VALUES (%s, %s, %s, 'NONE', %s, %s, %s, %s, %s, %s, %s)",
            [*key, opened.procedure.name, opened.court.strip(), opened.case_number.strip(), opened.trustee_id, opened.applied_on,
             opened.opened_on, opened.evidence.strip(), officer],
        )  # fmt: skip
        moved = Moved(begun, officer, opened.evidence.strip())
        if opened.opened_on is None:
            move("bankruptcy", key, ProcedureAct.APPLY, moved)
        else:
            _open(key, opened.procedure, moved)
        detail: dict[str, str | int] = {"破産管理番号": key[1], "手続": opened.procedure.value, "職員": officer}
        record("倒産手続の開始を記録した", subjects=[key[0]], detail=detail)
        return key[1]


def record_opening(bankruptcy_id: int, *, on: date, note: str, officer: str) -> None:
    """申立てだけを記録した倒産手続に、開始の決定を記録する。

    要件: F13-12
    """
    with transaction.atomic():
        key, procedure, begun = _found(bankruptcy_id)
        if on < begun:
            raise ClosedBeforeOpened
        if not note.strip():
            raise EvidenceNeeded
        _open(key, procedure, Moved(on, officer, note.strip()))
        run_sql("UPDATE bankruptcy SET opened_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s", [on, *key])
        record("倒産手続の開始の決定を記録した", subjects=[key[0]], detail={"破産管理番号": key[1], "職員": officer})


def record_approval(bankruptcy_id: int, approval: Approval, *, officer: str) -> None:
    """再生計画・更生計画の認可の決定を記録する。更生手続の禁止は終わり、計画が納税の猶予を定めれば、その期間が始まる。

    要件: F13-12
    """
    with transaction.atomic():
        key, procedure, begun = _found(bankruptcy_id)
        if procedure is Procedure.BANKRUPTCY:
            raise NoPlanInBankruptcy
        if approval.on < begun:
            raise ClosedBeforeOpened
        if not approval.note.strip():
            raise EvidenceNeeded
        move("bankruptcy", key, ProcedureAct.GRANT, Moved(approval.on, officer, approval.note.strip()))
        told = [approval.on, *key]
        run_sql("UPDATE bankruptcy SET approved_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s", told)
        if approval.grace_through:
            if procedure is not Procedure.REORGANIZATION:
                raise GraceOnlyInReorganization
            stay = plan_stay(approval.on, approval.grace_through)
            if stay.needs_consent and approval.consented_on is None:
                raise PlanNeedsConsent
            write_stay(key, stay, (approval.note.strip(), approval.consented_on, officer))
        record("計画の認可を記録した", subjects=[key[0]], detail={"破産管理番号": key[1], "職員": officer})


def record_discharge(bankruptcy_id: int, *, on: date, officer: str) -> None:
    """免責許可の決定の確定を記録する。租税の納付の義務は残る（破産法第253条第1項第1号）。

    要件: F18-05
    """
    with transaction.atomic():
        key, procedure, begun = _found(bankruptcy_id)
        if procedure is not Procedure.BANKRUPTCY:
            raise DischargeOnlyInBankruptcy
        if on < begun:
            raise ClosedBeforeOpened
        told = [on, *key]
        run_sql("UPDATE bankruptcy SET discharged_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s", told)
        detail: dict[str, str | int] = {"破産管理番号": bankruptcy_id, "職員": officer}
        record("免責の確定を記録した", subjects=[key[0]], detail=detail)


def close_bankruptcy(bankruptcy_id: int, *, on: date, was_cancelled: bool, note: str, officer: str) -> None:
    """倒産手続の終了（または開始決定の取消し・廃止、申立ての取下げ）を記録する。

    要件: F13-12, F18-05
    """
    with transaction.atomic():
        key, _, begun = _found(bankruptcy_id)
        if on < begun:
            raise ClosedBeforeOpened
        act = ProcedureAct.CANCEL if was_cancelled else ProcedureAct.END
        move("bankruptcy", key, act, Moved(on, officer, note.strip()))
        run_sql("UPDATE bankruptcy SET closed_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s", [on, *key])
        record("倒産手続の終了を記録した", subjects=[key[0]], detail={"破産管理番号": bankruptcy_id, "職員": officer})


def _open(key: tuple[str, int], procedure: Procedure, moved: Moved) -> None:
    """開始の決定へ移す。更生手続なら、決定の日から1年の禁止と中止が始まる。"""
    move("bankruptcy", key, ProcedureAct.OPEN, moved)
    if procedure is Procedure.REORGANIZATION:
        write_stay(key, opening_stay(moved.on), (moved.note, None, moved.officer))


def _found(bankruptcy_id: int) -> tuple[tuple[str, int], Procedure, date]:
    """（宛名番号、破産管理番号）、手続、始まりの日。"""
    rows: Any = fetch_all(
        "SELECT addressee_number, procedure, coalesce(opened_on, applied_on) FROM bankruptcy WHERE bankruptcy_id = %s",
        [bankruptcy_id],
    )
    if not rows:
        raise ProcedureUnknown(str(bankruptcy_id))
    return (str(rows[0][0]), bankruptcy_id), Procedure[rows[0][1]], rows[0][2]
