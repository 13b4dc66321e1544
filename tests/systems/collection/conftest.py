"""Fixtures of the collection system."""

from collections.abc import Iterator

import pytest

from osame.platform import gate
from tests.systems.collection.cast import found_city

TEST = gate.Acting("試験", "collection.test.run", "statutory", role="operator")


@pytest.fixture(autouse=True)
def acting() -> Iterator[gate.Acting]:
    """Whoever tests states a purpose; without one, the tables about people show no row."""
    with gate.acting(TEST) as now:
        yield now


@pytest.fixture
def city(database: str) -> str:
    """架空市 with its cast; yields the database name."""
    found_city()
    return database
