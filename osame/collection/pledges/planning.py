"""分割納付の計画を試す。書きはしない。納付能力と、期別への配賦と延滞金の見込みを、法が答える。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.matching.accrual import rule_for
from osame.collection.parameters.queries import setting
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.instalments import (
    AbilityToPay,
    HouseholdBudget,
    InstalmentCharge,
    InstalmentPlan,
    InstalmentTerms,
    ability_to_pay,
    instalment_plan,
)
from osame.law.wage_seizure import exempt_amounts_on

LONGEST, DEFAULT_LONGEST = "分納の最長の回数", 12
"""職員が、決裁を受けずに認められる回数。"""
DECIDED_LONGEST, DEFAULT_DECIDED_LONGEST = "決裁を受ける分納の最長の回数", 60
"""上司の決裁を受けて認められる回数。登録がなければ、時効の期間（5年）に当たる60回。"""


class NothingToPledge(Refusal):
    """誓約する未納の期別がありません。対象の期別を選び直してください。"""


class MixedRules(Refusal):
    """延滞金の計算の規則の違う税目が混ざっています。規則の同じ税目ごとに、分けて誓約してください。"""


class FirstDayPassed(Refusal):
    """初回の納付予定日が過ぎています。今日より後の日を入力してください。"""


class BeyondAbility(Refusal):
    """毎回の額が、聞き取った納付可能額を超えています。額を下げるか、聞き取りを確かめてください。"""


@dataclass(frozen=True, slots=True)
class PledgeTerms:
    """計画の条件。 charges: 対象の期別番号（空なら、納期限を過ぎた未納のすべて）; household: 納付能力の聞き取り。"""

    addressee_number: str
    charges: tuple[int, ...]
    first_on: date
    amount: int
    household: HouseholdBudget | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """試した計画。 longest: 決裁を受けずに認められる回数。"""

    owed: tuple[Owed, ...]
    plan: InstalmentPlan
    ability: AbilityToPay | None
    longest: int

    @property
    def times(self) -> int:
        """計画の回数。"""
        return len(self.plan.instalments)

    @property
    def needs_decision(self) -> bool:
        """上司の決裁を受ける長さか。"""
        return self.times > self.longest


def plan_pledge(terms: PledgeTerms, *, as_of: date, lock: bool = False) -> Planned:
    """分割納付の計画を作ってみる。納付可能額を超える額や、決裁を受けても認められない回数になる額は断る。

    要件: F14-01, F14-05, F13-13
    """
    if terms.first_on < as_of:
        raise FirstDayPassed
    found = owed_of(terms.addressee_number, terms.charges or None, on=as_of, as_of=as_of)
    charges = [each.facts.charge_id for each in found if terms.charges or each.facts.due_date < as_of]
    owed = owed_of(terms.addressee_number, charges, on=as_of, as_of=as_of, lock=lock) if charges else ()
    if not owed or len(owed) < len(set(terms.charges)):
        raise NothingToPledge
    ability = ability_to_pay(terms.household, exempt_amounts_on(as_of)) if terms.household else None
    if ability is not None and terms.amount > max(ability.monthly, 1):
        raise BeyondAbility(f"毎回{terms.amount:,}円、納付可能額{ability.monthly:,}円")
    months = {each.facts.months for each in owed}
    if len(months) != 1 or None in months:
        raise MixedRules
    longest = int(setting(LONGEST, as_of=as_of) or DEFAULT_LONGEST)
    decided = max(longest, int(setting(DECIDED_LONGEST, as_of=as_of) or DEFAULT_DECIDED_LONGEST))
    plan = instalment_plan(
        [_charge(each) for each in owed], InstalmentTerms(terms.first_on, Yen(terms.amount), decided),
        rule=rule_for(int(months.pop() or 0)),
    )  # fmt: skip
    return Planned(owed, plan, ability, longest)


def _charge(owed: Owed) -> InstalmentCharge:
    known = owed.facts
    fixed = Yen(known.fixed_charge) if known.principal_tax == 0 else None
    return InstalmentCharge(str(known.charge_id), owed.claim, Yen(known.demand_fee), fixed)
