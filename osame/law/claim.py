"""延滞金の計算に渡す事実。税額、納期限、納付、免除の期間、控除の期間、減免、手で定めた額。

The facts a charge is computed from. Every range of days includes both of its ends.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from osame.kernel.money import Yen
from osame.kernel.periods import day_after, months_after
from osame.kernel.refusals import Refusal


class NegativeAmount(Refusal):
    """金額は0円以上の整数で入力してください。

    根拠: 地方税法第20条の4の2第2項
    """


class InvertedRange(Refusal):
    """期間の終わりが始まりより前です。始まりと終わりの日を確認してください。

    根拠: 地方税法第20条の5第1項
    """


class OverrideWithoutReason(Refusal):
    """手で定めた延滞金の額には、理由と定めた者を記録してください。

    根拠: 地方税法第326条第4項
    """


class Relief(IntEnum):
    """免除の仕方。

    How much of a segment an exemption lets off.

    FULL は全額。GRACE は猶予特例基準割合で計算した額を超える部分。
    HALF_OF_AFTER は高い割合で計算される期間の2分の1。

    根拠: 地方税法第15条の9第1項・第2項・第4項、地方税法附則第3条の2
    """

    FULL = 1
    GRACE = 2
    HALF_OF_AFTER = 4


@dataclass(frozen=True, slots=True)
class Payment:
    """本税への納付。

    A payment toward the principal; the next day accrues on what remains.

    根拠: 地方税法第20条の9の4
    """

    on: date
    amount: Yen

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise NegativeAmount(f"納付額 {self.amount}")


@dataclass(frozen=True, slots=True)
class Exemption:
    """延滞金を免除する期間。

    Days on which part or all of the charge is let off. Where two overlap, the greater relief counts.

    根拠: 地方税法第15条の9
    """

    relief: Relief
    first: date
    through: date
    basis: str = "地方税法第15条の9"

    def __post_init__(self) -> None:
        if self.through < self.first:
            raise InvertedRange(f"{self.first.isoformat()}～{self.through.isoformat()}")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """延滞金の計算の期間から控除する期間。

    Days left out of the computation. With `portion`, only that much of the tax is left out on them.

    根拠: 地方税法第326条第2項
    """

    first: date
    through: date
    basis: str = "地方税法第326条第2項"
    portion: Yen | None = None

    def __post_init__(self) -> None:
        if self.through < self.first:
            raise InvertedRange(f"{self.first.isoformat()}～{self.through.isoformat()}")
        if self.portion is not None and self.portion < 0:
            raise NegativeAmount(f"控除の対象額 {self.portion}")


@dataclass(frozen=True, slots=True)
class Remission:
    """減免した額。

    An amount let off because of unavoidable circumstances, taken from the sum before it is cut.

    根拠: 地方税法第326条第4項、地方税法第369条第2項
    """

    amount: Yen
    reason: str
    basis: str = "地方税法第326条第4項"

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise NegativeAmount(f"減免額 {self.amount}")


@dataclass(frozen=True, slots=True)
class Override:
    """手で定めた延滞金の額と、その記録。

    An amount fixed by hand. What the law would have given stays in the breakdown beside it.

    根拠: 地方税法第326条第1項
    """

    amount: Yen
    reason: str
    decided_by: str
    decided_on: date

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise NegativeAmount(f"手で定めた額 {self.amount}")
        if not self.reason.strip() or not self.decided_by.strip():
            raise OverrideWithoutReason


@dataclass(frozen=True, slots=True)
class ChargeClaim:
    """延滞金を計算する期別1件。

    One charge. `due_date` is the actual due date, already moved off holidays.

    `extended_to` は災害等で延長した納期限。`first_period_anchor` は、低い割合の期間を「その日の翌日から1月」とする日
    （期限後申告書・修正申告書の提出日、更正の通知の納期限）。なければ納期限とする。

    根拠: 地方税法第326条第1項、地方税法第20条の5の2
    """

    principal: Yen
    due_date: date
    payments: tuple[Payment, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    remissions: tuple[Remission, ...] = ()
    override: Override | None = None
    extended_to: date | None = None
    first_period_anchor: date | None = None

    def __post_init__(self) -> None:
        if self.principal < 0:
            raise NegativeAmount(f"税額 {self.principal}")

    @property
    def effective_due_date(self) -> date:
        """延長後の納期限。"""
        return max(self.due_date, self.extended_to) if self.extended_to else self.due_date

    @property
    def accrues_from(self) -> date:
        """起算日。納期限（延長後）の翌日。"""
        return day_after(self.effective_due_date)

    def early_through(self, months: int) -> date:
        """低い割合の期間の末日。「納期限の翌日から1月を経過する日」。"""
        anchor = max(self.effective_due_date, self.first_period_anchor or self.effective_due_date)
        return months_after(anchor, months)
