"""表の定義と移行が食い違わない。"""

from tests.tidy.tree import COLLECTION, relative, text


def test_migrations_are_in_step_with_models(answers):
    assert answers["drift"] == ""


def test_every_chapter_with_tables_has_migrations():
    chapters = [path.parent for path in COLLECTION.glob("*/models.py")]
    assert [relative(each) for each in chapters if not (each / "migrations" / "0001_initial.py").exists()] == []
    assert len(chapters) >= 8


def test_every_chapter_with_tables_is_installed():
    settings = text(COLLECTION.parent / "platform" / "settings.py")
    chapters = [path.parent.name for path in COLLECTION.glob("*/models.py")]
    assert [name for name in chapters if f'"osame.collection.{name}"' not in settings] == []


def test_every_table_is_described_in_japanese():
    missing = []
    for path in COLLECTION.glob("*/models.py"):
        module = text(path)
        if module.count("db_table = ") != module.count("db_table_comment = "):
            missing.append(relative(path))
    assert missing == []
