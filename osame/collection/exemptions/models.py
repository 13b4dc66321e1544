"""延滞金を免除する期間の表。追記だけ。取りやめるときは、名指す取消しを足す。"""

from django.db import models
from django.db.models import F, Q

from osame.law.claim import Relief
from osame.platform.rights import APPEND_ONLY

OPEN = None
"""終わりの決まっていない期間の末日。"""


class ExemptionPeriod(models.Model):
    """期別の免除期間。猶予、執行停止、期限の延長などの行いが書く。額は持たず、法がこの期間から計算する。"""

    rights = APPEND_ONLY

    class Cause(models.TextChoices):
        """免除の原因。どの行いが、この期間の延滞金を免除させるか。"""

        GRACE = "1", "猶予"
        SUSPENSION = "2", "執行停止"
        EXTENSION = "3", "災害等による期限の延長"
        SECURED = "4", "滞納の全額に当たる差押え・担保"
        DELAYED_CHANNEL = "5", "納付の委託を受けた者の遅れ"

    pk = models.CompositePrimaryKey("addressee_number", "period_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    period_id = models.BigIntegerField("免除期間の番号")
    charge_id = models.BigIntegerField("期別番号")
    cause = models.CharField("免除の原因", max_length=1, choices=Cause.choices)
    relief = models.SmallIntegerField("免除の仕方", choices=[(int(each), each.name) for each in Relief])
    first_on = models.DateField("初日")
    through_on = models.DateField("末日", null=True)  # 終わりが決まっていなければ空
    article = models.TextField("根拠の条文")
    origin = models.TextField("もとの行い")  # `grace:12` のように、章とその番号
    document = models.TextField("決裁・文書")
    recorded_on = models.DateField("登録日")
    officer = models.TextField("職員")
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "exemption_period"
        db_table_comment = "免除期間の記録 (F15-03, F20-03, F15-06)"
        indexes = [
            models.Index(name="exemption_period_charge", fields=["addressee_number", "charge_id"]),
            models.Index(name="exemption_period_origin", fields=["origin"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="exemption_period_in_order",
                condition=Q(through_on__isnull=True) | Q(through_on__gte=F("first_on")),
            ),
            models.CheckConstraint(
                name="exemption_period_as_the_law_knows", condition=Q(relief__in=[int(each) for each in Relief])
            ),
            models.CheckConstraint(
                name="exemption_period_has_ground", condition=~Q(article="") & ~Q(origin="") & ~Q(document="")
            ),
        ]


class ExemptionCancellation(models.Model):
    """免除期間の取消し。期間を縮めるときは、取り消して、短い期間を足す。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "period_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    period_id = models.BigIntegerField("免除期間の番号")
    reason = models.TextField("取消理由")
    recorded_on = models.DateField("登録日")
    officer = models.TextField("職員")
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "exemption_cancellation"
        db_table_comment = "免除期間の取消し (F15-07, F20-04)"
        constraints = [models.CheckConstraint(name="exemption_cancelled_with_reason", condition=~Q(reason=""))]
