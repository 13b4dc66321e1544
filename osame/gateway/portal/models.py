"""マイナポータルとのやり取りの表。自己情報の求めと答え、お知らせ。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class SelfProvision(models.Model):
    """自己情報提供。本人の求めと、その答え。断ったことも、わけとともに残る。同じ求めには、同じ答えを返す。 content は暗号。"""

    rights = KEPT

    class State(models.TextChoices):
        """自己情報提供の状態。"""

        PROVIDED = "2", "提供"
        NOTHING = "3", "該当なし"
        REFUSED = "4", "拒否"

    request_number = models.CharField("自己情報の求めの番号", max_length=40, primary_key=True)
    affair = models.CharField("事務コード", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, default="", blank=True)
    state = models.CharField("自己情報提供の状態", max_length=1, choices=State.choices)
    reason = models.TextField("わけ")
    content = models.BinaryField("答えの中身（暗号）", null=True)
    received_at = models.DateTimeField("届いた日時")
    erased_at = models.DateTimeField("中身を消した日時", null=True)
    to_send = models.BooleanField("答えを送る", default=True)

    class Meta:
        db_table = "self_provision"
        db_table_comment = "自己情報提供 (F35-11)"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="2") | models.Q(content__isnull=False) | models.Q(erased_at__isnull=False),
                name="provided_to_oneself_has_content",
            ),
            models.CheckConstraint(
                condition=models.Q(state="2") | models.Q(content__isnull=True), name="refused_to_oneself_has_no_content"
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(to_send=True), name="self_provision_to_send"),
            models.Index(
                fields=["received_at"], condition=models.Q(content__isnull=False), name="self_provision_to_erase"
            ),
        ]


class PortalNotice(models.Model):
    """マイナポータルのお知らせ。業務システムとレコード識別番号ごとに一つ。 text: 本文（暗号）。期限が来れば消す。"""

    rights = KEPT

    class State(models.TextChoices):
        """お知らせの状態。"""

        REGISTERED = "1", "登録"
        SENT = "2", "送信済"
        POSTED = "3", "掲載"
        READ = "4", "既読"
        CANCELLING = "5", "取消待ち"
        CANCELLED = "6", "取消"
        NOBODY = "7", "対象者なし"
        FAILED = "E", "失敗"

    portal_notice_number = models.CharField("お知らせ番号", max_length=40, primary_key=True)
    system = models.CharField("業務システム", max_length=20)
    record_key = models.CharField("レコード識別番号", max_length=40)
    content_hash = models.CharField("お知らせの内容のハッシュ", max_length=64)
    department = models.TextField("所属", default="", blank=True)
    officer = models.TextField("職員")
    affair = models.CharField("事務コード", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16, default="", blank=True)
    addressee_number = models.CharField("宛名番号", max_length=15, default="", blank=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    content = models.BinaryField("件名と本文（暗号）", null=True)
    shown_through = models.DateField("掲載の最終日")
    state = models.CharField("お知らせの状態", max_length=1, choices=State.choices, default=State.REGISTERED)
    reason = models.TextField("わけ", default="", blank=True)
    registered_at = models.DateTimeField("登録日時")
    changed_at = models.DateTimeField("状態の変わった日時", db_default=Now())
    next_attempt_at = models.DateTimeField("次に送る日時", null=True)
    give_up_at = models.DateTimeField("あきらめる日時")
    attempts = models.IntegerField("送った回数", default=0)

    class Meta:
        db_table = "portal_notice"
        db_table_comment = "マイナポータルのお知らせ (F35-11)"
        constraints = [
            models.UniqueConstraint(fields=["system", "record_key"], name="one_notice_per_record_key"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["7", "E"]) | ~models.Q(reason=""), name="a_failed_notice_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state__in=["1", "2", "5"]), name="notice_to_send"
            ),
            models.Index(fields=["unified_addressee_number"], name="notice_of_person"),
        ]
