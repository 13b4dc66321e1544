"""開庁日（F01-04）。法定の休日と、団体・金融機関の休業日を合わせて見る。"""

from datetime import date, timedelta

from osame.kernel.holidays import is_closed_day
from osame.platform.database import fetch_all


def closures() -> frozenset[date]:
    """臨時休庁と金融機関休業の日。"""
    return frozenset(day for (day,) in fetch_all("SELECT closed_on FROM office_closure"))


def is_open_day(day: date) -> bool:
    """開庁日か。法定の休日でも、臨時休庁・金融機関休業でもない日。"""
    return not is_closed_day(day) and day not in closures()


def open_days(first: date, through: date) -> tuple[date, ...]:
    """期間の開庁日を順に。"""
    closed = closures()
    days = (first + timedelta(days=passed) for passed in range((through - first).days + 1))
    return tuple(day for day in days if not is_closed_day(day) and day not in closed)
