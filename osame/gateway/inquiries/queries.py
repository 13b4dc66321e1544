"""情報照会の照会。状況、内容、結果。照会した業務システムにだけ答える。"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from osame.gateway.inquiries.actions import AnswerErased, NoSuchInquiry, NotTheAsker, NotYetAnswered, State
from osame.gateway.inquiries.models import Cancellation, InformationInquiry, InquiryStep
from osame.gateway.inquiries.stepping import ANSWER_KEY
from osame.platform.database import fetch_all
from osame.platform.secret_keys import unseal

ENDED_WITHOUT_ANSWER = (State.REFUSED, State.CANCELLED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Result:
    """照会の結果。 items: 提供された項目。なければ空。"""

    inquiry: InformationInquiry
    items: dict[str, str]


def of_system(record_keys: Sequence[str], system: str) -> dict[str, InformationInquiry]:
    """その業務システムの照会。

    要件: F35-02
    """
    rows = InformationInquiry.objects.filter(system=system, record_key__in=list(record_keys))
    return {str(each.record_key): each for each in rows}


def result(row: InformationInquiry | None, *, case: str) -> Result:
    """照会の結果。照会した事案の受付番号でだけ開く。

    要件: F35-02
    """
    if row is None:
        raise NoSuchInquiry
    if case != row.case_number:
        raise NotTheAsker
    if row.state in ENDED_WITHOUT_ANSWER:
        return Result(row, {})
    if row.state not in {State.ANSWERED, State.DELIVERED}:
        raise NotYetAnswered
    if row.answer is None:
        if row.outcome == "01":
            raise AnswerErased
        return Result(row, {})
    return Result(row, json.loads(unseal(ANSWER_KEY, bytes(row.answer), owner=str(row.inquiry_number))))


def cancellations(numbers: Sequence[str]) -> dict[str, Cancellation]:
    """取りやめの求めの、最後のもの。"""
    rows = Cancellation.objects.filter(inquiry_number__in=list(numbers)).order_by("cancellation_id")
    return {str(each.inquiry_number): each for each in rows}


def counts() -> list[tuple[str, str, int]]:
    """状態ごとの件数と、符号。"""
    rows = fetch_all("SELECT state, count(*) FROM information_inquiry GROUP BY 1 ORDER BY 1")
    return [(row[0], State(row[0]).label, int(row[1])) for row in rows]


def listed(states: Sequence[str], *, seen: Q, size: int = 100) -> list[InformationInquiry]:
    """照会を、新しい順に。 seen: 見てよい事務の行を選ぶ条件。"""
    rows = InformationInquiry.objects.filter(seen, state__in=list(states))
    return list(rows.defer("answer").order_by("-registered_at", "inquiry_number")[:size])


def one(number: str) -> tuple[InformationInquiry, list[InquiryStep]]:
    """一件と、その段。回答の中身は見せない。"""
    row = InformationInquiry.objects.defer("answer").filter(pk=number).first()
    if row is None:
        raise NoSuchInquiry(number)
    return row, list(InquiryStep.objects.filter(inquiry_number=number).order_by("step_id"))
