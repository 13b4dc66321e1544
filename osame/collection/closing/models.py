"""日締めの表。"""

from django.db import models


class BankDayTotal(models.Model):
    """公金日計。指定金融機関が示す、その日のチャネル別の入金合計。"""

    pk = models.CompositePrimaryKey("business_on", "channel")
    business_on = models.DateField("会計日")
    channel = models.CharField("納付チャネル", max_length=2)
    receipts = models.IntegerField("件数")
    amount = models.BigIntegerField("金額")
    intake_file_id = models.BigIntegerField("取込番号")  # 手で入力したものは 0
    entered_by = models.TextField("入力者", db_default="", blank=True)
    entered_reason = models.TextField("入力の理由", db_default="", blank=True)

    class Meta:
        db_table = "bank_day_total"
        db_table_comment = "公金日計 (F04-10)"


class DailyClosing(models.Model):
    """日締め。差異があれば締められない。"""

    class State(models.TextChoices):
        """締めの状態。"""

        PROVISIONAL = "1", "仮締"
        CLOSED = "2", "本締"

    business_on = models.DateField("会計日", primary_key=True)
    state = models.CharField("状態", max_length=1, choices=State.choices)
    receipts = models.IntegerField("件数")
    amount = models.BigIntegerField("金額")
    difference = models.BigIntegerField("差異")
    journal_seal = models.CharField("仕訳の封印", max_length=64, default="", blank=True)
    officer = models.TextField("職員")
    closed_at = models.DateTimeField("締めた日時")
    reopenings = models.SmallIntegerField("締めを解いた回数", default=0)
    reopen_asked_by = models.TextField("締めの解除を申し出た者", db_default="", blank=True)
    reopen_asked_at = models.DateTimeField("締めの解除を申し出た日時", null=True)
    reopen_asked_reason = models.TextField("締めの解除を申し出た理由", db_default="", blank=True)
    reopened_by = models.TextField("締めを解いた者", default="", blank=True)
    reopen_approved_by = models.TextField("締めを解くことを認めた者", default="", blank=True)
    reopen_reason = models.TextField("締めを解いた理由", default="", blank=True)

    class Meta:
        db_table = "daily_closing"
        db_table_comment = "日締め (F04-10)"
        constraints = [
            models.CheckConstraint(
                name="closed_day_has_no_difference", condition=models.Q(state="1") | models.Q(difference=0)
            ),
            models.CheckConstraint(
                name="reopening_approver_differs",
                condition=models.Q(reopenings=0) | ~models.Q(reopen_approved_by=models.F("reopened_by")),
            ),
        ]
