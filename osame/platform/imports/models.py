"""取込みの記録。どのファイルが、いつ、何行、どうなったか。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import WRITE


class IntakeFile(models.Model):
    """取込ファイル。同じ様式の同じ中身は、二度受け付けない。"""

    class State(models.TextChoices):
        """取込みの結果。"""

        POSTED = "1", "取込済"
        REFUSED = "9", "受付拒否"

    intake_file_id = models.BigAutoField("取込番号", primary_key=True)
    content_hash = models.CharField("様式と内容のハッシュ", max_length=64, unique=True)
    profile = models.TextField("様式")
    channel = models.CharField("納付チャネル", max_length=2, default="")
    source = models.TextField("入手元")
    medium = models.TextField("媒体")
    file_name = models.TextField("ファイル名")
    business_on = models.DateField("処理日", null=True)
    sequence_key = models.TextField("通番", default="")
    state = models.CharField("状態", max_length=1, choices=State.choices)
    rows_in = models.IntegerField("行数", default=0)
    rows_posted = models.IntegerField("取込行数", default=0)
    rows_held = models.IntegerField("保留行数", default=0)
    rows_rejected = models.IntegerField("不受理行数", default=0)
    declared_total = models.BigIntegerField("合計金額（送付元）", null=True)
    amount_matched = models.BigIntegerField("消込金額", default=0)
    amount_held = models.BigIntegerField("保留金額", default=0)
    amount_rejected = models.BigIntegerField("不受理金額", default=0)
    amount_reported = models.BigIntegerField("報告のみの金額（速報・取消・不能）", default=0)
    refusal = models.TextField("拒否理由", default="", blank=True)
    received_at = models.DateTimeField("受付日時", auto_now_add=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "intake_file"
        db_table_comment = "取込ファイル (E-42)"
        indexes = [models.Index(name="intake_file_day", fields=["profile", "business_on"])]
        constraints = [
            models.CheckConstraint(
                name="intake_rows_are_all_accounted_for",
                condition=models.Q(rows_in=models.F("rows_posted") + models.F("rows_held") + models.F("rows_rejected")),
            ),
        ]


class RejectedRow(models.Model):
    """受け付けなかった行。封をした原文と、理由を残す。"""

    pk = models.CompositePrimaryKey("intake_file_id", "line_number")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    sealed_raw = models.BinaryField("封をした原文")
    reason = models.TextField("理由")
    amount = models.BigIntegerField("金額", null=True)

    class Meta:
        db_table = "rejected_row"
        db_table_comment = "不受理の行"


class Upload(models.Model):
    """画面に落とされ、まだ取り込んでいないファイル。中身は暗号にして置き、取り込めば消す。"""

    rights = WRITE

    upload_id = models.BigAutoField("預かり番号", primary_key=True)
    batch = models.UUIDField("一度に落とした組")
    file_name = models.TextField("ファイル名")
    size = models.BigIntegerField("大きさ")
    content_digest = models.CharField("内容のハッシュ", max_length=64)
    profile = models.TextField("様式", db_default="")
    medium = models.TextField("媒体", db_default="")
    sealed = models.BinaryField("中身（暗号）")
    staff_number = models.CharField("職員番号", max_length=32)
    uploaded_at = models.DateTimeField("預かった日時", db_default=Now())
    intake_file_id = models.BigIntegerField("取込番号", null=True)
    already_received = models.BooleanField("受領済", db_default=False)

    class Meta:
        db_table = "upload"
        db_table_comment = "預かったファイル"
        indexes = [models.Index(fields=["batch"], name="upload_batch")]
