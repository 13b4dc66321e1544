"""決裁の日と今日。検証環境で今日を置いているときは、その日に合わせる。

The moment of approval is the database's; where a verification environment has set the day (OSAME_TODAY), both move alike.
"""

from datetime import date

from osame.platform.database import day_of_clock
from osame.platform.terminal import today


def on_our_clock(day: date) -> date:
    """データベースの時計での日を、この環境の今日に合わせた日。"""
    return today() - (day_of_clock() - day)
