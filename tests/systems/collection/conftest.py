"""Fixtures of the collection system."""

import pytest

from tests.systems.collection.cast import found_city


@pytest.fixture
def city(database: str) -> str:
    """架空市 with its cast; yields the database name."""
    found_city()
    return database
