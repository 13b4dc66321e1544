"""番号利用の根拠の表。個人番号を使ってよい事務を、日付つきのデータとして持つ。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from osame.platform.rights import READ_ONLY


class LegalBasis(models.Model):
    """番号利用の根拠。一覧にない事務、期限の切れた事務は、個人番号に触れない。"""

    rights = READ_ONLY

    basis_id = models.BigAutoField("根拠番号", primary_key=True)
    affair = models.TextField("事務")
    name = models.TextField("事務の名称")
    article = models.TextField("根拠条文")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    purposes = ArrayField(models.TextField(), verbose_name="使用目的")
    peers = ArrayField(models.TextField(), verbose_name="名乗ってよい相手システム")
    verified = models.BooleanField("原文で確認済み")
    note = models.TextField("備考", default="", blank=True)

    class Meta:
        db_table = "legal_basis"
        db_table_comment = "番号利用の根拠（番号法第9条と条例）"
        constraints = [
            models.UniqueConstraint(fields=["affair", "article", "valid_from"], name="one_basis_from_a_day"),
        ]
