"""公金受取口座の照会の表。本人の希望、照会、受け取った口座、使った日、消した日を、還付の受取人に結び付ける。"""

from django.db import models
from django.db.models import Q

from osame.platform.rights import KEPT


class PublicBenefitAccountInquiry(models.Model):
    """公金受取口座の照会。本人の希望を受けた還付の受取人について、一度に一つだけ生きる。"""

    rights = KEPT

    class State(models.TextChoices):
        """照会の状態（F05-05）。"""

        WISHED = "1", "希望受付"
        ASKED = "2", "照会中"
        OBTAINED = "3", "取得"
        USED = "4", "利用"
        ERASED = "5", "消去"
        NOTHING = "6", "登録なし"
        FAILED = "7", "照会不可"
        CANCELLED = "9", "取りやめ"

    class WishSource(models.TextChoices):
        """希望の受け方。"""

        CLAIM_FORM = "1", "還付請求書の希望欄"
        COUNTER = "2", "窓口での申出"
        DOCUMENT = "3", "その他の文書"

    pk = models.CompositePrimaryKey("addressee_number", "inquiry_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    inquiry_id = models.BigIntegerField("口座照会番号")
    decision_id = models.BigIntegerField("決議番号")
    payee_number = models.SmallIntegerField("受取人番号")
    request_key = models.UUIDField("レコード識別番号")
    state = models.CharField("口座照会の状態", max_length=1, choices=State.choices, default=State.WISHED)
    wished_on = models.DateField("希望日")
    wish_source = models.CharField("希望の受け方", max_length=1, choices=WishSource.choices)
    wish_officer = models.TextField("希望を受けた職員")
    reason = models.TextField("もう一度照会する理由", default="", blank=True)
    asked_at = models.DateTimeField("照会日時", null=True)
    asked_by = models.TextField("照会した職員", default="", blank=True)
    number_right_id = models.BigIntegerField("権限番号", null=True)
    inquiry_number = models.TextField("照会番号", default="", blank=True)
    answered_on = models.DateField("回答日", null=True)
    outcome = models.TextField("照会の結果", default="", blank=True)
    account_id = models.BigIntegerField("還付先口座番号", null=True)
    account_digest = models.CharField("口座の鍵付き要約", max_length=64, default="", blank=True)
    holder_matched = models.BooleanField("名義の一致", null=True)
    used_on = models.DateField("口座を使った日", null=True)
    erased_on = models.DateField("口座の消去日", null=True)

    class Meta:
        db_table = "public_benefit_account_inquiry"
        db_table_comment = "公金受取口座の照会 (F05-05, F35-12, R-151)"
        indexes = [
            models.Index(name="account_inquiry_waiting", fields=["inquiry_id"], condition=Q(state="2")),
            models.Index(name="account_inquiry_digest", fields=["account_digest"], condition=~Q(account_digest="")),
        ]
        constraints = [
            models.UniqueConstraint(name="account_inquiry_key", fields=["addressee_number", "request_key"]),
            models.UniqueConstraint(name="one_living_account_inquiry", condition=Q(state__in=["1", "2", "3"]),
                fields=["addressee_number", "decision_id", "payee_number"]),
            models.CheckConstraint(name="account_inquiry_is_asked_by_right", condition=Q(state__in=["1", "9"])
                | Q(asked_at__isnull=False, number_right_id__isnull=False) & ~Q(asked_by="")),
            models.CheckConstraint(name="account_inquiry_has_its_account",
                condition=~Q(state__in=["3", "4"]) | Q(account_id__isnull=False, holder_matched__isnull=False)),
            models.CheckConstraint(name="account_inquiry_tells_why",
                condition=~Q(state__in=["6", "7", "9"]) | ~Q(outcome="")),
            models.CheckConstraint(name="account_inquiry_forgets",
                condition=Q(state="5", erased_on__isnull=False, account_digest="") | ~Q(state="5") & Q(erased_on=None)),
        ]  # fmt: skip
