"""サインインの定期のジョブ。職員のセッションの台帳（staff_session）は、消さない。"""

from osame.platform.database import run_sql
from osame.platform.jobs.registry import Progress, job

KEEP_GUARD_DAYS = 90


@job("sign-in-prune", function="floor.staff.prune", cron="50 3 * * *")
def prune(_progress: Progress) -> str:
    """期限の過ぎたクッキーの中身と、長く使われない番号の見張りを消す。"""
    sessions = run_sql("DELETE FROM django_session WHERE expire_date < now()")
    guards = run_sql(
        "DELETE FROM sign_in_guard WHERE failed_at < now() - %s * interval '1 day' "
        "AND (locked_until IS NULL OR locked_until < now())",
        [KEEP_GUARD_DAYS],
    )
    return f"セッション{sessions:,}件、見張り{guards:,}件を消しました"
