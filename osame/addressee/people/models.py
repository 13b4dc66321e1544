"""宛名の表。宛名番号と、その人・法人・事業所の事実の移り変わり。

An addressee is a number. What we were told is a change (`addressee_change`): on a day, these groups of facts became so.
What we therefore believe stands in versions: from when until when it was true (`valid_from` inclusive, `valid_until`
exclusive, null while still true), when we learnt it (`recorded_at`) and when we learnt better (`superseded_at`, null
while we believe it). Neither is ever rewritten: a change is only cancelled, a version only superseded, each once. What
we believe now about a day is `superseded_at IS NULL` and the day within the validity. Only `recording` writes here.
"""

from django.db import models
from django.db.models.functions import Now

from osame.addressee.people import facts
from osame.platform.rights import APPEND_ONLY, KEPT


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
    origin = models.CharField("登録業務", max_length=3, default="000", db_default="000")  # 業務ID。001 は住民記録
    numbered_at = models.DateTimeField("付番日時", db_default=Now())
    closed_on = models.DateField("廃止日", null=True)
    not_for_other_offices = models.BooleanField("他業務参照不可", default=False, db_default=False)

    class Meta:
        db_table = "addressee"
        db_table_comment = "宛名"


class AddresseeFacts(models.Model):
    """宛名の事実。異動と履歴が、同じ列を持つ。"""

    name = models.TextField("氏名")
    kana = models.TextField("フリガナ", default="", db_default="", blank=True)
    former_surname = models.TextField("旧氏", default="", db_default="", blank=True)
    former_surname_kana = models.TextField("旧氏フリガナ", default="", db_default="", blank=True)
    alias = models.TextField("通称", default="", db_default="", blank=True)
    alias_kana = models.TextField("通称フリガナ", default="", db_default="", blank=True)
    alias_kana_confirmed = models.BooleanField("通称フリガナ確認済", default=False, db_default=False)
    roman_name = models.TextField("ローマ字氏名", default="", db_default="", blank=True)
    foreign_kanji_name = models.TextField("外国人漢字氏名", default="", db_default="", blank=True)
    sex = models.CharField("性別", max_length=1, choices=facts.Sex.choices, default="0", db_default="0")
    born_on = models.DateField("生年月日", null=True)
    birth_unknown = models.BooleanField("生年月日不詳", default=False, db_default=False)
    birth_notation = models.TextField("生年月日不詳表記", default="", db_default="", blank=True)

    postal_code = models.CharField("郵便番号", max_length=7, default="", db_default="", blank=True)
    municipality_code = models.CharField("市区町村コード", max_length=6, default="", db_default="", blank=True)
    ward_code = models.CharField("行政区コード", max_length=12, default="", db_default="", blank=True)
    town_code = models.CharField("町字コード", max_length=7, default="", db_default="", blank=True)
    prefecture = models.TextField("都道府県", default="", db_default="", blank=True)
    municipality_name = models.TextField("市区郡町村名", default="", db_default="", blank=True)
    town = models.TextField("町字", default="", db_default="", blank=True)
    block = models.TextField("番地号", default="", db_default="", blank=True)
    building = models.TextField("方書", default="", db_default="", blank=True)
    building_kana = models.TextField("方書フリガナ", default="", db_default="", blank=True)
    country_code = models.CharField("国名コード", max_length=3, default="", db_default="", blank=True)
    country_name = models.TextField("国名", default="", db_default="", blank=True)
    foreign_address = models.TextField("国外住所", default="", db_default="", blank=True)
    previous_address = models.TextField("転入前住所", default="", db_default="", blank=True)

    household_number = models.CharField("世帯番号", max_length=15, default="", db_default="", blank=True)
    relationship = models.TextField("続柄", default="", db_default="", blank=True)
    household_head_name = models.TextField("世帯主氏名", default="", db_default="", blank=True)
    standing = models.CharField("住民状態", max_length=1, choices=facts.Standing.choices)
    moved_in_on = models.DateField("住民となった日", null=True)
    moved_out_on = models.DateField("転出日", null=True)
    died_on = models.DateField("死亡日", null=True)
    death_notation = models.TextField("死亡日不詳表記", default="", db_default="", blank=True)

    corporate_number = models.CharField("法人番号", max_length=13, default="", db_default="", blank=True)
    representative_name = models.TextField("代表者名", default="", db_default="", blank=True)
    parent_number = models.CharField(
        "親の宛名番号", max_length=15, default="", db_default="", blank=True
    )  # 事業所の法人

    class Meta:
        abstract = True


class AddresseeChange(AddresseeFacts):
    """宛名の異動。告げられたこと。取消しは一度だけ書き、消さない。"""

    rights = KEPT

    change_id = models.BigAutoField("異動番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    changed_on = models.DateField("異動日")
    sequence = models.BigIntegerField("同じ日の順")
    source = models.CharField("入手元の業務", max_length=3)
    change_key = models.TextField("入手元での異動の番号")
    change_reason = models.CharField("異動事由", max_length=4)
    asserts = models.CharField("定める事実の組", max_length=6)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    cancelled_at = models.DateTimeField("取消日時", null=True)
    cancelled_by = models.TextField("取り消した職員", default="", db_default="", blank=True)
    cancellation_reason = models.TextField("取消しの理由", default="", db_default="", blank=True)

    class Meta:
        db_table = "addressee_change"
        db_table_comment = "宛名の異動"
        constraints = [
            models.UniqueConstraint(fields=["addressee_number", "source", "change_key"], name="one_change_of_a_key"),
        ]


class AddresseeVersion(AddresseeFacts):
    """宛名の履歴。ある期間に真であった事実の一組と、それをいつ知ったか。"""

    rights = KEPT
    Standing = facts.Standing
    Sex = facts.Sex

    version_id = models.BigAutoField("履歴番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    superseded_at = models.DateTimeField("上書き日時", null=True)
    change_id = models.BigIntegerField("異動番号")
    change_reason = models.CharField("異動事由", max_length=4)
    changed_on = models.DateField("異動日")
    source = models.CharField("入手元の業務", max_length=3)
    officer = models.TextField("職員")

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
        indexes = [
            models.Index(fields=["addressee_number", "valid_from"], name="version_of_addressee"),
            models.Index(
                fields=["household_number"],
                name="version_of_household",
                condition=models.Q(superseded_at=None) & ~models.Q(household_number=""),
            ),
        ]


class SuccessionStep(models.Model):
    """相続の段階。死亡した者の義務を、誰が承継するか。追記だけができる。"""

    rights = APPEND_ONLY

    class Step(models.TextChoices):
        """相続の段階の区分。"""

        HEIRS_UNKNOWN = "1", "相続人未確定"
        REPRESENTATIVE_NAMED = "2", "代表者指定"
        SUCCEEDED = "3", "承継済"
        DEATH_CANCELLED = "9", "死亡取消"

    step_id = models.BigAutoField("段階番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    step = models.CharField("相続の段階", max_length=1, choices=Step.choices)
    stepped_on = models.DateField("段階の日")
    representative_number = models.CharField(
        "相続人代表者の宛名番号", max_length=15, default="", db_default="", blank=True
    )
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "succession_step"
        db_table_comment = "相続の段階"
        indexes = [models.Index(fields=["addressee_number", "step_id"], name="succession_of_addressee")]


class CorporateEvent(models.Model):
    """法人異動。登記された出来事と、その承継先。追記だけができる。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """法人異動の区分。"""

        HEAD_OFFICE_MOVED = "1", "本店移転"
        RENAMED = "2", "商号変更"
        MERGED = "3", "合併"
        SPLIT = "4", "分割"
        DISSOLVED = "5", "解散"
        LIQUIDATED = "6", "清算結了"
        SUSPENDED = "7", "休業"
        RESUMED = "8", "再開"

    event_id = models.BigAutoField("法人異動番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("法人異動の区分", max_length=1, choices=Kind.choices)
    registered_on = models.DateField("登記日", null=True)
    happened_on = models.DateField("異動日")
    successor_number = models.CharField("承継先の宛名番号", max_length=15, default="", db_default="", blank=True)
    change_id = models.BigIntegerField("異動番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "corporate_event"
        db_table_comment = "法人異動"
        indexes = [models.Index(fields=["addressee_number", "happened_on"], name="event_of_corporation")]


class CoOwnerShare(models.Model):
    """共有持分。共有者の宛名を、誰が幾つずつ持つか。"""

    rights = KEPT

    share_id = models.BigAutoField("持分番号", primary_key=True)
    addressee_number = models.CharField("共有の宛名番号", max_length=15)
    member_number = models.CharField("構成員の宛名番号", max_length=15)
    numerator = models.BigIntegerField("持分の分子")
    denominator = models.BigIntegerField("持分の分母")
    represents = models.BooleanField("代表者", default=False)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "co_owner_share"
        db_table_comment = "共有持分"
        constraints = [
            models.CheckConstraint(
                name="share_is_a_part",
                condition=models.Q(numerator__gt=0) & models.Q(denominator__gte=models.F("numerator")),
            ),
            models.UniqueConstraint(
                fields=["addressee_number"],
                condition=models.Q(valid_until=None) & models.Q(represents=True),
                name="one_representative_of_co_owners",
            ),
            models.UniqueConstraint(
                fields=["addressee_number", "member_number"],
                condition=models.Q(valid_until=None),
                name="one_share_of_a_member",
            ),
        ]


class WithholdingNumber(models.Model):
    """指定番号。特別徴収義務者である事業所に付けた番号。"""

    rights = KEPT

    withholding_number = models.CharField("指定番号", max_length=15, primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "withholding_number"
        db_table_comment = "指定番号"
