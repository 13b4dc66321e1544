"""ジョブの実行の表。いつ、どこで始まり、いま動いているか、どう終わったか。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import WRITE


class JobRun(models.Model):
    """ジョブの実行。一つのジョブの一回分で、心拍が新しければ、いま動いている。"""

    rights = WRITE  # 古い実行は消す。始めと終わりは監査記録にも残っている

    class Outcome(models.TextChoices):
        """ジョブの結果。"""

        RUNNING = "0", "実行中"
        DONE = "1", "終えた"
        SKIPPED = "2", "ほかで実行中"
        FAILED = "3", "失敗した"
        WAITING = "4", "用意を待っている"

    run_id = models.BigAutoField("実行番号", primary_key=True)
    name = models.TextField("ジョブの名")
    outcome = models.CharField("結果", max_length=1, choices=Outcome.choices, db_default=Outcome.RUNNING)
    worker = models.TextField("実行した所")
    started_at = models.DateTimeField("開始日時", db_default=Now())
    heartbeat_at = models.DateTimeField("最後の心拍", db_default=Now())
    ended_at = models.DateTimeField("終了日時", null=True)
    done = models.BigIntegerField("済んだ数", db_default=0)
    total = models.BigIntegerField("全体の数", db_default=0)
    note = models.TextField("結果の一文", db_default="")

    class Meta:
        db_table = "job_run"
        db_table_comment = "ジョブの実行"
        indexes = [models.Index(fields=["name", "-run_id"], name="job_run_latest")]
