"""機能への結び付け。画面・API・命令・ジョブは、どれも一つの機能コードに結び付く。

Bind every door to a function. `@bound("collection.demands.run")` marks the function that a door calls; it changes nothing
else. What is not marked stops start-up (`checks`) and is refused at run time (`middleware`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

Door = TypeVar("Door", bound=Callable[..., Any])
ATTRIBUTE = "osame_functions"
PAGE_METHODS = ("GET", "HEAD", "POST")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def bound(code: str, **by_method: str) -> Callable[[Door], Door]:
    """入口を機能に結び付ける。画面で、方法ごとに機能が違うときは `POST="…"` のように添える。

    A page answers GET, HEAD and POST with `code`; `POST="other.code"` gives a method a function of its own, and naming a
    further method (`DELETE="…"`) opens it. An API operation, a command and a job have exactly one function: `code`.
    """
    wrong = set(by_method) - set(METHODS)
    if wrong:
        raise TypeError(f"方法ではありません：{'、'.join(sorted(wrong))}")
    codes = MappingProxyType({"": code, **by_method})

    def bind(door: Door) -> Door:
        setattr(door, ATTRIBUTE, codes)
        return door

    return bind


def binding_of(door: Any) -> Mapping[str, str]:
    """入口に結び付いた機能。方法 → 機能コード（"" は、方法を問わない分）。結び付いていなければ空。"""
    found = getattr(door, ATTRIBUTE, None) or getattr(getattr(door, "view_class", None), ATTRIBUTE, None)
    return found or {}


def page_functions(codes: Mapping[str, str]) -> dict[str, str]:
    """画面が受ける方法と、その機能。"""
    if not codes:
        return {}
    opened = dict.fromkeys(PAGE_METHODS, codes[""]) | {m: c for m, c in codes.items() if m}
    return {method: opened[method] for method in METHODS if method in opened}


def code_of(door: Any) -> str | None:
    """命令・ジョブ・API の操作の、ただ一つの機能コード。"""
    return binding_of(door).get("")
