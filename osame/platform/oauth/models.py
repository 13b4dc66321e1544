"""業務システムの認証認可の表。秘密は、鍵がデータベースの外にある暗号でだけ持つ。"""

import hmac

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from django.db import models
from django.db.models.functions import Now

from osame.platform import secret_keys
from osame.platform.rights import KEPT, WRITE

KEY = "oauth-clients"


class OauthClient(models.Model, ClientMixin):  # type: ignore[misc]
    """クライアント。一つの業務システムに一つ。 A confidential client: one business system (業務ID or 独自施策システム等ID)."""

    rights = KEPT

    client_id = models.CharField("クライアントID", max_length=32, primary_key=True)
    system_id = models.CharField("業務ID・独自施策システム等ID", max_length=3)
    is_own_policy = models.BooleanField("独自施策システム等か", default=False)
    name = models.TextField("業務システムの名")
    sealed_secret = models.BinaryField("封をしたクライアントシークレット")
    scopes = models.TextField("許すスコープ")  # 空白区切り
    basic_allowed = models.BooleanField("暫定の client_secret_basic を許す", default=False)
    may_introspect = models.BooleanField("ほかのトークンの情報を取得してよい", default=False)
    registered_at = models.DateTimeField("登録日時", db_default=Now())
    registered_by = models.TextField("登録した職員")
    disabled_at = models.DateTimeField("停止日時", null=True)
    disabled_by = models.TextField("停止した職員", default="", blank=True)

    class Meta:
        db_table = "oauth_client"
        db_table_comment = "クライアント（業務システム）"
        constraints = [
            models.UniqueConstraint(
                fields=["system_id", "is_own_policy"],
                condition=models.Q(disabled_at=None),
                name="one_client_of_a_business_system",
            ),
            models.CheckConstraint(condition=models.Q(client_id__regex="^[0-9A-Za-z]{32}$"), name="client_id_of_32"),
        ]

    def get_client_id(self) -> str:
        """クライアントID。"""
        return str(self.client_id)

    def get_allowed_scope(self, scope: str) -> str:
        """求められたスコープのうち、許すもの。"""
        allowed = set(self.scopes.split())
        return " ".join(each for each in (scope or "").split() if each in allowed)

    def secret(self) -> str:
        """秘密。署名と秘密を確かめるときだけ開く。"""
        return secret_keys.unseal(KEY, bytes(self.sealed_secret), owner=str(self.client_id))

    def check_client_secret(self, client_secret: str) -> bool:
        """示された秘密が合うか。掛かる時間から秘密が知れないように比べる。"""
        return hmac.compare_digest(self.secret().encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """その方法で認証してよいか。 Basic は、暫定措置として許されたものだけ。"""
        if endpoint == "introspection" and not self.may_introspect:
            return False
        return method == "client_secret_jwt" or (method == "client_secret_basic" and self.basic_allowed)

    def check_grant_type(self, grant_type: str) -> bool:
        """Client Credentials だけ。"""
        return grant_type == "client_credentials"


class OauthToken(models.Model, TokenMixin):  # type: ignore[misc]
    """アクセストークン。本体は持たず、要約だけを持つ。短い期限で切れる。"""

    rights = WRITE

    token_digest = models.CharField("トークンの要約", max_length=64, primary_key=True)
    client = models.ForeignKey(OauthClient, models.PROTECT, verbose_name="クライアント")
    scope = models.TextField("スコープ")
    issued_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("期限", db_index=True)

    class Meta:
        db_table = "oauth_token"
        db_table_comment = "アクセストークン"


class UsedAssertion(models.Model):
    """使用済みの認証証明（jti）。同じ証明は二度使えない。"""

    rights = WRITE

    used_assertion_id = models.BigAutoField("使用番号", primary_key=True)
    client_id = models.CharField("クライアントID", max_length=32)
    assertion_digest = models.CharField("jti の要約", max_length=64)
    expires_at = models.DateTimeField("期限", db_index=True)

    class Meta:
        db_table = "used_assertion"
        db_table_comment = "使用済みの認証証明"
        constraints = [
            models.UniqueConstraint(fields=["client_id", "assertion_digest"], name="assertion_used_once"),
        ]
