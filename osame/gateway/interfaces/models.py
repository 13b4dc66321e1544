"""既存システム接続の表。受けたファイルと、結果のファイル。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import WRITE


class InterfaceFile(models.Model):
    """受けたファイルと、その結果。同じ業務システムの同じファイルは、一度だけ。結果は暗号で置き、期限が来れば消す。"""

    rights = WRITE

    processing_number = models.CharField("処理番号", max_length=32, primary_key=True)
    interface = models.CharField("インターフェイス番号", max_length=12)
    operation = models.CharField("行い", max_length=40)
    system = models.CharField("業務システム", max_length=20)
    name = models.TextField("ファイル名")
    sha256 = models.CharField("中身の要約", max_length=64)
    row_count = models.IntegerField("行数")
    refused_count = models.IntegerField("断った行数")
    result = models.BinaryField("結果（暗号）")
    received_at = models.DateTimeField("受けた日時", db_default=Now())
    fetched_at = models.DateTimeField("取得日時", null=True)
    keep_until = models.DateField("消す日")

    class Meta:
        db_table = "interface_file"
        db_table_comment = "既存システムとのファイル (F35-04)"
        constraints = [models.UniqueConstraint(fields=["system", "interface", "sha256"], name="one_file_is_taken_once")]
