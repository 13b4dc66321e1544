"""取込みの入口。入手元の分からない様式も、約束しない媒体も、受け付けない。"""

from pathlib import Path

import pytest
from django.db import transaction

from osame.formats.inbound import PROFILES
from osame.platform.database import fetch_all
from osame.platform.imports import registry
from osame.platform.imports.sources import ForbiddenMedium, Medium, Source, UnknownSource, medium_named, source_of


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.csv"
    path.write_text("a,b\n", encoding="utf-8")
    return path


def test_a_file_keeps_where_it_came_from_and_on_what(database, letter):
    arrival = registry.arrive(letter, profile="osame_bank_totals_v1", officer="山本", medium=Medium.DISC)
    with transaction.atomic():
        registry.register(arrival)
    assert fetch_all("SELECT source, medium, officer FROM intake_file") == [("bank", "disc", "山本")]


def test_a_profile_without_a_source_is_refused(database, letter):
    with pytest.raises(UnknownSource, match="入手元が決まっていない"):
        registry.arrive(letter, profile="from_nowhere", officer="山本")
    assert fetch_all("SELECT 1 FROM intake_file") == []


@pytest.mark.parametrize("medium", ["flash_memory", "mail", "", "USB"])
def test_flash_memory_and_mail_are_refused(medium):
    with pytest.raises(ForbiddenMedium, match="フラッシュメモリ"):
        medium_named(medium)


def test_every_inbound_profile_has_its_source():
    assert {source_of(profile) for profile in PROFILES} <= set(Source)
