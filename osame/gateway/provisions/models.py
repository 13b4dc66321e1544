"""情報提供の表。届いた照会と答え、提供を行う事務。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class Provision(models.Model):
    """届いた照会と、その答え。照会者と照会番号ごとに一つで、同じ照会には同じ答えを返す。 content は暗号。"""

    rights = KEPT

    class State(models.TextChoices):
        """提供の状態。"""

        HELD = "1", "確認待ち"
        PROVIDED = "2", "提供"
        NOTHING = "3", "該当なし"
        REFUSED = "4", "拒否"

    provision_id = models.BigAutoField("提供番号", primary_key=True)
    inquirer = models.CharField("照会者", max_length=16)
    inquiry_number = models.CharField("照会番号", max_length=40)
    permit_number = models.CharField("許可証番号", max_length=40)
    affair = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("手続", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    unified_addressee_number = models.CharField("団体内統合宛名番号", max_length=15, default="", blank=True)
    state = models.CharField("提供の状態", max_length=1, choices=State.choices)
    reason = models.TextField("わけ", default="", blank=True)
    content = models.BinaryField("答えの中身（暗号）", null=True)
    checksum = models.CharField("中身の要約", max_length=64, default="", blank=True)
    non_disclosure = models.BooleanField("不開示該当", default=False)
    received_at = models.DateTimeField("届いた日時")
    answered_at = models.DateTimeField("答えた日時", null=True)
    erased_at = models.DateTimeField("中身を消した日時", null=True)
    to_send = models.BooleanField("答えを送る", default=True)

    class Meta:
        db_table = "provision"
        db_table_comment = "情報提供 (F35-03)"
        constraints = [
            models.UniqueConstraint(fields=["inquirer", "inquiry_number"], name="one_answer_per_inquiry"),
            models.CheckConstraint(
                condition=~models.Q(state="2") | models.Q(content__isnull=False) | models.Q(erased_at__isnull=False),
                name="provided_has_content",
            ),
        ]
        indexes = [
            models.Index(fields=["provision_id"], condition=models.Q(to_send=True), name="provision_to_send"),
            models.Index(fields=["state"], condition=models.Q(state="1"), name="provision_held"),
        ]


class ProvisionRule(models.Model):
    """情報提供を行う事務。行がなければ、または最後の行が「行わない」なら、断る。二人で変える。"""

    rights = APPEND_ONLY

    rule_id = models.BigAutoField("番号", primary_key=True)
    affair = models.CharField("事務コード", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    provided = models.BooleanField("提供する")
    reason = models.TextField("わけ")
    changed_at = models.DateTimeField("変えた日時", db_default=Now())

    class Meta:
        db_table = "provision_rule"
        db_table_comment = "情報提供を行う事務 (F35-03)"
        indexes = [models.Index(fields=["affair", "item"], name="rule_of_affair")]
