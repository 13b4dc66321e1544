"""担保権付財産の譲渡の表。譲渡された財産、その質権・抵当権、徴収する期別、交付要求、受けた配当の納付書。

Property that the taxpayer gave away with a later charge on it. The mortgagee is a third party, never an addressee of the tax: money comes
through slips of the taxpayer's own charges, so what was received is the sum of their receipts.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.platform.rights import APPEND_ONLY, KEPT

FORMS = [(Procedure.ENCUMBERED_TRANSFER.name, Procedure.ENCUMBERED_TRANSFER.value)]


class EncumberedTransfer(models.Model):
    """担保権付財産の譲渡一件。宛名番号は、譲渡した納税者。 limit_yen: 徴収できる額の限度; amount: 通知した額。"""

    rights = KEPT

    class Security(models.TextChoices):
        """財産に付いている担保権の種類。"""

        PLEDGE = "1", "質権"
        MORTGAGE = "2", "抵当権"

    pk = models.CompositePrimaryKey("addressee_number", "encumbered_transfer_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    encumbered_transfer_id = models.BigIntegerField("譲渡管理番号")
    procedure = models.CharField("滞納整理の手続", max_length=20, choices=FORMS, default="ENCUMBERED_TRANSFER")
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    security = models.CharField("担保権の種類", max_length=1, choices=Security.choices)
    creditor_id = models.BigIntegerField("質権者・抵当権者の照会先番号")
    property_text = models.TextField("譲渡された財産")
    transferee = models.TextField("譲り受けた者")
    registered_on = models.DateField("担保権の登記の日")
    transferred_on = models.DateField("譲渡の日")
    secured_claim = models.BigIntegerField("担保される債権の額")
    proceeds = models.BigIntegerField("換価代金（見込み）")
    others = models.JSONField("配当に加わるほかの債権", default=list)
    limit_yen = models.BigIntegerField("徴収できる額の限度")
    amount = models.BigIntegerField("通知した額")
    facts = models.TextField("認定の事実と資料")
    steps = models.JSONField("限度の計算")
    conditions = models.JSONField("条件の一覧")
    notified_on = models.DateField("通知した日")
    body_id = models.BigIntegerField("執行機関の照会先番号", null=True)
    case_number = models.TextField("事件の表示", default="", blank=True)
    requested_on = models.DateField("交付要求をした日", null=True)
    ended_on = models.DateField("終わった日", null=True)
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "encumbered_transfer"
        db_table_comment = "担保権付財産の譲渡と、質権者・抵当権者からの徴収 (F24-08)"
        indexes = [models.Index(name="encumbered_transfer_stage", fields=["stage"])]
        constraints = [
            models.CheckConstraint(
                name="encumbered_transfer_within_limit",
                condition=Q(amount__gt=0, limit_yen__gte=F("amount"), proceeds__gt=0, secured_claim__gt=0)
                & ~Q(facts="")
                & ~Q(property_text=""),
            ),
            models.CheckConstraint(
                name="encumbered_transfer_days_in_order", condition=Q(transferred_on__gte=F("registered_on"))
            ),
            models.CheckConstraint(
                name="encumbered_transfer_requested_of_a_body",
                condition=Q(requested_on__isnull=True, body_id__isnull=True, case_number="")
                | (Q(requested_on__isnull=False, body_id__isnull=False) & ~Q(case_number="")),
            ),
        ]


class EncumberedTransferCharge(models.Model):
    """徴収する期別と、通知した日の額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "encumbered_transfer_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    encumbered_transfer_id = models.BigIntegerField("譲渡管理番号")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("本税額")
    demand_fee = models.BigIntegerField("督促手数料額")
    delinquency_charge = models.BigIntegerField("延滞金額")

    class Meta:
        db_table = "encumbered_transfer_charge"
        db_table_comment = "質権者・抵当権者から徴収する期別 (F24-08)"
        indexes = [models.Index(name="encumbered_transfer_charge_of", fields=["addressee_number", "charge_id"])]


class EncumberedTransferSlip(models.Model):
    """受けた配当を納める納付書。この番号の収納が、限度を減らす。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "encumbered_transfer_id", "slip_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    encumbered_transfer_id = models.BigIntegerField("譲渡管理番号")
    slip_number = models.BigIntegerField("納付書番号")
    amount = models.BigIntegerField("納付書の額")
    issued_on = models.DateField("発付日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "encumbered_transfer_slip"
        db_table_comment = "質権者・抵当権者の受ける配当からの納付書 (F24-08)"
        constraints = [models.CheckConstraint(name="encumbered_transfer_slip_is_positive", condition=Q(amount__gt=0))]


class EncumberedTransferEvent(ProcedureEvent):
    """質権者・抵当権者からの徴収の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "encumbered_transfer_id", "event_number")
    encumbered_transfer_id = models.BigIntegerField("譲渡管理番号")

    class Meta:
        db_table = "encumbered_transfer_event"
        db_table_comment = "質権者・抵当権者からの徴収の移り方の記録 (F24-08)"
