"""出力の定期のジョブ。"""

from osame.platform.egress.records import erase_expired
from osame.platform.jobs.registry import Progress, job


@job("egress-expiry", function="floor.egress.expire", cron="20 3 * * *")
def expiry(_progress: Progress) -> str:
    """期限の切れた出力を消す。"""
    return f"{erase_expired():,}件を消しました"
