"""収納・保留した入金・速報の表。"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from osame.platform.rights import APPEND_ONLY


class Receipt(models.Model):
    """収納（E-12）。期別に結び付いた、確かな入金一件。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("charge_id", "receipt_key", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    addressee_number = models.CharField("宛名番号", max_length=15)
    amount = models.BigIntegerField("金額")
    paid_on = models.DateField("領収日")
    received_on = models.DateField("収入日")
    accounted_on = models.DateField("会計日")
    fiscal_year = models.SmallIntegerField("会計年度")
    carried_over = models.BooleanField("滞納繰越分")
    channel = models.CharField("納付チャネル", max_length=2)
    outlet = models.TextField("店舗")
    slip_number = models.BigIntegerField("納付書番号", null=True)
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")

    class Meta:
        db_table = "receipt"
        db_table_comment = "収納 (E-12, 036o006)"
        constraints = [
            models.CheckConstraint(name="receipt_amount_is_positive", condition=models.Q(amount__gt=0)),
        ]
        indexes = [BrinIndex(name="receipt_accounted_on", fields=["accounted_on"], autosummarize=True)]


class ReceiptCancellation(models.Model):
    """収納の取消し・組替え。元の収納は残る。"""

    rights = APPEND_ONLY

    class Reason(models.TextChoices):
        """取消しの理由。"""

        WRONG_MATCH = "1", "誤消込"
        REALLOCATION = "2", "組替え"
        DISHONOUR = "3", "不渡り"
        CHANNEL_CANCELLATION = "4", "収納機関の取消し"
        APPROPRIATION = "5", "充当の取消し"

    pk = models.CompositePrimaryKey("charge_id", "receipt_key", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    addressee_number = models.CharField("宛名番号", max_length=15)
    reason = models.CharField("理由", max_length=1, choices=Reason.choices)
    note = models.TextField("説明")
    cancelled_on = models.DateField("取消日")
    moved_to_charge_id = models.BigIntegerField("組替先の期別番号", null=True)
    moved_to_key = models.UUIDField("組替先の収納", null=True)
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "receipt_cancellation"
        db_table_comment = "収納の取消し・組替え (F04-07, F04-08)"


class HeldReceipt(models.Model):
    """保留した入金（不明入金、E-13）。仮受に置き、相手が分かれば消し込む。"""

    class Reason(models.TextChoices):
        """保留の理由。"""

        UNKNOWN_SLIP = "1", "該当する納付書・期別がない"
        AMBIGUOUS = "2", "期別を一つに決められない"

    class State(models.TextChoices):
        """保留の状態。"""

        OPEN = "1", "調査中"
        MATCHED = "2", "消込済"
        RETURNED = "3", "返還"

    receipt_key = models.UUIDField("入金", primary_key=True)
    amount = models.BigIntegerField("金額")
    paid_on = models.DateField("領収日")
    received_on = models.DateField("収入日")
    accounted_on = models.DateField("会計日")
    channel = models.CharField("納付チャネル", max_length=2)
    outlet = models.TextField("店舗")
    slip_number = models.BigIntegerField("納付書番号", null=True)
    tax_item = models.CharField("税目", max_length=2, default="")
    levy_year = models.SmallIntegerField("賦課年度", null=True)
    notice_number = models.CharField("通知書番号", max_length=20, default="")
    installment_term = models.SmallIntegerField("期別", null=True)
    payer_kana = models.TextField("名義", default="")
    reason = models.CharField("理由", max_length=1, choices=Reason.choices)
    state = models.CharField("状態", max_length=1, choices=State.choices, default=State.OPEN)
    investigation = models.TextField("調査記録", default="", blank=True)
    charge_id = models.BigIntegerField("期別番号", null=True)  # 消し込んだ期別
    sealed_raw = models.BinaryField("封をした原文")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")

    class Meta:
        db_table = "held_receipt"
        db_table_comment = "保留した入金 (E-13, F04-05)"
        indexes = [
            models.Index(name="held_receipt_open", fields=["slip_number"], condition=models.Q(state="1")),
        ]


class ChannelReport(models.Model):
    """金が動く前後の報告（速報・取消・振替不能）。消込みはせず、督促から差し引く。"""

    pk = models.CompositePrimaryKey("receipt_key", "stage")
    receipt_key = models.UUIDField("入金")
    stage = models.CharField("段階", max_length=1)
    slip_number = models.BigIntegerField("納付書番号", null=True)
    amount = models.BigIntegerField("金額")
    paid_on = models.DateField("領収日")
    channel = models.CharField("納付チャネル", max_length=2)
    result_code = models.CharField("結果コード", max_length=1, default="")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")

    class Meta:
        db_table = "channel_report"
        db_table_comment = "速報・取消・振替不能 (F04-02)"
        indexes = [models.Index(name="channel_report_slip", fields=["slip_number"])]


class ChargeOverride(models.Model):
    """延滞金の強制入力（F11-02）。解除すれば自動計算に戻る。"""

    pk = models.CompositePrimaryKey("charge_id", "override_id", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    override_id = models.BigIntegerField("入力番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    amount = models.BigIntegerField("延滞金")
    reason = models.TextField("理由")
    entered_by = models.TextField("入力者")
    approved_by = models.TextField("承認者")
    entered_on = models.DateField("入力日")
    released_on = models.DateField("解除日", null=True)

    class Meta:
        db_table = "charge_override"
        db_table_comment = "延滞金の強制入力 (F11-02)"
        constraints = [
            models.CheckConstraint(
                name="override_approver_differs", condition=~models.Q(approved_by=models.F("entered_by"))
            ),
            models.CheckConstraint(name="override_not_negative", condition=models.Q(amount__gte=0)),
        ]
