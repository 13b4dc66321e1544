"""言葉は用語集で一つに決まる。表、列挙、法の型は用語集にあり、退けた言い換えは現れない。"""

import ast
import re
from collections import defaultdict

import pytest

from tests.tidy.tree import PACKAGE, modules, relative, table, tree

ROWS = table("glossary.csv")
TERMS = {row["identifier"]: row["term"] for row in ROWS}
REJECTED = {word: row["identifier"] for row in ROWS for word in row["never"].split(";") if word}
ENUMS = {"TextChoices", "IntegerChoices", "StrEnum", "IntEnum", "Enum"}
MESSAGES = {"Refusal", "ValueError", "Exception"}  # 断りの型は、名ではなく文である


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(each).split(".")[-1] for each in node.bases}


def models(module: ast.Module):
    """（クラス, 用語集での名）。中の列挙は「外の名_中の名」。"""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node, snake(node.name)
            for inner in node.body:
                if isinstance(inner, ast.ClassDef) and bases(inner) & ENUMS:
                    yield inner, f"{snake(node.name)}_{snake(inner.name)}"


def fields(module: ast.Module):
    """（列の名, 日本語の名）。"""
    for node in ast.walk(module):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="models")), args=[ast.Constant(value=str(label))]),
            ):
                yield name, label


MODELS = [path for path in modules() if path.name.endswith("models.py")]


def test_each_term_and_each_identifier_is_unique():
    assert len({row["term"] for row in ROWS}) == len(ROWS) == len(TERMS)


def test_readings_are_hiragana_and_identifiers_are_english():
    assert [row["term"] for row in ROWS if not re.fullmatch("[ぁ-んー]+", row["reading"])] == []
    assert [row["term"] for row in ROWS if not re.fullmatch("[a-z][a-z0-9_]*", row["identifier"])] == []


@pytest.mark.parametrize("path", MODELS, ids=relative)
def test_every_table_and_enumeration_is_in_the_glossary(path):
    assert [name for _, name in models(tree(path)) if name not in TERMS] == []


@pytest.mark.parametrize("path", MODELS, ids=relative)
def test_every_table_says_its_term(path):
    for node, name in models(tree(path)):
        if "Model" in bases(node):
            comment = next((line for line in ast.unparse(node).splitlines() if "db_table_comment" in line), "")
            assert TERMS[name] in (ast.get_docstring(node) or "").split("\n")[0] + comment, name


def test_a_column_and_its_label_agree_with_the_glossary():
    identifiers = {row["term"]: row["identifier"] for row in ROWS}
    wrong = []
    for path in MODELS:
        for name, label in fields(tree(path)):
            term = TERMS.get(name)
            if term and term not in label and not term.endswith(label):
                wrong.append((relative(path), name, label, term))
            expected = identifiers.get(label, name)
            # 鍵（receipt_key）、金額、区分は、持ち主の名を省いたり添えたりする
            if not name.startswith(expected) and not expected.endswith(f"_{name}") and name != "amount":
                wrong.append((relative(path), name, label, expected))
    assert wrong == []


def test_every_public_type_of_the_law_is_in_the_glossary():
    missing = {
        node.name
        for path in modules(below=PACKAGE / "law")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not bases(node) & MESSAGES
        if snake(node.name) not in TERMS
    }
    assert missing == set()


def test_every_public_type_of_reports_is_in_the_glossary():
    types = [node for node in tree(PACKAGE / "formats" / "reports.py").body if isinstance(node, ast.ClassDef)]
    assert [node.name for node in types if snake(node.name) not in TERMS] == []
    assert len(types) >= 6


def words(module: ast.Module):
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Name(id=name):
                yield node.lineno, name
            case ast.Attribute(attr=name):
                yield node.lineno, name


def rejected(module: ast.Module):
    for line, name in words(module):
        spelled = f"_{snake(name)}_"
        for word in REJECTED:
            if f"_{word}_" in spelled:
                yield line, name, REJECTED[word]


def test_no_rejected_synonym_is_used():
    found = defaultdict(list)
    for path in modules():
        for line, name, instead in rejected(tree(path)):
            found[relative(path)].append((line, name, instead))
    assert dict(found) == {}


def test_rejected_synonyms_are_found():
    bad = ast.parse("def f(my_number): return LateFee")
    assert [name for _, name, _ in rejected(bad)] == ["my_number", "LateFee"]
    assert not set(REJECTED) & set(TERMS)
