"""窓口レジの表。レジの一日と、領収一件。

A till is opened for a day, takes cash against receipts, is counted and closed, and is confirmed by another officer; only then does the
money reach the ledger. Until then every receipt stands as a preliminary report, so that nobody is dunned or debited for it.
"""

from django.db import models
from django.db.models import Q

from osame.platform.rights import KEPT


class TillDay(models.Model):
    """レジの一日。開き、締め、別の職員が確かめて、元帳に入る。"""

    rights = KEPT

    class State(models.TextChoices):
        """レジの一日の状態。"""

        OPEN = "1", "開いている"
        COUNTED = "2", "締めた（確認待ち）"
        CONFIRMED = "3", "確定"

    till_day_id = models.BigIntegerField("レジの日の番号", primary_key=True)
    till_number = models.SmallIntegerField("レジ番号")
    business_on = models.DateField("処理日")
    change_fund = models.BigIntegerField("釣銭準備金")
    state = models.CharField("レジの一日の状態", max_length=1, choices=State.choices, default=State.OPEN)
    opened_by = models.TextField("レジを開いた職員")
    counted = models.BigIntegerField("数えた現金", null=True)
    difference = models.BigIntegerField("現金の過不足", null=True)
    difference_reason = models.TextField("過不足の理由", default="", blank=True)
    counted_by = models.TextField("レジを締めた職員", default="", blank=True)
    confirmed_by = models.TextField("レジを確かめた職員", default="", blank=True)
    result_file_id = models.BigIntegerField("確定の取込番号", null=True)

    class Meta:
        db_table = "till_day"
        db_table_comment = "レジの一日 (F07-10)"
        constraints = [
            models.UniqueConstraint(name="till_once_a_day", fields=["till_number", "business_on"]),
            models.CheckConstraint(name="till_fund_not_negative", condition=Q(change_fund__gte=0)),
            models.CheckConstraint(
                name="till_difference_is_explained",
                condition=Q(state="1") | Q(difference=0) | ~Q(difference_reason=""),
            ),
            models.CheckConstraint(
                name="till_confirmed_by_another",
                condition=~Q(state="3") | (~Q(confirmed_by="") & ~Q(confirmed_by=models.F("counted_by"))),
            ),
        ]


class TillReceipt(models.Model):
    """窓口の領収一件。金額は変わらない。締める前なら、取り消せる。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "receipt_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    receipt_number = models.BigIntegerField("領収番号")
    till_day_id = models.BigIntegerField("レジの日の番号")
    slip_number = models.BigIntegerField("納付書番号")
    receipt_key = models.UUIDField("入金")
    amount = models.BigIntegerField("金額")
    tendered = models.BigIntegerField("お預りした現金")
    paid_on = models.DateField("領収日")
    officer = models.TextField("職員")
    cancelled_on = models.DateField("取消日", null=True)
    cancel_reason = models.TextField("領収の取消しの理由", default="", blank=True)
    cancelled_by = models.TextField("領収を取り消した職員", default="", blank=True)

    class Meta:
        db_table = "till_receipt"
        db_table_comment = "窓口の領収 (F07-10, R-005)"
        indexes = [models.Index(name="till_receipt_day", fields=["till_day_id"])]
        constraints = [
            models.CheckConstraint(
                name="till_receipt_amount", condition=Q(amount__gt=0, tendered__gte=models.F("amount"))
            ),
            models.CheckConstraint(
                name="till_receipt_cancelled_with_reason",
                condition=Q(cancelled_on__isnull=True) | (~Q(cancel_reason="") & ~Q(cancelled_by="")),
            ),
        ]
