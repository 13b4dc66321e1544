"""還付金を払う。支払の実行（総合振込）、窓口現金・現金書留、組戻し。

A run gathers what is ready, is approved once by its total, count and ten largest, and becomes an instruction once: the
same transaction posts the payments and freezes the file. What comes back is reversed by name and may be paid again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import claim_command, open_stage, post
from osame.collection.parameters.calendar import is_open_day, open_days
from osame.collection.refunds.accounts import LABEL, end_account
from osame.collection.refunds.actions import Act, PayeeNotOpen, Where, locked_payee
from osame.collection.refunds.models import PaymentRun, RefundPayee, RefundPayment
from osame.collection.refunds.payouts import Booking, Leaving, lock_decisions, stage_payouts, stage_return
from osame.collection.refunds.transfers import seal_file
from osame.kernel.dates import format_wareki
from osame.kernel.periods import days_after
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, hash_of, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.terminal import today

State = RefundPayee.State
Method = RefundPayee.Method
TOP = 10
LOOK_AHEAD_DAYS = 20

READY = """
SELECT p.addressee_number, p.decision_id, p.payee_number, p.name, p.amount, p.account_id, a.bank_code, a.branch_code, a.last_digits
FROM refund_payee p
JOIN payee_account a ON a.addressee_number = p.addressee_number AND a.account_id = p.account_id AND a.ended_on IS NULL
JOIN refund_decision d ON d.addressee_number = p.addressee_number AND d.decision_id = p.decision_id AND d.state = '1'
WHERE p.state = '2' ORDER BY p.decision_id, p.payee_number
"""
RUN_LINES = f"""
SELECT y.addressee_number, y.payment_id, y.decision_id, y.payee_number, y.amount, y.account_id, p.name, p.state,
       {LABEL}
FROM refund_payment y
JOIN refund_payee p USING (addressee_number, decision_id, payee_number)
JOIN payee_account a ON a.addressee_number = y.addressee_number AND a.account_id = y.account_id
WHERE y.run_id = %s AND y.state <> '9' ORDER BY y.payment_id
"""


class NothingToPay(Refusal):
    """口座の分かった支払待ちの還付がありません。還付請求の受付を済ませてから、起案してください。"""


class TransferDayClosed(Refusal):
    """振込指定日は、金融機関の営業日でなければなりません。示した営業日に変えて、起案してください。"""


class TransferDayPassed(Refusal):
    """振込指定日が過ぎています。取り下げて、新しい日で起案してください。"""


class RunNotThere(Refusal):
    """その支払の実行はありません。実行番号を確かめてください。"""


class RunIsOver(Refusal):
    """この支払の実行は、指図を終えたか、取り下げています。一つの実行から、二度目の指図は作れません。払えなかったものは、新しい支払の実行に入れてください。"""


class RunChanged(Refusal):
    """起案の後に、支払先か額が変わりました。払わずに止めました。この実行を取り下げて、起案し直してください。"""


class PaymentNotPaid(Refusal):
    """その支払は、支払済ではありません。支払番号を確かめてください。"""


class CashNeedsTwoOfficers(Refusal):
    """現金の支払には、払う職員と別の、確かめた職員が要ります。別の職員に確かめてもらい、その職員番号を入力してください。"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """支払の実行の一件。 account: 末尾三桁だけの口座。"""

    addressee_number: str
    payment_id: int
    decision_id: int
    payee_number: int
    amount: int
    account_id: int
    name: str
    state: State
    account: str


def transfer_day(day: date) -> date:
    """その日、または次の営業日。"""
    return open_days(day, days_after(day, LOOK_AHEAD_DAYS))[0]


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """支払待ちの一件。"""

    addressee_number: str
    decision_id: int
    payee_number: int
    name: str
    amount: int
    account: str


def ready_to_pay() -> list[ReadyLine]:
    """口座の分かった支払待ちの還付。次の支払の実行に入る。"""
    return [
        ReadyLine(who, decision, number, name, amount, f"{bank}-{branch} ****{digits}")
        for who, decision, number, name, amount, _, bank, branch, digits in fetch_all(READY)
    ]


def propose_run(*, transfer_on: date, reason: str, act: Act) -> tuple[int, int]:
    """支払待ちの還付を集め、支払を起案する。（実行番号、起案番号）を返す。

    要件: F05-08, F29-02
    """
    if transfer_on <= act.as_of:
        raise TransferDayPassed(format_wareki(transfer_on))
    if not is_open_day(transfer_on):
        raise TransferDayClosed(f"{format_wareki(transfer_day(transfer_on))}なら振り込めます")
    with transaction.atomic():
        ready = fetch_all(READY + " FOR UPDATE OF p")
        if not ready:
            raise NothingToPay
        (run_id,) = fetch_one("SELECT nextval('payment_run_number')")
        for addressee, decision, number, _, amount, account, *_ in ready:
            run_sql(
                "INSERT INTO refund_payment (addressee_number, payment_id, decision_id, payee_number, amount, method, run_id, "
                "account_id, state, paid_out_on, return_reason, confirmed_by, officer) VALUES "
                "(%s, nextval('refund_payment_number'), %s, %s, %s, '1', %s, %s, '1', %s, '', '', %s)",
                [addressee, decision, number, amount, run_id, account, transfer_on, act.officer],
            )
            run_sql(
                "UPDATE refund_payee SET state = '4' WHERE addressee_number = %s AND decision_id = %s AND payee_number = %s",
                [addressee, decision, number],
            )
        lines = lines_of(int(run_id))
        run = PaymentRun.objects.create(
            run_id=run_id, transfer_on=transfer_on, payments=len(lines), total=sum(each.amount for each in lines),
            digest=digest_of(lines), officer=act.officer,
        )  # fmt: skip
        largest = sorted(lines, key=lambda each: (-each.amount, each.payment_id))[:TOP]
        content = {
            "run": run.run_id,
            "transfer_on": transfer_on.isoformat(),
            "payments": run.payments,
            "total": run.total,
            "digest": run.digest,
            "largest": [[each.payment_id, each.name, each.account, each.amount] for each in largest],
        }
        subjects = sorted({each.addressee_number for each in lines})
        proposal = propose(HighRiskAct.REFUND_PAYMENT, content=content, reason=reason, subjects=subjects)
        PaymentRun.objects.filter(run_id=run_id).update(proposal_id=proposal)
        return int(run_id), proposal


@executes(HighRiskAct.REFUND_PAYMENT)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された支払を執行する。記帳し、総合振込のファイルを一つ凍らせる。一度だけ。

    要件: F05-08, F05-09
    """
    with transaction.atomic():
        run = PaymentRun.objects.select_for_update().filter(run_id=content["run"]).first()
        if run is None:
            raise RunNotThere(str(content["run"]))
        if run.state != PaymentRun.State.PROPOSED:
            raise RunIsOver(str(run.run_id))
        if not fetch_all(
            "SELECT 1 FROM proposal WHERE proposal_id = %s AND state = %s AND content_hash = %s",
            [run.proposal_id, Proposal.State.DECIDED, hash_of(content)],
        ):
            raise RunChanged(str(run.run_id))
        instruct(run, content, act=Act(today(), gate.required().officer))
    return f"{run.payments:,}件、{run.total:,}円を、{format_wareki(run.transfer_on)}の振込として指図しました"


def instruct(run: PaymentRun, content: Mapping[str, Any], *, act: Act) -> None:
    """実行を鎖錠した後に呼ぶ。内訳が起案のときと同じなら、記帳してファイルを凍らせる。

    要件: F05-08
    """
    command = claim_command(
        f"payment-run:{run.run_id}", kind="pay_refunds", content=[hash_of(content)],
        purpose=f"還付金の支払（実行番号 {run.run_id}）", officer=act.officer,
    )  # fmt: skip
    if command.replayed:
        raise RunIsOver(str(run.run_id))
    lock_decisions([each.decision_id for each in lines_of(run.run_id)])
    run_sql(
        "SELECT 1 FROM refund_payee p JOIN refund_payment y USING (addressee_number, decision_id, payee_number) "
        "WHERE y.run_id = %s ORDER BY p.decision_id, p.payee_number FOR UPDATE OF p",
        [run.run_id],
    )
    lines = lines_of(run.run_id)
    if digest_of(lines) != run.digest or any(each.state != State.ORDERED for each in lines):
        raise RunChanged(str(run.run_id))
    open_stage()
    stage_payouts(
        [(each.addressee_number, each.payment_id, each.decision_id, each.amount) for each in lines], Leaving.PAID,
        Booking(run.transfer_on, max(run.transfer_on, first_open_day())),
    )  # fmt: skip
    post(command)
    run_sql(
        "UPDATE refund_payee p SET state = '5' FROM refund_payment y WHERE y.run_id = %s AND y.state = '1' "
        "AND y.addressee_number = p.addressee_number AND y.decision_id = p.decision_id AND y.payee_number = p.payee_number",
        [run.run_id],
    )
    run_sql(
        "UPDATE refund_payment SET state = '2', command_id = %s WHERE run_id = %s AND state = '1'",
        [command.command_id, run.run_id],
    )
    sealed, sha256 = seal_file(run.run_id, run.transfer_on, as_of=act.as_of)
    PaymentRun.objects.filter(run_id=run.run_id).update(
        state=PaymentRun.State.INSTRUCTED, sealed_file=sealed, file_sha256=sha256, instructed_at=Now()
    )
    subjects = sorted({each.addressee_number for each in lines})
    record("還付金の支払を指図した", subjects=subjects, detail={"実行番号": run.run_id, "件数": run.payments})


@describes(HighRiskAct.REFUND_PAYMENT)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """支払の起案を、人が読める形にする。件数・合計・大きい十件。"""
    return [
        ("支払の実行番号", str(content["run"])),
        ("振込指定日", format_wareki(date.fromisoformat(content["transfer_on"]))),
        ("件数", f"{content['payments']:,}件"),
        ("合計", f"{content['total']:,}円"),
        *((f"大きい{TOP}件の{place}", f"{amount:,}円　{name}　{account}")
          for place, (_, name, account, amount) in enumerate(content["largest"], start=1)),
    ]  # fmt: skip


def withdraw_run(run_id: int, *, act: Act) -> None:
    """まだ指図していない支払の実行を取り下げる。受取人は、支払待ちに戻る。

    要件: F05-08, F05-14
    """
    with transaction.atomic():
        run = PaymentRun.objects.select_for_update().filter(run_id=run_id).first()
        if run is None:
            raise RunNotThere(str(run_id))
        if run.state != PaymentRun.State.PROPOSED:
            raise RunIsOver(str(run_id))
        run_sql(
            "UPDATE refund_payee p SET state = '2' FROM refund_payment y WHERE y.run_id = %s AND y.state = '1' AND p.state = '4' "
            "AND y.addressee_number = p.addressee_number AND y.decision_id = p.decision_id "
            "AND y.payee_number = p.payee_number",
            [run_id],
        )
        run_sql("UPDATE refund_payment SET state = '9' WHERE run_id = %s AND state = '1'", [run_id])
        PaymentRun.objects.filter(run_id=run_id).update(state=PaymentRun.State.WITHDRAWN)
        record("還付金の支払を取り下げた", detail={"実行番号": run_id, "職員": act.officer})


@dataclass(frozen=True, slots=True)
class Cash:
    """現金での支払。 confirmed_by: 支払を確かめた、別の職員。"""

    method: Method
    paid_on: date
    confirmed_by: str


def pay_in_cash(where: Where, cash: Cash, *, act: Act) -> bool:
    """窓口の現金、または現金書留で払ったことを記録する。既に記録していれば False。

    要件: F05-08
    """
    if not cash.confirmed_by.strip() or cash.confirmed_by == act.officer or cash.method == Method.TRANSFER:
        raise CashNeedsTwoOfficers
    with transaction.atomic():
        lock_decisions([where.decision_id])
        payee = locked_payee(where, State.READY, State.PAID)
        standing = fetch_all(
            "SELECT count(*), count(*) FILTER (WHERE state = '2' AND method = %s AND paid_out_on = %s) FROM refund_payment "
            "WHERE addressee_number = %s AND decision_id = %s AND payee_number = %s",
            [cash.method, cash.paid_on, where.addressee_number, where.decision_id, where.payee_number],
        )[0]
        if payee.state == State.PAID:
            if standing[1]:
                return False
            raise PayeeNotOpen(State.PAID.label)
        command = claim_command(
            f"refund-cash:{where.decision_id}:{where.payee_number}:{standing[0]}", kind="pay_refund_in_cash",
            content=[str(where), str(cash)], purpose="還付金の現金払", officer=act.officer,
        )  # fmt: skip
        (number,) = fetch_one("SELECT nextval('refund_payment_number')")
        open_stage()
        booking = Booking(cash.paid_on, max(cash.paid_on, first_open_day()))
        stage_payouts([(where.addressee_number, int(number), where.decision_id, payee.amount)], Leaving.PAID, booking)
        RefundPayment.objects.create(
            addressee_number=where.addressee_number, payment_id=number, decision_id=where.decision_id,
            payee_number=where.payee_number, amount=payee.amount, method=cash.method, state=RefundPayment.State.PAID,
            paid_out_on=cash.paid_on, confirmed_by=cash.confirmed_by, officer=act.officer, command_id=command.command_id,
        )  # fmt: skip
        post(command)
        payee.state = State.PAID
        payee.save(update_fields=["state"])
        record("還付金を現金で払った", subjects=[where.addressee_number], detail={"支払番号": int(number)})
        return True


def record_returned(payment_id: int, *, returned_on: date, reason: str, act: Act) -> bool:
    """組戻し・入金不能を記録する。還付未済に戻り、口座を直せばもう一度払える。既に記録していれば False。

    要件: F05-08, F05-14
    """
    if not reason.strip():
        raise PaymentNotPaid("理由を入力してください")
    with transaction.atomic():
        command = claim_command(
            f"refund-returned:{payment_id}", kind="return_refund", content=[returned_on, reason],
            purpose="還付金の組戻し", officer=act.officer,
        )  # fmt: skip
        if command.replayed:
            return False
        payment = payment_numbered(payment_id)
        lock_decisions([payment.decision_id])
        payment = payment_numbered(payment_id)
        if payment.state != RefundPayment.State.PAID or payment.command_id is None:
            raise PaymentNotPaid(str(payment_id))
        payee = locked_payee(Where(payment.addressee_number, payment.decision_id, payment.payee_number), State.PAID)
        reverse_payment(payment, Booking(returned_on, max(returned_on, first_open_day())))
        post(command)
        payment.state, payment.returned_on = RefundPayment.State.RETURNED, returned_on
        payment.return_reason = reason.strip()
        payment.save(update_fields=["state", "returned_on", "return_reason"])
        if payment.account_id is not None:
            end_account(payment.addressee_number, payment.account_id, reason=f"組戻し：{reason}", as_of=returned_on)
        payee.state, payee.note = State.RETURNED, reason.strip()
        payee.save(update_fields=["state", "note"])
        record("還付金が組戻しになった", subjects=[payment.addressee_number], detail={"支払番号": payment_id})
        return True


def reverse_payment(payment: RefundPayment, booking: Booking) -> None:
    """支払の仕訳を裏返して置く。決議を鎖錠した後に呼ぶ。"""
    assert payment.command_id is not None
    open_stage()
    stage_return(payment.addressee_number, payment.payment_id, payment.command_id, booking)


def payment_numbered(payment_id: int) -> RefundPayment:
    """支払番号の支払。"""
    found = RefundPayment.objects.filter(payment_id=payment_id).first()
    if found is None:
        raise PaymentNotPaid(str(payment_id))
    return found


def lines_of(run_id: int) -> list[RunLine]:
    """支払の実行の内訳。"""
    rows = [list(row) for row in fetch_all(RUN_LINES, [run_id])]
    for row in rows:
        row[7] = State(row[7])
    return [RunLine(*row) for row in rows]


def digest_of(lines: Sequence[RunLine]) -> str:
    """内訳のハッシュ。誰に、どの口座で、いくら。"""
    told = [[each.addressee_number, each.payment_id, each.account_id, each.amount] for each in lines]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
