"""The fixtures of the systems: a fresh database for every test that asks for one."""

from tests.systems.collection.conftest import acting
from tests.systems.conftest import database, template

__all__ = ("acting", "database", "template")
