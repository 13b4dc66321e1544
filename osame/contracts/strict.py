"""型のとおりに読む。 JSON の答えを、凍った型に厳しく移す。

`reader(cls)` makes a function from JSON values to a frozen dataclass. An unknown field, a missing field, a wrong type or
a date that does not exist is an error: two systems that disagree about a message must find out at once.
"""

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Read = Callable[[Any], Any]


class UnexpectedMessageError(ValueError):
    """約束した形と違う値。"""


def parsed(cls: type[T], value: Any) -> T:
    """値を、その型として読む。"""
    return cast("T", reader(cast("Any", cls))(value))


def plain(value: Any) -> Any:
    """JSON にできる値に戻す。"""
    kind = type(value)
    if kind in LEAVES:
        return value
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(cast("Any", kind))}
    return value.isoformat() if isinstance(value, date) else value


LEAVES = frozenset({str, int, bool, type(None)})


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


@cache
def reader(hint: Any) -> Read:
    """その型を読む関数。"""
    if hint is Any:
        return lambda value: value
    if is_dataclass(hint):
        return _record(cast("type[Any]", hint))
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _many(reader(inner[0]))
    if origin in {Union, types.UnionType}:
        (kind,) = (each for each in inner if each is not type(None))
        read = reader(kind)
        return lambda value: None if value is None else read(value)
    if hint in {date, datetime}:
        return _moment(hint)
    if origin is dict:
        read = reader(inner[1])
        return lambda value: {key: read(each) for key, each in _exactly(dict, value).items()}
    assert hint in {str, int, bool}, hint
    return lambda value: _exactly(hint, value)


def _exactly(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:  # 真偽値は整数ではない
        raise UnexpectedMessageError(f"{kind.__name__} ではなく {type(value).__name__} です")
    return value


def _many(read: Read) -> Read:
    return lambda value: tuple(read(each) for each in _exactly(list, value))


def _moment(kind: Any) -> Read:
    def read(value: Any) -> Any:
        try:
            return kind.fromisoformat(_exactly(str, value))
        except ValueError as failure:
            raise UnexpectedMessageError("日付が読めません") from failure

    return read


def _record(cls: type[Any]) -> Read:
    hints = get_type_hints(cls)
    readers = {each.name: reader(hints[each.name]) for each in fields(cls)}
    assert all(each.default is MISSING or each.init for each in fields(cls))

    def read(value: Any) -> Any:
        if _exactly(dict, value).keys() != readers.keys():
            raise UnexpectedMessageError(f"{cls.__name__} の項目が違います: {sorted(value.keys() ^ readers.keys())}")
        return cls(**{name: each(value[name]) for name, each in readers.items()})

    return read
