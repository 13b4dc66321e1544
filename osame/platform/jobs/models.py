"""ジョブの実行と、頼まれた処理の表。いつ、どこで始まり、いま動いているか、どう終わったか。"""

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


class JobRequest(models.Model):
    """頼まれた処理。職員が画面で頼み、係（ワーカー）が、頼んだ職員として行う。引数に人の情報は置かない。"""

    rights = WRITE  # 古いものは消す。頼んだことも、始めと終わりも、監査記録に残っている

    class State(models.TextChoices):
        """頼まれた処理の状態。"""

        WAITING = "0", "待ち"
        RUNNING = "1", "実行中"
        DONE = "2", "終えた"
        FAILED = "3", "失敗"
        CANCELLED = "4", "取り消した"
        REFUSED = "5", "断られた"

    request_id = models.BigAutoField("依頼番号", primary_key=True)
    name = models.TextField("処理の名")
    title = models.TextField("処理の題")
    asked_by = models.TextField("頼んだ職員")
    department = models.TextField("所属", db_default="")
    function_code = models.TextField("機能コード")
    purpose = models.TextField("使用目的")
    case_number = models.TextField("受付番号", db_default="")
    terminal = models.TextField("端末", db_default="")
    request_number = models.TextField("操作の番号", db_default="")
    arguments = models.JSONField("引数", default=dict)
    state = models.CharField("状態", max_length=1, choices=State.choices, db_default=State.WAITING)
    attempt = models.IntegerField("回数", db_default=0)
    worker = models.TextField("実行した所", db_default="")
    asked_at = models.DateTimeField("頼んだ日時", db_default=Now())
    started_at = models.DateTimeField("開始日時", null=True)
    heartbeat_at = models.DateTimeField("最後の心拍", null=True)
    ended_at = models.DateTimeField("終了日時", null=True)
    cancel_asked_at = models.DateTimeField("取消しを頼んだ日時", null=True)
    done = models.BigIntegerField("済んだ数", db_default=0)
    total = models.BigIntegerField("全体の数", db_default=0)
    note = models.TextField("結果の一文", db_default="")
    sealed_note = models.BinaryField("頼んだ職員だけに言う文（暗号）", null=True)
    result_path = models.TextField("結果の画面", db_default="")

    class Meta:
        db_table = "job_request"
        db_table_comment = "頼まれた処理"
        indexes = [
            models.Index(fields=["asked_by", "-request_id"], name="job_request_mine"),
            models.Index(fields=["state"], name="job_request_open", condition=models.Q(state__in=["0", "1"])),
        ]
