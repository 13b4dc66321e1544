"""休日。国民の祝日、土曜日、日曜日、年末年始の閉庁日。

Closed days: national holidays, Saturdays, Sundays and 12/29–1/3 (地方税法第20条の5第2項、同法施行令第6条の18第2項).

春分の日と秋分の日は計算せず `equinoxes.toml` の表で持つ。表にない年は断る。
土曜日は、閉庁でなかった時代も閉庁として扱う。
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from osame.kernel.refusals import Refusal

SATURDAY, SUNDAY, MONDAY = 5, 6, 0
FIRST_YEAR = 1949


class CalendarNotRegistered(Refusal):
    """その年の祝日が登録されていません。官報の暦要項を見て equinoxes.toml に春分日と秋分日を加えてください。"""


@dataclass(frozen=True, slots=True)
class _Fixed:
    name: str
    month: int
    day: int
    first: int
    through: int = 9999


@dataclass(frozen=True, slots=True)
class _NthMonday:
    name: str
    month: int
    nth: int
    first: int
    through: int = 9999


_FIXED = (
    _Fixed("元日", 1, 1, 1949),
    _Fixed("成人の日", 1, 15, 1949, 1999),
    _Fixed("建国記念の日", 2, 11, 1967),
    _Fixed("天皇誕生日", 4, 29, 1949, 1988),
    _Fixed("天皇誕生日", 12, 23, 1989, 2018),
    _Fixed("天皇誕生日", 2, 23, 2020),
    _Fixed("みどりの日", 4, 29, 1989, 2006),
    _Fixed("昭和の日", 4, 29, 2007),
    _Fixed("憲法記念日", 5, 3, 1949),
    _Fixed("みどりの日", 5, 4, 2007),
    _Fixed("こどもの日", 5, 5, 1949),
    _Fixed("海の日", 7, 20, 1996, 2002),
    _Fixed("山の日", 8, 11, 2016, 2019),
    _Fixed("山の日", 8, 11, 2022),
    _Fixed("敬老の日", 9, 15, 1966, 2002),
    _Fixed("体育の日", 10, 10, 1966, 1999),
    _Fixed("文化の日", 11, 3, 1949),
    _Fixed("勤労感謝の日", 11, 23, 1949),
)
_MONDAYS = (
    _NthMonday("成人の日", 1, 2, 2000),
    _NthMonday("海の日", 7, 3, 2003, 2019),
    _NthMonday("海の日", 7, 3, 2022),
    _NthMonday("敬老の日", 9, 3, 2003),
    _NthMonday("体育の日", 10, 2, 2000, 2019),
    _NthMonday("スポーツの日", 10, 2, 2022),
)
_ONCE = (
    (date(1959, 4, 10), "皇太子明仁親王の結婚の儀"),
    (date(1989, 2, 24), "昭和天皇の大喪の礼"),
    (date(1990, 11, 12), "即位礼正殿の儀"),
    (date(1993, 6, 9), "皇太子徳仁親王の結婚の儀"),
    (date(2019, 5, 1), "即位の日"),
    (date(2019, 10, 22), "即位礼正殿の儀"),
    (date(2020, 7, 23), "海の日"),
    (date(2020, 7, 24), "スポーツの日"),
    (date(2020, 8, 10), "山の日"),
    (date(2021, 7, 22), "海の日"),
    (date(2021, 7, 23), "スポーツの日"),
    (date(2021, 8, 8), "山の日"),
)
_SUBSTITUTES_FROM = date(1973, 4, 12)
_BRIDGES_FROM = date(1985, 12, 27)
_NEW_SUBSTITUTES_FROM = 2007


def is_closed_day(day: date) -> bool:
    """閉庁日か。土曜日、日曜日、祝日と休日、12月29日から1月3日まで。

    Whether the office is closed, so that a due date on this day moves on.
    """
    return (
        day.weekday() >= SATURDAY
        or (day.month == 12 and day.day >= 29)
        or (day.month == 1 and day.day <= 3)
        or day in holidays_of(day.year)
    )


def next_open_day(day: date) -> date:
    """その日以後の最初の開庁日。開庁日ならその日。

    The day itself if open, otherwise the first open day after it.
    """
    while is_closed_day(day):
        day += timedelta(days=1)
    return day


def holiday_name(day: date) -> str | None:
    """祝日・休日の名。祝日でなければ None。"""
    return holidays_of(day.year).get(day)


@cache
def holidays_of(year: int) -> MappingProxyType[date, str]:
    """一年の祝日と休日（振替休日と国民の休日を含む）。

    National holidays of a year with their names.
    """
    named = _national_holidays(year)
    rest: dict[date, str] = {}
    for day in sorted(named):
        substitute = _substitute(day, named)
        if substitute:
            rest[substitute] = "振替休日"
    for day in sorted(named):
        between = day + timedelta(days=1)
        is_bridge = between not in named and between + timedelta(days=1) in named and between >= _BRIDGES_FROM
        if is_bridge and between not in rest and between.weekday() != SUNDAY:
            rest[between] = "国民の休日"
    return MappingProxyType(dict(sorted({**named, **rest}.items())))


def _national_holidays(year: int) -> dict[date, str]:
    vernal, autumnal = _equinoxes().get(year, (None, None))
    if vernal is None or autumnal is None:
        raise CalendarNotRegistered(f"{year}年")
    named = {date(year, each.month, each.day): each.name for each in _FIXED if each.first <= year <= each.through}
    for each in _MONDAYS:
        if each.first <= year <= each.through:
            named[_nth_monday(year, each.month, each.nth)] = each.name
    named[vernal], named[autumnal] = "春分の日", "秋分の日"
    named.update({day: name for day, name in _ONCE if day.year == year})
    return named


def _substitute(day: date, named: dict[date, str]) -> date | None:
    """日曜の祝日の振替。2007年からは、その日後の最も近い祝日でない日。"""
    if day.weekday() != SUNDAY or day < _SUBSTITUTES_FROM:
        return None
    after = day + timedelta(days=1)
    if after.year >= _NEW_SUBSTITUTES_FROM:
        while after in named:
            after += timedelta(days=1)
    return None if after in named else after


def _nth_monday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7 + 7 * (nth - 1))


@cache
def _equinoxes() -> MappingProxyType[int, tuple[date, date]]:
    table = tomllib.loads(files("osame.kernel").joinpath("equinoxes.toml").read_text(encoding="utf-8"))
    return MappingProxyType({
        int(year): (date(int(year), 3, days[0]), date(int(year), 9, days[1]))
        for year, days in table["days_of_march_and_september"].items()
    })
