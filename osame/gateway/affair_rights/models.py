"""職員ごとの事務の権限の表。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT
from osame.platform.systems import SYSTEMS


class AffairRight(models.Model):
    """事務の権限。どの職員が、どの所属で、どの事務（と特定個人情報）について、何を行ってよいか。行がなければ、行えない。

    system: 職員のいるシステム。この画面の職員なら gateway、照会を頼む業務の職員なら、その業務システム。 item: 空なら、その事務の
    すべての特定個人情報。
    """

    rights = KEPT

    class Deed(models.TextChoices):
        """行ってよいこと。"""

        LOOK = "1", "見る"
        ORDER = "2", "照会する"
        RELEASE = "3", "提供を決める"
        CORRECT = "4", "記録を訂正する"

    affair_right_id = models.BigAutoField("事務の権限番号", primary_key=True)
    system = models.CharField("職員のいるシステム", max_length=20)
    staff_number = models.CharField("職員番号", max_length=20)
    department = models.TextField("所属", default="", blank=True)
    affair = models.CharField("事務コード", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16, default="", blank=True)
    deed = models.CharField("行ってよいこと", max_length=1, choices=Deed.choices)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    proposal_id = models.BigIntegerField("起案番号")
    granted_by = models.TextField("付与した職員")
    granted_at = models.DateTimeField("付与日時", db_default=Now())
    ended_at = models.DateTimeField("取り消した日時", null=True)
    ended_by = models.TextField("取り消した職員", default="", blank=True)

    class Meta:
        db_table = "affair_right"
        db_table_comment = "職員ごとの事務の権限 (F35-09)"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "staff_number", "department", "affair", "item", "deed"],
                condition=models.Q(ended_at__isnull=True),
                name="one_standing_affair_right",
            ),
            models.CheckConstraint(
                condition=~models.Q(staff_number="")
                & ~models.Q(affair="")
                & ~models.Q(granted_by=models.F("staff_number")),
                name="nobody_grants_an_affair_to_oneself",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="an_ended_affair_right_names_who_ended_it",
            ),
        ]

    @property
    def system_name(self) -> str:
        """職員のいるシステムの、画面での名。"""
        return SYSTEMS[self.system].name
