"""相手システムの求めを受ける。署名を確かめ、二度目を断り、やり取りを記録する。

The receiving end. A request is authenticated before anything else looks at it: signature, clock, digest of the body,
addressed to us, from a peer on our list, not seen before. The nonce is kept in the receiver's database under a unique key, and in a
statement of its own: of any number of simultaneous copies exactly one inserts the row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from osame.contracts.personal_number import holds_personal_number
from osame.contracts.signatures import BadSignature, Errand, Message, verify
from osame.kernel.refusals import Refusal
from osame.platform import gate, systems
from osame.platform.database import Question, run_sql
from osame.platform.exchanges import keys, peers

KEEP_NONCES = timedelta(minutes=10)
LARGEST_BODY = 16 * 1024 * 1024
# 一度しか入らない。ディスクに届くのを待たないのは、ここだけ。記録は一列に書かれるので、この求めの行いと記録が
# ディスクに届いたときには、これも必ず届いている。届く前に止まれば、行いも残らず、二度目は一度目と同じになる。
REMEMBER = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO exchange_nonce (key_id, nonce, expires_at) SELECT %s, %s, %s FROM quick ON CONFLICT DO NOTHING
"""
LOG = """
INSERT INTO exchange_log (direction, peer, operation, request_number, nonce, key_id, officer, function_code, purpose,
                          status, failure, bytes_sent, bytes_received, milliseconds)
VALUES ('2', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Replayed(Refusal):
    """同じ署名の求めを、もう受けています。新しく署名して送り直してください。"""


class NotForUs(Refusal):
    """このシステムあての求めではありません。宛先を確かめてください。"""


class TooLarge(Refusal):
    """求めが大きすぎます。分けて送ってください。"""


class NoErrand(Refusal):
    """誰が何のために求めるのかがありません。職員、機能、目的、操作番号を付けて送ってください。"""


class NumberInErrand(Refusal):
    """用件に、個人番号らしい数字があります。番号を消してから、送り直してください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """求めてきた相手システムと、その用件。"""

    system: str
    key_id: str
    nonce: str
    errand: Errand
    idempotency_key: str
    expires: datetime

    def acting(self) -> gate.Acting:
        """目的の門に告げる者。職員は相手システムが述べた者、端末は相手システム。"""
        return gate.Acting(
            officer=self.errand.officer,
            function=self.errand.function,
            purpose=self.errand.purpose,
            role="peer",
            case=self.errand.case,
            terminal=f"system:{self.system}",
            request=self.errand.request,
        )


def authenticate(request: HttpRequest) -> Peer:
    """署名を確かめ、相手システムを知る。確かでないか、二度目なら断る。

    要件: F31-04, F36-07
    """
    peer = verified(request)
    if not run_sql(REMEMBER, [peer.key_id, peer.nonce, peer.expires]):
        raise Replayed(peer.system)
    return peer


def verified(request: HttpRequest) -> Peer:
    """署名を確かめ、相手システムを知る。確かでなければ断る。一度目かは、まだ確かめていない。

    要件: F31-04, F36-07
    """
    signed = verify(_message(request), trusted=keys.public_key_of)
    system = signed.key_id.split(":")[0]
    if signed.receiver != systems.current().code:
        raise NotForUs(signed.receiver)
    if system not in peers.ours().accepts:
        raise peers.NotOnTheList(system)
    errand = signed.errand
    if not (errand.officer and errand.function and errand.purpose and errand.request):
        raise NoErrand
    if any(map(holds_personal_number, (errand.officer, errand.function, errand.purpose, errand.request, errand.case))):
        raise NumberInErrand
    return Peer(
        system=system,
        key_id=signed.key_id,
        nonce=signed.nonce,
        errand=errand,
        idempotency_key=signed.idempotency_key,
        expires=signed.expires,
    )


def prune_nonces() -> int:
    """期限の過ぎた一回限りの値を消す。期限の切れた署名は、値を見るまでもなく断られる。"""
    return run_sql("DELETE FROM exchange_nonce WHERE expires_at < now() - %s", [KEEP_NONCES])


def _message(request: HttpRequest) -> Message:
    """届いたままの求め。"""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise TooLarge
    query = request.META.get("QUERY_STRING", "")
    path = request.get_full_path().partition("?")[0]
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not query.isascii():
        raise BadSignature("問い合わせが読めません")
    return Message(str(request.method), path + (f"?{query}" if query else ""), headers, request.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """受けた求めの記録に残すもの。"""

    operation: str
    status: int
    failure: str
    bytes_sent: int
    bytes_received: int
    milliseconds: int


def logged(peer: Peer | None, received: Received) -> Question[Any]:
    """受けたやり取りの記録。確かでない相手は、名を空けて残す。

    要件: F29-03, F36-07
    """
    errand = peer.errand if peer else Errand(officer="", purpose="", function="", request="")
    values: list[str | int] = [
        peer.system if peer else "", received.operation, errand.request, peer.nonce if peer else "",
        peer.key_id if peer else "", errand.officer, errand.function, errand.purpose, received.status,
        received.failure, received.bytes_sent, received.bytes_received, received.milliseconds,
    ]  # fmt: skip
    return Question(LOG, values)
