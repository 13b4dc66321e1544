"""許可。誰が、どの機能を、何のために使ってよいか。既定は「使えない」。

The one decision. It looks at nothing but its arguments: who (`Identity`, read from the database for this request), what
(`Function`, data) and what for.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from osame.kernel.refusals import Refusal
from osame.platform.functions.identity import Identity, Kind, Role
from osame.platform.functions.registry import Function, purposes, registry


class NotPermitted(Refusal):
    """この機能を使う権限がありません。要るときは、所属長に申請してください。"""


class PurposeNotStated(Refusal):
    """何のために使うのかが告げられていません。使用目的を選んでから（端末では、環境変数 OSAME_PURPOSE に符号を入れてから）、もう一度行ってください。"""


class PurposeNotAllowed(Refusal):
    """その目的には、この機能を使えません。使える目的を選んで（端末では、環境変数 OSAME_PURPOSE に符号を入れて）ください。"""


class NotAHandler(Refusal):
    """事務取扱担当者として登録されていないため、人の情報を開けません。所属長に登録を求めてください。"""


@dataclass(frozen=True, slots=True)
class Decision:
    """許すか。許さないなら、その理由。許すなら、どの役割で。"""

    refusal: Refusal | None = None
    role: str = ""

    @property
    def allowed(self) -> bool:
        """許すか。"""
        return self.refusal is None


def may(identity: Identity, function: Function, purpose: str) -> Decision:
    """この者は、この機能を、この目的に使ってよいか。

    要件: F29-02, F36-04
    """
    role = _role(identity, function)
    if role is None:
        return Decision(NotPermitted(function.name))
    if function.personal and identity.kind is Kind.OFFICER and not identity.on_register:
        return Decision(NotAHandler(function.name))
    if not purpose:
        return Decision(PurposeNotStated(_usable_purposes(function)))
    if purpose not in function.purposes:
        return Decision(PurposeNotAllowed(f"{function.name}に使える目的：{_usable_purposes(function)}"))
    return Decision(role=role)


def rights_of(identity: Identity) -> Identity:
    """許可を決めるものだけを残した者。同じ権限の職員は、同じ値になる。"""
    return replace(identity, officer="", department="", number_purposes=frozenset())


@lru_cache(maxsize=1024)
def usable(system: str, rights: Identity) -> frozenset[tuple[str, str]]:
    """この権限（`rights_of`）で使える、そのシステムの機能と目的のすべて。権限が変われば別の値で引かれるので、古い答えは残らない。"""
    return frozenset(
        (function.code, purpose)
        for function in registry(system).functions.values()
        for purpose in function.purposes
        if may(rights, function, purpose).allowed
    )


def purpose_for(function: Function, stated: str) -> str:
    """告げられた目的。告げられていなくても、機能の目的が一つなら、それ。"""
    return stated or function.only_purpose or ""


def _usable_purposes(function: Function) -> str:
    """職員が選べる目的の名と、端末で告げる符号。"""
    return "、".join(f"{purposes()[each].name}（{each}）" for each in function.purposes)


def _role(identity: Identity, function: Function) -> str | None:
    """どの役割で使うか。役割がなくても、機能そのものを許されていればよい。"""
    for role in Role:
        if role in identity.roles and role in function.roles:
            return role.value
    if identity.kind is Kind.OFFICER and function.code in identity.functions:
        return next((role.value for role in Role if role in identity.roles), "")
    return None
