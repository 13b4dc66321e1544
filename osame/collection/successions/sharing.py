"""承継した者ごとの額。納める日までの延滞金を含めて、だれにいくら残っているか。

What each successor owes if it is paid on a chosen day. The law divides (`owed_by_each`); the sum per charge is what the charge owes
on that day, to the yen. The delinquency charge of each is computed on that one's own part and own payments.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from osame.collection.matching.accrual import rule_for
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.collection.successions.models import Successor
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.claim import ChargeClaim, Payment
from osame.law.delinquency_charge import delinquency_charge
from osame.law.succession import HeirAccount, apportioned, owed_by_each
from osame.platform.database import fetch_all

PORTIONS = """
SELECT p.succession_id, p.position, p.successor_number, a.name, p.kind, p.numerator, p.denominator, p.through, p.is_limited, p.received,
       p.from_on, a.protection_measure
FROM succession_portion p JOIN addressee a ON a.addressee_number = p.successor_number
WHERE p.addressee_number = %s AND p.numerator > 0 ORDER BY p.position
"""
PAID = """
SELECT r.charge_id, coalesce(s.successor_number, ''), r.paid_on, r.amount
FROM receipt r LEFT JOIN share_slip s USING (addressee_number, slip_number)
WHERE r.addressee_number = %s AND r.paid_on > %s
  AND NOT EXISTS (SELECT 1 FROM receipt_cancellation k WHERE k.addressee_number = r.addressee_number
                  AND k.charge_id = r.charge_id AND k.receipt_key = r.receipt_key)
ORDER BY r.paid_on, r.receipt_key
"""


class NothingSucceeded(Refusal):
    """効力を持つ承継がありません。承継の決定を済ませてから行ってください。"""


@dataclass(frozen=True, slots=True)
class Portion:
    """効力を持つ割合一つ。 received: 得た財産の価額; through: 数次相続で経た者。"""

    succession_id: int
    position: int
    successor_number: str
    name: str
    kind: Successor.Kind
    share: Fraction
    through: str
    is_limited: bool
    received: int | None
    opened_on: date
    is_protected: bool


@dataclass(frozen=True, slots=True)
class HeirShare:
    """一人の、一つの期別についての額。 paid: 相続の後に納めた額; owed: その日に納める額（延滞金を含む）。"""

    portion: Portion
    late: int
    paid: int
    owed: int


@dataclass(frozen=True, slots=True)
class SharedCharge:
    """期別一つの、承継した者ごとの額。 unpaid: その日に残る額。 shares の owed の合計は、いつも unpaid である。"""

    owed: Owed
    unpaid: int
    shares: tuple[HeirShare, ...]

    @property
    def charge_id(self) -> int:
        """期別番号。"""
        return self.owed.facts.charge_id


def portions_in_force(addressee_number: str) -> tuple[Portion, ...]:
    """いま効力を持つ割合。

    要件: F24-01
    """
    return tuple(
        Portion(number, position, who, name, Successor.Kind(kind), Fraction(int(top), int(bottom)), *rest)
        for number, position, who, name, kind, top, bottom, *rest in fetch_all(PORTIONS, [addressee_number])
    )


def heirs_among(whose: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """効力を持つ割合のある、承継した者の宛名番号を、人ごとに。読む文は一つ。

    要件: F24-01
    """
    rows = fetch_all(
        "SELECT p.addressee_number, p.successor_number FROM succession_portion p JOIN addressee a ON a.addressee_number = p.successor_number "
        "WHERE p.addressee_number = ANY (%s) AND p.numerator > 0 ORDER BY p.addressee_number, p.position",
        [list(whose)],
    )
    found: dict[str, tuple[str, ...]] = {}
    for who, successor in rows:
        found[who] = (*found.get(who, ()), str(successor))
    return found


def shared_charges(
    addressee_number: str, charges: Sequence[int] | None = None, *, on: date, as_of: date, lock: bool = False
) -> tuple[SharedCharge, ...]:
    """未納のある期別ごとに、承継した者ごとの額。 on: 納める日。

    要件: F24-01
    """
    portions = portions_in_force(addressee_number)
    if not portions:
        raise NothingSucceeded(addressee_number)
    paid: dict[int, list[tuple[str, Payment]]] = defaultdict(list)
    for charge_id, who, day, amount in fetch_all(PAID, [addressee_number, portions[0].opened_on]):
        paid[charge_id].append((who, Payment(day, Yen(amount))))
    found = owed_of(addressee_number, charges, on=on, as_of=as_of, lock=lock)
    return tuple(_shared(each, portions, paid[each.facts.charge_id]) for each in found)


def _shared(owed: Owed, portions: Sequence[Portion], payments: Sequence[tuple[str, Payment]]) -> SharedCharge:
    """期別一つを分ける。自分の納付は自分の分から、ほかの納付は残りに応じて。"""
    own = {each.successor_number: [pay for who, pay in payments if who == each.successor_number] for each in portions}
    paid = {who: Yen(sum(each.amount for each in mine)) for who, mine in own.items()}
    others = Yen(sum(pay.amount for _, pay in payments) - sum(paid.values()))
    late = _late(owed, portions, own)
    accounts = [
        HeirAccount(each.share, paid[each.successor_number], Yen(of_one))
        for each, of_one in zip(portions, late, strict=True)
    ]
    share = owed.share()
    unpaid = Yen(share.principal_tax + share.demand_fee + share.delinquency_charge)
    left = owed_by_each(unpaid, accounts, paid_by_others=others)
    return SharedCharge(
        owed, unpaid,
        tuple(HeirShare(each, of_one, paid[each.successor_number], amount)
              for each, of_one, amount in zip(portions, late, left, strict=True)),
    )  # fmt: skip


def _late(owed: Owed, portions: Sequence[Portion], own: dict[str, list[Payment]]) -> list[int]:
    """一人ずつの分に生じた延滞金。相続の前の納付は、割合で分ける。

    根拠: 地方税法第9条第2項、地方税法第369条ほか
    解釈: 期別の延滞金が確定しているか、手で定められていれば、割合で分ける。
    """
    known, shares = owed.facts, [each.share for each in portions]
    whole = owed.late[0]
    if whole == 0:
        return [0] * len(portions)
    if known.months is None or known.override is not None or known.principal_tax == 0:
        return [int(each) for each in apportioned(Yen(whole), shares)]
    opened_on, rule = portions[0].opened_on, rule_for(known.months)
    taxes = apportioned(Yen(known.tax_amount), shares)
    before = [(each.on, apportioned(each.amount, shares)) for each in known.payments if each.on <= opened_on]
    found = []
    for at, (each, tax) in enumerate(zip(portions, taxes, strict=True)):
        left, pays = tax, []
        for pay in (*(Payment(day, parts[at]) for day, parts in before), *own[each.successor_number]):
            pays.append(Payment(pay.on, Yen(min(left, pay.amount))))
            left = Yen(left - pays[-1].amount)
        claim = ChargeClaim(tax, known.due_date, tuple(pays), exemptions=known.exemptions)
        found.append(int(delinquency_charge(claim, as_of=owed.on, rule=rule).final))
    return found
