"""紙に添える署名。JWS の短い形（RFC 7515）、EdDSA（RFC 8037、Ed25519）。

A statement that travels on paper as a QR code: anybody with the public key can check it, with any JOSE library, without
asking us. The key is named by the first characters of its RFC 7638 thumbprint. What the claims mean is written in
`docs/protocols/certificate-qr.md`.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from osame.kernel.refusals import Refusal

ALGORITHM = "EdDSA"
KEY_NAME_CHARACTERS = 12
LONGEST = 8_000
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class NotAStatement(Refusal):
    """署名した内容として読めません。二次元コードを読み直してください。"""


class KeyNotGiven(Refusal):
    """この署名の鍵が、渡された公開鍵の中にありません。発行した団体の公開鍵を受け取り直してください。"""


class StatementForged(Refusal):
    """署名が合いません。内容が書き換えられたか、ほかの鍵で作られたものです。受け取らずに、発行した団体に確かめてください。"""


class NotAPublicKey(Refusal):
    """署名の公開鍵（PEM）として読めません。発行した団体の公開鍵のファイルを指定してください。"""


def key_name(key: Ed25519PublicKey) -> str:
    """鍵の名。RFC 7638 の指紋の頭12字。"""
    raw = encoded(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    described = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": raw}, separators=(",", ":"))
    return encoded(hashlib.sha256(described.encode()).digest())[:KEY_NAME_CHARACTERS]


def signed_statement(claims: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """内容に署名する。"""
    header = {"alg": ALGORITHM, "kid": key_name(key.public_key())}
    told = f"{encoded(_json(header))}.{encoded(_json(claims))}"
    return f"{told}.{encoded(key.sign(told.encode()))}"


def verified_statement(statement: str, keys: Iterable[Ed25519PublicKey]) -> dict[str, Any]:
    """署名を確かめ、内容を返す。"""
    text = statement.strip()
    if len(text) > LONGEST or not _SHAPE.fullmatch(text):
        raise NotAStatement
    told, _, signature = text.rpartition(".")
    head, _, body = told.partition(".")
    header, claims = _object(head), _object(body)
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise NotAStatement
    known = {key_name(each): each for each in keys}
    if header.get("kid") not in known:
        raise KeyNotGiven(str(header.get("kid"))[:KEY_NAME_CHARACTERS])
    try:
        known[header["kid"]].verify(decoded(signature), told.encode())
    except InvalidSignature as failure:
        raise StatementForged from failure
    return claims


def public_keys(path: Path) -> list[Ed25519PublicKey]:
    """公開鍵のファイル（PEM。前の鍵も並べてよい）を読む。"""
    found = []
    for block in _PEM.findall(path.read_bytes()):
        try:
            key = load_pem_public_key(block)
        except ValueError as failure:
            raise NotAPublicKey(path.name) from failure
        if not isinstance(key, Ed25519PublicKey):
            raise NotAPublicKey(path.name)
        found.append(key)
    if not found:
        raise NotAPublicKey(path.name)
    return found


def encoded(raw: bytes) -> str:
    """余りの印のない base64url。"""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """base64url を読む。同じ中身の、別の書き方は受けない。"""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as failure:
        raise NotAStatement from failure
    if encoded(raw) != text:
        raise NotAStatement
    return raw


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(decoded(text))
    except ValueError as failure:
        raise NotAStatement from failure
    if not isinstance(found, dict):
        raise NotAStatement
    return found
