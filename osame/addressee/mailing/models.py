"""送付先・連絡先の表。税目・書類・期間ごとの送付先と、電話・メール。

`valid_from` inclusive, `valid_until` exclusive. A row is never rewritten except to be superseded (`superseded_at`) or
approved once; what we believe now is `superseded_at IS NULL`.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.history import kept_history
from osame.platform.rights import KEPT


@kept_history()
class MailingAddress(models.Model):
    """送付先。税目・書類が空なら、すべてに使う。国外の住所は国名と国外住所に持つ。"""

    rights = KEPT

    mailing_address_id = models.BigAutoField("送付先番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    tax_item = models.CharField("税目", max_length=2, default="", blank=True)
    document = models.CharField("書類", max_length=8, default="", blank=True)
    priority = models.PositiveSmallIntegerField("優先順位", default=5)  # 小さいものが先
    is_safe = models.BooleanField("支援措置の安全な送付先", default=False)
    name = models.TextField("氏名", default="", blank=True)
    kana = models.TextField("フリガナ", default="", blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, default="", blank=True)
    municipality_code = models.CharField("市区町村コード", max_length=6, default="", blank=True)
    prefecture = models.TextField("都道府県", default="", blank=True)
    municipality_name = models.TextField("市区郡町村名", default="", blank=True)
    town = models.TextField("町字", default="", blank=True)
    block = models.TextField("番地号", default="", blank=True)
    building = models.TextField("方書", default="", blank=True)
    country_code = models.CharField("国名コード", max_length=3, default="", blank=True)
    country_name = models.TextField("国名", default="", blank=True)
    foreign_address = models.TextField("国外住所", default="", blank=True)
    reason = models.TextField("送付理由")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    content_key = models.CharField("同一内容の照合値", max_length=64)
    officer = models.TextField("職員")
    needs_approval = models.BooleanField("承認の要否", default=False)  # 支援措置の対象者の変更は、承認まで使わない
    approver = models.TextField("承認者", default="", blank=True)
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)

    class Meta:
        db_table = "mailing_address"
        db_table_comment = "送付先 (036o014)"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number", "tax_item", "document", "is_safe", "content_key", "valid_from"],
                condition=models.Q(superseded_at=None),
                name="mailing_address_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="mailing_address_lasts_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(approver="") | ~models.Q(approver=models.F("officer")),
                name="mailing_address_approved_by_another",
            ),
        ]
        indexes = [models.Index(fields=["addressee_number"], name="mailing_of_addressee")]


@kept_history()
class Contact(models.Model):
    """連絡先。電話は何件でも、メールも。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """連絡先区分。"""

        HOME = "1", "自宅"
        MOBILE = "2", "携帯"
        WORKPLACE = "3", "勤務先"
        FACSIMILE = "4", "ファクシミリ"
        EMAIL = "5", "メール"
        OTHER = "9", "その他"

    contact_id = models.BigAutoField("連絡先番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("連絡先区分", max_length=1, choices=Kind.choices)
    priority = models.PositiveSmallIntegerField("優先順位", default=5)
    value = models.TextField("電話番号・メールアドレス")
    search_key = models.TextField("照合値")  # 電話は数字だけ、メールは小文字
    note = models.TextField("説明", default="", blank=True)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)

    class Meta:
        db_table = "contact"
        db_table_comment = "連絡先 (036o014)"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number", "kind", "search_key"],
                condition=models.Q(superseded_at=None),
                name="contact_once",
            ),
        ]
        indexes = [models.Index(fields=["search_key"], name="contact_by_value")]
