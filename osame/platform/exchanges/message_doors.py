"""伝文を受ける API の入口の作り。どの操作も、署名を確かめ、機能に結び付き、約束した形だけを読む。

`MessageDoors.door` makes one operation of an API out of an act: POST, signed peers only, one function code, the request read
strictly as a frozen message of `osame.contracts`. A wrong message is refused without repeating any of it: it might hold a number.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from pydantic import TypeAdapter

from osame.contracts.personal_number import holds_personal_number
from osame.contracts.strict import UnexpectedMessageError, parsed, plain
from osame.kernel.refusals import Refusal
from osame.platform.exchanges.api import signed_peer
from osame.platform.exchanges.receiving import Peer
from osame.platform.functions.binding import bound

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
Who = TypeVar("Who")
Act = Callable[[Asked, Who], Answered]


class NumberInMessage(Refusal):
    """封筒のほかに、個人番号らしい12桁の数字があります。個人番号は封筒にだけ入れ、12桁の宛名番号は15桁に右詰めして送ってください。"""


class MessageUnreadable(Refusal):
    """伝文が約束の形ではありません。両方のシステムの版が合っているかを確かめてください。"""


class MessageDoors(Generic[Who]):
    """一つのシステムの、伝文の入口。 caller: 相手から、行いに渡す「呼ぶ者」を作る。"""

    def __init__(self, title: str, namespace: str, caller: Callable[[Peer], Who], *, refuse_numbers: bool = True) -> None:  # fmt: skip
        self.api = NinjaAPI(title=title, version="1", docs_url=None, openapi_url=None, urls_namespace=namespace)
        self.api.exception_handler(Refusal)(refused)
        self._caller, self._refuse_numbers = caller, refuse_numbers

    def door(self, path: str, asks: type[Asked], answers: type[Answered], code: str) -> Callable[[Act[Asked, Who, Answered]], Act[Asked, Who, Answered]]:  # fmt: skip
        """行いを、API の操作にする。"""

        def open_door(act: Act[Asked, Who, Answered]) -> Act[Asked, Who, Answered]:
            def operation(request: HttpRequest) -> HttpResponse:
                peer = signed_peer(request)
                assert peer
                return answered(act(self._read(asks, request.body), self._caller(peer)))

            operation.__name__ = f"{path.replace('/', '_')}_operation"
            operation.__doc__ = act.__doc__
            self.api.post(f"/{path}", auth=signed_peer, openapi_extra=_described(asks, answers))(bound(code)(operation))
            return act

        return open_door

    def _read(self, cls: type[Asked], body: bytes) -> Asked:
        return read(cls, body, refuse_numbers=self._refuse_numbers)


def read(cls: type[Asked], body: bytes, *, refuse_numbers: bool = True) -> Asked:
    """伝文を、約束した型として読む。"""
    try:
        content = json.loads(body)
        if refuse_numbers and any(map(holds_personal_number, _words(content))):
            raise NumberInMessage
        return parsed(cls, content)
    except NumberInMessage:
        raise
    except (ValueError, UnexpectedMessageError, RecursionError):
        raise MessageUnreadable from None  # 中身は、断りにも例外の連なりにも残さない


def _words(node: Any) -> Iterator[str]:
    """伝文にある、すべての語と数。"""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _words(value)
    elif isinstance(node, list):
        for each in node:
            yield from _words(each)
    elif isinstance(node, str | int):
        yield str(node)


def answered(message: object) -> HttpResponse:
    """答えの伝文。"""
    text = json.dumps(plain(message), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), content_type="application/json")


def refused(_request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    """断りの答え。"""
    status = 400 if isinstance(refusal, MessageUnreadable) else getattr(refusal, "http_status", 422)
    return JsonResponse({"error": type(refusal).__name__, "message": str(refusal)}, status=status)


def _described(asks: type[Any], answers: type[Any]) -> dict[str, Any]:
    """OpenAPI に載せる、伝文の形。"""
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(asks)}}},
        "responses": {
            200: {"description": "OK", "content": {"application/json": {"schema": _schema(answers)}}},
            400: {"description": MessageUnreadable.message()},
            422: {"description": "断り"},
        },
    }


def _schema(cls: type[Any]) -> dict[str, Any]:
    """その型の JSON Schema。中の型は、その場に書き下す。"""
    whole = TypeAdapter(cls).json_schema()
    inner = whole.pop("$defs", {})

    def written(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return written(inner[node["$ref"].rsplit("/", 1)[-1]])
            node = {key: written(value) for key, value in node.items() if key not in {"title", "description"}}
            return node | ({"additionalProperties": False} if node.get("type") == "object" else {})
        return [written(each) for each in node] if isinstance(node, list) else node

    return dict(written(whole))
