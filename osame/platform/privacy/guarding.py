"""支援措置の守り。居場所を知るシステムが、伏せる値と、対象者かどうかを答える関数を置く。

    @guards("letters")
    def guard() -> Guard: ...

The floor does not know where people live; a system that does registers here who is protected and what must not be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from osame.platform.suppression.hidden_values import HiddenValues


@dataclass(frozen=True, slots=True)
class Guard:
    """守り。 values: 対象者の伏せる値; protected: 支援措置の対象者の宛名番号; issuer: 決定をする者の名（市長など）。"""

    values: HiddenValues = field(default_factory=HiddenValues)
    protected: frozenset[str] = frozenset()
    issuer: str = ""


_guards: dict[str, Callable[[], Guard]] = {}


def guards(system: str) -> Callable[[Callable[[], Guard]], Callable[[], Guard]]:
    """この関数が、そのシステムの守りを答える。一つのシステムに一つ。"""

    def registered(function: Callable[[], Guard]) -> Callable[[], Guard]:
        known = _guards.setdefault(system, function)
        assert known is function, f"{system} is guarded twice"
        return function

    return registered


def guard_of(system: str) -> Guard:
    """そのシステムの守り。置かれていなければ、誰の居場所も持たないシステムである。"""
    return _guards[system]() if system in _guards else Guard()
