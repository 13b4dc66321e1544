"""執行停止の表。停止、対象の期別、調査、見直し。段階は、移り方の行だけが変える。"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.platform.rights import APPEND_ONLY, KEPT


class Suspension(models.Model):
    """執行停止一つ。 suspended_on は、決裁を執行した日。 ended_on は、取消しまたは完納の日。"""

    rights = KEPT

    class Ground(models.TextChoices):
        """執行停止の事由の号。"""

        NO_ASSETS = "1", "財産がない（第1号）"
        HARDSHIP = "2", "生活を著しく窮迫させるおそれがある（第2号）"
        UNKNOWN = "3", "所在と財産がともに不明（第3号）"

    pk = models.CompositePrimaryKey("addressee_number", "suspension_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    suspension_id = models.BigIntegerField("執行停止番号")
    procedure = models.CharField(
        "滞納整理の手続", max_length=20, choices=[(Procedure.SUSPENSION.name, Procedure.SUSPENSION.value)]
    )
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    ground = models.CharField("執行停止の事由の号", max_length=1, choices=Ground.choices)
    circumstances = models.TextField("停止を要する事情")
    suspended_on = models.DateField("停止日", null=True)
    through_on = models.DateField("3年の満了日", null=True)
    ended_on = models.DateField("取消し・完納の日", null=True)
    extinguished_on = models.DateField("即時に消滅した日", null=True)
    officer = models.TextField("職員")
    recorded_on = models.DateField("登録日")
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "suspension"
        db_table_comment = "滞納処分の執行停止 (F20-01)"
        indexes = [models.Index(name="suspension_stage", fields=["stage", "through_on"])]
        constraints = [
            models.CheckConstraint(name="suspension_has_circumstances", condition=~Q(circumstances="")),
            models.CheckConstraint(
                name="suspension_runs_three_years",
                condition=Q(suspended_on__isnull=True, through_on__isnull=True) | Q(through_on__gt=F("suspended_on")),
            ),
        ]


class SuspensionCharge(models.Model):
    """停止の対象の期別と、登録した日の未納の額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "suspension_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    suspension_id = models.BigIntegerField("執行停止番号")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("未納本税額")
    demand_fee = models.BigIntegerField("督促手数料額")
    delinquency_charge = models.BigIntegerField("延滞金額")

    class Meta:
        db_table = "suspension_charge"
        db_table_comment = "執行停止の対象の期別 (F20-01)"
        indexes = [models.Index(name="suspension_charge_of", fields=["addressee_number", "charge_id"])]


class SuspensionFinding(models.Model):
    """執行停止の調査の一件。いつ、何を調べ、何が分かったか。直すときは、新しい調査を足す。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """執行停止の調査の項目。"""

        DEPOSIT = "01", "預貯金"
        WAGE = "02", "給与・年金"
        REAL_ESTATE = "03", "不動産"
        VEHICLE = "04", "自動車"
        INSURANCE = "05", "生命保険"
        RECEIVABLE = "06", "売掛金その他の債権"
        MOVABLE = "07", "動産・捜索"
        OTHER_OFFICE = "08", "ほかの官公署の調査・停止の資料"
        RESIDENCE = "11", "所在"
        LIVELIHOOD = "12", "生活の窮迫のおそれ"
        ASSISTANCE = "13", "生活保護の受給"
        OBLIGOR = "21", "保証人・第二次納税義務者など"
        LIMITED = "22", "限定承認"
        HOPELESS = "23", "徴収できないことの明らかさ（解散・廃業・相続人不存在など）"

    pk = models.CompositePrimaryKey("addressee_number", "suspension_id", "finding_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    suspension_id = models.BigIntegerField("執行停止番号")
    finding_number = models.IntegerField("連番")
    kind = models.CharField("調査の項目", max_length=2, choices=Kind.choices)
    is_found = models.BooleanField("ある・当てはまる")
    result = models.TextField("調査の結果と資料")
    answered_on = models.DateField("調査・回答の日")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "suspension_finding"
        db_table_comment = "執行停止の調査 (F20-01, F20-07, R-121)"
        constraints = [models.CheckConstraint(name="suspension_finding_is_told", condition=~Q(result=""))]


class SuspensionReview(models.Model):
    """停止した後の資力の調査（年に一度）。"""

    rights = APPEND_ONLY

    class Outcome(models.TextChoices):
        """見直しの結果。"""

        CONTINUE = "1", "停止を続ける"
        CANCEL = "2", "停止の取消しを起案する"

    pk = models.CompositePrimaryKey("addressee_number", "suspension_id", "review_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    suspension_id = models.BigIntegerField("執行停止番号")
    review_number = models.SmallIntegerField("回次")
    reviewed_on = models.DateField("見直しの日")
    outcome = models.CharField("見直しの結果", max_length=1, choices=Outcome.choices)
    note = models.TextField("資力の状況")
    officer = models.TextField("職員")

    class Meta:
        db_table = "suspension_review"
        db_table_comment = "執行停止の見直し (F20-07)"
        constraints = [models.CheckConstraint(name="suspension_review_is_told", condition=~Q(note=""))]


class SuspensionEvent(ProcedureEvent):
    """執行停止の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "suspension_id", "event_number")
    suspension_id = models.BigIntegerField("執行停止番号")

    class Meta:
        db_table = "suspension_event"
        db_table_comment = "執行停止の移り方の記録 (F20-01, F20-04, F20-05)"
