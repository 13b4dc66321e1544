"""収納率と近い期限を数えるジョブ。毎日夜のうちと、職員が頼んだとき。"""

from osame.collection.today.batch import count_again
from osame.platform.jobs.registry import Progress, job
from osame.platform.jobs.requests import Done, requested
from osame.platform.terminal import today


@job("today-figures", function="collection.today.count", cron="20 19 * * *")
def count_nightly(progress: Progress) -> str:
    """収納率と近い期限を数え直す。"""
    rows = count_again(as_of=today())
    progress(rows)
    return f"収納率{rows:,}行"


@requested("today-figures-now", function="collection.today.count", title="収納率の数え直し")
def count_now(progress: Progress) -> Done:
    """いまの元帳から数え直す。"""
    rows = count_again(as_of=today())
    progress(rows, rows)
    return Done(f"収納率{rows:,}行を数え直しました", path="/")
