"""伝文の出し手と受け手の登録。章は、自分の伝文を出す関数と受ける関数を、ここに告げる。

    @sends
    def due_requests(now, limit) -> list[Outgoing]: ...      # in the transaction that also moves the state

    @handles(national.ANSWER)
    def answers(letters, now) -> list[Verdict]: ...           # one verdict for each letter, in order

Both run inside the transaction of the exchange itself, so state, envelope and record are written together or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osame.contracts.certificates import Certificate
from osame.contracts.envelopes import Envelope
from osame.gateway.messaging.models import InboundEnvelope

Outcome = InboundEnvelope.Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """開けた封筒。"""

    envelope: Envelope
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """出す伝文。 about: 何についてか（照会番号・処理通番）。"""

    kind: str
    to: Certificate
    about: str
    body: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """受けた伝文を、どう扱ったか。"""

    outcome: Outcome = Outcome.APPLIED
    reason: str = ""


ACCEPTED = Verdict()
ALREADY = Verdict(Outcome.KNOWN, "もう済んでいます")

Sends = Callable[[datetime, int], list[Outgoing]]
Handles = Callable[[Sequence[Letter], datetime], list[Verdict]]

SENDERS: list[Sends] = []
HANDLERS: dict[str, Handles] = {}


def sends(producer: Sends) -> Sends:
    """この関数が、出すべき伝文を作る。"""
    if producer not in SENDERS:
        SENDERS.append(producer)
    return producer


def handles(kind: str) -> Callable[[Handles], Handles]:
    """この関数が、その種別の伝文を受ける。"""

    def register(handler: Handles) -> Handles:
        known = HANDLERS.setdefault(kind, handler)
        assert known is handler, f"{kind} has two handlers"
        return handler

    return register


def refused(reason: str) -> Verdict:
    """断る。"""
    return Verdict(Outcome.REFUSED, reason)
