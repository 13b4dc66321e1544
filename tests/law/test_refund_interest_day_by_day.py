"""還付加算金を、条文から書いた一日ずつの数え方と比べる。十万件は OSAME_INTEREST_CASES=100000 で。

The oracle knows no segments: it walks every day from the day after the one that the article names, counts the days of each
calendar year, and cuts once a year. Rates are typed again from the published table.
"""

import os
import random
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

from osame.kernel.money import Yen
from osame.law.claim import Exclusion
from osame.law.refund_claim import claimable_on, refund_account, refund_claim_expires_on
from osame.law.refund_interest import (
    OverpaymentCause,
    OverpaymentFacts,
    refund_interest,
    refund_interest_ends_on,
    refund_interest_starts_on,
)

CASES = int(os.environ.get("OSAME_INTEREST_CASES", "3000"))
DAY = timedelta(days=1)
TENTHS = {
    **dict.fromkeys((2000, 2001), 45), **dict.fromkeys(range(2002, 2007), 41), 2007: 44, 2008: 47, 2009: 45,
    **dict.fromkeys(range(2010, 2014), 43), 2014: 19, 2015: 18, 2016: 18, 2017: 17, 2018: 16, 2019: 16, 2020: 16, 2021: 10,
    **dict.fromkeys(range(2022, 2026), 9), 2026: 13,
}  # fmt: skip
FIRST, LAST = date(2000, 1, 1), date(2026, 12, 31)


def month_later(day: date, months: int = 1) -> date:
    """その日の翌日から起算して、月の期間の末日（民法第143条）。"""
    start = day + DAY
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if start.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, start.day) - DAY


def first_day(facts: OverpaymentFacts) -> date:
    """各号の日の翌日。"""
    match facts.cause.value:
        case "1":
            named = facts.paid_on
        case "2":
            named = min(month_later(facts.requested_on, 3), month_later(facts.corrected_on))
        case "3":
            named = month_later(facts.income_tax_noticed_on)
        case "4":
            named = month_later(facts.paid_on)
        case _:
            named = month_later(facts.corrected_on)
    return named + DAY


def day_by_day(amount: int, first: date, last: date, out: tuple[date, date] | None) -> int:
    """一日ずつ数える。"""
    base = amount // 1_000 * 1_000 if amount >= 2_000 else 0
    days, day = Counter[tuple[int, bool]](), first
    while day <= last:
        if out is None or not out[0] <= day <= out[1]:
            days[day.year, bool(out and day > out[1])] += 1
        day += DAY
    total = sum(base * TENTHS[year] * count // (365 * 1_000) for (year, _), count in days.items())
    return total // 100 * 100 if total >= 1_000 else 0


def some_case(chance: random.Random) -> tuple[OverpaymentFacts, int, date, date | None]:
    day = lambda: FIRST + DAY * chance.randrange((LAST - FIRST).days - 200)  # noqa: E731
    facts = OverpaymentFacts(chance.choice(list(OverpaymentCause)), day(), day(), day(), day())
    start = first_day(facts)
    decided = min(LAST, start + DAY * chance.randrange(-40, 800))
    appropriated = decided - DAY * chance.randrange(0, 60) if chance.random() < 0.3 else None
    amount = chance.choice((chance.randrange(0, 3_000), chance.randrange(1, 2_000_000), chance.randrange(1, 10**9)))
    return facts, amount, decided, appropriated


def test_random_cases_equal_the_day_by_day_count():
    chance = random.Random(17_4)
    seen: Counter[str] = Counter()
    for _ in range(CASES):
        facts, amount, decided, appropriated = some_case(chance)
        first = refund_interest_starts_on(facts)
        assert first == first_day(facts), facts
        last = refund_interest_ends_on(decided, appropriated_on=appropriated)
        out = None
        if chance.random() < 0.2 and first < last:
            opening = first + DAY * chance.randrange((last - first).days)
            out = (opening, min(last, opening + DAY * chance.randrange(30)))
        exclusions = (Exclusion(*out, "地方税法第17条の4第2項"),) if out else ()
        answer = refund_interest(Yen(amount), first, last, exclusions=exclusions)
        assert answer.final == day_by_day(amount, first, last, out), (facts, amount, first, last, out)
        seen[facts.cause.value] += answer.final > 0
    assert all(seen[each.value] > CASES // 50 for each in OverpaymentCause), seen


def test_claims_of_each_cause_expire_five_years_after_they_could_be_made():
    paid, corrected, noticed = date(2021, 4, 30), date(2022, 2, 28), date(2022, 1, 15)
    days = {
        cause: claimable_on(
            OverpaymentFacts(cause, paid_on=paid, corrected_on=corrected, income_tax_noticed_on=noticed)
        )
        for cause in OverpaymentCause
    }
    assert days[OverpaymentCause.DOUBLE_PAYMENT] == paid
    assert {day for cause, day in days.items() if cause is not OverpaymentCause.DOUBLE_PAYMENT} == {corrected}
    assert refund_claim_expires_on(corrected) == date(2027, 2, 28)
    assert refund_claim_expires_on(date(2024, 2, 29)) == date(2029, 2, 28)


def test_revenue_is_paid_back_until_the_accounts_close():
    accounts = [refund_account(received_in=2025, paid_on=day).value
                for day in (date(2025, 4, 1), date(2026, 3, 31), date(2026, 5, 31), date(2026, 6, 1))]  # fmt: skip
    assert accounts == ["1", "1", "1", "2"]
    assert refund_account(received_in=2024, paid_on=date(2026, 4, 1)).value == "2"
