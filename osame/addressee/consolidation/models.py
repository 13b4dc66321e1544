"""名寄せの表。同一人の候補と、束ねた紐付け。番号も事実も変えない。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class ConsolidationLink(models.Model):
    """名寄せの紐付け。名寄せ元を、代表の宛名に束ねる。解けば終わりの日時を入れ、行は残る。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """名寄せの種類。"""

        AUTOMATIC = "1", "自動"
        MANUAL = "2", "手動"
        HANDED_OVER = "3", "代表の交替"

    link_id = models.BigAutoField("紐付番号", primary_key=True)
    addressee_number = models.CharField("名寄せ元の宛名番号", max_length=15)
    representative_number = models.CharField("代表の宛名番号", max_length=15)
    kind = models.CharField("名寄せの種類", max_length=1, choices=Kind.choices)
    evidence = models.TextField("根拠")
    proposal_id = models.BigIntegerField("起案番号", null=True)
    replaces = models.BigIntegerField("代わりに終えた紐付番号", null=True)
    linked_by = models.TextField("紐付けた職員")
    linked_at = models.DateTimeField("紐付日時", db_default=Now())
    ended_at = models.DateTimeField("解除日時", null=True)
    ended_by = models.TextField("解除した職員", default="", db_default="", blank=True)
    end_reason = models.TextField("解除の理由", default="", db_default="", blank=True)

    class Meta:
        db_table = "consolidation_link"
        db_table_comment = "名寄せの紐付け"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number"], condition=models.Q(ended_at=None), name="one_representative_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(addressee_number=models.F("representative_number")), name="nobody_represents_itself"
            ),
        ]
        indexes = [
            models.Index(
                fields=["representative_number"], name="link_to_representative", condition=models.Q(ended_at=None)
            ),
        ]


class IdentityCandidate(models.Model):
    """同一人の候補。職員が確かめるのを待つ組。一度別人とした組は、二度と問わない。"""

    rights = KEPT

    class State(models.TextChoices):
        """候補の状態。"""

        WAITING = "1", "未確認"
        LINKED = "2", "名寄せ済"
        DIFFERENT = "3", "別人"
        UNLINKED = "4", "解除"

    candidate_id = models.BigAutoField("候補番号", primary_key=True)
    addressee_number = models.CharField("名寄せ元の宛名番号", max_length=15)
    representative_number = models.CharField("代表の宛名番号", max_length=15)
    evidence = models.TextField("根拠")
    doubts = models.TextField("疑い", default="", blank=True)
    score = models.SmallIntegerField("一致した属性の数")
    state = models.CharField("候補の状態", max_length=1, choices=State.choices, default=State.WAITING)
    found_at = models.DateTimeField("見つけた日時", db_default=Now())
    settled_at = models.DateTimeField("確かめた日時", null=True)
    settled_by = models.TextField("確かめた職員", default="", db_default="", blank=True)

    class Meta:
        db_table = "identity_candidate"
        db_table_comment = "同一人の候補"
        constraints = [
            models.UniqueConstraint(
                fields=["addressee_number", "representative_number"], name="one_candidate_of_a_pair"
            ),
        ]
        indexes = [models.Index(fields=["state", "-score"], name="candidate_waiting")]
