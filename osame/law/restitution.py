"""返還金はいくらか。還付も減額の賦課決定もできなくなった年度の、誤って納めた税に相当する額と、利息に相当する額。

Restitution for years that the law can no longer correct or refund: the amount and what stands for its interest.

条文: 地方税法第17条の5、第18条の3、国家賠償法第1条、地方自治法第232条の2。団体の要綱による。
含まないもの: 支払うべきかどうかの判断（団体の決定による）。
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, days_inclusive, years_after
from osame.kernel.refusals import Refusal
from osame.law.refund_interest import refund_interest
from osame.law.rounding import DAYS_OF_YEAR
from osame.law.steps import percent

LIMIT_YEARS = 5
AS_REFUND_INTEREST = "還付加算金の例"


class RestitutionRuleUnreadable(Refusal):
    """返還金の定めを読めません。「利息:5/100,年数:20」または「利息:還付加算金の例,年数:10」のように書いてください。

    根拠: 地方自治法第232条の2
    """


class StillRefundable(Refusal):
    """まだ還付できる期間です。返還金ではなく、減額の賦課決定と還付によってください。

    根拠: 地方税法第17条の5、第18条の3
    """


class TooOldToRestitute(Refusal):
    """要綱の定める年数より前の納付です。返還金の対象になりません。

    根拠: 地方自治法第232条の2
    """


@dataclass(frozen=True, slots=True)
class RestitutionRule:
    """要綱の定め。 rate: 年の利率（None なら還付加算金の例による）; years: さかのぼる年数。

    What the guidelines of the municipality say.

    根拠: 地方自治法第232条の2
    """

    rate: Fraction | None
    years: int

    @classmethod
    def parse(cls, text: str) -> "RestitutionRule":
        """定めの文を読む。

        例:
        >>> RestitutionRule.parse("利息:5/100,年数:20")
        RestitutionRule(rate=Fraction(1, 20), years=20)
        """
        told = dict(each.split(":", 1) for each in text.split(",") if ":" in each)
        try:
            rate = None if told["利息"] == AS_REFUND_INTEREST else Fraction(told["利息"])
            rule = cls(rate, int(told["年数"]))
        except (KeyError, ValueError, ZeroDivisionError) as error:
            raise RestitutionRuleUnreadable(text) from error
        if (rate is not None and rate < 0) or rule.years <= LIMIT_YEARS:
            raise RestitutionRuleUnreadable(text)
        return rule


@dataclass(frozen=True, slots=True)
class RestitutionInterest:
    """利息に相当する額と、その説明。

    What stands for interest, with its steps.

    根拠: 地方自治法第232条の2
    """

    amount: Yen
    first: date
    through: date
    steps: tuple[str, ...]


def refuse_untimely(statutory_due_date: date, paid_on: date, decided_on: date, rule: RestitutionRule) -> None:
    """まだ還付できる年度と、要綱の年数より前の納付を断る。

    Refuse what the law still refunds, and what lies before the reach of the guidelines.

    根拠: 地方税法第17条の5、第18条の3
    解釈: 減額の賦課決定の期限（法定納期限の翌日から5年）と、還付請求権の時効（納付から5年）の遅い方まで、法の還付による。
    例:
    >>> refuse_untimely(date(2015, 6, 30), date(2015, 6, 30), date(2026, 4, 1), RestitutionRule(None, 20))
    """
    limit = years_after(max(statutory_due_date, paid_on), LIMIT_YEARS)
    if decided_on <= limit:
        raise StillRefundable(f"{format_wareki(limit)}まで")
    if years_after(paid_on, rule.years) < decided_on:
        raise TooOldToRestitute(f"納付の日{format_wareki(paid_on)}、{rule.years}年")


def restitution_interest(amount: Yen, paid_on: date, decided_on: date, rule: RestitutionRule) -> RestitutionInterest:
    """利息に相当する額を計算する。納付の日の翌日から、支払を決定した日まで。

    Simple interest from the day after the payment through the day of the decision, cut to whole yen once.

    根拠: 地方自治法第232条の2、民法第404条
    解釈: 要綱に別の定めのない限り、元本の端数は切り捨てず、計算の終わりに1円未満を切り捨てる。
    例:
    >>> restitution_interest(Yen(100_000), date(2016, 3, 31), date(2026, 3, 31), RestitutionRule(Fraction(1, 20), 20)).amount
    50027
    """
    first = day_after(paid_on)
    if rule.rate is None:
        told = refund_interest(amount, first, decided_on)
        return RestitutionInterest(told.final, first, decided_on, told.steps)
    days = days_inclusive(first, decided_on)
    interest = Yen(amount * rule.rate.numerator * days // (rule.rate.denominator * DAYS_OF_YEAR))
    step = (
        f"{format_wareki(first)}から{format_wareki(decided_on)}まで{days:,}日: {amount:,}円 × {percent(rule.rate)} × {days:,} ÷ 365 "
        f"= {interest:,}円"
    )
    return RestitutionInterest(interest, first, decided_on, (step,))
