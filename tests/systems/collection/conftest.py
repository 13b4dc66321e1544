"""Fixtures of the collection system."""

from collections.abc import Iterator

import pytest
from django.test import Client

from osame.platform import gate
from tests.systems.collection.cast import found_city
from tests.systems.collection.pages_cast import officer_at_desk

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


@pytest.fixture
def clerk(city: str) -> Client:
    """A clerk of collection, signed in at the console."""
    return officer_at_desk("A0001", "山本 昇", "collection_clerk")


@pytest.fixture
def chief(city: str) -> Client:
    """The chief of collection, signed in at the console."""
    return officer_at_desk("B0001", "高橋 悟", "collection_chief")
