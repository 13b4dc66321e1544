"""Copies of a database, for tests that need several ledgers with the same beginning."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from tests.systems.conftest import copy_database, server


@contextmanager
def copied(source: str, suffix: str = "_copy") -> Iterator[str]:
    """Work in a copy of a database; children inherit its name."""
    name = source + suffix
    use("postgres")
    with server() as admin:
        copy_database(admin, source, name)
    use(name)
    try:
        yield name
    finally:
        use(source)
        with server() as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def use(name: str) -> None:
    """Point this process, and those it starts, at a database."""
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name
    os.environ["OSAME_DATABASE_NAME"] = name
