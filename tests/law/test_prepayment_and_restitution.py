"""前納報奨金と返還金。公表された計算例と、条文の限度と、日ごとの数え上げ。"""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from osame.kernel.money import Yen
from osame.law.prepayment_reward import (
    CountTo,
    PrepaidTerm,
    RewardRule,
    RewardRuleUnlawful,
    RewardRuleUnreadable,
    months_ahead,
    prepayment_reward,
)
from osame.law.restitution import (
    RestitutionRule,
    RestitutionRuleUnreadable,
    StillRefundable,
    TooOldToRestitute,
    refuse_untimely,
    restitution_interest,
)

FIRST = CountTo.FIRST_DAY


def terms(paid_on: date, *days: tuple[date, date], amount: int = 50_000) -> list[PrepaidTerm]:
    return [PrepaidTerm(at, f"{at}期", Yen(amount), paid_on, due, first) for at, (due, first) in enumerate(days, 2)]


YEAR = (
    (date(2022, 7, 31), date(2022, 7, 1)),
    (date(2022, 12, 25), date(2022, 12, 1)),
    (date(2023, 2, 28), date(2023, 2, 1)),
)


@pytest.mark.parametrize(
    ("paid_on", "rule", "months", "reward"),
    [
        (
            date(2022, 4, 30),
            "率:0.5/100,限度:50000,端数:100,数え方:納期の初日",
            (2, 7, 9),
            4_500,
        ),  # 東かがわ市 通常の年
        (date(2022, 5, 31), "率:0.5/100,限度:50000,端数:100,数え方:納期の初日", (1, 6, 8), 3_700),  # 同 評価替えの年
        (date(2022, 4, 30), "率:0.15/100,端数:10,数え方:納期限", (3, 8, 10), 1_570),  # 日進市の月数（3・8・10）
        (date(2022, 4, 30), "率:1/100,限度:5000,端数:1,数え方:納期の初日", (2, 7, 9), 5_000),
    ],
)
def test_the_published_examples(paid_on: date, rule: str, months: tuple[int, ...], reward: int) -> None:
    rule = rule.replace("0.5/100", "1/200").replace("0.15/100", "3/2000")
    found = prepayment_reward(terms(paid_on, *YEAR), RewardRule.parse(rule))
    assert (found.months, found.final) == (months, reward)


def test_a_half_month_counts_and_a_shorter_rest_does_not() -> None:
    paid = date(2026, 6, 1)
    assert [months_ahead(paid, paid + timedelta(days=days)) for days in (0, 14, 15, 30, 44, 45)] == [0, 0, 1, 1, 1, 2]


@pytest.mark.parametrize("text", ["率:1/90,数え方:納期限", "率:11/1000,数え方:納期限"])
def test_more_than_the_law_allows_is_refused(text: str) -> None:
    with pytest.raises(RewardRuleUnlawful):
        RewardRule.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "率:1/200", "率:x,数え方:納期限", "率:1/200,数え方:月末", "率:0,数え方:納期限", "率:1/200,数え方:納期限,他:1"],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RewardRuleUnreadable):
        RewardRule.parse(text)


def test_restitution_is_only_for_what_the_law_no_longer_refunds() -> None:
    rule, due = RestitutionRule.parse("利息:5/100,年数:20"), date(2020, 5, 31)
    with pytest.raises(StillRefundable):
        refuse_untimely(due, date(2020, 5, 20), date(2025, 5, 31), rule)
    with pytest.raises(StillRefundable):  # 遅れて納めたものは、納付から5年
        refuse_untimely(due, date(2021, 3, 31), date(2026, 3, 31), rule)
    refuse_untimely(due, date(2020, 5, 20), date(2025, 6, 1), rule)
    with pytest.raises(TooOldToRestitute):
        refuse_untimely(date(2000, 5, 31), date(2000, 5, 31), date(2020, 6, 1), rule)
    refuse_untimely(date(2000, 5, 31), date(2000, 5, 31), date(2020, 5, 31), rule)
    with pytest.raises(RestitutionRuleUnreadable):
        RestitutionRule.parse("利息:5/100,年数:5")


def test_interest_equals_a_count_of_days() -> None:
    rule = RestitutionRule(Fraction(3, 100), 20)
    for amount, paid, decided in (
        (12_345, date(2015, 2, 28), date(2024, 2, 29)),
        (999_999, date(2010, 12, 31), date(2026, 4, 1)),
    ):
        days, day = 0, paid
        while day < decided:
            day += timedelta(days=1)
            days += 1
        assert restitution_interest(Yen(amount), paid, decided, rule).amount == amount * 3 * days // 36_500
    by_law = restitution_interest(
        Yen(300_000), date(2015, 6, 30), date(2026, 6, 30), RestitutionRule.parse("利息:還付加算金の例,年数:20")
    )
    assert by_law.amount % 100 == 0
    assert by_law.amount > 0
