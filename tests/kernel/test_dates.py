from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.dates import ERAS, UnreadableDate, fiscal_year, format_wareki, parse_date, parse_month

FIRST, LAST = date(1989, 1, 1), date(2060, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)),
        ("20261103", date(2026, 11, 3)),
        ("2026/1/3", date(2026, 1, 3)),
        ("令和8年11月3日", date(2026, 11, 3)),
        ("令和 8年 1月 3日", date(2026, 1, 3)),
        ("R8.11.3", date(2026, 11, 3)),
        ("r8/11/3", date(2026, 11, 3)),
        ("S50.4.1", date(1975, 4, 1)),
        ("R08.04.01", date(2026, 4, 1)),
        ("\uff32\uff18\uff0e\uff11\uff11\uff0e\uff13", date(2026, 11, 3)),
        ("令和\uff18年\uff11\uff11月\uff13日", date(2026, 11, 3)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("平成31年5月1日", date(2019, 5, 1)),
        ("平成32年4月1日", date(2020, 4, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("明治33年1月1日", date(1900, 1, 1)),
        ("大正15年12月24日", date(1926, 12, 24)),
    ],
)
def test_reads(text, day):
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "令和8年2月29日",
        "令和元年4月30日",
        "平成31年5月",
        "2026-1-3",
        "99999999",
        "令和0年5月1日",
        "abc",
    ],
)
def test_refuses(text):
    with pytest.raises(UnreadableDate):
        parse_date(text)


def test_a_month_past_its_era():
    assert parse_month("平成31年5月") == date(2019, 5, 1)
    assert parse_month("H32.4") == date(2020, 4, 1)
    assert parse_month("2026-04") == date(2026, 4, 1)


def test_every_day_survives_the_japanese_calendar():
    for day in ALL_DAYS:
        assert parse_date(format_wareki(day)) == day


def test_eras_change_on_their_first_day():
    for before, after in pairwise(ERAS):
        assert format_wareki(after.first).startswith(f"{after.name}元年")
        assert format_wareki(after.first - timedelta(days=1)).startswith(before.name)


def test_fiscal_years_start_in_april():
    for day in ALL_DAYS:
        assert date(fiscal_year(day), 4, 1) <= day <= date(fiscal_year(day) + 1, 3, 31)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    with suppress(UnreadableDate):
        assert isinstance(parse_date(text), date)
