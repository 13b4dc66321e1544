"""システム間のやり取りの定期のジョブ。"""

from osame.platform.exchanges.receiving import prune_nonces
from osame.platform.jobs.registry import Progress, job


@job("nonces-prune", function="floor.exchanges.prune", cron="*/10 * * * *")
def prune(_progress: Progress) -> str:
    """期限の過ぎた一回限りの値を消す。"""
    return f"{prune_nonces():,}件を消しました"
