"""督促・督促停止・督促の実行・門の認容の表。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from osame.platform.rights import APPEND_ONLY


class DemandRun(models.Model):
    """督促の一括実行。"""

    run_id = models.BigIntegerField("実行番号", primary_key=True)  # 文書の束と同じ連番から採る
    issued_on = models.DateField("発付日")
    cut_off = models.DateField("収納締切日")
    letters = models.IntegerField("通数", default=0)
    charges = models.IntegerField("期別数", default=0)
    amount = models.BigIntegerField("督促税額", default=0)
    demand_fee = models.BigIntegerField("督促手数料", default=0)
    terms = ArrayField(models.TextField(), verbose_name="対象にした期別（空なら、すべて）", default=list)
    dispatched_on = models.DateField("差出日", null=True)
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
    seizable_from = models.DateField("差押可能日", null=True)  # 返戻中・取消後は差し押さえられない
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
            models.CheckConstraint(
                name="demand_cancelled_with_reason",
                condition=models.Q(cancelled_on__isnull=True) | ~models.Q(cancel_reason=""),
            ),
        ]
        indexes = [models.Index(name="demand_letter", fields=["run_id", "letter_number"])]


class DemandDestination(models.Model):
    """督促の送付先。督促状を、誰の、どこへ送ることにしたか。刷り直しても変わらない。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("run_id", "letter_number", "addressee_number")
    run_id = models.BigIntegerField("実行番号")
    letter_number = models.IntegerField("発付番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    receiver_number = models.CharField("受け取る者の宛名番号", max_length=15)
    agent_kind = models.CharField("代理人の種別", max_length=2, blank=True)
    postal_code = models.CharField("郵便番号", max_length=7)
    address = models.TextField("住所")
    address_detail = models.TextField("方書", blank=True)
    mailing_name = models.TextField("送付先氏名", blank=True)
    protected = models.BooleanField("支援措置の対象者が受け取るか")

    class Meta:
        db_table = "demand_destination"
        db_table_comment = "督促の送付先 (F02-03, F08-03)"


class DemandExclusion(models.Model):
    """督促しなかった未納の期別と、そのただ一つの理由。"""

    class Reason(models.TextChoices):
        """除外の理由。上にあるものが先に立つ。"""

        IN_FLIGHT = "01", "速報受領済"
        UNIDENTIFIED_RECEIPT = "02", "入金を調査中"
        STOPPED = "03", "督促停止"
        WITHHELD = "09", "他業務参照不可（宛名の所管課に送付先を確かめる）"
        PROTECTED = "04", "支援措置（職員が送付先を確かめる）"
        DECEASED = "05", "死亡・相続人調査"
        NO_ADDRESS = "06", "送付先なし"
        NO_LEGAL_BASIS = "07", "税目の督促の設定なし"
        SMALL_AMOUNT = "08", "少額"

    pk = models.CompositePrimaryKey("charge_id", "run_id", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    run_id = models.BigIntegerField("実行番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    reason = models.CharField("除外理由", max_length=2, choices=Reason.choices)
    stop_reason = models.CharField("督促停止理由", max_length=2, default="", blank=True)
    unpaid = models.BigIntegerField("未納本税")
    in_flight = models.BigIntegerField("速報の額")

    class Meta:
        db_table = "demand_exclusion"
        db_table_comment = "督促の除外 (R-059)"
        indexes = [models.Index(name="demand_exclusion_run", fields=["run_id"])]


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
    command_id = models.BigIntegerField("命令番号", unique=True, null=True)

    class Meta:
        db_table = "demand_stop"
        db_table_comment = "督促停止 (E-18, 036o008, 036o009)"
        indexes = [models.Index(name="demand_stop_addressee", fields=["addressee_number"])]
        constraints = [
            models.CheckConstraint(name="demand_stop_has_a_note", condition=~models.Q(note="")),
        ]


class GateWaiver(models.Model):
    """督促の門の認容。門が挙げた事柄を、誰が、なぜ差し支えないと認めたか。"""

    class Cause(models.TextChoices):
        """門が閉まる原因。"""

        MISSING = "1", "未着"
        REFUSED = "2", "受付拒否"
        SEQUENCE_GAP = "3", "通番の欠け"
        FEW_PAYMENTS = "4", "入金の急減"

    pk = models.CompositePrimaryKey("cause", "subject")
    cause = models.CharField("原因", max_length=1, choices=Cause.choices)
    subject = models.TextField("対象")
    waived_by = models.TextField("認めた者")
    reason = models.TextField("認めた理由")
    waived_on = models.DateField("認めた日")

    class Meta:
        db_table = "gate_waiver"
        db_table_comment = "督促の門の認容 (INC-13, INC-14)"
        constraints = [
            models.CheckConstraint(
                name="gate_waiver_has_name_and_reason", condition=~models.Q(waived_by="") & ~models.Q(reason="")
            ),
        ]
