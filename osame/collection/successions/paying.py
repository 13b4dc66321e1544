"""承継した者の分の納付書。その者の承継した額だけを納める納付書を、その者に送る。納付は、その者の納付として数える。

A slip for one successor's part. It belongs to the charge, so the ledger finds its way as ever; who paid is known by the slip.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.letters.actions import Draft, freeze
from osame.collection.payment_slips.actions import NewSlip, Stamp, void_slip, write_slips
from osame.collection.payment_slips.drawing import slip_content, slip_marks
from osame.collection.payment_slips.letters import KINDS
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import issuer, next_numbers
from osame.collection.payment_slips.owed import Share
from osame.collection.payment_slips.planning import MOST_TERMS, DayBeforeIssue, NothingUnpaid, Plan, TooManyTerms
from osame.collection.payment_slips.queries import slip_numbered
from osame.collection.successions.prescribing import refuse_extinct_share
from osame.collection.successions.queries import succession_file
from osame.collection.successions.sharing import HeirShare, SharedCharge, portions_in_force, shared_charges
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

NEWER = "同じ者の新しい納付書を発行した"
UNUSED = """
SELECT s.slip_number FROM share_slip s JOIN payment_slip p USING (addressee_number, slip_number)
WHERE s.addressee_number = %s AND s.successor_number = %s AND p.void_on IS NULL
  AND EXISTS (SELECT 1 FROM slip_share x WHERE x.slip_number = s.slip_number AND x.charge_id = ANY (%s))
  AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.addressee_number = s.addressee_number AND r.slip_number = s.slip_number)
ORDER BY s.slip_number
"""


class NotASuccessor(Refusal):
    """この者は、効力を持つ承継の承継者ではありません。承継の画面で、承継する者を確かめてください。"""


@dataclass(frozen=True, slots=True)
class IssuedShare:
    """発行した納付書。 run_id: 紙の束; replaced: 無効にした、前の納付書の番号。"""

    slip_number: int
    amount: int
    run_id: int
    replaced: tuple[int, ...]


def issue_share_slip(
    key: tuple[str, int], successor_number: str, charges: Sequence[int], *, payable_through: date, as_of: date, officer: str
) -> IssuedShare:  # fmt: skip
    """承継した者の分の納付書を発行し、その者に送る紙を作る。 charges: 期別（空なら、その者に残るすべて）。

    要件: F24-01, F07-01
    """
    if payable_through < as_of:
        raise DayBeforeIssue(format_wareki(payable_through))
    with transaction.atomic():
        file = succession_file(key, lock=True)
        portion = next((each for each in portions_in_force(key[0]) if each.successor_number == successor_number), None)
        if portion is None:
            raise NotASuccessor(successor_number)
        shared = shared_charges(key[0], list(charges) or None, on=payable_through, as_of=as_of, lock=bool(charges))
        shares = tuple(
            _share(one, mine) for one in shared for mine in one.shares if mine.portion == portion and mine.owed
        )
        if not shares:
            raise NothingUnpaid(portion.name)
        if len(shares) > MOST_TERMS:
            raise TooManyTerms(f"{len(shares)}期")
        numbers = [each.charge_id for each in shares]
        refuse_extinct_share(key[0], successor_number, numbers, as_of=as_of)
        older = tuple(int(row[0]) for row in fetch_all(UNUSED, [key[0], successor_number, numbers]))
        for each in older:
            void_slip(each, reason=NEWER, as_of=as_of, officer=officer)
        (number,) = next_numbers(1)
        kind = PaymentSlip.Kind.SINGLE if len(shares) == 1 else PaymentSlip.Kind.COMBINED
        stamp = Stamp(as_of, officer, kind, "", f"succession:{key[1]}:{portion.position}:{number}", 1)
        write_slips([NewSlip(number, key[0], Plan(shares, ()), payable_through, stamp)], issuer(as_of=as_of))
        slip = slip_numbered(number)
        content = slip_content(slip, name=f"{portion.name}（{file.head.name} 分）")
        tax = shares[0].tax_item if len({each.tax_item for each in shares}) == 1 else ""
        draft = Draft(successor_number, tax, content, slip_marks(slip), f"share_slip:{number}")
        run_id = freeze(KINDS[kind], [draft], as_of=as_of, officer=officer)
        run_sql(
            "INSERT INTO share_slip VALUES (%s, %s, %s, %s, %s, %s)",
            [key[0], number, key[1], successor_number, as_of, run_id],
        )
        record("承継した者の納付書を発行した", subjects=[key[0], successor_number],
               detail={"承継番号": key[1], "納付書番号": number, "金額": slip.amount})  # fmt: skip
        return IssuedShare(number, slip.amount, run_id, older)


def record_share_payment(key: tuple[str, int], successor_number: str, slip_number: int, *, on: date) -> None:
    """この番号の収納が、承継した者の納めたものであることを記録する。承継した者の財産の配当の記帳が通る。紙はない。

    要件: F24-01, F19-05
    """
    run_sql(
        "INSERT INTO share_slip VALUES (%s, %s, %s, %s, %s, %s)", [key[0], slip_number, key[1], successor_number, on, 0]
    )


def _share(one: SharedCharge, mine: HeirShare) -> Share:
    """その者に残る額の内訳。延滞金、督促手数料、残りは税。どれも、期別に残る額を超えない。"""
    whole = one.owed.share()
    late = min(mine.late, mine.owed, whole.delinquency_charge)
    fee = min(int(whole.demand_fee * mine.portion.share), mine.owed - late)
    tax = min(mine.owed - late - fee, whole.principal_tax)
    rest = mine.owed - late - fee - tax
    more = min(rest, whole.demand_fee - fee)
    return replace(
        whole, principal_tax=tax, demand_fee=fee + more, delinquency_charge=late + rest - more,
        steps=(f"{mine.portion.name}の相続分{mine.portion.share}、納めた額{mine.paid:,}円、残る額{mine.owed:,}円",),
    )  # fmt: skip
