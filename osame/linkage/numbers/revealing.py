"""番号の開示。理由を添えて求め、引換券を受け取り、30秒のうちに一度だけ見る。

A ticket is bound to officer, asking system and subject. Redeeming it, its audit record and the reading of the ciphertext
are one transaction; the database itself lets a ticket be used once.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from osame.contracts.personal_number import PersonalNumber, holds_personal_number
from osame.kernel.refusals import Refusal
from osame.linkage.legal_basis.queries import Basis
from osame.linkage.numbers.actions import NoNumberStored, place_of
from osame.linkage.numbers.keys import keyring
from osame.platform import gate
from osame.platform.audit.recording import Outcome, record
from osame.platform.database import fetch_all, fetch_one

LIFETIME = timedelta(seconds=30)
FIELDS = ("個人番号",)


class RevealNeedsReason(Refusal):
    """番号を見るには、利用権限、受付番号、理由が要ります。三つとも入力してください。"""


class NumberInText(Refusal):
    """理由や受付番号に、個人番号らしい数字があります。番号を消してから、もう一度入力してください。"""


class TicketNotValid(Refusal):
    """引換券が使えません。一度使ったか、期限を過ぎたか、ほかの職員・ほかの人の引換券です。もう一度求めてください。"""


@dataclass(frozen=True, slots=True)
class Ticket:
    """引換券。"""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RevealWish:
    """開示の求め。誰の番号を、どの権限で、何のために。"""

    unified_addressee_number: str
    number_right: str
    case_number: str
    reason: str
    department: str = ""


def ask(wish: RevealWish, basis: Basis) -> Ticket:
    """開示を求める。引換券を返す。

    要件: F34-06, F34-08
    """
    now = gate.required()
    told = (wish.number_right, wish.case_number, wish.reason)
    if not all(text.strip() for text in told):
        raise RevealNeedsReason
    if any(map(holds_personal_number, (*told, wish.department))):
        raise NumberInText
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        if fetch_one("SELECT vault_holds(%s)", [wish.unified_addressee_number]) != (True,):
            raise NoNumberStored
        (expires_at,) = fetch_one(
            "INSERT INTO reveal (reveal_id, token_hash, unified_addressee_number, peer, officer, department, number_right, "
            "affair, purpose, case_number, reason, requested_at, expires_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), now() + %s) RETURNING expires_at",
            [uuid4(), _hash(token), wish.unified_addressee_number, basis.peer, now.officer,
             wish.department or now.department, *told[:1], basis.affair, basis.purpose, *told[1:], LIFETIME],
        )  # fmt: skip
        _recorded("番号の開示を求めた", wish.unified_addressee_number, basis.peer)
    return Ticket(token, expires_at)


def redeem(token: str, *, unified_addressee_number: str, peer: str) -> PersonalNumber:
    """引換券を引き換え、番号を一度だけ示す。断ったことも記録する。

    要件: F34-06, F34-08
    """
    officer = gate.required().officer
    with transaction.atomic():
        rows = fetch_all(
            "SELECT number_id, ciphertext FROM vault_redeem(%s, %s, %s, %s)",
            [_hash(token), peer, officer, unified_addressee_number],
        )
        if rows:
            number = _opened(unified_addressee_number, *rows[0])
            _recorded("番号を開示した", unified_addressee_number, peer)
            return number
        _recorded("番号の開示を断った", "", peer, outcome=Outcome.REFUSED)  # 求められた番号は、確かでないので残さない
    raise TicketNotValid


def _opened(person: str, number_id: UUID, ciphertext: bytes) -> PersonalNumber:
    ring = keyring()
    return ring.cipher.decrypt(bytes(ciphertext), place_of(ring.tenant, person, number_id))


def _recorded(act: str, person: str, peer: str, outcome: Outcome = Outcome.DONE) -> None:
    record(act, subjects=[person] if person else [], fields=FIELDS, outcome=outcome, detail={"求めたシステム": peer})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
