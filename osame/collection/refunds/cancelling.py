"""還付・充当の取消し。どの段階でも、元の残高に戻す。

Before payment every entry of the decision is reversed by name and every appropriated receipt is cancelled, in one
transaction. After payment the money is asked back first; when all of it is here, the same is done.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.parameters.queries import allocation_order
from osame.collection.refunds.actions import Act
from osame.collection.refunds.applying import lock_charges
from osame.collection.refunds.models import RefundDecision, RefundPayee, RefundPayment, RefundRecovery
from osame.collection.refunds.paying import payment_numbered, reverse_payment
from osame.collection.refunds.payouts import Booking, lock_decisions
from osame.kernel.dates import format_wareki
from osame.kernel.periods import days_after
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, hash_of, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql
from osame.platform.terminal import today

State = RefundDecision.State
DUE_DAYS = 20  # 返納の期限

# 決議の仕訳（支払を除く）で、まだ取り消していないもの。
REVERSE = """
INSERT INTO posting
SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, e.effective_on, %(accounted)s, e.receipt_key, e.entry_id
FROM entry e
WHERE e.addressee_number = %(addressee)s AND e.command_id = %(command)s AND e.debit IN (8, 13) AND e.reverses IS NULL
  AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number
      AND r.reverses = e.entry_id)
"""
CANCEL_RECEIPTS = """
INSERT INTO receipt_cancellation (charge_id, receipt_key, addressee_number, reason, note, cancelled_on, command_id)
SELECT target_charge_id, target_receipt_key, addressee_number, %(reason)s, %(note)s, %(accounted)s, %(command)s
FROM refund_part WHERE addressee_number = %(addressee)s AND decision_id = %(decision)s AND target_charge_id IS NOT NULL
"""
# 充てた先で、その収納がさらに過誤納として決議されていれば、先にそれを取り消す。
SPENT = """
SELECT 1 FROM refund_part p JOIN entry e ON e.charge_id = p.target_charge_id AND e.addressee_number = p.addressee_number
    AND e.receipt_key = p.target_receipt_key AND e.debit = 8 AND e.credit IN (11, 12) AND e.reverses IS NULL
WHERE p.addressee_number = %s AND p.decision_id = %s AND NOT EXISTS (
    SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)
"""


class DecisionNotStanding(Refusal):
    """その還付充当の決議はないか、もう取り消しています。決議の一覧を開き直してください。"""


class PaymentUnderWay(Refusal):
    """この決議の支払が、依頼の途中です。支払の実行を取り下げるか、指図を終えてから、取り消してください。"""


class AppropriationSpent(Refusal):
    """充当した収納から生じた過誤納金が、別の決議に入っています。先にその決議を取り消してください。"""


class ClaimExtinct(Refusal):
    """この決議の還付は、時効で歳入に移しているので、取り消せません。還付未済の画面で、移した日を確かめてください。"""


class RecoveryNotAsked(Refusal):
    """その支払の返納は、求めていません。支払番号を確かめてください。"""


def propose_cancellation(addressee_number: str, decision_id: int, *, reason: str) -> int:
    """決議の取消しを起案する。起案番号を返す。

    要件: F05-14, F29-02
    """
    with transaction.atomic():
        found = _standing(addressee_number, decision_id)
        paid = _paid(addressee_number, decision_id)
        content = {
            "decision": decision_id,
            "addressee": addressee_number,
            "decided_on": found.decided_on.isoformat(),
            "appropriated": found.appropriated,
            "payable": found.payable,
            "paid": sum(each.amount for each in paid),
            "reason": reason,
        }
        return propose(HighRiskAct.APPROPRIATION_REVERSAL, content=content, reason=reason, subjects=[addressee_number])


@executes(HighRiskAct.APPROPRIATION_REVERSAL)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された取消しを執行する。払っていなければ元に戻し、払っていれば返納を求める。

    要件: F05-14
    """
    return cancel(content, act=Act(today(), gate.required().officer))


def cancel(content: Mapping[str, Any], *, act: Act) -> str:
    """決議を取り消す。払った分があれば返納を求め、そろってから元に戻す。

    要件: F05-14
    """
    addressee_number, decision_id = str(content["addressee"]), int(content["decision"])
    with transaction.atomic():
        command = claim_command(
            f"refund-cancel:{decision_id}", kind="cancel_refund", content=[hash_of(content)],
            purpose=f"還付・充当の取消し（決議番号 {decision_id}）", officer=act.officer,
        )  # fmt: skip
        if command.replayed:
            return "既に取り消しています"
        lock_decisions([decision_id])
        found = _standing(addressee_number, decision_id)
        payees = list(
            RefundPayee.objects.select_for_update().filter(addressee_number=addressee_number, decision_id=decision_id)
        )
        if any(each.state == RefundPayee.State.ORDERED for each in payees):
            raise PaymentUnderWay(str(decision_id))
        if any(each.state == RefundPayee.State.EXPIRED for each in payees):
            raise ClaimExtinct(str(decision_id))
        found.state, found.cancel_reason = State.RECOVERING, str(content["reason"])
        found.save(update_fields=["state", "cancel_reason"])
        for each in payees:
            if each.state not in {RefundPayee.State.PAID, RefundPayee.State.CANCELLED}:
                each.state, each.note = RefundPayee.State.CANCELLED, "決議を取り消しました"
                each.save(update_fields=["state", "note"])
        paid = _paid(addressee_number, decision_id)
        for payment in paid:
            RefundRecovery.objects.create(
                addressee_number=addressee_number, payment_id=payment.payment_id, decision_id=decision_id,
                amount=payment.amount, reason=found.cancel_reason, asked_on=act.as_of,
                due_on=days_after(act.as_of, DUE_DAYS),
            )  # fmt: skip
        record("還付・充当を取り消した", subjects=[addressee_number], detail={"決議番号": decision_id})
        if paid:
            return f"決議番号{decision_id}：支払済{sum(each.amount for each in paid):,}円の返納を求めます"
        _restore(found, command, act)
        return f"決議番号{decision_id}を取り消し、元の過誤納金に戻しました"


def record_recovery(payment_id: int, *, recovered_on: date, act: Act) -> bool:
    """返納された金を記録する。すべて返納されたら、決議を元に戻す。既に記録していれば False。

    要件: F05-14
    """
    with transaction.atomic():
        command = claim_command(
            f"refund-recovery:{payment_id}", kind="recover_refund", content=[recovered_on], purpose="還付金の返納",
            officer=act.officer,
        )  # fmt: skip
        if command.replayed:
            return False
        payment = payment_numbered(payment_id)
        lock_decisions([payment.decision_id])
        asked = RefundRecovery.objects.select_for_update().filter(payment_id=payment_id, state="1").first()
        if asked is None:
            raise RecoveryNotAsked(str(payment_id))
        payment = payment_numbered(payment_id)
        lock_charges(payment.addressee_number, _charges(payment.addressee_number, payment.decision_id))
        reverse_payment(payment, Booking(recovered_on, max(recovered_on, first_open_day())))
        post(command)
        payment.state = RefundPayment.State.RECOVERED
        payment.save(update_fields=["state"])
        asked.state, asked.recovered_on = RefundRecovery.State.RECOVERED, recovered_on
        asked.save(update_fields=["state", "recovered_on"])
        RefundPayee.objects.filter(
            addressee_number=payment.addressee_number,
            decision_id=payment.decision_id,
            payee_number=payment.payee_number,
        ).update(state=RefundPayee.State.CANCELLED, note="返納されました")
        record("還付金の返納を受けた", subjects=[payment.addressee_number], detail={"支払番号": payment_id})
        if not _paid(payment.addressee_number, payment.decision_id):
            found = RefundDecision.objects.get(
                addressee_number=payment.addressee_number, decision_id=payment.decision_id
            )
            _restore(found, command, act)
        return True


@describes(HighRiskAct.APPROPRIATION_REVERSAL)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """取消しの起案を、人が読める形にする。"""
    after = f"支払済{content['paid']:,}円の返納を求め、返納の後に元へ戻す" if content["paid"] else "元の過誤納金に戻す"
    return [
        ("宛名番号", content["addressee"]),
        ("決議番号", str(content["decision"])),
        ("決議日", format_wareki(date.fromisoformat(content["decided_on"]))),
        ("充当の額", f"{content['appropriated']:,}円", "取消し"),
        ("還付の額", f"{content['payable']:,}円", "取消し"),
        ("取消しの後", after),
    ]


def _restore(found: RefundDecision, command: Claim, act: Act) -> None:
    """決議の仕訳を名指しで裏返し、充当した収納を取り消して、割付けをやり直す。"""
    addressee, accounted = found.addressee_number, max(act.as_of, first_open_day())
    if fetch_all(SPENT, [addressee, found.decision_id]):
        raise AppropriationSpent(str(found.decision_id))
    lock_charges(addressee, _charges(addressee, found.decision_id))
    open_stage()
    run_sql(REVERSE, {"addressee": addressee, "command": found.command_id, "accounted": accounted})
    post(command)
    run_sql(
        CANCEL_RECEIPTS,
        {
            "addressee": addressee,
            "decision": found.decision_id,
            "reason": ReceiptCancellation.Reason.APPROPRIATION.value,
            "note": f"還付充当決議{found.decision_id}の取消し：{found.cancel_reason}",
            "accounted": accounted,
            "command": command.command_id,
        },
    )
    lock_charges(addressee, _charges(addressee, found.decision_id))
    expect_no_receipts()
    reallocate(order=allocation_order(as_of=act.as_of), correction_on=accounted)
    post(command)
    found.state, found.cancelled_on = State.CANCELLED, act.as_of
    found.save(update_fields=["state", "cancelled_on"])


def _charges(addressee_number: str, decision_id: int) -> set[int]:
    """決議にかかわる期別。元の期別と、充てた先の期別。"""
    rows = fetch_all(
        "SELECT charge_id FROM refund_part WHERE addressee_number = %(a)s AND decision_id = %(d)s UNION "
        "SELECT target_charge_id FROM refund_part WHERE addressee_number = %(a)s AND decision_id = %(d)s "
        "AND target_charge_id IS NOT NULL",
        {"a": addressee_number, "d": decision_id},
    )
    return {int(charge_id) for (charge_id,) in rows}


def _standing(addressee_number: str, decision_id: int) -> RefundDecision:
    found = RefundDecision.objects.filter(
        addressee_number=addressee_number, decision_id=decision_id, state=State.DECIDED
    ).first()
    if found is None:
        raise DecisionNotStanding(str(decision_id))
    return found


def _paid(addressee_number: str, decision_id: int) -> list[RefundPayment]:
    return list(
        RefundPayment.objects.filter(
            addressee_number=addressee_number, decision_id=decision_id, state=RefundPayment.State.PAID
        ).order_by("payment_id")
    )
