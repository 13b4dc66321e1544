"""表の定義と移行が食い違わない。"""

from osame.platform.systems import SYSTEMS
from tests.tidy.tree import CHAPTER_HOMES, relative, text


def test_migrations_are_in_step_with_models(answers):
    assert answers["drift"] == ""


CHAPTERS = [path for home in CHAPTER_HOMES for path in sorted(home.glob("*/models.py"))]


def test_every_chapter_with_tables_has_migrations():
    assert [relative(each) for each in CHAPTERS if not (each.parent / "migrations" / "0001_initial.py").exists()] == []
    assert len(CHAPTERS) >= 10


def test_every_chapter_with_tables_is_installed():
    apps = {app for system in SYSTEMS.values() for app in system.installed}
    names = {relative(path.parent).replace("/", ".") for path in CHAPTERS}
    assert names - apps == set()


def test_every_table_is_described_in_japanese():
    missing = []
    for path in CHAPTERS:
        module = text(path)
        if module.count("db_table = ") != module.count("db_table_comment = "):
            missing.append(relative(path))
    assert missing == []
