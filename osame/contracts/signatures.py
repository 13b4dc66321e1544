"""システム間の求めの署名。RFC 9421（HTTP Message Signatures）、Ed25519。

Signs a request between two systems and verifies one. The cryptography and the canonical form are those of the library
`http-message-signatures`; this module decides what must be covered: method, path, query, the digest of the body
(RFC 9530), its type, the receiving system, and who asks for what. A message in the form that our own systems always write is signed and
verified by `usual_form`, without a syntax tree; every other one, and every doubt, goes to the library. The receiver is named by `osame-to`, not by the host
of the address: a TLS proxy may change the host, and a request signed for one system must be worthless to another.
Values travel percent-encoded, because a signature base is ASCII. The clock is handed in.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import cast
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from osame.contracts import usual_form
from osame.kernel.refusals import Refusal

TAG = "osame"
LIFETIME = timedelta(seconds=60)
SKEW = timedelta(seconds=5)
SHORTEST_NONCE, LONGEST_NONCE = 16, 64
LONGEST_VALUE = 600
ERRAND_HEADERS = {
    "officer": "osame-officer",
    "purpose": "osame-purpose",
    "function": "osame-function",
    "case": "osame-case",
    "request": "osame-request",
}
COVERED = (
    "@method", "@path", "@query", "content-digest", "content-type", "osame-to", *ERRAND_HEADERS.values(),
)  # fmt: skip
IDEMPOTENCY = "idempotency-key"


class BadSignature(Refusal):
    """求めの署名が正しくありません。相手システムの鍵と時計を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """用件。誰が、どの機能で、何のために求めるか。署名に含まれ、相手の監査記録に残る。"""

    officer: str
    purpose: str
    function: str
    case: str = ""
    request: str


@dataclass(frozen=True, slots=True)
class Message:
    """署名する求め。本文は生のまま、宛先は経路と問い合わせだけ。"""

    method: str
    target: str  # 経路と問い合わせ（/internal/v1/feed?after=0）
    headers: dict[str, str]
    body: bytes = b""

    @property
    def url(self) -> str:
        """署名の道具が求める絶対の宛先。ホストは署名に含めない。"""
        return f"http://{TAG}{self.target}"


@dataclass(frozen=True, slots=True)
class Signed:
    """確かめた署名。"""

    key_id: str
    nonce: str
    expires: datetime
    receiver: str
    errand: Errand
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """署名する者。 The signing side: this system's current key."""

    key_id: str
    private_key: Ed25519PrivateKey

    def sign(self, message: Message, *, receiver: str, errand: Errand, now: datetime) -> str:
        """求めに見出しと署名を加える。使った一回限りの値を返す。"""
        message.headers["osame-to"] = quote(receiver, safe="")
        message.headers.setdefault("content-type", "application/json")
        for name, header in ERRAND_HEADERS.items():
            message.headers[header] = quote(getattr(errand, name), safe="")
        covered = COVERED + ((IDEMPOTENCY,) if IDEMPOTENCY in message.headers else ())
        nonce = token_urlsafe(18)
        if self._signed_as_usual(message, covered, now, nonce):
            return nonce
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_Keys(own=self)).sign(
            message,
            key_id=self.key_id,
            created=now,
            expires=now + LIFETIME,
            nonce=nonce,
            label=TAG,
            tag=TAG,
            covered_component_ids=covered,
            body=message.body,
        )
        return nonce

    def _signed_as_usual(self, message: Message, covered: tuple[str, ...], now: datetime, nonce: str) -> bool:
        """いつもの形の求めなら、署名する。"""
        headers = {name.lower(): value for name, value in message.headers.items()}
        headers[usual_form.DIGEST] = usual_form.digest(message.body)
        created = int(now.timestamp())
        parameters = (
            f';created={created};keyid="{self.key_id}";alg="ed25519";expires={created + int(LIFETIME.total_seconds())}'
            f';nonce="{nonce}";tag="{TAG}"'
        )
        made = usual_form.signed(self.private_key, (message.method, message.target), headers, covered, parameters)
        if made is None:
            return False
        message.headers.update(made | {"Content-Digest": headers[usual_form.DIGEST]})
        return True


class _Keys(HTTPSignatureKeyResolver):
    """署名の道具に、鍵を渡す。"""

    def __init__(
        self, *, own: Signer | None = None, trusted: Callable[[str], Ed25519PublicKey | None] | None = None
    ) -> None:
        self.own, self.trusted = own, trusted

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        """自分の秘密鍵。"""
        assert self.own
        assert self.own.key_id == key_id
        return self.own.private_key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        """信じている相手の公開鍵。"""
        found = self.trusted(key_id) if self.trusted else None
        if found is None:
            raise BadSignature("信じている鍵にありません")
        return found


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = SKEW


def verify(
    message: Message, *, trusted: Callable[[str], Ed25519PublicKey | None], clock: Callable[[], float] = time.time
) -> Signed:
    """署名を確かめる。正しくなければ断る。

    Exactly one signature, over exactly the components that we demand, by a trusted Ed25519 key, fresh, for at most a
    minute, with a digest that fits the body as it arrived. Replays are the caller's to refuse: see `Signed.nonce`.
    """
    usual = _verified_as_usual(message, trusted, clock())
    if usual is not None:
        return usual
    try:
        results = _Verifier(signature_algorithm=ED25519, key_resolver=_Keys(trusted=trusted)).verify(
            message,
            max_age=LIFETIME,
            body=message.body,  # 署名が一つでなければ、道具が断る
        )
    except (HTTPMessageSignaturesException, Refusal, ValueError) as failure:
        raise BadSignature(_short(failure)) from failure
    (result,) = results
    given = {name.strip('"') for name in result.covered_components} - {"@signature-params"}
    demanded = set(COVERED) | ({IDEMPOTENCY} if any(n.lower() == IDEMPOTENCY for n in message.headers) else set())
    if given != demanded:
        raise BadSignature("署名に含む項目が違います")
    nonce, expires = _window(result.parameters)
    covered = {name.strip('"'): value for name, value in result.covered_components.items()}
    return _signed(str(result.parameters["keyid"]), nonce, expires, covered)


def _verified_as_usual(
    message: Message, trusted: Callable[[str], Ed25519PublicKey | None], now: float
) -> Signed | None:
    """いつもの形で、正しく、いま有効な署名。ほかは None。"""
    headers = {name.lower(): value for name, value in message.headers.items()}
    covered = COVERED + ((IDEMPOTENCY,) if IDEMPOTENCY in headers else ())
    found = usual_form.verified((message.method, message.target), headers, covered, message.body, trusted)
    if found is None:
        return None
    key_id, created, expires, nonce = found
    skew, lifetime = SKEW.total_seconds(), LIFETIME.total_seconds()
    if not (created <= now + skew and expires >= now - skew and created + lifetime >= now - skew):
        return None
    if not 0 < expires - created <= lifetime:
        return None
    return _signed(key_id, nonce, datetime.fromtimestamp(expires, UTC), headers)


def _signed(key_id: str, nonce: str, expires: datetime, covered: Mapping[str, str]) -> Signed:
    return Signed(
        key_id=key_id,
        nonce=nonce,
        expires=expires,
        receiver=_value(covered, "osame-to"),
        errand=Errand(**{name: _value(covered, header) for name, header in ERRAND_HEADERS.items()}),
        idempotency_key=covered.get(IDEMPOTENCY, ""),
    )


def _window(parameters: Mapping[str, int | str]) -> tuple[str, datetime]:
    """一回限りの値と、いつまで有効か。"""
    if set(parameters) != {"created", "expires", "nonce", "keyid", "alg", "tag"} or parameters["tag"] != TAG:
        raise BadSignature("署名の属性が違います")
    created, expires = cast("int", parameters["created"]), cast("int", parameters["expires"])
    nonce = str(parameters["nonce"])
    if not 0 < expires - created <= LIFETIME.total_seconds():
        raise BadSignature("有効な時間が長すぎます")
    if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE:
        raise BadSignature("一回限りの値がありません")
    return nonce, datetime.fromtimestamp(expires, UTC)


def _value(components: Mapping[str, str], header: str) -> str:
    value = components[header]
    if len(value) > LONGEST_VALUE:
        raise BadSignature(f"{header} が長すぎます")
    try:
        text = unquote(value, errors="strict")
    except UnicodeDecodeError as failure:
        raise BadSignature(header) from failure
    if not text.isprintable():
        raise BadSignature(header)
    return text


def _short(failure: Exception) -> str:
    """記録と答えに残す、短い理由。"""
    if isinstance(failure, Refusal):
        return failure.detail
    return f"{type(failure).__name__}: {failure}"[:120]
