"""情報照会の表。一件の照会と、その一段ごとの移り変わり。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class InformationInquiry(models.Model):
    """情報照会。業務システムとその照会番号（レコード識別番号）ごとに一つ。

    answer: 回答の項目（暗号）。保存の期限が来るか、業務に引き渡して期限が過ぎれば消す。
    """

    rights = KEPT

    class State(models.TextChoices):
        """照会の状態。"""

        REGISTERED = "1", "登録"
        ASKED_PERMIT = "2", "許可証待ち"
        PERMITTED = "3", "許可証取得"
        ASKED = "4", "応答待ち"
        HELD = "5", "提供待ち"
        ANSWERED = "6", "結果受領"
        DELIVERED = "7", "取得済"
        REFUSED = "8", "拒否"
        CANCELLED = "9", "取りやめ"
        FAILED = "E", "失敗"

    inquiry_number = models.CharField("照会番号", max_length=40, primary_key=True)
    system = models.CharField("業務システム", max_length=20)
    record_key = models.CharField("レコード識別番号", max_length=40)
    content_hash = models.CharField("照会内容のハッシュ", max_length=64)
    department = models.TextField("所属", default="", blank=True)
    officer = models.TextField("職員")
    case_number = models.TextField("受付番号", default="", blank=True)
    addressee_number = models.CharField("宛名番号", max_length=15, default="", blank=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    affair = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("手続", max_length=16)
    provider = models.CharField("提供者", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    period_from = models.CharField("照会開始日", max_length=8, default="", blank=True)
    period_through = models.CharField("照会終了日", max_length=8, default="", blank=True)
    non_disclosure = models.BooleanField("照会側不開示", default=False)
    state = models.CharField("照会の状態", max_length=1, choices=State.choices)
    permit = models.JSONField("許可証", null=True)
    permit_number = models.CharField("許可証番号", max_length=40, default="", blank=True)
    route = models.CharField("提供者の証明書", max_length=32, default="", blank=True)
    outcome = models.CharField("回答の区分", max_length=2, default="", blank=True)
    code = models.CharField("断りの番号", max_length=20, default="", blank=True)
    reason = models.TextField("わけ", default="", blank=True)
    answer = models.BinaryField("答え", null=True)
    registered_at = models.DateTimeField("登録日時")
    requested_at = models.DateTimeField("提供の求めの日時", null=True)
    ended_at = models.DateTimeField("終わった日時", null=True)
    delivered_at = models.DateTimeField("取得日時", null=True)
    next_attempt_at = models.DateTimeField("次に送る日時", null=True)
    give_up_at = models.DateTimeField("あきらめる日時")
    attempts = models.IntegerField("送った回数", default=0)
    keep_until = models.DateField("回答を消す日", null=True)

    class Meta:
        db_table = "information_inquiry"
        db_table_comment = "情報照会の一件 (F35-02)"
        constraints = [
            models.UniqueConstraint(fields=["system", "record_key"], name="one_inquiry_per_record_key"),
            models.CheckConstraint(
                condition=models.Q(state__in=["6", "7", "8", "9", "E"], ended_at__isnull=False)
                | models.Q(state__in=["1", "2", "3", "4", "5"], ended_at__isnull=True),
                name="an_ended_inquiry_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["8", "9", "E"]) | ~models.Q(reason=""), name="a_refusal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["6", "7"]) | models.Q(answer__isnull=True),
                name="only_an_answered_inquiry_has_an_answer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["1", "2", "3", "4", "5"]),
                name="inquiry_to_send",
            ),
            models.Index(fields=["unified_addressee_number"], name="inquiry_of_person"),
            models.Index(fields=["keep_until"], condition=models.Q(answer__isnull=False), name="answer_to_erase"),
        ]


class InquiryStep(models.Model):
    """照会の一段。状態が変わるたびに、引金（トリガー）が書く。"""

    rights = APPEND_ONLY

    step_id = models.BigAutoField("段の番号", primary_key=True)
    inquiry_number = models.CharField("照会番号", max_length=40)
    state = models.CharField("照会の状態", max_length=1)
    reason = models.TextField("わけ", default="", blank=True)
    taken_at = models.DateTimeField("日時", db_default=Now())

    class Meta:
        db_table = "inquiry_step"
        db_table_comment = "情報照会の一段 (F35-02)"
        indexes = [models.Index(fields=["inquiry_number"], name="step_of_inquiry")]


class Cancellation(models.Model):
    """照会の取りやめの求め。間に合わなければ、その旨が残る。"""

    rights = APPEND_ONLY

    cancellation_id = models.BigAutoField("取りやめ番号", primary_key=True)
    inquiry_number = models.CharField("照会番号", max_length=40)
    cancelled = models.BooleanField("取りやめた")
    reason = models.TextField("わけ")
    asked_at = models.DateTimeField("求めた日時")

    class Meta:
        db_table = "cancellation"
        db_table_comment = "照会の取りやめの求め (F35-02)"
        indexes = [models.Index(fields=["inquiry_number"], name="cancellation_of_inquiry")]
