"""国の側との伝文の封筒。送り手が署名し、受け手だけが開ける。運ぶ者には、あて先しか見えない。

A message between two institutions. The body is sealed by HPKE to the receiver's key with the whole header bound in; then header
and sealed body are signed by the sender. So the network that carries it can neither read nor alter it, another institution's
key opens nothing, and a header that was moved to another body is refused. Each envelope is used once: `message_id` is the
receiver's to remember (see `Replayed`).
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature, InvalidTag

from osame.contracts.certificates import Certificate, KeyPair, refuse_out_of_date
from osame.contracts.sealed import SUITE, bound_text
from osame.contracts.strict import UnexpectedMessageError, parsed, plain
from osame.kernel.refusals import Refusal

T = TypeVar("T")
LABEL = "osame national envelope 1"
LIFETIME = timedelta(days=8)
"""封筒の有効な期間。前日の控えから戻し、その日の伝文をもう一度受けても、まだ開ける。"""
SKEW = timedelta(minutes=5)


class EnvelopeRefused(Refusal):
    """伝文を受けられません。署名・あて先・期限のどれかが正しくありません。送り手に確かめてください。"""


class Altered(EnvelopeRefused):
    """伝文が途中で変えられています。送り手に、送り直しを求めてください。"""


class NotOurs(EnvelopeRefused):
    """この機関あての伝文ではありません。あて先を確かめてください。"""


class WrongCertificate(EnvelopeRefused):
    """送り手の機関の証明書ではありません。証明書の番号と機関を確かめてください。"""


class Expired(EnvelopeRefused):
    """伝文の期限が過ぎています。送り手に、新しい伝文を求めてください。"""


class Replayed(EnvelopeRefused):
    """同じ伝文を、もう受けています。二度は処理しません。"""


class Unreadable(EnvelopeRefused):
    """伝文が約束の形ではありません。版を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """封筒。 serial: 送り手の証明書; sealed_to: 受け手の証明書; sealed: 封をした本文; signature: 送り手の署名。"""

    message_id: str
    kind: str
    sender: str
    receiver: str
    serial: str
    sealed_to: str
    sent_at: datetime
    sealed: str = ""
    signature: str = ""

    def header(self) -> bytes:
        """封と署名に結び付ける見出し。"""
        return bound_text(
            LABEL, self.message_id, self.kind, self.sender, self.receiver, self.serial, self.sealed_to,
            self.sent_at.isoformat(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """一つの機関。自分の鍵と証明書。 `keys` は、入れ替えの前の鍵も含む（証明書の番号 → 鍵）。"""

    certificate: Certificate
    keys: dict[str, KeyPair]

    @property
    def institution(self) -> str:
        """機関コード。"""
        return self.certificate.institution

    def write(self, kind: str, body: Any, to: Certificate, *, now: datetime) -> Envelope:
        """本文に封をし、署名する。"""
        mine = self.certificate
        bare = Envelope(
            message_id=token_hex(16), kind=kind, sender=mine.institution, receiver=to.institution, serial=mine.serial,
            sealed_to=to.serial, sent_at=now.replace(microsecond=0),
        )  # fmt: skip
        text = json.dumps(plain(body), ensure_ascii=False, separators=(",", ":")).encode()
        sealed = SUITE.encrypt(text, to.sealing_key, info=bare.header())
        signature = self.keys[mine.serial].signing.sign(bare.header() + sealed)
        return replace(bare, sealed=_text(sealed), signature=_text(signature))

    def open(self, envelope: Envelope, find: Callable[[str], Certificate], *, now: datetime) -> dict[str, Any]:
        """あて先・署名・期限を確かめて開ける。`find` は証明書の番号から、確かめた証明書を引く（なければ断る）。"""
        if envelope.receiver != self.institution or envelope.sealed_to not in self.keys:
            raise NotOurs(envelope.receiver)
        sender = find(envelope.serial)
        if sender.institution != envelope.sender:
            raise WrongCertificate(envelope.sender)
        try:
            sealed = base64.b64decode(envelope.sealed, validate=True)
            sender.signing_key.verify(base64.b64decode(envelope.signature, validate=True), envelope.header() + sealed)
        except (InvalidSignature, ValueError) as failure:
            raise Altered(envelope.message_id) from failure
        refuse_out_of_date(sender, envelope.sent_at)
        if not -SKEW <= now - envelope.sent_at <= LIFETIME:
            raise Expired(envelope.message_id)
        try:
            text = SUITE.decrypt(sealed, self.keys[envelope.sealed_to].sealing, info=envelope.header())
            body: dict[str, Any] = json.loads(text)
        except (InvalidTag, ValueError) as failure:
            raise Altered(envelope.message_id) from failure
        return body


def body_of(cls: type[T], body: dict[str, Any]) -> T:
    """本文を、約束した型として読む。"""
    try:
        return parsed(cls, body)
    except UnexpectedMessageError as failure:
        raise Unreadable(cls.__name__) from failure


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
