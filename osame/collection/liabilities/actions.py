"""責任を負う者への催告・督促、納付書、夜の見回り。告知と取消しは、二人の職員の決裁を経る（`deciding.py`）。"""

from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move
from osame.collection.liabilities.letters import send_reminder
from osame.collection.liabilities.queries import LiabilityFile, liability_file, open_liabilities, own_prescriptions
from osame.collection.liabilities.slips import NothingLeftToClaim, make_slip
from osame.collection.payment_slips.planning import usual_day
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct
from osame.law.obligor_conditions import ObligorForm
from osame.platform.audit.recording import record
from osame.platform.database import run_sql


class NotYetDue(Refusal):
    """告知した納期限が、まだ過ぎていません。納期限の翌日以後に、催告・督促を発してください（地方税法第11条第2項、第329条第1項）。"""


def remind(liability_id: int, *, as_of: date, officer: str) -> int:
    """納期限までに完納しない者に、納付催告書（連帯する者には督促状）を発する。束の番号を返す。

    要件: F24-05, F24-06, F24-08
    """
    with transaction.atomic():
        file = liability_file(liability_id, lock=True)
        head = file.head
        if head.due_date >= as_of:
            raise NotYetDue(format_wareki(head.due_date))
        if not head.claimable:
            raise NothingLeftToClaim(f"責任番号{liability_id}")
        move("liability", head.key, ProcedureAct.ISSUE, Moved(as_of, officer, "納期限までに完納しない"))
        run_sql(
            "UPDATE liability SET reminded_on = %s WHERE addressee_number = %s AND liability_id = %s",
            [as_of, *head.key],
        )
        file = liability_file(liability_id)
        slip = make_slip(file, usual_day(as_of), as_of=as_of, officer=officer)
        run_id = send_reminder(file, slip, as_of=as_of, officer=officer)
        _recorded("納税者のほかの者に催告・督促を発した", file, {"束": run_id})
        return run_id


def issue_obligor_slip(liability_id: int, *, as_of: date, officer: str) -> int:
    """残る限度までの納付書を、もう一枚作り、手渡せる文書にする。束の番号を返す。

    要件: F24-05, F24-06, F24-08
    """
    with transaction.atomic():
        file = liability_file(liability_id, lock=True)
        if not file.head.is_open:
            raise NothingLeftToClaim(f"責任番号{liability_id}")
        slip = make_slip(file, usual_day(as_of), as_of=as_of, officer=officer)
        run_id = send_reminder(file, slip, as_of=as_of, officer=officer, is_only_slip=True)
        _recorded("納税者のほかの者の納付書を作った", file, {"納付書番号": slip.slip_number})
        return run_id


def refresh_liabilities(*, as_of: date, officer: str) -> tuple[int, int]:
    """夜の見回り。完納した、または限度に達した責任と、消滅した責任を終える。（完納、消滅）の数を返す。

    要件: F24-05, F24-06, F24-08
    """
    paid = gone = 0
    with transaction.atomic():
        for head in open_liabilities():
            file = liability_file(head.liability_id, lock=True)
            if not head.claimable:
                why = "主たる納税者の期別が完納した" if not head.left else "限度額まで納めた"
                _end(file, ProcedureAct.PAY, Moved(as_of, officer, why))
                paid += 1
            elif reason := _extinct(file, as_of):
                _end(file, ProcedureAct.EXTINGUISH, Moved(as_of, officer, reason))
                gone += 1
    return paid, gone


def _extinct(file: LiabilityFile, as_of: date) -> str:
    """残る期別のすべてについて、その者の責任が消滅していれば、その理由。"""
    told = own_prescriptions(file, as_of=as_of)
    reasons = []
    for each in file.charges:
        if not each.left:
            continue
        own, principal = told[each.charge_id]
        if own.extinguished_on and own.extinguished_on <= as_of:
            reasons.append("責任の消滅時効")
        elif principal.is_extinct and file.head.form is not ObligorForm.JOINT:
            reasons.append("主たる納税義務の消滅")
        else:
            return ""
    return reasons[0] if reasons else ""


def _end(file: LiabilityFile, act: ProcedureAct, moved: Moved) -> None:
    move("liability", file.head.key, act, moved)
    run_sql(
        "UPDATE liability SET ended_on = %s WHERE addressee_number = %s AND liability_id = %s",
        [moved.on, *file.head.key],
    )


def _recorded(act: str, file: LiabilityFile, detail: dict[str, int]) -> None:
    subjects = [file.head.addressee_number, file.head.obligor_number]
    record(act, subjects=subjects, detail={"責任番号": file.head.liability_id, **detail})
