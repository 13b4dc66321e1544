"""中間サーバーへの通知の表。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class GatewayNotice(models.Model):
    """中間サーバー通知。付番と削除を、一人ずつ順に、届くまで送る。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """通知の種別。"""

        NUMBERED = "1", "付番"
        DELETED = "2", "削除"

    class State(models.TextChoices):
        """通知の状態。"""

        WAITING = "1", "未送信"
        SENT = "2", "送信済"
        ACKNOWLEDGED = "3", "受領済"
        ERROR = "4", "エラー"

    notice_id = models.BigAutoField("通知番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    kind = models.CharField("通知の種別", max_length=1, choices=Kind.choices)
    state = models.CharField("通知の状態", max_length=1, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField("送信回数", default=0)
    error_code = models.CharField("エラーコード", max_length=20, default="", blank=True)
    made_at = models.DateTimeField("作成日時", db_default=Now())
    sent_at = models.DateTimeField("送信日時", null=True)
    acknowledged_at = models.DateTimeField("受領日時", null=True)

    class Meta:
        db_table = "gateway_notice"
        db_table_comment = "中間サーバー通知 (F34-03)"
        constraints = [
            models.UniqueConstraint(fields=["unified_addressee_number", "kind"], name="one_notice_of_a_kind"),
            models.CheckConstraint(
                condition=~models.Q(state="3") | models.Q(acknowledged_at__isnull=False), name="acknowledged_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["notice_id"], condition=~models.Q(state="3"), name="notice_not_yet_arrived"),
        ]
