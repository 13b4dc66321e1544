"""支援措置の表。誰を、誰から、いつまで守るか。

A measure is in force in every state but RELEASED: an expired one stays suppressed until two people have released it.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.history import kept_history
from osame.platform.rights import APPEND_ONLY, KEPT


@kept_history()
class ProtectionMeasure(models.Model):
    """支援措置。仮支援も期限切れも、解除されるまで伏せる。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """措置区分。"""

        DOMESTIC_VIOLENCE = "1", "配偶者等からの暴力"
        STALKING = "2", "ストーカー行為等"
        CHILD_ABUSE = "3", "児童虐待等"
        OTHER = "4", "その他これに準ずる行為"

    class State(models.TextChoices):
        """支援措置の状態。"""

        PROVISIONAL = "1", "仮支援"
        ACTIVE = "2", "有効"
        EXPIRED = "3", "期限切れ（要確認）"
        RELEASED = "9", "解除"

    class Source(models.TextChoices):
        """支援措置の出どころ。"""

        RESIDENT_REGISTER = "1", "住民記録"
        OFFICER = "2", "職員"
        OTHER_MUNICIPALITY = "3", "他市区町村からの通知"

    measure_id = models.BigAutoField("措置番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("措置区分", max_length=1, choices=Kind.choices)
    state = models.CharField("支援措置の状態", max_length=1, choices=State.choices)
    source = models.CharField("支援措置の入手元", max_length=1, choices=Source.choices)
    source_key = models.TextField("出どころでの番号")
    requesting_office = models.TextField("申出を受けた機関")
    starts_on = models.DateField("開始日")
    through = models.DateField("期間の末日")
    decided_on = models.DateField("決定日", null=True)
    released_on = models.DateField("解除日", null=True)
    release_proposal = models.BigIntegerField("解除の起案番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())
    changed_at = models.DateTimeField("更新日時", db_default=Now())

    class Meta:
        db_table = "protection_measure"
        db_table_comment = "支援措置 (001o009)"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number", "source", "source_key"], name="measure_once_per_source"
            ),
            models.CheckConstraint(condition=models.Q(through__gte=models.F("starts_on")), name="measure_lasts_a_day"),
            models.CheckConstraint(  # 解除は、決裁を経た起案の番号を必ず持つ
                condition=(models.Q(state="9") & models.Q(released_on__isnull=False, release_proposal__isnull=False))
                | (~models.Q(state="9") & models.Q(released_on=None, release_proposal=None)),
                name="released_means_decided",
            ),
        ]
        indexes = [models.Index(fields=["addressee_number"], condition=~models.Q(state="9"), name="measure_in_force")]


class ProtectedRelation(models.Model):
    """支援措置の相手方。宛名番号が分からなければ、氏名だけでもよい。加えるだけで、外せない。"""

    rights = APPEND_ONLY

    protected_relation_id = models.BigAutoField("相手方番号", primary_key=True)
    measure_id = models.BigIntegerField("措置番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    other_number = models.CharField("相手方の宛名番号", max_length=15, default="", blank=True)
    other_name = models.TextField("相手方の氏名", default="", blank=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        db_table = "protected_relation"
        db_table_comment = "支援措置の相手方 (001o009)"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(other_number="") | ~models.Q(other_name=""), name="other_party_is_named"
            ),
            models.UniqueConstraint(
                fields=["measure_id", "addressee_number", "other_number", "other_name"],
                name="other_party_once",
            ),
        ]
        indexes = [models.Index(fields=["other_number"], name="other_party")]
