"""始める前の検め。機能に結び付いていない入口が一つでもあれば、始めない。

System checks. They fail start-up of the server, the worker and the command line, and name what is wrong.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks

from osame.kernel.refusals import Refusal
from osame.platform import systems
from osame.platform.functions import doors
from osame.platform.functions.registry import Registry, RegistryBroken, registry

TAG = "functions"


class CannotStart(Refusal):
    """始められません。次のものを直してから、もう一度始めてください。"""


def refuse_to_start() -> None:
    """検めに誤りがあれば断る。"""
    wrong = [str(each.msg) for each in run_checks() if each.is_serious()]
    if wrong:
        raise CannotStart("\n" + "\n".join(wrong))


@register(TAG)
def every_door_is_bound(**_everything: Any) -> list[CheckMessage]:
    """すべてのアドレス・API の操作・ジョブが、台帳にある機能に結び付いているか。"""
    try:
        listed = registry(systems.current().code)
    except RegistryBroken as fault:
        return [Error(str(fault), id="functions.E001")]
    return [Error(wrong, id="functions.E002") for wrong in unbound(str(settings.ROOT_URLCONF), listed)]


def unbound(urlconf: str, listed: Registry) -> Iterator[str]:
    """結び付いていないアドレスと処理。"""
    for route in doors.routes(urlconf, listed):
        if not route.functions:
            yield f"アドレス「{route.path}」（{route.name or '名なし'}）が、機能に結び付いていません。"
        for method, code in route.functions.items():
            if not code:
                yield f"API「{method} {route.path}」が、機能に結び付いていません。"
            elif code not in listed.functions:
                yield f"「{method} {route.path}」の機能「{code}」は、台帳にありません。"
    for name, task_code in doors.tasks(listed):
        yield from _wrong_task(name, task_code, listed)
    for name, code in doors.requested_work():
        if code not in listed.functions and code.split(".")[0] in {systems.current().code, "floor"}:
            yield f"頼まれる処理「{name}」の機能「{code}」は、台帳にありません。"


def _wrong_task(name: str, code: str | None, listed: Registry) -> Iterator[str]:
    if not code:
        yield f"ジョブ「{name}」が、機能に結び付いていません。"
    elif code in listed.functions and listed.functions[code].only_purpose is None:
        yield f"ジョブ「{name}」の機能「{code}」は、目的が一つではありません。"
    elif code not in listed.functions and code.split(".")[0] in {systems.current().code, "floor"}:
        yield f"ジョブ「{name}」の機能「{code}」は、台帳にありません。"
