"""The terminal, and a city that was set up by typing."""

from importlib import resources
from pathlib import Path

import pytest

from osame.platform import terminal
from tests.journeys.town import AS_OF, CITY, PEOPLE, write_addressees
from tests.journeys.typist import OFFICER, Typist
from tests.systems.conftest import addressee_database, database, linkage_database, template

__all__ = ("addressee_database", "database", "linkage_database", "template")


@pytest.fixture
def osame(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typist:
    """A terminal before an empty database. What is printed lands in a folder of this test."""
    from osame.cli import build_app

    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(terminal.console, "_width", 240)
    monkeypatch.setattr(terminal.errors, "_width", 240)
    return Typist(build_app())


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """The packaged defaults and this city's own facts, in one file, as the comment on top of the defaults says."""
    defaults = resources.files("osame.collection.parameters").joinpath("defaults.toml").read_text(encoding="utf-8")
    path = tmp_path / "parameters.toml"
    path.write_text(defaults + CITY, encoding="utf-8")
    return path


@pytest.fixture
def town(osame: Typist, parameters: Path, tmp_path: Path) -> Typist:
    """The terminal after 架空市 was set up and its addressees were imported."""
    osame.ok("parameters", "load", parameters, *OFFICER)
    path = write_addressees(tmp_path / "addressees.csv", *PEOPLE)
    assert osame.take("addressees", path, "--as-of", AS_OF) == (len(PEOPLE), len(PEOPLE), 0, 0)
    return osame
