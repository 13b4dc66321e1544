"""監査の記録。誰が、いつ、どこで、何のために、誰の何をしたか。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY


class AuditEvent(models.Model):
    """監査記録。追記だけができ、消すことも書き換えることもできない。"""

    rights = APPEND_ONLY

    class Outcome(models.TextChoices):
        """結果。"""

        DONE = "1", "行った"
        REFUSED = "2", "断った"
        FAILED = "3", "失敗した"

    event_id = models.BigAutoField("監査番号", primary_key=True)
    occurred_at = models.DateTimeField("日時", db_default=Now())
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

    class Meta:
        db_table = "audit_event"
        db_table_comment = "監査記録（追記のみ）"
