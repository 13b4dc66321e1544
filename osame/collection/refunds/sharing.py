"""受取人を分ける、替える。相続人への按分、差押え・譲渡による支払先の変更。

The payees of a decision always share its whole amount: a change closes the old rows and opens new ones, and the database
compares the sums when the transaction ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.db import transaction

from osame.collection.refunds.actions import UNPAID, Act, NoteMissing, PayeeNotFound, PayeeNotOpen, Where, locked_payee
from osame.collection.refunds.models import RefundEncumbrance, RefundPayee
from osame.collection.refunds.naming import Named, add_payee, creditors_of, own_payee
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

Kind = RefundPayee.Kind
State = RefundPayee.State
OWN = (Kind.SELF, Kind.HEIR_REPRESENTATIVE)
REDIRECTED = (*OWN, Kind.SEIZING_CREDITOR, Kind.ASSIGNEE, Kind.PLEDGEE)


class HeirSharesWrong(Refusal):
    """持分の合計が1になりません。相続人ごとの持分を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Heir:
    """相続人一人。"""

    name: str
    kana: str
    share: Fraction
    postal_code: str = ""
    address: str = ""


def divide_among_heirs(where: Where, heirs: Sequence[Heir], *, act: Act) -> None:
    """一人の受取額を、相続人に持分で分ける。端数は、初めの相続人から一円ずつ足す。

    要件: F05-11
    """
    if sum(each.share for each in heirs) != 1 or any(each.share <= 0 for each in heirs):
        raise HeirSharesWrong("、".join(str(each.share) for each in heirs))
    with transaction.atomic():
        payee = locked_payee(where, *UNPAID)
        if payee.kind not in {Kind.SELF, Kind.HEIR_REPRESENTATIVE}:
            raise PayeeNotOpen(payee.name)
        amounts = shares_of(payee.amount, [each.share for each in heirs])
        named = [
            (
                Named(Kind.HEIR, each.name, each.kana, each.postal_code, each.address, State.AWAITING_CLAIM,
                      share=f"{each.share.numerator}/{each.share.denominator}"),
                amount,
            )
            for each, amount in zip(heirs, amounts, strict=True) if amount
        ]  # fmt: skip
        _close([payee], "相続人に分けました")
        for who, amount in named:
            add_payee(where.addressee_number, where.decision_id, who, amount)
        record("還付を相続人に分けた", subjects=[where.addressee_number], detail={"決議番号": where.decision_id,
               "職員": act.officer})  # fmt: skip


def shares_of(amount: int, shares: Sequence[Fraction]) -> list[int]:
    """持分で分けた額。合計は必ず元の額になる。

    >>> shares_of(100, [Fraction(1, 3)] * 3)
    [34, 33, 33]
    """
    parts = [amount * share.numerator // share.denominator for share in shares]
    return [part + (place < amount - sum(parts)) for place, part in enumerate(parts)]


@dataclass(frozen=True, slots=True)
class NewEncumbrance:
    """届いた差押え・譲渡の通知。 amount: None なら全額。"""

    kind: RefundEncumbrance.Kind
    creditor_name: str
    creditor_kana: str
    served_at: datetime
    document: str
    amount: int | None = None
    postal_code: str = ""
    address: str = ""


def register_encumbrance(addressee_number: str, new: NewEncumbrance, *, act: Act) -> int:
    """還付請求権の差押え・譲渡の通知を登録する。まだ払っていない還付は、通知の順に支払先を変える。

    A payment that waits for approval is taken out of its run, so the run no longer matches what was proposed.

    要件: F05-12
    """
    if not new.document.strip():
        raise NoteMissing
    with transaction.atomic():
        (number,) = fetch_one("SELECT nextval('refund_encumbrance_number')")
        RefundEncumbrance.objects.create(
            addressee_number=addressee_number, encumbrance_id=number, kind=new.kind, creditor_name=new.creditor_name,
            creditor_kana=new.creditor_kana, postal_code=new.postal_code, address=new.address, amount=new.amount,
            served_at=new.served_at, document=new.document.strip(), officer=act.officer,
        )  # fmt: skip
        redirect_unpaid(addressee_number, act=act)
        record("還付請求権の差押え・譲渡を登録した", subjects=[addressee_number], detail={"番号": int(number)})
    return int(number)


def release_encumbrance(addressee_number: str, encumbrance_id: int, *, reason: str, act: Act) -> None:
    """差押え・譲渡の解除を記録する。まだ払っていない還付は、本人に戻す。

    要件: F05-12
    """
    if not reason.strip():
        raise NoteMissing
    with transaction.atomic():
        found = RefundEncumbrance.objects.filter(
            addressee_number=addressee_number, encumbrance_id=encumbrance_id, released_on=None
        )
        if not found.update(released_on=act.as_of, release_reason=reason.strip()):
            raise PayeeNotFound(f"差押え・譲渡の番号 {encumbrance_id}")
        redirect_unpaid(addressee_number, act=act)
        record("還付請求権の差押え・譲渡を解除した", subjects=[addressee_number], detail={"番号": encumbrance_id})


def redirect_unpaid(addressee_number: str, *, act: Act) -> None:
    """まだ払っていない還付の支払先を、生きている差押え・譲渡に合わせて決め直す。取引の中で呼ぶ。"""
    payees = RefundPayee.objects.select_for_update().filter(addressee_number=addressee_number, kind__in=REDIRECTED)
    list(payees.order_by("decision_id", "payee_number"))  # 受取人の行を、先に鎖錠する
    run_sql(
        "UPDATE refund_payment SET state = '9' WHERE addressee_number = %s AND state = '1' AND payee_number IN (SELECT "
        "payee_number FROM refund_payee p WHERE p.addressee_number = refund_payment.addressee_number "
        "AND p.decision_id = refund_payment.decision_id AND p.kind = ANY(%s))",
        [addressee_number, [str(each) for each in REDIRECTED]],
    )
    payees.filter(state=State.ORDERED).update(state=State.READY)
    groups: dict[int, list[RefundPayee]] = {}
    for each in payees.filter(state__in=UNPAID).order_by("decision_id", "payee_number"):
        groups.setdefault(each.decision_id, []).append(each)
    for decision_id, group in groups.items():
        total, own = sum(each.amount for each in group), next((each for each in group if each.kind in OWN), None)
        _close(group, "支払先を変えました")
        left = total
        for who, amount in creditors_of(addressee_number, total):
            add_payee(addressee_number, decision_id, who, amount)
            left -= amount
        if left:
            who = own_payee(addressee_number, as_of=act.as_of)
            if own is not None and own.account_id and who.state == State.AWAITING_CLAIM:
                who = replace(who, state=State.READY, account_id=own.account_id)
            add_payee(addressee_number, decision_id, who, left)


def _close(payees: Sequence[RefundPayee], note: str) -> None:
    for each in payees:
        each.state, each.note = State.CANCELLED, note
        each.save(update_fields=["state", "note"])
