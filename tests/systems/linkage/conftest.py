"""Linkage with keys of its own, and somebody who acts for a stated purpose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from osame.linkage.numbers.rotation import create_keys
from osame.platform import gate
from tests.systems.linkage.cast import LINKING


@pytest.fixture
def vault(linkage_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty linkage database with keys; yields its name."""
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    with gate.acting(LINKING):
        create_keys("242039")
        yield linkage_database
