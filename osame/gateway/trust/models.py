"""セキュリティ管理の表。証明書、照会許可用照合リスト、照会できる事務。"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class KnownCertificate(models.Model):
    """機関の証明書。自分のものは、鍵のファイルと組になる。"""

    rights = KEPT

    serial = models.CharField("証明書番号", max_length=32, primary_key=True)
    institution = models.CharField("機関コード", max_length=16)
    name = models.TextField("機関名")
    content = models.JSONField("証明書の中身")
    valid_from = models.DateTimeField("証明書の適用開始日")
    valid_until = models.DateTimeField("有効期限")
    own = models.BooleanField("自団体のもの", default=False)
    in_use = models.BooleanField("署名に使う", default=False)
    revoked = models.BooleanField("失効", default=False)
    received_at = models.DateTimeField("受けた日時", db_default=Now())

    class Meta:
        db_table = "known_certificate"
        db_table_comment = "受けた証明書：機関の証明書の写し (F35-08)"
        constraints = [
            models.UniqueConstraint(
                fields=["institution"], condition=models.Q(in_use=True, own=True), name="one_certificate_in_use"
            )
        ]


class StoredAllowList(models.Model):
    """照会許可用照合リスト。署名を確かめた版だけを、届いた順に残す。"""

    rights = APPEND_ONLY

    version = models.IntegerField("版", primary_key=True)
    issued_on = models.DateField("発付日")
    content = models.JSONField("リスト")
    received_at = models.DateTimeField("受けた日時", db_default=Now())

    class Meta:
        db_table = "stored_allow_list"
        db_table_comment = "受けた照合リスト：照会許可用照合リストの写し (F36-13)"


class ListConfirmation(models.Model):
    """照合リストが、いまも最新であると確かめた日時。長く確かめられなければ、照会を止める。"""

    rights = KEPT

    confirmation_id = models.SmallIntegerField("番号", primary_key=True, default=1)
    version = models.IntegerField("版")
    confirmed_at = models.DateTimeField("確かめた日時")

    class Meta:
        db_table = "list_confirmation"
        db_table_comment = "照合リストの確認 (F35-08)"


class InquiryRight(models.Model):
    """照会できる事務。どの業務システムが、どの事務手続で、誰に、何を尋ねてよいか。組合せを固定する。"""

    rights = KEPT

    right_id = models.BigAutoField("権限番号", primary_key=True)
    system = models.CharField("業務システム", max_length=20)
    affair = models.CharField("事務コード", max_length=16)
    procedure = models.CharField("手続", max_length=16)
    provider = models.CharField("提供者", max_length=16)
    item = models.CharField("特定個人情報名コード", max_length=16)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    basis = models.TextField("根拠")

    class Meta:
        db_table = "inquiry_right"
        db_table_comment = "照会できる事務 (F35-09, F35-12)"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "affair", "procedure", "provider", "item", "valid_from"], name="one_right_per_inquiry"
            )
        ]
