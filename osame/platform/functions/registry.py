"""機能の台帳。機能コードごとに、名・要件・機能群・使用目的・許される役割を、データとして持つ。

The function registry. What a system can do is data: `osame/<system>/functions.toml` for its own functions and
`osame/platform/functions/floor.toml` for those of every system. Whatever is bound (see `binding`) names one of them.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform import systems
from osame.platform.functions.identity import Role

FLOOR = "floor"
NOT_FUNCTIONS = {"sets", "routes"}
FIELDS = {"name", "group", "requirements", "purposes", "roles", "high_risk", "personal", "audited", "offline"}


class RegistryBroken(Refusal):
    """機能の台帳に誤りがあります。書かれた箇所を直してから、もう一度始めてください。"""


class UnknownFunction(Refusal):
    """その機能コードは、機能の台帳にありません。functions.toml に書いてから使ってください。"""


@dataclass(frozen=True, slots=True)
class Purpose:
    """使用目的。 statement: 評価書が掲げる文言（六つの使用目的だけが持つ）。"""

    code: str
    name: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """機能。

    personal: 人の情報を開くか（開くなら、事務取扱担当者だけが使える）; audited: 使うたびに監査記録に残すか（命令とジョブ）;
    high_risk: 重要行為か（二人以上の職員が要る）; offline: 命令が、使う者の記録のあるデータベースを開かないか。
    """

    code: str
    name: str
    group: str
    requirements: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: frozenset[Role]
    high_risk: bool = False
    personal: bool = True
    audited: bool = True
    offline: bool = False

    @property
    def only_purpose(self) -> str | None:
        """目的が一つなら、それ。二つ以上なら、使う者が告げる。"""
        return self.purposes[0] if len(self.purposes) == 1 else None


@dataclass(frozen=True, slots=True)
class Registry:
    """一つのシステムの台帳。routes: 他所の作った画面（名）と機能コード。"""

    functions: MappingProxyType[str, Function]
    routes: MappingProxyType[str, str]

    def function(self, code: str) -> Function:
        """機能コードから機能を引く。"""
        if code not in self.functions:
            raise UnknownFunction(code)
        return self.functions[code]


@cache
def purposes() -> MappingProxyType[str, Purpose]:
    """使用目的の閉じた一覧。"""
    listed = _toml("osame.platform.functions", "purposes.toml")["purposes"]
    return MappingProxyType({code: Purpose(code, **facts) for code, facts in listed.items()})


def purpose_name(code: str) -> str:
    """使用目的の名。一覧にない符号なら、その符号。"""
    return purposes()[code].name if code in purposes() else code


def function_name(system: str, code: str) -> str:
    """機能の名。そのシステムの台帳にない符号なら、その符号。"""
    listed = registry(system).functions
    return listed[code].name if code in listed else code


@cache
def groups() -> MappingProxyType[str, str]:
    """機能群の一覧。"""
    return MappingProxyType(dict(_toml("osame.platform.functions", "purposes.toml")["groups"]))


@cache
def registry(system: str) -> Registry:
    """そのシステムの台帳。床の機能も含む。"""
    floor = _toml("osame.platform.functions", "floor.toml")
    own = _toml(f"osame.{system}", "functions.toml")
    sets = {**floor.get("sets", {}), **own.get("sets", {})}
    functions = {**read(floor, FLOOR, sets), **read(own, system, sets)}
    routes = {**floor.get("routes", {}), **own.get("routes", {})}
    unknown = sorted(code for code in routes.values() if code not in functions)
    if unknown:
        raise RegistryBroken(f"routes が名指す機能がありません：{'、'.join(unknown)}")
    return Registry(MappingProxyType(functions), MappingProxyType(routes))


def find(code: str) -> Function:
    """どのシステムの機能でも、コードから引く。命令は、すべてのシステムの分を並べることがある。"""
    home = code.split(".", maxsplit=1)[0]
    if home != FLOOR and home not in systems.SYSTEMS:
        raise UnknownFunction(code)
    return registry(systems.current().code if home == FLOOR else home).function(code)


def read(table: dict[str, Any], system: str, sets: dict[str, list[str]]) -> dict[str, Function]:
    """TOML の表から機能を読む。名も役割も目的もない機能は断る。"""
    return {code: _function(code, facts, system, sets) for code, facts in table.items() if code not in NOT_FUNCTIONS}


def _function(code: str, facts: dict[str, Any], system: str, sets: dict[str, list[str]]) -> Function:
    def broken(what: str) -> RegistryBroken:
        return RegistryBroken(f"{code}：{what}")

    if not code.startswith(f"{system}."):
        raise broken(f"コードは「{system}.」で始めます")
    if unknown := set(facts) - FIELDS:
        raise broken(f"知らない項目「{'、'.join(sorted(unknown))}」があります")
    if not facts.get("name"):
        raise broken("名がありません")
    if facts.get("group") not in groups():
        raise broken(f"機能群「{facts.get('group', '')}」はありません")
    if strange := [purpose for purpose in facts.get("purposes", []) if purpose not in purposes()]:
        raise broken(f"使用目的「{'、'.join(strange)}」はありません")
    if not facts.get("purposes"):
        raise broken("使用目的がありません")
    names = [
        name for each in facts.get("roles", []) for name in (sets.get(each[1:], [each]) if each[:1] == "@" else [each])
    ]
    if strange := [name for name in names if name not in set(Role)]:
        raise broken(f"役割「{'、'.join(strange)}」はありません")
    if not names:
        raise broken("役割がありません")
    return Function(
        code=code,
        name=facts["name"],
        group=facts["group"],
        requirements=tuple(facts.get("requirements", ())),
        purposes=tuple(facts["purposes"]),
        roles=frozenset(Role(name) for name in names),
        high_risk=facts.get("high_risk", False),
        personal=facts.get("personal", True),
        audited=facts.get("audited", True),
        offline=facts.get("offline", False),
    )


def _toml(package: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, FileNotFoundError) as fault:
        raise RegistryBroken(f"{package} の {name} を読めません（{fault}）") from fault
