"""媒体に渡す中身の封。相手の公開鍵で閉じ、相手の秘密鍵でしか開かない（HPKE, RFC 9180）。"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from osame.kernel.refusals import Refusal

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
OPENING = b"osame-egress-1:"


class NotAReceiverKey(Refusal):
    """相手の公開鍵として読めません。X25519 の公開鍵（PEM）を受け取り直してください。"""


def receiver_key(path: Path) -> X25519PublicKey:
    """相手の公開鍵を読む。"""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as failure:
        raise NotAReceiverKey(path.name) from failure
    if not isinstance(key, X25519PublicKey):
        raise NotAReceiverKey(path.name)
    return key


def sealed(content: bytes, key: X25519PublicKey, receiver: str) -> bytes:
    """中身に封をする。相手の名も封に結び付くので、別の相手のものとしては開かない。"""
    return SUITE.encrypt(content, key, info=OPENING + receiver.encode())


def opened(closed: bytes, key: X25519PrivateKey, receiver: str) -> bytes:
    """封を開く。受け取る側の手順であり、試験と引渡しの確認に使う。"""
    return SUITE.decrypt(closed, key, info=OPENING + receiver.encode())
