"""催告の表。条件、実行、一人ずつの催告と期別、除外、連絡を断った人。

Whom we reminded of what, and why somebody was left out. Only letters that arrived postpone prescription; telephone lists, short
messages and visits are kept beside them because they are measured the same way.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class ReminderCondition(models.Model):
    """催告の条件。名を付けて残し、くり返し使う（F10-01）。"""

    condition_id = models.BigAutoField("条件番号", primary_key=True)
    name = models.TextField("条件の名", unique=True)
    terms = models.JSONField("条件の中身")
    officer = models.TextField("条件を残した職員")
    saved_at = models.DateTimeField("条件を残した日時", db_default=Now())

    class Meta:
        db_table = "reminder_condition"
        db_table_comment = "催告の条件 (F10-01)"


class ReminderRun(models.Model):
    """催告の実行。一度に選び、一度に送る、または一つの名簿にする。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """催告の種類。一桁目が 2 のものは名簿である。"""

        GENERAL = "11", "一般催告"
        SEIZURE_WARNING = "12", "差押予告"
        FINAL = "13", "最終催告"
        TRANSFER_WARNING = "14", "移管予告"
        EMPLOYER_WARNING = "15", "勤務先調査予告"
        VISIT_REQUEST = "16", "来庁依頼"
        ABSENCE = "17", "不在連絡票"
        CALL = "21", "電話催告"
        SHORT_MESSAGE = "22", "SMS・自動音声"
        VISIT = "23", "訪問（臨戸）"

    run_id = models.BigIntegerField("催告の実行番号", primary_key=True)
    kind = models.CharField("催告の種類", max_length=2, choices=Kind.choices)
    terms = models.JSONField("条件の中身")
    reminded_on = models.DateField("催告日")
    designated_due_date = models.DateField("指定期限")
    letter_run_id = models.BigIntegerField("束の番号", null=True)
    people = models.IntegerField("人数")
    amount = models.BigIntegerField("催告した額")
    excluded = models.IntegerField("除外した人数")
    officer = models.TextField("職員")
    command_id = models.BigIntegerField("命令番号", unique=True)

    class Meta:
        db_table = "reminder_run"
        db_table_comment = "催告の実行 (F10-02, R-060)"
        constraints = [
            models.CheckConstraint(
                name="reminder_deadline_follows", condition=Q(designated_due_date__gt=F("reminded_on"))
            )
        ]


class Reminder(models.Model):
    """催告。一つの実行で、一人に一つ。名簿なら、その一行。"""

    rights = KEPT

    class Outcome(models.TextChoices):
        """名簿の結果。"""

        SPOKE = "01", "本人と話した"
        FAMILY = "02", "家族などが出た"
        MESSAGE = "03", "留守番電話・伝言"
        NO_ANSWER = "04", "応答なし"
        WRONG_NUMBER = "05", "別人・番号違い"
        UNREACHABLE = "06", "不達・使われていない番号"
        REFUSED = "07", "連絡を断られた"
        DELIVERED = "08", "送信済み（応答なし）"
        MET = "11", "訪問して会えた"
        ABSENT = "12", "訪問して不在（不在票を置いた）"
        MOVED = "13", "訪問して転居を知った"

    pk = models.CompositePrimaryKey("addressee_number", "run_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    run_id = models.BigIntegerField("催告の実行番号")
    line_number = models.IntegerField("催告の行")
    amount = models.BigIntegerField("催告した額")
    reminded_on = models.DateField("催告日")
    arrived_on = models.DateField("催告の到達日", null=True)
    cancelled_on = models.DateField("催告の取消日", null=True)
    cancel_reason = models.TextField("催告の取消しの理由", db_default="", blank=True)
    telephone = models.TextField("電話番号", db_default="", blank=True)
    outcome = models.CharField("名簿の結果", max_length=2, choices=Outcome.choices, db_default="", blank=True)
    answered_at = models.DateTimeField("結果の日時", null=True)
    contact_id = models.BigIntegerField("折衝番号", null=True)

    class Meta:
        db_table = "reminder"
        db_table_comment = "催告 (F10-02, F10-03)"
        indexes = [
            models.Index(name="reminder_of_run", fields=["run_id", "line_number"]),
            models.Index(name="reminder_day", fields=["reminded_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="reminder_cancelled_with_reason", condition=Q(cancelled_on__isnull=True) | ~Q(cancel_reason="")
            ),
            models.CheckConstraint(
                name="reminder_arrives_after_sending",
                condition=Q(arrived_on__isnull=True) | Q(arrived_on__gte=F("reminded_on")),
            ),
        ]


class ReminderCharge(models.Model):
    """催告した期別と、そのときの額。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "run_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    run_id = models.BigIntegerField("催告の実行番号")
    charge_id = models.BigIntegerField("期別番号")
    principal_tax = models.BigIntegerField("催告時の未納本税")
    demand_fee = models.BigIntegerField("催告時の督促手数料")
    delinquency_charge = models.BigIntegerField("指定期限の延滞金")

    class Meta:
        db_table = "reminder_charge"
        db_table_comment = "催告した期別 (F10-02, F10-03)"
        indexes = [models.Index(name="reminded_charge", fields=["addressee_number", "charge_id"])]


class ReminderExclusion(models.Model):
    """催告しなかった人と、その理由。"""

    rights = APPEND_ONLY

    class Reason(models.TextChoices):
        """催告の除外の理由。上にあるものが先に立つ。"""

        DECEASED = "01", "死亡・相続人調査"
        INSOLVENT = "02", "破産などの手続中"
        TRANSFERRED = "03", "機構へ移管中"
        EXTINCT = "04", "時効などで消滅"
        GRACED = "05", "猶予の期間中"
        SUSPENDED = "06", "執行停止中"
        PLEDGED = "07", "分納の履行中"
        IN_FLIGHT = "08", "速報受領済"
        STOPPED = "09", "督促・催告の停止"
        TOO_OFTEN = "10", "催告の回数の上限（次の段階へ）"
        TOO_SOON = "11", "前の催告から日が浅い"
        PROTECTED = "12", "支援措置（名簿に載せない）"
        WITHHELD = "13", "他業務参照不可"
        NO_NUMBER = "14", "電話番号なし"
        OPTED_OUT = "15", "連絡を断っている"

    pk = models.CompositePrimaryKey("addressee_number", "run_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    run_id = models.BigIntegerField("催告の実行番号")
    reason = models.CharField("催告の除外の理由", max_length=2, choices=Reason.choices)
    unpaid = models.BigIntegerField("未納の計")

    class Meta:
        db_table = "reminder_exclusion"
        db_table_comment = "催告の除外 (F10-01, R-060)"
        indexes = [models.Index(name="reminder_exclusion_run", fields=["run_id"])]


class ContactOptOut(models.Model):
    """連絡の辞退。SMS・自動音声・電話を断った人（F10-05）。"""

    rights = KEPT

    class Means(models.TextChoices):
        """断った連絡の手段。"""

        SHORT_MESSAGE = "1", "SMS・自動音声"
        CALL = "2", "電話"

    pk = models.CompositePrimaryKey("addressee_number", "opt_out_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    opt_out_id = models.BigIntegerField("辞退番号")
    means = models.CharField("断った手段", max_length=1, choices=Means.choices)
    refused_on = models.DateField("辞退の日")
    reason = models.TextField("辞退の説明")
    ended_on = models.DateField("辞退の終わった日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "contact_opt_out"
        db_table_comment = "連絡の辞退 (F10-05)"
        constraints = [
            models.UniqueConstraint(
                name="one_open_opt_out", fields=["addressee_number", "means"], condition=Q(ended_on__isnull=True)
            )
        ]
