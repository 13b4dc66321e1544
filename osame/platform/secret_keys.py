"""この設置だけの秘密の鍵。データベースの外のファイルに置き、無ければ一度だけ作る。

Keys of this installation, kept as files beside the other keys and never in the database: a stolen database alone opens
no client secret and answers no guess about what was searched for.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.contracts.sealed import key_directory
from osame.platform import bodies
from osame.platform.unchanged import until_changed

KEY_BYTES = 32
NONCE_BYTES = 12


def own_key(name: str) -> bytes:
    """名の付いた鍵。初めて使うときに作る。同時に作っても、残るのは一つ。"""
    file = key_directory() / f"{bodies.apart(name)}.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)  # すでにあれば、あるほうを使う
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return _read(file)


@until_changed(256)
def _read(file: Path) -> bytes:
    """鍵のファイル。"""
    return file.read_bytes()


def digest(name: str, *parts: str) -> str:
    """鍵付きの要約。鍵がなければ、推測した語と突き合わせられない。"""
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(own_key(name), message, hashlib.sha256).hexdigest()


def seal(name: str, secret: str, *, owner: str) -> bytes:
    """秘密を暗号にする。持ち主に結び付け、ほかの持ち主の秘密としては開かない。"""
    return seal_bytes(name, secret.encode(), owner=owner)


def unseal(name: str, sealed: bytes, *, owner: str) -> str:
    """秘密を開く。"""
    return unseal_bytes(name, sealed, owner=owner).decode()


def seal_bytes(name: str, secret: bytes, *, owner: str) -> bytes:
    """秘密のバイト列を暗号にする。"""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(own_key(name)).encrypt(nonce, secret, owner.encode())


def unseal_bytes(name: str, sealed: bytes, *, owner: str) -> bytes:
    """秘密のバイト列を開く。"""
    return AESGCM(own_key(name)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode())
