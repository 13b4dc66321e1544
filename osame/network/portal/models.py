"""模擬のマイナポータルの表。本人の求めと、お知らせ。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import KEPT


class SimulatedSelfRequest(models.Model):
    """模擬の自己情報の求め。本人が団体に求め、答えを受け取る。"""

    rights = KEPT

    request_number = models.CharField("自己情報の求めの番号", max_length=40, primary_key=True)
    institution = models.CharField("機関コード", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    outcome = models.CharField("回答の区分", max_length=2, default="", blank=True)
    answer = models.JSONField("答え", null=True)
    asked_at = models.DateTimeField("求めた日時", db_default=Now())

    class Meta:
        db_table = "simulated_self_request"
        db_table_comment = "模擬の自己情報の求め"


class SimulatedNotice(models.Model):
    """模擬のお知らせ。機関とお知らせ番号ごとに一つ。取消しが掲載より先に届けば、取り消したことだけを残す。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("institution", "portal_notice_number")
    institution = models.CharField("機関コード", max_length=16)
    portal_notice_number = models.CharField("お知らせ番号", max_length=40)
    symbol = models.CharField("機関の符号", max_length=64, default="", blank=True)
    title = models.TextField("件名", default="", blank=True)
    text = models.TextField("本文", default="", blank=True)
    shown_through = models.DateField("掲載の最終日", null=True)
    state = models.CharField("お知らせの状況", max_length=12)
    received_at = models.DateTimeField("届いた日時", db_default=Now())

    class Meta:
        db_table = "simulated_notice"
        db_table_comment = "模擬のお知らせ"
