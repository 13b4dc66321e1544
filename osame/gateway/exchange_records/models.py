"""情報提供等記録の表（番号法第23条）。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY


class ExchangeRecord(models.Model):
    """情報提供等記録。照会または提供があった旨の記録。追記だけができ、訂正は、元を名指す新しい行で行う。

    Written in the transaction of the exchange. Rows leave only through `erase_expired_records`, after `kept_through`.
    """

    rights = APPEND_ONLY

    class Direction(models.TextChoices):
        """照会か提供か。"""

        INQUIRED = "1", "照会"
        PROVIDED = "2", "提供"

    record_id = models.BigAutoField("記録番号", primary_key=True)
    direction = models.CharField("照会か提供か", max_length=1, choices=Direction.choices)
    inquiry_number = models.CharField("照会番号", max_length=40)
    permit_number = models.CharField("許可証番号", max_length=40, default="", blank=True)
    inquirer = models.CharField("照会者", max_length=16)
    inquirer_name = models.TextField("照会者の名称")
    provider = models.CharField("提供者", max_length=16)
    provider_name = models.TextField("提供者の名称")
    affair = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("手続", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    fields = ArrayField(models.TextField(), verbose_name="利用特定個人情報の項目", default=list)
    requested_at = models.DateTimeField("提供の求めの日時")
    provided_at = models.DateTimeField("提供の日時", null=True)
    outcome = models.CharField("結果", max_length=2)
    reason = models.TextField("結果のわけ", default="", blank=True)
    non_disclosure = models.BooleanField("不開示情報に該当", default=False)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, default="", blank=True)
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    kept_through = models.DateField("保存の最終日")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, verbose_name="訂正した記録")
    correction_reason = models.TextField("訂正のわけ", default="", blank=True)

    class Meta:
        db_table = "exchange_record"
        db_table_comment = "情報提供等記録 (F35-05)"
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "inquirer", "inquiry_number"],
                condition=models.Q(corrects__isnull=True),
                name="one_record_per_exchange",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects__isnull=True) | ~models.Q(correction_reason=""),
                name="correction_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["unified_addressee_number"], name="exchange_record_of_person")]
