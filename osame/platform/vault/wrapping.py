"""鍵を包む鍵。金庫の鍵は、包まれた姿でだけ保存する。

Envelope encryption: data keys are kept only wrapped by a key-encryption key, which lives in a file of this machine or in a
key-management service. Every wrapping is bound to what the key is for (`context`).
"""

import os
from pathlib import Path
from secrets import token_hex
from typing import Protocol
from urllib.parse import urlparse

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.contracts.sealed import key_directory
from osame.kernel.refusals import Refusal
from osame.platform.vault.transit import Transit

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyFileMissing(Refusal):
    """鍵のファイルがありません。連携サーバーで osame linkage keys create を実行するか、控えの鍵を戻してください。"""


class KeyFileOpenToOthers(Refusal):
    """鍵のファイルを、ほかの利用者も読める状態です。chmod 600 で、所有者だけが読めるようにしてください。"""


class KeyDoesNotUnwrap(Refusal):
    """包まれた鍵を開けません。鍵を包んだ鍵が、いまの鍵と違います。正しい鍵のファイル（または鍵管理）を指してください。"""


class UnknownKeeper(Refusal):
    """鍵の置き場所の書き方が違います。file:パス か transit:https://…/マウント/鍵の名 で指定してください。"""


class KeyWrapper(Protocol):
    """鍵を包み、開く者。"""

    @property
    def name(self) -> str:
        """置き場所の名（秘密を含まない）。"""

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """包む。"""

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """開く。"""


class KeyFile:
    """鍵のファイル。所有者だけが読める32バイト。"""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """置き場所の名。"""
        return f"file:{self.path.name}"

    def create(self) -> bool:
        """なければ作る。作りかけを残さない。作ったかどうかを返す。"""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.path.exists():
            return False
        draft = self.path.with_name(f".{self.path.name}.{token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(AESGCM.generate_key(bit_length=256))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, self.path)  # すでにあれば失敗する。二人が同時に作っても、鍵は一つ
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        return True

    def _cipher(self) -> AESGCM:
        try:
            mode = self.path.stat().st_mode
            key = self.path.read_bytes()
        except FileNotFoundError as failure:
            raise KeyFileMissing(str(self.path)) from failure
        if mode & 0o077:
            raise KeyFileOpenToOthers(str(self.path))
        if len(key) != KEY_BYTES:
            raise KeyDoesNotUnwrap(str(self.path))
        return AESGCM(key)

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """包む。"""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher().encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """開く。"""
        cipher = self._cipher()
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as failure:
            raise KeyDoesNotUnwrap(self.name) from failure


def key_wrapper(where: str | None = None) -> KeyWrapper:
    """鍵を包む鍵の置き場所。`OSAME_KEY_KEEPER`、なければ鍵の置き場所の linkage.kek。"""
    where = where or os.environ.get("OSAME_KEY_KEEPER") or f"file:{key_directory() / 'linkage.kek'}"
    kind, _, address = where.partition(":")
    if kind == "file" and address:
        return KeyFile(Path(address))
    if kind == "transit" and urlparse(address).path.strip("/").count("/") == 1:
        return Transit(address, token_file=Path(os.environ.get("OSAME_KMS_TOKEN_FILE", key_directory() / "kms.token")))
    raise UnknownKeeper(where)
