"""画面の控えのジョブ。"""

from osame.platform.console.drafts import prune
from osame.platform.jobs.registry import Progress, job


@job("console-prune", function="floor.console.prune", cron="10 18 * * *")
def prune_console(progress: Progress) -> str:
    """期限の過ぎた下書きと、古い送信の控えを消す。"""
    gone = prune()
    progress(gone)
    return f"{gone}件を消しました"
