"""データ送受信の表。出した封筒、受けた封筒、どこまで受けたか。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT, WRITE


class OutboundEnvelope(models.Model):
    """出した封筒。書いてから送り、受け取られるまで送り直す。中身は、宛先の機関だけが開けられる。"""

    rights = KEPT

    class State(models.TextChoices):
        """発信の状態。"""

        WRITTEN = "1", "未送信"
        TAKEN = "2", "受領済"

    outbound_id = models.BigAutoField("発信番号", primary_key=True)
    message_id = models.CharField("伝文番号", max_length=32, unique=True)
    kind = models.CharField("伝文の種別", max_length=20)
    receiver = models.CharField("あて先", max_length=16)
    about = models.CharField("何についてか", max_length=40)
    envelope = models.JSONField("封筒")
    state = models.CharField("発信の状態", max_length=1, choices=State.choices, db_default=State.WRITTEN)
    written_at = models.DateTimeField("書いた日時", db_default=Now())
    taken_at = models.DateTimeField("受領日時", null=True)

    class Meta:
        db_table = "outbound_envelope"
        db_table_comment = "出した封筒 (F35-07)"
        indexes = [
            models.Index(fields=["outbound_id"], condition=models.Q(state="1"), name="outbound_not_yet_taken"),
            models.Index(fields=["about"], name="outbound_about"),
        ]


class InboundEnvelope(models.Model):
    """受けた封筒。郵便受けの位置ごとに一行で、どう扱ったかを残す。追記だけができる。"""

    rights = APPEND_ONLY

    class Outcome(models.TextChoices):
        """受信の結果。"""

        APPLIED = "1", "受け入れた"
        KNOWN = "2", "もう受けている"
        REFUSED = "3", "断った"

    position = models.BigIntegerField("位置", primary_key=True)
    message_id = models.CharField("伝文番号", max_length=32)
    kind = models.CharField("伝文の種別", max_length=20)
    sender = models.CharField("送り手", max_length=16)
    outcome = models.CharField("受信の結果", max_length=1, choices=Outcome.choices)
    reason = models.TextField("わけ", default="", blank=True)
    received_at = models.DateTimeField("受けた日時", db_default=Now())

    class Meta:
        db_table = "inbound_envelope"
        db_table_comment = "受けた封筒 (F35-07)"
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], condition=models.Q(outcome="1"), name="an_envelope_is_applied_once"
            )
        ]


class MailboxCursor(models.Model):
    """郵便受けを、どこまで受けたか。控えから戻せば、ここも戻り、その後の封筒をもう一度受ける。"""

    rights = WRITE

    cursor_id = models.SmallIntegerField("番号", primary_key=True, default=1)
    position = models.BigIntegerField("位置", default=0)
    moved_at = models.DateTimeField("動いた日時", db_default=Now())

    class Meta:
        db_table = "mailbox_cursor"
        db_table_comment = "郵便受けの位置 (F35-07)"
