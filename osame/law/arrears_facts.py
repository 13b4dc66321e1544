"""滞納処分の条件を判定するための事実。期別、滞納者、財産。

The facts that conditions of a disposition are judged on: charges, the taxpayer, the asset. Both ends of a span count.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.money import Yen
from osame.law.claim import InvertedRange, NegativeAmount
from osame.law.rounding import NOTHING


@dataclass(frozen=True, slots=True)
class Span:
    """続いている期間。終わりの決まっていないものは None。

    A period that lasts; `through` is None while it has no end.

    根拠: 地方税法第20条の5第1項
    """

    first: date
    through: date | None = None

    def __post_init__(self) -> None:
        if self.through is not None and self.through < self.first:
            raise InvertedRange(f"{self.first.isoformat()}～{self.through.isoformat()}")

    def covers(self, day: date) -> bool:
        """その日を含むか。"""
        return self.first <= day and (self.through is None or day <= self.through)


class AssetKind(Enum):
    """差し押さえる財産の種類。種類ごとに、手続と効力の生じる時が違う。

    Kinds of seizable property; the procedure and the moment of effect differ by kind.

    根拠: 国税徴収法第56条から第74条まで
    """

    MOVABLE = "動産・有価証券"
    DEPOSIT = "預貯金"
    WAGE = "給与"
    PENSION = "年金"
    INSURANCE = "生命保険"
    RECEIVABLE = "売掛金その他の債権"
    DEPOSIT_OF_LEASE = "敷金・保証金"
    REFUND = "還付金・過誤納金"
    REAL_ESTATE = "不動産"
    VEHICLE = "自動車・船舶・航空機・建設機械"
    INTANGIBLE_CLAIM = "第三債務者のある無体財産権"
    INTANGIBLE = "第三債務者のない無体財産権"
    BOOK_ENTRY_SECURITIES = "振替社債等"
    ELECTRONIC_CLAIM = "電子記録債権"


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """期別1件の事実。

    What is known of one charge. `realization_grace` blocks realization; it blocks a new seizure while `defers_seizure`.

    `extinguished_on` は納税義務が消滅した日（時効、3年の停止、即時の消滅のうち早いもの）。
    `bans` は更生手続などで滞納処分が禁止される期間、`halts` は既にされている滞納処分が中止される期間（`rebuilding.py`）。
    `advance_deadline` は繰上徴収の告知で指定した期限、`demand_posted_on` は督促状を公示送達した掲示の日。

    根拠: 地方税法第331条、地方税法第15条の2の3、地方税法第15条の7
    """

    key: str
    due_date: date
    unpaid: Yen
    demand_issued_on: date | None = None
    is_demand_served: bool = True
    demand_posted_on: date | None = None
    advance_deadline: date | None = None
    collection_graces: tuple[Span, ...] = ()
    realization_graces: tuple[Span, ...] = ()
    defers_seizure: bool = True
    suspensions: tuple[Span, ...] = ()
    extinguished_on: date | None = None
    is_pledge_kept: bool = False
    appeals: tuple[Span, ...] = ()
    bans: tuple[Span, ...] = ()
    halts: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.unpaid < 0:
            raise NegativeAmount(f"{self.key} {self.unpaid}")


@dataclass(frozen=True, slots=True)
class TaxpayerFacts:
    """滞納者の事実。

    What is known of the taxpayer in arrears. `is_heir_addressed` says that the act is addressed to the heir after succession.

    `bankruptcies` は破産手続開始の決定から終了までの期間。

    根拠: 地方税法第9条、破産法第43条
    """

    died_on: date | None = None
    is_heir_addressed: bool = False
    bankruptcies: tuple[Span, ...] = ()
    is_advance_ground: bool = False


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """財産の事実。

    What is known of an asset. `prior_claims` come before this claim; `exempt_article` names the ban on seizing it.

    `is_divisible` は、分けて差し押さえることができるか（債権は全額を差し押さえるのが原則）。
    `is_own_seizure_open` はこの団体の差押えが続いている財産、`is_seized_by_other` は他の団体の差押えが先にある財産。

    根拠: 国税徴収法第48条、国税徴収法第63条、国税徴収法第75条
    """

    kind: AssetKind
    value: Yen
    prior_claims: Yen = NOTHING
    disposition_cost: Yen = NOTHING
    other_seized_value: Yen = NOTHING
    is_divisible: bool = False
    is_owned: bool = True
    exempt_article: str | None = None
    is_substitute_offered: bool = False
    is_own_seizure_open: bool = False
    is_seized_by_other: bool = False
    is_in_estate: bool = True

    def __post_init__(self) -> None:
        if min(self.value, self.prior_claims, self.disposition_cost, self.other_seized_value) < 0:
            raise NegativeAmount(self.kind.value)

    @property
    def net(self) -> Yen:
        """滞納処分費と優先する債権を引いた、充てられる見込みの額。"""
        return Yen(max(0, self.value - self.prior_claims - self.disposition_cost))
