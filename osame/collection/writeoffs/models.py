"""不納欠損の表。一行が、一つの期別の欠損。戻すときも消さず、戻した日と理由を残す。"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class WriteOff(models.Model):
    """不納欠損。消滅した期別の残高を、決裁を受けて、勘定10に移した記録。"""

    rights = KEPT

    class Cause(models.TextChoices):
        """不納欠損の事由。"""

        PRESCRIPTION = "1", "消滅時効（地方税法第18条第1項）"
        THREE_YEARS = "2", "執行停止の3年の継続（地方税法第15条の7第4項）"
        IMMEDIATE = "3", "執行停止と即時の消滅（地方税法第15条の7第5項）"

    pk = models.CompositePrimaryKey("addressee_number", "write_off_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    write_off_id = models.BigIntegerField("不納欠損番号")
    charge_id = models.BigIntegerField("期別番号")
    cause = models.CharField("不納欠損の事由", max_length=1, choices=Cause.choices)
    extinguished_on = models.DateField("消滅した日")
    written_off_on = models.DateField("欠損日")
    principal_tax = models.BigIntegerField("欠損本税額")
    demand_fee = models.BigIntegerField("欠損督促手数料額")
    delinquency_charge = models.BigIntegerField("欠損延滞金額")
    disposition_cost = models.BigIntegerField("欠損滞納処分費")
    additional_charge = models.BigIntegerField("欠損加算金額")
    evidence = models.TextField("資料と数え方")
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())
    command_id = models.BigIntegerField("命令番号")
    reversed_on = models.DateField("戻した日", null=True)
    reverse_reason = models.TextField("戻した理由", default="", blank=True)
    reverse_proposal_id = models.BigIntegerField("戻した起案番号", null=True)

    class Meta:
        db_table = "write_off"
        db_table_comment = "不納欠損 (F21-05)"
        constraints = [
            models.UniqueConstraint(
                name="write_off_once", fields=["addressee_number", "charge_id"], condition=Q(reversed_on__isnull=True)
            ),
            models.CheckConstraint(
                name="write_off_only_after_extinction", condition=Q(written_off_on__gte=F("extinguished_on"))
            ),
            models.CheckConstraint(
                name="write_off_has_amount_and_evidence",
                condition=Q(
                    principal_tax__gte=0, demand_fee__gte=0, delinquency_charge__gte=0, disposition_cost__gte=0,
                    additional_charge__gte=0,
                ) & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="write_off_reversed_with_reason",
                condition=Q(reversed_on__isnull=True, reverse_reason="", reverse_proposal_id__isnull=True)
                | ~Q(reverse_reason="") & Q(reversed_on__isnull=False, reverse_proposal_id__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [models.Index(name="write_off_day", fields=["written_off_on"])]


class FraudFinding(models.Model):
    """偽りその他不正の行為によって免れた税の認定。別の職員が確かめるまで、時効に効かない。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "finding_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    finding_id = models.BigIntegerField("認定番号")
    charge_id = models.BigIntegerField("期別番号")
    facts = models.TextField("不正の行為と資料")
    found_on = models.DateField("認定日")
    officer = models.TextField("認定した職員")
    confirmed_on = models.DateField("確かめた日", null=True)
    confirmed_by = models.TextField("確かめた職員", default="", blank=True)
    withdrawn_on = models.DateField("取り消した日", null=True)
    withdraw_reason = models.TextField("取り消した理由", default="", blank=True)

    class Meta:
        db_table = "fraud_finding"
        db_table_comment = "偽りその他不正の行為の認定 (F21-01)"
        constraints = [
            models.UniqueConstraint(
                name="fraud_found_once",
                fields=["addressee_number", "charge_id"],
                condition=Q(withdrawn_on__isnull=True),
            ),
            models.CheckConstraint(name="fraud_finding_has_facts", condition=~Q(facts="") & ~Q(officer="")),
            models.CheckConstraint(
                name="fraud_confirmed_by_another",
                condition=Q(confirmed_on__isnull=True, confirmed_by="")
                | Q(confirmed_on__gte=F("found_on")) & ~Q(confirmed_by="") & ~Q(confirmed_by=F("officer")),
            ),
            models.CheckConstraint(
                name="fraud_withdrawn_with_reason",
                condition=Q(withdrawn_on__isnull=True, withdraw_reason="")
                | Q(withdrawn_on__isnull=False) & ~Q(withdraw_reason=""),
            ),
        ]
