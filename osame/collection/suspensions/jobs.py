"""執行停止の夜の見回り。完納した停止を終え、三年の満了で消滅したものを移す。"""

from osame.collection.suspensions.actions import refresh_suspensions
from osame.platform import gate
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("suspension-refresh", function="collection.suspensions.refresh", cron="50 18 * * *")
def refresh(_progress: Progress) -> str:
    """すべての執行停止を見る。何度行ってもよい。"""
    paid, gone = refresh_suspensions(as_of=today(), officer=gate.required().officer)
    return f"完納{paid:,}件、消滅{gone:,}件"
