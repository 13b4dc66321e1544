"""情報提供データベース（副本）の表。特定個人情報の写しと、自動応答不可・不開示該当のフラグ。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT, WRITE


class CopyRecord(models.Model):
    """副本。団体内統合宛名番号、特定個人情報名コード、データセットのキーごとに、版を重ねる。 content は暗号。"""

    rights = KEPT

    copy_id = models.BigAutoField("副本番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    item = models.CharField("特定個人情報名コード", max_length=16)
    data_key = models.CharField("データセットのキー", max_length=40, default="", blank=True)
    record_key = models.CharField("レコード識別番号", max_length=40, unique=True)
    version = models.IntegerField("版")
    content = models.BinaryField("副本の中身（暗号）")
    checksum = models.CharField("中身の要約", max_length=64)
    published_on = models.DateField("公開日")
    published_until = models.DateField("公開終了日", null=True)
    automatic_answer = models.BooleanField("自動応答できる", default=True)
    non_disclosure = models.BooleanField("不開示該当", default=False)
    current = models.BooleanField("いまの版", default=True)
    written_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "copy_record"
        db_table_comment = "副本 (F35-06)"
        constraints = [
            models.UniqueConstraint(
                fields=["unified_addressee_number", "item", "data_key"],
                condition=models.Q(current=True),
                name="one_current_copy",
            )
        ]


class PersonFlag(models.Model):
    """団体内統合宛名番号ごとのフラグ。支援措置の対象者などは、自動で答えない。"""

    rights = WRITE

    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    automatic_answer = models.BooleanField("自動応答できる", default=True)
    non_disclosure = models.BooleanField("不開示該当", default=False)
    set_at = models.DateTimeField("設定日時", db_default=Now())

    class Meta:
        db_table = "person_flag"
        db_table_comment = "団体内統合宛名番号ごとのフラグ (F35-06)"


class PublicationEnd(models.Model):
    """公開終了日の一括設定。実行する前なら取り消せる。"""

    rights = KEPT

    setting_id = models.BigAutoField("設定番号", primary_key=True)
    item = models.CharField("特定個人情報名コード", max_length=16)
    published_until = models.DateField("公開終了日")
    changed = models.IntegerField("変えた件数", default=0)
    cancelled_at = models.DateTimeField("取消日時", null=True)
    made_at = models.DateTimeField("設定日時", db_default=Now())

    class Meta:
        db_table = "publication_end"
        db_table_comment = "公開終了日の一括設定 (F35-06)"


class PublicationEndBefore(models.Model):
    """一括設定の前の公開終了日。取り消すときに戻す。"""

    rights = APPEND_ONLY

    before_id = models.BigAutoField("番号", primary_key=True)
    setting_id = models.BigIntegerField("設定番号")
    copy_id = models.BigIntegerField("副本番号")
    published_until = models.DateField("前の公開終了日", null=True)

    class Meta:
        db_table = "publication_end_before"
        db_table_comment = "一括設定の前の公開終了日 (F35-06)"
        indexes = [models.Index(fields=["setting_id"], name="before_of_setting")]
