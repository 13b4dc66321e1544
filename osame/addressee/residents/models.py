"""住民記録から届くものの表。待っている取消し、番号の引継ぎ、連携サーバーへ渡す封筒。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT, WRITE


class HeldCancellation(models.Model):
    """保留した取消し。取り消す異動がまだ届いていない。届けば取り消し、解いた日時を入れる。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("intake_file_id", "line_number")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    addressee_number = models.CharField("宛名番号", max_length=15)
    cancels = models.TextField("取り消す異動の番号")
    officer = models.TextField("職員")
    held_at = models.DateTimeField("保留日時", db_default=Now())
    released_at = models.DateTimeField("解いた日時", null=True)

    class Meta:
        db_table = "held_cancellation"
        db_table_comment = "保留した取消し"
        indexes = [
            models.Index(
                fields=["addressee_number"], name="held_cancellation_waiting", condition=models.Q(released_at=None)
            ),
        ]


class NumberInheritance(models.Model):
    """番号の引継ぎ。住登外者が住民になり、新しい番号が付いた。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "inherits_from")
    addressee_number = models.CharField("宛名番号", max_length=15)
    inherits_from = models.CharField("引継ぎ元の宛名番号", max_length=15)
    inherited_on = models.DateField("引継ぎ日")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "number_inheritance"
        db_table_comment = "番号の引継ぎ"


class SealedNumberOutbox(models.Model):
    """個人番号の封筒の控え。連携サーバーへ渡すまで置き、渡せば消す。ここでは誰も開けられない。"""

    rights = WRITE

    envelope_id = models.BigAutoField("封筒番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    sealed = models.BinaryField("封筒")
    told_in = models.BigIntegerField("異動連番（住民記録）")
    intake_file_id = models.BigIntegerField("取込番号")
    sealed_at = models.DateTimeField("封をした日時", db_default=Now())

    class Meta:
        db_table = "sealed_number_outbox"
        db_table_comment = "個人番号の封筒の控え"
