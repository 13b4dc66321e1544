"""法の値は、根拠を持ち、どの日にもちょうど一つある。"""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from osame.law.parameters import (
    ParameterWithoutBasis,
    UnknownParameter,
    ValueNotRegistered,
    coverage_faults,
    parameter,
    parameters,
    read_parameters,
)

ONE = """
[r]
title = "割合"
[[r.values]]
from = 2020-01-01
through = 2020-12-31
value = "0.01"
basis = "地方税法附則第3条の2"
notice = "告示"
checked_on = 2026-11-23
"""
NEXT = """
[[r.values]]
from = {first}
value = "0.02"
basis = "地方税法附則第3条の2"
notice = "告示"
checked_on = 2026-11-23
"""


@pytest.mark.parametrize("key", sorted(parameters()))
def test_every_day_has_exactly_one_value(key):
    assert coverage_faults(parameter(key)) == ()
    values = parameter(key).values
    day, last = values[0].first, values[-1].through or date(2027, 3, 31)
    while day <= last:
        assert sum(each.covers(day) for each in values) == 1
        assert parameter(key).on(day).covers(day)
        day += timedelta(days=1)


@pytest.mark.parametrize("key", sorted(parameters()))
def test_every_value_says_where_it_comes_from(key):
    for each in parameter(key).values:
        assert each.basis.strip()
        assert each.notice.strip()
        assert each.checked_on >= date(2026, 1, 1)


def test_a_gap_and_an_overlap_are_named():
    gap, overlap = (read_parameters(ONE + NEXT.format(first=first))[0] for first in ("2021-01-02", "2020-12-31"))
    assert coverage_faults(gap) == ("r: 2020-12-31 と 2021-01-02 の間が空く",)
    assert coverage_faults(overlap) == ("r: 2020-12-31 で重なる",)
    assert coverage_faults(read_parameters(ONE + NEXT.format(first="2021-01-01"))[0]) == ()


@pytest.mark.parametrize("name", ["basis", "notice", "checked_on", "from", "value"])
def test_a_value_without_its_basis_does_not_load(name):
    text = "\n".join(line for line in ONE.splitlines() if not line.startswith(f"{name} ="))
    with pytest.raises(ParameterWithoutBasis):
        read_parameters(text)


def test_a_float_is_not_a_value():
    with pytest.raises(ParameterWithoutBasis):
        read_parameters(ONE.replace('"0.01"', "0.01"))


def test_an_unregistered_year_is_refused_not_guessed():
    with pytest.raises(ValueNotRegistered, match="2027-01-01"):
        parameter("local_tax_after").on(date(2027, 1, 1))
    with pytest.raises(UnknownParameter):
        parameter("no_such_rate")


def test_special_rates_follow_from_the_average_lending_rate():
    """地方税法附則第3条の2: 平均貸付割合から各割合を作り直す。"""
    for year in range(2014, 2027):
        day = date(year, 7, 1)
        lending = parameter("average_lending_rate").on(day).value
        special = lending + Fraction("0.01")
        grace = special if year <= 2020 else lending + Fraction("0.005")
        for prefix in ("local_tax", "national_tax"):
            assert parameter(f"{prefix}_early").on(day).value == special + Fraction("0.01")
            assert parameter(f"{prefix}_after").on(day).value == special + Fraction("0.073")
        assert parameter("sewer_beneficiary_after").on(day).value == special + Fraction("0.0725")
        assert parameter("grace_rate").on(day).value == grace
        assert parameter("refund_interest").on(day).value == grace
