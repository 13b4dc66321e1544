"""宛名の表。宛名番号と、その人・法人・事業所の事実の移り変わり。

An addressee is a number; what is true of it stands in versions. A version says from when until when it was true
(`valid_from` inclusive, `valid_until` exclusive, null while still true) and when we learnt it (`recorded_at`) and learnt
better (`superseded_at`, null while it is what we believe). Versions are never rewritten: only `superseded_at` is filled
in, once. What we believe now about today is `superseded_at IS NULL` and the day within the validity.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class Addressee(models.Model):
    """宛名。番号と区分。番号は使い回さない。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """宛名区分。"""

        RESIDENT = "1", "住民"
        NON_RESIDENT = "2", "住登外者"
        CORPORATION = "3", "法人"
        CO_OWNERS = "4", "共有者"
        ESTABLISHMENT = "5", "事業所"

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    kind = models.CharField("宛名区分", max_length=1, choices=Kind.choices)
    origin = models.CharField("登録業務", max_length=3, default="000")  # 業務ID。001 は住民記録
    numbered_at = models.DateTimeField("付番日時", db_default=Now())
    closed_on = models.DateField("廃止日", null=True)
    not_for_other_offices = models.BooleanField("他業務参照不可", default=False)

    class Meta:
        db_table = "addressee"
        db_table_comment = "宛名"


class AddresseeVersion(models.Model):
    """宛名の履歴。ある期間に真であった事実の一組と、それをいつ知ったか。"""

    rights = KEPT

    class Standing(models.TextChoices):
        """住民状態。"""

        REGISTERED = "1", "住登者"
        UNREGISTERED = "2", "住登外者"
        MOVED_OUT = "3", "転出者"
        DEAD = "4", "死亡者"
        REMOVED = "5", "消除者"
        ACTIVE = "6", "存続"  # 法人・共有者・事業所
        DISSOLVED = "7", "消滅"  # 合併・清算結了・廃業

    class Sex(models.TextChoices):
        """性別。"""

        UNKNOWN = "0", "不明"
        MALE = "1", "男"
        FEMALE = "2", "女"

    version_id = models.BigAutoField("履歴番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)
    change_reason = models.CharField("異動事由", max_length=4)
    changed_on = models.DateField("異動日")
    source = models.CharField("更新元業務", max_length=3)
    officer = models.TextField("職員")
    standing = models.CharField("住民状態", max_length=1, choices=Standing.choices)

    name = models.TextField("氏名")
    kana = models.TextField("フリガナ", default="", blank=True)
    former_surname = models.TextField("旧氏", default="", blank=True)
    former_surname_kana = models.TextField("旧氏フリガナ", default="", blank=True)
    alias = models.TextField("通称", default="", blank=True)
    alias_kana = models.TextField("通称フリガナ", default="", blank=True)
    roman_name = models.TextField("ローマ字氏名", default="", blank=True)
    foreign_kanji_name = models.TextField("外国人漢字氏名", default="", blank=True)
    sex = models.CharField("性別", max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    born_on = models.DateField("生年月日", null=True)
    birth_unknown = models.BooleanField("生年月日不詳", default=False)
    birth_notation = models.TextField("生年月日不詳表記", default="", blank=True)

    postal_code = models.CharField("郵便番号", max_length=7, default="", blank=True)
    municipality_code = models.CharField("市区町村コード", max_length=6, default="", blank=True)
    town_code = models.CharField("町字コード", max_length=7, default="", blank=True)
    prefecture = models.TextField("都道府県", default="", blank=True)
    municipality_name = models.TextField("市区郡町村名", default="", blank=True)
    town = models.TextField("町字", default="", blank=True)
    block = models.TextField("番地号", default="", blank=True)
    building = models.TextField("方書", default="", blank=True)
    building_kana = models.TextField("方書フリガナ", default="", blank=True)
    country_code = models.CharField("国名コード", max_length=3, default="", blank=True)
    country_name = models.TextField("国名", default="", blank=True)
    foreign_address = models.TextField("国外住所", default="", blank=True)

    household_number = models.CharField("世帯番号", max_length=15, default="", blank=True)
    relationship = models.TextField("続柄", default="", blank=True)
    household_head_name = models.TextField("世帯主氏名", default="", blank=True)
    moved_in_on = models.DateField("住民となった日", null=True)
    moved_out_on = models.DateField("転出日", null=True)
    died_on = models.DateField("死亡日", null=True)
    death_notation = models.TextField("死亡日不詳表記", default="", blank=True)

    corporate_number = models.CharField("法人番号", max_length=13, default="", blank=True)
    representative_name = models.TextField("代表者名", default="", blank=True)
    parent_number = models.CharField("親の宛名番号", max_length=15, default="", blank=True)  # 事業所の法人、共有の代表

    class Meta:
        db_table = "addressee_version"
        db_table_comment = "宛名の履歴"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number", "valid_from"],
                condition=models.Q(superseded_at=None),
                name="one_believed_version_from_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="version_lasts_at_least_a_day",
            ),
        ]
        indexes = [models.Index(fields=["addressee_number", "valid_from"], name="version_of_addressee")]
