"""ほかのシステムを呼ぶ口。署名し、待つ時間と大きさを限り、失敗を種類ごとに言い分ける。

The one HTTP client between our systems, on httpx. Each attempt is signed anew (so a retry is no replay) and reported to
`on_exchange`, which the platform writes to the log of exchanges. Only what is harmless twice is tried again: GET, and POST
with an idempotency key.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json import JSONDecodeError, dumps, loads
from typing import Any, TypeVar

import httpx

from osame.contracts.signatures import IDEMPOTENCY, Errand, Message, Signer
from osame.contracts.standby import FirstThatConnects
from osame.contracts.strict import UnexpectedMessageError, parsed, plain
from osame.kernel.refusals import Refusal

T = TypeVar("T")
CONNECT_SECONDS, READ_SECONDS = 3.0, 30.0
LARGEST_ANSWER = 64 * 1024 * 1024
PAUSES = (0.2, 0.8, 2.0)
PASSING = frozenset({502, 503, 504})
LONGEST_REASON = 200


class ExchangeFailed(Refusal):
    """相手システムとのやり取りができませんでした。時間をおいて、もう一度行ってください。"""


class PeerUnreachable(ExchangeFailed):
    """相手システムにつながりません。相手が動いているか、接続先の設定を確かめてください。"""


class PeerTimedOut(ExchangeFailed):
    """相手システムが時間内に答えません。行われたかどうか分からないので、結果を確かめてからやり直してください。"""


class PeerRefused(ExchangeFailed):
    """相手システムに断られました。理由を読み、権限と目的を確かめてください。"""

    def __init__(self, detail: str = "", *, status: int = 0) -> None:
        super().__init__(detail)
        self.status = status


class BrokenAnswer(ExchangeFailed):
    """相手システムの答えが約束の形ではありません。両方の版が合っているかを確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """一回のやり取り。記録に残すもの。本文は持たない。"""

    peer: str
    operation: str
    errand: Errand
    key_id: str
    nonce: str
    status: int  # 0 は答えがなかった
    bytes_sent: int
    bytes_received: int
    milliseconds: int
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """待つ時間、答えの大きさ、やり直しの間。"""

    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS
    largest_answer: int = LARGEST_ANSWER
    pauses: tuple[float, ...] = PAUSES


USUAL = Limits()


def connections(address: str) -> httpx.Client:
    """一つの相手への、つないだまま使い回す接続の束。どの糸からも使える。住所を空白で並べれば、二つ目からは副系である。"""
    addresses = address.split()
    return httpx.Client(
        base_url=addresses[0],
        transport=FirstThatConnects(addresses) if len(addresses) > 1 else None,
        trust_env=False,  # 環境の代理サーバーに、庁内の通信を渡さない
        follow_redirects=False,
        headers={"accept": "application/json", "accept-encoding": "identity"},
    )


class SystemClient:
    """相手システム一つへの口。 One peer's HTTP door. Close it, or use it as a context manager.

    `base`: the peer's address (with standbys after it, see `standby`), or connections to it that outlive this door, so that a request needs no new one.
    """

    def __init__(
        self,
        base: str | httpx.Client,
        signer: Signer,
        peer: str,
        *,
        limits: Limits = USUAL,
        on_exchange: Callable[[Exchange], None] = lambda _exchange: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.peer, self.signer, self.limits = peer, signer, limits
        self._on_exchange, self._clock = on_exchange, clock
        self._own = isinstance(base, str)
        self._http = connections(base) if isinstance(base, str) else base

    def __enter__(self) -> "SystemClient":
        """文脈として使う。"""
        return self

    def __exit__(self, *_failure: object) -> None:
        """閉じる。"""
        self.close()

    def close(self) -> None:
        """つながりを閉じる。使い回す接続は、閉じない。"""
        if self._own:
            self._http.close()

    def get(
        self,
        path: str,
        answer: type[T],
        *,
        errand: Errand,
        query: Mapping[str, str | int] | None = None,
        read_seconds: float | None = None,
    ) -> T:
        """読む。答えは `answer` の型に厳しく移す。"""
        request = self._http.build_request("GET", path, params=dict(query or {}), timeout=self._timeout(read_seconds))
        return self._parsed(answer, self._tried(request, errand, again=True))

    def post(
        self, path: str, content: Any, answer: type[T], *, errand: Errand, idempotency_key: str = "",
        read_seconds: float | None = None,
    ) -> T:  # fmt: skip
        """頼む。`idempotency_key` があるときだけ、答えがなければやり直す。"""
        body = dumps(plain(content), ensure_ascii=False, separators=(",", ":")).encode()
        request = self._http.build_request(
            "POST",
            path,
            content=body,
            headers={IDEMPOTENCY: idempotency_key} if idempotency_key else {},
            timeout=self._timeout(read_seconds),
        )
        return self._parsed(answer, self._tried(request, errand, again=bool(idempotency_key)))

    def _timeout(self, read_seconds: float | None) -> httpx.Timeout:
        return httpx.Timeout(read_seconds or self.limits.read_seconds, connect=self.limits.connect_seconds)

    def _tried(self, request: httpx.Request, errand: Errand, *, again: bool) -> bytes:
        for pause in self.limits.pauses if again else ():
            try:
                return self._once(request, errand)
            except (PeerUnreachable, PeerTimedOut):
                time.sleep(pause)
            except PeerRefused as refusal:
                if refusal.status not in PASSING:
                    raise
                time.sleep(pause)
        return self._once(request, errand)

    def _once(self, request: httpx.Request, errand: Errand) -> bytes:
        """一度だけ試し、結果がどうであれ記録する。"""
        sent = request.read()
        headers = {IDEMPOTENCY: request.headers[IDEMPOTENCY]} if IDEMPOTENCY in request.headers else {}
        message = Message(request.method, request.url.raw_path.decode("ascii"), headers, sent)
        now = datetime.fromtimestamp(int(self._clock()), UTC)
        nonce = self.signer.sign(message, receiver=self.peer, errand=errand, now=now)
        attempt = httpx.Request(
            request.method, request.url, headers=request.headers, content=sent, extensions=request.extensions
        )
        attempt.headers.update(message.headers)
        started, status, body, failure = time.monotonic(), 0, b"", ""
        try:
            status, body = self._sent(attempt)
            self._judge(status, body)
        except ExchangeFailed as failed:
            failure = type(failed).__name__
            raise
        finally:
            self._on_exchange(
                Exchange(
                    peer=self.peer,
                    operation=f"{request.method} {request.url.path}",
                    errand=errand,
                    key_id=self.signer.key_id,
                    nonce=nonce,
                    status=status,
                    bytes_sent=len(sent),
                    bytes_received=len(body),
                    milliseconds=int((time.monotonic() - started) * 1000),
                    failure=failure,
                )
            )
        return body

    def _sent(self, attempt: httpx.Request) -> tuple[int, bytes]:
        try:
            answer = self._http.send(attempt, stream=True)
        except httpx.TimeoutException as failure:
            unmade = isinstance(failure, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise (PeerUnreachable if unmade else PeerTimedOut)(self.peer) from failure
        except httpx.ConnectError as failure:
            raise PeerUnreachable(self.peer) from failure
        except httpx.TransportError as failure:
            raise PeerTimedOut(f"{self.peer}：途中で切れました") from failure
        try:
            parts, size = [], 0
            for part in answer.iter_raw():
                size += len(part)
                if size > self.limits.largest_answer:
                    raise BrokenAnswer(f"{self.peer}：大きすぎます")
                parts.append(part)
        except httpx.TransportError as failure:
            raise PeerTimedOut(f"{self.peer}：途中で切れました") from failure
        finally:
            answer.close()
        return answer.status_code, b"".join(parts)

    def _judge(self, status: int, body: bytes) -> None:
        if 200 <= status < 300:
            return
        try:
            reason = str(loads(body)["message"])[:LONGEST_REASON]
        except (ValueError, KeyError, TypeError):
            reason = ""
        raise PeerRefused(f"{self.peer}、{status}" + (f"：{reason}" if reason else ""), status=status)

    def _parsed(self, answer: type[T], body: bytes) -> T:
        try:
            return parsed(answer, loads(body))
        except (JSONDecodeError, UnicodeDecodeError, UnexpectedMessageError, RecursionError) as failure:
            raise BrokenAnswer(f"{self.peer}：{failure}"[:LONGEST_REASON]) from failure
