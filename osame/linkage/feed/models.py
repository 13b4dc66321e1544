"""宛名の受信の表。どこまで受け取り、どの宛名のどの位置までを当てたか。"""

from django.db import models
from django.db.models.functions import Now


class FeedCursor(models.Model):
    """宛名の受信の位置。ここまでの事実を当て終えた。"""

    cursor_id = models.SmallIntegerField("番号", primary_key=True)
    position = models.BigIntegerField("位置", db_default=0)
    acknowledged_position = models.BigIntegerField("受信確認の位置", db_default=0)
    moved_at = models.DateTimeField("日時", db_default=Now())

    class Meta:
        db_table = "feed_cursor"
        db_table_comment = "宛名の受信の位置（一行だけ）"


class FeedReceived(models.Model):
    """宛名ごとの受信の位置。紐付けのある宛名だけを持つ。遅れて届いた古い事実を当てない。"""

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    position = models.BigIntegerField("位置")

    class Meta:
        db_table = "feed_received"
        db_table_comment = "宛名ごとの受信の位置"
