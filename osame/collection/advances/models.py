"""繰上徴収と保全の表。段階は、移り方の行だけが変える。

An advance moves the deadline of chosen charges; what was determined stays as it is. A preservation stands before any charge exists.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.platform.rights import APPEND_ONLY, KEPT


class AdvanceCollection(models.Model):
    """繰上徴収一つ。 deadline: 繰り上げた納期限; conditions: 起案のときの条件の判定。"""

    rights = KEPT

    class Ground(models.TextChoices):
        """繰上徴収の事由の号（地方税法第13条の2第1項）。"""

        ENFORCEMENT = "1", "強制換価手続の開始（第1号）"
        LIMITED_SUCCESSION = "2", "限定承認（第2号）"
        DISSOLUTION = "3", "法人の解散（第3号）"
        TRUST_ENDED = "4", "信託の終了（第4号）"
        NO_AGENT = "5", "納税管理人を定めない転出（第5号）"
        EVASION = "6", "不正・滞納処分の免脱（第6号）"

    pk = models.CompositePrimaryKey("addressee_number", "advance_collection_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    advance_collection_id = models.BigIntegerField("繰上徴収番号")
    procedure = models.CharField(
        "滞納整理の手続",
        max_length=20,
        choices=[(Procedure.ADVANCE_COLLECTION.name, Procedure.ADVANCE_COLLECTION.value)],
        default="ADVANCE_COLLECTION",
    )
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    ground = models.CharField("事由の号", max_length=1, choices=Ground.choices)
    evidence = models.TextField("事由の資料")
    deadline = models.DateField("変更後の納期限")
    notified_on = models.DateField("告知日")
    ended_on = models.DateField("取消し・終わりの日", null=True)
    conditions = models.JSONField("条件の一覧")
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "advance_collection"
        db_table_comment = "繰上徴収 (F25-01)"
        indexes = [models.Index(name="advance_collection_stage", fields=["stage", "deadline"])]
        constraints = [
            models.CheckConstraint(name="advance_collection_has_evidence", condition=~Q(evidence="")),
            models.CheckConstraint(
                name="advance_deadline_after_its_notice", condition=Q(deadline__gte=F("notified_on"))
            ),
        ]


class AdvanceCollectionCharge(models.Model):
    """繰り上げた期別と、変更前の納期限、告知した日の額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "advance_collection_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    advance_collection_id = models.BigIntegerField("繰上徴収番号")
    charge_id = models.BigIntegerField("期別番号")
    due_date = models.DateField("変更前の納期限")
    principal_tax = models.BigIntegerField("本税額")

    class Meta:
        db_table = "advance_collection_charge"
        db_table_comment = "繰上徴収の対象の期別 (F25-01)"
        indexes = [models.Index(name="advance_charge_of", fields=["addressee_number", "charge_id"])]


class AdvanceCollectionEvent(ProcedureEvent):
    """繰上徴収の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "advance_collection_id", "event_number")
    advance_collection_id = models.BigIntegerField("繰上徴収番号")

    class Meta:
        db_table = "advance_collection_event"
        db_table_comment = "繰上徴収の移り方の記録 (F25-01)"


class Preservation(models.Model):
    """保全の決定一つ。担保の提供命令、または保全差押金額の決定。期別は、まだない。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """保全の種類。"""

        SECURITY = "1", "保全担保の提供命令（地方税法第16条の3）"
        SEIZURE = "2", "保全差押金額の決定（地方税法第16条の4）"

    pk = models.CompositePrimaryKey("addressee_number", "preservation_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    preservation_id = models.BigIntegerField("保全番号")
    procedure = models.CharField(
        "滞納整理の手続",
        max_length=20,
        choices=[(Procedure.PRESERVATION.name, Procedure.PRESERVATION.value)],
        default="PRESERVATION",
    )
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    kind = models.CharField("保全の種類", max_length=1, choices=Kind.choices)
    tax = models.TextField("年度と税目")
    facts = models.TextField("要する事情と資料")
    amount = models.BigIntegerField("担保・保全差押えの金額")
    deadline = models.DateField("担保の提供の期限", null=True)
    notified_on = models.DateField("通知日")
    ends_on = models.DateField("確定しなければ解除する期間の末日", null=True)
    ended_on = models.DateField("終わった日", null=True)
    conditions = models.JSONField("条件の一覧")
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "preservation"
        db_table_comment = "保全担保・保全差押金額の決定 (F25-03, F17-14)"
        indexes = [models.Index(name="preservation_stage", fields=["stage", "ends_on"])]
        constraints = [
            models.CheckConstraint(name="preservation_is_told", condition=Q(amount__gt=0) & ~Q(tax="") & ~Q(facts="")),
            models.CheckConstraint(
                name="preservation_has_its_day",
                condition=Q(kind="1", deadline__gt=F("notified_on"), ends_on__isnull=True)
                | Q(kind="2", deadline__isnull=True, ends_on__gt=F("notified_on")),
            ),
        ]


class PreservationSecurity(models.Model):
    """提供された担保。解除すれば、その日が入る。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "preservation_id", "security_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    preservation_id = models.BigIntegerField("保全番号")
    security_number = models.IntegerField("連番")
    description = models.TextField("担保の表示")
    value = models.BigIntegerField("担保の価額")
    offered_on = models.DateField("提供日")
    released_on = models.DateField("解除日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "preservation_security"
        db_table_comment = "保全のために提供された担保 (F25-03)"
        constraints = [
            models.CheckConstraint(name="preservation_security_is_told", condition=Q(value__gt=0) & ~Q(description="")),
            models.CheckConstraint(
                name="preservation_security_released_later",
                condition=Q(released_on__isnull=True) | Q(released_on__gte=F("offered_on")),
            ),
        ]


class PreservationCharge(models.Model):
    """保全した税が確定した期別。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "preservation_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    preservation_id = models.BigIntegerField("保全番号")
    charge_id = models.BigIntegerField("期別番号")

    class Meta:
        db_table = "preservation_charge"
        db_table_comment = "保全した税が確定した期別 (F25-03)"


class PreservationEvent(ProcedureEvent):
    """保全の決定の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "preservation_id", "event_number")
    preservation_id = models.BigIntegerField("保全番号")

    class Meta:
        db_table = "preservation_event"
        db_table_comment = "保全の決定の移り方の記録 (F25-03)"
