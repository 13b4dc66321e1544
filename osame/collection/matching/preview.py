"""行う前に、どうなるかを見る。書かずに、あるべき割付けを計算する。

What identifying, cancelling or moving a receipt would do to a charge, computed from the facts alone: nothing is written and
nothing is locked. `allocation.reallocate` posts the same for whole files in SQL; the tests hold the two against each other.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from osame.collection.exemptions.queries import standing_exemptions
from osame.collection.ledger.models import Account
from osame.collection.ledger.order import AllocationOrder
from osame.collection.ledger.queries import ChargeFacts
from osame.collection.matching.accrual import rule_for
from osame.collection.matching.keys import moved_key
from osame.collection.parameters.queries import allocation_order
from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Override, Payment
from osame.law.delinquency_charge import ChargeBreakdown, delinquency_charge
from osame.platform.database import fetch_all

PAYMENT_ORDER = "地方税法第20条の9の4"
OVERPAYMENT_ARTICLE = "地方税法第17条"


@dataclass(frozen=True, slots=True)
class Balances:
    """期別の、勘定ごとの残高（円）。"""

    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    received: int
    overpayment: int


@dataclass(frozen=True, slots=True)
class Part:
    """収納一件のうち、一つの勘定に充てた額と、その根拠。"""

    account: Account
    amount: int
    basis: str


@dataclass(frozen=True, slots=True)
class Payer:
    """割り付ける入金。 `paid_on` の順、同じ日なら番号の順に充てる。"""

    paid_on: date
    receipt_key: uuid.UUID
    amount: int


@dataclass(frozen=True, slots=True)
class ChargePreview:
    """期別一つの、行う前と行った後。 parts: 行いの対象の収納が充たる先。breakdown: 確定する延滞金の計算。"""

    charge: ChargeFacts
    before: Balances
    after: Balances
    parts: tuple[Part, ...] = ()
    breakdown: ChargeBreakdown | None = None

    @property
    def lines(self) -> list[tuple[str, int, int]]:
        """（勘定の名、前、後）。"""
        names = ("本税の未納", "督促手数料の未納", "延滞金の未納（確定分）", "収納の合計", "過誤納金")
        pairs = ((getattr(self.before, each), getattr(self.after, each)) for each in Balances.__slots__)
        return [(name, before, after) for name, (before, after) in zip(names, pairs, strict=True)]

    @property
    def overpaid(self) -> int:
        """新しく生じる過誤納金。"""
        return max(0, self.after.overpayment - self.before.overpayment)


@dataclass(frozen=True, slots=True)
class _Facts:
    """期別の、割付けに要る事実。 posted: 勘定ごとの生きた仕訳の合計。"""

    charge: ChargeFacts
    receipts: tuple[Payer, ...]
    posted: dict[int, int]
    fixed: int
    override: Override | None
    first_period_months: int | None


def preview_identification(payer: Payer, charge: ChargeFacts, *, as_of: date) -> ChargePreview:
    """保留した入金を、その期別に消し込むと、どうなるか（F04-05）。"""
    return _preview(charge, lambda receipts: (*receipts, payer), payer.receipt_key, as_of)


def preview_cancellation(receipt_key: uuid.UUID, charge: ChargeFacts, *, as_of: date) -> ChargePreview:
    """その期別から収納を取り消すと、どうなるか（F04-07）。"""
    return _preview(charge, lambda receipts: [r for r in receipts if r.receipt_key != receipt_key], receipt_key, as_of)


def preview_move(
    payer: Payer, source: ChargeFacts, target: ChargeFacts, *, as_of: date
) -> tuple[ChargePreview, ChargePreview]:
    """収納を別の期別へ組み替えると、元と先がどうなるか（F04-07）。"""
    moved = replace(payer, receipt_key=moved_key(payer.receipt_key, target.label))
    return (
        preview_cancellation(payer.receipt_key, source, as_of=as_of),
        preview_identification(moved, target, as_of=as_of),
    )


def _preview(
    charge: ChargeFacts, change: Callable[[tuple[Payer, ...]], Iterable[Payer]], subject: uuid.UUID, as_of: date
) -> ChargePreview:
    facts = _facts(charge)
    order = allocation_order(as_of=as_of)
    fee_cap = charge.demand_fee + facts.posted.get(Account.DEMAND_FEE, 0)
    receipts = sorted(change(facts.receipts), key=lambda each: (each.paid_on, each.receipt_key))
    caps = {Account.PRINCIPAL_TAX: charge.tax_amount, Account.DEMAND_FEE: fee_cap, Account.DELINQUENCY_CHARGE: 0}
    breakdown = _fixed_charge(facts, receipts, caps, order)
    fixed = int(breakdown.final) if breakdown else 0
    splits = _split(receipts, caps | {Account.DELINQUENCY_CHARGE: fixed}, order)
    now = {account: sum(split.get(account, 0) for split in splits.values()) for account in _ACCOUNTS}
    before = Balances(
        charge.principal_tax, charge.demand_fee, charge.delinquency_charge, charge.received, charge.overpayment
    )
    after = _after(before, facts, now, fixed)
    parts = tuple(
        Part(account, amount, _basis(account, breakdown)) for account, amount in splits.get(subject, {}).items()
    )
    return ChargePreview(charge, before, after, parts, breakdown)


_ACCOUNTS = (Account.PRINCIPAL_TAX, Account.DEMAND_FEE, Account.DELINQUENCY_CHARGE, Account.OVERPAYMENT)


def _after(before: Balances, facts: _Facts, now: dict[Account, int], fixed: int) -> Balances:
    """記帳済みとの違いだけ、残高が動く。"""
    more = {account: now[account] - facts.posted.get(account, 0) for account in _ACCOUNTS}
    return Balances(
        before.principal_tax - more[Account.PRINCIPAL_TAX],
        before.demand_fee - more[Account.DEMAND_FEE],
        before.delinquency_charge + (fixed - facts.fixed) - more[Account.DELINQUENCY_CHARGE],
        before.received + sum(more.values()),
        before.overpayment + more[Account.OVERPAYMENT],
    )


def _split(
    receipts: list[Payer], caps: dict[Account, int], order: AllocationOrder
) -> dict[uuid.UUID, dict[Account, int]]:
    """領収日の順に、枠を先頭から満たす。余りは過誤納金。"""
    left = {account: caps[account] for account in order.accounts}
    splits: dict[uuid.UUID, dict[Account, int]] = {}
    for each in receipts:
        rest, split = each.amount, {}
        for account in order.accounts:
            taken = min(rest, left[account])
            left[account] -= taken
            rest -= taken
            if taken:
                split[account] = taken
        if rest:
            split[Account.OVERPAYMENT] = rest
        splits[each.receipt_key] = split
    return splits


def _fixed_charge(
    facts: _Facts, receipts: list[Payer], caps: dict[Account, int], order: AllocationOrder
) -> ChargeBreakdown | None:
    """本税が完納になるなら、その日までで確定する延滞金。"""
    charge = facts.charge
    if facts.first_period_months is None or not charge.tax_amount:
        return None
    splits = _split(receipts, caps, order)
    days = {each.receipt_key: each.paid_on for each in receipts}
    payments = [
        Payment(days[key], Yen(split[Account.PRINCIPAL_TAX]))
        for key, split in splits.items()
        if split.get(Account.PRINCIPAL_TAX)
    ]
    complete = sum(each.amount for each in payments) == charge.tax_amount
    if not complete or max(each.on for each in payments) <= charge.due_date:
        return None
    exemptions = standing_exemptions(charge.addressee_number, charge.charge_id)
    claim = ChargeClaim(
        Yen(charge.tax_amount), charge.due_date, tuple(payments), exemptions=exemptions, override=facts.override
    )
    last = max(each.on for each in payments)
    return delinquency_charge(claim, as_of=last, rule=rule_for(facts.first_period_months))


def _basis(account: Account, breakdown: ChargeBreakdown | None) -> str:
    if account is Account.OVERPAYMENT:
        return OVERPAYMENT_ARTICLE
    if account is Account.DELINQUENCY_CHARGE and breakdown:
        return "、".join(breakdown.basis)
    return PAYMENT_ORDER


LIVE = (
    "e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.charge_id = e.charge_id "
    "AND x.addressee_number = e.addressee_number AND x.reverses = e.entry_id)"
)

# 還付・充当を決めた分は、割付けから除く（ADR 0020）。
DECIDED = (
    "(SELECT coalesce(sum(e.amount), 0)::bigint FROM entry e WHERE e.charge_id = r.charge_id "
    f"AND e.addressee_number = r.addressee_number AND e.receipt_key = r.receipt_key AND e.debit = 8 AND {LIVE})"
)


def _facts(charge: ChargeFacts) -> _Facts:
    keys = {"charge": charge.charge_id, "addressee": charge.addressee_number, "item": charge.tax_item,
            "due": charge.due_date}  # fmt: skip
    where = "charge_id = %(charge)s AND addressee_number = %(addressee)s"
    receipts = fetch_all(
        f"SELECT paid_on, receipt_key, amount - {DECIDED} FROM receipt r WHERE {where} AND NOT EXISTS (SELECT 1 FROM "
        "receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key "
        "AND x.addressee_number = r.addressee_number)",
        keys,
    )
    posted = fetch_all(
        "SELECT CASE WHEN e.receipt_key IS NULL THEN 0 WHEN e.debit = 7 THEN e.credit ELSE e.debit END, "
        "sum(CASE WHEN e.receipt_key IS NULL OR e.debit = 7 THEN e.amount ELSE -e.amount END)::bigint FROM entry e "
        f"WHERE e.{where.replace(' AND ', ' AND e.')} AND (e.receipt_key IS NOT NULL OR e.kind = 7) AND {LIVE} "
        "GROUP BY 1",
        keys,
    )
    rule = fetch_all(
        "SELECT first_period_months FROM (SELECT * FROM tax_item WHERE tax_item = %(item)s AND valid_from <= %(due)s "
        "ORDER BY valid_from DESC LIMIT 1) t WHERE bears_delinquency_charge",
        keys,
    )
    override = fetch_all(
        f"SELECT amount, reason, approved_by, entered_on FROM charge_override WHERE released_on IS NULL AND {where}",
        keys,
    )
    sums = {int(account): int(amount) for account, amount in posted}
    return _Facts(
        charge,
        tuple(Payer(*row) for row in receipts),
        {account: amount for account, amount in sums.items() if account},
        sums.get(0, 0),
        Override(Yen(override[0][0]), *override[0][1:]) if override else None,
        int(rule[0][0]) if rule else None,
    )
