"""宛名の写し。宛名管理システムから受け取った事実だけを持ち、個人番号は持たない。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.search.entries import IndexEntry


class Addressee(models.Model):
    """宛名。氏名・住所・送付先など、徴収に要る事実の写し。"""

    class Kind(models.TextChoices):
        """宛名区分。"""

        RESIDENT = "1", "住民"
        NON_RESIDENT = "2", "住登外者"
        CORPORATION = "3", "法人"
        CO_OWNERS = "4", "共有者"
        ESTABLISHMENT = "5", "事業所"

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    kind = models.CharField("宛名区分", max_length=1, choices=Kind.choices)
    name = models.TextField("氏名")
    kana = models.TextField("カナ")
    born_on = models.DateField("生年月日", null=True)
    postal_code = models.CharField("郵便番号", max_length=7)
    address = models.TextField("住所")
    address_detail = models.TextField("方書", default="", blank=True)
    corporate_number = models.CharField("法人番号", max_length=13, default="", blank=True)
    representative_name = models.TextField("代表者名", default="", blank=True)
    household_number = models.CharField("世帯番号", max_length=15, default="", blank=True)
    mailing_postal_code = models.CharField("送付先郵便番号", max_length=7, default="", blank=True)
    mailing_address = models.TextField("送付先住所", default="", blank=True)
    mailing_name = models.TextField("送付先氏名", default="", blank=True)
    died_on = models.DateField("死亡日", null=True)
    moved_out_on = models.DateField("転出日", null=True)
    protection_measure = models.BooleanField("支援措置", default=False)
    updated_on = models.DateField("異動日")
    standing = models.CharField("住民状態", max_length=1, db_default="", blank=True)
    closed_on = models.DateField("廃止日", null=True)
    former_surname = models.TextField("旧氏", db_default="", blank=True)
    alias = models.TextField("通称", db_default="", blank=True)
    sex = models.CharField("性別", max_length=1, db_default="0")
    birth_notation = models.TextField("生年月日不詳表記", db_default="", blank=True)
    relationship = models.TextField("続柄", db_default="", blank=True)
    household_head_name = models.TextField("世帯主氏名", db_default="", blank=True)
    representative_number = models.CharField("代表の宛名番号", max_length=15, db_default="", blank=True)
    protected_through = models.DateField("支援措置の末日", null=True)
    protected_from = ArrayField(models.CharField(max_length=15), verbose_name="相手方の宛名番号", db_default=[])
    withheld = models.BooleanField("他業務参照不可", db_default=False)
    feed_position = models.BigIntegerField("配信の位置", db_default=0)

    class Meta:
        db_table = "addressee"
        db_table_comment = "宛名の写し（個人番号は持たない）"
        indexes = [
            models.Index(
                name="addressee_corporate_number",
                fields=["corporate_number"],
                condition=~models.Q(corporate_number=""),
            ),
        ]


class AddresseeMailing(models.Model):
    """宛名の写しの送付先。税目・書類・期間ごと。空の税目・書類は、すべてに使う。"""

    pk = models.CompositePrimaryKey("addressee_number", "line_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    line_number = models.SmallIntegerField("並び")
    tax_item = models.CharField("税目", max_length=2)
    document = models.CharField("書類", max_length=8)
    priority = models.SmallIntegerField("優先順位")
    is_safe = models.BooleanField("支援措置の安全な送付先")
    name = models.TextField("氏名")
    postal_code = models.CharField("郵便番号", max_length=7)
    address = models.TextField("住所")
    address_detail = models.TextField("方書")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)

    class Meta:
        db_table = "addressee_mailing"
        db_table_comment = "宛名の写しの送付先"


class AddresseeAgent(models.Model):
    """宛名の写しの代理人。"""

    pk = models.CompositePrimaryKey("addressee_number", "line_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    line_number = models.SmallIntegerField("並び")
    kind = models.CharField("種別", max_length=2)
    tax_item = models.CharField("税目", max_length=2)
    agent_number = models.CharField("代理人の宛名番号", max_length=15)
    title = models.TextField("肩書")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)

    class Meta:
        db_table = "addressee_agent"
        db_table_comment = "宛名の写しの代理人"


class AddresseeContact(models.Model):
    """宛名の写しの連絡先。"""

    pk = models.CompositePrimaryKey("addressee_number", "line_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    line_number = models.SmallIntegerField("並び")
    kind = models.CharField("連絡先区分", max_length=1)
    priority = models.SmallIntegerField("優先順位")
    value = models.TextField("電話番号・メールアドレス")

    class Meta:
        db_table = "addressee_contact"
        db_table_comment = "宛名の写しの連絡先"


class SearchEntry(IndexEntry):
    """宛名検索の索引。一人に一行。写しから作り直せる。"""

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)

    class Meta(IndexEntry.Meta):
        db_table = "search_entry"
        db_table_comment = "宛名検索の索引（写しから作り直せる）"


class FeedCursor(models.Model):
    """宛名の受信の位置。ここまでの事実を書き終えた。"""

    cursor_id = models.SmallIntegerField("番号", primary_key=True)
    position = models.BigIntegerField("位置", db_default=0)
    acknowledged_position = models.BigIntegerField("受信確認の位置", db_default=0)
    moved_at = models.DateTimeField("日時", db_default=Now())

    class Meta:
        db_table = "feed_cursor"
        db_table_comment = "宛名の受信の位置（一行だけ）"
