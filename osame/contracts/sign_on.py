"""サインインの引継ぎ。一つのシステムで確かめた職員を、ほかのシステムに一度だけ告げる札。

A ticket says: this officer has just been proved here, for that system, for the browser that asked with this `state`. It is
signed with the issuer's exchange key, lives for half a minute, and is worthless to another system, another browser or a second
time. What became of the session afterwards is asked of the issuer itself (`STANDING_PATH`).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from osame.contracts.signatures import Signer
from osame.contracts.strict import UnexpectedMessageError, parsed
from osame.kernel.refusals import Refusal

STANDING_PATH = "/internal/v1/sign-on/standing"
LIFETIME_SECONDS, SKEW_SECONDS = 30, 5
PREFIX = b"osame sign-on ticket 1\x00"
"""ほかの署名と取り違えないための印。"""


class BadTicket(Refusal):
    """サインインを引き継げませんでした。もう一度、もとのシステムから移ってください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """札。

    session: 発したシステムのセッション（鍵のハッシュ）; factors: 確かめた要素; proved_at: 最後に確かめた時刻;
    state: 求めたブラウザの印。
    """

    issuer: str
    receiver: str
    staff_number: str
    session: str
    factors: str
    proved_at: int
    issued_at: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuestion:
    """そのセッションは、いまも使えるか。"""

    staff_number: str
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """使えるか。"""

    stands: bool


def written(ticket: Ticket, signer: Signer) -> str:
    """署名した札。アドレスに書ける文字だけ。"""
    body = json.dumps(asdict(ticket), ensure_ascii=False, separators=(",", ":")).encode()
    signature = signer.private_key.sign(PREFIX + signer.key_id.encode() + b"\x00" + body)
    return ".".join((_text(signer.key_id.encode()), _text(body), _text(signature)))


def read(text: str, *, trusted: Callable[[str], Ed25519PublicKey | None], issuer: str) -> Ticket:
    """札を読む。信じている相手の署名でなければ断る。あて先・印・時刻は `refuse_unfit` が確かめる。"""
    try:
        key_id, body, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split("."))
        key = trusted(key_id.decode("ascii"))
        if key is None or key_id.decode("ascii").split(":")[0] != issuer:
            raise BadTicket
        key.verify(signature, PREFIX + key_id + b"\x00" + body)
        return parsed(Ticket, json.loads(body))
    except (ValueError, InvalidSignature, UnexpectedMessageError) as failure:
        raise BadTicket from failure


def refuse_unfit(ticket: Ticket, *, issuer: str, receiver: str, state: str, now: float) -> None:
    """このシステムの、このブラウザの、いまの札でなければ断る。"""
    fresh = -SKEW_SECONDS <= now - ticket.issued_at <= LIFETIME_SECONDS
    ours = (ticket.issuer, ticket.receiver) == (issuer, receiver)
    if not (fresh and ours and state and compare_digest(ticket.state.encode(), state.encode())):
        raise BadTicket


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
