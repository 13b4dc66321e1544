"""The month, written once per run, and the digest that every order must end in."""

import fcntl
import os
from pathlib import Path

import pytest

from osame.collection.ledger.digest import ledger_digest
from tests.faults.copies import copied
from tests.faults.month import read_steps, write_month
from tests.faults.running import found, take_all
from tests.systems.collection.conftest import acting, city  # noqa: F401
from tests.systems.conftest import database, template  # noqa: F401

HERE = Path(os.environ["OSAME_HOME"])


@pytest.fixture(scope="session")
def month(template: str) -> Path:  # noqa: F811
    """The directory of the month's files."""
    directory = HERE / "month"
    with (HERE / ".month.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "steps.json").exists():
            write_month(directory)
    return directory


@pytest.fixture
def town(database: str) -> str:  # noqa: F811
    """架空市 before the month; yields the database name."""
    found()
    return database


@pytest.fixture
def expected(town: str, month: Path) -> str:
    """The digest of the month in its natural order. The first who needs it works it out."""
    note = month / "digest.txt"
    with (HERE / ".month.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            _work_out(town, month, note)
    return note.read_text(encoding="utf-8")


def _work_out(town: str, month: Path, note: Path) -> None:
    """In a copy of the town, so that the test finds its own untouched."""

    with copied(town):
        take_all(month, read_steps(month))
        note.write_text(ledger_digest(), encoding="utf-8")
