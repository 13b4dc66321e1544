"""入口を数える。アドレス、API の操作、命令、ジョブを、ひとつ残らず歩く。

Walks every door there is: the URL resolver (with the operations of each API in it), the tree of commands and the tasks of
the queue. Nothing is listed by hand, so nothing can be left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import typer
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from osame.platform.functions.binding import binding_of, code_of, page_functions
from osame.platform.functions.registry import Registry


@dataclass(frozen=True, slots=True)
class Route:
    """一つのアドレス。 functions: 方法 → 機能コード（結び付いていなければ空の文字列）。"""

    path: str
    name: str
    api: bool
    functions: Mapping[str, str]


def routes(urlconf: str | None, listed: Registry) -> Iterator[Route]:
    """アドレスを、書かれた順に歩く。"""
    yield from _walk(get_resolver(urlconf), "", "", listed)


def _walk(resolver: URLResolver, path: str, namespace: str, listed: Registry) -> Iterator[Route]:
    for each in resolver.url_patterns:
        here = path + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each, here, inner, listed)
        else:
            yield route(each, here, namespace, listed)


def route(pattern: URLPattern, path: str, namespace: str, listed: Registry) -> Route:
    """アドレス一つの、方法と機能。"""
    name = f"{namespace}{pattern.name or ''}"
    return Route(
        "/" + path, name, operations(pattern.callback) is not None, functions_of(pattern.callback, name, listed)
    )


def functions_of(view: Callable[..., Any], name: str, listed: Registry) -> dict[str, str]:
    """画面や API の、方法 → 機能コード。"""
    found = operations(view)
    if found is not None:
        return found
    codes = binding_of(view)
    if not codes and (code := listed.routes.get(name) or listed.routes.get(f"*:{name.split(':')[-1]}")):
        codes = {"": code}
    return page_functions(codes)


def operations(view: Callable[..., Any]) -> dict[str, str] | None:
    """API の入口なら、その操作の方法 → 機能コード。 A path of django-ninja closes over its `PathView`."""
    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return {
                method: code_of(operation.view_func) or ""
                for operation in cell.cell_contents.operations
                for method in operation.methods
            }
    return None


def commands(app: typer.Typer, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """命令を歩く。名（空白で区切る）と、命令そのもの。"""
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__.replace("_", "-")
        yield f"{prefix}{name}", command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{prefix}{group.name or ''} ")


def tasks(listed: Registry) -> Iterator[tuple[str, str | None]]:
    """待ち行列から呼べる処理。名と機能コード。"""
    from procrastinate.contrib.django import app

    for name, task in sorted(app.tasks.items()):
        yield name, code_of(task.func) or listed.routes.get(name)


def requested_work() -> Iterator[tuple[str, str]]:
    """職員が頼める処理。名と機能コード。"""
    from osame.platform.jobs.requests import REQUESTED

    for name, each in sorted(REQUESTED.items()):
        yield name, each.function
