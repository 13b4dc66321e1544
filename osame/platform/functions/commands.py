"""命令の門。どの命令も、誰が、どの機能で行うかを告げ、記録してから動く。

Every command passes here, in one place: `gate_commands` walks the tree once it is built, refuses an unbound command and
wraps each of them. The command itself knows nothing of it.
"""

import functools
import inspect
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import typer
from django.db import DatabaseError

from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform import bodies, gate, systems
from osame.platform.audit.recording import Outcome, record
from osame.platform.functions import doors, permission
from osame.platform.functions.binding import code_of
from osame.platform.functions.identity import Identity, Kind, Role
from osame.platform.functions.registry import Function, find
from osame.platform.terminal import now as right_now
from osame.platform.terminal import officer, refusals_told

GATED = "osame_gated"
PURPOSE = "OSAME_PURPOSE"  # 目的が二つ以上ある機能を使うとき、端末で告げる
CASE = "OSAME_CASE"
NO_NUMBERS_TYPED = ("addressee.", "linkage.", "gateway.")


class UnboundCommand(Refusal):
    """機能に結び付いていない命令があるため、始められません。台帳（functions.toml）の機能に結び付けてください。"""


class OfficerMustBeKnown(Refusal):
    """重要行為は、登録された職員だけが、本人であることを示して行えます。--officer か環境変数 OSAME_OFFICER に職員番号を指定してください。"""


class AccountDisabled(Refusal):
    """この職員のアカウントは、いま使えません。所属長か、システム管理者に確かめてください。"""


class NumberOnCommandLine(Refusal):
    """個人番号らしい数字が、命令の引数にあります。個人番号は引数に書けません。番号を訊かれる命令で、訊かれてから入れてください。"""


def gate_commands(app: typer.Typer) -> typer.Typer:
    """すべての命令を門の内に置く。結び付いていない命令が一つでもあれば断る。"""
    listed = list(doors.commands(app))
    unbound = [name for name, command in listed if not code_of(command.callback)]
    if unbound:
        raise UnboundCommand("、".join(f"osame {name}" for name in unbound))
    for name, command in listed:
        if not hasattr(command.callback, GATED):
            command.callback = gated(command.callback, find(str(code_of(command.callback))), name)
    return app


def gated(command: Callable[..., Any], function: Function, name: str) -> Callable[..., Any]:
    """一つの命令を門の内に置く。"""

    @functools.wraps(command)
    @refusals_told
    def run(*args: Any, **kwargs: Any) -> Any:
        says_who = _officer_parameter(command)
        now = _acting(function, kwargs.get(says_who) if says_who else None)
        _refuse_numbers(now, kwargs)
        with gate.acting(now), _recorded(name) if function.audited and not function.offline else nullcontext():
            return command(*args, **kwargs)

    setattr(run, GATED, function.code)
    return run


@functools.cache
def _officer_parameter(command: Callable[..., Any]) -> str | None:
    """「--officer」を受ける引数の名。"""
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        for told in (*getattr(parameter.annotation, "__metadata__", ()), parameter.default):
            declared = (*(getattr(told, "param_decls", None) or ()), getattr(told, "default", None))
            if "--officer" in declared:  # Annotated では、最初の名は default に入る
                return name
    return None


def _acting(function: Function, named: str | None) -> gate.Acting:
    """端末の前の者。職員のアカウントがあれば、その役割と期限を確かめる。なければ、端末の運用者として行う。"""
    who = officer(named)
    account = None if function.offline or _concerned() != [""] else _of_account(who)
    if function.high_risk:
        _prove(who, account, function)
    identity = account or Identity(Kind.OPERATOR, who, roles=frozenset({Role.OPERATOR}))
    purpose = permission.purpose_for(function, os.environ.get(PURPOSE, ""))
    decision = permission.may(identity, function, purpose)
    now = gate.Acting(
        officer=who,
        function=function.code,
        purpose=purpose if decision.allowed else function.purposes[0],
        department=identity.department,
        role=decision.role,
        case=os.environ.get(CASE, ""),
        terminal=socket.gethostname(),
    )
    if decision.refusal and function.offline:
        raise decision.refusal
    if decision.refusal:
        with gate.acting(now):
            record("命令を断った", outcome=Outcome.REFUSED, detail={"理由": type(decision.refusal).__name__})
        raise decision.refusal
    return now


def _refuse_numbers(now: gate.Acting, told: Mapping[str, Any]) -> None:
    """人を扱うシステムの命令の引数に、個人番号を書かせない。引数は、照会の文にも、記録にも、端末の履歴にも残る。"""
    words = [word for each in told.values() for word in (each if isinstance(each, list | tuple) else [each])]
    if now.function.startswith(NO_NUMBERS_TYPED) and any(
        isinstance(word, str) and holds_personal_number(word) for word in words
    ):
        with gate.acting(now):
            record("命令を断った", outcome=Outcome.REFUSED, detail={"理由": NumberOnCommandLine.__name__})
        raise NumberOnCommandLine


def _prove(who: str, account: Identity | None, function: Function) -> None:
    """重要行為では、名のるだけでは足りない。一人で二人分の名を打てないよう、本人であることを示させる。"""
    from osame.platform.staff.proving import NotProved, prove

    try:
        if account is None:
            raise OfficerMustBeKnown(who)
        password = typer.prompt(f"{who} のパスワード", hide_input=True, err=True)
        prove(who, password=password, code=typer.prompt("確認コード", hide_input=True, err=True), at=right_now())
    except (OfficerMustBeKnown, NotProved) as refusal:
        acting = gate.Acting(who, function.code, function.purposes[0], terminal=socket.gethostname())
        with gate.acting(acting):
            record("命令を断った", outcome=Outcome.REFUSED, detail={"理由": type(refusal).__name__})
        raise


def _of_account(who: str) -> Identity | None:
    """職員のアカウントに許されていること。アカウントがなければ None、使えないアカウントなら断る。"""
    from osame.platform.staff.models import StaffAccount
    from osame.platform.staff.queries import identity_of

    account = StaffAccount.objects.filter(staff_number=who).first()
    if account is None:
        return None
    identity = identity_of(account, at=right_now())
    if identity.kind is Kind.ANONYMOUS:
        raise AccountDisabled(who)
    return identity


@contextmanager
def _recorded(name: str) -> Iterator[None]:
    """命令の始めと終わりを記録する。始めを記録できなければ、行わない。"""
    _note("命令を始めた", detail={"命令": name})
    try:
        yield
    except SystemExit as ended:
        done = ended.code in {None, 0}
        _note("命令を終えた", outcome=Outcome.DONE if done else Outcome.REFUSED, detail={"命令": name})
        raise
    except BaseException:
        with suppress(DatabaseError):  # もとの失敗を隠さない
            _note("命令を終えた", outcome=Outcome.FAILED, detail={"命令": name})
        raise
    _note("命令を終えた", detail={"命令": name})


def _note(act: str, *, outcome: Outcome = Outcome.DONE, detail: Mapping[str, str | int]) -> None:
    """記録する。団体を決めずに動く命令は、仕える団体のどの監査にも残す。"""
    for code in _concerned():
        with bodies.serving(code) if code else nullcontext():
            record(act, outcome=outcome, detail=detail)


def _concerned() -> list[str]:
    """命令にかかわる団体。団体を決めたとき、または団体ごとに分かれていないシステムでは、空の名が一つ。"""
    apart = systems.current().per_body and not bodies.chosen()
    return bodies.listed() if apart else [""]
