"""過誤納金の表。還付も充当もまだ決めていないものだけがある。"""

from django.db import models


class Overpayment(models.Model):
    """過誤納金（E-14）。どの収納の、いくらが、なぜ余ったか。割付けの結果の写しであり、決めれば減る。"""

    class Cause(models.TextChoices):
        """発生事由（C-08）。"""

        DECREASE = "01", "減額更正"
        DOUBLE_PAYMENT = "02", "二重納付"
        EXCESS = "03", "過大納付"
        MISDIRECTED = "04", "誤納（他人・他団体）"
        PENSION_EXCESS = "05", "年金特徴超過"
        RETIREMENT = "06", "特徴退職異動・納入金変更"
        DECLARED_EXCESS = "07", "申告過納"
        REQUESTED_CORRECTION = "08", "更正の請求"
        REDUCED_CHARGE = "09", "延滞金減免"
        APPROPRIATION_CANCELLED = "10", "充当取消"
        DISPOSITION_CANCELLED = "11", "処分取消"
        JUDGMENT = "12", "判決"
        OTHER = "99", "その他"

    pk = models.CompositePrimaryKey("charge_id", "receipt_key", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    receipt_key = models.UUIDField("収納")
    addressee_number = models.CharField("宛名番号", max_length=15)
    amount = models.BigIntegerField("過誤納額")
    cause = models.CharField("発生事由", max_length=2, choices=Cause.choices)
    arises_on = models.DateField("発生日")

    class Meta:
        db_table = "overpayment"
        db_table_comment = "過誤納金 (E-14)"
        constraints = [
            models.CheckConstraint(name="overpayment_is_positive", condition=models.Q(amount__gt=0)),
        ]
