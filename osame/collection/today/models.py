"""一日に一度、夜のうちに数えておくもの。元帳から、いつでも同じに数え直せる。"""

from django.db import models
from django.db.models.functions import Now


class CollectionRate(models.Model):
    """収納率。基準日までの仕訳から数えた、税目と現年・滞繰ごとの調定額と収入額。"""

    pk = models.CompositePrimaryKey("as_of", "tax_item", "carried_over")
    as_of = models.DateField("基準日")
    tax_item = models.CharField("税目", max_length=2)
    carried_over = models.BooleanField("滞納繰越分")
    determined = models.BigIntegerField("調定額")
    received = models.BigIntegerField("収入額")
    counted_at = models.DateTimeField("数えた日時", db_default=Now())

    class Meta:
        db_table = "collection_rate"
        db_table_comment = "収納率 (F23-01)"


class NearDeadline(models.Model):
    """近い期限。その種類の件数と、いちばん早い日。"""

    class Kind(models.TextChoices):
        """期限の種類。"""

        PRESCRIPTION = "1", "時効の完成"
        PROTECTION = "2", "支援措置の期間の末日"

    as_of = models.DateField("基準日")
    kind = models.CharField("種類", max_length=1, choices=Kind.choices)
    count = models.IntegerField("件数")
    earliest = models.DateField("いちばん早い日", null=True)
    pk = models.CompositePrimaryKey("as_of", "kind")

    class Meta:
        db_table = "near_deadline"
        db_table_comment = "近い期限 (F13-05)"
