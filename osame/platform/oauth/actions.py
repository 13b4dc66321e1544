"""クライアントの登録と停止、トークンの発行と確かめ。"""

import hashlib
import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from osame.kernel.refusals import Refusal
from osame.platform import gate, secret_keys
from osame.platform.audit.recording import record
from osame.platform.oauth.models import KEY, OauthClient, OauthToken, UsedAssertion

LETTERS = string.ascii_letters + string.digits
ID_LENGTH = 32
SECRET_LENGTH = 48
SCOPE = re.compile(r"[0-9]{3}:[!-~]+:(Create|Read|Update|Delete)")
LIFETIME = timedelta(minutes=5)
LONGEST_ASSERTION = timedelta(minutes=65)


class ClientExists(Refusal):
    """その業務システムのクライアントは、もう登録されています。取り替えるときは、前のものを停止してから登録してください。"""


class UnknownClient(Refusal):
    """そのクライアントはありません。osame addressee clients list で確かめてください。"""


class WrongSystemId(Refusal):
    """業務ID・独自施策システム等IDは、半角の英数字3桁で入力してください。"""


class WrongScope(Refusal):
    """スコープは「業務ID:APIコール名:操作種類」で入力してください。例：031:app_submit/v10/jutogaishaatenabangofuban:Create"""


@dataclass(frozen=True, slots=True)
class Registered:
    """登録の結果。秘密は、このとき一度だけ示す。"""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """確かめられたトークンの持ち主。"""

    client_id: str
    system_id: str
    is_own_policy: bool
    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class Ways:
    """クライアントに許すこと。"""

    own_policy: bool = False
    basic: bool = False
    introspect: bool = False


def register_client(system_id: str, name: str, *, scopes: list[str], ways: Ways = Ways()) -> Registered:
    """業務システムのクライアントを登録し、IDと秘密を返す。秘密はもう二度と見られない。

    One client per business system. The secret is kept sealed, because client_secret_jwt needs it to check signatures.

    要件: F33-11, F29-02
    """
    if not re.fullmatch(r"[0-9A-Za-z]{3}", system_id):
        raise WrongSystemId(system_id)
    if not scopes or any(not SCOPE.fullmatch(each) for each in scopes):
        raise WrongScope(" ".join(scopes))
    client_id = "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTH))
    secret = "".join(secrets.choice(LETTERS) for _ in range(SECRET_LENGTH))
    try:
        with transaction.atomic():
            OauthClient.objects.create(
                client_id=client_id,
                system_id=system_id,
                is_own_policy=ways.own_policy,
                name=name,
                sealed_secret=secret_keys.seal(KEY, secret, owner=client_id),
                scopes=" ".join(scopes),
                basic_allowed=ways.basic,
                may_introspect=ways.introspect,
                registered_by=gate.required().officer,
            )
            record("業務システムのクライアントを登録した", detail={"クライアント": client_id, "業務ID": system_id})
    except IntegrityError as failure:
        raise ClientExists(system_id) from failure
    return Registered(client_id, secret)


def disable_client(client_id: str, *, at: datetime) -> None:
    """クライアントを停止し、出ているトークンもすべて無効にする。

    要件: F33-11, F29-02
    """
    with transaction.atomic():
        stopped = OauthClient.objects.filter(client_id=client_id, disabled_at=None).update(
            disabled_at=at, disabled_by=gate.required().officer
        )
        if not stopped:
            raise UnknownClient(client_id)
        OauthToken.objects.filter(client_id=client_id).delete()
        record("業務システムのクライアントを停止した", detail={"クライアント": client_id})


def active_client(client_id: str) -> OauthClient | None:
    """停止していないクライアント。形の違うIDは、探すまでもない。"""
    if not re.fullmatch(f"[0-9A-Za-z]{{{ID_LENGTH}}}", client_id):
        return None
    return OauthClient.objects.filter(client_id=client_id, disabled_at=None).first()


def keep_token(token: str, client: OauthClient, scope: str, *, at: datetime) -> None:
    """発行したトークンを、要約だけ残す。期限の切れたものは片付ける。"""
    with transaction.atomic():
        OauthToken.objects.filter(expires_at__lt=at).delete()
        OauthToken.objects.create(
            token_digest=_digest(token), client=client, scope=scope, issued_at=at, expires_at=at + LIFETIME
        )


def token_of(token: str, *, at: datetime) -> OauthToken | None:
    """期限内で、持ち主が停止していないトークン。"""
    return (
        OauthToken.objects
        .select_related("client")
        .filter(token_digest=_digest(token), expires_at__gt=at, client__disabled_at=None)
        .first()
    )


def bearer(token: str, scope: str, *, at: datetime) -> Bearer | None:
    """そのスコープを持つトークンの持ち主。トークンが無効か、スコープがなければ None。"""
    found = token_of(token, at=at)
    if found is None or scope not in found.scope.split():
        return None
    client = found.client
    return Bearer(client.client_id, client.system_id, client.is_own_policy, client.name, found.scope)


def officer_name(bearer_of: Bearer) -> str:
    """記録に残る、業務システムの名。"""
    return f"{'独自' if bearer_of.is_own_policy else '業務'}{bearer_of.system_id}"


def use_assertion(client_id: str, jti: str, *, until: datetime, at: datetime) -> bool:
    """認証証明を使う。前に使われたか、期限が長すぎれば偽。"""
    if until > at + LONGEST_ASSERTION:
        return False
    try:
        with transaction.atomic():
            UsedAssertion.objects.filter(expires_at__lt=at - LONGEST_ASSERTION).delete()
            UsedAssertion.objects.create(client_id=client_id, assertion_digest=_digest(jti), expires_at=until)
    except IntegrityError:
        return False
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
