"""金庫の鍵を作り、入れ替え、廃止する。所有者の接続で行い、そのあいだも読み書きは続く。

Keys are made, rotated and retired by the operator on the owner's connection; the application role can read no ciphertext at
all. Re-encryption goes in batches with SKIP LOCKED: readers and writers go on, several rotations may run side by side, and
one that dies is simply started again.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connections, transaction

from osame.contracts.sealed import key_directory, key_name
from osame.kernel.refusals import Refusal
from osame.linkage.numbers.actions import place_of
from osame.linkage.numbers.keys import as_wrapped, keyring, wrapped_keys
from osame.platform.audit.recording import record
from osame.platform.vault.keyring import Keyring, KeyUse, WrappedKey, new_key, rewrapped
from osame.platform.vault.wrapping import KeyFile, KeyWrapper, key_wrapper

OWNER = "owner"
BATCH = 5_000
NAMES = {KeyUse.DATA: "番号の暗号", KeyUse.INDEX: "番号の索引", KeyUse.SEALING: "封筒"}


class KeyStillInUse(Refusal):
    """この版の鍵を使っているものが残っています。osame linkage keys rotate を終えてから、廃止してください。"""


class KeyNotRetirable(Refusal):
    """廃止できるのは、読取りだけになった版の鍵です。先に新しい版を作ってください。"""


class BadTenant(Refusal):
    """団体コードは6桁の数字で指定してください。"""


def create_keys(tenant: str, wrapper: KeyWrapper | None = None) -> bool:
    """金庫の鍵を一組作る。すでにあれば作らない。作ったかどうかを返す。

    要件: F34-08
    """
    if not re.fullmatch(r"\d{6}", tenant):
        raise BadTenant
    wrapper = wrapper or key_wrapper()
    if isinstance(wrapper, KeyFile) and not wrapped_keys(OWNER):
        wrapper.create()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("LOCK TABLE vault_key IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM vault_key)")
        fresh = not cursor.fetchall()[0][0]
        if fresh:
            for use in KeyUse:
                _insert(cursor, new_key(tenant, use, 1, wrapper), wrapper)
    _name_sealing_keys()
    publish_key()
    if fresh:
        record("番号の金庫の鍵を作った", detail={"置き場所": wrapper.name})
    return fresh


def publish_key(path: Path | None = None) -> Path:
    """封筒の公開鍵を、ファイルに置く。ほかのシステムは、これで封をする。

    要件: F34-08
    """
    path = path or key_directory() / "linkage.pub"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(keyring(OWNER).public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    draft.replace(path)
    return path


def add_version(use: KeyUse, wrapper: KeyWrapper | None = None) -> int:
    """新しい版の鍵を作り、これからの書込みに使う。前の版は読取りだけになる。版を返す。

    要件: F34-08
    """
    wrapper = wrapper or key_wrapper()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("LOCK TABLE vault_key IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT max(version) + 1, max(tenant) FROM vault_key WHERE use = %s", [use])
        version, tenant = cursor.fetchall()[0]
        made = new_key(tenant, use, version, wrapper)  # 鍵管理が応じなければ、何も変わらない
        cursor.execute("UPDATE vault_key SET state = '2' WHERE use = %s AND state = '1'", [use])
        _insert(cursor, made, wrapper)
    if use is KeyUse.SEALING:
        _name_sealing_keys()
        publish_key()
    record("番号の金庫の鍵を入れ替えた", detail={"用途": NAMES[use], "版": version})
    return int(version)


def reencrypt(*, told: Callable[[int], None] = lambda _done: None, batch: int = BATCH) -> int:
    """前の版の鍵の暗号を、いまの版で暗号にし直す。件数を返す。

    要件: F34-08
    """
    return _in_batches(_reencrypt_some, "番号を暗号にし直した", told, batch)


def reindex(*, told: Callable[[int], None] = lambda _done: None, batch: int = BATCH) -> int:
    """いまの版の索引がない番号に、索引を作る。件数を返す。

    要件: F34-08
    """
    return _in_batches(_reindex_some, "番号の索引を作り直した", told, batch)


FIRST = UUID(int=0)
Some = Callable[[Any, Keyring, UUID, int], tuple[int, UUID]]


def _in_batches(some: Some, act: str, told: Callable[[int], None], batch: int) -> int:
    """識別子の順に進み、終わりまで来たら初めに戻る。一巡して何もなければ終わる（ほかが押さえていた行も、次の巡りで済む）。"""
    total, after = 0, FIRST
    while True:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            done, last = some(cursor, keyring(OWNER), after, batch)
        if not done and after == FIRST:
            record(act, detail={"件数": total})
            return total
        total, after = total + done, last
        told(done)


def _reencrypt_some(cursor: Any, ring: Keyring, after: UUID, batch: int) -> tuple[int, UUID]:
    cursor.execute(
        "SELECT number_id, unified_addressee_number, ciphertext FROM stored_number WHERE key_version <> %s "
        "AND number_id > %s ORDER BY number_id LIMIT %s FOR UPDATE SKIP LOCKED",
        [ring.cipher.active, after, batch],
    )
    rows = cursor.fetchall()
    places = [place_of(ring.tenant, person, number_id) for number_id, person, _ in rows]
    fresh = [
        ring.cipher.encrypt(ring.cipher.decrypt(bytes(old), place), place)
        for (_, _, old), place in zip(rows, places, strict=True)
    ]
    cursor.execute(
        "UPDATE stored_number s SET ciphertext = given.c, key_version = %s "
        "FROM unnest(%s::uuid[], %s::bytea[]) AS given(n, c) WHERE s.number_id = given.n",
        [ring.cipher.active, [row[0] for row in rows], fresh],
    )
    return len(rows), rows[-1][0] if rows else FIRST


def _reindex_some(cursor: Any, ring: Keyring, after: UUID, batch: int) -> tuple[int, UUID]:
    version = max(ring.indexer.versions)
    cursor.execute(
        "SELECT s.number_id, s.unified_addressee_number, s.ciphertext FROM stored_number s WHERE s.state <> '3' "
        "AND s.number_id > %s AND NOT EXISTS "
        "(SELECT 1 FROM number_index x WHERE x.number_id = s.number_id AND x.index_version = %s) "
        "ORDER BY s.number_id LIMIT %s FOR UPDATE OF s SKIP LOCKED",
        [after, version, batch],
    )
    rows = cursor.fetchall()
    values = [
        ring.indexer.index(ring.cipher.decrypt(bytes(old), place_of(ring.tenant, person, number_id)), version)
        for number_id, person, old in rows
    ]
    cursor.execute(
        "INSERT INTO number_index (number_id, index_version, blind_index) "
        "SELECT n, %s, v FROM unnest(%s::uuid[], %s::bytea[]) AS given(n, v)",
        [version, [row[0] for row in rows], values],
    )
    return len(rows), rows[-1][0] if rows else FIRST


WORKS = {KeyUse.DATA: reencrypt, KeyUse.INDEX: reindex}
"""鍵の用途 → 新しい版にし直す仕事。"""

USES = {
    KeyUse.DATA: "SELECT EXISTS (SELECT 1 FROM stored_number WHERE key_version = %(version)s)",
    KeyUse.INDEX: "SELECT EXISTS (SELECT 1 FROM stored_number s WHERE s.state <> '3' AND NOT EXISTS (SELECT 1 FROM "
    "number_index x JOIN vault_key k ON k.use = '2' AND k.state = '1' AND k.version = x.index_version "
    "WHERE x.number_id = s.number_id))",
    KeyUse.SEALING: "SELECT EXISTS (SELECT 1 FROM numbering_request r JOIN vault_key k ON k.name = r.sealing_key "
    "WHERE k.use = '3' AND k.version = %(version)s AND r.envelope IS NOT NULL)",
}


def retire(use: KeyUse, version: int) -> None:
    """使われなくなった版の鍵を廃止する。鍵そのものを消す。

    要件: F34-08
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT state FROM vault_key WHERE use = %s AND version = %s FOR UPDATE", [use, version]
        )  # 預ける取引は、ここで待つか、先に終わる
        if cursor.fetchall() != [("2",)]:
            raise KeyNotRetirable(f"{NAMES[use]} 版{version}")
        cursor.execute(USES[use], {"version": version})
        if cursor.fetchall()[0][0]:
            raise KeyStillInUse(f"{NAMES[use]} 版{version}")
        if use is KeyUse.INDEX:
            cursor.execute("DELETE FROM number_index WHERE index_version = %s", [version])
        cursor.execute(
            "UPDATE vault_key SET state = '3', wrapped = ''::bytea, retired_at = now() WHERE use = %s AND version = %s",
            [use, version],
        )
    record("番号の金庫の鍵を廃止した", detail={"用途": NAMES[use], "版": version})


def rewrap(new: KeyWrapper, old: KeyWrapper | None = None) -> int:
    """鍵を、別の鍵で包み直す（鍵のファイルの取替え、鍵管理への移行）。本数を返す。

    要件: F34-08
    """
    old = old or key_wrapper()
    if isinstance(new, KeyFile):
        new.create()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("LOCK TABLE vault_key IN SHARE ROW EXCLUSIVE MODE")
        fresh = [rewrapped(as_wrapped(row), old=old, new=new) for row in wrapped_keys(OWNER)]
        for key in fresh:
            cursor.execute(
                "UPDATE vault_key SET wrapped = %s, keeper = %s WHERE use = %s AND version = %s",
                [key.wrapped, new.name, key.use, key.version],
            )
    record("番号の金庫の鍵を包み直した", detail={"置き場所": new.name, "本数": len(fresh)})
    return len(fresh)


def _insert(cursor: Any, key: WrappedKey, wrapper: KeyWrapper) -> None:
    cursor.execute(
        "INSERT INTO vault_key (tenant, use, version, wrapped, keeper, name, state) VALUES (%s, %s, %s, %s, %s, '', '1')",
        [key.tenant, key.use, key.version, key.wrapped, wrapper.name],
    )


def _name_sealing_keys() -> None:
    """封筒の鍵に、宛先の名を記す。保留の封筒が残る鍵を、廃止させないため。"""
    ring = keyring(OWNER)
    with connections[OWNER].cursor() as cursor:
        for version, name in sealing_names(ring):
            cursor.execute("UPDATE vault_key SET name = %s WHERE use = '3' AND version = %s", [name, version])


def sealing_names(ring: Keyring) -> Iterable[tuple[int, str]]:
    """封筒の鍵の版と、宛先の名。"""
    return [(version, key_name(key.public_key()).hex()) for version, key in ring.sealing.items()]
