"""A fresh PostgreSQL database for every test, cloned from one migrated template; and the cast."""

import fcntl
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import django

    django.setup()

import psycopg
from django.conf import settings
from django.db import connections

from osame.platform import database as platform_database


def server(dbname: str = "postgres") -> psycopg.Connection[Any]:
    """A superuser connection, as a hostile or careless administrator would have it."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=str(owner["HOST"]), user=str(owner["USER"]), dbname=dbname, autocommit=True)


@pytest.fixture(scope="session")
def template() -> str:
    """One migrated database, made once per run."""
    with (Path(os.environ["OSAME_HOME"]) / ".template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        platform_database.prepare()
        platform_database.close_all()
    return "osame_template"


@pytest.fixture
def database(template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty collection database of this test's own; yields its name."""
    name = f"t{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**12}"
    with server() as admin, (Path(os.environ["OSAME_HOME"]) / ".template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    _use(name)
    os.environ["OSAME_DATABASE_NAME"] = name
    yield name
    connections.close_all()
    _use(template)
    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _use(name: str) -> None:
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
