"""納付書の発行と無効化。発行すると、金額も符号も変わらない。直すときは、無効にして、新しい番号で発行する。

Issue and void. Issuing freezes the plan, gives the serial and the codes, and makes older unused slips of the same charges void:
a voided slip that is paid all the same still finds its charges, and what is too much becomes an overpayment.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.payment_slips.letters import freeze_slips, pull_unprinted
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import (
    Codes,
    Issuer,
    Terms,
    codes_of,
    confirmation_number,
    issuer,
    next_numbers,
)
from osame.collection.payment_slips.owed import Share
from osame.collection.payment_slips.planning import (
    MOST_AMOUNT,
    AmountTooLarge,
    Plan,
    ReasonNeeded,
    SlipRequest,
    plan_slip,
)
from osame.collection.payment_slips.queries import Slip, slip_numbered, unused_slips
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

NEWER = "同じ期別の新しい納付書を発行した"
FIELDS = ("納付書の内訳", "納付書番号")


class SlipAlreadyUsed(Refusal):
    """この納付書は、既に納付に使われています。無効にできません。納付の画面で確かめてください。"""


class SlipAlreadyVoid(Refusal):
    """この納付書は、既に無効です。何も変えていません。"""


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
    with transaction.atomic():
        plan = plan_slip(request, as_of=as_of, lock=True)
        if plan.needs_reason and not request.reason.strip():
            raise ReasonNeeded("、".join(each.text for each in plan.cautions if each.needs_reason))
        kind = PaymentSlip.Kind.SINGLE if len(plan.shares) == 1 else PaymentSlip.Kind.COMBINED
        older = unused_slips(request.addressee_number, request.charges, as_of=as_of)
        (number,) = next_numbers(1)
        stamp = Stamp(as_of, officer, kind, request.reason.strip())
        write_slip(number, (request.addressee_number, plan, request.payable_through), stamp, issuer(as_of=as_of))
        replaced = tuple(each.slip_number for each in older if not each.pledge_key)
        for each in replaced:
            _void(each, request.addressee_number, (NEWER, number), as_of=as_of, officer=officer)
        record(
            "納付書を発行した",
            subjects=[request.addressee_number],
            fields=FIELDS,
            detail={"納付書番号": number, "金額": plan.amount, "無効にした納付書": "、".join(map(str, replaced))},
        )
        return Issued(slip_numbered(number), replaced)


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


def write_slip(number: int, what: tuple[str, Plan, date], stamp: Stamp, by: Issuer) -> None:
    """納付書一枚を、割り振りとともに書く。呼び手の取引の中で。

    要件: F07-01, F07-02, F07-03, F07-04
    """
    addressee, plan, day = what
    if not 0 < plan.amount <= MOST_AMOUNT:
        raise AmountTooLarge(f"{plan.amount:,}円")
    count = _issue_count(addressee, plan.shares)
    codes = codes_of(number, plan.shares, Terms(day, count), by, confirmation_number())
    _insert(addressee, plan, (day, count), stamp, (codes, by))
    for position, share in enumerate(plan.shares, start=1):
        run_sql(
            "INSERT INTO slip_share (slip_number, position, addressee_number, charge_id, amount, principal_tax, demand_fee, "
            "delinquency_charge) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [number, position, addressee, share.charge_id, share.amount, share.principal_tax, share.demand_fee,
             share.delinquency_charge],
        )  # fmt: skip


def _insert(addressee: str, plan: Plan, terms: tuple[date, int], stamp: Stamp, coded: tuple[Codes, Issuer]) -> None:
    (day, count), (codes, by) = terms, coded
    row = {
        "slip_number": codes.slip_number, "addressee_number": addressee, "kind": stamp.kind.value, "issue_count": count,
        "issued_on": stamp.issued_on, "issued_by": stamp.officer, "amount": plan.amount, "payable_through": day,
        "barcode_through": day if codes.barcode else None, "electronic_through": day if codes.el_qr else None,
        "agency_number": by.agency_number, "confirmation_number": codes.confirmation_number,
        "payment_class": codes.payment_class, "barcode": codes.barcode, "upper_line": codes.upper_line,
        "lower_line": codes.lower_line, "el_qr": codes.el_qr,
        "plan": json.dumps([each.frozen() for each in plan.shares], ensure_ascii=False),
        "cautions": "\n".join(each.text for each in plan.cautions), "reason": stamp.reason,
        "pledge_key": stamp.pledge_key, "round_number": stamp.round_number, "void_reason": "", "voided_by": "",
    }  # fmt: skip
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    run_sql(f"INSERT INTO payment_slip ({names}) VALUES ({marks})", list(row.values()))


def _issue_count(addressee: str, shares: Sequence[Share]) -> int:
    """発行回数。同じ期別の納付書を、これまでに何枚発行したか、に一を足す。"""
    (count,) = fetch_one(
        "SELECT count(DISTINCT slip_number) FROM slip_share WHERE addressee_number = %s AND charge_id = ANY(%s)",
        [addressee, [each.charge_id for each in shares]],
    )
    return min(int(count) + 1, 32_000)


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
