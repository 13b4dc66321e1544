"""届いたままの行の封。行には口座番号や名義が入るので、読める形では置かない。

The lines that were kept as they came (rejected or held) may carry bank account numbers, so none of them lies in clear: each
is sealed to its file and line with a key of this installation, and opened only to be mended or sent back.
"""

import secrets
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.platform import secret_keys
from osame.platform.secret_keys import NONCE_BYTES

KEY = "raw-lines"


def sealed(file_id: int, lines: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """（行、原文）に、ファイルと行に結び付けて、順に封をする。空の行は、空のまま。鍵を読むのは一度だけ。"""
    cipher = AESGCM(secret_keys.own_key(KEY))
    for line, raw in lines:
        nonce = secrets.token_bytes(NONCE_BYTES)
        yield nonce + cipher.encrypt(nonce, raw, _owner(file_id, line)) if raw else b""


def opened(file_id: int, line: int, closed: bytes) -> bytes:
    """一行を開く。ほかの行の封としては開かない。"""
    return secret_keys.unseal_bytes(KEY, closed, owner=_owner(file_id, line).decode()) if closed else b""


def _owner(file_id: int, line: int) -> bytes:
    return f"{file_id}:{line}".encode()
