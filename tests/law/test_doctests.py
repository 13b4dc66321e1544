"""説明文の例（例:）はすべて動く。"""

import doctest
import importlib
import pkgutil

import pytest

import osame.kernel
import osame.law

MODULES = sorted(
    each.name
    for package in (osame.kernel, osame.law)
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    found = doctest.DocTestFinder().find
    assert sum(bool(each.examples) for name in MODULES for each in found(importlib.import_module(name))) >= 30
