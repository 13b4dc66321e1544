"""納付書の内訳。選んだ期別に、指定期限までにいくら納めるか。発行の前に、見せるものと、断ることを決める。

The plan of one slip. It is a pure function of what is owed: the same plan is shown, frozen and split into receipts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from osame.collection.arrears.prescribing import refuse_extinct_among
from osame.collection.demands.models import DemandStop
from osame.collection.ledger.models import Account
from osame.collection.ledger.order import AllocationOrder
from osame.collection.parameters.queries import allocation_order, setting
from osame.collection.payment_slips.owed import Owed, OwedFacts, Share, owed_facts
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.due_date import shift_due_date
from osame.platform.database import fetch_all

MOST_TERMS = 12
"""一枚の内訳に載せられる期別の数。"""
MOST_AMOUNT = 99_999_999_999
"""OCR行と eL-QR の金額の欄（11桁）に入る額。"""
LONGEST_DAYS = "納付書の指定期限までの最長日数"
DEFAULT_LONGEST_DAYS = 90
RETURNING = "送った文書が戻り、調査中です。郵送せずに窓口で手渡すか、送付先を直してから発行してください"
COMING_BACK = "SELECT DISTINCT addressee_number FROM returned_letter WHERE stage = '1' AND addressee_number = ANY(%s)"
USUAL_DAYS = 14
"""指定期限の初めの値。発行の二週間後の、次の開庁日。"""


class NothingChosen(Refusal):
    """期別を選んでいません。納付書に載せる期別を、一つ以上選んでください。"""


class TooManyTerms(Refusal):
    """一枚の納付書に載せられる期別は12までです。分けて発行してください。"""


class NothingUnpaid(Refusal):
    """選んだ期別に、納める額がありません。納付済みか、税額がないか、含める額の選び方で0円になっています。納める額のある期別を選び直してください。"""


class DayBeforeIssue(Refusal):
    """指定期限が、発行する日より前です。発行する日か、その後の日を指定してください。"""


class DayTooFar(Refusal):
    """指定期限が先すぎます。延滞金が変わり、古い納付書が残るので、業務パラメータの最長日数までにしてください。"""


class ChargeWithoutFee(Refusal):
    """延滞金を含めるときは、先に充てる督促手数料も含めてください。含めないと、納めた延滞金が手数料に充てられます。"""


class AmountTooLarge(Refusal):
    """金額が11桁を超えるため、納付書にできません。期別を分けて発行してください。"""


class ReasonNeeded(Refusal):
    """注意のある期別が含まれています。それでも発行するときは、理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class SlipRequest:
    """発行したい納付書。 with_fee・with_charge: 督促手数料・延滞金を含めるか。"""

    addressee_number: str
    charges: tuple[int, ...]
    payable_through: date
    with_fee: bool = True
    with_charge: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Caution:
    """発行の前に告げること。 needs_reason: 理由がなければ発行しない。"""

    text: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """納付書一枚の内訳と、告げること。"""

    shares: tuple[Share, ...]
    cautions: tuple[Caution, ...]

    @property
    def amount(self) -> int:
        """納付書の金額。"""
        return sum(each.amount for each in self.shares)

    @property
    def needs_reason(self) -> bool:
        """理由がなければ発行できないか。"""
        return any(each.needs_reason for each in self.cautions)


def usual_day(as_of: date) -> date:
    """選ばないときの指定期限。

    >>> usual_day(date(2025, 7, 10)), usual_day(date(2025, 7, 12))
    (datetime.date(2025, 7, 24), datetime.date(2025, 7, 28))
    """
    return shift_due_date(as_of + timedelta(days=USUAL_DAYS))


def plan_slip(request: SlipRequest, *, as_of: date, lock: bool = False) -> Plan:
    """納付書の内訳を作る。何も書かない。

    The plan of a slip on the day it would be issued. What is owed is read under the lock of the charges when asked.

    要件: F07-01, F11-06
    """
    return plan_slips([request], as_of=as_of, lock=lock)[0]


def plan_slips(requests: Sequence[SlipRequest], *, as_of: date, lock: bool = False) -> tuple[Plan, ...]:
    """いく枚もの納付書の内訳を作る。未納は、まとめて読む。

    要件: F07-01, F11-06
    """
    for each in requests:
        if not each.charges:
            raise NothingChosen
        if len(set(each.charges)) > MOST_TERMS:
            raise TooManyTerms(f"{len(set(each.charges))}期")
    for day in sorted({each.payable_through for each in requests}):
        _refuse_day(day, as_of)
    addressees = sorted({each.addressee_number for each in requests})
    charges = sorted({charge for each in requests for charge in each.charges})
    facts = owed_facts(addressees, charges, as_of=as_of, lock=lock)
    known: dict[str, list[OwedFacts]] = {}
    for one in facts:
        known.setdefault(one.addressee_number, []).append(one)
    order = allocation_order(as_of=as_of)
    refuse_extinct_among([(each.addressee_number, charge) for each in requests for charge in each.charges], as_of=as_of)
    returned = {who for (who,) in fetch_all(COMING_BACK, [addressees])}
    return tuple(
        _plan(each, known.get(each.addressee_number, []), order, returned=each.addressee_number in returned)
        for each in requests
    )


def _plan(request: SlipRequest, facts: Sequence[OwedFacts], order: AllocationOrder, *, returned: bool) -> Plan:
    owed = tuple(Owed(each, request.payable_through) for each in facts if each.charge_id in request.charges)
    missing = set(request.charges) - {each.facts.charge_id for each in owed}
    if missing:
        raise NothingUnpaid("、".join(f"期別番号{each}" for each in sorted(missing)))
    shares = tuple(each.share(with_fee=request.with_fee, with_charge=request.with_charge) for each in owed)
    if empty := [each.label for each in shares if each.amount == 0]:
        raise NothingUnpaid("、".join(empty))
    _refuse_order(shares, owed, request, order)
    back = (Caution(RETURNING, needs_reason=True),) if returned else ()
    plan = Plan(shares, (*back, *_cautions(owed, request.payable_through)))
    if plan.amount > MOST_AMOUNT:
        raise AmountTooLarge(f"{plan.amount:,}円")
    return plan


def _refuse_day(day: date, as_of: date) -> None:
    if day < as_of:
        raise DayBeforeIssue(f"{format_wareki(day)}")
    longest = int(setting(LONGEST_DAYS, as_of=as_of) or DEFAULT_LONGEST_DAYS)
    if day > as_of + timedelta(days=longest):
        raise DayTooFar(f"{format_wareki(day)}、最長{longest}日")


def _refuse_order(shares: Sequence[Share], owed: Sequence[Owed], request: SlipRequest, order: AllocationOrder) -> None:
    """充当の順で先にある督促手数料を除いて、延滞金だけを含めることはできない。"""
    fee_first = order.accounts.index(Account.DEMAND_FEE) < order.accounts.index(Account.DELINQUENCY_CHARGE)
    if request.with_fee or not fee_first:
        return
    for share, each in zip(shares, owed, strict=True):
        if share.delinquency_charge and each.facts.demand_fee:
            raise ChargeWithoutFee(share.label)


def _cautions(owed: Sequence[Owed], day: date) -> Iterator[Caution]:
    """告げること。猶予・停止は、理由がなければ発行しない。"""
    for each in owed:
        known = each.facts
        for reason in known.stops:
            yield Caution(f"{each.label}：{_stopped(reason)}", needs_reason=True)
        if known.demanded_on and not known.demand_served:
            yield Caution(f"{each.label}：督促状が返戻されています。送付先を確かめてください")
        if known.in_flight:
            yield Caution(
                f"{each.label}：速報の届いた入金が{known.in_flight:,}円あります。確報を待って確かめてください"
            )
        if known.slip_number:
            yield Caution(
                f"{each.label}：当初の納付書（{known.slip_number}）があります。二重に納めないよう伝えてください"
            )
    if day.weekday() >= 5:
        yield Caution("指定期限が土曜日・日曜日です。金融機関の窓口では、その日に納められません")


def _stopped(reason: DemandStop.Reason) -> str:
    if reason is DemandStop.Reason.GRACE:
        return "猶予の期間中です"
    return f"督促を停止しています（{reason.label}）"
