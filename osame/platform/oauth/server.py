"""認可サーバー。プロトコルは authlib が話し、ここは秘密とトークンの置き場だけを教える。

Client Credentials only; client_secret_jwt with HS256, client_secret_basic where a client is still allowed it; opaque
tokens for five minutes; no refresh token. `aud` of an assertion is the address of the token endpoint.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from authlib.common.security import generate_token
from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.authenticate_client import authenticate_client_secret_basic
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from django.conf import settings
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from osame.platform.oauth import actions
from osame.platform.oauth.models import OauthClient, OauthToken
from osame.platform.terminal import now

TOKEN_PATH = "/oauth/token"  # noqa: S105 - アドレス
INTROSPECTION_PATH = "/oauth/introspect"
TOKEN_LENGTH = 48
METHODS = ["client_secret_jwt", "client_secret_basic"]


class SignedAssertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """client_secret_jwt。HS256 だけを受け、jti は一度だけ使える。"""

    CLIENT_AUTH_METHOD = "client_secret_jwt"

    def __init__(self, audiences: Iterable[str]) -> None:
        super().__init__(validate_jti=True, leeway=30)
        self.audiences = list(audiences)

    def get_audiences(self) -> list[str]:
        return self.audiences

    def resolve_client_public_key(self, client: OauthClient) -> Any:
        return jwk.OctKey.import_key(client.secret())

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> Any:
        """署名を HS256 に限って確かめ、中身を確かめる。"""
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=["HS256"])
        except (JoseError, ValueError) as failure:
            raise InvalidClientError(description="The assertion is not valid.") from failure
        self.verify_claims(token.claims)
        return token.claims

    def validate_jti(self, claims: Any, jti: Any) -> bool:
        if not isinstance(jti, str) or not isinstance(claims["exp"], int):
            return False
        try:
            until = datetime.fromtimestamp(claims["exp"], UTC)
        except (OverflowError, ValueError, OSError):
            return False
        return actions.use_assertion(claims["sub"], jti, until=until, at=now())


def authenticate_basic(query_client: Any, request: Any) -> Any:
    """暫定措置の client_secret_basic。設定で全体を止められる。"""
    if not settings.OAUTH_BASIC:
        return None
    try:
        return authenticate_client_secret_basic(query_client, request)
    except UnicodeDecodeError:  # 文字として読めない見出し
        return None


class ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]
    """Client Credentials。スコープは必ず求めさせ、許したものだけを与える。"""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_requested_scope(self) -> None:
        asked = (self.request.payload.scope or "").split()
        if not asked or self.request.client.get_allowed_scope(" ".join(asked)).split() != asked:
            raise InvalidScopeError


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """トークンの情報の取得（RFC 7662）。提供側として登録されたクライアントだけが使える。"""

    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: Any, client: Any) -> None:
        super().check_params(request, client)
        if len(request.form.getlist("token")) != 1:
            raise InvalidRequestError

    def query_token(self, token_string: str, _hint: str | None) -> OauthToken | None:
        return actions.token_of(token_string, at=now())

    def check_permission(self, token: OauthToken, client: OauthClient, _request: Any) -> bool:
        """自分が提供するAPIのトークンだけ。"""
        return all(scope.split(":")[0] == client.system_id for scope in token.scope.split())

    def create_introspection_payload(self, token: OauthToken | None) -> dict[str, Any]:
        if token is None:
            return {"active": False}
        return {
            "active": True,
            "client_id": token.client.client_id,
            "token_type": "Bearer",
            "scope": token.scope,
            "sub": token.client.system_id,
            "exp": int(token.expires_at.timestamp()),
            "iat": int(token.issued_at.timestamp()),
        }


class Server(AuthorizationServer):  # type: ignore[misc]
    """認可サーバー一つ。"""

    def __init__(self, audiences: Iterable[str]) -> None:
        super().__init__(OauthClient, OauthToken)
        self.register_client_auth_method("client_secret_jwt", SignedAssertion(audiences))
        self.register_client_auth_method("client_secret_basic", authenticate_basic)
        self.register_grant(ClientCredentials)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> OauthClient | None:
        return actions.active_client(client_id)

    def generate_token(self, *_kinds: Any, **asked: Any) -> dict[str, Any]:
        """短い期限の、中身のないトークン。"""
        return {
            "access_token": generate_token(TOKEN_LENGTH),
            "token_type": "Bearer",
            "expires_in": int(actions.LIFETIME.total_seconds()),
            "scope": asked.get("scope") or "",
        }

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        actions.keep_token(token["access_token"], request.client, token["scope"], at=now())

    def send_signal(self, name: str, *_arguments: Any, **_named: Any) -> None:
        """知らせは使わない。"""
