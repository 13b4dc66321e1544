"""試験が `tests` と `osame` から取り込む名は、取り込み先に今もある。動かさずに、構文木だけで確かめる。

試験の部品を移したとき、取り込む側に残った古い名は、その試験を集めるまで分からない。ここで、すぐに分かる。
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.tidy.tree import ROOT, modules, relative, tree

TESTS = ROOT / "tests"
OURS = {"tests", "osame"}


def is_module(name: str) -> bool:
    """A file, or a folder that holds Python: a package needs no __init__.py."""
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place.is_dir() and any(place.rglob("*.py")))


def bound(node: ast.AST) -> Iterator[str]:
    """Names that a module has once it is read: what functions and classes hold inside is their own."""
    for each in ast.iter_child_nodes(node):
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.split(".")[0] for alias in names)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass
            case _:
                yield from bound(each)


@cache
def names_in(module: str) -> frozenset[str]:
    place = ROOT.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return frozenset(bound(tree(path))) if path.is_file() else frozenset()


def origin(path: Path, node: ast.ImportFrom) -> str:
    """The module that an import names, in full: `from .world import …` counts from the folder of its file."""
    above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
    return ".".join((*above, *filter(None, [node.module])))


def missing(path: Path, module: ast.Module) -> Iterator[str]:
    """What a file imports of ours that is not there, each with its line."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names if alias.name.split(".")[0] in OURS]
            yield from (f"{node.lineno}: {name} という module がない" for name in named if not is_module(name))
        elif isinstance(node, ast.ImportFrom) and (source := origin(path, node)).split(".")[0] in OURS:
            if not is_module(source):
                yield f"{node.lineno}: {source} という module がない"
                continue
            for name in (alias.name for alias in node.names):
                if name not in names_in(source) and not is_module(f"{source}.{name}"):
                    yield f"{node.lineno}: {source} に {name} がない"


def test_every_name_that_a_test_imports_is_there():
    lost = [f"{relative(path)}:{what}" for path in modules(below=TESTS) for what in missing(path, tree(path))]
    assert not lost, "取り込み先にない名。移した先から取り込んでください。\n" + "\n".join(lost)


def test_the_search_finds_what_has_moved():
    here = Path(__file__)
    good = (
        "from tests.tidy.tree import ROOT, ast\nfrom tests.tidy import tree\nfrom .tree import cache\nimport osame.law"
    )
    bad = "from tests.tidy.tree import path\nfrom tests.gone import x\nimport osame.gone\nfrom .tree import gone"
    assert list(missing(here, ast.parse(good))) == []
    assert [what.split(":")[0] for what in missing(here, ast.parse(bad))] == ["1", "2", "3", "4"]
