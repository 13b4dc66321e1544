"""模擬の機関が持つ表。公金受取口座と、提供した記録、悪意を試すための仕掛け。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class SimulatedAccount(models.Model):
    """公金受取口座（模擬）。提供者の符号ごとに一つ。なければ未登録。"""

    rights = KEPT

    symbol = models.CharField("機関の符号", max_length=64, primary_key=True)
    items = models.JSONField("口座の七項目")

    class Meta:
        db_table = "simulated_account"
        db_table_comment = "公金受取口座（模擬）"


class SimulatedProvision(models.Model):
    """模擬の機関が答えた記録。提供者と許可証ごとに一つで、同じ照会には同じ答えを返す。"""

    rights = APPEND_ONLY

    provision_id = models.BigAutoField("番号", primary_key=True)
    provider = models.CharField("提供者", max_length=16)
    inquirer = models.CharField("照会者", max_length=16)
    inquiry_number = models.CharField("照会番号", max_length=40)
    permit_number = models.CharField("許可証番号", max_length=40)
    item = models.CharField("特定個人情報名コード", max_length=16)
    answer = models.JSONField("答え")
    provided_at = models.DateTimeField("提供日時", db_default=Now())

    class Meta:
        db_table = "simulated_provision"
        db_table_comment = "模擬の提供の記録"
        constraints = [
            models.UniqueConstraint(fields=["inquirer", "inquiry_number"], name="one_provision_per_inquiry"),
            models.UniqueConstraint(fields=["permit_number"], name="one_provision_per_permit"),
        ]


class SimulatedInquiry(models.Model):
    """模擬の機関が照会した記録。団体の情報提供（断りを含む）を確かめるために使う。"""

    rights = KEPT

    inquiry_number = models.CharField("照会番号", max_length=40, primary_key=True)
    inquirer = models.CharField("照会者", max_length=16)
    provider = models.CharField("提供者", max_length=16)
    outcome = models.CharField("回答の区分", max_length=2, default="", blank=True)
    answer = models.JSONField("答え", null=True)

    class Meta:
        db_table = "simulated_inquiry"
        db_table_comment = "模擬の照会の記録"
