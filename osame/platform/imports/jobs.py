"""預かったファイルの手入れ。"""

from osame.platform.imports import uploads
from osame.platform.jobs.registry import Progress, job


@job("uploads-prune", function="floor.imports.prune", cron="50 * * * *")
def prune(_progress: Progress) -> str:
    """取り込まれないまま一日を過ぎたファイルを消す。"""
    return f"{uploads.prune():,}件を消しました"
