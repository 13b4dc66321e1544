"""監査の定期のジョブ。"""

from osame.platform.audit.checkpoints import make_checkpoint
from osame.platform.jobs.registry import Progress, job


@job("audit-checkpoint", function="floor.audit.checkpoint", cron="*/5 * * * *")
def checkpoint(_progress: Progress) -> str:
    """検査点を作り、外にも置く。"""
    made = make_checkpoint()
    return f"連番{made.sequence:,}までを封じました" if made else "新しい記録はありません"
