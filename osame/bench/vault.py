"""番号の金庫の計測。30万の番号を暗号と索引にし、預け、番号で探し、鍵を入れ替える時間を測る。

In a database and with keys of its own, both gone afterwards: the real keys are never touched. The door (`vault.find`, one
statement) and the audited act (`identities.search`: seal, basis, transaction, door, audit record) are told separately, and
the door is asked by another connection while the keys are rotated.
"""

import os
import statistics
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection, connections, transaction

from osame.contracts.linkage import SearchQuestion
from osame.contracts.personal_number import PersonalNumber
from osame.contracts.sealed import linkage_key, seal_number
from osame.kernel.check_digits import individual_number_check_digit
from osame.linkage.calling import Caller
from osame.linkage.identities import actions as identities
from osame.linkage.legal_basis.queries import Basis
from osame.linkage.numbers import actions as vault
from osame.linkage.numbers import rotation
from osame.linkage.numbers.keys import keyring
from osame.platform import database
from osame.platform.gate import Acting, acting

DATABASE = "osame_bench_vault"
MUNICIPALITY = "242039"
AFFAIR = "local_tax"
AS_OF = date(2026, 4, 1)
BATCH = 5_000
ROUNDS = 500
GOALS = {"encrypt_seconds_for_300000": 5, "door_median_ms": 1}
NOW = Acting("計測", "linkage.numbers.bench", "number_linkage")
Pair = tuple[str, PersonalNumber]


def run_vault_bench(*, numbers: int) -> dict[str, Any]:
    """番号を作り、暗号・保管・検索・鍵の入替えを測る。"""
    with _own_keys(), _own_database(), acting(NOW):
        rotation.create_keys(MUNICIPALITY)
        basis = Caller("linkage", AS_OF).basis(AFFAIR)
        pairs = [(_person(n), _fictional(n)) for n in range(numbers)]
        sealing = _timed(lambda: _sealed(pairs))
        storing = _timed(lambda: _stored(pairs, basis))
        _tidied()
        searches = {"door": _door(pairs, basis), "act": _act(pairs)}
        rotations = {use.name.lower(): _rotated(use, pairs, basis) for use in rotation.WORKS}
        return {
            "numbers": numbers,
            "cpus": os.cpu_count(),
            "goals": GOALS,
            "encrypt_and_index": sealing,
            "store": storing,
            "search": searches,
            "rotation": rotations,
        }


@contextmanager
def _own_keys() -> Iterator[None]:
    """鍵は、終われば消える置き場所に作る。"""
    before = {name: os.environ.pop(name, None) for name in ("OSAME_KEYS", "OSAME_KEY_KEEPER")}
    with tempfile.TemporaryDirectory() as directory:
        os.environ["OSAME_KEYS"] = str(Path(directory) / "keys")
        try:
            yield
        finally:
            del os.environ["OSAME_KEYS"]
            os.environ.update({name: value for name, value in before.items() if value is not None})


@contextmanager
def _own_database() -> Iterator[None]:
    named = {alias: settings.DATABASES[alias]["NAME"] for alias in ("default", "owner")}
    _drop()
    _use(dict.fromkeys(named, DATABASE))
    try:
        database.prepare()
        yield
    finally:
        _use(named)
        _drop()


def _use(names: dict[str, str]) -> None:
    os.environ["OSAME_DATABASE_NAME"] = names["default"]
    for alias, name in names.items():
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _drop() -> None:
    owner = settings.DATABASES["owner"]
    with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _person(n: int) -> str:
    return f"8{n:014d}"


def _fictional(n: int) -> PersonalNumber:
    """架空の番号。どの二つも違う。"""
    body = f"{(n * 7919 + 10_000_019) % 10**11:011d}"
    return PersonalNumber(body + individual_number_check_digit(body))


def _timed(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }


def _sealed(pairs: Sequence[Pair]) -> None:
    """預けるときと同じだけ、暗号と索引を作る。"""
    ring = keyring()
    for person, number in pairs:
        ring.cipher.encrypt(number, vault.place_of(ring.tenant, person, uuid4()))
        ring.indexer.indexes(number)


def _stored(pairs: Sequence[Pair], basis: Basis) -> None:
    for start in range(0, len(pairs), BATCH):
        with transaction.atomic():
            vault.store(pairs[start : start + BATCH], basis)


def _tidied() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _door(pairs: Sequence[Pair], basis: Basis) -> dict[str, float]:
    """扉だけ。取引の中で、索引の値を作り、`vault_find` に一度訊く。"""
    random = Random(1)  # noqa: S311 - 計測の番号を選ぶだけ

    def ask() -> float:
        person, number = random.choice(pairs)
        with transaction.atomic():
            started = time.perf_counter()
            (found,) = vault.find([number], basis)
            spent = time.perf_counter() - started
        if found is None or found.unified_addressee_number != person:
            raise AssertionError(person)
        return spent

    return _spread(ask, ROUNDS)


def _act(pairs: Sequence[Pair]) -> dict[str, float]:
    """監査を伴う行いの全体。封を開くところから、記録を書き終えるまで。"""
    random, caller = Random(2), Caller("linkage", AS_OF)  # noqa: S311

    def ask() -> float:
        _, number = random.choice(pairs)
        request = uuid4().hex
        sealed = seal_number(number.digits(), subject=request, sender="linkage", key=linkage_key(), request=request)
        question = SearchQuestion(request, AFFAIR, b64encode(sealed).decode())
        started = time.perf_counter()
        identities.search(question, caller)
        return time.perf_counter() - started

    return _spread(ask, ROUNDS)


def _spread(ask: Callable[[], float], rounds: int) -> dict[str, float]:
    for _ in range(20):
        ask()  # 初めは、接続と計画の用意を含む
    return _told([ask() for _ in range(rounds)])


def _told(seconds: Sequence[float]) -> dict[str, float]:
    times = sorted(each * 1000 for each in seconds)
    return {
        "times": len(times),
        "median_ms": round(statistics.median(times), 2),
        "p95_ms": round(times[int(len(times) * 0.95) - 1], 2),
        "most_ms": round(times[-1], 2),
    }


def _rotated(use: Any, pairs: Sequence[Pair], basis: Basis) -> dict[str, Any]:
    """鍵を入れ替える。そのあいだ、ほかの接続が番号で探し続ける。"""
    stop, meanwhile = threading.Event(), list[float]()
    reader = threading.Thread(target=_reading, args=(stop, meanwhile, pairs, basis))
    rotation.add_version(use)
    reader.start()
    try:
        spent = _timed(rotation.WORKS[use])
    finally:
        stop.set()
        reader.join()
    spent_retiring = _timed(lambda: rotation.retire(use, 1))
    return spent | {"retiring_seconds": spent_retiring["wall_seconds"], "door_meanwhile": _told(meanwhile)}


def _reading(stop: threading.Event, times: list[float], pairs: Sequence[Pair], basis: Basis) -> None:
    random = Random(3)  # noqa: S311
    try:
        with acting(NOW):
            while not stop.wait(0.02):
                person, number = random.choice(pairs)
                with transaction.atomic():
                    started = time.perf_counter()
                    (found,) = vault.find([number], basis)
                    times.append(time.perf_counter() - started)
                if found is None or found.unified_addressee_number != person:
                    raise AssertionError(person)
    finally:
        connection.close()
