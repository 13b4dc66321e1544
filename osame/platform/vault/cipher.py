"""番号の金庫の暗号。一つの番号を、それが誰のどの欄かと結び付けて暗号にする。

AES-256-GCM with a random nonce. The ciphertext is bound (as associated data) to tenant, system, subject, key version and
column: moved to another row, column, municipality or version it does not open. Layout: one version byte, four bytes of key
version, twelve bytes of nonce, ciphertext and tag. The blind index is HMAC-SHA-256 under a key of its own.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.contracts.personal_number import PersonalNumber
from osame.contracts.sealed import bound_text
from osame.kernel.refusals import Refusal

LAYOUT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = len(LAYOUT) + 4
CIPHERTEXT_BYTES = HEADER_BYTES + NONCE_BYTES + 12 + 16
LABEL = b"osame vault number 1"
INDEX_LABEL = b"osame vault index 1"


class CiphertextRefused(Refusal):
    """保管された番号を開けません。書き換えられたか、ほかの人の欄から移されたものです。管理者に知らせてください。"""


class UnknownKeyVersion(Refusal):
    """この版の鍵がありません。鍵の入替えの途中か、廃止した鍵です。管理者に知らせてください。"""


@dataclass(frozen=True, slots=True)
class Place:
    """暗号の置き場所。団体、システム、誰の（行の番号まで）、どの欄。"""

    tenant: str
    system: str
    subject: str
    column: str

    def bound_to(self, key_version: int) -> bytes:
        """認証する付帯情報。"""
        version = key_version.to_bytes(4, "big")
        return LABEL + bound_text(self.tenant, self.system, self.subject, version, self.column)


class NumberCipher:
    """番号の暗号。鍵の版ごとに一つの AES-GCM を持つ。"""

    def __init__(self, keys: Mapping[int, bytes], *, active: int) -> None:
        self._sealers = {version: AESGCM(key) for version, key in keys.items()}
        self.active = active

    @property
    def versions(self) -> frozenset[int]:
        """持っている鍵の版。"""
        return frozenset(self._sealers)

    def encrypt(self, number: PersonalNumber, place: Place) -> bytes:
        """いまの版の鍵で暗号にする。"""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._sealers[self.active].encrypt(nonce, number.digits().encode(), place.bound_to(self.active))
        return LAYOUT + self.active.to_bytes(4, "big") + nonce + sealed

    def decrypt(self, ciphertext: bytes, place: Place) -> PersonalNumber:
        """暗号を開く。一字でも変わっていれば、また別の所から来ていれば、断る。"""
        version = key_version(ciphertext)
        if version not in self._sealers:
            raise UnknownKeyVersion(str(version))
        nonce, sealed = ciphertext[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], ciphertext[HEADER_BYTES + NONCE_BYTES :]
        try:
            digits = self._sealers[version].decrypt(nonce, sealed, place.bound_to(version))
        except InvalidTag as failure:
            raise CiphertextRefused from failure
        return PersonalNumber(digits.decode())


class BlindIndexer:
    """番号を知らずに番号で探すための索引。暗号の鍵とは別の鍵で、版ごとに作る。"""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._keys = dict(keys)

    @property
    def versions(self) -> list[int]:
        """生きている索引の版。"""
        return sorted(self._keys)

    def index(self, number: PersonalNumber, version: int) -> bytes:
        """一つの版の索引。"""
        return hmac.digest(self._keys[version], INDEX_LABEL + number.digits().encode(), "sha256")

    def indexes(self, number: PersonalNumber) -> list[bytes]:
        """生きているすべての版の索引。`versions` と同じ順。"""
        return [self.index(number, version) for version in self.versions]


def key_version(ciphertext: bytes) -> int:
    """暗号に記された鍵の版。形が違えば断る。"""
    if len(ciphertext) != CIPHERTEXT_BYTES or ciphertext[:1] != LAYOUT:
        raise CiphertextRefused
    return int.from_bytes(ciphertext[1:HEADER_BYTES], "big")
