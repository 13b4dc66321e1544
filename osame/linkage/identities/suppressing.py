"""連携サーバーの答えの抑止。支援措置の対象者の居場所は、どの相手システムにも答えない。

Linkage believes the four facts of everybody, so every answer passes the suppression decision here. No peer has the right to
see where a protected person lives, the gateway neither (F34-06 X: 支援措置の非表示). A person is protected as soon as one
addressee that is or ever was linked to them is: a number that was linked by mistake has left its address in the history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise

from osame.contracts.linkage import BasicFacts, KnownFacts, KnownLink
from osame.linkage.identities.models import IdentityFact
from osame.platform import gate
from osame.platform.database import fetch_all
from osame.platform.suppression.decision import Decision, Reader, ReaderKind, Subject, decision
from osame.platform.suppression.facts import hides, suppressed
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

PROTECTED = """
SELECT DISTINCT l.unified_addressee_number FROM identity_link l JOIN suppressed_addressee s USING (addressee_number)
WHERE s.suppressed AND l.unified_addressee_number = ANY(%s)
"""


def protected_people(people: Iterable[str]) -> set[str]:
    """このうち、支援措置などで居場所を伏せる人。"""
    return {person for (person,) in fetch_all(PROTECTED, [list(people)])}


def is_protected(person: str) -> bool:
    """居場所を伏せる人か。"""
    return bool(person) and bool(protected_people([person]))


def choice_for(person: str) -> Decision:
    """この人の何を、求めてきた相手システムに伏せるか。居場所を見る権限のある相手システムはない。

    要件: F34-06, F27-01
    """
    reader = Reader(ReaderKind.PEER_SYSTEM, purpose=gate.required().purpose)
    return decision(reader, Subject(person, protected=is_protected(person)))


def shown_history(facts: Iterable[IdentityFact], choice: Decision) -> tuple[KnownFacts, ...]:
    """見せてよい4情報の履歴。伏せるときは、いつ・どこから・何度変わったかも、居場所を語るので見せない。"""
    history = [
        KnownFacts(_facts(row, choice), row.business_id, row.recorded_at, row.superseded_at)
        if choice.opens_everything
        else KnownFacts(_facts(row, choice), "", None, None)
        for row in facts
    ]
    if choice.opens_everything:
        return tuple(history)
    return tuple(history[:1] + [later for earlier, later in pairwise(history) if later != earlier])


def shown_links(links: Iterable[KnownLink], choice: Decision) -> tuple[KnownLink, ...]:
    """見せてよい紐付け。統合宛名フラグは住民状態から決まるので、伏せるときは空にする。"""
    hidden = hides("standing", choice)
    return tuple(
        KnownLink(each.business_id, each.scheme_id, each.addressee_number, unified=None if hidden else each.unified)
        for each in links
    )


def hidden_values(person: str, facts: Sequence[IdentityFact]) -> HiddenValues:
    """出来上がった答えに現れてはならない値。覚えたことのある住所のすべて。"""
    return HiddenValues((person, text) for row in facts for text in texts_of({"address": row.address}))


def _facts(row: IdentityFact, choice: Decision) -> BasicFacts:
    known = asdict(BasicFacts(row.name, row.address, row.sex, row.born_on))
    return BasicFacts(**suppressed(known, choice))
