"""A real Chromium, one for each test process."""

import os
from typing import Any

import pytest

from tests.browser.chromium import find
from tests.systems.conftest import addressee_database, database, linkage_database, template

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the driver of the browser runs a loop in the thread of the test

__all__ = ("addressee_database", "database", "linkage_database", "template")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = find()
    assert found, "Chromium がありません。「make browser」で入れてください。"
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}
