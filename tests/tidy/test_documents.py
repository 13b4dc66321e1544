"""文書は、いまのコードのことを言う。リンクの先があり、日英の対が揃い、指した関数がある。"""

import ast
import re

import pytest

from tests.tidy.tree import DOCS, ROOT, files, relative, text

PAIRS = [("README.md", "README.en.md"), ("CONTRIBUTING.md", "CONTRIBUTING.en.md"), ("docs/tour.md", "docs/tour.en.md")]
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
pairs = pytest.mark.parametrize(("ours", "theirs"), PAIRS)


def pages():
    return [path for path in files() if path.suffix == ".md"]


def prose(page: str) -> str:
    return re.sub(r"```.*?```", "", page, flags=re.S)


def headings(page: str) -> list[int]:
    return [len(each) for each in re.findall(r"^(#+) ", prose(page), flags=re.M)]


def blocks(page: str) -> list[str]:
    """Code, without the comments that are written in the reader's language."""
    return [re.sub(r"\s*# .*", "", each) for each in re.findall(r"```.*?```", page, flags=re.S)]


@pairs
def test_both_languages_have_the_same_shape(ours, theirs):
    assert headings(text(ROOT / ours)) == headings(text(ROOT / theirs))


@pairs
def test_both_languages_have_the_same_code(ours, theirs):
    assert blocks(text(ROOT / ours)) == blocks(text(ROOT / theirs))


@pairs
def test_both_languages_link_to_the_same_code(ours, theirs):
    def code_links(name):
        return [link for _, link in LINK.findall(text(ROOT / name)) if link.endswith((".py", ".sql"))]

    assert code_links(ours) == code_links(theirs)


def test_every_relative_link_leads_somewhere():
    broken = []
    for path in pages():
        for _, link in LINK.findall(prose(text(path))):
            target = link.split("#")[0]
            if (
                target
                and "://" not in target
                and not target.startswith("mailto:")
                and not (path.parent / target).exists()
            ):
                broken.append((relative(path), link))
    assert broken == []


def is_defined(name: str, path) -> bool:
    if path.suffix == ".sql":
        return (
            re.search(rf"CREATE (?:FUNCTION|TABLE|VIEW|AGGREGATE|TRIGGER) {re.escape(name)}\b", text(path)) is not None
        )
    nodes = ast.walk(ast.parse(text(path)))
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name for node in nodes)


@pytest.mark.parametrize("name", ["docs/tour.md", "docs/tour.en.md"])
def test_the_tour_points_at_functions_that_exist(name):
    page = ROOT / name
    steps = [(label, link) for label, link in LINK.findall(text(page)) if link.endswith((".py", ".sql"))]
    assert [step for step in steps if not is_defined(step[0].strip("`"), page.parent / step[1])] == []
    assert 10 <= len(steps) <= 16


def test_a_function_that_is_not_there_is_noticed():
    assert is_defined("post_entries", ROOT / "osame/collection/ledger/sql/ledger.sql")
    assert not is_defined("post_nothing", ROOT / "osame/collection/ledger/sql/ledger.sql")
    assert not is_defined("post_nothing", ROOT / "osame/collection/ledger/posting.py")


def test_every_decision_is_listed_and_has_its_three_parts():
    index = text(DOCS / "README.md")
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert [path.name for path in decisions if f"adr/{path.name}" not in index] == []
    assert [path.name for path in decisions if headings(text(path)) != [1, 2, 2, 2]] == []
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]


def test_every_command_in_the_documents_exists(commands):
    """コードの囲みの中の osame で始まる行は、打てる命令である。"""
    unknown = []
    for path in pages():
        for block in re.findall(r"```.*?```", re.sub(r"osame --system [a-z]+", "osame", text(path)), flags=re.S):
            for line in re.findall(r"^(?:\$ )?(osame(?: [a-z-]+)+)", block, flags=re.M):
                if not any(line == known or line.startswith(f"{known} ") for known in commands):
                    unknown.append((relative(path), line))
    assert unknown == []


def test_every_make_target_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), flags=re.M))
    named = {(relative(path), each) for path in pages() for each in re.findall(r"`make ([a-z]+)", text(path))}
    named |= {
        (relative(path), each) for path in pages() for each in re.findall(r"^make ([a-z]+)", text(path), flags=re.M)
    }
    assert {each for each in named if each[1] not in targets} == set()


def test_the_changelog_has_the_version_and_its_four_parts():
    version = re.search(r'__version__ = "([^"]+)"', text(ROOT / "osame" / "__init__.py"))
    page = text(ROOT / "CHANGELOG.md")
    assert version
    assert f"## {version[1]}" in page
    assert all(part in page for part in ("種別", "適用期間", "影響範囲", "内容"))
    assert f"softwareVersion: {version[1]}" in text(ROOT / "publiccode.yml")
