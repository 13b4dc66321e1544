"""守ると決めた習慣。時計は入口でだけ読み、金に小数を使わず、行いは要件を名指す。"""

import ast
import re

import pytest

from tests.tidy.tree import (
    COLLECTION,
    PACKAGE,
    SYSTEMS,
    functions,
    modules,
    public_functions,
    relative,
    table,
    text,
    tree,
)

FUNCTION_NUMBERS = {row["function"] for row in table("trace/function-list.csv")}
NUMBER = re.compile(r"F\d\d-\d\d")
ACTS = {"actions.py", "importing.py", "batch.py", "entering.py", "stops.py"}
CLOCKS = {("date", "today"), ("datetime", "today"), ("datetime", "now"), ("datetime", "utcnow"), ("timezone", "now")}
CLOCKS |= {("timezone", "localdate"), ("timezone", "localtime"), ("time", "time"), ("time", "localtime")}
DOORS = {"cli.py", "jobs.py", "web.py", "api.py", "middleware.py", "terminal.py"}


def calls(module: ast.Module):
    return (node.func for node in ast.walk(module) if isinstance(node, ast.Call))


def clock_readings(module: ast.Module):
    for function in calls(module):
        if isinstance(function, ast.Attribute):
            owner = ast.unparse(function.value).split(".")[-1]
            if (owner, function.attr) in CLOCKS:
                yield function.lineno, f"{owner}.{function.attr}"


def floats(module: ast.Module):
    for function in calls(module):
        if isinstance(function, ast.Name) and function.id in {"float", "round"}:
            yield function.lineno, function.id
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, str(node.value)


def hidden_logic(module: ast.Module):
    """シグナル、save() の上書き、型を選ばない外部キー。どれも、読む人から働きを隠す。"""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith((
            "django.dispatch",
            "django.db.models.signals",
            "django.contrib.contenttypes",
        )):
            yield node.lineno, node.module
        if isinstance(node, ast.Attribute) and node.attr in {"GenericForeignKey", "post_save", "pre_save"}:
            yield node.lineno, node.attr
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and each.name in {"save", "delete", "clean", "full_clean"}:
                    yield each.lineno, f"{node.name}.{each.name}"


def found_in(paths, search):
    return {relative(path): list(hits) for path in paths if (hits := tuple(search(tree(path))))}


def test_only_doors_read_the_clock():
    assert found_in([path for path in modules() if path.name not in DOORS], clock_readings) == {}


def test_no_float_touches_money():
    """書面の組版（letters.py）だけは、字の大きさと欄の幅に小数を使う。"""
    assert found_in([path for path in modules(below=COLLECTION) if path.name != "letters.py"], floats) == {}


def test_nothing_happens_behind_a_model():
    forms = "forms.py"  # 書式の clean は、欄どうしを確かめると決まった所
    assert found_in([path for path in modules() if path.name != forms], hidden_logic) == {}


def test_these_searches_find_what_they_look_for():
    bad = ast.parse("from django.dispatch import receiver\nclass A:\n  def save(self): round(0.5); date.today()")
    assert len(list(hidden_logic(bad))) == len(list(floats(bad))) == 2
    assert [what for _, what in clock_readings(bad)] == ["date.today"]


def is_act(path, node) -> bool:
    """公の行い。actions.py の関数と、取引を自分で開く関数。"""
    opens = any(
        "atomic" in ast.unparse(each) for with_ in ast.walk(node) if isinstance(with_, ast.With) for each in with_.items
    )
    return path.name == "actions.py" or opens


@pytest.mark.parametrize(
    "path", [path for home in SYSTEMS for path in modules(below=home) if path.name in ACTS], ids=relative
)
def test_every_act_names_its_requirement(path):
    unnamed = [
        node.name
        for node in public_functions(path)
        if is_act(path, node) and "要件:" not in (ast.get_docstring(node) or "")
    ]
    assert unnamed == []


def test_every_named_requirement_exists():
    unknown = {}
    for path in modules():
        for node in functions(path):
            lines = [line for line in (ast.get_docstring(node) or "").splitlines() if line.startswith("要件:")]
            named = [number for line in lines for number in NUMBER.findall(line)]
            if (lines and not named) or not set(named) <= FUNCTION_NUMBERS:
                unknown[f"{relative(path)}::{node.name}"] = lines
    assert unknown == {}


def test_every_module_says_what_it_is_for():
    silent = [relative(path) for path in modules() if path.name != "__init__.py" and not ast.get_docstring(tree(path))]
    assert silent == []


def test_a_refusal_says_what_why_and_what_to_do():
    """断りの文は、句点で終わり、次にすることを「…てください」と言う。文は、そのまま画面に出る。"""
    short = []
    for path in modules(below=PACKAGE / "collection"):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(each) == "Refusal" for each in node.bases):
                message = " ".join((ast.get_docstring(node) or "").split())
                if not message.endswith("。") or "ください" not in message:
                    short.append(f"{relative(path)}::{node.name}")
    assert short == []


def test_no_comment_promises_later_work():
    promise = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    assert [relative(path) for path in modules() if promise.search(text(path))] == []
