"""排他制御と、他業務参照不可の表。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, WRITE


class EditLock(models.Model):
    """排他制御。ある職員が異動処理をしている宛名。期限が過ぎれば、ないのと同じ。"""

    rights = WRITE

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    officer = models.TextField("職員")
    terminal = models.TextField("端末", default="", blank=True)
    locked_at = models.DateTimeField("開始日時")
    expires_at = models.DateTimeField("自動解放の日時")

    class Meta:
        db_table = "edit_lock"
        db_table_comment = "排他制御"


class ReferenceRestriction(models.Model):
    """他業務参照不可の変更。いつ、誰が、なぜ閉じ、または開いたか。"""

    rights = APPEND_ONLY

    restriction_id = models.BigAutoField("変更番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    restricted = models.BooleanField("参照不可")
    office = models.CharField("登録業務", max_length=3)
    reason = models.TextField("理由")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "reference_restriction"
        db_table_comment = "他業務参照不可の変更"
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="restriction_has_a_reason")]
        indexes = [models.Index(fields=["addressee_number"], name="restriction_of_addressee")]
