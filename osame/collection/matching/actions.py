"""職員による消込・取消・組替え・延滞金の強制入力。元の記録は残し、違いだけを記帳する。

Official acts on receipts. Each is one transaction: claim the key, lock the charge, record the act, bring the allocation
to its right state, post. Pressing a button twice is harmless.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post, touch_charges
from osame.collection.ledger.queries import ChargeFacts, decided_from
from osame.collection.matching.allocation import reallocate
from osame.collection.matching.batch import insert_staged_receipts
from osame.collection.matching.held import stage_claimed
from osame.collection.matching.keys import held_again_key, moved_key
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.parameters.queries import allocation_order
from osame.formats.reports import Channel
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql


class HeldReceiptNotOpen(Refusal):
    """この入金は、調査中の入金の一覧にありません。既に消し込んだか、番号が違います。「消込」の一覧で確かめてください。"""


class ReceiptAlreadyMatched(Refusal):
    """この入金は、既に消し込まれています。何も変えていません。入金の画面を開き直して、消込先を確かめてください。"""


class ReceiptNotFound(Refusal):
    """この期別に、その収納はありません。収納の番号を確かめてください。"""


class ReceiptAlreadyCancelled(Refusal):
    """この収納は、既に取り消しています。何も変えていません。収納の画面で、取り消した日と理由を確かめてください。"""


class OverpaymentAlreadyDecided(Refusal):
    """この収納から生じた過誤納金は、還付または充当の決議に入っています。先に決議を取り消してください。"""


class AppropriationNotReceived(Refusal):
    """充当による収納は、ここでは取り消せません。還付・充当の決議を取り消してください。"""


class CancellationNeedsNote(Refusal):
    """取消しの理由の説明がありません。なぜ取り消すかを入力してください。"""


class OverrideNeedsTwoOfficers(Refusal):
    """延滞金の強制入力には、入力した者と別の職員の承認が要ります。別の職員に確かめてもらい、その職員を承認者にしてください。"""


class OverrideNeedsReason(Refusal):
    """延滞金を強制入力する理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Act:
    """誰が、いつの日付で。"""

    as_of: date
    officer: str


def identify_receipt(receipt_key: uuid.UUID, charge: ChargeFacts, *, act: Act) -> bool:
    """保留した入金を、調べて分かった期別に消し込む。

    Match one held receipt to a charge. Its suspense entry is reversed by name. Returns False when it was done before.

    要件: F04-05
    """
    with transaction.atomic():
        command = claim_command(
            f"identify:{receipt_key}",
            kind="identify_receipt",
            content=[charge.label],
            purpose="不明入金の消込",
            officer=act.officer,
        )
        if command.replayed:
            return False
        open_rows = fetch_all(
            "SELECT 1 FROM held_receipt WHERE receipt_key = %s AND state = '1' FOR UPDATE", [receipt_key]
        )
        if not open_rows:
            raise HeldReceiptNotOpen(str(receipt_key))
        _claim([(receipt_key, charge)])
        _settle(command, act)
        return True


def cancel_receipt(
    receipt_key: uuid.UUID, charge: ChargeFacts, *, reason: ReceiptCancellation.Reason, note: str, act: Act
) -> bool:
    """収納を取り消す（誤消込・不渡り・収納機関の取消し）。

    Cancel a receipt. The receipt stays; its entries are reversed by name and other receipts of the charge move up.
    誤消込では金は市に残るので、相手の分からない入金として仮受に戻る。
    Returns False when the same cancellation was done before.

    要件: F04-07, F04-08
    """
    if not note.strip():
        raise CancellationNeedsNote(charge.label)
    with transaction.atomic():
        command = claim_command(
            f"cancel-receipt:{charge.charge_id}:{receipt_key}",
            kind="cancel_receipt",
            content=[charge.label, str(reason), note],
            purpose="収納の取消し",
            officer=act.officer,
        )
        if command.replayed:
            return False
        _cancel(command, receipt_key, charge, (reason, note, None), act)
        _claim([])
        if reason is ReceiptCancellation.Reason.WRONG_MATCH:
            _hold_again(receipt_key, charge, note, act)
        _settle(command, act, charge)
        return True


def move_receipt(receipt_key: uuid.UUID, source: ChargeFacts, target: ChargeFacts, *, note: str, act: Act) -> bool:
    """収納を別の期別へ組み替える。領収日はそのまま引き継ぐ。

    Move a receipt to another charge. The original stays as cancelled, pointing to the new one; 領収日 is kept, so that
    the delinquency charge of the target follows the day the taxpayer really paid.

    要件: F04-07
    """
    if not note.strip():
        raise CancellationNeedsNote(source.label)
    with transaction.atomic():
        command = claim_command(
            f"move-receipt:{source.charge_id}:{receipt_key}",
            kind="move_receipt",
            content=[source.label, target.label, note],
            purpose="収納の組替え",
            officer=act.officer,
        )
        if command.replayed:
            return False
        _lock(source, target)
        moved = moved_key(receipt_key, target.label)
        _cancel(command, receipt_key, source, (ReceiptCancellation.Reason.REALLOCATION, note, target), act)
        _claim([])
        run_sql(
            "INSERT INTO staged_receipt SELECT %(charge)s, %(addressee)s, %(year)s, %(moved)s, r.amount, r.paid_on, "
            "r.received_on, greatest(%(as_of)s::date, %(open)s::date), r.outlet, r.slip_number, r.line_number, "
            "r.intake_file_id, %(channel)s FROM receipt r WHERE r.receipt_key = %(key)s AND r.charge_id = %(source)s",
            {
                "charge": target.charge_id,
                "addressee": target.addressee_number,
                "year": target.levy_year,
                "moved": moved,
                "as_of": act.as_of,
                "open": first_open_day(),
                "channel": Channel.REALLOCATION.value,
                "key": receipt_key,
                "source": source.charge_id,
            },
        )
        _settle(command, act, source, target)
        return True


@dataclass(frozen=True, slots=True)
class OverrideRequest:
    """延滞金の強制入力。"""

    amount: int
    reason: str
    entered_by: str
    approved_by: str


def override_charge(charge: ChargeFacts, request: OverrideRequest, *, as_of: date) -> bool:
    """延滞金を強制入力する。以後の自動計算に代わり、この額で確定する。

    Fix a delinquency charge by hand, with a reason and a second officer. Released, the automatic figure returns.

    要件: F11-02
    """
    if not request.reason.strip():
        raise OverrideNeedsReason(charge.label)
    if request.entered_by == request.approved_by:
        raise OverrideNeedsTwoOfficers(request.entered_by)
    act = Act(as_of, request.entered_by)
    with transaction.atomic():
        command = claim_command(
            f"override:{charge.charge_id}:{as_of}:{request.amount}",
            kind="override_charge",
            content=[charge.label, request.amount, request.reason, request.approved_by],
            purpose="延滞金の強制入力",
            officer=act.officer,
        )
        if command.replayed:
            return False
        release_sql = "UPDATE charge_override SET released_on = %s WHERE charge_id = %s AND released_on IS NULL"
        run_sql(release_sql, [as_of, charge.charge_id])
        run_sql(
            "INSERT INTO charge_override (charge_id, override_id, addressee_number, amount, reason, entered_by, "
            "approved_by, entered_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                charge.charge_id, command.command_id, charge.addressee_number, request.amount, request.reason,
                request.entered_by, request.approved_by, as_of,
            ],
        )  # fmt: skip
        _claim([])
        _settle(command, act, charge)
        return True


def release_override(charge: ChargeFacts, *, act: Act) -> bool:
    """延滞金の強制入力を解除し、自動計算に戻す。

    Release an override; the figure of the law returns.

    要件: F11-02
    """
    with transaction.atomic():
        (override_id,) = fetch_one(
            "SELECT coalesce(max(override_id), 0) FROM charge_override WHERE charge_id = %s", [charge.charge_id]
        )
        if not override_id:
            return False
        command = claim_command(
            f"release-override:{charge.charge_id}:{override_id}",
            kind="release_override",
            content=[charge.label],
            purpose="延滞金の強制入力の解除",
            officer=act.officer,
        )
        if command.replayed:
            return False
        run_sql(
            "UPDATE charge_override SET released_on = %s WHERE charge_id = %s AND released_on IS NULL",
            [act.as_of, charge.charge_id],
        )
        _claim([])
        _settle(command, act, charge)
        return True


def _claim(pairs: list[tuple[uuid.UUID, ChargeFacts]]) -> None:
    """消し込む保留入金を一時表に置き、収納の一時表を開く（空でもよい）。"""
    open_stage()
    run_sql(
        "CREATE TEMP TABLE claimed (receipt_key uuid, charge_id bigint, addressee_number varchar(15)) ON COMMIT DROP"
    )
    for key, charge in pairs:
        run_sql("INSERT INTO claimed VALUES (%s, %s, %s)", [key, charge.charge_id, charge.addressee_number])
    stage_claimed()


def _hold_again(receipt_key: uuid.UUID, charge: ChargeFacts, note: str, act: Act) -> None:
    """誤って消し込んだ入金を、調査中の入金に戻す。納付書番号は引き継がない（自動で同じ期別に戻らないように）。"""
    held = held_again_key(receipt_key)
    run_sql(
        "INSERT INTO held_receipt (receipt_key, amount, paid_on, received_on, accounted_on, channel, outlet, tax_item, "
        "notice_number, payer_kana, reason, state, investigation, sealed_raw, intake_file_id, line_number) "
        "SELECT %s, amount, paid_on, received_on, %s, channel, outlet, '', '', '', '1', '1', %s, '', 0, 0 FROM receipt "
        "WHERE charge_id = %s AND receipt_key = %s AND addressee_number = %s",
        [
            held, max(act.as_of, first_open_day()), f"{charge.label} の誤消込の取消し：{note}", charge.charge_id,
            receipt_key, charge.addressee_number,
        ],
    )  # fmt: skip
    run_sql(
        "INSERT INTO posting SELECT 0, '', amount, 7, 9, 8, paid_on, accounted_on, receipt_key, NULL FROM held_receipt "
        "WHERE receipt_key = %s",
        [held],
    )


def _settle(command: Claim, act: Act, *charges: ChargeFacts) -> None:
    """収納を記録し、触れた期別を鎖錠して割り付け直し、記帳する。"""
    insert_staged_receipts()
    run_sql("CREATE TEMP TABLE named_charge (addressee_number varchar(15), charge_id bigint) ON COMMIT DROP")
    for charge in charges:
        run_sql("INSERT INTO named_charge VALUES (%s, %s)", [charge.addressee_number, charge.charge_id])
    touch_charges(
        "SELECT addressee_number, charge_id FROM staged_receipt UNION "
        "SELECT addressee_number, charge_id FROM named_charge"
    )
    reallocate(order=allocation_order(as_of=act.as_of), correction_on=max(act.as_of, first_open_day()))
    post(command)


def _lock(*charges: ChargeFacts) -> None:
    """期別を番号順に鎖錠する。誰もが同じ順なら、互いに待ち合うことがない。"""
    run_sql(
        "SELECT 1 FROM charge WHERE charge_id = ANY(%s) AND addressee_number = ANY(%s) "
        "ORDER BY charge_id FOR NO KEY UPDATE",
        [[charge.charge_id for charge in charges], [charge.addressee_number for charge in charges]],
    )


def _cancel(
    command: Claim,
    receipt_key: uuid.UUID,
    charge: ChargeFacts,
    why: tuple[ReceiptCancellation.Reason, str, ChargeFacts | None],
    act: Act,
) -> None:
    """取消しを記録する。"""
    _lock(charge)
    keys = [charge.charge_id, receipt_key, charge.addressee_number]
    where = "WHERE charge_id = %s AND receipt_key = %s AND addressee_number = %s"
    found = fetch_all(f"SELECT channel FROM receipt {where}", keys)
    if not found:
        raise ReceiptNotFound(f"{charge.label} {receipt_key}")
    if found[0][0] == Channel.APPROPRIATION:
        raise AppropriationNotReceived(charge.label)
    if fetch_all(f"SELECT 1 FROM receipt_cancellation {where}", keys):
        raise ReceiptAlreadyCancelled(str(receipt_key))
    if decided_from(receipt_key, charge):
        raise OverpaymentAlreadyDecided(str(receipt_key))
    reason, note, target = why
    run_sql(
        "INSERT INTO receipt_cancellation (charge_id, receipt_key, addressee_number, reason, note, cancelled_on, "
        "moved_to_charge_id, moved_to_key, command_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *keys,
            str(reason),
            note,
            max(act.as_of, first_open_day()),
            target.charge_id if target else None,
            moved_key(receipt_key, target.label) if target else None,
            command.command_id,
        ],
    )
