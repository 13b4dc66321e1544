"""責任を負う者のための納付書。残る限度までの額を、主たる納税者の期別に割り振る。納めた金は、その期別に一度だけ入る。"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.liabilities.queries import LiabilityFile
from osame.collection.payment_slips.actions import NewSlip, Stamp, write_slips
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import issuer, next_numbers
from osame.collection.payment_slips.owed import Share, owed_of
from osame.collection.payment_slips.planning import Plan
from osame.collection.payment_slips.queries import Slip, slip_numbered
from osame.kernel.refusals import Refusal
from osame.platform.database import run_sql


class NothingLeftToClaim(Refusal):
    """請求できる額が残っていません。期別が完納したか、限度額に達しています。責任の画面で確かめてください。"""


def trimmed(shares: Iterable[Share], room: int | None) -> tuple[Share, ...]:
    """内訳を、残る限度の中に収める。古い期別の本税から順に入れる。限度がなければ、そのまま。

    要件: F24-06
    """
    kept, left = [], room
    for each in shares:
        if left is None:
            kept.append(each)
            continue
        parts = []
        for amount in (each.principal_tax, each.demand_fee, each.delinquency_charge):
            parts.append(min(amount, left))
            left -= parts[-1]
        if sum(parts):
            kept.append(replace(each, principal_tax=parts[0], demand_fee=parts[1], delinquency_charge=parts[2]))
    return tuple(kept)


def make_slip(file: LiabilityFile, payable_through: date, *, as_of: date, officer: str) -> Slip:
    """その者のための納付書を一枚作る。ほかの納付書は無効にしない。取引の中で呼ぶ。

    要件: F24-05, F24-06, F24-08
    """
    head = file.head
    charges = [each.charge_id for each in file.charges]
    owed = owed_of(head.addressee_number, charges, on=payable_through, as_of=as_of, lock=True)
    refuse_extinct(head.addressee_number, [each.facts.charge_id for each in owed], as_of=as_of)
    shares = trimmed((each.share() for each in owed), head.limit_left)
    if not shares:
        raise NothingLeftToClaim(f"責任番号{head.liability_id}")
    (number,) = next_numbers(1)
    kind = PaymentSlip.Kind.SINGLE if len(shares) == 1 else PaymentSlip.Kind.COMBINED
    stamp = Stamp(as_of, officer, kind, f"{head.kind.label}（責任番号{head.liability_id}）のため")
    new = NewSlip(number, head.addressee_number, Plan(shares, ()), payable_through, stamp)
    write_slips([new], issuer(as_of=as_of))
    record_slip(head.key, number, sum(each.amount for each in shares), on=as_of, officer=officer)
    return slip_numbered(number)


def record_slip(key: tuple[str, int], slip_number: int, amount: int, *, on: date, officer: str) -> None:
    """この番号の収納が、その者の納めたものであることを記録する。配当の記帳も、ここを通る。

    要件: F24-06
    """
    run_sql("INSERT INTO liability_slip VALUES (%s, %s, %s, %s, %s, %s)", [*key, slip_number, amount, on, officer])
