"""総合振込の実行に共通する列。還付金の支払と、歳出からの支払が分け合う。"""

from django.db import models


class TransferRun(models.Model):
    """一度の総合振込。一つの決裁から、一度だけ指図になる。"""

    class State(models.TextChoices):
        """振込の実行の状態。"""

        PROPOSED = "1", "起案中"
        INSTRUCTED = "2", "指図済"
        WITHDRAWN = "9", "取下げ"

    transfer_on = models.DateField("振込指定日")
    payments = models.IntegerField("件数")
    total = models.BigIntegerField("合計金額")
    digest = models.CharField("内訳のハッシュ", max_length=64)
    state = models.CharField("振込の実行の状態", max_length=1, choices=State.choices, default=State.PROPOSED)
    proposal_id = models.BigIntegerField("起案番号", null=True, unique=True)
    sealed_file = models.BinaryField("封をした総合振込ファイル", null=True)
    file_sha256 = models.CharField("総合振込ファイルのハッシュ", max_length=64, default="", blank=True)
    instructed_at = models.DateTimeField("指図の日時", null=True)
    officer = models.TextField("職員")

    class Meta:
        abstract = True
