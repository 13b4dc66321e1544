"""質権者・抵当権者の受ける配当からの納付と、夜の見回り。受けた配当は、納付書の収納として、譲渡した納税者の期別に一度だけ入る。"""

from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import prescription_of, refuse_extinct
from osame.collection.arrears.procedures import Moved, move
from osame.collection.liabilities.slips import NothingLeftToClaim, trimmed
from osame.collection.liabilities.transfer_letters import send_transfer_slip
from osame.collection.liabilities.transfer_queries import TransferFile, open_transfers, transfer_file
from osame.collection.payment_slips.actions import NewSlip, Stamp, write_slips
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import issuer, next_numbers
from osame.collection.payment_slips.owed import owed_of
from osame.collection.payment_slips.planning import Plan, usual_day
from osame.collection.payment_slips.queries import slip_numbered
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct, ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.database import run_sql


class DividendBeyondLimit(Refusal):
    """配当の額が、徴収できる額を超えています。限度の残りと期別の未納を確かめ、超える分は質権者・抵当権者に配当してもらってください。"""


def receive_dividend(encumbered_transfer_id: int, amount: int, *, as_of: date, officer: str) -> int:
    """執行機関からの配当の額を記録し、その額の納付書を作る。束の番号を返す。

    要件: F24-08, F18-04
    """
    with transaction.atomic():
        file = transfer_file(encumbered_transfer_id, lock=True)
        head = file.head
        move("encumbered_transfer", head.key, ProcedureAct.DISTRIBUTE, Moved(as_of, officer, f"配当 {amount:,}円"))
        charges, through = [each.charge_id for each in file.charges], usual_day(as_of)
        owed = owed_of(head.addressee_number, charges, on=through, as_of=as_of, lock=True)
        refuse_extinct(head.addressee_number, [each.facts.charge_id for each in owed], as_of=as_of)
        if not owed:
            raise NothingLeftToClaim(f"管理番号{encumbered_transfer_id}")
        shares = trimmed((each.share() for each in owed), amount)
        if amount > head.limit_left or sum(each.amount for each in shares) != amount:
            raise DividendBeyondLimit(f"配当{amount:,}円、限度の残り{head.limit_left:,}円")
        (number,) = next_numbers(1)
        kind = PaymentSlip.Kind.SINGLE if len(shares) == 1 else PaymentSlip.Kind.COMBINED
        stamp = Stamp(as_of, officer, kind, f"質権者・抵当権者の受ける配当（管理番号{encumbered_transfer_id}）のため")
        write_slips([NewSlip(number, head.addressee_number, Plan(shares, ()), through, stamp)], issuer(as_of=as_of))
        run_sql(
            "INSERT INTO encumbered_transfer_slip VALUES (%s, %s, %s, %s, %s, %s)",
            [*head.key, number, amount, as_of, officer],
        )
        run_id = send_transfer_slip(
            transfer_file(encumbered_transfer_id), slip_numbered(number), as_of=as_of, officer=officer
        )
        detail: dict[str, str | int] = {"譲渡管理番号": encumbered_transfer_id, "配当": amount, "納付書番号": number}
        record("質権者・抵当権者の受ける配当からの徴収を記録した", subjects=[head.addressee_number], detail=detail)
        return run_id


def refresh_transfers(*, as_of: date, officer: str) -> tuple[int, int]:
    """夜の見回り。完納したもの、配当の納付が済んだもの、消滅したものを終える。（完納・納付済み、消滅）の数を返す。

    要件: F24-08
    """
    paid = gone = 0
    with transaction.atomic():
        for head in open_transfers():
            file = transfer_file(head.encumbered_transfer_id, lock=True)
            if head.stage is ProcedureStage.DISTRIBUTED:
                if head.left and not _is_received(file):
                    continue
                _end(file, ProcedureAct.END, Moved(as_of, officer, "配当が納付された"))
                paid += 1
            elif not head.left:
                _end(file, ProcedureAct.PAY, Moved(as_of, officer, "納税者の期別が完納した"))
                paid += 1
            elif _is_extinct(file, as_of):
                _end(file, ProcedureAct.EXTINGUISH, Moved(as_of, officer, "納税義務が消滅した"))
                gone += 1
    return paid, gone


def _is_received(file: TransferFile) -> bool:
    """配当の納付書の額が、すべて納められたか。"""
    return file.head.paid >= file.head.dividend > 0


def _is_extinct(file: TransferFile, as_of: date) -> bool:
    known = prescription_of(file.head.addressee_number, as_of=as_of)
    return all(known[each.charge_id].is_extinct for each in file.charges if each.left)


def _end(file: TransferFile, act: ProcedureAct, moved: Moved) -> None:
    move("encumbered_transfer", file.head.key, act, moved)
    run_sql(
        "UPDATE encumbered_transfer SET ended_on = %s WHERE addressee_number = %s AND encumbered_transfer_id = %s",
        [moved.on, *file.head.key],
    )
