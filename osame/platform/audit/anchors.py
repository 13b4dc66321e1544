"""監査の検査点を、データベースの外に置いた控え（アンカー）。一行に一つ、追記だけ。

The anchor file: one JSON line per checkpoint, outside the database, best on a write-once folder. Pure of Django: the
verifier reads it too.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from osame.platform.audit.canonical import EPOCH, Checkpoint, microseconds


@dataclass(frozen=True, slots=True)
class Signed:
    """署名した検査点。"""

    checkpoint: Checkpoint
    signature: bytes

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """その鍵の署名か。"""
        try:
            key.verify(self.signature, self.checkpoint.content())
        except InvalidSignature:
            return False
        return True


def line(signed: Signed) -> str:
    """アンカーの一行。"""
    made = signed.checkpoint
    return json.dumps({
        "system": made.system,
        "checkpoint_number": made.checkpoint_number,
        "sequence": made.sequence,
        "chain_hash": made.chain_hash.hex(),
        "events": made.events,
        "made_at": microseconds(made.made_at),
        "key_id": made.key_id,
        "signature": signed.signature.hex(),
    })


def read(path: Path) -> Iterator[tuple[int, Signed | None]]:
    """（行番号、検査点）。読めない行は None。"""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, text in enumerate(file, start=1):
            if text.strip():
                yield number, _parsed(text)


def append(path: Path, signed: Signed) -> None:
    """一行を書き足し、書き終えたことを確かめる。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        unfinished = _lacks_newline(handle)  # 書きかけで止まった行は、そのまま残して次の行に書く
        os.write(handle, (b"\n" if unfinished else b"") + line(signed).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def _lacks_newline(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _parsed(text: str) -> Signed | None:
    try:
        found = json.loads(text)
        made = Checkpoint(
            str(found["system"]),
            int(found["checkpoint_number"]),
            int(found["sequence"]),
            bytes.fromhex(found["chain_hash"]),
            int(found["events"]),
            EPOCH + timedelta(microseconds=int(found["made_at"])),
            str(found["key_id"]),
        )
        return Signed(made, bytes.fromhex(found["signature"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
