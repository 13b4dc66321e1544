"""公金受取口座を受け取る。名義を確かめ、ほかの人と同じ口座でないことを確かめ、その還付の受取人だけに付ける。"""

from django.db import transaction

from osame.collection.public_benefit_accounts.actions import State, answer_of, end
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import where_of
from osame.collection.refunds.accounts import Account, Registration, is_same_name, register_account
from osame.collection.refunds.actions import Act, Where, locked_payee
from osame.collection.refunds.models import PayeeAccount, RefundPayee
from osame.contracts.client import ExchangeFailed
from osame.contracts.gateway import PublicAccount
from osame.kernel.refusals import Refusal
from osame.platform import secret_keys
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

Payee = RefundPayee.State
DIGEST = "public-benefit-account"
NOT_REGISTERED = "公金受取口座の登録がありません。還付請求書の口座で受け付けてください。"
CASE_ENDED = "答えが届く前に、還付の事案が終わりました。受け取った口座は残していません。"
OTHER_NAME = "公金受取口座の名義が、受取人と違います"
SHARED = "同じ公金受取口座が、ほかの人の還付にもあります。登録の誤りがないかを確かめるまで、保留します"
DIED = "受取人が死亡しています。相続人を登録してください"


def receive(where: Where, *, act: Act) -> State | None:
    """照会の答えを受け取る。まだなら「照会中」のまま。何度行っても、口座が付くのは一度だけ。いまの状態を返す。

    要件: F05-05, F35-12
    """
    found = latest(where)
    if found is None or found.state != State.ASKED:
        return State(found.state) if found else None
    account = answer_of(found, act)
    if account is not None:
        take(found, account, act)
    found = latest(where)
    return State(found.state) if found else None


def latest(where: Where) -> PublicBenefitAccountInquiry | None:
    """その受取人の、いちばん新しい照会。"""
    with transaction.atomic():  # 目的は、取引とともに運ばれる
        rows = PublicBenefitAccountInquiry.objects.filter(
            addressee_number=where.addressee_number, decision_id=where.decision_id, payee_number=where.payee_number
        )
        return rows.order_by("-inquiry_id").first()


def collect(*, act: Act) -> tuple[int, int]:
    """照会中のすべてについて、届いた答えを受け取る。（受け取った数、まだの数）。一つの失敗は、ほかを止めない。

    要件: F05-05, F35-12
    """
    with transaction.atomic():
        waiting = list(PublicBenefitAccountInquiry.objects.filter(state=State.ASKED).order_by("inquiry_id"))
    taken = 0
    for each in waiting:
        try:
            taken += receive(where_of(each), act=act) != State.ASKED
        except ExchangeFailed:
            break  # 中間サーバーにつながらない。次の回に
        except Refusal:
            continue
    return taken, len(waiting) - taken


def take(found: PublicBenefitAccountInquiry, account: PublicAccount, act: Act) -> None:
    """届いた答えを、この照会の受取人に一度だけ反映する。登録がなければ、なかったと残す。

    要件: F05-05
    """
    if not account.registered:
        end(found, State.NOTHING, NOT_REGISTERED, act.as_of)
        return
    try:
        with transaction.atomic():
            _attach(found, account, act)
    except Refusal as refusal:  # 振り込めない口座。何も残さない
        end(found, State.FAILED, str(refusal), act.as_of)


def _attach(found: PublicBenefitAccountInquiry, account: PublicAccount, act: Act) -> None:
    """口座を封じて受取人に付ける。名義が違えば口座不備に、ほかの人と同じ口座なら保留にする。"""
    where = where_of(found)
    payee = locked_payee(where, *Payee)
    mine = PublicBenefitAccountInquiry.objects.select_for_update().filter(
        addressee_number=where.addressee_number, inquiry_id=found.inquiry_id, state=State.ASKED
    )
    if not mine.exists():  # ほかの処理が先に受け取った、または取りやめた
        return
    if payee.state in {Payee.ORDERED, Payee.PAID, Payee.EXPIRED, Payee.CANCELLED}:
        mine.update(state=State.CANCELLED, outcome=CASE_ENDED, answered_on=act.as_of)
        return
    kind = PayeeAccount.AccountType(account.account_type) if account.account_type in PayeeAccount.AccountType.values else PayeeAccount.AccountType.OTHER  # fmt: skip
    made = register_account(
        where.addressee_number,
        Account(account.bank_code, account.branch_code, kind, account.account_number, account.holder_kana),
        Registration(PayeeAccount.Source.PUBLIC_MONEY, own=True, consented=False), as_of=act.as_of, officer=act.officer,
    )  # fmt: skip
    digest = secret_keys.digest(
        DIGEST, account.bank_code, account.branch_code, str(kind), account.account_number.zfill(7)
    )
    matched = is_same_name(account.holder_kana, payee.kana)
    mine.update(
        state=State.OBTAINED, account_id=made, account_digest=digest, holder_matched=matched, answered_on=act.as_of,
        outcome="取得しました" if matched else OTHER_NAME,
    )  # fmt: skip
    state, note = _standing(where, payee, digest, matched=matched)
    payee.account_id, payee.state, payee.note = made, state, note
    payee.save(update_fields=["account_id", "state", "note"])
    record(
        "公金受取口座を受け取った", subjects=[where.addressee_number], fields=["金融機関", "口座番号", "口座名義"],
        detail={"決議番号": where.decision_id, "口座照会番号": int(found.inquiry_id), "名義の一致": int(matched)},
    )  # fmt: skip


def _standing(where: Where, payee: RefundPayee, digest: str, *, matched: bool) -> tuple[Payee, str]:
    """口座が付いた後の、受取人の状態とそのわけ。"""
    if payee.state == Payee.HELD:
        return Payee.HELD, str(payee.note)
    (died,) = fetch_one(
        "SELECT died_on IS NOT NULL FROM addressee WHERE addressee_number = %s", [where.addressee_number]
    )
    if died:
        return Payee.HELD, DIED
    if fetch_all(
        "SELECT 1 FROM public_benefit_account_inquiry WHERE account_digest = %s AND addressee_number <> %s LIMIT 1",
        [digest, where.addressee_number],
    ):
        return Payee.HELD, SHARED
    return (Payee.READY, "") if matched else (Payee.DEFECTIVE, OTHER_NAME)
