"""返戻の表。戻った文書、所在調査、公示送達、送達の記録。

A letter that came back, what was done to find the addressee, service by publication, and the proof of service by other means.
Without a finished investigation the database takes no publication, and whoever drafts one does not post it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class ReturnedLetter(models.Model):
    """返戻された文書（F09-01、036o012）。同じ紙は、一度しか登録できない。再発送した紙が戻れば、次の回になる。"""

    rights = KEPT

    class Cause(models.TextChoices):
        """返戻の事由。"""

        UNKNOWN_ADDRESS = "01", "あて所に尋ねあたらない"
        MOVED = "02", "転居先不明"
        UNCLAIMED = "03", "保管期間の経過"
        REFUSED = "04", "受取拒否"
        INCOMPLETE = "05", "宛先の不完全"
        DECEASED = "06", "死亡"
        OTHER = "99", "その他"

    class Stage(models.TextChoices):
        """返戻の処理の段階。"""

        SEARCHING = "1", "調査中"
        RESENT = "2", "再発送"
        PUBLISHED = "3", "公示送達"
        SERVED = "4", "交付などで送達"
        CLOSED = "9", "終了"

    pk = models.CompositePrimaryKey("addressee_number", "return_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    return_id = models.BigIntegerField("返戻番号")
    run_id = models.BigIntegerField("束の番号")
    letter_number = models.BigIntegerField("発付番号")
    attempt = models.SmallIntegerField("何回目の発送か")
    document_name = models.TextField("書類名")
    cause = models.CharField("返戻の事由", max_length=2, choices=Cause.choices)
    stage = models.CharField("返戻の段階", max_length=1, choices=Stage.choices)
    sent_on = models.DateField("差出日", null=True)
    returned_on = models.DateField("返戻日")
    registered_on = models.DateField("返戻登録日")
    registered_by = models.TextField("返戻を登録した職員")
    stop_id = models.BigIntegerField("督促停止管理番号", null=True)
    resent_on = models.DateField("再発送日", null=True)
    closed_on = models.DateField("返戻の終了日", null=True)
    closing_note = models.TextField("返戻の終了の説明", blank=True)

    class Meta:
        db_table = "returned_letter"
        db_table_comment = "返戻された文書 (F09-01, R-058)"
        indexes = [
            models.Index(name="returned_by_letter", fields=["run_id", "letter_number"]),
            models.Index(name="returned_open", fields=["stage", "returned_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_paper_comes_back_once", fields=["addressee_number", "run_id", "letter_number", "attempt"]
            ),
            models.CheckConstraint(
                name="return_resent_with_day", condition=~Q(stage="2") | Q(resent_on__gte=F("returned_on"))
            ),
            models.CheckConstraint(name="return_closed_with_note", condition=~Q(stage="9") | ~Q(closing_note="")),
        ]


class WhereaboutsInquiry(models.Model):
    """所在調査。照会先と回答（F09-02）。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """調査の種類。"""

        RESIDENT_RECORD = "01", "住民票"
        FAMILY_REGISTER = "02", "戸籍の附票"
        CORPORATE_REGISTER = "03", "法人登記"
        ON_SITE = "04", "実態調査"
        DWELLING = "05", "居住確認"
        OTHER = "99", "その他"

    class Outcome(models.TextChoices):
        """調査の結果。"""

        FOUND = "1", "判明"
        UNKNOWN = "2", "明らかでない"
        ABROAD = "3", "国外"
        DECEASED = "4", "死亡"

    pk = models.CompositePrimaryKey("addressee_number", "inquiry_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    inquiry_id = models.BigIntegerField("調査番号")
    return_id = models.BigIntegerField("返戻番号")
    kind = models.CharField("調査の種類", max_length=2, choices=Kind.choices)
    asked_of = models.TextField("照会先")
    asked_on = models.DateField("照会日")
    asked_by = models.TextField("照会した職員")
    outcome = models.CharField("調査の結果", max_length=1, choices=Outcome.choices, blank=True)
    answered_on = models.DateField("回答日", null=True)
    reply = models.TextField("回答の内容", blank=True)
    answered_by = models.TextField("回答を記録した職員", blank=True)

    class Meta:
        db_table = "whereabouts_inquiry"
        db_table_comment = "所在調査 (F09-02, R-058)"
        indexes = [models.Index(name="inquiry_of_return", fields=["return_id"])]
        constraints = [
            models.CheckConstraint(
                name="inquiry_answered_whole",
                condition=Q(outcome="", answered_on__isnull=True)
                | (~Q(outcome="") & ~Q(reply="") & ~Q(answered_by="") & Q(answered_on__gte=F("asked_on"))),
            ),
            models.CheckConstraint(name="inquiry_asks_somebody", condition=~Q(asked_of="")),
        ]


class ServicePublication(models.Model):
    """公示送達。起案した職員は、掲示しない。掲示から7日を経過した日に、送達があったものとみなす（F09-03）。"""

    rights = KEPT

    class Ground(models.TextChoices):
        """公示送達の事由（地方税法第20条の2第1項）。"""

        WHEREABOUTS_UNKNOWN = "1", "住所、居所、事務所及び事業所が明らかでない"
        ABROAD = "2", "外国においてすべき送達につき困難な事情がある"

    class State(models.TextChoices):
        """公示送達の状態。"""

        DRAFTED = "1", "起案"
        POSTED = "2", "掲示"
        CANCELLED = "9", "取りやめ"

    pk = models.CompositePrimaryKey("addressee_number", "publication_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    publication_id = models.BigIntegerField("公示番号")
    return_id = models.BigIntegerField("返戻番号")
    ground = models.CharField("公示送達の事由", max_length=1, choices=Ground.choices)
    name = models.TextField("送達を受けるべき者")
    document_name = models.TextField("書類名")
    kept_at = models.TextField("保管する場所")
    reason = models.TextField("要件の説明")
    state = models.CharField("公示送達の状態", max_length=1, choices=State.choices)
    drafted_on = models.DateField("公示の起案日")
    drafted_by = models.TextField("公示を起案した職員")
    posted_on = models.DateField("公示日", null=True)
    posted_by = models.TextField("掲示した職員", blank=True)
    served_on = models.DateField("公示送達日", null=True)
    taken_down_on = models.DateField("掲示を外した日", null=True)
    cancel_reason = models.TextField("公示の取りやめの理由", blank=True)

    class Meta:
        db_table = "service_publication"
        db_table_comment = "公示送達 (F09-03, R-057)"
        constraints = [
            models.UniqueConstraint(
                name="one_publication_for_a_return", fields=["addressee_number", "return_id"], condition=~Q(state="9")
            ),
            models.CheckConstraint(
                name="publication_posted_by_another",
                condition=~Q(state="2")
                | (
                    Q(posted_on__isnull=False, served_on__isnull=False)
                    & ~Q(posted_by="")
                    & ~Q(posted_by=F("drafted_by"))
                ),
            ),
            models.CheckConstraint(name="publication_says_why", condition=~Q(reason="") & ~Q(kept_at="")),
            models.CheckConstraint(
                name="publication_stays_seven_days",
                condition=Q(taken_down_on__isnull=True) | Q(taken_down_on__gte=F("served_on")),
            ),
            models.CheckConstraint(
                name="publication_cancelled_with_reason", condition=~Q(state="9") | ~Q(cancel_reason="")
            ),
        ]


class ServiceRecord(models.Model):
    """書留・特別送達・交付などによる送達の記録（F09-05）。"""

    rights = APPEND_ONLY

    class Method(models.TextChoices):
        """送達の方法。"""

        REGISTERED = "02", "書留"
        SPECIAL = "03", "特別送達"
        CERTIFIED = "04", "配達証明"
        IN_PERSON = "05", "交付送達"
        SUBSTITUTE = "06", "補充送達（同居者・使用人への交付）"
        LEFT = "07", "差置送達"

    pk = models.CompositePrimaryKey("addressee_number", "record_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    record_id = models.BigIntegerField("送達記録番号")
    run_id = models.BigIntegerField("束の番号")
    letter_number = models.BigIntegerField("発付番号")
    document_name = models.TextField("書類名")
    method = models.CharField("送達の方法", max_length=2, choices=Method.choices)
    tracking_number = models.TextField("追跡番号", blank=True)
    delivered_on = models.DateField("配達日・交付日")
    place = models.TextField("送達の場所")
    received_by = models.TextField("受領者", blank=True)
    note = models.TextField("送達の説明", blank=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "service_record"
        db_table_comment = "送達の記録 (F09-05)"
        indexes = [models.Index(name="service_by_letter", fields=["run_id", "letter_number"])]
        constraints = [
            models.CheckConstraint(
                name="service_tracks_the_mail",
                condition=~Q(method__in=["02", "03", "04"]) | ~Q(tracking_number=""),
            ),
            models.CheckConstraint(
                name="service_names_the_receiver", condition=~Q(method__in=["05", "06"]) | ~Q(received_by="")
            ),
            models.CheckConstraint(name="service_left_says_why", condition=~Q(method="07") | ~Q(note="")),
        ]


class ReturnedNotice(models.Model):
    """戻った納税通知書（F09-06）。課税の側から知らされる。送達されるまで、その通知書の期別は督促しない。"""

    rights = KEPT

    class State(models.TextChoices):
        """納税通知書の返戻の状況。"""

        SEARCHING = "1", "調査中"
        RESENT = "2", "再発送で送達"
        PUBLISHED = "3", "公示送達"
        IN_PERSON = "4", "交付送達"
        CANCELLED = "9", "返戻の取消し"

    pk = models.CompositePrimaryKey("addressee_number", "notice_return_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    notice_return_id = models.BigIntegerField("通知書返戻番号")
    tax_item = models.CharField("税目", max_length=2)
    levy_year = models.SmallIntegerField("賦課年度")
    notice_number = models.TextField("通知書番号")
    sent_on = models.DateField("差出日")
    returned_on = models.DateField("返戻日")
    cause = models.CharField("返戻の事由", max_length=2, choices=ReturnedLetter.Cause.choices)
    state = models.CharField("納税通知書の返戻の状況", max_length=1, choices=State.choices)
    served_on = models.DateField("送達日", null=True)
    new_due_date = models.DateField("変更後納期限", null=True)
    told_on = models.DateField("知らされた日", null=True)
    told_to = models.TextField("取り込んだ職員", blank=True)

    class Meta:
        db_table = "returned_notice"
        db_table_comment = "戻った納税通知書 (F09-06)"
        constraints = [
            models.UniqueConstraint(
                name="one_notice_comes_back_once",
                fields=["addressee_number", "tax_item", "levy_year", "notice_number", "returned_on"],
            ),
            models.CheckConstraint(
                name="notice_served_with_day",
                condition=Q(state__in=["1", "9"], served_on__isnull=True)
                | Q(state__in=["2", "3", "4"], served_on__gte=F("returned_on")),
            ),
            models.CheckConstraint(name="notice_returned_after_sent", condition=Q(returned_on__gte=F("sent_on"))),
        ]
