"""破産手続の記録。開始の決定があると、破産財団に属する財産を新たに差し押さえない（破産法第43条第1項）。"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import Moved, ProcedureUnknown, move
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql


class EvidenceNeeded(Refusal):
    """事件番号または資料がありません。官報や通知書のとおりに入力してください。"""


class ClosedBeforeOpened(Refusal):
    """終わった日が、開始の決定の日より前です。日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Opened:
    """破産手続開始の決定。"""

    addressee_number: str
    court: str
    case_number: str
    opened_on: date
    evidence: str
    trustee_id: int | None = None


def open_bankruptcy(opened: Opened, *, officer: str) -> int:
    """破産手続開始の決定を記録する。破産管理番号を返す。

    要件: F16-09, F18-01
    """
    if not (opened.case_number.strip() and opened.evidence.strip()):
        raise EvidenceNeeded
    with transaction.atomic():
        (number,) = fetch_one("SELECT nextval('bankruptcy_number')")
        key = (opened.addressee_number, int(number))
        run_sql(
            "INSERT INTO bankruptcy (addressee_number, bankruptcy_id, procedure, stage, court, case_number, trustee_id, opened_on, "
            "evidence, officer) VALUES (%s, %s, 'BANKRUPTCY', 'NONE', %s, %s, %s, %s, %s, %s)",
            [*key, opened.court.strip(), opened.case_number.strip(), opened.trustee_id, opened.opened_on, opened.evidence.strip(),
             officer],
        )  # fmt: skip
        move("bankruptcy", key, ProcedureAct.OPEN, Moved(opened.opened_on, officer, opened.evidence.strip()))
        record("破産手続の開始を記録した", subjects=[key[0]], detail={"破産管理番号": key[1], "職員": officer})
        return key[1]


def record_discharge(bankruptcy_id: int, *, on: date, officer: str) -> None:
    """免責許可の決定の確定を記録する。租税の納付の義務は残る（破産法第253条第1項第1号）。

    要件: F18-05
    """
    with transaction.atomic():
        rows = fetch_all("SELECT addressee_number, opened_on FROM bankruptcy WHERE bankruptcy_id = %s", [bankruptcy_id])
        if not rows:
            raise ProcedureUnknown(str(bankruptcy_id))
        if on < rows[0][1]:
            raise ClosedBeforeOpened
        run_sql(
            "UPDATE bankruptcy SET discharged_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s",
            [on, rows[0][0], bankruptcy_id],
        )
        detail: dict[str, str | int] = {"破産管理番号": bankruptcy_id, "職員": officer}
        record("免責の確定を記録した", subjects=[str(rows[0][0])], detail=detail)


def close_bankruptcy(bankruptcy_id: int, *, on: date, was_cancelled: bool, note: str, officer: str) -> None:
    """破産手続の終了（または開始決定の取消し・廃止）を記録する。

    要件: F18-05
    """
    with transaction.atomic():
        rows = fetch_all("SELECT addressee_number, opened_on FROM bankruptcy WHERE bankruptcy_id = %s", [bankruptcy_id])
        if not rows:
            raise ProcedureUnknown(str(bankruptcy_id))
        if on < rows[0][1]:
            raise ClosedBeforeOpened
        key = (str(rows[0][0]), bankruptcy_id)
        act = ProcedureAct.CANCEL if was_cancelled else ProcedureAct.END
        move("bankruptcy", key, act, Moved(on, officer, note.strip()))
        run_sql("UPDATE bankruptcy SET closed_on = %s WHERE addressee_number = %s AND bankruptcy_id = %s", [on, *key])
        record("破産手続の終了を記録した", subjects=[key[0]], detail={"破産管理番号": bankruptcy_id, "職員": officer})
