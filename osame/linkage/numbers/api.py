"""番号の開示の入口。番号は、求めた側がその場で作った鍵に封をして返す。"""

from base64 import b64decode

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from osame.contracts import linkage as messages
from osame.contracts.sealed import seal_number
from osame.kernel.refusals import Refusal
from osame.linkage.api import door
from osame.linkage.calling import Caller
from osame.linkage.numbers import revealing


class AnswerKeyUnreadable(Refusal):
    """答えの封筒のための鍵が読めません。X25519 の公開鍵（base64）を送ってください。"""


@door("reveals", messages.RevealOrder, messages.RevealTicket, "linkage.numbers.reveal")
def ask(order: messages.RevealOrder, caller: Caller) -> messages.RevealTicket:
    """開示の求め。"""
    wish = revealing.RevealWish(
        order.unified_addressee_number, order.number_right, order.case_number, order.reason, order.department
    )
    ticket = revealing.ask(wish, caller.basis(order.affair))
    return messages.RevealTicket(ticket.token, ticket.expires_at)


@door("reveals/redeem", messages.RevealClaim, messages.RevealedNumber, "linkage.numbers.reveal")
def redeem(claim: messages.RevealClaim, caller: Caller) -> messages.RevealedNumber:
    """開示の引換え。"""
    try:
        key = X25519PublicKey.from_public_bytes(b64decode(claim.answer_key, validate=True))
    except ValueError as failure:
        raise AnswerKeyUnreadable from failure
    person = claim.unified_addressee_number
    number = revealing.redeem(claim.token, unified_addressee_number=person, peer=caller.peer)
    sealed = seal_number(number.digits(), subject=person, sender=messages.LINKAGE, key=key, request=claim.token)
    return messages.RevealedNumber(messages.text_of(sealed))
