"""模擬のマイナポータルの答え方。自己情報の答えを受け取り、お知らせを載せ、取り消し、読まれたことを知らせる。"""

from collections.abc import Callable, Sequence
from typing import Any

from osame.contracts import portal
from osame.contracts.envelopes import Envelope, body_of
from osame.contracts.portal import NoticeCancel, NoticePost, NoticeState, SelfAnswer
from osame.contracts.strict import plain
from osame.network.portal.models import SimulatedNotice, SimulatedSelfRequest

Letter = tuple[Envelope, dict[str, Any]]
Answers = list[tuple[str, str, Any]]
Knows = Callable[[str, str], bool]
"""（機関、符号）の人がいるか。"""


def answer(letters: Sequence[Letter], knows: Knows) -> Answers:
    """届いた伝文に答える。同じお知らせには、いまの状況を答える。"""
    answers: Answers = []
    for each, body in letters:
        if each.kind == portal.SELF_ANSWER:
            _received(each.sender, body_of(SelfAnswer, body))
        elif each.kind == portal.NOTICE_POST:
            answers.append(_told(each.sender, *_posted(each.sender, body_of(NoticePost, body), knows)))
        elif each.kind == portal.NOTICE_CANCEL:
            answers.append(_told(each.sender, *_cancelled(each.sender, body_of(NoticeCancel, body))))
    return answers


def _received(institution: str, told: SelfAnswer) -> None:
    """求めた先からの答えを、一度だけ受け取る。"""
    SimulatedSelfRequest.objects.filter(pk=told.request_number, institution=institution, outcome="").update(
        outcome=told.outcome, answer=plain(told)
    )


def _posted(institution: str, told: NoticePost, knows: Knows) -> tuple[str, str]:
    """掲載する。いない人のものは載せない。"""
    if not knows(institution, told.symbol):
        return told.portal_notice_number, portal.NOBODY
    row, _ = SimulatedNotice.objects.get_or_create(
        institution=institution, portal_notice_number=told.portal_notice_number,
        defaults={
            "symbol": told.symbol, "title": told.title, "text": told.text, "shown_through": told.shown_through,
            "state": portal.POSTED,
        },
    )  # fmt: skip
    return told.portal_notice_number, str(row.state)


def _cancelled(institution: str, told: NoticeCancel) -> tuple[str, str]:
    """取り消す。もう読まれていれば、読まれたと答える。"""
    row, _ = SimulatedNotice.objects.get_or_create(
        institution=institution, portal_notice_number=told.portal_notice_number, defaults={"state": portal.CANCELLED}
    )
    if row.state == portal.POSTED:
        row.state, row.title, row.text = portal.CANCELLED, "", ""
        row.save(update_fields=["state", "title", "text"])
    return told.portal_notice_number, str(row.state)


def _told(institution: str, portal_notice_number: str, state: str) -> tuple[str, str, Any]:
    return institution, portal.NOTICE_STATE, NoticeState(portal_notice_number, state)
