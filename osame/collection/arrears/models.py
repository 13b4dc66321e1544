"""折衝経過と、納付の約束の表。どちらも追記だけ。直すときは、訂正する記録を名指した新しい記録を足す。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY


class ContactRecord(models.Model):
    """折衝経過。いつ、どう、誰と、何を話したか。"""

    rights = APPEND_ONLY

    class Means(models.TextChoices):
        """折衝手段（C-10）。"""

        COUNTER = "01", "来庁"
        CALL_MADE = "02", "電話（架電）"
        CALL_TAKEN = "03", "電話（受電）"
        VISIT = "04", "臨戸"
        LETTER = "05", "文書"
        EMAIL = "06", "メール"
        SHORT_MESSAGE = "07", "SMS"
        AUTOMATIC_CALL = "08", "音声自動"
        AFTER_HOURS = "09", "夜間休日窓口"
        FAMILY_OR_AGENT = "10", "家族・代理人"
        LAWYER = "11", "弁護士"
        POLICE = "12", "警察"
        OTHER = "99", "その他"

    class Relationship(models.TextChoices):
        """話した相手の、本人との続柄。"""

        SELF = "01", "本人"
        SPOUSE = "02", "配偶者"
        PARENT_OR_CHILD = "03", "親・子"
        RELATIVE = "04", "その他の親族"
        AGENT = "05", "代理人・納税管理人"
        LAWYER = "06", "弁護士・司法書士"
        EMPLOYER = "07", "勤務先"
        NOT_MET = "08", "会えず・応答なし"
        OTHER = "99", "その他"

    class Identification(models.TextChoices):
        """本人確認の方法。"""

        NOT_DONE = "00", "していない"
        PHOTO_CARD = "01", "顔写真付きの書類（運転免許証など）"
        TWO_DOCUMENTS = "02", "顔写真のない書類二つ"
        ASKED_FACTS = "03", "聞き取り（氏名・生年月日・住所）"
        SLIP_NUMBER = "04", "納付書・通知書の番号"
        POWER_OF_ATTORNEY = "05", "委任状・代理権の書面"
        CALLED_BACK = "06", "登録した電話への折返し"

    pk = models.CompositePrimaryKey("addressee_number", "contact_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    contact_id = models.BigIntegerField("折衝番号")
    origin_id = models.BigIntegerField("訂正を遡った初めの折衝")
    contacted_at = models.DateTimeField("折衝の日時")
    means = models.CharField("折衝手段", max_length=2, choices=Means.choices)
    counterpart = models.TextField("相手の名", blank=True)
    relationship = models.CharField("続柄", max_length=2, choices=Relationship.choices)
    identification = models.CharField("本人確認の方法", max_length=2, choices=Identification.choices)
    content = models.TextField("話した内容")
    officer = models.TextField("登録した職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())
    corrects = models.BigIntegerField("訂正する折衝", null=True)
    correction_reason = models.TextField("訂正の理由", blank=True)

    class Meta:
        db_table = "contact_record"
        db_table_comment = "折衝経過 (F13-04)"
        constraints = [
            models.UniqueConstraint(name="contact_corrected_once", fields=["addressee_number", "corrects"]),
            models.CheckConstraint(name="contact_has_content", condition=~models.Q(content="")),
            models.CheckConstraint(
                name="contact_corrected_with_reason",
                condition=models.Q(corrects__isnull=True) | ~models.Q(correction_reason=""),
            ),
        ]


class Promise(models.Model):
    """納付の約束。いつまでに、いくら納めるか。守られたかは、収納から分かる。"""

    rights = APPEND_ONLY

    class Result(models.TextChoices):
        """約束の結果。"""

        DUE = "1", "予定"
        KEPT = "2", "履行"
        BROKEN = "3", "不履行"
        POSTPONED = "4", "延期"

    pk = models.CompositePrimaryKey("addressee_number", "contact_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    contact_id = models.BigIntegerField("折衝番号")
    promised_on = models.DateField("約束日")
    amount = models.BigIntegerField("約束の金額")
    postpones = models.BigIntegerField("延期する約束の初めの折衝", null=True)

    class Meta:
        db_table = "promise"
        db_table_comment = "納付の約束 (F13-05)"
        indexes = [
            models.Index(name="promise_day", fields=["promised_on"]),
            models.Index(name="promise_postponed", fields=["addressee_number", "postpones"]),
        ]
        constraints = [
            models.CheckConstraint(name="promise_is_positive", condition=models.Q(amount__gt=0)),
        ]
