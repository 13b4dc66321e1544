"""金庫の鍵を開く。いまのデータベースにある鍵の束を、プロセスの記憶に一組だけ持つ。

The wrapped keys are read at each use (three small rows) and unwrapped only when they changed: a rotation by another
process is seen with the next request, and the key keeper is asked once.
"""

from django.db import connections

from osame.kernel.refusals import Refusal
from osame.platform.vault.keyring import Keyring, KeyUse, WrappedKey
from osame.platform.vault.wrapping import key_wrapper

LIVE = "SELECT tenant, use, version, wrapped, state = '1', keeper FROM vault_key WHERE state <> '3' ORDER BY key_id"
Row = tuple[str, str, int, bytes, bool, str]


class NoKeysYet(Refusal):
    """番号の金庫の鍵が、まだありません。osame linkage keys create を実行してください。"""


_open: tuple[list[Row], Keyring] | None = None


def wrapped_keys(using: str = "default") -> list[Row]:
    """包まれた鍵の行。"""
    with connections[using].cursor() as cursor:
        cursor.execute(LIVE)
        return [(tenant, use, version, bytes(wrapped), active, keeper) for tenant, use, version, wrapped, active, keeper in cursor]  # fmt: skip


def as_wrapped(row: Row) -> WrappedKey:
    """行を、鍵の束の言葉にする。"""
    return WrappedKey(row[0], KeyUse(row[1]), row[2], row[3], row[4])


def keyring(using: str = "default") -> Keyring:
    """開いた鍵の束。"""
    global _open
    rows = wrapped_keys(using)
    if not rows:
        raise NoKeysYet
    if _open is None or _open[0] != rows:
        _open = (rows, Keyring(map(as_wrapped, rows), key_wrapper()))
    return _open[1]
