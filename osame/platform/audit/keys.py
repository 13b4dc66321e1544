"""監査の検査点に署名する鍵。データベースの外に置き、読めるのは動かす利用者だけ。

One Ed25519 key per system under `OSAME_HOME/keys`. Whoever verifies needs only the public half.
"""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from osame.kernel.refusals import Refusal
from osame.platform import bodies, embedded, systems


class KeyReadableByOthers(Refusal):
    """監査の署名の鍵を、ほかの利用者も読めます。権限を 0600 に直し、鍵を作り直すか検討してください。"""


def key_path() -> Path:
    """このシステムの秘密鍵の場所。公開鍵は、同じ名の .pub。"""
    return embedded.home() / "keys" / f"audit-{bodies.apart(systems.current().code)}.pem"


def ensure_key() -> Path:
    """鍵がなければ作る。公開鍵の場所を返す。"""
    path = key_path()
    public = path.with_suffix(".pub")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # 先に作ったものがあれば、それを使う
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    if not public.exists():
        public.write_bytes(_pem(signing_key().public_key()))
    return public


def signing_key() -> Ed25519PrivateKey:
    """署名の鍵。ほかの利用者が読める鍵は使わない。"""
    path = key_path()
    if path.stat().st_mode & 0o077:
        raise KeyReadableByOthers(str(path))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """公開鍵の識別名。"""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
