"""符号の表。団体内統合宛名番号との一対一の紐付け。符号は暗号にして置く。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class SymbolLink(models.Model):
    """符号と団体内統合宛名番号の紐付け。 symbol は暗号、 symbol_index は鍵付きの要約で、推測した符号とは突き合わせられない。"""

    rights = KEPT

    class State(models.TextChoices):
        """符号の状態。"""

        NONE = "1", "未取得"
        REQUESTED = "2", "取得依頼中"
        OBTAINED = "3", "取得済"
        REVOKED = "4", "失効"
        FAILED = "5", "取得できない"

    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    state = models.CharField("符号の状態", max_length=1, choices=State.choices)
    processing_number = models.CharField("処理通番", max_length=32, unique=True)
    symbol = models.BinaryField("符号（暗号）", null=True)
    symbol_index = models.CharField("符号の索引", max_length=64, null=True, unique=True)
    requested_at = models.DateTimeField("取得依頼日時", null=True)
    obtained_at = models.DateTimeField("取得日時", null=True)
    revoked_at = models.DateTimeField("失効日時", null=True)
    next_attempt_at = models.DateTimeField("次に依頼する日時", null=True)
    attempts = models.IntegerField("依頼回数", default=0)

    class Meta:
        db_table = "symbol_link"
        db_table_comment = "符号の紐付け (F35-01)"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="3") | models.Q(symbol__isnull=False, symbol_index__isnull=False),
                name="obtained_has_a_symbol",
            ),
            models.CheckConstraint(
                condition=models.Q(state="3") | models.Q(symbol__isnull=True), name="only_obtained_keeps_a_symbol"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="2"), name="symbol_to_request"),
        ]


class SymbolHistory(models.Model):
    """符号の移り変わり。符号そのものは残さない。"""

    rights = APPEND_ONLY

    history_id = models.BigAutoField("履歴番号", primary_key=True)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15)
    state = models.CharField("符号の状態", max_length=1, choices=SymbolLink.State.choices)
    processing_number = models.CharField("処理通番", max_length=32)
    reason = models.TextField("わけ")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "symbol_history"
        db_table_comment = "符号の移り変わり (F35-01)"
        indexes = [models.Index(fields=["unified_addressee_number"], name="symbol_history_of_person")]
