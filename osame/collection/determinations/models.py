"""調定の異動と、保留した調定行。"""

from django.db import models

from osame.platform.rights import APPEND_ONLY

FIRST_OWN_REVISION = 1001  # 税の業務が送る異動連番は 999 まで


class DeterminationRevision(models.Model):
    """調定異動（E-11）。当初は期別調定そのもの、ここには二つ目以降の異動を置く。

    収納の側で納期限を変えた記録も置く。連番は `FIRST_OWN_REVISION` からで、税の業務が送る連番とは重ならない。取込番号は 0。
    """

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "charge_id", "revision")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    revision = models.SmallIntegerField("異動連番")
    reason_code = models.CharField("異動事由", max_length=2)
    reason = models.TextField("更正事由")
    corrected_on = models.DateField("課税更正日")
    notified_on = models.DateField("更正決定通知日", null=True)
    amount_after = models.BigIntegerField("異動後税額")
    difference = models.BigIntegerField("増減額")
    due_date = models.DateField("納期限")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")

    class Meta:
        db_table = "determination_revision"
        db_table_comment = "調定異動 (E-11)"


class HeldDetermination(models.Model):
    """保留した調定行。前の異動や宛名が届けば、自動でもう一度試す。"""

    held_id = models.BigAutoField("保留番号", primary_key=True)
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    raw = models.TextField("原文")
    reason = models.TextField("理由")
    released_by_file_id = models.BigIntegerField("解消した取込番号", null=True)

    class Meta:
        db_table = "held_determination"
        db_table_comment = "保留した調定行"
