"""団体内統合宛名の行い。付番、更新、番号の変更、削除。

One order is one transaction: the link, the stored number, the facts, the notice to the gateway, the note of the order and the
audit record come together or not at all. What a machine must not decide (a number that belongs to somebody whose facts
differ, a person whose number differs) is held for people: see `relinking`.
"""

from django.db import transaction
from django.db.models.functions import Now

from osame.contracts.linkage import BasicFacts, NumberingAnswer, NumberingOrder, SearchAnswer, SearchQuestion
from osame.contracts.personal_number import PersonalNumber, holds_personal_number
from osame.contracts.sealed import SealDoesNotOpen
from osame.kernel.refusals import Refusal
from osame.linkage.calling import Caller
from osame.linkage.identities import numbering, requests
from osame.linkage.identities.matching import ALL_FOUR, best_match
from osame.linkage.identities.models import IdentityFact, IdentityLink, NumberingRequest, Standing, UnifiedIdentity
from osame.linkage.identities.queries import UnknownIdentity, history_of
from osame.linkage.identities.requests import Act, Outcome
from osame.linkage.identities.suppressing import is_protected
from osame.linkage.legal_basis.queries import Basis
from osame.linkage.notices import actions as notices
from osame.linkage.numbers import actions as vault
from osame.platform.audit.recording import record

RESIDENT_REGISTER = "001"
FACT_NAMES = ("氏名", "住所", "性別", "生年月日")


class NotLinked(Refusal):
    """この宛名番号は、団体内統合宛名番号に紐付いていません。先に付番を依頼してください。"""


class DeletionNeedsReason(Refusal):
    """削除の理由がないか、理由に個人番号らしい数字があります。理由を書き直してください。"""


def number(order: NumberingOrder, caller: Caller) -> NumberingAnswer:
    """団体内統合宛名番号を付ける。同じ個人番号があれば、その番号に紐付ける。

    解釈: 個人番号のない依頼は断らずに待ち行列に置く。保持する4情報と四つとも一致しない紐付けは保留し、人が決める。

    要件: F34-01, F34-02
    """
    requests.refuse_unreadable(order)
    basis = caller.basis(order.affair)
    with transaction.atomic():
        requests.take_turn(order, caller.peer)
        if answer := requests.earlier_answer(Act.NUMBER, order, caller.peer):
            return answer
        return _noted(Act.NUMBER, order, caller, _number(order, caller, basis))


Judged = tuple[Outcome, str, int | None]


def _number(order: NumberingOrder, caller: Caller, basis: Basis) -> Judged:
    link = current_link(order)
    if not order.sealed:
        return Outcome.WITHOUT_NUMBER, link.unified_addressee_number if link else "", None
    given = _opened(order, caller)
    (found,) = vault.find([given], basis)
    if link is not None:
        if found is None or found.unified_addressee_number != link.unified_addressee_number:
            return Outcome.NUMBER_DIFFERS, link.unified_addressee_number, None
        learn(link.unified_addressee_number, order.facts, order)
        return Outcome.LINKED, link.unified_addressee_number, None
    if found is None:
        numbering.hold_counter()
        (found,) = vault.find([given], basis)  # 待つあいだに、同じ人の付番が済んだかもしれない
    if found is None:
        return Outcome.NUMBERED, _new_person(order, given, basis), None
    person = found.unified_addressee_number
    matching = _agreeing(order, person)
    if matching is None or matching < ALL_FOUR:
        return Outcome.FACTS_DIFFER, person, matching
    link_to(person, order)
    return Outcome.LINKED, person, matching


def _agreeing(order: NumberingOrder, person: str) -> int | None:
    """依頼と一致する情報の数。支援措置の対象者では比べず、人が決める。結末が、依頼の住所が当たりかどうかを教えてしまう。"""
    if is_protected(person):
        return None
    return best_match(order.facts, history_of(person)) or 0


def _new_person(order: NumberingOrder, given: PersonalNumber, basis: Basis) -> str:
    (person,) = numbering.allocate(1)
    numbering.register([person], business_id=order.business_id, origin=UnifiedIdentity.Origin.NUMBERED)
    vault.store([(person, given)], basis)
    link_to(person, order)
    notices.tell([person], notices.Kind.NUMBERED)
    return person


def update(order: NumberingOrder, caller: Caller) -> NumberingAnswer:
    """4情報を更新する。住民記録からの更新は常に、ほかの業務からは住登者でないときだけ効く。

    要件: F34-02
    """
    requests.refuse_unreadable(order)
    caller.basis(order.affair)
    with transaction.atomic():
        requests.take_turn(order, caller.peer)
        if answer := requests.earlier_answer(Act.UPDATE, order, caller.peer):
            return answer
        link = current_link(order)
        if link is None:
            raise NotLinked
        learn(link.unified_addressee_number, order.facts, order)
        return _noted(Act.UPDATE, order, caller, (Outcome.UPDATED, link.unified_addressee_number, None))


def change_number(order: NumberingOrder, caller: Caller) -> NumberingAnswer:
    """個人番号の変更を受ける。団体内統合宛名番号は変わらず、前の番号は履歴に残る。

    要件: F34-01
    """
    requests.refuse_unreadable(order)
    basis = caller.basis(order.affair)
    with transaction.atomic():
        requests.take_turn(order, caller.peer)
        if answer := requests.earlier_answer(Act.CHANGE, order, caller.peer):
            return answer
        return _noted(Act.CHANGE, order, caller, _change(order, caller, basis))


def _change(order: NumberingOrder, caller: Caller, basis: Basis) -> Judged:
    link = current_link(order)
    if link is None:
        raise NotLinked
    person = link.unified_addressee_number
    given = _opened(order, caller)
    numbering.hold_counter()
    (found,) = vault.find([given], basis)
    if found is not None and (found.unified_addressee_number != person or found.former):
        return Outcome.NUMBER_DIFFERS, person, None
    if found is None:
        matching = _agreeing(order, person)
        if matching is None or matching < ALL_FOUR:
            return Outcome.FACTS_DIFFER, person, matching
        vault.change(person, given, basis, kind=vault.Kind.CHANGED, changed_on=basis.as_of)
    return Outcome.CHANGED, person, None


def delete(person: str, caller: Caller, *, affair: str, reason: str) -> None:
    """団体内統合宛名を削除する。番号の暗号を消し、紐付けを解き、中間サーバーに知らせる。番号は使い回さない。

    要件: F34-01, F34-03
    """
    if not reason.strip() or holds_personal_number(reason):
        raise DeletionNeedsReason
    basis = caller.basis(affair)
    with transaction.atomic():
        live = UnifiedIdentity.objects.select_for_update().filter(pk=person, state=UnifiedIdentity.State.LIVE)
        if not live.exists():
            raise UnknownIdentity
        live.update(state=UnifiedIdentity.State.DELETED, deleted_at=Now())
        IdentityLink.objects.filter(unified_addressee_number=person, unlinked_at=None).update(unlinked_at=Now())
        IdentityFact.objects.filter(unified_addressee_number=person, superseded_at=None).update(superseded_at=Now())
        vault.erase(person, basis, reason=reason)
        notices.tell([person], notices.Kind.DELETED)
        record("団体内統合宛名を削除した", subjects=[person], fields=["個人番号", *FACT_NAMES])


def search(question: SearchQuestion, caller: Caller) -> SearchAnswer:
    """個人番号で探す（0320004）。

    要件: F34-01, F34-06
    """
    basis = caller.basis(question.affair)
    envelope = requests.envelope_of(question)
    given = requests.opened(
        envelope, subject=question.request_number, peer=caller.peer, request_number=question.request_number
    )
    with transaction.atomic():
        (found,) = vault.find([given], basis)
        person = found.unified_addressee_number if found else ""
        record("個人番号で探した", subjects=[person] if found else [], fields=["個人番号"])
    return SearchAnswer(person, former=bool(found and found.former))


def current_link(order: NumberingOrder | NumberingRequest) -> IdentityLink | None:
    """業務の宛名番号の、いまの紐付け。

    要件: F34-01
    """
    return IdentityLink.objects.filter(**requests.key_of(order), unlinked_at=None).first()


def link_to(person: str, order: NumberingOrder | NumberingRequest) -> None:
    """業務の宛名番号を紐付ける。

    要件: F34-01
    """
    IdentityLink.objects.create(unified_addressee_number=person, **requests.key_of(order), standing=order.standing)
    facts = order.facts if isinstance(order, NumberingOrder) else requests.facts_of(order)
    learn(person, facts, order)


def learn(person: str, facts: BasicFacts, order: NumberingOrder | NumberingRequest) -> None:
    """4情報を覚え、統合宛名フラグを立てる（0320003）。住登者の4情報は、住民記録だけが変えられる。

    要件: F34-02
    """
    UnifiedIdentity.objects.select_for_update().get(pk=person)  # 更新は一つずつ
    links = IdentityLink.objects.filter(unified_addressee_number=person, unlinked_at=None)
    resident = links.filter(business_id=RESIDENT_REGISTER, standing=Standing.REGISTERED)
    trusted = order.business_id == RESIDENT_REGISTER or (
        order.standing != Standing.REGISTERED and not resident.exclude(**requests.key_of(order)).exists()
    )
    links.filter(**requests.key_of(order)).update(standing=order.standing, is_unified=trusted)
    believed = IdentityFact.objects.filter(unified_addressee_number=person, superseded_at=None).first()
    if believed and (not trusted or (believed.name, believed.address, believed.sex, believed.born_on) == (facts.name, facts.address, facts.sex, facts.born_on)):  # fmt: skip
        return
    IdentityFact.objects.filter(unified_addressee_number=person, superseded_at=None).update(superseded_at=Now())
    IdentityFact.objects.create(
        unified_addressee_number=person, name=facts.name, address=facts.address, sex=facts.sex, born_on=facts.born_on,
        business_id=order.business_id,
    )  # fmt: skip


def _opened(order: NumberingOrder, caller: Caller) -> PersonalNumber:
    if not order.sealed:
        raise SealDoesNotOpen
    return requests.opened(
        requests.envelope_of(order),
        subject=order.addressee_number,
        peer=caller.peer,
        request_number=order.request_number,
    )


def _noted(act: Act, order: NumberingOrder, caller: Caller, judged: Judged) -> NumberingAnswer:
    outcome, person, matching = judged
    row = requests.note(act, order, caller, outcome, person=person, matching=matching)
    if person and outcome in {Outcome.NUMBERED, Outcome.LINKED}:
        requests.settle_waiting(order, outcome, person=person)
    record(
        f"{act.label}の依頼に応じた",
        subjects=[each for each in (person, order.addressee_number) if each],
        fields=["個人番号", *FACT_NAMES] if order.sealed else FACT_NAMES,
        detail={"事務": order.affair, "業務": order.business_id, "結末": outcome.label},
    )
    return requests.answer_of(row)
