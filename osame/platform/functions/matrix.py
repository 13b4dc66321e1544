"""許可の表。機能と役割、入口と役割を、並べて点検できる形にする。"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typer

from osame.platform.functions import doors
from osame.platform.functions.binding import METHODS
from osame.platform.functions.identity import Role
from osame.platform.functions.registry import Function, find, registry

HEADING = ("system", "kind", "door", "method", "function", *(role.value for role in Role))


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """一つの機能と、許された役割、結び付いた入口。"""

    code: str
    name: str
    group: str
    requirements: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    high_risk: bool
    doors: tuple[str, ...]


def commands_of(context: typer.Context) -> dict[str, str]:
    """いま動いている命令の木の、命令 → 機能コード。"""
    from osame.platform.functions.commands import GATED

    found: dict[str, str] = {}

    def walk(node: object, prefix: str) -> None:
        for name, inner in getattr(node, "commands", {}).items():
            walk(inner, f"{prefix} {name}".strip())
        code = getattr(getattr(getattr(node, "callback", None), "__wrapped__", None), GATED, None)
        if code:
            found[prefix] = code

    walk(context.find_root().command, "")
    return found


def functions(urlconf: str, system: str, commands: Mapping[str, str]) -> list[FunctionRow]:
    """そのシステムの機能を、コードの順に並べる。"""
    listed = registry(system)
    bound: dict[str, list[str]] = {}
    for kind, door, method, code in every_door(urlconf, system, commands):
        bound.setdefault(code, []).append(f"{method} {door}" if kind == "route" else f"{kind}: {door}")
    return [_row(function, tuple(bound.get(code, ()))) for code, function in sorted(listed.functions.items())]


def every_door(urlconf: str, system: str, commands: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """すべての入口。種類、名、方法、機能コード。"""
    listed = registry(system)
    for route in doors.routes(urlconf, listed):
        for method in METHODS:
            if method in route.functions:
                yield "route", route.path, method, route.functions[method]
    for name, code in sorted(commands.items()):
        if code in listed.functions:
            yield "command", name, "", code
    for name, task_code in doors.tasks(listed):
        if task_code in listed.functions:
            yield "job", name, "", str(task_code)


def expectations(system: str, urlconf: str, commands: Mapping[str, str]) -> Iterator[list[str]]:
    """入口ごとの行。許された役割の列に「o」、ほかは空。"""
    for kind, door, method, code in every_door(urlconf, system, commands):
        allowed = find(code).roles if code else frozenset()
        yield [system, kind, door, method, code, *("o" if role in allowed else "" for role in Role)]


def as_csv(rows: list[FunctionRow]) -> str:
    """機能と役割の表の CSV。"""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow((
        "機能コード",
        "名",
        "機能群",
        "要件",
        "使用目的",
        *(role.label for role in Role),
        "重要行為",
        "入口",
    ))
    for row in rows:
        lines.writerow((
            row.code, row.name, row.group, " ".join(row.requirements), " ".join(row.purposes),
            *("○" if role.value in row.roles else "" for role in Role), "○" if row.high_risk else "",
            " / ".join(row.doors),
        ))  # fmt: skip
    return written.getvalue()


def _row(function: Function, bound: tuple[str, ...]) -> FunctionRow:
    return FunctionRow(
        function.code,
        function.name,
        function.group,
        function.requirements,
        function.purposes,
        tuple(role.value for role in Role if role in function.roles),
        function.high_risk,
        bound,
    )
