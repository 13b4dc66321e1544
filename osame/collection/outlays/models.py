"""歳出からの支払の表。返還金と前納報奨金、その内訳、支払の実行、返してもらう額。

Money that leaves by the budget and not out of the ledger of receipts: restitution for years the law can no longer refund, and
the reward for paying ahead. Amounts are frozen when they are decided; who approved them stands in the proposal.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.refunds.transfer_runs import TransferRun
from osame.platform.rights import APPEND_ONLY, KEPT


class Outlay(models.Model):
    """歳出からの支払一件。決裁されてから生まれ、額は変わらない。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """歳出からの支払の種類。"""

        RESTITUTION = "1", "返還金"
        REWARD = "2", "前納報奨金"
        SHORTFALL = "3", "控除不足額"

    class State(models.TextChoices):
        """歳出からの支払の状態。"""

        DECIDED = "1", "支払待ち"
        ORDERED = "2", "支払依頼"
        PAID = "3", "支払済"
        CANCELLED = "9", "取消"

    pk = models.CompositePrimaryKey("addressee_number", "outlay_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    outlay_id = models.BigIntegerField("支払決定番号")
    kind = models.CharField("歳出からの支払の種類", max_length=1, choices=Kind.choices)
    tax_item = models.CharField("税目", max_length=2)
    levy_year = models.SmallIntegerField("賦課年度")
    amount = models.BigIntegerField("支払う額（利息を除く）")
    settled = models.BigIntegerField("未納に充てた額", default=0)
    interest = models.BigIntegerField("利息に相当する額", default=0)
    basis = models.TextField("要綱・条例")
    reason = models.TextField("支払の理由")
    decided_on = models.DateField("支払の決定日")
    proposal_id = models.BigIntegerField("起案番号")
    account_id = models.BigIntegerField("還付先口座番号", null=True)
    state = models.CharField("歳出からの支払の状態", max_length=1, choices=State.choices, default=State.DECIDED)
    run_id = models.BigIntegerField("支払の回の番号", null=True)
    paid_out_on = models.DateField("支払日", null=True)
    note = models.TextField("組戻し・取消しの理由", default="", blank=True)

    class Meta:
        db_table = "outlay"
        db_table_comment = "歳出からの支払 (F05-03, F05-13, F06-08)"
        constraints = [
            models.CheckConstraint(name="outlay_is_positive", condition=Q(amount__gte=0, interest__gte=0, settled__gte=0) & (Q(amount__gt=0) | Q(settled__gt=0))),
            models.CheckConstraint(name="outlay_says_why", condition=~Q(reason="") & ~Q(basis="")),
            models.CheckConstraint(name="outlay_cancelled_with_reason", condition=~Q(state="9") | ~Q(note="")),
            models.CheckConstraint(name="outlay_in_a_run", condition=~Q(state__in=["2", "3"]) | Q(run_id__isnull=False)),
            models.UniqueConstraint(
                name="one_reward_a_year", fields=["addressee_number", "tax_item", "levy_year"],
                condition=Q(kind="2") & ~Q(state="9"),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="outlay_by_number", fields=["outlay_id"]),
            models.Index(name="outlay_state", fields=["state"]),
        ]


class OutlayPart(models.Model):
    """歳出からの支払の内訳。期別一つの額と、計算の過程。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "outlay_id", "part_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    outlay_id = models.BigIntegerField("支払決定番号")
    part_number = models.SmallIntegerField("内訳番号")
    charge_id = models.BigIntegerField("期別番号", null=True)
    levy_year = models.SmallIntegerField("賦課年度")
    installment_term = models.SmallIntegerField("期別")
    paid_amount = models.BigIntegerField("納付した額")
    paid_on = models.DateField("領収日")
    amount = models.BigIntegerField("返還する額または前納した額")
    interest = models.BigIntegerField("利息に相当する額", default=0)
    months = models.SmallIntegerField("納期前の月数", default=0)
    estimated = models.BooleanField("推計したか", default=False)
    evidence = models.TextField("資料")
    steps = models.JSONField("計算の過程", default=list)

    class Meta:
        db_table = "outlay_part"
        db_table_comment = "歳出からの支払の内訳 (F05-13, F06-08)"
        constraints = [
            models.CheckConstraint(
                name="outlay_part_within_what_was_paid", condition=Q(amount__gt=0, amount__lte=F("paid_amount"))
            ),
            models.CheckConstraint(name="outlay_part_has_evidence", condition=~Q(evidence="")),
        ]


class OutlayRun(TransferRun):
    """歳出からの支払の回。一度の総合振込。一つの決裁から、一度だけ指図になる。"""

    rights = KEPT

    run_id = models.BigIntegerField("支払の回の番号", primary_key=True)

    class Meta:
        db_table = "outlay_run"
        db_table_comment = "歳出からの支払の回 (F05-13, F06-08)"


class OutlayRecovery(models.Model):
    """返してもらう額。前納の後に税額が減り、報奨金が多すぎたときなど。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "outlay_id", "recovery_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    outlay_id = models.BigIntegerField("支払決定番号")
    recovery_number = models.SmallIntegerField("返納の番号")
    amount = models.BigIntegerField("返納の額")
    reason = models.TextField("返納の理由")
    steps = models.JSONField("計算の過程", default=list)
    demanded_on = models.DateField("返納を求めた日")
    payable_through = models.DateField("返納の期限")
    returned_on = models.DateField("返納された日", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "outlay_recovery"
        db_table_comment = "歳出からの支払の返納 (F06-08)"
        constraints = [
            models.CheckConstraint(name="outlay_recovery_is_positive", condition=Q(amount__gt=0) & ~Q(reason=""))
        ]
