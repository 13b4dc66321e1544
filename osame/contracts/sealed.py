"""個人番号の封筒。封をするのは誰でもできるが、開けられるのは宛先だけ。

Sealing with HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). Whoever receives a 個人番号 from outside seals it to
linkage at once and keeps or forwards only the envelope. Sender, subject and request are bound into the seal: an envelope
moved to another person, another sender or another request does not open.

Layout: one version byte, eight bytes naming the key it is sealed to, then HPKE's encapsulated key and ciphertext.
"""

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from osame.contracts.personal_number import PersonalNumber
from osame.kernel.refusals import Refusal

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
VERSION = b"\x01"
KEY_NAME_BYTES = 8
ENVELOPE_BYTES = len(VERSION) + KEY_NAME_BYTES + 32 + 12 + 16
LABEL = "osame sealed personal number 1"


class NoLinkageKey(Refusal):
    """連携サーバーの公開鍵がありません。連携サーバーで osame linkage keys create を実行し、鍵のファイルを配ってください。"""


class SealDoesNotOpen(Refusal):
    """封筒を開けません。壊れているか、ほかの人・送り手・依頼の封筒です。送り手に、封のし直しを求めてください。"""


def bound_text(*parts: str | bytes) -> bytes:
    """いくつかの語を、一通りにしか読めない一つの列にする（長さを添えてつなぐ）。"""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def key_name(key: X25519PublicKey) -> bytes:
    """宛先の鍵の名。公開鍵の指紋の頭8バイト。"""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[:KEY_NAME_BYTES]


def key_name_of(envelope: bytes) -> bytes:
    """封筒の宛先の鍵の名。"""
    if len(envelope) != ENVELOPE_BYTES or envelope[:1] != VERSION:
        raise SealDoesNotOpen
    return envelope[1 : 1 + KEY_NAME_BYTES]


def seal_number(number: str, *, subject: str, sender: str, key: X25519PublicKey, request: str = "") -> bytes:
    """個人番号に封をする。

    `subject` is the addressee number it belongs to (or the request's own number while there is none), `sender` the sending
    system, `request` the number of the request that will carry the envelope; the opener must name the same three.
    """
    name = key_name(key)
    info = bound_text(LABEL, name, sender, subject, request)
    return VERSION + name + SUITE.encrypt(PersonalNumber(number).digits().encode(), key, info=info)


def open_number(
    envelope: bytes, *, subject: str, sender: str, keys: Mapping[bytes, X25519PrivateKey], request: str = ""
) -> PersonalNumber:
    """封筒を開ける。宛先の秘密鍵が要る。`keys` は鍵の名から秘密鍵へ（入れ替えの前の鍵も含む）。"""
    name = key_name_of(envelope)
    if name not in keys:
        raise SealDoesNotOpen
    info = bound_text(LABEL, name, sender, subject, request)
    try:
        digits = SUITE.decrypt(envelope[1 + KEY_NAME_BYTES :], keys[name], info=info)
    except InvalidTag as failure:
        raise SealDoesNotOpen from failure
    return PersonalNumber(digits.decode())


def key_directory() -> Path:
    """鍵を置く場所。`OSAME_KEYS`、なければ `OSAME_HOME` の keys。"""
    told = os.environ.get("OSAME_KEYS") or f"{os.environ.get('OSAME_HOME', 'var')}/keys"
    return _resolved(told, Path.cwd())


@cache
def _resolved(told: str, here: Path) -> Path:
    return (here / told).resolve()


def linkage_key(path: Path | None = None) -> X25519PublicKey:
    """連携サーバーの公開鍵（keys/linkage.pub）。 Everybody's side: it can only seal."""
    file = path or key_directory() / "linkage.pub"
    try:
        key = load_pem_public_key(file.read_bytes())
    except (FileNotFoundError, ValueError) as failure:
        raise NoLinkageKey(str(file)) from failure
    if not isinstance(key, X25519PublicKey):
        raise NoLinkageKey(str(file))
    return key
