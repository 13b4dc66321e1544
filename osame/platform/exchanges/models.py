"""システム間のやり取りの表。双方が同じことを記録し、同じ署名は一度しか通らない。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY


class ExchangeLog(models.Model):
    """システム間通信の記録。誰が何のために何を求め、どう答えたか。本文は残さない。"""

    rights = APPEND_ONLY

    class Direction(models.TextChoices):
        """通信の向き。"""

        SENT = "1", "発信"
        RECEIVED = "2", "受信"

    exchange_id = models.BigAutoField("通信番号", primary_key=True)
    occurred_at = models.DateTimeField("日時", db_default=Now())
    direction = models.CharField("通信の向き", max_length=1, choices=Direction.choices)
    peer = models.TextField("相手システム")
    operation = models.TextField("操作")
    request_number = models.TextField("操作番号")
    nonce = models.TextField("一回限りの値")
    key_id = models.TextField("署名の鍵")
    officer = models.TextField("職員")
    function_code = models.TextField("機能コード")
    purpose = models.TextField("使用目的")
    status = models.IntegerField("応答の番号")
    failure = models.TextField("失敗の種別", default="", blank=True)
    bytes_sent = models.BigIntegerField("送ったバイト数")
    bytes_received = models.BigIntegerField("受けたバイト数")
    milliseconds = models.IntegerField("所要ミリ秒")

    class Meta:
        db_table = "exchange_log"
        db_table_comment = "システム間通信の記録（追記のみ）"
        indexes = [models.Index(fields=["nonce"], name="exchange_by_nonce")]


class ExchangeNonce(models.Model):
    """使われた一回限りの値。同じ署名の二度目を断る。期限の過ぎたものは消してよい。"""

    pk = models.CompositePrimaryKey("key_id", "nonce")
    key_id = models.TextField("署名の鍵")
    nonce = models.TextField("一回限りの値")
    expires_at = models.DateTimeField("有効期限")

    class Meta:
        db_table = "exchange_nonce"
        db_table_comment = "使われた一回限りの値"
        indexes = [models.Index(fields=["expires_at"], name="nonce_by_expiry")]
