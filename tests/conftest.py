"""Everything that tests share: the choice of a scratch home for the embedded database, and one tree of commands a terminal."""

import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
import typer.testing

RUN = os.environ.setdefault("OSAME_TEST_RUN", os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())))
os.environ["OSAME_HOME"] = str(Path(tempfile.gettempdir()) / f"osame-test-{RUN}")
os.environ["OSAME_DATABASE_NAME"] = "osame_template"
os.environ.setdefault("OSAME_SECRET_KEY", "a key for tests only, in no way secret " * 2)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")
for name in ("OSAME_EMBEDDED_URL", "OSAME_DATABASE_URL"):
    os.environ.pop(name, None)

# Typer builds the tree of every command anew for each line typed into its runner, as a process does once: 0.2 s a line.
typer.testing._get_command = lru_cache(maxsize=4)(typer.testing._get_command)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller removes the scratch home after all workers have stopped."""
    if not hasattr(config, "workerinput") and "OSAME_EMBEDDED_URL" not in os.environ:
        shutil.rmtree(os.environ["OSAME_HOME"], ignore_errors=True)
