"""期間。民法の数え方で、終わりの日を求める。

Periods as the Civil Code counts them; both ends of every range are inclusive.

民法第139条から第143条まで、地方税法第20条の5。
"""

from calendar import monthrange
from datetime import date, timedelta


def days_inclusive(first: date, last: date) -> int:
    """両端を算入した日数。終わりが先なら0日。

    >>> days_inclusive(date(2026, 2, 3), date(2026, 3, 2))
    28
    """
    return max(0, (last - first).days + 1)


def day_after(day: date) -> date:
    """翌日。"""
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    """前日。"""
    return day - timedelta(days=1)


def month_end(day: date) -> date:
    """その月の末日。"""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_from(first: date, months: int) -> date:
    """起算日（その日を含む）から数えた月の期間の末日。

    The last day of a period of months whose first day is `first` (民法第143条第2項).

    最後の月の応当日の前日に満了する。応当日がない月は末日に満了する。
    """
    if months < 0:
        raise ValueError("months must not be negative")
    count = first.year * 12 + first.month - 1 + months
    year, month = divmod(count, 12)
    if year > 9999:
        raise OverflowError("date beyond year 9999")
    last = monthrange(year, month + 1)[1]
    if first.day > last:
        return date(year, month + 1, last)
    return day_before(date(year, month + 1, first.day))


def months_after(start_after: date, months: int) -> date:
    """初日を算入しない月の期間の末日。

    The last day of a period of months counted from the day after `start_after` (民法第140条・第143条).

    >>> months_after(date(2026, 1, 31), 1), months_after(date(2025, 12, 30), 2), months_after(date(2024, 2, 28), 1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28), datetime.date(2024, 3, 28))
    """
    return months_from(day_after(start_after), months)


def years_after(start_after: date, years: int) -> date:
    """初日を算入しない年の期間の末日。

    >>> years_after(date(2020, 6, 30), 5)
    datetime.date(2025, 6, 30)
    """
    return months_after(start_after, years * 12)


def days_from(first: date, days: int) -> date:
    """起算日を算入した日の期間の末日。「起算して10日」の10日目。"""
    return first + timedelta(days=days - 1)


def days_after(start_after: date, days: int) -> date:
    """初日を算入しない日の期間の末日。"""
    return start_after + timedelta(days=days)
