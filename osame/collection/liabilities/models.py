"""連帯・第二次納税義務・保証・担保財産の責任の表。金は主たる納税者の期別に一度だけ入り、限度は、その納付書の収納から減る。

Who answers beside the taxpayer, for which charges, up to what. What an obligor has paid is not stored: it is the sum of the receipts on the
slips made for the obligor, so a cancelled receipt gives the limit back by itself.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.collection.liabilities.transfer_models import EncumberedTransfer as EncumberedTransfer
from osame.collection.liabilities.transfer_models import EncumberedTransferCharge as EncumberedTransferCharge
from osame.collection.liabilities.transfer_models import EncumberedTransferEvent as EncumberedTransferEvent
from osame.collection.liabilities.transfer_models import EncumberedTransferSlip as EncumberedTransferSlip
from osame.law.dispositions import Procedure
from osame.platform.rights import APPEND_ONLY, KEPT

PROCEDURES = [
    (each.name, each.value)
    for each in (
        Procedure.JOINT_LIABILITY,
        Procedure.SECONDARY_LIABILITY,
        Procedure.GUARANTEE,
        Procedure.SECURED_PROPERTY,
    )
]


class Liability(models.Model):
    """納税者のほかの者の責任一つ。宛名番号は、主たる納税者。 limit_yen: 限度（限度がなければ空）。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """納税者のほかの者の責任の種類。"""

        JOINT = "11", "連帯納税義務者"
        UNLIMITED_PARTNER = "21", "無限責任社員"
        LIQUIDATOR = "22", "清算人"
        DISTRIBUTEE = "23", "残余財産の分配を受けた者"
        FAMILY_COMPANY = "24", "同族会社"
        SUBSTANTIVE_TAXATION = "25", "実質課税額等の第二次納税義務者"
        JOINT_BUSINESS = "26", "共同的な事業者"
        BUSINESS_TRANSFEREE = "27", "事業を譲り受けた特殊関係者"
        GRATUITOUS_TRANSFEREE = "28", "無償または著しい低額の譲受人等"
        NOMINEE = "29", "人格のない社団等の財産の名義人"
        REFUNDED_MEMBER = "30", "人格のない社団等から払戻しを受けた者"
        GUARANTOR = "41", "保証人"
        TRANSFERRED_SECURITY = "51", "譲渡担保権者"
        THIRD_PARTY_SECURITY = "52", "物上保証人"

    pk = models.CompositePrimaryKey("addressee_number", "liability_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    liability_id = models.BigIntegerField("責任番号")
    procedure = models.CharField("滞納整理の手続", max_length=20, choices=PROCEDURES)
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    kind = models.CharField("責任の種類", max_length=2, choices=Kind.choices)
    obligor_number = models.CharField("責任を負う者の宛名番号", max_length=15)
    limit_yen = models.BigIntegerField("限度額", null=True)
    amount = models.BigIntegerField("告知した額")
    property_text = models.TextField("責任の及ぶ財産", default="", blank=True)
    facts = models.TextField("認定の事実と資料")
    steps = models.JSONField("限度の計算")
    conditions = models.JSONField("条件の一覧")
    notified_on = models.DateField("告知日")
    due_date = models.DateField("納期限")
    reminded_on = models.DateField("催告・督促を発した日", null=True)
    ended_on = models.DateField("終わった日", null=True)
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "liability"
        db_table_comment = "納税者のほかの者の責任 (F24-05, F24-06, F24-08)"
        indexes = [
            models.Index(name="liability_of_obligor", fields=["obligor_number"]),
            models.Index(name="liability_stage", fields=["stage", "due_date"]),
        ]
        constraints = [
            models.CheckConstraint(name="liability_is_of_another", condition=~Q(obligor_number=F("addressee_number"))),
            models.CheckConstraint(
                name="liability_within_limit",
                condition=Q(amount__gt=0) & (Q(limit_yen__isnull=True) | Q(limit_yen__gte=F("amount"))) & ~Q(facts=""),
            ),
            models.CheckConstraint(
                name="liability_days_in_order",
                condition=Q(due_date__gte=F("notified_on"))
                & (Q(reminded_on__isnull=True) | Q(reminded_on__gt=F("due_date"))),
            ),
        ]


class LiabilityCharge(models.Model):
    """責任の及ぶ期別と、告知した日の額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "liability_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    liability_id = models.BigIntegerField("責任番号")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("本税額")
    demand_fee = models.BigIntegerField("督促手数料額")
    delinquency_charge = models.BigIntegerField("延滞金額")

    class Meta:
        db_table = "liability_charge"
        db_table_comment = "責任の及ぶ期別 (F24-05, F24-06, F24-08)"
        indexes = [models.Index(name="liability_charge_of", fields=["addressee_number", "charge_id"])]


class LiabilitySlip(models.Model):
    """責任を負う者のための納付書、または責任を負う者の財産の配当。この番号の収納が、限度を減らす。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "liability_id", "slip_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    liability_id = models.BigIntegerField("責任番号")
    slip_number = models.BigIntegerField("納付書番号")
    amount = models.BigIntegerField("納付書の額")
    issued_on = models.DateField("発付日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "liability_slip"
        db_table_comment = "責任を負う者のための納付書 (F24-05, F24-06)"
        constraints = [models.CheckConstraint(name="liability_slip_is_positive", condition=Q(amount__gt=0))]


class LiabilityEvent(ProcedureEvent):
    """責任の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "liability_id", "event_number")
    liability_id = models.BigIntegerField("責任番号")

    class Meta:
        db_table = "liability_event"
        db_table_comment = "責任の移り方の記録 (F24-05, F24-06, F24-08)"
