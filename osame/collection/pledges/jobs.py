"""納付誓約の夜の見回り。完納した誓約を終え、不履行と期限切れを数える。"""

from osame.collection.pledges.actions import watch_pledges
from osame.platform import gate
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("pledge-watch", function="collection.pledges.watch", cron="40 18 * * *")
def watch(_progress: Progress) -> str:
    """すべての誓約の履行を見る。何度行ってもよい。"""
    found = watch_pledges(as_of=today(), officer=gate.required().officer)
    return f"完納{len(found.completed):,}件、不履行{len(found.broken):,}件、通知の期限切れ{len(found.expired):,}件"
