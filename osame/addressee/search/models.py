"""検索の索引の表。宛名の履歴から作り直せる。事実の本はあくまで履歴にある。

The application may write this table but read nothing of it except addressee numbers; what it finds, it finds through
`search_entry_matches`, which shows no row to a transaction that states no purpose. (Row-level security would say the same
but would keep PostgreSQL from using the index: `@>` and `~` are not leakproof.)
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

RIGHTS = "INSERT, DELETE, SELECT (addressee_number)"


class SearchEntry(models.Model):
    """宛名検索の索引。一つの履歴に一行。小片（grams）で候補を絞り、行（lines）で合うかを決める。"""

    rights = RIGHTS

    pk = models.CompositePrimaryKey("addressee_number", "version_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    version_id = models.BigIntegerField("履歴番号")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
    kana_order = models.TextField("並びのためのカナ")
    grams = ArrayField(models.TextField(), verbose_name="小片")
    lines = models.TextField("鍵の行")

    class Meta:
        db_table = "search_entry"
        db_table_comment = "宛名検索の索引"
        indexes = [GinIndex(fields=["grams"], name="search_entry_grams", fastupdate=False)]
