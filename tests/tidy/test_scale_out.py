"""分散の手引きは、いまの表を一つ残らず言い、分ける表の鍵は宛名番号を含む。"""

import ast
import re

from tests.tidy.tree import COLLECTION, DOCS, PACKAGE, text, tree

PAGE = text(DOCS / "operations" / "scale-out.md")
DISTRIBUTED = set(re.findall(r"create_distributed_table\('(\w+)', 'addressee_number'", PAGE))
REFERENCE = set(re.findall(r"create_reference_table\('(\w+)'\)", PAGE))
LOCAL = set(re.findall(r"`(\w+)`", PAGE.split("まとめ役（coordinator）")[0].rsplit("\n\n", 1)[1]))


def strings(node: ast.AST) -> list[str]:
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def keys(node: ast.ClassDef) -> list[list[str]]:
    """主キーと一意制約の列。"""
    found = []
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "models.CompositePrimaryKey":
            found.append(strings(each))
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "models.UniqueConstraint":
            found.append(strings(next(word.value for word in each.keywords if word.arg == "fields")))
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call):
            words = {word.arg: ast.unparse(word.value) for word in each.value.keywords}
            if "True" in (words.get("primary_key"), words.get("unique")):
                found.append([ast.unparse(each.targets[0])])
    return found


def tables() -> dict[str, list[list[str]]]:
    found = {}
    for path in (*COLLECTION.glob("*/*models.py"), PACKAGE / "platform" / "imports" / "models.py"):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and (name := re.search(r"db_table = '(\w+)'", ast.unparse(node))):
                found[name[1]] = keys(node)
    return found


def test_every_table_has_its_place():
    assert set(tables()) == DISTRIBUTED | REFERENCE | LOCAL
    assert len(DISTRIBUTED) + len(REFERENCE) + len(LOCAL) == len(tables())


def test_every_key_of_a_distributed_table_holds_the_addressee():
    known = tables()
    without = [(name, key) for name in DISTRIBUTED for key in known[name] if "addressee_number" not in key]
    assert without == []
    assert all(known[name] for name in DISTRIBUTED)
