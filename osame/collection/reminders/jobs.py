"""催告の到達を、毎夜数え直す。"""

from osame.collection.reminders.actions import settle_arrivals
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("reminder-arrivals", function="collection.reminders.settle", cron="45 18 * * *")
def settle(_progress: Progress) -> str:
    """差し出した催告が、いつ到達したかを、返戻と送達の記録から数え直す。"""
    return f"{settle_arrivals(as_of=today()):,}通の到達を改めました"
