"""業務システムの役者。トークンを取り、付番を頼む。"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc7523 import client_secret_jwt_sign
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from joserfc import jwk

from osame.formats.non_resident_api import INQUIRY_CALL, INQUIRY_SCOPE, NUMBERING_CALL, NUMBERING_SCOPE
from osame.platform.gate import Acting, acting
from osame.platform.oauth.actions import Registered, Ways, register_client

BOTH = f"{NUMBERING_SCOPE} {INQUIRY_SCOPE}"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REQUEST: dict[str, Any] = {
    "shorikubun": "0",
    "shikuchosonkodo": "242039",
    "shimei": "伊勢　花子",
    "uji_nihonjin": "伊勢",
    "na_nihonjin": "花子",
    "shimei_furigana": "イセ　ハナコ",
    "seibetsu": "2",
    "seinengappi": "1980-05-01",
    "seinengappi_fushofuragu": "0",
    "jusho_todofuken": "三重県",
    "jusho_shikugunchosonmei": "伊勢市",
    "jusho_choaza": "岩渕一丁目",
    "jusho_banchigohyoki": "７番２９号",
    "gyomuid": "010",
    "dokujishisakushisutemutoid": "000",
    "nayosemotofuragu": "0",
    "tagyomusanshofukafuragu": "0",
    "sosashaid": "123456",
    "sosanengappi": "2026-04-01",
    "sosajikoku": "09:00:00",
}


@contextmanager
def operator() -> Iterator[None]:
    """An operator at the terminal, who may register business systems."""
    with acting(Acting("運用", "addressee.clients.register", "operation")):
        yield


def registered(system_id: str = "010", **ways: bool) -> Registered:
    """登録された業務システム。"""
    with operator():
        return register_client(system_id, "個人住民税", scopes=BOTH.split(), ways=Ways(**ways))


def assertion(who: Registered, *, audience: str = "http://localhost/oauth/token", **claims: Any) -> str:
    """A client_secret_jwt assertion."""
    key = jwk.OctKey.import_key(who.client_secret)
    return client_secret_jwt_sign(key, client_id=who.client_id, token_endpoint=audience, claims=claims or None)


def token_form(who: Registered, scope: str = BOTH, signed: str | None = None) -> dict[str, str]:
    """トークンの求め。"""
    return {
        "grant_type": "client_credentials",
        "scope": scope,
        "client_assertion_type": ASSERTION,
        "client_assertion": signed or assertion(who),
    }


FORM = {"content_type": "application/x-www-form-urlencoded"}


def ask(form: dict[str, str], path: str = "/oauth/token", **headers: str) -> Any:
    """フォームを送る。"""
    from urllib.parse import urlencode

    return Client(SERVER_NAME="localhost").post(path, urlencode(form), **FORM, headers=headers)


def token(who: Registered, scope: str = BOTH) -> str:
    """アクセストークン。"""
    answer = ask(token_form(who, scope))
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def send(bearer: str, body: Any, call: str = NUMBERING_CALL) -> Any:
    """JSON を送る。"""
    return Client(SERVER_NAME="localhost").post(
        f"/{call}", body, content_type="application/json", headers={"Authorization": f"Bearer {bearer}"}
    )


def inquire(bearer: str, **conditions: str) -> Any:
    """照会する。"""
    asked = {name: REQUEST[name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")}
    return send(bearer, asked | conditions, INQUIRY_CALL)


def linkage_public_key(home: Path) -> X25519PrivateKey:
    """連携サーバーの鍵を配り、秘密鍵を返す。"""
    key = X25519PrivateKey.generate()
    (home / "linkage.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key


def soon() -> int:
    """少し先の時刻。"""
    return int(time.time()) + 60
