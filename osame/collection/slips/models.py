"""手入力の束の表。"""

from django.db import models


class SlipBatch(models.Model):
    """手入力の束。済通や現金の領収を一枚ずつ入力し、件数と合計が合い、別の職員が照合したら確定する。"""

    class State(models.TextChoices):
        """束の状態。"""

        KEYING = "1", "入力中"
        WAITING = "2", "照合待ち"
        SETTLED = "3", "確定"
        ABANDONED = "9", "取りやめ"

    batch_id = models.BigAutoField("束の番号", primary_key=True)
    channel = models.CharField("納付チャネル", max_length=2)
    received_on = models.DateField("収入日")
    count = models.IntegerField("束の件数")
    total = models.BigIntegerField("束の合計")
    state = models.CharField("状態", max_length=1, choices=State.choices, default=State.KEYING)
    entered_by = models.TextField("入力者")
    opened_at = models.DateTimeField("始めた日時", auto_now_add=True)
    checked_by = models.TextField("照合した職員", default="", blank=True)
    settled_at = models.DateTimeField("確定した日時", null=True)
    intake_file_id = models.BigIntegerField("取込番号", null=True)

    class Meta:
        db_table = "slip_batch"
        db_table_comment = "手入力の束 (F04-04)"
        constraints = [
            models.CheckConstraint(
                name="slip_batch_checker_differs", condition=~models.Q(checked_by=models.F("entered_by"))
            ),
        ]


class SlipBatchLine(models.Model):
    """手入力の束の一枚。"""

    pk = models.CompositePrimaryKey("batch_id", "line_number")
    batch_id = models.BigIntegerField("束の番号")
    line_number = models.IntegerField("行")
    slip_number = models.BigIntegerField("納付書番号")
    amount = models.BigIntegerField("金額")
    paid_on = models.DateField("領収日")
    notice_id = models.CharField("済通番号", max_length=30)

    class Meta:
        db_table = "slip_batch_line"
        db_table_comment = "手入力の束の一枚 (F04-04)"
        constraints = [
            models.UniqueConstraint(name="slip_batch_notice_once", fields=["batch_id", "notice_id"]),
            models.CheckConstraint(name="slip_batch_amount_is_positive", condition=models.Q(amount__gt=0)),
        ]
