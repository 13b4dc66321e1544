"""窓口レジの行い。開く、領収する、取り消す、締める、締めを解く、確かめる。

Taking cash issues a number whose shares are exactly what was chosen, and reports it as preliminary (仮消込): demands and debits leave it
out at once. The day's close counts the drawer; another officer confirms, and the batch enters the ledger through the door of manual entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.matching.entering import BatchSheet, ManualSlip, enter_batch
from osame.collection.matching.importing import receipt_key
from osame.collection.payment_slips.numbering import next_numbers
from osame.collection.payment_slips.owed import Share, owed_of
from osame.collection.tills.models import TillDay, TillReceipt
from osame.formats.reports import Channel
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql

State = TillDay.State


class TillAlreadyOpened(Refusal):
    """このレジは、この日にもう開いています。一覧から開いてください。"""


class TillUnknown(Refusal):
    """そのレジの日はありません。番号を確かめてください。"""


class TillNotOpen(Refusal):
    """このレジは、いまその手続ができる状態ではありません。締めたレジの領収は変えられません。状態を確かめてください。"""


class TillOfAnotherDay(Refusal):
    """このレジは、今日のものではありません。その日のレジを締めてから、今日のレジを開いてください。"""


class NothingToReceive(Refusal):
    """選んだ期別に、納める額がありません。期別を選び直してください。"""


class AlreadyReceived(Refusal):
    """この期別には、納める額に足りる入金がもう届いています（仮消込）。領収せずに、その入金の確報を待ってください。"""


class CashTooLittle(Refusal):
    """お預りした現金が、納める額に足りません。額を確かめてください。"""


class ReceiptUnknown(Refusal):
    """その領収はありません。または、もう取り消しています。領収番号を確かめてください。"""


class TillNeedsReason(Refusal):
    """理由がありません。取消し、過不足、締めの取消しの理由を入力してください。"""


class TillNeedsAnother(Refusal):
    """確かめるのは、レジを締めた職員とは別の職員です。別の職員に依頼してください。"""


@dataclass(frozen=True, slots=True)
class Taken:
    """領収した一件。 change: 釣銭。"""

    receipt_number: int
    slip_number: int
    amount: int
    change: int


def open_till(till_number: int, change_fund: int, *, as_of: date, officer: str) -> int:
    """その日のレジを開く。レジの日の番号を返す。

    要件: F07-10
    """
    with transaction.atomic():
        (number,) = fetch_one("SELECT nextval('till_day_number')")
        try:
            with transaction.atomic():
                TillDay.objects.create(
                    till_day_id=number,
                    till_number=till_number,
                    business_on=as_of,
                    change_fund=change_fund,
                    opened_by=officer,
                )
        except IntegrityError as taken:
            raise TillAlreadyOpened(f"レジ{till_number}、{format_wareki(as_of)}") from taken
        record("レジを開いた", detail={"レジの日": int(number), "釣銭準備金": change_fund})
    return int(number)


def take_cash(
    till_day_id: int, addressee_number: str, charges: Sequence[int], tendered: int, *, as_of: date, officer: str
) -> Taken:
    """現金を領収し、仮に消し込む。本税・督促手数料と、今日までの延滞金のすべてを領収する。

    要件: F07-10
    """
    with transaction.atomic():
        _locked(till_day_id, State.OPEN, on=as_of)
        refuse_extinct(addressee_number, list(charges), as_of=as_of)
        owed = owed_of(addressee_number, sorted(set(charges)), on=as_of, as_of=as_of, lock=True)
        if received := [each.label for each in owed if each.facts.in_flight >= each.share().amount > 0]:
            raise AlreadyReceived("、".join(received))
        shares = [share for each in owed if (share := each.share()).amount]
        if not charges or len(shares) != len(set(charges)):
            raise NothingToReceive(addressee_number)
        amount = sum(each.amount for each in shares)
        if tendered < amount:
            raise CashTooLittle(f"納める額{amount:,}円、お預り{tendered:,}円")
        (slip,) = next_numbers(1)
        (number,) = fetch_one("SELECT nextval('till_receipt_number')")
        key = receipt_key(Channel.COUNTER, f"{_natural_key(int(number), slip, as_of)}|{amount}")
        _write_shares(addressee_number, slip, shares)
        TillReceipt.objects.create(
            addressee_number=addressee_number, receipt_number=number, till_day_id=till_day_id, slip_number=slip, receipt_key=key,
            amount=amount, tendered=tendered, paid_on=as_of, officer=officer,
        )  # fmt: skip
        _report(int(number), "1")
        record(
            "窓口で領収した",
            subjects=[addressee_number],
            fields=["収納"],
            detail={"領収番号": int(number), "額": amount},
        )
    return Taken(int(number), slip, amount, tendered - amount)


def cancel_receipt(receipt_number: int, *, reason: str, as_of: date, officer: str) -> None:
    """締める前の領収を取り消し、仮の消込を戻す。領収番号は欠番として残る。

    要件: F07-10
    """
    if not reason.strip():
        raise TillNeedsReason
    with transaction.atomic():
        found = TillReceipt.objects.select_for_update().filter(receipt_number=receipt_number, cancelled_on=None).first()
        if found is None:
            raise ReceiptUnknown(str(receipt_number))
        _locked(found.till_day_id, State.OPEN)
        TillReceipt.objects.filter(addressee_number=found.addressee_number, receipt_number=receipt_number).update(
            cancelled_on=as_of, cancel_reason=reason.strip(), cancelled_by=officer
        )
        _report(receipt_number, "3")
        record("窓口の領収を取り消した", subjects=[found.addressee_number], detail={"領収番号": receipt_number})


def count_till(till_day_id: int, counted: int, *, reason: str, officer: str) -> int:
    """現金を数えて、レジを締める。過不足があれば、理由が要る。過不足を返す。

    要件: F07-10
    """
    with transaction.atomic():
        day = _locked(till_day_id, State.OPEN)
        difference = counted - day.change_fund - _total(till_day_id)
        if difference and not reason.strip():
            raise TillNeedsReason(f"過不足 {difference:,}円")
        day.state, day.counted, day.difference = State.COUNTED, counted, difference
        day.difference_reason, day.counted_by = reason.strip(), officer
        day.save(update_fields=["state", "counted", "difference", "difference_reason", "counted_by"])
        record("レジを締めた", detail={"レジの日": till_day_id, "過不足": difference})
        return difference


def reopen_till(till_day_id: int, *, reason: str, officer: str) -> None:
    """締めを取り消し、レジを開き直す。確かめた後は、取り消せない。

    要件: F07-10
    """
    if not reason.strip():
        raise TillNeedsReason
    with transaction.atomic():
        day = _locked(till_day_id, State.COUNTED)
        day.state, day.counted, day.difference = State.OPEN, None, None
        day.difference_reason, day.counted_by = "", ""
        day.save(update_fields=["state", "counted", "difference", "difference_reason", "counted_by"])
        record("レジの締めを取り消した", detail={"レジの日": till_day_id, "理由": reason.strip(), "職員": officer})


def confirm_till(till_day_id: int, *, officer: str) -> int:
    """別の職員が確かめ、その日の領収を元帳に入れる。入れた件数を返す。

    要件: F07-10, F04-04
    """
    with transaction.atomic():
        day = _locked(till_day_id, State.COUNTED)
        if officer == day.counted_by:
            raise TillNeedsAnother(officer)
        lines = tuple(
            ManualSlip(at, int(slip), int(amount), paid_on, _notice(int(number)))
            for at, (number, slip, amount, paid_on) in enumerate(
                fetch_all(
                    "SELECT receipt_number, slip_number, amount, paid_on FROM till_receipt WHERE till_day_id = %s "
                    "AND cancelled_on IS NULL ORDER BY receipt_number",
                    [till_day_id],
                ),
                start=1,
            )
        )
        file_id = None
        if lines:
            total = sum(each.amount for each in lines)
            sheet = BatchSheet(Channel.COUNTER, day.business_on, len(lines), total, day.counted_by, officer)
            file_id = enter_batch(lines, sheet).intake_file_id
        day.state, day.confirmed_by, day.result_file_id = State.CONFIRMED, officer, file_id
        day.save(update_fields=["state", "confirmed_by", "result_file_id"])
        record("レジを確かめた", detail={"レジの日": till_day_id, "件数": len(lines)})
        return len(lines)


def _locked(till_day_id: int, state: TillDay.State, *, on: date | None = None) -> TillDay:
    day = TillDay.objects.select_for_update().filter(till_day_id=till_day_id).first()
    if day is None:
        raise TillUnknown(str(till_day_id))
    if day.state != state:
        raise TillNotOpen(f"いまの状態は「{State(day.state).label}」")
    if on is not None and day.business_on != on:
        raise TillOfAnotherDay(format_wareki(day.business_on))
    return day


def _total(till_day_id: int) -> int:
    (total,) = fetch_one(
        "SELECT coalesce(sum(amount), 0)::bigint FROM till_receipt WHERE till_day_id = %s AND cancelled_on IS NULL",
        [till_day_id],
    )
    return int(total)


def _notice(receipt_number: int) -> str:
    return f"till-{receipt_number}"


def _natural_key(receipt_number: int, slip: int, paid_on: date) -> str:
    """手入力の入口が同じ入金に付ける鍵。仮の消込と確定が、一つの入金になる。"""
    return f"manual|{_notice(receipt_number)}|{slip}|{paid_on}"


def _write_shares(addressee_number: str, slip: int, shares: Sequence[Share]) -> None:
    copy_rows(
        "slip_share",
        ("slip_number", "position", "addressee_number", "charge_id", "amount", "principal_tax", "demand_fee",
         "delinquency_charge"),
        (
            (slip, position, addressee_number, each.charge_id, each.amount, each.principal_tax, each.demand_fee,
             each.delinquency_charge)
            for position, each in enumerate(shares, start=1)
        ),
    )  # fmt: skip


def _report(receipt_number: int, stage: str) -> None:
    """仮の消込（1）と、その取消し（3）。金は、確かめるまで元帳に入らない。"""
    run_sql(
        "INSERT INTO channel_report (receipt_key, stage, slip_number, amount, paid_on, channel, result_code, intake_file_id, "
        "line_number) SELECT receipt_key, %s, slip_number, amount, paid_on, %s, '', 0, 0 FROM till_receipt WHERE receipt_number = %s",
        [stage, Channel.COUNTER.value, receipt_number],
    )
