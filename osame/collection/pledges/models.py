"""納付誓約の表。計画は版ごとに残り、承認した期別は承認の行として残る。段階は、移り方の行だけが変える。"""

from django.db import models
from django.db.models import Q

from osame.collection.arrears.events import ProcedureEvent
from osame.collection.arrears.procedures import STAGES
from osame.law.dispositions import Procedure
from osame.platform.rights import APPEND_ONLY, KEPT


class Pledge(models.Model):
    """納付誓約（分割納付）。生きている計画は、いまの版のものである。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    pledge_id = models.BigIntegerField("分割納付管理番号")
    procedure = models.CharField("手続", max_length=20, choices=[("PLEDGE", Procedure.PLEDGE.value)], default="PLEDGE")
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    plan_number = models.SmallIntegerField("誓約履歴番号", default=1)
    cure_through = models.DateField("不履行の通知の期限", null=True)
    officer = models.TextField("職員")
    recorded_on = models.DateField("登録日")
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "pledge"
        db_table_comment = "納付誓約の記録 (F14-01, 036o 分割納付)"
        indexes = [models.Index(name="pledge_stage", fields=["stage"])]


class PledgePlan(models.Model):
    """納付誓約の計画の一つの版。納付能力の聞き取りとともに残る。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id", "plan_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    pledge_id = models.BigIntegerField("分割納付管理番号")
    plan_number = models.SmallIntegerField("誓約履歴番号")
    made_on = models.DateField("作成日")
    first_on = models.DateField("初回の納付予定日")
    monthly_amount = models.BigIntegerField("毎回の額")
    heard_budget = models.JSONField("納付能力の聞き取り", null=True)
    ability = models.BigIntegerField("毎月の納付可能額", null=True)
    reason = models.TextField("作成・変更の理由")
    proposal_id = models.BigIntegerField("起案番号", null=True)  # 決めた回数を超える計画の、上司の決裁
    officer = models.TextField("職員")

    class Meta:
        db_table = "pledge_plan"
        db_table_comment = "納付誓約の計画 (F14-01, F14-05)"
        constraints = [
            models.CheckConstraint(name="pledge_plan_is_positive", condition=Q(monthly_amount__gt=0) & ~Q(reason=""))
        ]


class PledgeInstalment(models.Model):
    """分割納付の一回。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id", "plan_number", "instalment_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    pledge_id = models.BigIntegerField("分割納付管理番号")
    plan_number = models.SmallIntegerField("誓約履歴番号")
    instalment_number = models.SmallIntegerField("回次")
    due_on = models.DateField("納付予定日")
    amount = models.BigIntegerField("納付予定額")

    class Meta:
        db_table = "pledge_instalment"
        db_table_comment = "分割納付の一回 (F14-01)"
        constraints = [models.CheckConstraint(name="pledge_instalment_is_positive", condition=Q(amount__gt=0))]


class PledgePart(models.Model):
    """分割納付の一回のうち、一つの期別に充てる額。延滞金は見込みである。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id", "plan_number", "instalment_number", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    pledge_id = models.BigIntegerField("分割納付管理番号")
    plan_number = models.SmallIntegerField("誓約履歴番号")
    instalment_number = models.SmallIntegerField("回次")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("本税への額")
    demand_fee = models.BigIntegerField("督促手数料への額")
    delinquency_charge = models.BigIntegerField("延滞金への額（見込み）")

    class Meta:
        db_table = "pledge_part"
        db_table_comment = "分割納付の期別への配賦 (F14-01)"
        indexes = [models.Index(name="pledge_part_charge", fields=["addressee_number", "charge_id"])]


class Acknowledgement(models.Model):
    """債務の承認。署名した書面に載る期別だけの時効が、承認した日に更新される。"""

    rights = APPEND_ONLY

    class Authority(models.TextChoices):
        """署名した者の権限。"""

        SELF = "01", "本人"
        REPRESENTATIVE = "02", "法人の代表者"
        GUARDIAN = "03", "法定代理人"
        AGENT = "04", "委任を受けた代理人"

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id", "plan_number", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    pledge_id = models.BigIntegerField("分割納付管理番号")
    plan_number = models.SmallIntegerField("誓約履歴番号")
    charge_id = models.BigIntegerField("期別番号")
    acknowledged_on = models.DateField("承認日")
    signed_by = models.TextField("署名者")
    authority = models.CharField("署名者の権限", max_length=2, choices=Authority.choices)
    officer = models.TextField("職員")

    class Meta:
        db_table = "acknowledgement"
        db_table_comment = "債務の承認 (F14-02)"
        indexes = [models.Index(name="acknowledgement_charge", fields=["addressee_number", "charge_id"])]
        constraints = [models.CheckConstraint(name="acknowledgement_is_signed", condition=~Q(signed_by=""))]


class PledgeEvent(ProcedureEvent):
    """納付誓約の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "pledge_id", "event_number")
    pledge_id = models.BigIntegerField("分割納付管理番号")

    class Meta:
        db_table = "pledge_event"
        db_table_comment = "納付誓約の移り方の記録 (F14-05)"


class InstalmentOffer(models.Model):
    """電子申請で届いた分納の申出。届いたままを残し、答えだけが加わる。申出が、それだけで計画になることはない。"""

    rights = KEPT

    class State(models.TextChoices):
        """申出の状態。"""

        RECEIVED = "1", "答え待ち"
        PLANNED = "2", "誓約書を送る"
        DECLINED = "3", "認めない"

    pk = models.CompositePrimaryKey("addressee_number", "offer_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    offer_id = models.BigIntegerField("申出番号")
    outer_number = models.CharField("受付元の番号", max_length=30)
    offered_on = models.DateField("申出日")
    arrived_on = models.DateField("受付日")
    first_on = models.DateField("初回の納付希望日")
    amount = models.BigIntegerField("毎回の額")
    income = models.BigIntegerField("月の収入")
    taxes = models.BigIntegerField("税・社会保険料")
    dependants = models.SmallIntegerField("扶養の人数")
    necessary = models.BigIntegerField("必要な支出")
    reason = models.TextField("分納を希望する理由")
    verified = models.BooleanField("電子署名の検証")
    judged = models.JSONField("受け付けたときの要件の判定")
    state = models.CharField("申出の状態", max_length=1, choices=State.choices, default=State.RECEIVED)
    answered_on = models.DateField("回答日", null=True)
    answer_text = models.TextField("回答", default="", blank=True)
    pledge_id = models.BigIntegerField("分割納付管理番号", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "instalment_offer"
        db_table_comment = "分納の申出 (F14-07)"
        indexes = [models.Index(name="instalment_offer_state", fields=["state", "offer_id"])]
        constraints = [
            models.UniqueConstraint(name="instalment_offer_once", fields=["addressee_number", "outer_number"]),
            models.CheckConstraint(
                name="instalment_offer_answered_in_words",
                condition=Q(state="1", answered_on__isnull=True)
                | ~Q(state="1") & Q(answered_on__isnull=False) & ~Q(answer_text=""),
            ),
        ]
