"""決議を帳簿に付ける。充当は充てる先の収納として、還付は還付未済として。

Carry a decision into the books: lock, receive at the targets on 充当適状日 so that allocation and the delinquency charge
follow by the same rules as any receipt, compute interest, freeze the parts, and move the money out of the overpayment.
A preview is this same act, rolled back.
"""

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.order import AllocationOrder
from osame.collection.ledger.posting import Claim, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.matching.batch import insert_staged_receipts
from osame.collection.parameters.queries import allocation_order
from osame.collection.refunds.candidates import Source, Target
from osame.collection.refunds.models import RefundPart
from osame.formats.reports import Channel
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.appropriation import explain_appropriable_on
from osame.law.refund_claim import claimable_on, refund_account, refund_claim_expires_on
from osame.law.refund_interest import refund_interest, refund_interest_ends_on, refund_interest_starts_on
from osame.platform.database import fetch_all, fetch_one, run_sql

Use = RefundPart.Use
# 明細から仕訳へ。還付は 過誤納金→還付未済、充当は 過誤納金→支払、還付加算金は、充当した分を除いて還付未済へ。
PARTS_TO_ENTRIES = """
INSERT INTO posting
SELECT p.charge_id, p.addressee_number, v.moved, v.debit, v.credit, v.kind, %(on)s, %(accounted)s, p.receipt_key, NULL
FROM refund_part p CROSS JOIN LATERAL (VALUES
    (8, 11, 11, p.use = '1', p.amount),
    (8, 12, 9, p.use = '2', p.amount),
    (13, 12, 9, p.use = '3', p.amount),
    (13, 11, 11, p.interest > p.applied, p.interest - p.applied)) v (debit, credit, kind, holds, moved)
WHERE p.addressee_number = %(addressee)s AND p.decision_id = %(decision)s AND v.holds
"""


class AppropriationTooLarge(Refusal):
    """充当する額が、充てる先の未納を超えます。充当せずに止めました。候補を開き直して、決議し直してください。"""


@dataclass(frozen=True, slots=True)
class Part:
    """明細一つ。"""

    source: Source
    use: Use
    amount: int
    interest: int
    starts_on: date
    ends_on: date
    steps: tuple[str, ...]
    target: Target | None = None
    appropriated_on: date | None = None
    applied: int = 0


@dataclass(slots=True)
class Decision:
    """決める一つ。 parts: 決まった明細; receipts: 充てる先に置いた収納の数。"""

    addressee_number: str
    decision_id: int
    decided_on: date
    order: AllocationOrder
    accounted_on: date
    parts: list[Part] = field(default_factory=list)
    receipts: int = 0

    @property
    def appropriated(self) -> int:
        """充当の額。"""
        return sum(each.amount for each in self.parts if each.use != Use.REFUND)

    @property
    def interest(self) -> int:
        """還付加算金の額（充当した分を含む）。"""
        return sum(each.interest for each in self.parts)

    @property
    def payable(self) -> int:
        """還付の額。還付加算金のうち、充当しなかった分を含む。"""
        refunds = sum(each.amount for each in self.parts if each.use == Use.REFUND)
        return refunds + sum(each.interest - each.applied for each in self.parts)


def apply_decision(
    taken: Sequence[tuple[Source, int]], targets: Sequence[Target], decision: Decision, command: Claim
) -> None:
    """過誤納金を、充てられる未納に充て、残りを還付する。記帳し、明細を残す。

    Lock every charge concerned in one order, settle the targets one by one, then move what was taken out of the
    overpayments. `taken`: how much of which overpayment.
    """
    open_stage()
    charges = {target.charge_id for target in targets} | {source.charge_id for source, _ in taken}
    lock_charges(decision.addressee_number, charges)
    left = {(each.charge_id, each.receipt_key): amount for each, amount in taken}
    sources = [each for each, _ in taken]
    for target in targets:
        for source in sources:
            key = (source.charge_id, source.receipt_key)
            if left[key] and not source.is_fee:
                left[key] -= _appropriate(decision, source, target, left[key], command)
    for source in sources:
        if rest := left[source.charge_id, source.receipt_key]:
            decision.parts.append(_with_interest(Part(source, Use.REFUND, rest, 0, *_no_days(decision), ()), decision))
    _appropriate_interest(decision, targets, command)
    _keep_parts(decision, command)
    _leave_overpayments(decision)


def receipt_key_of(decision_id: int, number: int) -> uuid.UUID:
    """充当した収納の鍵。二度作っても同じ。"""
    return uuid.UUID(bytes=hashlib.sha256(f"refund-decision:{decision_id}:{number}".encode()).digest()[:16])


def _appropriate(decision: Decision, source: Source, target: Target, limit: int, command: Claim) -> int:
    """一つの過誤納金を一つの未納に、限りまで充てる。充てた額を返す。"""
    day = explain_appropriable_on(target.kind, target.ready_on, source.arises_on)
    amount = _settle(decision, target, day.date, limit, command)
    if amount:
        part = Part(source, Use.APPROPRIATION, amount, 0, *_no_days(decision), day.steps, target, day.date)
        decision.parts.append(_with_interest(part, decision))
    return amount


def _appropriate_interest(decision: Decision, targets: Sequence[Target], command: Claim) -> None:
    """過誤納金をすべて充てても未納が残るなら、生じた還付加算金も充てる。"""
    for number, part in enumerate(list(decision.parts)):
        for target in targets:
            spare = decision.parts[number].interest - decision.parts[number].applied
            if not spare or part.use != Use.APPROPRIATION:
                continue
            day = explain_appropriable_on(target.kind, target.ready_on, part.source.arises_on)
            amount = _settle(decision, target, day.date, spare, command)
            if amount:
                applied = decision.parts[number].applied + amount
                decision.parts[number] = replace(decision.parts[number], applied=applied)
                decision.parts.append(
                    Part(part.source, Use.INTEREST_APPROPRIATION, amount, 0, *_no_days(decision), day.steps, target, day.date)
                )  # fmt: skip


def _settle(decision: Decision, target: Target, day: date, limit: int, command: Claim) -> int:
    """未納の範囲で、充当適状日に収納する。延滞金がその日までで確定すれば、それにも充てる。

    What is owed on that day is found by receiving: once the tax is paid the delinquency charge is fixed, and a second
    receipt in place of the first settles that too.
    """
    amount, before, owed = 0, "", _owed(decision, target)
    while owed and amount < limit:
        if before:
            transaction.savepoint_rollback(before)
        before = transaction.savepoint()
        amount = min(limit, amount + owed)
        _receive(decision, target, day, amount, command)
        owed = _owed(decision, target)
    decision.receipts += bool(amount)
    return amount


def _owed(decision: Decision, target: Target) -> int:
    owed, surplus = fetch_one(
        "SELECT principal_tax + demand_fee + delinquency_charge, overpayment FROM charge "
        "WHERE charge_id = %s AND addressee_number = %s",
        [target.charge_id, decision.addressee_number],
    )
    if surplus:
        raise AppropriationTooLarge(target.label)
    return int(owed)


def _receive(decision: Decision, target: Target, day: date, amount: int, command: Claim) -> None:
    """充てる先の期別に、充当適状日を領収日とする収納を置き、割り付け、記帳する。"""
    lock_charges(decision.addressee_number, {target.charge_id})
    run_sql("DROP TABLE IF EXISTS pg_temp.staged_receipt")
    run_sql(
        "CREATE TEMP TABLE staged_receipt ON COMMIT DROP AS SELECT c.charge_id, c.addressee_number, c.levy_year, "
        "%(key)s::uuid AS receipt_key, %(amount)s::bigint AS amount, %(day)s::date AS paid_on, %(on)s::date AS received_on, "
        "%(accounted)s::date AS accounted_on, %(outlet)s::text AS outlet, NULL::bigint AS slip_number, "
        "%(line)s::int AS line_number, 0::bigint AS intake_file_id, %(channel)s::varchar AS channel "
        "FROM charge c WHERE c.charge_id = %(charge)s AND c.addressee_number = %(addressee)s",
        {
            "key": receipt_key_of(decision.decision_id, decision.receipts),
            "amount": amount,
            "day": day,
            "on": decision.decided_on,
            "accounted": decision.accounted_on,
            "outlet": f"還付充当決議{decision.decision_id}",
            "line": decision.receipts + 1,
            "channel": Channel.APPROPRIATION.value,
            "charge": target.charge_id,
            "addressee": decision.addressee_number,
        },
    )
    insert_staged_receipts()
    reallocate(order=decision.order, correction_on=decision.accounted_on)
    post(command)


def _no_days(decision: Decision) -> tuple[date, date]:
    return decision.decided_on, decision.decided_on


def _with_interest(part: Part, decision: Decision) -> Part:
    """還付加算金を計算し、過程とともに添える。"""
    facts = part.source.found.facts(part.source.paid_on)
    first = refund_interest_starts_on(facts)
    last = refund_interest_ends_on(decision.decided_on, appropriated_on=part.appropriated_on)
    answer = refund_interest(Yen(part.amount), first, last)
    return replace(part, interest=int(answer.final), starts_on=first, ends_on=last, steps=(*part.steps, *answer.steps))


def _keep_parts(decision: Decision, command: Claim) -> None:
    """決議と明細を残す。過誤納金の残りを超えれば、表が断る。"""
    number = 0
    for place, part in enumerate(decision.parts, start=1):
        facts = part.source.found.facts(part.source.paid_on)
        account = refund_account(received_in=part.source.fiscal_year, paid_on=decision.decided_on)
        key = None
        if part.target is not None:
            key, number = receipt_key_of(decision.decision_id, number), number + 1
        RefundPart.objects.create(
            addressee_number=decision.addressee_number, decision_id=decision.decision_id, part_number=place,
            charge_id=part.source.charge_id, receipt_key=part.source.receipt_key, use=part.use, amount=part.amount,
            interest=part.interest, applied=part.applied, cause=part.source.found.cause, ground=part.source.found.ground,
            starts_on=part.starts_on, ends_on=part.ends_on, steps=list(part.steps), revenue_class=account.value,
            expires_on=refund_claim_expires_on(claimable_on(facts)),
            target_charge_id=part.target.charge_id if part.target else None, target_receipt_key=key,
            appropriated_on=part.appropriated_on,
        )  # fmt: skip
    run_sql(
        PARTS_TO_ENTRIES,
        {
            "on": decision.decided_on,
            "accounted": decision.accounted_on,
            "addressee": decision.addressee_number,
            "decision": decision.decision_id,
        },
    )
    post(command)


def _leave_overpayments(decision: Decision) -> None:
    """過誤納金の表を、決めた分だけ減らす。割付けは、決めた分を除いて並べ直しても動かない。"""
    restore_overpayments(decision.addressee_number, decision.decision_id, decision.order, decision.accounted_on)
    if fetch_one("SELECT count(*) FROM posting")[0]:
        raise AppropriationTooLarge(f"決議番号 {decision.decision_id}")


def restore_overpayments(addressee_number: str, decision_id: int, order: AllocationOrder, on: date) -> None:
    """決議にかかわる期別の割付けをやり直し、過誤納金の表をいまの帳簿に合わせる。"""
    rows = fetch_all(
        "SELECT DISTINCT charge_id FROM refund_part WHERE addressee_number = %s AND decision_id = %s",
        [addressee_number, decision_id],
    )
    lock_charges(addressee_number, {charge_id for (charge_id,) in rows})
    expect_no_receipts()
    reallocate(order=order, correction_on=on)


def lock_charges(addressee_number: str, charges: Collection[int]) -> None:
    """一人の期別を番号順に鎖錠し、その事実を一時表 `touched` に置く。"""
    run_sql(
        "CREATE TEMP TABLE IF NOT EXISTS decision_charge (addressee_number varchar(15), charge_id bigint) ON COMMIT DROP"
    )
    run_sql("TRUNCATE decision_charge")
    run_sql("INSERT INTO decision_charge SELECT %s, unnest(%s::bigint[])", [addressee_number, list(charges)])
    touch_charges("SELECT addressee_number, charge_id FROM decision_charge")


def lock_person(addressee_number: str) -> None:
    """一人の期別をすべて番号順に鎖錠する。待つ間に決まったことも、この後の照会には見える。"""
    run_sql(
        "SELECT 1 FROM charge WHERE addressee_number = %s AND charge_id > 0 ORDER BY charge_id FOR NO KEY UPDATE",
        [addressee_number],
    )


def new_decision(addressee_number: str, decision_id: int, *, decided_on: date) -> Decision:
    """決める一つを開く。会計日は、締めていない最初の日より前にしない。"""
    return Decision(
        addressee_number, decision_id, decided_on, allocation_order(as_of=decided_on), max(decided_on, first_open_day())
    )
