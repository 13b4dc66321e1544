"""徴税吏員の証票の交付簿の表。"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class OfficerCredential(models.Model):
    """徴税吏員に交付した証票（R-116）。交付と返納を残す。同じ種類の証票は、一人が一つだけ持つ。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """証票の種類。"""

        IDENTITY = "1", "徴税吏員証"
        EXAMINATION = "2", "質問・検査・捜索の証明書"
        SEARCH = "3", "捜索許可書"

    class End(models.TextChoices):
        """証票を終える事由。"""

        RETURNED = "1", "返納"
        LOST = "2", "紛失"
        DESTROYED = "3", "汚損・破損による引換え"

    credential_id = models.BigAutoField("証票番号", primary_key=True)
    kind = models.CharField("証票の種類", max_length=1, choices=Kind.choices)
    staff_number = models.CharField("職員番号", max_length=20)
    name = models.TextField("証票の氏名")
    position = models.TextField("証票の職名")
    valid_from = models.DateField("適用開始日")
    valid_through = models.DateField("証票の有効期間の末日")
    investigation_id = models.BigIntegerField("調査番号", null=True)
    issued_on = models.DateField("証票の発付日")
    issued_by = models.TextField("証票を交付した職員")
    ended_on = models.DateField("証票の返納日", null=True)
    end = models.CharField("証票を終えた事由", max_length=1, choices=End.choices, default="", blank=True)
    end_note = models.TextField("証票を終えた説明", default="", blank=True)
    ended_by = models.TextField("証票を受け取った職員", default="", blank=True)
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "officer_credential"
        db_table_comment = "徴税吏員の証票 (F16-11, R-116)"
        constraints = [
            models.UniqueConstraint(
                name="one_credential_of_a_kind",
                fields=["staff_number", "kind"],
                condition=Q(ended_on=None) & ~Q(kind="3"),
            ),
            models.CheckConstraint(
                name="credential_period",
                condition=Q(valid_through__gte=F("valid_from"), valid_from__gte=F("issued_on")),
            ),
            models.CheckConstraint(
                name="credential_of_a_search",
                condition=Q(kind="3", investigation_id__isnull=False) | (~Q(kind="3") & Q(investigation_id=None)),
            ),
            models.CheckConstraint(
                name="credential_ended_whole",
                condition=Q(ended_on=None, end="", ended_by="")
                | (Q(ended_on__gte=F("issued_on")) & ~Q(end="") & ~Q(ended_by="")),
            ),
            models.CheckConstraint(name="credential_lost_says_how", condition=~Q(end="2") | ~Q(end_note="")),
            models.CheckConstraint(name="credential_names_its_holder", condition=~Q(name="") & ~Q(position="")),
        ]
