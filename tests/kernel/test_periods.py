"""民法第139条から第143条まで: 期間の終わり。"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.periods import days_after, days_from, days_inclusive, month_end, months_after, years_after


@pytest.mark.parametrize(
    ("start_after", "months", "end"),
    [
        (date(2026, 4, 30), 1, date(2026, 5, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2021, 12, 27), 1, date(2022, 1, 27)),
        (date(2024, 2, 28), 1, date(2024, 3, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 30), 2, date(2026, 2, 28)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2021, 4, 30), 3, date(2021, 7, 31)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
    ],
)
def test_months(start_after, months, end):
    assert months_after(start_after, months) == end


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
def test_a_period_ends_the_day_before_its_anniversary_or_at_the_month_end(start_after, months):
    first, end = start_after + timedelta(days=1), months_after(start_after, months)
    after = end + timedelta(days=1)
    last_month = end if after.day != first.day else after
    assert (last_month.year - first.year) * 12 + last_month.month - first.month == months
    assert after.day == first.day or (end == month_end(end) and end.day < first.day)


def test_days_and_years():
    assert days_from(date(2020, 7, 20), 10) == date(2020, 7, 29)
    assert days_after(date(2026, 6, 30), 20) == date(2026, 7, 20)
    assert years_after(date(2020, 2, 28), 1) == date(2021, 2, 28)
    assert days_inclusive(date(2026, 1, 1), date(2026, 12, 31)) == 365
    assert days_inclusive(date(2026, 1, 2), date(2026, 1, 1)) == 0
