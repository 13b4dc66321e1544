"""機関の証明書。情報提供ネットワークで伝文に署名し、封をする鍵が、どの機関の、いつまでのものかを示す。

A certificate names an institution, its Ed25519 signing key and its X25519 sealing key, and a period; the network's authority
signs it. This is a profile of ours, not X.509: the two keys belong together, and the whole must travel inside a message.
The clock is handed in.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from osame.contracts.sealed import bound_text
from osame.kernel.refusals import Refusal

LABEL = "osame institution certificate 1"


class CertificateRefused(Refusal):
    """機関の証明書を信じられません。失効・期限切れか、ほかの機関のものです。鍵と証明書の画面で確かめてください。"""


class NoInstitutionKey(Refusal):
    """機関の鍵がありません。「osame gateway trust enroll」で鍵を作り、証明書を受けてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """証明書。 serial: 番号; signing, sealing: 公開鍵（base64）; signature: 認証局の署名（base64）。"""

    serial: str
    institution: str
    name: str
    signing: str
    sealing: str
    valid_from: datetime
    valid_until: datetime
    signature: str = ""

    def content(self) -> bytes:
        """署名する中身。"""
        return bound_text(
            LABEL, self.serial, self.institution, self.name, self.signing, self.sealing,
            self.valid_from.isoformat(), self.valid_until.isoformat(),
        )  # fmt: skip

    @property
    def signing_key(self) -> Ed25519PublicKey:
        """署名を確かめる鍵。"""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.signing))

    @property
    def sealing_key(self) -> X25519PublicKey:
        """封をする鍵。"""
        return X25519PublicKey.from_public_bytes(base64.b64decode(self.sealing))


@dataclass(frozen=True, slots=True)
class Request:
    """証明書の求め。 proof: 署名の鍵を持つことの証（機関コードと二つの公開鍵への署名）。"""

    institution: str
    name: str
    signing: str
    sealing: str
    proof: str

    def content(self) -> bytes:
        """証の中身。"""
        return bound_text(LABEL, "request", self.institution, self.name, self.signing, self.sealing)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """機関の鍵の組。"""

    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    @classmethod
    def make(cls) -> "KeyPair":
        """新しい組を作る。"""
        return cls(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())

    def request(self, institution: str, name: str) -> Request:
        """証明書の求めを作る。"""
        bare = Request(institution, name, raw_text(self.signing.public_key()), raw_text(self.sealing.public_key()), "")
        proof = base64.b64encode(self.signing.sign(bare.content())).decode()
        return Request(institution, name, bare.signing, bare.sealing, proof)

    def keep(self, file: Path) -> None:
        """ファイルに置く。読めるのは動かす利用者だけ。"""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(self.signing.private_bytes_raw() + self.sealing.private_bytes_raw())

    @classmethod
    def load(cls, file: Path) -> "KeyPair":
        """ファイルから読む。ほかの利用者に読める鍵は使わない。"""
        if not file.exists():
            raise NoInstitutionKey(file.name)
        raw = file.read_bytes()
        if file.stat().st_mode & 0o077 or len(raw) != 64:
            raise NoInstitutionKey(file.name)
        return cls(Ed25519PrivateKey.from_private_bytes(raw[:32]), X25519PrivateKey.from_private_bytes(raw[32:]))


def fingerprint(signing: str) -> str:
    """署名の鍵の指紋。鍵のファイルの名にする。"""
    return hashlib.sha256(base64.b64decode(signing)).hexdigest()[:16]


def refuse_unproved(request: Request) -> None:
    """求めた者が、署名の鍵を持っていることを確かめる。"""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(request.signing))
        key.verify(base64.b64decode(request.proof), request.content())
        X25519PublicKey.from_public_bytes(base64.b64decode(request.sealing))
    except (InvalidSignature, ValueError) as failure:
        raise CertificateRefused(request.institution) from failure


def issued(certificate: Certificate, authority: Ed25519PrivateKey) -> Certificate:
    """認証局が署名した証明書。"""
    signature = base64.b64encode(authority.sign(certificate.content())).decode()
    facts = {name: getattr(certificate, name) for name in Certificate.__dataclass_fields__}
    return Certificate(**{**facts, "signature": signature})


def verified(certificate: Certificate, authority: Ed25519PublicKey) -> Certificate:
    """認証局の署名を確かめた証明書。期間は `refuse_out_of_date` が見る。"""
    if not _is_signed(certificate, authority.public_bytes_raw()):
        raise CertificateRefused(certificate.serial)
    return certificate


@lru_cache(maxsize=4096)
def _is_signed(certificate: Certificate, authority: bytes) -> bool:
    """その鍵の署名か。中身も鍵も変わらないので、一度確かめれば足りる。"""
    try:
        Ed25519PublicKey.from_public_bytes(authority).verify(
            base64.b64decode(certificate.signature), certificate.content()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def refuse_out_of_date(certificate: Certificate, now: datetime) -> None:
    """有効な期間の外なら断る。"""
    if not certificate.valid_from <= now < certificate.valid_until:
        raise CertificateRefused(f"{certificate.serial}：期限切れ")


def raw_text(key: Ed25519PublicKey | X25519PublicKey) -> str:
    """公開鍵の文字（base64）。"""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
