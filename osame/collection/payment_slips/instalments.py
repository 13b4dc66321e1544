"""分納の納付書。計画の回数分を一度に発行し、計画が終わったら残りを無効にする。誓約の章がここを呼ぶ。

Slips for a pledge: all rounds in one act, each with its own shares; when the plan ends, what is left unused becomes void.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.payment_slips.actions import NewSlip, Stamp, void_slip, write_slips
from osame.collection.payment_slips.letters import freeze_slips
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import issuer, next_numbers
from osame.collection.payment_slips.owed import Owed, Share, owed_of
from osame.collection.payment_slips.planning import NothingUnpaid, Plan
from osame.collection.payment_slips.queries import Slip, State, slips_numbered
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all


class PlanExceedsOwed(Refusal):
    """計画の額が、その期別の未納の額を超えています。計画を作り直してください。"""


class RoundsOutOfOrder(Refusal):
    """分納の回次と納付予定日の順が合いません。計画を確かめてください。"""


class PlanAlreadyIssued(Refusal):
    """この計画の納付書は、既に発行しています。作り直すときは、先に残りを無効にしてください。"""


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """計画の一回分の、期別一つへの額。"""

    charge_id: int
    principal_tax: int
    demand_fee: int = 0
    delinquency_charge: int = 0


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """計画の一回。"""

    number: int
    payable_through: date
    shares: tuple[PlannedShare, ...]


def issue_instalments(
    addressee_number: str, pledge_key: str, rounds: Sequence[PlannedRound], *, as_of: date, officer: str
) -> tuple[Slip, ...]:
    """計画の回数分の納付書を、期別の配賦とともに発行する。全部か、一枚もなしか。

    Issue one slip for every round of a plan. The principal and fees of all rounds together can never exceed what is owed.

    要件: F07-07, F14-06
    """
    order = [(each.number, each.payable_through) for each in rounds]
    if not rounds or order != sorted(set(order)) or order[0][1] < as_of:
        raise RoundsOutOfOrder(pledge_key)
    with transaction.atomic():
        if fetch_all("SELECT 1 FROM payment_slip WHERE pledge_key = %s AND void_on IS NULL", [pledge_key]):
            raise PlanAlreadyIssued(pledge_key)
        charges = sorted({share.charge_id for each in rounds for share in each.shares})
        last = order[-1][1]
        owed = {
            each.facts.charge_id: replace(each, is_forecast=True)
            for each in owed_of(addressee_number, charges, on=last, as_of=as_of, lock=True)
        }
        if missing := [each for each in charges if each not in owed]:
            raise NothingUnpaid(f"期別番号{missing[0]}")
        _refuse_excess(rounds, owed)
        by, numbers = issuer(as_of=as_of), next_numbers(len(rounds))
        new = []
        for number, each in zip(numbers, rounds, strict=True):
            plan = Plan(tuple(_share(share, owed[share.charge_id]) for share in each.shares), ())
            stamp = Stamp(as_of, officer, PaymentSlip.Kind.INSTALMENT, "", pledge_key, each.number)
            new.append(NewSlip(number, addressee_number, plan, each.payable_through, stamp))
        write_slips(new, by)
        record(
            "分納の納付書を発行した",
            subjects=[addressee_number],
            fields=["納付書の内訳", "納付書番号"],
            detail={"分割納付管理番号": pledge_key, "回数": len(rounds), "納付書番号": f"{numbers[0]}～{numbers[-1]}"},
        )
        slips = slips_numbered(numbers)
        freeze_slips(slips, as_of=as_of, officer=officer)
        return slips


def void_rest(pledge_key: str, *, reason: str, as_of: date, officer: str) -> tuple[int, ...]:
    """計画の、使われていない納付書をすべて無効にする（完納・不履行・再計画）。無効にした番号を返す。

    Void what is left of a plan. Doing it again finds nothing.

    要件: F07-07
    """
    with transaction.atomic():
        numbers = fetch_all(
            "SELECT slip_number FROM payment_slip WHERE pledge_key = %s AND void_on IS NULL ORDER BY slip_number",
            [pledge_key],
        )
        left = [each for each in slips_numbered([row[0] for row in numbers]) if each.state(as_of) is not State.USED]
        for each in left:
            void_slip(each.slip_number, reason=reason, as_of=as_of, officer=officer)
        return tuple(each.slip_number for each in left)


def _refuse_excess(rounds: Sequence[PlannedRound], owed: dict[int, Owed]) -> None:
    """本税・手数料・延滞金のどれも、期別ごとに、最後の回の日の未納を超えない。"""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in rounds:
        for share in each.shares:
            parts = (share.principal_tax, share.demand_fee, share.delinquency_charge)
            if min(parts) < 0:
                raise PlanExceedsOwed(owed[share.charge_id].label)
            sums[share.charge_id] = [a + b for a, b in zip(sums[share.charge_id], parts, strict=True)]
    for charge_id, planned in sums.items():
        known = owed[charge_id]
        most = (known.facts.principal_tax, known.facts.demand_fee, known.late[0])
        if any(a > b for a, b in zip(planned, most, strict=True)):
            raise PlanExceedsOwed(known.label)


def _share(planned: PlannedShare, owed: Owed) -> Share:
    return replace(
        owed.share(),
        principal_tax=planned.principal_tax,
        demand_fee=planned.demand_fee,
        delinquency_charge=planned.delinquency_charge,
        steps=("分割納付の計画による額",),
    )
