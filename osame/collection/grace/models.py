"""猶予の表。申請、対象の期別、書類と補正、分割の計画、担保。段階は、移り方の行だけが変える。"""

from django.db import models
from django.db.models import F, Q

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.law.grace import GraceGround
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.rights import APPEND_ONLY, KEPT

GROUND_NAMES = {
    GraceGround.DISASTER_OR_THEFT: "災害・盗難（地方税法第15条第1項第1号）",
    GraceGround.ILLNESS: "病気・負傷（地方税法第15条第1項第2号）",
    GraceGround.BUSINESS_CLOSED: "事業の休廃止（地方税法第15条第1項第3号）",
    GraceGround.BUSINESS_LOSS: "事業の著しい損失（地方税法第15条第1項第4号）",
    GraceGround.SIMILAR_TO_DISASTER_OR_ILLNESS: "災害・病気に類する事実（地方税法第15条第1項第5号）",
    GraceGround.SIMILAR_TO_BUSINESS: "休廃止・損失に類する事実（地方税法第15条第1項第5号）",
    GraceGround.LATE_ASSESSMENT: "1年を経過した後の額の確定（地方税法第15条第2項）",
    GraceGround.REALIZATION_EX_OFFICIO: "職権による換価の猶予（地方税法第15条の5第1項）",
    GraceGround.REALIZATION_ON_APPLICATION: "申請による換価の猶予（地方税法第15条の6第1項）",
}
PROCEDURES = (Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE)


class Grace(models.Model):
    """猶予。徴収猶予、または換価の猶予。期間は、許可の前は申請された期間、後は許可した期間。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "grace_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    grace_id = models.BigIntegerField("猶予管理番号")
    procedure = models.CharField(
        "滞納整理の手続", max_length=20, choices=[(each.name, each.value) for each in PROCEDURES]
    )
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    ground = models.CharField(
        "猶予の根拠", max_length=8, choices=[(each.value, GROUND_NAMES[each]) for each in GraceGround]
    )
    applied_on = models.DateField("申請日", null=True)  # 職権なら空
    circumstances = models.TextField("一時に納付できない事情")
    first_on = models.DateField("猶予期間の初日")
    through_on = models.DateField("猶予期間の末日")
    granted_first_on = models.DateField("許可した初日", null=True)
    security_excuse = models.TextField("担保を徴しない特別の事情", default="", blank=True)
    officer = models.TextField("職員")
    recorded_on = models.DateField("登録日")
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "grace"
        db_table_comment = "猶予 (F15-01, F15-02)"
        indexes = [models.Index(name="grace_stage", fields=["stage", "through_on"])]
        constraints = [
            models.CheckConstraint(name="grace_period_in_order", condition=Q(through_on__gte=F("first_on"))),
            models.CheckConstraint(name="grace_has_circumstances", condition=~Q(circumstances="")),
        ]


class GraceCharge(models.Model):
    """猶予の対象の期別と、登録した日の未納の額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "grace_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    grace_id = models.BigIntegerField("猶予管理番号")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("未納本税額")
    demand_fee = models.BigIntegerField("督促手数料額")
    delinquency_charge = models.BigIntegerField("延滞金額")

    class Meta:
        db_table = "grace_charge"
        db_table_comment = "猶予の対象の期別 (F15-01)"
        indexes = [models.Index(name="grace_charge_of", fields=["addressee_number", "charge_id"])]


class GraceEvent(ProcedureEvent):
    """猶予の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "grace_id", "event_number")
    grace_id = models.BigIntegerField("猶予管理番号")

    class Meta:
        db_table = "grace_event"
        db_table_comment = "猶予の移り方の記録 (F15-01, F15-07)"


class GraceDocument(models.Model):
    """猶予の申請の書類。届いた日、不備と補正の期限、補正した日。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """猶予の書類の種類。"""

        APPLICATION = "01", "猶予の申請書"
        STATEMENT = "02", "財産収支状況書"
        INVENTORY = "03", "財産目録"
        BUDGET = "04", "収支の明細書"
        PROOF = "05", "事実を証する書類"
        SECURITY = "06", "担保の提供に関する書類"

    pk = models.CompositePrimaryKey("addressee_number", "grace_id", "kind")
    addressee_number = models.CharField("宛名番号", max_length=15)
    grace_id = models.BigIntegerField("猶予管理番号")
    kind = models.CharField("書類の種類", max_length=2, choices=Kind.choices)
    arrived_on = models.DateField("受領日", null=True)
    defect = models.TextField("不備", default="", blank=True)
    notified_on = models.DateField("補正の通知日", null=True)
    cure_through = models.DateField("補正の期限", null=True)
    cured_on = models.DateField("補正日", null=True)

    class Meta:
        db_table = "grace_document"
        db_table_comment = "猶予の書類 (F15-01)"
        constraints = [
            models.CheckConstraint(
                name="grace_defect_is_notified",
                condition=Q(defect="", notified_on__isnull=True, cure_through__isnull=True)
                | ~Q(defect="") & Q(notified_on__isnull=False, cure_through__isnull=False),
            ),
        ]


class GraceInstalment(models.Model):
    """猶予の期間内の分割納付の計画の一回。計画は版ごとに残り、最後の版が生きている。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "grace_id", "plan_number", "instalment_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    grace_id = models.BigIntegerField("猶予管理番号")
    plan_number = models.SmallIntegerField("計画の版")
    instalment_number = models.SmallIntegerField("回次")
    due_on = models.DateField("納付予定日")
    amount = models.BigIntegerField("納付予定額")

    class Meta:
        db_table = "grace_instalment"
        db_table_comment = "猶予の分割納付の計画の一回 (F15-01)"
        constraints = [models.CheckConstraint(name="grace_instalment_is_positive", condition=Q(amount__gt=0))]


class GraceSecurity(models.Model):
    """担保。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """担保の種類（地方税法第16条第1項）。"""

        GOVERNMENT_BOND = "1", "国債・地方債"
        BOND = "2", "社債その他の有価証券"
        LAND = "3", "土地"
        BUILDING = "4", "保険に付した建物・立木・船舶など"
        FOUNDATION = "5", "鉄道財団などの財団"
        GUARANTOR = "6", "保証人の保証"
        MONEY = "7", "金銭"

    pk = models.CompositePrimaryKey("addressee_number", "security_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    security_id = models.BigIntegerField("担保番号")
    grace_id = models.BigIntegerField("猶予管理番号")
    kind = models.CharField("担保の種類", max_length=1, choices=Kind.choices)
    description = models.TextField("担保の内容")
    value = models.BigIntegerField("価額")
    given_on = models.DateField("提供日")
    released_on = models.DateField("解除日", null=True)
    release_reason = models.TextField("解除の理由", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "grace_security"
        db_table_comment = "担保 (F15-04)"
        constraints = [
            models.CheckConstraint(name="grace_security_is_positive", condition=Q(value__gt=0) & ~Q(description="")),
            models.CheckConstraint(
                name="grace_security_released_with_reason",
                condition=Q(released_on__isnull=True) | Q(released_on__gte=F("given_on")) & ~Q(release_reason=""),
            ),
        ]


class SecurityAct(models.Model):
    """担保についての行い。増担保の求めと、その結果、担保物の処分。追記だけ。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """担保についての行いの種類。"""

        ASKED = "1", "増担保などを求めた"
        COMPLIED = "2", "求めに応じた"
        REFUSED = "3", "求めに応じない"
        DISPOSED = "4", "担保物の処分を始めた"
        PROCEEDS = "5", "処分の代金を充てた"

    pk = models.CompositePrimaryKey("addressee_number", "security_id", "act_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    security_id = models.BigIntegerField("担保番号")
    act_number = models.IntegerField("連番")
    kind = models.CharField("担保についての行いの種類", max_length=1, choices=Kind.choices)
    happened_on = models.DateField("行った日")
    through_on = models.DateField("求めの期限", null=True)
    amount = models.BigIntegerField("充てた額", null=True)
    note = models.TextField("説明")
    article = models.TextField("根拠の条文")
    officer = models.TextField("職員")

    class Meta:
        db_table = "security_act"
        db_table_comment = "担保についての行い (F15-04)"
        constraints = [
            models.CheckConstraint(
                name="security_act_says_what",
                condition=~Q(note="")
                & (~Q(kind="1") | Q(through_on__gt=F("happened_on")))
                & (~Q(kind="5") | Q(amount__gt=0)),
            ),
        ]


class EntrustedPaper(models.Model):
    """納付の委託を受けた証券（先日付の小切手など）。受け取り、再委託、取立て、不渡り、返還。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """受託した証券の種類。"""

        POSTDATED_CHEQUE = "1", "先日付の小切手"
        PROMISSORY_NOTE = "2", "約束手形"
        DRAFT = "3", "為替手形"
        OTHER = "9", "その他の有価証券"

    class State(models.TextChoices):
        """受託した証券の状態。"""

        HELD = "1", "受託中"
        COLLECTED = "2", "取立済み"
        DISHONOURED = "3", "不渡り"
        RETURNED = "4", "返還"

    pk = models.CompositePrimaryKey("addressee_number", "paper_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    paper_id = models.BigIntegerField("受託番号")
    grace_id = models.BigIntegerField("猶予管理番号", null=True)
    kind = models.CharField("受託した証券の種類", max_length=1, choices=Kind.choices)
    ground = models.CharField(
        "納付の委託の根拠", max_length=10, choices=[(each.name, each.value) for each in EntrustmentGround]
    )
    paper_number = models.TextField("証券の番号")
    drawer = models.TextField("振出人")
    payable_at = models.TextField("支払場所")
    amount = models.BigIntegerField("証券の額")
    payable_on = models.DateField("支払期日")
    cost = models.BigIntegerField("取立ての費用", default=0)
    certain_because = models.TextField("取立てが確実と認めた理由")
    taken_on = models.DateField("受け取った日")
    bank = models.TextField("再委託した金融機関", default="", blank=True)
    state = models.CharField("受託した証券の状態", max_length=1, choices=State.choices, default=State.HELD)
    settled_on = models.DateField("取立て・不渡り・返還の日", null=True)
    settled_note = models.TextField("取立て・不渡り・返還の説明", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "entrusted_paper"
        db_table_comment = "納付の委託を受けた証券 (F15-05)"
        indexes = [models.Index(name="entrusted_paper_day", fields=["state", "payable_on"])]
        constraints = [
            models.CheckConstraint(
                name="entrusted_paper_falls_due_later",
                condition=Q(amount__gt=0) & Q(cost__gte=0) & Q(payable_on__gt=F("taken_on")) & ~Q(certain_because=""),
            ),
            models.CheckConstraint(
                name="entrusted_paper_settled_in_words",
                condition=Q(state="1", settled_on__isnull=True)
                | ~Q(state="1") & Q(settled_on__gte=F("taken_on")) & ~Q(settled_note=""),
            ),
        ]


class EntrustedCharge(models.Model):
    """証券の取立金を納める期別。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "paper_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    paper_id = models.BigIntegerField("受託番号")
    charge_id = models.BigIntegerField("期別番号")

    class Meta:
        db_table = "entrusted_charge"
        db_table_comment = "納付の委託の対象の期別 (F15-05)"
