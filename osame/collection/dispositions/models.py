"""滞納処分の表。差押え・参加差押え・交付要求、その期別、移り方、取立て、配当。倒産手続は `insolvency_models.py`。

One table of procedures; every move is a row that PostgreSQL checks against the law's table. One open seizure for an asset, and
none without a decided proposal and a standing identification: both held below, in the database.
"""

from django.db import models
from django.db.models import Q

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.collection.dispositions.insolvency_models import Bankruptcy as Bankruptcy
from osame.collection.dispositions.insolvency_models import BankruptcyEvent as BankruptcyEvent
from osame.collection.dispositions.insolvency_models import InsolvencyStay as InsolvencyStay
from osame.collection.dispositions.realization_models import RealizationDecision as RealizationDecision
from osame.collection.dispositions.realization_models import RealizationDecisionEvent as RealizationDecisionEvent
from osame.law.dispositions import Procedure
from osame.law.distribution import CreditorKind
from osame.law.mortgage_disposal import MortgageDisposalKind
from osame.platform.rights import APPEND_ONLY, KEPT

PROCEDURES = [
    (each.name, each.value)
    for each in (
        Procedure.SEIZURE,
        Procedure.PARTICIPATING_SEIZURE,
        Procedure.DISTRIBUTION_REQUEST,
        Procedure.PRESERVATION_SEIZURE,
    )
]
OPEN_STAGES = ("IN_FORCE", "COLLECTING", "SOLD", "DISTRIBUTED")
DISPOSALS = [(each.name, each.value) for each in MortgageDisposalKind]
CREDITORS = [(each.name, each.value) for each in CreditorKind]


class Disposition(models.Model):
    """滞納処分一件。差押え、参加差押え、交付要求。条件の判定は、起案のときのまま残る。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    procedure = models.CharField("手続", max_length=30, choices=PROCEDURES)
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    numbered_year = models.SmallIntegerField("処分の年度")
    year_number = models.IntegerField("年度の連番")
    asset_id = models.BigIntegerField("財産番号", null=True)
    body_id = models.BigIntegerField("執行機関・先の差押えの機関の照会先番号", null=True)
    case_number = models.TextField("事件番号・先の差押えの表示", default="", blank=True)
    scope = models.TextField("差し押さえた範囲")
    perform_by = models.DateField("履行期限", null=True)
    wage_steps = models.JSONField("給与の差押可能額の計算", default=list)
    wage_shares = models.JSONField("支払者ごとの差押禁止額と差押可能額", db_default=[])
    conditions = models.JSONField("起案のときの条件の一覧")
    done_on = models.DateField("処分の日")
    place = models.TextField("処分の場所・立会人", default="", blank=True)
    possessed_on = models.DateField("占有した日", null=True)
    third_party_served_on = models.DateField("第三債務者などに送達した日", null=True)
    taxpayer_served_on = models.DateField("滞納者に送達した日", null=True)
    registered_on = models.DateField("登記・登録の日", null=True)
    effect_on = models.DateField("効力の生じた日", null=True)
    review_on = models.DateField("見直しの日", null=True)
    policy = models.TextField("換価・解除・停止の方針", default="", blank=True)
    registry_id = models.BigIntegerField("登記・登録を嘱託した照会先番号", null=True)
    converted_from = models.BigIntegerField("転換した参加差押えの処分管理番号", null=True)
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")

    class Meta:
        db_table = "disposition"
        db_table_comment = "滞納処分 (F17-02, F17-15, F18-01, F18-02)"
        constraints = [
            models.UniqueConstraint(
                name="disposition_numbered_in_its_year",
                fields=["addressee_number", "numbered_year", "procedure", "year_number"],
            ),
            models.UniqueConstraint(
                name="disposition_one_open_seizure",
                fields=["addressee_number", "asset_id"],
                condition=Q(procedure__in=("SEIZURE", "PRESERVATION_SEIZURE"), stage__in=OPEN_STAGES),
            ),
            models.CheckConstraint(
                name="disposition_has_its_object", condition=Q(asset_id__isnull=False) | Q(body_id__isnull=False)
            ),
        ]
        indexes = [models.Index(name="disposition_stage", fields=["procedure", "stage"])]


class DispositionCharge(models.Model):
    """処分の対象の期別。金額は、処分の日のもの。責任を負う者への処分なら、期別は主たる納税者（owner_number）のものである。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    charge_id = models.BigIntegerField("期別番号")
    owner_number = models.CharField("期別の宛名番号", max_length=15)
    principal_tax = models.BigIntegerField("本税")
    demand_fee = models.BigIntegerField("督促手数料")
    delinquency_charge = models.BigIntegerField("延滞金（処分の日まで）")

    class Meta:
        db_table = "disposition_charge"
        db_table_comment = "滞納処分の期別 (F17-02)"
        indexes = [models.Index(name="disposition_charge_of", fields=["addressee_number", "charge_id"])]


class DispositionEvent(ProcedureEvent):
    """滞納処分の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "event_number")
    disposition_id = models.BigIntegerField("処分管理番号")

    class Meta:
        db_table = "disposition_event"
        db_table_comment = "滞納処分の移り方の記録 (F17-15)"


class CollectedMoney(models.Model):
    """取り立てた金銭、または受けた配当金。配当するまで、誰のものでもない。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "collected_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    collected_number = models.IntegerField("連番")
    collected_on = models.DateField("取立ての日")
    amount = models.BigIntegerField("取り立てた額")
    from_whom = models.TextField("支払った者")
    officer = models.TextField("職員")

    class Meta:
        db_table = "collected_money"
        db_table_comment = "取り立てた金銭 (F17-05, F18-04)"
        constraints = [models.CheckConstraint(name="collected_money_is_positive", condition=Q(amount__gt=0))]


class Distribution(models.Model):
    """配当一回。計算の過程と、この団体の分を記帳した納付書番号が残る。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "distribution_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    distribution_number = models.IntegerField("連番")
    through_collected = models.IntegerField("どの取立てまでを配当したか")
    collected_on = models.DateField("取立ての日")
    proceeds = models.BigIntegerField("換価代金等")
    surplus = models.BigIntegerField("滞納者に交付する残余")
    is_statement_made = models.BooleanField("配当計算書を作ったか")
    delivery_on = models.DateField("換価代金等の交付期日", null=True)
    steps = models.JSONField("計算の過程")
    slip_number = models.BigIntegerField("記帳した納付書番号", null=True)
    done_on = models.DateField("配当の日")
    proposal_id = models.BigIntegerField("起案番号")
    officer = models.TextField("職員")

    class Meta:
        db_table = "distribution"
        db_table_comment = "配当 (F19-05, F18-04)"
        constraints = [
            models.CheckConstraint(name="distribution_is_positive", condition=Q(proceeds__gt=0, surplus__gte=0))
        ]


class DistributionPart(models.Model):
    """配当を受けた債権一つ。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "distribution_number", "part_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    distribution_number = models.IntegerField("配当の連番")
    part_number = models.SmallIntegerField("並び")
    creditor_name = models.TextField("債権者の名")
    kind = models.CharField("債権の種類", max_length=30, choices=CREDITORS)
    claimed = models.BigIntegerField("債権の額")
    amount = models.BigIntegerField("配当の額")

    class Meta:
        db_table = "distribution_part"
        db_table_comment = "配当を受けた債権 (F19-05)"
        constraints = [
            models.CheckConstraint(
                name="distribution_part_within_claim", condition=Q(amount__gte=0, amount__lte=models.F("claimed"))
            )
        ]


class DispositionCost(models.Model):
    """滞納処分費一つ。支出した費用だけを、配当の先頭で徴収する。書類の送達の費用は含まない（国税徴収法第136条）。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """滞納処分費の区分。"""

        AUCTION = "1", "公売に要した費用"
        CARRIAGE = "2", "運搬に要した費用"
        STORAGE = "3", "保管に要した費用"
        APPRAISAL = "4", "鑑定に要した費用"
        REPAIR = "5", "修理に要した費用"
        SEIZURE = "6", "差押え・交付要求に要した費用"
        OTHER = "9", "取立て・配当その他に要した費用"

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "cost_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    cost_number = models.IntegerField("連番")
    kind = models.CharField("滞納処分費の区分", max_length=1, choices=Kind.choices)
    amount = models.BigIntegerField("支出の額")
    spent_on = models.DateField("支出の日")
    payee = models.TextField("支払先と根拠の書類")
    officer = models.TextField("職員")
    withdrawn_on = models.DateField("起票を取り消した日", null=True)
    withdrawal_reason = models.TextField("起票の取消しの理由", default="", blank=True)

    class Meta:
        db_table = "disposition_cost"
        db_table_comment = "滞納処分費 (F03-12, F19-07)"
        constraints = [
            models.CheckConstraint(name="disposition_cost_is_told", condition=Q(amount__gt=0) & ~Q(payee="")),
            models.CheckConstraint(
                name="disposition_cost_withdrawn_with_reason",
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawal_reason=""),
            ),
        ]


class CreditorClaim(models.Model):
    """債権現在額申立書。権利者が申し立てた額。配当は、最後に申し立てられた額による。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "asset_id", "interest_number", "claim_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    asset_id = models.BigIntegerField("財産番号")
    interest_number = models.SmallIntegerField("財産についての権利の連番")
    claim_number = models.SmallIntegerField("申立ての連番")
    amount = models.BigIntegerField("申し立てた債権の額")
    filed_on = models.DateField("申立ての日")
    evidence = models.TextField("債権の内容と証する書類")
    officer = models.TextField("職員")

    class Meta:
        db_table = "creditor_claim"
        db_table_comment = "債権現在額申立書 (F19-02, R-103)"
        constraints = [
            models.CheckConstraint(name="creditor_claim_has_evidence", condition=Q(amount__gte=0) & ~Q(evidence=""))
        ]


class InterestDisposal(models.Model):
    """登記された抵当権の処分。譲渡・放棄は無担保の債権者へ、順位の譲渡・放棄は後の順位の抵当権者へ。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "asset_id", "interest_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    asset_id = models.BigIntegerField("財産番号")
    interest_number = models.SmallIntegerField("処分した抵当権の連番")
    kind = models.CharField("抵当権の処分の種類", max_length=20, choices=DISPOSALS)
    to_interest = models.SmallIntegerField("処分を受けた抵当権の連番", null=True)
    to_name = models.TextField("処分を受けた無担保の債権者", default="", blank=True)
    to_amount = models.BigIntegerField("処分を受けた無担保の債権の額", default=0)
    officer = models.TextField("職員")

    class Meta:
        db_table = "interest_disposal"
        db_table_comment = "登記された抵当権の処分 (F19-05)"
        constraints = [
            models.UniqueConstraint(name="interest_disposal_once_an_asset", fields=["addressee_number", "asset_id"]),
            models.CheckConstraint(
                name="interest_disposal_has_its_taker",
                condition=Q(to_interest__isnull=False, to_name="")
                | (Q(to_interest__isnull=True, to_amount__gt=0) & ~Q(to_name="")),
            ),
        ]


class SeizureClaim(models.Model):
    """差押えについての、第三者や相続人の請求。受けた日から決めた日まで。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """請求の種類。"""

        SUBSTITUTION = "1", "差押換えの請求（国税徴収法第50条第1項）"
        HEIR = "2", "相続人の差押換えの請求（国税徴収法第51条第2項）"
        OWNERSHIP = "3", "第三者の権利の主張（所有権など）"
        RELEASE = "4", "差押解除の申出（国税徴収法第79条）"

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "claim_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    claim_number = models.SmallIntegerField("連番")
    kind = models.CharField("請求の種類", max_length=1, choices=Kind.choices)
    third_party_id = models.BigIntegerField("請求した者の照会先番号", null=True)
    claimed_on = models.DateField("請求を受けた日")
    claim_text = models.TextField("請求の理由と資料")
    other_asset_id = models.BigIntegerField("代わりの財産の番号", null=True)
    decided_on = models.DateField("決めた日", null=True)
    is_accepted = models.BooleanField("相当と認めたか", null=True)
    decision_reason = models.TextField("決めた理由", default="", blank=True)
    notified_on = models.DateField("通知が届いた日", null=True)
    sale_asked_on = models.DateField("換価の申立ての日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "seizure_claim"
        db_table_comment = "差押えについての請求 (F17-11)"
        constraints = [
            models.CheckConstraint(name="seizure_claim_has_grounds", condition=~Q(claim_text="")),
            models.CheckConstraint(
                name="seizure_claim_decided_with_reason",
                condition=Q(decided_on__isnull=True, is_accepted__isnull=True)
                | (Q(decided_on__isnull=False, is_accepted__isnull=False) & ~Q(decision_reason="")),
            ),
        ]


class DispositionCorrection(models.Model):
    """調書などの訂正、または減額による表示の変更。初めの記載は、書き換えずに残る。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """訂正の種類。"""

        RECORD = "1", "調書の訂正"
        REDUCED = "2", "減額による表示の変更"

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "correction_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    correction_number = models.SmallIntegerField("連番")
    kind = models.CharField("訂正の種類", max_length=1, choices=Kind.choices)
    item = models.TextField("訂正する項目")
    before = models.TextField("初めの記載")
    after = models.TextField("訂正した記載")
    reason = models.TextField("訂正の理由")
    corrected_on = models.DateField("訂正した日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "disposition_correction"
        db_table_comment = "処分の調書の訂正 (F17-12)"
        constraints = [
            models.CheckConstraint(
                name="disposition_correction_changes", condition=~Q(before=models.F("after")) & ~Q(reason="")
            )
        ]
