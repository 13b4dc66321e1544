"""倒産手続の表。破産手続・再生手続・更生手続、その移り方、滞納処分の禁止・中止の期間。

Insolvency proceedings of a taxpayer; a stay is counted by the law and never rewritten, only lifted.
"""

from django.db import models
from django.db.models import Q

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.law.rebuilding import StayKind
from osame.platform.rights import KEPT

INSOLVENCIES = (Procedure.BANKRUPTCY, Procedure.REHABILITATION, Procedure.REORGANIZATION)
STAYS = [(each.name, each.value) for each in StayKind]


class Bankruptcy(models.Model):
    """倒産手続。破産手続、再生手続、更生手続。開始の申立てだけなら、開始の決定の日がない。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "bankruptcy_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    bankruptcy_id = models.BigIntegerField("破産管理番号")
    procedure = models.CharField(
        "手続", max_length=20, choices=[(each.name, each.value) for each in INSOLVENCIES], default="BANKRUPTCY"
    )
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    court = models.TextField("裁判所")
    case_number = models.TextField("事件番号")
    trustee_id = models.BigIntegerField("管財人の照会先番号", null=True)
    applied_on = models.DateField("開始の申立ての日", null=True)
    opened_on = models.DateField("開始の決定の日", null=True)
    approved_on = models.DateField("計画の認可の決定の日", null=True)
    closed_on = models.DateField("終わった日", null=True)
    discharged_on = models.DateField("免責許可の決定が確定した日", null=True)
    evidence = models.TextField("知った資料（官報など）")
    officer = models.TextField("職員")

    class Meta:
        db_table = "bankruptcy"
        db_table_comment = "倒産手続 (F13-12, F16-09, F18-01)"
        constraints = [
            models.CheckConstraint(name="bankruptcy_has_evidence", condition=~Q(evidence="") & ~Q(case_number="")),
            models.CheckConstraint(
                name="bankruptcy_begins", condition=Q(applied_on__isnull=False) | Q(opened_on__isnull=False)
            ),
        ]


class BankruptcyEvent(ProcedureEvent):
    """倒産手続の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "bankruptcy_id", "event_number")
    bankruptcy_id = models.BigIntegerField("破産管理番号")

    class Meta:
        db_table = "bankruptcy_event"
        db_table_comment = "倒産手続の移り方の記録 (F16-09)"


class InsolvencyStay(models.Model):
    """倒産手続による、滞納処分の禁止・中止の期間。期間は法が数える。効力を失ったら、その日と理由を足す。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "bankruptcy_id", "stay_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    bankruptcy_id = models.BigIntegerField("破産管理番号")
    stay_number = models.SmallIntegerField("連番")
    kind = models.CharField("禁止・中止の種類", max_length=20, choices=STAYS)
    first_on = models.DateField("始まりの日")
    through_on = models.DateField("法の定める終わりの日", null=True)
    article = models.TextField("根拠の条文")
    consented_on = models.DateField("同意した日", null=True)
    note = models.TextField("決定書などの資料")
    lifted_on = models.DateField("効力を失った日", null=True)
    lifted_reason = models.TextField("効力を失った理由", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "insolvency_stay"
        db_table_comment = "倒産手続による滞納処分の禁止・中止 (F13-12)"
        constraints = [
            models.CheckConstraint(
                name="insolvency_stay_is_told",
                condition=~Q(note="") & (Q(lifted_on__isnull=True) | ~Q(lifted_reason="")),
            ),
            models.CheckConstraint(
                name="insolvency_stay_extended_with_consent",
                condition=~Q(kind="EXTENSION") | Q(consented_on__isnull=False),
            ),
        ]
