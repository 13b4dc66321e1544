"""公金受取口座の希望を受け、照会し、受け取った口座をその還付の受取人だけに付ける。

One inquiry lives for one payee of one standing decision, and only because its claimant wished it. The other system is called
between two transactions: what is to be asked is written first, under a key that never changes, so that a call whose answer was lost
is made again and has effect once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import case_of, where_of
from osame.collection.refunds.actions import Act, ClaimTooLate, NoteMissing, Where, expiry_of, locked_payee
from osame.collection.refunds.models import RefundPayee
from osame.contracts.gateway import AccountNotAllowed, AccountNotYet, GatewayClient, PublicAccount, PublicAccounts
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import Outcome, record
from osame.platform.database import fetch_all, fetch_one
from osame.platform.exchanges import calling

State = PublicBenefitAccountInquiry.State
Payee = RefundPayee.State
LIVING = (State.WISHED, State.ASKED, State.OBTAINED)
ASKABLE = (Payee.AWAITING_CLAIM, Payee.READY, Payee.DEFECTIVE, Payee.RETURNED)
NATURAL = {"1": "001", "2": "000"}
"""住民、住登外者と、その宛名番号を付けた業務（住民記録、宛名管理）。法人に公金受取口座はない。"""


class CaseNotOpen(Refusal):
    """公金受取口座を照会できる還付の事案ではありません。決議が有効で、まだ払っていない本人への還付だけが、照会できます。還付の決議の画面で、状態を確かめてください。"""


class NotWished(Refusal):
    """本人の希望を受け付けていないため、公金受取口座を照会できません。還付請求書などで希望を確かめ、先に受け付けてください。"""


class WishedAlready(Refusal):
    """この受取人の希望は、もう受け付けています。いまの照会が終わってから、受け付けてください。"""


class AskedBefore(Refusal):
    """この還付では、前に公金受取口座を照会しています。もう一度照会する理由を入力してください。"""


class WishInFuture(Refusal):
    """希望日が先の日付です。希望を受けた日を入力してください。"""


class NoInquiryRight(Refusal):
    """公金受取口座を照会する権限がありません。目的「還付・充当の通知」の個人番号利用権限が要ります。所属長に申請してください。"""


@dataclass(frozen=True, slots=True)
class Wish:
    """本人の希望。 again: 前に照会していれば、もう一度照会する理由。"""

    on: date
    source: PublicBenefitAccountInquiry.WishSource
    again: str = ""


def receive_wish(where: Where, wish: Wish, *, act: Act) -> int:
    """公金受取口座への振込の希望を受け付ける。還付の請求も、この日に受けたことになる。口座照会番号を返す。

    要件: F05-04, F05-05
    根拠: 公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律第9条
    """
    if wish.on > act.as_of:
        raise WishInFuture(wish.on.isoformat())
    with transaction.atomic():
        payee = _open_case(where, act)
        before = PublicBenefitAccountInquiry.objects.filter(**_key(where))
        if before.filter(state__in=LIVING).exists():
            raise WishedAlready
        if before.exclude(state=State.CANCELLED).exists() and not wish.again.strip():
            raise AskedBefore
        (number,) = fetch_one("SELECT nextval('public_benefit_account_inquiry_number')")
        PublicBenefitAccountInquiry.objects.create(
            inquiry_id=number, request_key=uuid4(), wished_on=wish.on, wish_source=wish.source,
            wish_officer=act.officer, reason=wish.again.strip(), **_key(where),
        )  # fmt: skip
        payee.claimed_on = payee.claimed_on or wish.on
        payee.save(update_fields=["claimed_on"])
        _told("公金受取口座の希望を受け付けた", where, number)
    return int(number)


def withdraw_wish(where: Where, *, reason: str, act: Act) -> None:
    """希望を取り下げる。照会していれば、中間サーバーにも取りやめを求める。

    要件: F05-05, F35-12
    """
    if not reason.strip():
        raise NoteMissing
    found = _one(where, State.WISHED, State.ASKED)
    if found is None:
        raise NotWished
    if found.state == State.ASKED:
        with _accounts(found) as accounts:
            accounts.cancel(str(found.request_key), reason=reason.strip())
    with transaction.atomic():
        if _end(found, State.CANCELLED, reason.strip(), act.as_of):
            _told("公金受取口座の希望を取り下げた", where, found.inquiry_id)


def ask(where: Where, *, right: int | None, act: Act) -> None:
    """公金受取口座を照会する。事案・本人の希望・権限のどれかがなければ断り、断ったことも残す。

    `right` is the officer's live 個人番号利用権限 for the purpose of refunds, or None. What is asked is committed before the call: a
    call that fails is made again by `receive`, under the same key.

    要件: F05-05, F35-12, F36-02
    根拠: 番号法第19条第8号
    """
    try:
        if right is None:
            raise NoInquiryRight
        found = _begun(where, right, act)
    except Refusal as refusal:
        why = type(refusal).__name__
        record("公金受取口座を照会できなかった", subjects=[where.addressee_number], outcome=Outcome.REFUSED,
               detail={"理由": why, "決議番号": where.decision_id})  # fmt: skip
        raise
    _send(found, act)


def _begun(where: Where, right: int, act: Act) -> PublicBenefitAccountInquiry:
    """照会すると決めて書く。"""
    with transaction.atomic():
        _open_case(where, act)
        found = _one(where, State.WISHED, State.ASKED)
        if found is None:
            raise NotWished
        if found.state == State.WISHED:
            found.state, found.asked_at, found.asked_by, found.number_right_id = State.ASKED, Now(), act.officer, right
            found.save(update_fields=["state", "asked_at", "asked_by", "number_right_id"])
            _told("公金受取口座を照会した", where, found.inquiry_id)
        found.refresh_from_db()
        return found


def _send(found: PublicBenefitAccountInquiry, act: Act) -> None:
    """中間サーバーに頼む。許されなければ、そのわけを残して断る。"""
    (kind,) = fetch_one("SELECT kind FROM addressee WHERE addressee_number = %s", [found.addressee_number])
    try:
        with _accounts(found) as accounts:
            number = accounts.ask(
                str(found.request_key), addressee_number=found.addressee_number, case=case_of(found),
                business_id=NATURAL[kind],
            )  # fmt: skip
    except AccountNotAllowed as refusal:
        end(found, State.FAILED, str(refusal), act.as_of)
        raise
    with transaction.atomic():
        PublicBenefitAccountInquiry.objects.filter(inquiry_id=found.inquiry_id, **_key(where_of(found))).update(
            inquiry_number=number
        )


def answer_of(found: PublicBenefitAccountInquiry, act: Act) -> PublicAccount | None:
    """中間サーバーから答えを受け取る。まだなら None。断られたか失敗したら、わけを残して終わらせ、None。

    要件: F05-05, F35-12
    """
    try:
        if not found.inquiry_number:  # 頼んだ答えを受け取れていない。同じ鍵で、もう一度頼む
            _send(found, act)
        with _accounts(found) as accounts:
            return accounts.answer(str(found.request_key), case=case_of(found))
    except AccountNotYet:
        return None
    except AccountNotAllowed as refusal:
        end(found, State.FAILED, str(refusal), act.as_of)
        return None


def end(found: PublicBenefitAccountInquiry, state: State, why: str, on: date) -> None:
    """口座を得ずに終わらせる。

    要件: F05-05
    """
    with transaction.atomic():
        if _end(found, state, why, on):
            _told(f"公金受取口座の照会が「{state.label}」で終わった", where_of(found), found.inquiry_id)


def _end(found: PublicBenefitAccountInquiry, state: State, why: str, on: date) -> int:
    standing = PublicBenefitAccountInquiry.objects.filter(
        addressee_number=found.addressee_number, inquiry_id=found.inquiry_id, state__in=(State.WISHED, State.ASKED)
    )
    return standing.update(state=state, outcome=why, answered_on=on)


def _open_case(where: Where, act: Act) -> RefundPayee:
    """照会できる還付の受取人。鎖錠する。"""
    payee = locked_payee(where, *ASKABLE)
    rows = fetch_all(
        "SELECT d.state, a.kind, a.died_on FROM refund_decision d JOIN addressee a USING (addressee_number) "
        "WHERE d.addressee_number = %s AND d.decision_id = %s",
        [where.addressee_number, where.decision_id],
    )
    if not rows or rows[0][0] != "1" or rows[0][1] not in NATURAL or rows[0][2] is not None:
        raise CaseNotOpen
    if payee.kind != RefundPayee.Kind.SELF or (payee.state == Payee.READY and payee.account_id is not None):
        raise CaseNotOpen(f"受取人の状態は「{Payee(payee.state).label}」")
    if act.as_of > expiry_of(where):
        raise ClaimTooLate(str(expiry_of(where)))
    return payee


def _one(where: Where, *states: State) -> PublicBenefitAccountInquiry | None:
    with transaction.atomic():  # 目的は、取引とともに運ばれる
        return PublicBenefitAccountInquiry.objects.filter(state__in=states, **_key(where)).first()


def _key(where: Where) -> dict[str, str | int]:
    return {
        "addressee_number": where.addressee_number,
        "decision_id": where.decision_id,
        "payee_number": where.payee_number,
    }


@contextmanager
def _accounts(found: PublicBenefitAccountInquiry) -> Iterator[PublicAccounts]:
    """公金受取口座を尋ねる口。"""
    errand = replace(calling.errand(), case=case_of(found))
    with calling.client("gateway") as client:
        yield PublicAccounts(
            GatewayClient(client, errand), officer=str(found.asked_by), department=gate.required().department
        )


def _told(what: str, where: Where, inquiry_id: int) -> None:
    record(
        what, subjects=[where.addressee_number], detail={"決議番号": where.decision_id, "口座照会番号": int(inquiry_id)}
    )
