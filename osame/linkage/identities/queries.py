"""団体内統合宛名の照会。番号の変換、4情報と履歴、重複、決めるべき依頼。"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from osame.contracts.linkage import (
    BasicFacts,
    ConversionAnswer,
    ConversionQuestion,
    Converted,
    IdentityAnswer,
    KnownLink,
    NotConverted,
)
from osame.contracts.strict import plain
from osame.kernel.refusals import Refusal
from osame.linkage.identities import suppressing
from osame.linkage.identities.models import IdentityFact, IdentityLink, NumberingRequest, UnifiedIdentity
from osame.linkage.legal_basis.queries import Basis
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

MOST_AT_ONCE = 10_000
FACT_FIELDS = ("氏名", "住所", "性別", "生年月日")
Outcome = NumberingRequest.Outcome
OPEN = (Outcome.WITHOUT_NUMBER, Outcome.FACTS_DIFFER, Outcome.NUMBER_DIFFERS)


class UnknownIdentity(Refusal):
    """その団体内統合宛名番号はありません。番号を確かめてください。"""


class BusinessUnreadable(Refusal):
    """業務IDと独自施策IDは、3桁の英数字で指定してください。"""


class TooManyAtOnce(Refusal):
    """一度に変換できるのは1万件までです。分けて求めてください。"""


def history_of(person: str) -> list[BasicFacts]:
    """信じたことのある4情報。新しい順に。"""
    rows = IdentityFact.objects.filter(unified_addressee_number=person).order_by("-fact_id")
    return [BasicFacts(row.name, row.address, row.sex, row.born_on) for row in rows]


def identity(person: str, basis: Basis) -> IdentityAnswer:
    """団体内統合宛名の4情報と履歴、紐付けを開く（中間サーバー端末の表示）。開いたことを記録する。

    支援措置の対象者の居場所は、どの相手システムにも伏せる。

    要件: F34-06, F27-01
    """
    del basis  # 確かめてあることが、呼べる条件
    with transaction.atomic():
        found = UnifiedIdentity.objects.filter(pk=person).first()
        if found is None:
            raise UnknownIdentity
        facts = list(IdentityFact.objects.filter(unified_addressee_number=person).order_by("-fact_id"))
        links = IdentityLink.objects.filter(unified_addressee_number=person, unlinked_at=None).order_by("link_id")
        choice = suppressing.choice_for(person)
        opened = [name for name in FACT_FIELDS if choice.opens_everything or name != "住所"]
        record("団体内統合宛名を開いた", subjects=[person], fields=opened)
        known = [KnownLink(row.business_id, row.scheme_id, row.addressee_number, row.is_unified) for row in links]
        answer = IdentityAnswer(
            person,
            deleted=found.state == UnifiedIdentity.State.DELETED,
            protected=not choice.opens_everything,
            history=suppressing.shown_history(facts, choice),
            links=suppressing.shown_links(known, choice),
        )
        if answer.protected:
            suppressing.hidden_values(person, facts).refuse_in(json.dumps(plain(answer), ensure_ascii=False))
    return answer


TO_UNIFIED = """
SELECT given.i, given.number, l.unified_addressee_number FROM unnest(%(numbers)s::text[]) WITH ORDINALITY AS given(number, i)
LEFT JOIN identity_link l ON l.business_id = %(business)s AND l.scheme_id = %(scheme)s
    AND l.addressee_number = given.number AND l.unlinked_at IS NULL
ORDER BY given.i
"""
FROM_UNIFIED = """
SELECT given.i, given.number, l.addressee_number, u.unified_addressee_number IS NOT NULL, count(*) OVER (PARTITION BY given.i)
FROM unnest(%(numbers)s::text[]) WITH ORDINALITY AS given(number, i)
LEFT JOIN unified_identity u ON u.unified_addressee_number = given.number AND u.state = '1'
LEFT JOIN identity_link l ON l.unified_addressee_number = given.number AND l.business_id = %(business)s
    AND l.scheme_id = %(scheme)s AND l.unlinked_at IS NULL
ORDER BY given.i, l.addressee_number
"""


def convert(question: ConversionQuestion, basis: Basis) -> ConversionAnswer:
    """宛名番号と団体内統合宛名番号を、まとめて変換する。変換できない行は一覧にし、ほかの行は通す。

    One statement for the whole batch. Back from a unified number with several addressee numbers in that business there is
    no one answer: such a row is an error, never a guess.

    要件: F34-04
    """
    del basis
    if not all(re.fullmatch("[0-9A-Za-z]{3}", code) for code in (question.business_id, question.scheme_id)):
        raise BusinessUnreadable
    if len(question.numbers) > MOST_AT_ONCE:
        raise TooManyAtOnce(f"{len(question.numbers):,}件")
    values = {"numbers": list(question.numbers), "business": question.business_id, "scheme": question.scheme_id}
    with transaction.atomic():
        if question.to_unified:
            judged = _judged_to_unified(fetch_all(TO_UNIFIED, values))
        else:
            judged = _judged_from_unified(fetch_all(FROM_UNIFIED, values))
        lines = list(judged)
        converted = tuple(line for line in lines if isinstance(line, Converted))
        errors = tuple(line for line in lines if isinstance(line, NotConverted))
        record(
            "番号を変換した",
            subjects=[line.found if question.to_unified else line.given for line in converted],
            fields=["団体内統合宛名番号"],
            detail={"業務": question.business_id, "変換": len(converted), "エラー": len(errors)},
        )
    return ConversionAnswer(converted, errors)


def _judged_to_unified(rows: Iterable[tuple[int, str, str | None]]) -> Iterable[Converted | NotConverted]:
    for line, given, found in rows:
        yield Converted(line, given, found) if found else NotConverted(line, "紐付いていない宛名番号です")


def _judged_from_unified(rows: Iterable[tuple[int, str, str | None, bool, int]]) -> Iterable[Converted | NotConverted]:
    seen = set()
    for line, given, found, known, count in rows:
        if line in seen:
            continue
        seen.add(line)
        if found and count == 1:
            yield Converted(line, given, found)
        elif found:
            yield NotConverted(line, f"この業務に宛名番号が{count}件あり、一つに決められません")
        else:
            reason = "この業務の宛名番号がありません" if known else "団体内統合宛名番号がありません"
            yield NotConverted(line, reason)


def _seen(statement: str) -> list[tuple[Any, ...]]:
    with transaction.atomic():  # 目的は取引が運ぶ
        return fetch_all(statement)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """同じ人が、一つの業務に二つ以上の宛名番号を持つもの。"""

    unified_addressee_number: str
    business_id: str
    scheme_id: str
    addressee_numbers: tuple[str, ...]


def duplicates() -> Sequence[Duplicate]:
    """重複登録の一覧。"""
    rows = _seen(
        "SELECT unified_addressee_number, business_id, scheme_id, array_agg(addressee_number::text ORDER BY addressee_number) "
        "FROM identity_link WHERE unlinked_at IS NULL GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1, 2, 3"
    )
    return [Duplicate(person, business, scheme, tuple(numbers)) for person, business, scheme, numbers in rows]


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """決めるべき依頼。"""

    request_id: str
    outcome: str
    business_id: str
    addressee_number: str
    unified_addressee_number: str
    matching_facts: int | None
    received_at: datetime


def open_requests() -> list[OpenRequest]:
    """個人番号待ちと、保留した依頼。古い順に。

    支援措置の対象者では、一致の数を見せない。依頼の住所と合うかどうかが、居場所を語る。
    """
    with transaction.atomic():  # 目的は取引が運ぶ
        rows = list(NumberingRequest.objects.filter(outcome__in=OPEN).order_by("received_at", "request_id"))
        protected = suppressing.protected_people(row.unified_addressee_number for row in rows)
    return [
        OpenRequest(
            str(row.request_id), Outcome(row.outcome).label, row.business_id, row.addressee_number,
            row.unified_addressee_number,
            None if row.unified_addressee_number in protected else row.matching_facts, row.received_at,
        )
        for row in rows
    ]  # fmt: skip
