"""起案の中身を、人が読める形にする。重要行為ごとに、章が語り方を置く。

    @describes(HighRiskAct.DUE_DATE_CHANGE)
    def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
        return [("期別", content["name"]), ("納期限", content["before"], content["after"])]

A pair is a fact (項目, 値); a triple is a change (項目, 前, 後). An act without a describer shows the keys of its content.
Describers must not name the place where a protected person lives: whoever decides sees what they tell.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osame.platform.approvals.models import HighRiskAct

Describer = Callable[[Mapping[str, Any]], Sequence[tuple[str, ...]]]
_describers: dict[HighRiskAct, Describer] = {}


@dataclass(frozen=True, slots=True)
class Described:
    """語られた中身。 facts: 項目と値; changes: 項目と、前の値と、後の値。"""

    facts: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str], ...]


def describes(act: HighRiskAct) -> Callable[[Describer], Describer]:
    """この関数が、その重要行為の中身を語る。一つの行為に、語る関数は一つ。"""

    def registered(function: Describer) -> Describer:
        known = _describers.setdefault(act, function)
        assert known is function, f"{act} is described twice"
        return function

    return registered


def described(act: HighRiskAct, content: Mapping[str, Any]) -> Described:
    """中身を語る。語る関数がなければ、鍵と値をそのまま並べる。"""
    told = _describers[act](content) if act in _describers else [(key, plain(value)) for key, value in content.items()]
    return Described(
        tuple((each[0], each[1]) for each in told if len(each) == 2),
        tuple((each[0], each[1], each[2]) for each in told if len(each) == 3),
    )


def is_described(act: HighRiskAct) -> bool:
    """その行為を語る関数があるか。"""
    return act in _describers


def plain(value: Any) -> str:
    """語り方の決まっていない値。"""
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
