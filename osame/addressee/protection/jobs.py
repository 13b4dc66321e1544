"""支援措置の定期のジョブ。"""

from osame.addressee.protection.actions import expire_measures
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("protection-review", function="addressee.protection.review", cron="5 15 * * *")
def review(_progress: Progress) -> str:
    """日が変わったら、末日を過ぎたものを要確認にする。伏せることは変わらない。"""
    return f"期限の切れた支援措置{expire_measures(as_of=today()):,}件を、要確認にしました"
