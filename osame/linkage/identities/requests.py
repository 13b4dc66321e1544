"""付番依頼を受け付け、控え、繰返しを見分ける。"""

import hashlib
import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from uuid import UUID, uuid4

from django.db.models.functions import Now

from osame.contracts.linkage import BasicFacts, NumberingAnswer, NumberingOrder, SearchQuestion
from osame.contracts.personal_number import PersonalNumber, holds_personal_number
from osame.contracts.sealed import SealDoesNotOpen, key_name_of, open_number
from osame.contracts.strict import plain
from osame.kernel.refusals import Refusal
from osame.linkage.calling import Caller
from osame.linkage.identities.models import IdentityLink, NumberingRequest, Standing
from osame.linkage.numbers.keys import keyring
from osame.platform.database import fetch_one

Act = NumberingRequest.Act
Outcome = NumberingRequest.Outcome
LONGEST_WORD = 64
LONGEST_NAME, LONGEST_ADDRESS = 200, 500
PERSONAL_NUMBER_DIGITS = 12


class OrderUnreadable(Refusal):
    """依頼の項目が約束の形ではありません。業務ID、宛名番号、住民状態、4情報を確かめて、送り直してください。"""


class NumberInOrder(Refusal):
    """封筒のほかの項目に、個人番号らしい数字があります。個人番号は封筒にだけ入れて、送り直してください。"""


class SameRequestOtherContent(Refusal):
    """同じ依頼番号で、中身の違う依頼をすでに受けています。新しい依頼番号で送ってください。"""


def refuse_unreadable(order: NumberingOrder) -> None:
    """形の違う依頼と、封筒の外に番号のある依頼を断る。値は、断りに添えない。"""
    names = (order.request_number, order.affair)
    if order.standing not in Standing.values or not names[0].strip() or max(map(len, names)) > LONGEST_WORD:
        raise OrderUnreadable
    refuse_unreadable_row(
        order.business_id, order.scheme_id, order.addressee_number, order.facts, also=" | ".join(names)
    )


def refuse_unreadable_row(
    business_id: str, scheme_id: str, addressee_number: str, facts: BasicFacts, *, also: str = ""
) -> None:
    """宛名番号と4情報の形を確かめ、封筒の外に番号があれば断る。"""
    if not (
        re.fullmatch(r"[0-9A-Za-z]{3}", business_id)
        and re.fullmatch(r"[0-9A-Za-z]{3}", scheme_id)
        and re.fullmatch(r"[0-9]{1,15}", addressee_number)
        and facts.sex in {"0", "1", "2"}
        and facts.name.strip()
        and len(facts.name) <= LONGEST_NAME
        and len(facts.address) <= LONGEST_ADDRESS
        and "\0" not in facts.name + facts.address + also
    ):
        raise OrderUnreadable
    if any(map(holds_personal_number, (also, facts.name, facts.address))) or _looks_like_a_number(addressee_number):
        raise NumberInOrder


def _looks_like_a_number(addressee_number: str) -> bool:
    """欄を取り違えた個人番号か。宛名番号が12桁の団体では見分けられないので、15桁に右詰めして送ってもらう。"""
    return len(addressee_number) == PERSONAL_NUMBER_DIGITS and holds_personal_number(addressee_number)


def hash_of(act: Act, order: NumberingOrder) -> str:
    """依頼の中身のハッシュ。"""
    text = json.dumps([act, plain(order)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def take_turn(order: NumberingOrder, peer: str) -> None:
    """同じ依頼と、同じ宛名番号の依頼は、一つずつ行う。"""
    for text in (f"request|{peer}|{order.request_number}", "|".join(("link", *key_of(order).values()))):
        fetch_one("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [text])


def key_of(order: NumberingOrder | NumberingRequest) -> dict[str, str]:
    """業務の宛名番号の鍵。"""
    return {
        "business_id": order.business_id,
        "scheme_id": order.scheme_id,
        "addressee_number": order.addressee_number,
    }


def earlier_answer(act: Act, order: NumberingOrder, peer: str) -> NumberingAnswer | None:
    """前に同じ依頼に答えていれば、その答え。同じ番号で中身が違えば断る。"""
    row = NumberingRequest.objects.filter(peer=peer, request_number=order.request_number).first()
    if row is None:
        return None
    if row.content_hash != hash_of(act, order):
        raise SameRequestOtherContent
    return answer_of(row)


def answer_of(row: NumberingRequest) -> NumberingAnswer:
    """控えた依頼の答え。"""
    person = row.unified_addressee_number
    return NumberingAnswer(
        row.request_number, row.outcome, person, duplicate=bool(person) and has_duplicate(row, person)
    )


def has_duplicate(order: NumberingOrder | NumberingRequest, person: str) -> bool:
    """同じ業務に、同じ人の宛名番号がほかにもあるか。"""
    same = IdentityLink.objects.filter(
        unified_addressee_number=person, business_id=order.business_id, scheme_id=order.scheme_id, unlinked_at=None
    )
    return same.exclude(addressee_number=order.addressee_number).exists()


def envelope_of(order: NumberingOrder | SearchQuestion) -> bytes:
    """伝文の封筒。"""
    try:
        return b64decode(order.sealed, validate=True)
    except (NotBase64, ValueError) as failure:
        raise SealDoesNotOpen from failure


def opened(envelope: bytes, *, subject: str, peer: str, request_number: str) -> PersonalNumber:
    """封筒を開ける。送り手が、依頼番号の決まる前に封をしたものも開ける。"""
    keys = keyring().sealing_keys
    try:
        return open_number(envelope, subject=subject, sender=peer, keys=keys, request=request_number)
    except SealDoesNotOpen:
        return open_number(envelope, subject=subject, sender=peer, keys=keys)


def note(act: Act, order: NumberingOrder, caller: Caller, outcome: Outcome, *, person: str = "", matching: int | None = None) -> NumberingRequest:  # fmt: skip
    """依頼と結末を控える。封筒は、まだ決まらない依頼にだけ残す。"""
    held = outcome in {Outcome.FACTS_DIFFER, Outcome.NUMBER_DIFFERS}
    envelope = envelope_of(order) if held else None
    return NumberingRequest.objects.create(
        request_id=uuid4(),
        peer=caller.peer,
        act=act,
        request_number=order.request_number,
        **key_of(order),
        standing=order.standing,
        name=order.facts.name,
        address=order.facts.address,
        sex=order.facts.sex,
        born_on=order.facts.born_on,
        affair=order.affair,
        envelope=envelope,
        sealing_key=key_name_of(envelope).hex() if envelope else "",
        content_hash=hash_of(act, order),
        outcome=outcome,
        unified_addressee_number=person,
        matching_facts=matching,
        decided_at=None if held or outcome == Outcome.WITHOUT_NUMBER else Now(),
    )


def settle(row_id: UUID, outcome: Outcome, *, person: str = "") -> None:
    """保留していた依頼を決める。封筒は捨てる。"""
    NumberingRequest.objects.filter(pk=row_id).update(
        outcome=outcome, unified_addressee_number=person, envelope=None, sealing_key="", decided_at=Now()
    )


def settle_waiting(order: NumberingOrder | NumberingRequest, outcome: Outcome, *, person: str) -> None:
    """個人番号を待っていた同じ宛名番号の依頼を、決まったものにする。"""
    NumberingRequest.objects.filter(**key_of(order), outcome=Outcome.WITHOUT_NUMBER).update(
        outcome=outcome, unified_addressee_number=person, decided_at=Now()
    )


def facts_of(row: NumberingRequest) -> BasicFacts:
    """控えた依頼の4情報。"""
    return BasicFacts(row.name, row.address, row.sex, row.born_on)
