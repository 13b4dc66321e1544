"""監査の記録。誰が、いつ、どこで、何のために、誰の何をしたか。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, READ_ONLY


class AuditEvent(models.Model):
    """監査記録。追記だけができ、消すことも書き換えることもできない。

    Who acted, when and for what is filled in by the database from the transaction's own settings; see `sql/chain.sql`.
    """

    rights = APPEND_ONLY

    class Outcome(models.TextChoices):
        """結果。"""

        DONE = "1", "行った"
        REFUSED = "2", "断った"
        FAILED = "3", "失敗した"

    event_id = models.BigAutoField("監査番号", primary_key=True)
    occurred_at = models.DateTimeField("日時", db_default=Now())
    transaction_number = models.BigIntegerField("取引番号", db_default=0)
    act = models.TextField("行為")
    outcome = models.CharField("結果", max_length=1, choices=Outcome.choices)
    officer = models.TextField("職員")
    department = models.TextField("所属", default="", blank=True)
    role = models.TextField("役割", default="", blank=True)
    terminal = models.TextField("端末", default="", blank=True)
    function_code = models.TextField("機能コード")
    purpose = models.TextField("使用目的")
    case_number = models.TextField("受付番号", default="", blank=True)
    request_number = models.TextField("操作番号")
    subjects = ArrayField(models.CharField(max_length=15), verbose_name="対象の宛名番号", default=list)
    fields = ArrayField(models.TextField(), verbose_name="触れた項目", default=list)
    detail = models.JSONField("詳細", default=dict)
    content_hash = models.BinaryField("中身のハッシュ", db_default=models.Value(b""))

    class Meta:
        db_table = "audit_event"
        db_table_comment = "監査記録（追記のみ）"
        indexes = [
            models.Index(fields=["occurred_at"], name="audit_event_by_time"),
            models.Index(fields=["officer", "occurred_at"], name="audit_event_by_officer"),
        ]


class AuditSeal(models.Model):
    """監査の封印。取引が確定するときに、記録を一本の鎖につなぐ。書くのは封印の扉だけ。"""

    rights = READ_ONLY

    sequence = models.BigIntegerField("連番", primary_key=True)
    event_id = models.BigIntegerField("監査番号", unique=True)
    previous_hash = models.BinaryField("前の鎖のハッシュ", unique=True)
    chain_hash = models.BinaryField("鎖のハッシュ", unique=True)

    class Meta:
        db_table = "audit_seal"
        db_table_comment = "監査の封印（追記のみ）"


class AuditCheckpoint(models.Model):
    """監査の検査点。そこまでの鎖に署名し、データベースの外にも置く。"""

    rights = APPEND_ONLY

    checkpoint_number = models.BigIntegerField("検査点番号", primary_key=True)
    sequence = models.BigIntegerField("連番")
    chain_hash = models.BinaryField("鎖のハッシュ")
    events = models.BigIntegerField("記録の数")
    made_at = models.DateTimeField("日時")
    key_id = models.TextField("鍵の識別名")
    signature = models.BinaryField("署名")

    class Meta:
        db_table = "audit_checkpoint"
        db_table_comment = "監査の検査点（追記のみ）"
