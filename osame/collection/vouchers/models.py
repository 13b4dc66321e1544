"""財務伝票の表。財務会計へ渡す束、その行、どの支払をどの束に入れたか。

Refunds leave the ledger of receipts payment by payment; the accounts of the city want them by fiscal year and subject. A run gathers
every movement that no run has told yet, and a movement is told once.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.collection.refunds.models import RefundPart
from osame.platform.rights import APPEND_ONLY, KEPT


class VoucherRun(models.Model):
    """財務伝票の束。ある日までの、まだ渡していない支払と戻りを集めたもの。別の職員が照合してから、一度だけ渡す。"""

    rights = KEPT

    class State(models.TextChoices):
        """束の状態。"""

        MADE = "1", "照合待ち"
        CHECKED = "2", "照合済"
        WITHDRAWN = "9", "取下げ"

    run_id = models.BigIntegerField("伝票の束の番号", primary_key=True)
    through_on = models.DateField("対象の末日")
    lines = models.IntegerField("伝票の行数")
    paid = models.BigIntegerField("支払の合計")
    returned = models.BigIntegerField("戻りの合計")
    digest = models.CharField("行のハッシュ", max_length=64)
    state = models.CharField("伝票の束の状態", max_length=1, choices=State.choices, default=State.MADE)
    made_on = models.DateField("作成日")
    made_by = models.TextField("作成した職員")
    made_at = models.DateTimeField("作成日時", db_default=Now())
    checked_on = models.DateField("照合日", null=True)
    checked_by = models.TextField("照合した職員", default="", blank=True)
    withdraw_reason = models.TextField("取下げの理由", default="", blank=True)

    class Meta:
        db_table = "voucher_run"
        db_table_comment = "財務伝票の束 (F05-09)"
        constraints = [
            models.CheckConstraint(name="voucher_run_has_lines", condition=Q(lines__gt=0, paid__gte=0, returned__gte=0)),
            models.CheckConstraint(
                name="voucher_run_checked_by_another",
                condition=~Q(state="2") | (Q(checked_on__isnull=False) & ~Q(checked_by="") & ~Q(checked_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="voucher_run_withdrawn_with_reason", condition=~Q(state="9") | ~Q(withdraw_reason="")
            ),
        ]  # fmt: skip


class VoucherLine(models.Model):
    """財務伝票の一行。会計年度・科目・税目・日ごとの合計。だれの支払かは持たない。"""

    rights = APPEND_ONLY

    class Subject(models.TextChoices):
        """伝票の内訳。"""

        PRINCIPAL = "1", "過誤納金"
        INTEREST = "2", "還付加算金"

    class Movement(models.TextChoices):
        """伝票の異動。"""

        PAID = "1", "支払"
        PUT_BACK = "2", "戻入（払い出した科目へ戻す）"
        REVENUE = "3", "現年度の歳入（出納閉鎖の後の戻り）"

    pk = models.CompositePrimaryKey("run_id", "line_number")
    run_id = models.BigIntegerField("伝票の束の番号")
    line_number = models.IntegerField("行")
    fiscal_year = models.SmallIntegerField("会計年度")
    revenue_class = models.CharField("払い出す科目", max_length=1, choices=RefundPart.RevenueClass.choices)
    subject = models.CharField("伝票の内訳", max_length=1, choices=Subject.choices)
    tax_item = models.CharField("税目", max_length=2)
    carried_over = models.BooleanField("滞納繰越分")
    movement = models.CharField("伝票の異動", max_length=1, choices=Movement.choices)
    happened_on = models.DateField("支払日・戻った日")
    payments = models.IntegerField("件数")
    amount = models.BigIntegerField("金額")

    class Meta:
        db_table = "voucher_line"
        db_table_comment = "財務伝票の行 (F05-09)"
        constraints = [
            models.CheckConstraint(name="voucher_line_is_positive", condition=Q(amount__gt=0, payments__gt=0)),
            models.CheckConstraint(name="interest_is_paid_by_expenditure", condition=Q(subject="1") | Q(revenue_class="2")),
        ]  # fmt: skip


class VoucherPart(models.Model):
    """束に入れた支払の内訳。一つの支払も戻りも、取り下げていない束に、一度だけ入る。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "payment_id", "part_number", "movement", "run_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    payment_id = models.BigIntegerField("支払番号")
    part_number = models.SmallIntegerField("明細番号")
    movement = models.CharField("伝票の異動", max_length=1, choices=VoucherLine.Movement.choices)
    run_id = models.BigIntegerField("伝票の束の番号")
    happened_on = models.DateField("支払日・戻った日")
    amount = models.BigIntegerField("金額")
    interest = models.BigIntegerField("うち還付加算金")
    withdrawn = models.BooleanField("束を取り下げたか", default=False)

    class Meta:
        db_table = "voucher_part"
        db_table_comment = "財務伝票に入れた支払の内訳 (F05-09)"
        constraints = [
            models.CheckConstraint(
                name="voucher_part_holds_its_interest", condition=Q(amount__gt=0, interest__gte=0, interest__lte=F("amount"))
            ),
            models.UniqueConstraint(
                name="told_to_the_accounts_once", fields=["addressee_number", "payment_id", "part_number"],
                condition=Q(withdrawn=False, movement="1"),
            ),
            models.UniqueConstraint(
                name="return_told_to_the_accounts_once", fields=["addressee_number", "payment_id", "part_number"],
                condition=Q(withdrawn=False, movement__in=["2", "3"]),
            ),
        ]  # fmt: skip
        indexes = [models.Index(name="voucher_part_run", fields=["run_id"])]
