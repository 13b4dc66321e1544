"""付番の表。どの番号を誰に渡し、どの番号をなぜ飛ばしたか。番号はすべて説明できる。

A number is taken from the range by locking its row inside the transaction that records the person, so a failed request
gives its number back and the numbers between the first and the next are exactly those of `issued_number`.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class NumberingRange(models.Model):
    """付番範囲。住民の番号と重ならない範囲から、順に付ける。検査数字は末尾に付く。"""

    rights = KEPT

    class Check(models.TextChoices):
        """検査数字の方式。"""

        NONE = "none", "なし"
        MOD11 = "mod11", "モジュラス11"
        MOD10 = "mod10", "モジュラス10"

    range_id = models.BigAutoField("範囲番号", primary_key=True)
    first_body = models.BigIntegerField("最初の番号（検査数字を除く）")
    last_body = models.BigIntegerField("最後の番号（検査数字を除く）")
    next_body = models.BigIntegerField("次の番号（検査数字を除く）")
    body_digits = models.PositiveSmallIntegerField("桁数（検査数字を除く）")
    check_scheme = models.CharField("番号の検査方式", max_length=5, choices=Check.choices)
    opened_at = models.DateTimeField("開始日時", db_default=Now())
    opened_by = models.TextField("開始した職員")
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        db_table = "numbering_range"
        db_table_comment = "付番範囲"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_body__lte=models.F("next_body"))
                & models.Q(next_body__lte=models.F("last_body") + 1),
                name="next_number_in_range",
            ),
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(ended_at=None), name="one_open_numbering_range"
            ),
        ]


class IssuedNumber(models.Model):
    """付番簿。渡した番号、飛ばした番号、引き継いだ番号。消えず、使い回さない。"""

    rights = APPEND_ONLY

    class Outcome(models.TextChoices):
        """付番簿の結果。"""

        ISSUED = "1", "付番"
        SKIPPED = "2", "欠番"  # もう使われている番号なので飛ばした
        TAKEN_OVER = "3", "既存番号"  # 依頼した業務が持っていた番号を、そのまま使う

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    outcome = models.CharField("付番簿の結果", max_length=1, choices=Outcome.choices)
    body = models.BigIntegerField("検査数字を除いた番号", null=True)
    reason = models.TextField("理由")
    request_id = models.BigIntegerField("依頼番号", null=True)
    issued_at = models.DateTimeField("付番日時", db_default=Now())

    class Meta:
        db_table = "issued_number"
        db_table_comment = "付番簿"


class NumberingRequest(models.Model):
    """付番依頼。同じ業務システムが同じ中身をもう一度送れば、前と同じ答えを返す。"""

    rights = APPEND_ONLY

    class Process(models.TextChoices):
        """処理区分。"""

        NEW = "0", "付番依頼"
        EXISTING = "1", "既存住登外者宛名番号利用"
        CHOSEN = "2", "宛名番号選択情報送信"

    request_id = models.BigAutoField("依頼番号", primary_key=True)
    system_id = models.CharField("業務ID・独自施策システム等ID", max_length=3)
    is_own_policy = models.BooleanField("独自施策システム等か", default=False)
    digest = models.CharField("中身の要約", max_length=64)  # 鍵付き。個人番号を含むので、鍵のない要約は持たない
    process = models.CharField("処理区分", max_length=1, choices=Process.choices)
    municipality_code = models.CharField("市区町村コード", max_length=6)
    addressee_number = models.CharField("宛名番号", max_length=15)
    history_number = models.PositiveIntegerField("履歴番号")
    candidates = models.JSONField("同じ基本4情報の宛名番号", default=list)
    consolidation_target = models.CharField("名寄せ先宛名番号", max_length=15, default="", blank=True)
    operator_id = models.CharField("操作者ID", max_length=10)
    operated_on = models.CharField("操作年月日", max_length=10)
    operated_at = models.CharField("操作時刻", max_length=8)
    received_at = models.DateTimeField("受信日時", db_default=Now())

    class Meta:
        db_table = "numbering_request"
        db_table_comment = "付番依頼"
        constraints = [
            models.UniqueConstraint(fields=["system_id", "is_own_policy", "digest"], name="request_answered_once"),
        ]
        indexes = [models.Index(fields=["addressee_number"], name="request_of_addressee")]
