"""検索の索引の表。宛名の履歴から作り直せる。事実の本はあくまで履歴にある。"""

from django.db import models

from osame.platform.search.entries import IndexEntry


class SearchEntry(IndexEntry):
    """宛名検索の索引。一つの履歴に一行。"""

    pk = models.CompositePrimaryKey("addressee_number", "version_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    version_id = models.BigIntegerField("履歴番号")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日の翌日", null=True)
