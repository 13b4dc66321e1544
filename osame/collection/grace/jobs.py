"""猶予の夜の見回り。補正の期限を過ぎた申請をみなし取下げとし、満了した猶予を終える。"""

from osame.collection.grace.actions import lapse_uncured
from osame.collection.grace.deciding import expire_graces
from osame.platform import gate
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("grace-refresh", function="collection.grace.refresh", cron="30 18 * * *")
def refresh(_progress: Progress) -> str:
    """みなし取下げと満了。何度行ってもよい。"""
    officer = gate.required().officer
    lapsed, ended = lapse_uncured(as_of=today(), officer=officer), expire_graces(as_of=today(), officer=officer)
    return f"みなし取下げ{len(lapsed):,}件、満了{ended:,}件"
