"""ジョブの実行の記録の手入れと、止まった処理の立て直し。"""

from osame.platform.database import run_sql
from osame.platform.jobs import requests
from osame.platform.jobs.registry import Progress, job

KEEP_DAYS, KEEP_FAILED_DAYS = 31, 400
# いちばん新しい一回は、いつのものでも残す。
PRUNE = """
DELETE FROM job_run r WHERE r.ended_at < now() - CASE WHEN r.outcome = '3' THEN %s ELSE %s END * interval '1 day'
  AND EXISTS (SELECT 1 FROM job_run later WHERE later.name = r.name AND later.run_id > r.run_id AND later.outcome <> '2')
"""


@job("job-runs-prune", function="floor.jobs.prune", cron="40 3 * * *")
def prune(_progress: Progress) -> str:
    """古い実行の記録と、終わった依頼を消す。失敗したものは、一年あまり残す。"""
    gone = run_sql(PRUNE, [KEEP_FAILED_DAYS, KEEP_DAYS])
    gone += run_sql("DELETE FROM job_request WHERE ended_at < now() - %s * interval '1 day'", [KEEP_FAILED_DAYS])
    return f"{gone:,}件を消しました"


@job("requests-revive", function="floor.jobs.revive", cron="* * * * *")
def revive(_progress: Progress) -> str:
    """途中で止まった、頼まれた処理を、もう一度待ち行列に入れる。"""
    return f"{requests.revive():,}件を立て直しました"
