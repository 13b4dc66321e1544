"""行の手当ての表。不受理・保留の行を、職員が直した、または送付元に差し戻した記録。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY


class RowTreatment(models.Model):
    """行の手当て。もとの行は書き換えず、直した行は別の取込みとして記帳する。"""

    rights = APPEND_ONLY

    class Origin(models.TextChoices):
        """手当てする行の別。"""

        REJECTED = "1", "不受理の行"
        HELD_DETERMINATION = "2", "保留の調定"
        HELD_RECEIPT = "3", "保留の入金"  # 消込の画面で手当てするので、ここには記さない

    class Kind(models.TextChoices):
        """行の手当ての別。"""

        CORRECTED = "1", "直して登録した"
        SENT_BACK = "2", "送付元に差し戻した"

    treatment_id = models.BigAutoField("手当番号", primary_key=True)
    origin = models.CharField("手当てする行の別", max_length=1, choices=Origin.choices)
    kind = models.CharField("手当ての別", max_length=1, choices=Kind.choices)
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    before = models.JSONField("直す前", default=dict)
    after = models.JSONField("直した後", default=dict)
    reason = models.TextField("理由")
    officer = models.TextField("職員")
    treated_at = models.DateTimeField("手当てした日時", db_default=Now())
    result_file_id = models.BigIntegerField("直した行の取込番号", null=True)

    class Meta:
        db_table = "row_treatment"
        db_table_comment = "行の手当て (F04-05, F30-04)"
        constraints = [
            models.UniqueConstraint(name="row_treated_once", fields=["origin", "intake_file_id", "line_number"]),
        ]
