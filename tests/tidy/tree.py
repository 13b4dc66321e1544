"""The code base as data: files, syntax trees, tables. Read once per run."""

import ast
import csv
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "osame"
COLLECTION = PACKAGE / "collection"
SYSTEMS = tuple(PACKAGE / name for name in ("collection", "addressee", "linkage"))
CHAPTER_HOMES = (*SYSTEMS, PACKAGE / "platform")  # 表を持つ章の居場所
DOCS = ROOT / "docs"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*, below: Path = PACKAGE) -> tuple[Path, ...]:
    """Python files that people write: migrations are written by Django."""
    return tuple(path for path in sorted(below.rglob("*.py")) if "migrations" not in path.parts)


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def public_functions(path: Path) -> Iterator[Function]:
    """Functions at the top of a module that others may call."""
    return (node for node in tree(path).body if isinstance(node, Function) and not node.name.startswith("_"))


def table(name: str) -> list[dict[str, str]]:
    """A CSV table of docs/."""
    with (DOCS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


NOT_OURS = {".venv", "var", "build", "__pycache__", ".git"}


@cache
def files() -> tuple[Path, ...]:
    """Everything that is, or is about to be, in the repository; in an archive without one, every file."""
    if not (ROOT / ".git").exists():
        return tuple(
            path
            for path in sorted(ROOT.rglob("*"))
            if path.is_file() and not any(part in NOT_OURS or part.endswith("_cache") for part in path.parts)
        )
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())


@cache
def texts() -> tuple[tuple[Path, str], ...]:
    """Files that are text, with their text. Samples in other encodings are read byte by byte."""
    binary = {".ttf", ".woff2", ".png", ".jpg", ".pdf"}
    return tuple((path, path.read_text(encoding="latin-1")) for path in files() if path.suffix not in binary)
