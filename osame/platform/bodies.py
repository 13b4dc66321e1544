"""団体。一つの処理がいくつもの団体に仕えるシステム（中間サーバー）で、いまの要求がどの団体のものかを決める。

A system that serves several bodies keeps one database and one role for each. `serving(body)` opens the door to exactly one of
them for as long as it lasts: it puts that body's connection in place of Django's default one, for this thread only. Outside of
it the default connection leads nowhere, and inside of it another body is refused. A command serves one body for the whole
process (`OSAME_BODY`).
"""

import os
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform.embedded import home
from osame.platform.unchanged import until_changed

_chosen: ContextVar[str] = ContextVar("osame_body", default="")
_opened = threading.local()


class UnknownBody(Refusal):
    """この団体は、中間サーバーに登録されていません。団体コードを確かめてください。"""


class OneBodyAtATime(Refusal):
    """一つの要求の中で、ほかの団体のデータベースは開けません。"""


@dataclass(frozen=True, slots=True)
class Body:
    """団体。

    institution: 情報提供ネットワークでの機関コード; addresses: その団体のシステムの住所; terms: 送り直しの間隔などの秒数。
    """

    code: str
    name: str
    institution: str
    addresses: dict[str, str] = field(default_factory=dict)
    terms: dict[str, int] = field(default_factory=dict)


def register() -> Path:
    """団体の台帳の置き場所。団体ごとに一つの TOML。"""
    return home() / "bodies"


def listed() -> list[str]:
    """登録された団体コード。"""
    return sorted(each.stem for each in register().glob("*.toml") if is_code(each.stem))


def is_code(text: str) -> bool:
    """団体コードの形（6桁）か。"""
    return len(text) == 6 and text.isascii() and text.isdigit()


def find(code: str) -> Body:
    """団体コードから団体を引く。"""
    if not is_code(code):
        raise UnknownBody
    try:
        return _read(register() / f"{code}.toml")
    except FileNotFoundError as missing:
        raise UnknownBody(code) from missing


@until_changed(256)
def _read(file: Path) -> Body:
    """台帳の一枚。"""
    facts, code = tomllib.loads(file.read_text(encoding="utf-8")), file.stem
    return Body(
        code, facts["name"], facts["institution"], dict(facts.get("addresses", {})), dict(facts.get("terms", {}))
    )


def add(body: Body) -> None:
    """団体を台帳に載せる。"""
    if not is_code(body.code):
        raise UnknownBody(body.code)
    register().mkdir(parents=True, exist_ok=True)
    lines = [f'name = "{body.name}"', f'institution = "{body.institution}"', "[addresses]"]
    lines += [f'{peer} = "{address}"' for peer, address in sorted(body.addresses.items())]
    lines += ["[terms]", *(f"{name} = {seconds}" for name, seconds in sorted(body.terms.items()))]
    (register() / f"{body.code}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen() -> str:
    """いまの団体コード。決まっていなければ空。"""
    return _chosen.get() or os.environ.get("OSAME_BODY", "")


def current() -> Body:
    """いまの団体。決まっていなければ断る。"""
    return find(chosen())


def apart(name: str) -> str:
    """団体ごとに分けるものの名。団体が決まっていなければ、そのまま。"""
    return f"{name}-{chosen()}" if chosen() else name


def database_of(code: str) -> str:
    """団体のデータベースの名。"""
    return f"{os.environ.get('OSAME_BODY_DATABASES', 'osame_gateway_')}{code}"


def role_of(code: str) -> str:
    """団体のデータベースだけにつながる役割の名。"""
    return f"osame_gateway_{code}"


@contextmanager
def serving(code: str) -> Iterator[Body]:
    """この間、この団体のデータベースだけを開く。ほかの団体を求められれば断る。"""
    from django.db import connections

    body = find(code)
    if chosen() not in {"", code}:
        raise OneBodyAtATime(code)
    if chosen() == code:
        yield body
        return
    told = _chosen.set(code)
    before = connections["default"]
    connections["default"] = _connection(code)
    try:
        yield body
    finally:
        connections["default"] = before
        _chosen.reset(told)


def _connection(code: str) -> Any:
    """この糸の、その団体への接続。要求のたびにつなぎ直さない。"""
    from django.db import connections
    from django.db.utils import load_backend

    kept: dict[str, Any] = _opened.__dict__.setdefault("connections", {})
    name = database_of(code)
    if name not in kept:
        settings = dict(connections["default"].settings_dict)
        settings.update(
            NAME=name, USER=role_of(code), PASSWORD=os.environ.get(f"OSAME_BODY_PASSWORD_{code}", settings["PASSWORD"])
        )
        kept[name] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
    return kept[name]


def close() -> None:
    """この糸が開いた、団体への接続をすべて閉じる。"""
    for each in _opened.__dict__.pop("connections", {}).values():
        each.close()
