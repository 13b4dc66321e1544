"""期限が閉庁日に当たるとき、いつになるか。

When a due date falls on a closed day, it moves to the next open one.

条文: 地方税法第20条の5第2項、地方税法施行令第6条の18。
含まないもの: 繰り延べない期限（同条第1項各号）の判定。
督促の20日、差押えの10日、公示送達の7日、時効は「期間」なので繰り延べない。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.holidays import holiday_name, is_closed_day, next_open_day
from osame.kernel.periods import day_after

_BASIS = ("地方税法第20条の5第2項", "地方税法施行令第6条の18第2項")
_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class ShiftedDueDate:
    """繰り延べた期限と、その説明。

    The due date after the shift, with a step for every closed day passed.

    根拠: 地方税法第20条の5第2項
    """

    date: date
    steps: tuple[str, ...]
    basis: tuple[str, ...] = _BASIS


def shift_due_date(day: date) -> date:
    """期限が閉庁日なら、その後の最初の開庁日に繰り延べる。

    The due date itself on an open day, otherwise the next open day.

    土曜日、日曜日、国民の祝日と休日、12月29日から1月3日までが閉庁日。

    根拠: 地方税法第20条の5第2項、地方税法施行令第6条の18第2項
    例:
    >>> shift_due_date(date(2019, 4, 30)), shift_due_date(date(2021, 12, 25))
    (datetime.date(2019, 5, 7), datetime.date(2021, 12, 27))
    """
    return next_open_day(day)


def explain_due_date(day: date) -> ShiftedDueDate:
    """期限の繰延べを、通り過ぎた閉庁日とともに説明する。

    The shift with its reasons.

    根拠: 地方税法第20条の5第2項、地方税法施行令第6条の18第2項
    """
    steps = []
    passed = day
    while is_closed_day(passed):
        steps.append(f"{format_wareki(passed)}は{closed_reason(passed)}")
        passed = day_after(passed)
    verdict = f"期限は{format_wareki(passed)}に繰り延べる" if steps else f"{format_wareki(passed)}は開庁日"
    return ShiftedDueDate(passed, (*steps, verdict))


def closed_reason(day: date) -> str:
    """閉庁日である理由。

    Why the office is closed that day.

    根拠: 地方税法施行令第6条の18第2項
    """
    name = holiday_name(day)
    if name:
        return name
    return f"{_WEEKDAYS[day.weekday()]}曜日" if day.weekday() >= 5 else "年末年始の閉庁日"
