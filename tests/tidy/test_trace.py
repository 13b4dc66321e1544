"""何ができて何ができないか。表は欠けず、「できる」は入口と試験を名指す。"""

import ast
import csv
from collections import Counter

import pytest

from tests.tidy.tree import DOCS, ROOT, table, text

TRACES = {"functions": ("function", "function-list.csv"), "forms": ("form", "form-list.csv")}
STATES = {"works": "できる", "part": "一部", "none": "まだ"}
both = pytest.mark.parametrize("name", TRACES)


@both
def test_every_requirement_is_there_once_and_in_order(name):
    key, base = TRACES[name]
    assert [row[key] for row in table(f"trace/{name}.csv")] == [row[key] for row in table(f"trace/{base}")]


def test_the_lists_are_whole():
    assert len(table("trace/function-list.csv")) == 335
    assert len(table("trace/form-list.csv")) == 106


@both
def test_states_are_known_and_none_claims_nothing(name):
    rows = table(f"trace/{name}.csv")
    assert {row["state"] for row in rows} <= set(STATES)
    assert [row for row in rows if row["state"] == "none" and (row["door"] or row["test"])] == []
    assert [row for row in rows if row["state"] == "part" and not row["note"]] == []


def apis() -> set[str]:
    """相手システムが求める入口。点検した許可の表にあるもの。"""
    with (ROOT / "tests" / "systems" / "platform" / "expected_matrix.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['method']} {row['door']}" for row in csv.DictReader(file) if row["kind"] == "route"}


@both
def test_doors_exist(name, commands):
    doors = {door for row in table(f"trace/{name}.csv") for door in row["door"].split("; ") if door}
    assert doors - commands - apis() == set()


@both
def test_what_works_has_a_door_and_a_test(name):
    claimed = [row for row in table(f"trace/{name}.csv") if row["state"] != "none"]
    assert [row for row in claimed if not row["door"] or not row["test"]] == []
    assert [test for row in claimed for test in row["test"].split("; ") if not exists(test)] == []


def exists(test: str) -> bool:
    """`path::function` または `path::Class::function`。"""
    path, *classes, function = test.split("::")
    if not function.startswith("test_") or not path.startswith("tests/") or not (ROOT / path).is_file():
        return False
    body = ast.parse(text(ROOT / path)).body
    for name in classes:
        body = [each for node in body if isinstance(node, ast.ClassDef) and node.name == name for each in node.body]
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in body)


@both
def test_the_counts_in_the_readme_are_right(name):
    counted = Counter(row["state"] for row in table(f"trace/{name}.csv"))
    title = {"functions": "機能", "forms": "帳票"}[name]
    row = f"| {title} | {sum(counted.values())} | {counted['works']} | {counted['part']} | {counted['none']} |"
    assert row in text(DOCS / "trace" / "README.md")


def test_the_counts_by_group_are_right():
    states = {row["function"]: row["state"] for row in table("trace/functions.csv")}
    groups: dict[str, Counter[str]] = {}
    for row in table("trace/function-list.csv"):
        groups.setdefault(row["group"], Counter())[states[row["function"]]] += 1
    shown = text(DOCS / "trace" / "README.md")
    missing = [
        line
        for group, counted in groups.items()
        if (counted["works"] or counted["part"])
        and (line := f"| {group} | {counted['works']} | {counted['part']} | {counted['none']} |") not in shown
    ]
    assert missing == []


def test_a_test_that_is_not_there_is_noticed():
    assert exists("tests/tidy/test_trace.py::test_the_lists_are_whole")
    assert not exists("tests/tidy/test_trace.py::test_that_nobody_wrote")
    assert not exists("tests/tidy/nowhere.py::test_the_lists_are_whole")
