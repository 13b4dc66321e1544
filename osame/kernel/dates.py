"""日付。和暦と西暦を行き来し、年度を数える。

Dates: 和暦 both ways and fiscal years. The eras are data: append one line when the next era is announced.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from osame.kernel.refusals import Refusal


class UnreadableDate(Refusal):
    """日付として読めません。「2026-11-03」「令和8年11月3日」「R8.11.3」のように入力してください。"""


@dataclass(frozen=True, slots=True)
class Era:
    """元号一つ。 One era: `first` is its first day, and the year of that day is its year 1."""

    name: str
    letter: str
    first: date


ERAS = (
    Era("明治", "M", date(1868, 1, 25)),
    Era("大正", "T", date(1912, 7, 30)),
    Era("昭和", "S", date(1926, 12, 25)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("令和", "R", date(2019, 5, 1)),
)

_ERA_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.letter)}
_MARKS = "|".join(_ERA_BY_MARK)
_MARK = rf"(?P<era>{_MARKS})\s*(?P<year>\d{{1,2}}|元)"
_JAPANESE = re.compile(
    rf"{_MARK}\s*(?:年\s*(?P<m1>\d{{1,2}})\s*月\s*(?P<d1>\d{{1,2}})\s*日|[./-](?P<m2>\d{{1,2}})[./-](?P<d2>\d{{1,2}}))"
)
_JAPANESE_MONTH = re.compile(rf"{_MARK}\s*(?:年\s*(?P<m1>\d{{1,2}})\s*月|[./-](?P<m2>\d{{1,2}}))")
_WESTERN = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年\s*(?P<m>\d{1,2})月\s*(?P<d>\d{1,2})日"),
)
_WESTERN_MONTH = re.compile(r"(?P<y>\d{4})(?:[-/年]\s*)(?P<m>\d{1,2})月?")


def parse_date(text: str) -> date:
    """日付を読む。西暦・和暦・全角数字・元年を受け、終わった元号の続きの年（平成32年など）も読む。

    Read a date. A year past the end of its era is accepted, because old ledgers carry 平成35年;
    a day before the era began is not.

    >>> parse_date("令和8年11月3日"), parse_date("H32.4.1")
    (datetime.date(2026, 11, 3), datetime.date(2020, 4, 1))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _JAPANESE.fullmatch(plain.upper())
    if found:
        month, day = found["m1"] or found["m2"], found["d1"] or found["d2"]
        era = _ERA_BY_MARK[found["era"]]
        read = _date(_western_year(era, found["year"]), month, day, text)
        if read < era.first:
            raise UnreadableDate(f"{text}: {era.name}は{era.first.isoformat()}から")
        return read
    for form in _WESTERN:
        found = form.fullmatch(plain)
        if found:
            return _date(int(found["y"]), found["m"], found["d"], text)
    raise UnreadableDate(text)


def parse_month(text: str) -> date:
    """年月を読み、その月の1日を返す。日のない「平成31年5月」など。

    Read a year and month; the first day of that month.

    >>> parse_month("平成31年5月")
    datetime.date(2019, 5, 1)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _JAPANESE_MONTH.fullmatch(plain.upper())
    if found:
        era = _ERA_BY_MARK[found["era"]]
        read = _date(_western_year(era, found["year"]), found["m1"] or found["m2"], "1", text)
        if (read.year, read.month) < (era.first.year, era.first.month):
            raise UnreadableDate(f"{text}: {era.name}は{era.first.isoformat()}から")
        return read
    found = _WESTERN_MONTH.fullmatch(plain)
    if found:
        return _date(int(found["y"]), found["m"], "1", text)
    raise UnreadableDate(text)


def era_of(day: date) -> Era:
    """その日の元号。"""
    for era in reversed(ERAS):
        if era.first <= day:
            return era
    raise UnreadableDate(f"{day.isoformat()}: 明治より前")


def era_year(day: date) -> tuple[Era, int]:
    """その日の元号と年。 The era of a day and its year in it."""
    era = era_of(day)
    return era, day.year - era.first.year + 1


def format_wareki(day: date) -> str:
    """和暦で書く。1年は「元年」とする。

    Write a date in the Japanese calendar.

    >>> format_wareki(date(2019, 5, 1))
    '令和元年5月1日'
    """
    era, year = era_year(day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def fiscal_year_label(year: int) -> str:
    """年度の呼び名。

    The name of a fiscal year in the Japanese calendar.

    >>> fiscal_year_label(2019), fiscal_year_label(2025)
    ('令和元年度', '令和7年度')
    """
    era, count = era_year(date(year, 5, 1))
    return f"{era.name}{'元' if count == 1 else count}年度"


def fiscal_year(day: date) -> int:
    """会計年度。4月1日に始まる。

    The fiscal year of a day; it starts on 1 April.

    >>> fiscal_year(date(2026, 3, 31)), fiscal_year(date(2026, 4, 1))
    (2025, 2026)
    """
    return day.year if day.month >= 4 else day.year - 1


def _western_year(era: Era, year: str) -> int:
    number = 1 if year == "元" else int(year)
    if number < 1:
        raise UnreadableDate(f"{era.name}{year}年")
    return era.first.year + number - 1


def _date(year: int, month: str, day: str, text: str) -> date:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        raise UnreadableDate(text) from None
