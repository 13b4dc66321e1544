"""画面の署名に使う秘密鍵。システムごとに一つ、データ一式のそばに置き、リポジトリには置かない。

The key that signs sessions and forms. `osame setup` makes it, readable by its owner alone; each system has its own, so a
cookie of one means nothing to another.
"""

import os
import secrets
import stat
from pathlib import Path

from osame.kernel.refusals import Refusal
from osame.platform import embedded


class NoSecretKey(Refusal):
    """秘密鍵がないため、始められません。「osame setup」で作ってください。"""


class SecretKeyExposed(Refusal):
    """秘密鍵のファイルを、ほかの利用者も読めます。権限を 0600 に直してから、もう一度始めてください。"""


def path(system: str) -> Path:
    """秘密鍵のファイル。"""
    return embedded.home() / "keys" / f"{system}-secret.key"


def ensure(system: str) -> Path:
    """秘密鍵がなければ作る。"""
    file = path(system)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(64))
    return file


def read(system: str) -> str:
    """秘密鍵。環境変数 `OSAME_SECRET_KEY` が先。どちらもなければ空。"""
    told = os.environ.get("OSAME_SECRET_KEY", "")
    file = path(system)
    return told or (file.read_text(encoding="ascii") if file.exists() else "")


def require(system: str) -> None:
    """秘密鍵があり、ほかの利用者に読めないことを確かめる。"""
    if os.environ.get("OSAME_SECRET_KEY"):
        return
    file = path(system)
    if not file.exists() or not file.stat().st_size:
        raise NoSecretKey(str(file))
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SecretKeyExposed(str(file))
