"""前納報奨金はいくらか。納期前に納付した税額に、条例の率と納期前の月数を乗じる。

The reward for paying before the term: what was paid ahead × the monthly rate of the ordinance × the months ahead.

条文: 地方税法第321条第2項・第3項、第365条第2項・第3項。
含まないもの: 条例がなければ交付しないこと、未納の徴収金があれば交付しないことは、事実を知る側が確かめる。
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import months_after
from osame.kernel.refusals import Refusal
from osame.law.steps import percent

MOST_MONTHLY = Fraction(1, 100)
HALF_MONTH = 15
_BASIS = ("地方税法第321条第2項・第3項", "地方税法第365条第2項・第3項")


class RewardRuleUnlawful(Refusal):
    """前納報奨金の率が、一月につき100分の1を超えています。法の限度までにしてください。

    根拠: 地方税法第321条第3項、第365条第3項
    """


class RewardRuleUnreadable(Refusal):
    """前納報奨金の定めを読めません。「率:1/200,限度:50000,端数:100,数え方:納期の初日,対象:口座振替」のように書いてください。

    根拠: 地方税法第321条第2項、第365条第2項
    """


class CountTo(Enum):
    """納期前の月数を、どこまで数えるか。条例の定めによる。

    Whether months ahead run to the due date or to the first day of the term.

    根拠: 地方税法第321条第3項、第365条第3項
    解釈: 「納期前に係る月数」の終わりを、納期限とする団体と、納期の初日とする団体があり、条例と運用によって選ぶ。
    """

    DUE_DATE = "納期限"
    FIRST_DAY = "納期の初日"


@dataclass(frozen=True, slots=True)
class RewardRule:
    """条例の定め。 monthly: 一月の率; most: 一人一税目の限度額; unit: 端数の単位; only_debits: 口座振替の全期前納だけか。

    What the ordinance says.

    根拠: 地方税法第321条第2項・第3項、第365条第2項・第3項
    """

    monthly: Fraction
    most: Yen | None
    unit: Yen
    count_to: CountTo
    only_debits: bool

    @classmethod
    def parse(cls, text: str) -> "RewardRule":
        """定めの文を読む。

        例:
        >>> RewardRule.parse("率:1/200,限度:50000,端数:100,数え方:納期の初日,対象:口座振替").monthly
        Fraction(1, 200)
        """
        told = dict(each.split(":", 1) for each in text.split(",") if ":" in each)
        try:
            monthly, unit = Fraction(told["率"]), int(told.get("端数", "1"))
            most = Yen(int(told["限度"])) if "限度" in told else None
            rule = cls(monthly, most, Yen(unit), CountTo(told["数え方"]), told.get("対象") == "口座振替")
        except (KeyError, ValueError, ZeroDivisionError) as error:
            raise RewardRuleUnreadable(text) from error
        if set(told) - {"率", "限度", "端数", "数え方", "対象"} or monthly <= 0 or unit <= 0:
            raise RewardRuleUnreadable(text)
        if monthly > MOST_MONTHLY:
            raise RewardRuleUnlawful(told["率"])
        return rule


@dataclass(frozen=True, slots=True)
class PrepaidTerm:
    """納期前に納付した期別一つ。 first_day: その納期の初日。

    One term that was paid ahead.

    根拠: 地方税法第321条第1項、第365条第1項
    """

    key: int
    label: str
    amount: Yen
    paid_on: date
    due_date: date
    first_day: date


@dataclass(frozen=True, slots=True)
class Reward:
    """前納報奨金の額と、その説明。 months: 期別ごとの月数。

    The reward with its steps.

    根拠: 地方税法第321条第3項、第365条第3項
    """

    final: Yen
    months: tuple[int, ...]
    steps: tuple[str, ...]
    basis: tuple[str, ...] = _BASIS


def months_ahead(paid_on: date, until: date) -> int:
    """納期前の月数。一月に満たない端数は、14日以下を切り捨て、15日以上を一月とする。

    Months from the payment to the term; a rest of fifteen days or more counts as a month.

    根拠: 地方税法第321条第3項、第365条第3項
    例:
    >>> months_ahead(date(2017, 4, 30), date(2017, 7, 31)), months_ahead(date(2017, 4, 30), date(2017, 12, 25))
    (3, 8)
    """
    months = 0
    while months_after(paid_on, months + 1) <= until:
        months += 1
    rest = (until - (months_after(paid_on, months) if months else paid_on)).days
    return months + (1 if rest >= HALF_MONTH else 0)


def prepayment_reward(terms: Sequence[PrepaidTerm], rule: RewardRule) -> Reward:
    """前納報奨金を計算する。期別ごとの額を足してから、限度と端数を当てる。

    The sum over the terms paid ahead, then the cap and the rounding of the ordinance.

    根拠: 地方税法第321条第2項・第3項、第365条第2項・第3項
    解釈: 端数は、期別ごとではなく、合計した後に一度だけ切り捨てる。
    例:
    >>> rule = RewardRule(Fraction(1, 200), Yen(50_000), Yen(100), CountTo.FIRST_DAY, False)
    >>> days = [date(2021, 7, 1), date(2021, 12, 1), date(2022, 2, 1)]
    >>> prepayment_reward([PrepaidTerm(1, "", Yen(50_000), date(2021, 5, 31), day, day) for day in days], rule).final
    3700
    """
    total, months, steps = Fraction(0), [], []
    for each in terms:
        until = each.due_date if rule.count_to is CountTo.DUE_DATE else each.first_day
        ahead = months_ahead(each.paid_on, until)
        part = each.amount * rule.monthly * ahead
        total += part
        months.append(ahead)
        steps.append(
            f"{each.label}: {each.amount:,}円 × {percent(rule.monthly)} × {ahead}月"
            f"（{format_wareki(each.paid_on)}納付、{rule.count_to.value} {format_wareki(until)}）= {int(part):,}円"
        )
    cut = Yen(int(total) // rule.unit * rule.unit)
    steps.append(f"合計 {int(total):,}円、{rule.unit:,}円未満の端数を切捨て → {cut:,}円")
    if rule.most is not None and cut > rule.most:
        cut = rule.most
        steps.append(f"条例の限度額 → {cut:,}円")
    return Reward(cut, tuple(months), tuple(steps))
