from datetime import date, timedelta

import jpholiday
import pytest

from osame.kernel.holidays import CalendarNotRegistered, holiday_name, holidays_of, is_closed_day, next_open_day

FIRST, LAST = date(1989, 1, 1), date(2060, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_holidays_are_those_of_an_independent_list():
    for year in range(FIRST.year, LAST.year + 1):
        theirs = {day for day, _ in jpholiday.year_holidays(year)}
        assert set(holidays_of(year)) == theirs


def test_closed_days_are_weekends_holidays_and_the_year_end():
    year_end = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    for day in ALL_DAYS:
        expected = day.weekday() >= 5 or day in holidays_of(day.year) or (day.month, day.day) in year_end
        assert is_closed_day(day) == expected


def test_the_next_open_day_is_the_first_open_one():
    for day in ALL_DAYS:
        found = next_open_day(day)
        assert found >= day
        assert not is_closed_day(found)
        assert all(is_closed_day(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2019, 4, 30), "国民の休日"),
        (date(2019, 5, 1), "即位の日"),
        (date(2019, 5, 2), "国民の休日"),
        (date(2019, 5, 6), "振替休日"),
        (date(2019, 10, 22), "即位礼正殿の儀"),
        (date(2020, 7, 24), "スポーツの日"),
        (date(2020, 10, 12), None),
        (date(2021, 8, 9), "振替休日"),
        (date(2021, 7, 19), None),
        (date(2026, 9, 22), "国民の休日"),
        (date(2019, 12, 23), None),
        (date(2008, 5, 6), "振替休日"),
    ],
)
def test_special_years(day, name):
    assert holiday_name(day) == name


def test_years_beyond_the_table_are_refused():
    with pytest.raises(CalendarNotRegistered):
        is_closed_day(date(2150, 6, 1))
