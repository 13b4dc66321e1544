"""団体の門番。要求がどの団体のものかを、何よりも先に決め、その団体のデータベースだけを開く。

Stands before Django. Two ways lead in. A business system's signed request (`/internal/…`) belongs to the body whose directory
trusts the key that it names; the signature itself is then verified against that directory alone, so naming another body's key gains
nothing. A browser's address begins with the code of the body (`/242039/…`); accounts and sessions live in that body's database, so
a cookie of one body means nothing under another's address. Everything else has no body and opens no database.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.embedded import home

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
KEY_ID = re.compile(r'keyid="([a-z_]+:[0-9a-f]{16})"')
PAGE = re.compile(r"^/([0-9]{6})(/.*)?$")
OPEN = ("/static/",)
"""団体のない、誰にでも見せる所。"""


class NoBody(Refusal):
    """どの団体の要求か分かりません。団体のアドレスか、登録した鍵で求めてください。"""


def by_body(inner: Application) -> Application:
    """団体を決めてから、中へ通す。"""

    def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(OPEN):  # 団体のない所へは、誰かを示すものを渡さない
            return inner({name: value for name, value in environ.items() if name != "HTTP_COOKIE"}, start)
        if path.startswith("/internal/"):
            code = body_of_key(environ.get("HTTP_SIGNATURE_INPUT", ""))
        else:
            found = PAGE.match(path)
            code = found[1] if found and found[1] in bodies.listed() else ""
            if found and code:
                environ = {**environ, "SCRIPT_NAME": f"/{code}", "PATH_INFO": found[2] or "/"}
                if environ["PATH_INFO"].startswith("/internal/"):
                    code = ""
        if not code:
            return _turned_away(start, internal=path.startswith("/internal/"))
        return _within(code, inner, environ, start)

    return application


def _within(code: str, inner: Application, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """答えを書き終えるまで、その団体のものとする。"""
    with bodies.serving(code):
        answer = inner(environ, start)
        try:
            return list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()


def body_of_key(signature_input: str) -> str:
    """名のられた鍵を信じている、ただ一つの団体。なければ空。二つの団体が信じている鍵は、どちらにも通さない。"""
    named = KEY_ID.search(signature_input)
    if named is None:
        return ""
    peer = named[1].split(":")[0]
    name = f"{named[1].replace(':', '.')}.pem"
    root = home() / "keys" / "gateway"
    trusting = [code for code in bodies.listed() if (root / code / "trusted" / peer / name).exists()]
    return trusting[0] if len(trusting) == 1 else ""


def _turned_away(start: Start, *, internal: bool) -> Iterable[bytes]:
    status, kind = ("401 Unauthorized", "application/json") if internal else ("404 Not Found", "text/plain")
    told = json.dumps({"error": "NoBody", "message": NoBody.message()}, ensure_ascii=False) if internal else NoBody.message()  # fmt: skip
    body = told.encode()
    start(status, [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
