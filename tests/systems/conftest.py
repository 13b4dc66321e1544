"""A fresh PostgreSQL database for every test, cloned from one migrated template; and the cast."""

import fcntl
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

os.environ["OSAME_ALL_SYSTEMS"] = "1"  # この試験のプロセスだけが、すべての章を知る
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import django

    django.setup()
del os.environ["OSAME_ALL_SYSTEMS"]  # 試験が起こすプロセスは、自分のシステムだけを知る

import psycopg
from django.conf import settings
from django.db import connections
from django.test import override_settings

from osame.platform import database as platform_database
from osame.platform import systems


def server(dbname: str = "postgres") -> psycopg.Connection[Any]:
    """A superuser connection, as a hostile or careless administrator would have it."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=str(owner["HOST"]), user=str(owner["USER"]), dbname=dbname, autocommit=True)


def make_template(system: str) -> str:
    """One migrated database of a system, made once per run and cloned by every test."""
    name = "osame_template" if system == "collection" else f"osame_template_{system}"
    made = Path(os.environ["OSAME_HOME"]) / f".{name}.made"
    with (Path(os.environ["OSAME_HOME"]) / ".template.lock").open("w") as lock:
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


@contextmanager
def fresh(system: str, node: str) -> Iterator[str]:
    """An empty database of a system, for one test."""
    template = make_template(system)
    name = f"t{os.getpid()}_{abs(hash(node + system)) % 10**12}"
    with server() as admin, (Path(os.environ["OSAME_HOME"]) / ".template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {systems.named(system).role}, {systems.AUDITOR_ROLE}")
        admin.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    try:
        with here(system, name):
            yield name
    finally:
        with server() as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def template() -> str:
    """The migrated database of collection, made once per run."""
    return make_template("collection")


@pytest.fixture
def database(template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty collection database of this test's own; yields its name."""
    with fresh("collection", request.node.nodeid) as name:
        yield name


@pytest.fixture
def addressee_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty addressee database of this test's own; this process is the addressee system meanwhile."""
    with fresh("addressee", request.node.nodeid) as name:
        yield name


@pytest.fixture
def linkage_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty linkage database of this test's own; this process is the linkage system meanwhile."""
    with fresh("linkage", request.node.nodeid) as name:
        yield name
