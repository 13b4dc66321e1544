"""A fresh PostgreSQL database for every test, cloned from one migrated template; and the cast."""

import fcntl
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

os.environ["OSAME_ALL_SYSTEMS"] = "1"  # この試験のプロセスだけが、すべての章を知る
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import django

    from osame.platform import embedded

    # 試験が共にするサーバーには、機械が落ちても守るものがない。落とす試験は、自分のサーバーを持つ。
    embedded.SERVER_SETTINGS |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    django.setup()
del os.environ["OSAME_ALL_SYSTEMS"]  # 試験が起こすプロセスは、自分のシステムだけを知る

import psycopg
from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections
from django.test import override_settings
from django.test.signals import root_urlconf_changed

from osame.platform import database as platform_database
from osame.platform import systems

# どのシステムの URL も、その名で覚えられている。システムを移るたびに忘れて、数百の形を組み立て直さない。
setting_changed.disconnect(root_urlconf_changed)

HOME = Path(os.environ["OSAME_HOME"])  # 試験が自分の OSAME_HOME に移っても、型紙の鍵は一つ


def server(dbname: str = "postgres") -> psycopg.Connection[Any]:
    """A superuser connection, as a hostile or careless administrator would have it."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=str(owner["HOST"]), user=str(owner["USER"]), dbname=dbname, autocommit=True)


def copy_database(admin: psycopg.Connection[Any], source: str, name: str) -> None:
    """A database as another one is now, file by file: page by page through the log takes four times as long."""
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    admin.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")


def template_name(system: str) -> str:
    """How the template of a system is called."""
    return "osame_template" if system == "collection" else f"osame_template_{system}"


def make_template(system: str) -> str:
    """One migrated database of a system, made once per run and cloned by every test."""
    name = template_name(system)
    made = HOME / f".{name}.made"
    with (HOME / ".template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with here(system, name):
                platform_database.prepare()
                platform_database.close_all()
            made.touch()
    return name


@contextmanager
def here(system: str, name: str) -> Iterator[None]:
    """For a while, this process is the given system before the given database."""
    before = {key: os.environ.get(key) for key in ("OSAME_SYSTEM", "OSAME_DATABASE_NAME", "OSAME_ANCHORS")}
    settings_before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    os.environ.update(OSAME_SYSTEM=system, OSAME_DATABASE_NAME=name)
    os.environ["OSAME_ANCHORS"] = str(Path(os.environ["OSAME_HOME"]) / "anchors" / name)
    use(name, role=systems.named(system).role)
    try:
        with override_settings(SYSTEM=systems.named(system), ROOT_URLCONF=f"osame.{system}.urls"):
            yield
    finally:
        connections.close_all()
        for alias, kept in settings_before.items():
            connections[alias].settings_dict.update(kept)
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})


def use(name: str, *, role: str | None = None) -> None:
    """Point this process's connections at a database."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
    if role:
        connections["default"].settings_dict["USER"] = role


class Stock:
    """Databases cloned ahead of the tests that need them, and dropped behind them, while other tests run."""

    def __init__(self) -> None:
        self.clerk = ThreadPoolExecutor(1, thread_name_prefix="stock")
        self.ready: dict[str, Future[str]] = {}
        self.made = 0

    def take(self, system: str) -> str:
        """A database of the system that nobody has used; the next one is begun at once."""
        make_template(system)
        taken = self.ready.pop(system, None) or self.clerk.submit(self._clone, system)
        self.ready[system] = self.clerk.submit(self._clone, system)
        return taken.result()

    def give_back(self, name: str) -> None:
        self.clerk.submit(self._drop, name)

    def _clone(self, system: str) -> str:
        self.made += 1
        name = f"t{os.getpid()}_{self.made}"
        with server() as admin, (HOME / ".template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            copy_database(admin, template_name(system), name)
            admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {systems.named(system).role}, {systems.AUDITOR_ROLE}")
            admin.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        return name

    @staticmethod
    def _drop(name: str) -> None:
        with server() as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


STOCK = Stock()


def pytest_sessionfinish() -> None:
    """What is still in stock goes with the server."""
    STOCK.clerk.shutdown(cancel_futures=True)


@contextmanager
def fresh(system: str) -> Iterator[str]:
    """An empty database of a system, for one test."""
    name = STOCK.take(system)
    try:
        with here(system, name):
            yield name
    finally:
        STOCK.give_back(name)


@pytest.fixture(scope="session")
def template() -> str:
    """The migrated database of collection, made once per run."""
    return make_template("collection")


@pytest.fixture
def database(template: str) -> Iterator[str]:
    """An empty collection database of this test's own; yields its name."""
    with fresh("collection") as name:
        yield name


@pytest.fixture
def addressee_database() -> Iterator[str]:
    """An empty addressee database of this test's own; this process is the addressee system meanwhile."""
    with fresh("addressee") as name:
        yield name


@pytest.fixture
def linkage_database() -> Iterator[str]:
    """An empty linkage database of this test's own; this process is the linkage system meanwhile."""
    with fresh("linkage") as name:
        yield name


@pytest.fixture
def gateway_database() -> Iterator[str]:
    """An empty gateway database of this test's own; this process is the gateway meanwhile."""
    with fresh("gateway") as name:
        yield name


@pytest.fixture
def network_database() -> Iterator[str]:
    """An empty network database of this test's own; this process is the stand-in of the network meanwhile."""
    with fresh("network") as name:
        yield name
