"""過誤納金と還付の受取人についての行い。認定、通知、請求、不備、保留、再通知、時効。

Each is one transaction that locks the payee's row first. Nothing here moves money, except the extinction of a claim after
five years, which turns what was payable into revenue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import claim_command, open_stage, post
from osame.collection.refunds.accounts import Account, Registration, is_same_name, register_account
from osame.collection.refunds.causes import Found, refuse_unfit
from osame.collection.refunds.models import (
    OverpaymentFinding,
    PayeeAccount,
    RefundDecision,
    RefundPayee,
)
from osame.collection.refunds.payouts import Booking, Leaving, lock_decisions, stage_payout
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

Kind = RefundPayee.Kind
State = RefundPayee.State
UNPAID = (State.AWAITING_CLAIM, State.READY, State.DEFECTIVE, State.RETURNED, State.HELD)


class OverpaymentNotFound(Refusal):
    """その過誤納金はありません。もう決議したか、収納が変わりました。一覧を開き直してください。"""


class NoteMissing(Refusal):
    """説明がありません。元になった通知や申出を入力してください。"""


class PayeeNotFound(Refusal):
    """その受取人はありません。決議の画面を開き直して、確かめてください。"""


class PayeeNotOpen(Refusal):
    """この受取人には、いまその手続はできません。決議の画面を開き直して、状態を確かめてください。"""


class HolderIsNotPayee(Refusal):
    """口座の名義が、受取人と違います。還付請求書で、本人の口座か委任状を確かめてください。"""


class ClaimTooLate(Refusal):
    """還付請求権の時効（5年）が満了しています。請求は受け付けられません（地方税法第18条の3）。請求した人に、理由を伝えてください。"""


@dataclass(frozen=True, slots=True)
class Where:
    """どの決議の、どの受取人か。"""

    addressee_number: str
    decision_id: int
    payee_number: int


@dataclass(frozen=True, slots=True)
class Act:
    """誰が、いつの日付で。"""

    as_of: date
    officer: str


def record_finding(
    addressee_number: str, charge_id: int, receipt_key: UUID, found: Found, *, note: str, act: Act
) -> int:
    """過誤納金の発生事由を認定する。還付加算金の起算日は、ここから決まる。認定番号を返す。

    要件: F05-01, F05-10
    """
    refuse_unfit(found)
    if not note.strip():
        raise NoteMissing
    with transaction.atomic():
        if not fetch_all(
            "SELECT 1 FROM overpayment WHERE addressee_number = %s AND charge_id = %s AND receipt_key = %s",
            [addressee_number, charge_id, receipt_key],
        ):
            raise OverpaymentNotFound(str(charge_id))
        (number,) = fetch_one("SELECT nextval('overpayment_finding_number')")
        OverpaymentFinding.objects.create(
            addressee_number=addressee_number, charge_id=charge_id, receipt_key=receipt_key, finding_id=number,
            cause=found.cause, ground=found.ground, requested_on=found.requested_on, corrected_on=found.corrected_on,
            income_tax_noticed_on=found.income_tax_noticed_on, note=note.strip(), officer=act.officer, found_on=act.as_of,
        )  # fmt: skip
        record("過誤納の発生事由を認定した", subjects=[addressee_number], detail={"認定番号": int(number)})
    return int(number)


def mark_noticed(addressee_number: str, decision_id: int, *, act: Act) -> None:
    """還付・充当の通知を発した日を記録する。

    要件: F05-06
    """
    with transaction.atomic():
        found = RefundDecision.objects.filter(addressee_number=addressee_number, decision_id=decision_id, state="1")
        if not found.update(noticed_on=act.as_of):
            raise PayeeNotFound(str(decision_id))
        record("還付・充当を通知した", subjects=[addressee_number], detail={"決議番号": decision_id})


def receive_claim(where: Where, account: Account | None, *, consented: bool, delegated: bool, act: Act) -> State:
    """還付の請求を受け付ける。名義が違えば口座不備に、口座がなければ窓口での支払を待つ。

    要件: F05-04, F05-07
    """
    with transaction.atomic():
        payee = locked_payee(where, *UNPAID)
        if payee.state == State.HELD:
            raise PayeeNotOpen(payee.note)
        if act.as_of > expiry_of(where):
            raise ClaimTooLate(str(expiry_of(where)))
        payee.state, payee.note, payee.claimed_on = State.READY, "", act.as_of
        if account is not None:
            own = payee.kind == Kind.SELF and not delegated
            how = Registration(PayeeAccount.Source.CLAIM, own, consented and own)
            payee.account_id = register_account(
                where.addressee_number, account, how, as_of=act.as_of, officer=act.officer
            )
            if not delegated and not is_same_name(account.holder_kana, payee.kana):
                payee.state, payee.note = State.DEFECTIVE, f"口座名義が受取人と違います（{account.holder_kana}）"
        payee.save(update_fields=["state", "note", "claimed_on", "account_id"])
        record("還付の請求を受け付けた", subjects=[where.addressee_number], detail={"決議番号": where.decision_id})
        return State(payee.state)


def take_known_account(where: Where, account: Account, source: PayeeAccount.Source, *, act: Act) -> None:
    """本人の同意により、請求書によらず、知っている口座（振替口座など）を還付先にする。名義が違えば断る。

    要件: F05-04, F05-07
    """
    with transaction.atomic():
        payee = locked_payee(where, *UNPAID)
        if payee.kind != Kind.SELF or payee.state == State.HELD:
            raise PayeeNotOpen(payee.note or "本人でない受取人です")
        if act.as_of > expiry_of(where):
            raise ClaimTooLate(str(expiry_of(where)))
        if not is_same_name(account.holder_kana, payee.kana):
            raise HolderIsNotPayee(account.holder_kana)
        how = Registration(source, own=True, consented=False)
        payee.account_id = register_account(where.addressee_number, account, how, as_of=act.as_of, officer=act.officer)
        payee.state, payee.note, payee.claimed_on = State.READY, "", act.as_of
        payee.save(update_fields=["state", "note", "claimed_on", "account_id"])
        record(
            "知っている口座を還付先にした", subjects=[where.addressee_number], detail={"決議番号": where.decision_id}
        )


def mark_defect(where: Where, *, note: str, act: Act) -> None:
    """請求書の不備を記録する。補正されたら、もう一度請求を受け付ける。

    要件: F05-07
    """
    _set_state(where, (State.AWAITING_CLAIM, State.READY), State.DEFECTIVE, note, act)


def hold(where: Where, *, note: str, act: Act) -> None:
    """支払を保留する。

    要件: F05-12, F05-15
    """
    _set_state(where, UNPAID, State.HELD, note, act)


def release(where: Where, *, act: Act) -> None:
    """保留を解く。口座が分かっていれば支払を、なければ請求を待つ。

    要件: F05-12, F05-15
    """
    with transaction.atomic():
        payee = locked_payee(where, State.HELD)
        payee.state = State.READY if payee.account_id or payee.claimed_on else State.AWAITING_CLAIM
        payee.note = ""
        payee.save(update_fields=["state", "note"])
        record("還付の保留を解いた", subjects=[where.addressee_number], detail={"決議番号": where.decision_id,
               "職員": act.officer})  # fmt: skip


def remind(where: Where, *, act: Act) -> None:
    """請求のない人に、もう一度知らせた日を記録する。

    要件: F05-07
    """
    with transaction.atomic():
        payee = locked_payee(where, State.AWAITING_CLAIM, State.DEFECTIVE, State.RETURNED)
        payee.reminded_on = act.as_of
        payee.save(update_fields=["reminded_on"])
        record("還付請求を再通知した", subjects=[where.addressee_number], detail={"決議番号": where.decision_id})


def expire_claims(*, act: Act) -> int:
    """請求のないまま5年を過ぎた還付を、時効とする。還付未済を歳入に移す。件数を返す。

    Only what nobody has claimed: a claim that was received, a payment that is ordered, and what an officer holds back stay.

    要件: F05-07
    """
    rows = fetch_all(
        "SELECT p.addressee_number, p.decision_id, p.payee_number FROM refund_payee p "
        "WHERE p.state = '1' AND p.claimed_on IS NULL AND %s > (SELECT max(m.expires_on) FROM refund_part m "
        "WHERE m.addressee_number = p.addressee_number AND m.decision_id = p.decision_id) ORDER BY 1, 2, 3",
        [act.as_of],
    )
    return sum(_expire(Where(*row), act) for row in rows)


def _expire(where: Where, act: Act) -> bool:
    with transaction.atomic():
        command = claim_command(
            f"refund-expiry:{where.decision_id}:{where.payee_number}", kind="expire_refund", content=[str(where)],
            purpose="還付請求権の時効", officer=act.officer,
        )  # fmt: skip
        if command.replayed:
            return False
        lock_decisions([where.decision_id])
        payee = locked_payee(where, State.AWAITING_CLAIM)
        open_stage()
        stage_payout(where, payee.amount, Leaving.EXPIRED, Booking(act.as_of, max(act.as_of, first_open_day())))
        post(command)
        payee.state, payee.note = State.EXPIRED, "請求のないまま5年を過ぎました"
        payee.save(update_fields=["state", "note"])
        record("還付請求権が時効になった", subjects=[where.addressee_number], detail={"決議番号": where.decision_id})
        return True


def expiry_of(where: Where) -> date:
    """その決議の請求権の、時効の満了日。いちばん遅い明細による。

    要件: F05-07
    """
    (day,) = fetch_one(
        "SELECT max(expires_on) FROM refund_part WHERE addressee_number = %s AND decision_id = %s",
        [where.addressee_number, where.decision_id],
    )
    if day is None:
        raise PayeeNotFound(str(where.decision_id))
    assert isinstance(day, date)
    return day


def locked_payee(where: Where, *states: State) -> RefundPayee:
    """受取人の行を鎖錠する。その状態でなければ断る。

    要件: F05-07
    """
    found = (
        RefundPayee.objects
        .select_for_update()
        .filter(addressee_number=where.addressee_number, decision_id=where.decision_id, payee_number=where.payee_number)
        .first()
    )
    if found is None:
        raise PayeeNotFound(f"決議番号 {where.decision_id}")
    if found.state not in states:
        raise PayeeNotOpen(f"いまの状態は「{State(found.state).label}」")
    return found


def _set_state(where: Where, states: Sequence[State], state: State, note: str, act: Act) -> None:
    if not note.strip():
        raise NoteMissing
    with transaction.atomic():
        payee = locked_payee(where, *states)
        payee.state, payee.note = state, note.strip()
        payee.save(update_fields=["state", "note"])
        record(f"還付を{state.label}にした", subjects=[where.addressee_number], detail={"決議番号": where.decision_id,
               "職員": act.officer})  # fmt: skip
