"""督促・督促停止・督促の実行の表。"""

from django.db import models


class DemandRun(models.Model):
    """督促の一括実行。"""

    run_id = models.BigAutoField("実行番号", primary_key=True)
    issued_on = models.DateField("発付日")
    cut_off = models.DateField("収納締切日")
    letters = models.IntegerField("通数", default=0)
    charges = models.IntegerField("期別数", default=0)
    amount = models.BigIntegerField("督促税額", default=0)
    demand_fee = models.BigIntegerField("督促手数料", default=0)
    officer = models.TextField("職員")
    command_id = models.BigIntegerField("命令番号", unique=True)

    class Meta:
        db_table = "demand_run"
        db_table_comment = "督促の実行 (F08-03)"


class Demand(models.Model):
    """督促（E-17）。一つの期別に有効な督促は一つだけ。"""

    pk = models.CompositePrimaryKey("charge_id", "run_id", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    run_id = models.BigIntegerField("実行番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    issued_on = models.DateField("発付日")
    designated_due_date = models.DateField("指定期限")
    seizable_from = models.DateField("差押可能日")
    letter_number = models.IntegerField("発付番号")
    principal_tax = models.BigIntegerField("督促時の未納本税")
    demand_fee = models.BigIntegerField("督促手数料")
    returned_on = models.DateField("返戻日", null=True)
    published_on = models.DateField("公示日", null=True)
    withdrawn_on = models.DateField("引抜日", null=True)
    cancelled_on = models.DateField("取消日", null=True)
    cancel_reason = models.TextField("取消理由", default="", blank=True)

    class Meta:
        db_table = "demand"
        db_table_comment = "督促 (E-17, 036o007)"
        constraints = [
            models.UniqueConstraint(
                name="demand_once_per_charge",
                fields=["charge_id", "addressee_number"],
                condition=models.Q(cancelled_on__isnull=True),
            ),
        ]


class DemandStop(models.Model):
    """督促停止（E-18、036o008・009）。理由のない停止はできない。"""

    class Reason(models.TextChoices):
        """督促停止理由（C-07）。"""

        GRACE = "01", "猶予"
        DISASTER = "02", "災害"
        APPEAL = "03", "審査請求中"
        BANKRUPTCY = "04", "破産"
        HEIR_SEARCH = "05", "相続調査"
        RETURNED_MAIL = "06", "返戻調査"
        TAX_INQUIRY = "07", "課税照会中"
        PROTECTION = "08", "支援措置"
        TRANSFERRED = "09", "移管中"
        INSTALLMENT_PLAN = "10", "分納履行"
        OTHER = "99", "その他"

    stop_id = models.BigAutoField("督促停止管理番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号", null=True)
    tax_item = models.CharField("税目", max_length=2, default="", blank=True)
    starts_on = models.DateField("停止日")
    ends_through = models.DateField("停止の末日", null=True)
    reason = models.CharField("停止理由", max_length=2, choices=Reason.choices)
    note = models.TextField("説明")
    officer = models.TextField("職員")
    released_on = models.DateField("解除日", null=True)

    class Meta:
        db_table = "demand_stop"
        db_table_comment = "督促停止 (E-18, 036o008, 036o009)"
        indexes = [models.Index(name="demand_stop_addressee", fields=["addressee_number"])]
