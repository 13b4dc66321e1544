"""法の計算は厳密である。小数、割り算、round、時計を持たず、公の名はすべて根拠を言う。"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "osame"
LAW = sorted((ROOT / "law").rglob("*.py"))
PURE = sorted((ROOT / "kernel").rglob("*.py")) + LAW
CLOCKS = {"today", "now", "utcnow", "fromtimestamp"}
IMPURE = {"os", "time", "random", "logging", "socket", "subprocess", "django", "psycopg", "secrets", "pathlib"}


def inexact(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"小数 {node.value}"
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "割り算 /"
        if isinstance(node, ast.Name) and node.id in {"float", "round"}:
            yield node.lineno, node.id
        if isinstance(node, ast.Attribute) and node.attr.startswith(("float", "true_divide")):
            yield node.lineno, node.attr


def impure(tree):
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] in IMPURE:
                yield node.lineno, name
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield node.lineno, f"時計 {node.attr}"


def without_basis(tree):
    for node in tree.body:
        is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if is_public and "根拠:" not in (ast.get_docstring(node) or ""):
            yield node.lineno, node.name


@pytest.mark.parametrize("path", LAW, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_law_has_no_float_and_no_division(path):
    assert list(inexact(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", LAW, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_public_name_of_the_law_cites_its_basis(path):
    assert list(without_basis(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_kernel_and_law_read_no_clock_and_no_environment(path):
    assert list(impure(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_these_checks_find_what_they_look_for():
    bad = ast.parse("import time\ndef f(x):\n    'No basis.'\n    return round(x / 2) + 0.5 + date.today()\n")
    assert {what for _, what in inexact(bad)} == {"割り算 /", "round", "小数 0.5"}
    assert {what for _, what in impure(bad)} == {"time", "時計 today"}
    assert [name for _, name in without_basis(bad)] == ["f"]
    assert len(LAW) > 15
