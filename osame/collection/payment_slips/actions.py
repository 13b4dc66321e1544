"""納付書の発行と無効化。発行すると、金額も符号も変わらない。直すときは、無効にして、新しい番号で発行する。

Issue and void. Issuing freezes the plan, gives the serial and the codes, and makes older unused slips of the same charges void:
a voided slip that is paid all the same still finds its charges, and what is too much becomes an overpayment.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.payment_slips.letters import freeze_slips, pull_unprinted
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import (
    Issuer,
    Terms,
    codes_of,
    confirmation_number,
    issuer,
    next_numbers,
)
from osame.collection.payment_slips.planning import (
    MOST_AMOUNT,
    AmountTooLarge,
    Plan,
    ReasonNeeded,
    SlipRequest,
    plan_slips,
)
from osame.collection.payment_slips.queries import Slip, slip_numbered, slips_numbered, unused_slips
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, run_sql

NEWER = "同じ期別の新しい納付書を発行した"
FIELDS = ("納付書の内訳", "納付書番号")


class SlipAlreadyUsed(Refusal):
    """この納付書は、既に納付に使われています。無効にできません。納付の画面で確かめてください。"""


class SlipAlreadyVoid(Refusal):
    """この納付書は、既に無効です。何も変えていません。納付書の一覧で、無効にした日を確かめてください。"""


class VoidNeedsReason(Refusal):
    """納付書を無効にする理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Issued:
    """発行した結果。 replaced: 無効にした、前の納付書の番号。"""

    slip: Slip
    replaced: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """いつ、誰が発行したか。分納なら、その番号と回次。"""

    issued_on: date
    officer: str
    kind: PaymentSlip.Kind
    reason: str = ""
    pledge_key: str = ""
    round_number: int | None = None


def issue_slip(request: SlipRequest, *, as_of: date, officer: str) -> Issued:
    """納付書を発行する。一期の単票か、いくつかの期の合算。同じ期別の、使われていない前の納付書は無効になる。

    Issue one slip: lock the charges, plan, number, freeze, void the older ones.

    要件: F07-01, F07-02, F07-03, F07-04, F07-09
    """
    with transaction.atomic():
        issued = issue_carried_slip(request, as_of=as_of, officer=officer)
        freeze_slips([issued.slip], as_of=as_of, officer=officer)
        return issued


def issue_carried_slip(request: SlipRequest, *, as_of: date, officer: str) -> Issued:
    """ほかの文書の下に刷る納付書を発行する。納付書だけの紙は作らない。呼び手が、同じ取引で文書を凍らせる。

    The slip alone: the caller freezes, in the same transaction, the letter that carries it (`slip_part`).

    要件: F07-01, F06-07
    """
    return issue_carried_slips([request], as_of=as_of, officer=officer)[0]


def issue_carried_slips(requests: Sequence[SlipRequest], *, as_of: date, officer: str) -> tuple[Issued, ...]:
    """ほかの文書の下に刷る納付書を、いく枚もまとめて発行する。一つの期別は、一枚だけに載せる。

    Set-based: locks, reads, numbers, writes and voids in a fixed number of statements, however many slips there are.

    要件: F07-01, F06-07
    """
    with transaction.atomic():
        plans = plan_slips(requests, as_of=as_of, lock=True)
        for request, plan in zip(requests, plans, strict=True):
            if plan.needs_reason and not request.reason.strip():
                raise ReasonNeeded("、".join(each.text for each in plan.cautions if each.needs_reason))
        charged = {charge: place for place, each in enumerate(requests) for charge in each.charges}
        assert len(charged) == sum(len(set(each.charges)) for each in requests), "one charge on two slips"
        older = unused_slips([each.addressee_number for each in requests], list(charged), as_of=as_of)
        numbers = next_numbers(len(requests))
        write_slips(
            [
                NewSlip(number, each.addressee_number, plan, each.payable_through, _stamp(each, plan, as_of, officer))
                for number, each, plan in zip(numbers, requests, plans, strict=True)
            ],
            issuer(as_of=as_of),
        )
        replaced: dict[int, list[int]] = {}
        for slip in older:
            if not slip.pledge_key:
                place = next(charged[share.charge_id] for share in slip.shares if share.charge_id in charged)
                replaced.setdefault(place, []).append(slip.slip_number)
                _void(slip.slip_number, slip.addressee_number, (NEWER, numbers[place]), as_of=as_of, officer=officer)
        _tell(numbers, requests, plans, [number for each in replaced.values() for number in each])
        slips = {each.slip_number: each for each in slips_numbered(numbers)}
        return tuple(Issued(slips[number], tuple(replaced.get(place, ()))) for place, number in enumerate(numbers))


def _stamp(request: SlipRequest, plan: Plan, as_of: date, officer: str) -> Stamp:
    kind = PaymentSlip.Kind.SINGLE if len(plan.shares) == 1 else PaymentSlip.Kind.COMBINED
    return Stamp(as_of, officer, kind, request.reason.strip())


def _tell(
    numbers: Sequence[int], requests: Sequence[SlipRequest], plans: Sequence[Plan], replaced: Sequence[int]
) -> None:
    """発行したことを監査記録に残す。いく枚あっても、一つの行いは一つの記録。"""
    told = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}～{numbers[-1]}（{len(numbers):,}枚）"
    record(
        "納付書を発行した",
        subjects=sorted({each.addressee_number for each in requests}),
        fields=FIELDS,
        detail={
            "納付書番号": numbers[0] if len(numbers) == 1 else told,
            "金額": sum(each.amount for each in plans),
            "無効にした納付書": "、".join(map(str, replaced)),
        },
    )


def void_slip(slip_number: int, *, reason: str, as_of: date, officer: str) -> Slip:
    """納付書を無効にする。使われた納付書は無効にできない。番号は二度と使わない。

    Void one slip. Paid all the same, it still finds its charges.

    要件: F07-01, F07-09
    """
    if not reason.strip():
        raise VoidNeedsReason(str(slip_number))
    with transaction.atomic():
        slip = slip_numbered(slip_number, lock=True)
        if slip.void_on:
            raise SlipAlreadyVoid(str(slip_number))
        if slip.paid:
            raise SlipAlreadyUsed(f"{slip_number}、{slip.paid:,}円")
        _void(slip_number, slip.addressee_number, (reason.strip(), None), as_of=as_of, officer=officer)
        return slip_numbered(slip_number)


@dataclass(frozen=True, slots=True)
class NewSlip:
    """これから書く納付書一枚。"""

    number: int
    addressee_number: str
    plan: Plan
    payable_through: date
    stamp: Stamp


def write_slips(new: Sequence[NewSlip], by: Issuer) -> None:
    """納付書を、割り振りとともに書く。呼び手の取引の中で、枚数によらず決まった数の SQL で。

    要件: F07-01, F07-02, F07-03, F07-04
    """
    for each in new:
        if not 0 < each.plan.amount <= MOST_AMOUNT:
            raise AmountTooLarge(f"{each.plan.amount:,}円")
    rows = [_row(each, count, by) for each, count in zip(new, _issue_counts(new), strict=True)]
    copy_rows("payment_slip", tuple(rows[0]), (tuple(row.values()) for row in rows))
    copy_rows(
        "slip_share",
        ("slip_number", "position", "addressee_number", "charge_id", "amount", "principal_tax", "demand_fee",
         "delinquency_charge"),
        (
            (each.number, position, each.addressee_number, share.charge_id, share.amount, share.principal_tax,
             share.demand_fee, share.delinquency_charge)
            for each in new
            for position, share in enumerate(each.plan.shares, start=1)
        ),
    )  # fmt: skip


def _row(new: NewSlip, count: int, by: Issuer) -> dict[str, Any]:
    day, stamp, shares = new.payable_through, new.stamp, new.plan.shares
    codes = codes_of(new.number, shares, Terms(day, count), by, confirmation_number())
    return {
        "slip_number": codes.slip_number, "addressee_number": new.addressee_number, "kind": stamp.kind.value,
        "issue_count": count, "issued_on": stamp.issued_on, "issued_by": stamp.officer, "amount": new.plan.amount,
        "payable_through": day, "barcode_through": day if codes.barcode else None,
        "electronic_through": day if codes.el_qr else None, "agency_number": by.agency_number,
        "confirmation_number": codes.confirmation_number, "payment_class": codes.payment_class,
        "barcode": codes.barcode, "upper_line": codes.upper_line, "lower_line": codes.lower_line, "el_qr": codes.el_qr,
        "plan": json.dumps([each.frozen() for each in shares], ensure_ascii=False),
        "cautions": "\n".join(each.text for each in new.plan.cautions), "reason": stamp.reason,
        "pledge_key": stamp.pledge_key, "round_number": stamp.round_number, "void_reason": "", "voided_by": "",
    }  # fmt: skip


def _issue_counts(new: Sequence[NewSlip]) -> list[int]:
    """発行回数。同じ期別の納付書を、これまでに（いま書くものも番号の順に）何枚発行したか、に一を足す。"""
    known: dict[int, set[int]] = {share.charge_id: set() for each in new for share in each.plan.shares}
    rows = fetch_all(
        "SELECT charge_id, slip_number FROM slip_share WHERE addressee_number = ANY(%s) AND charge_id = ANY(%s)",
        [sorted({each.addressee_number for each in new}), list(known)],
    )
    for charge, number in rows:
        known[charge].add(number)
    counts = []
    for each in new:
        charges = [share.charge_id for share in each.plan.shares]
        counts.append(min(len(set().union(*(known[charge] for charge in charges))) + 1, 32_000))
        for charge in charges:
            known[charge].add(each.number)
    return counts


def _void(slip_number: int, addressee: str, why: tuple[str, int | None], *, as_of: date, officer: str) -> None:
    run_sql(
        "UPDATE payment_slip SET void_on = %s, void_reason = %s, voided_by = %s, replaced_by = %s "
        "WHERE slip_number = %s AND addressee_number = %s AND void_on IS NULL",
        [as_of, why[0], officer, why[1], slip_number, addressee],
    )
    pull_unprinted(slip_number, reason=why[0], officer=officer)
    record(
        "納付書を無効にした", subjects=[addressee], fields=FIELDS, detail={"納付書番号": slip_number, "理由": why[0]}
    )
