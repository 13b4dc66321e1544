"""限度と告知する額、告知の条件。事実は、元帳・財産の台帳・職員の認定から集め、すべて法に尋ねる。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import Kind, form_of, open_against, secondary_kind
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.collection.payment_slips.planning import MOST_TERMS
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.conditions import Conditions
from osame.law.obligor_conditions import ObligorFacts, ObligorForm, may_notify_obligor
from osame.law.secondary_liability import SecondaryLiabilityFacts, is_within_lookback, secondary_liability
from osame.platform.database import fetch_all, fetch_one

LOOKING_BACK = frozenset((Kind.BUSINESS_TRANSFEREE, Kind.GRATUITOUS_TRANSFEREE))
RECOVERABLE = """
SELECT coalesce(sum(greatest(0, s.value - s.prior_claims - s.disposition_cost)), 0)::bigint FROM asset s
JOIN holder_identification i USING (addressee_number, reply_id)
WHERE s.addressee_number = %s AND s.gone_on IS NULL AND i.withdrawn_on IS NULL
"""


class LiabilityOfNothing(Refusal):
    """責任の及ぶ未納の期別がありません。主たる納税者の未納の期別を選び直してください。一件の責任に載せられるのは12期までです。"""


class DisposalDayNeeded(Refusal):
    """譲渡などの日がありません。法定納期限の1年前の日以後かを判定するため、日を入力してください（地方税法第11条の7・第11条の8）。"""


class NothingWithinLimit(Refusal):
    """限度が0円です。受けた利益・財産の価額・持ち分を確かめてください。"""


class ObligorUnknown(Refusal):
    """責任を負う者の宛名がないか、本人、または死亡した人です。宛名番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Measure:
    """限度を求める事実。種類に応じて要るものだけ。 value: 財産の価額; limit: 保証した額（限度のない保証なら None）。"""

    value: int = 0
    paid: int = 0
    remaining_benefit: int | None = None
    assets: int = 0
    liabilities: int = 0
    shares_held: int = 0
    shares_total: int = 0
    limit: int | None = None
    disposed_on: date | None = None
    secured_on: date | None = None


@dataclass(frozen=True, slots=True)
class LiabilityTerms:
    """告知の起案。宛名番号は主たる納税者。 due_date: 連帯する者への納期限（ほかは法が決める）。"""

    addressee_number: str
    obligor_number: str
    kind: Liability.Kind
    charges: tuple[int, ...]
    facts: str
    reason: str
    measure: Measure = Measure()
    property_text: str = ""
    due_date: date | None = None
    is_established: bool = True
    is_defaulted: bool = False

    @property
    def form(self) -> ObligorForm:
        """法の形。"""
        return form_of(self.kind)


@dataclass(frozen=True, slots=True)
class Measured:
    """限度と告知する額と、条件。 shortfall: 主たる納税者の財産で足りない見込みの額。"""

    name: str
    obligor: str
    owed: tuple[Owed, ...]
    shortfall: int
    limit: int | None
    amount: int
    steps: tuple[str, ...]
    conditions: Conditions


def measured(terms: LiabilityTerms, *, as_of: date, lock: bool = False) -> Measured:
    """限度と告知する額を求め、条件を判定する。何も書かない。

    要件: F24-05, F24-06, F24-08
    """
    who = terms.addressee_number
    owed = owed_of(who, list(terms.charges), on=as_of, as_of=as_of, lock=lock)
    if not terms.charges or len(owed) != len(set(terms.charges)) or len(owed) > MOST_TERMS:
        raise LiabilityOfNothing
    name, obligor = _names(terms)
    unpaid = sum(each.share().amount for each in owed)
    (found,) = fetch_one(RECOVERABLE, [who])
    shortfall = max(0, unpaid - int(found))
    said = f"未納 {unpaid:,}円、主たる納税者の財産から徴収できる見込み {found:,}円、不足の見込み {shortfall:,}円"
    limit, amount, steps = _limit(terms, unpaid, shortfall)
    conditions = may_notify_obligor(terms.form, _facts(terms, owed, (unpaid, shortfall), as_of), as_of=as_of)
    return Measured(name, obligor, owed, shortfall, limit, amount, (said, *steps), conditions)


def _limit(terms: LiabilityTerms, unpaid: int, shortfall: int) -> tuple[int | None, int, tuple[str, ...]]:
    told, form = terms.measure, terms.form
    if form is ObligorForm.SECONDARY:
        facts = SecondaryLiabilityFacts(
            Yen(shortfall), Yen(told.value), Yen(told.paid),
            None if told.remaining_benefit is None else Yen(told.remaining_benefit), Yen(told.assets), Yen(told.liabilities),
            told.shares_held, told.shares_total,
        )  # fmt: skip
        answer = secondary_liability(secondary_kind(terms.kind), facts)
        return answer.limit, answer.amount, (*answer.steps, "根拠 " + "、".join(answer.basis))
    if form is ObligorForm.JOINT:
        return None, unpaid, ("連帯する者は、全額について責めを負う（地方税法第10条、民法第436条）",)
    if form is ObligorForm.GUARANTEE:
        amount = unpaid if told.limit is None else min(unpaid, told.limit)
        said = "限度のない保証" if told.limit is None else f"保証した額 {told.limit:,}円"
        return told.limit, amount, (f"{said}、告知する額 {amount:,}円",)
    claimed = shortfall if form is ObligorForm.TRANSFERRED_SECURITY else unpaid
    amount = min(claimed, told.value)
    return told.value, amount, (f"担保財産の価額 {told.value:,}円を限度とする。告知する額 {amount:,}円",)


def _facts(terms: LiabilityTerms, owed: Sequence[Owed], amounts: tuple[int, int], as_of: date) -> ObligorFacts:
    who, numbers = terms.addressee_number, [each.facts.charge_id for each in owed]
    gone = prescription_of(who, as_of=as_of)
    ends = [day for each in numbers if (day := gone[each].extinguished_on) and day <= as_of]
    lookback = None
    if terms.kind in LOOKING_BACK:
        disposed = terms.measure.disposed_on
        if disposed is None:
            raise DisposalDayNeeded
        lookback = all(is_within_lookback(disposed, each.facts.statutory_due_date) for each in owed)
    ((latest,),) = fetch_all(
        "SELECT max(statutory_due_date_etc) FROM charge WHERE addressee_number = %s AND charge_id = ANY (%s)",
        [who, numbers],
    )
    return ObligorFacts(
        Yen(amounts[0]), all(each.facts.due_date < as_of for each in owed), terms.is_established, Yen(amounts[1]),
        min(ends, default=None), lookback, terms.measure.secured_on, latest, terms.is_defaulted,
        bool(open_against(terms.obligor_number, numbers)),
    )  # fmt: skip


def _names(terms: LiabilityTerms) -> tuple[str, str]:
    rows = dict(
        fetch_all(
            "SELECT addressee_number, name FROM addressee WHERE addressee_number = %s "
            "OR addressee_number = %s AND died_on IS NULL",
            [terms.addressee_number, terms.obligor_number],
        )
    )
    if terms.addressee_number == terms.obligor_number or len(rows) != 2:
        raise ObligorUnknown(terms.obligor_number)
    return rows[terms.addressee_number], rows[terms.obligor_number]
