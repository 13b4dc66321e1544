"""お知らせ。業務から受け、マイナポータルに載せ、取り消し、状況を受ける。一段ずつ書き、どこで止まっても続きから行う。

One business system's record key is one notice for ever, as with inquiries. A notice is sent until the portal tells its state; whichever of
a reading and a cancellation comes first at the portal wins, and the other is told so.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from osame.contracts import portal
from osame.contracts.certificates import Certificate
from osame.contracts.envelopes import body_of
from osame.contracts.portal import MY_PORTAL, NOTICE_CANCEL, NOTICE_POST, NOTICE_STATE, NoticeCancel, NoticePost
from osame.gateway.affair_rights.queries import Deed, Officer, affairs_of
from osame.gateway.messaging.registry import ACCEPTED, ALREADY, Letter, Outgoing, Verdict, handles, refused, sends
from osame.gateway.portal.models import PortalNotice
from osame.gateway.symbols.actions import SymbolNotObtained, longest_pause, retry_seconds
from osame.gateway.symbols.queries import obtained, symbols
from osame.gateway.trust import parties
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.audit.recording import record
from osame.platform.database import at_once, run_sql
from osame.platform.secret_keys import seal, unseal

KEY = "gateway-notice"
GIVE_UP_SECONDS = 7 * 86_400
State = PortalNotice.State
NEXT = {
    portal.POSTED: ((State.SENT,), State.POSTED, ""),
    portal.READ: ((State.SENT, State.POSTED, State.CANCELLING), State.READ, ""),
    portal.CANCELLED: ((State.CANCELLING,), State.CANCELLED, ""),
    portal.NOBODY: ((State.SENT, State.CANCELLING), State.NOBODY, "マイナポータルに、その人がいません。"),
}
"""知らされた状況 → 移れる前の状態、移った後の状態、わけ。"""


class NoticeKeyUsed(Refusal):
    """「レコード識別番号」が既に存在しています。内容の違うお知らせには、別の番号を付けてください。"""


class NoSuchNotice(Refusal):
    """そのお知らせはありません。レコード識別番号と、送信を頼んだ業務システムを確かめてください。"""


class NoticeReadAlready(Refusal):
    """お知らせが先に読まれたため、取り消せません。"""


class NoticeOver(Refusal):
    """このお知らせは、もう終わっています。状況を確かめてください。"""


class NoticeShownTooShort(Refusal):
    """掲載の最終日が過ぎています。今日以後の日にしてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """お知らせの内容。"""

    record_key: str
    affair: str
    item: str = ""
    addressee: str = ""
    unified: str
    title: str
    text: str
    shown_through: date

    def content_hash(self) -> str:
        """内容のハッシュ。"""
        return hashlib.sha256(json.dumps(asdict(self), ensure_ascii=False, default=str).encode()).hexdigest()


def register(notice: Notice, *, by: Officer, at: datetime) -> PortalNotice:
    """お知らせを受け付ける。同じ番号と内容なら、何度頼んでも一つ。

    要件: F35-11, F35-09
    """
    number = hashlib.sha256(f"OSR\0{bodies.current().institution}\0{by.system}\0{notice.record_key}".encode())
    with transaction.atomic():
        affairs_of(by.system, [by.number], Deed.ORDER, on=at.date()).refuse(by, notice.affair, notice.item)
        known = PortalNotice.objects.filter(system=by.system, record_key=notice.record_key).first()
        if known is not None:
            if known.content_hash != notice.content_hash():
                raise NoticeKeyUsed(notice.record_key)
            return known
        if notice.shown_through < at.date():
            raise NoticeShownTooShort(notice.shown_through.isoformat())
        if notice.unified not in at_once(obtained([notice.unified]))[0]:
            raise SymbolNotObtained
        give_up = at + timedelta(seconds=bodies.current().terms.get("give_up_seconds", GIVE_UP_SECONDS))
        text = json.dumps([notice.title, notice.text], ensure_ascii=False)
        made = PortalNotice.objects.create(
            portal_notice_number=number.hexdigest()[:40], system=by.system, record_key=notice.record_key,
            content_hash=notice.content_hash(), department=by.department, officer=by.number, affair=notice.affair,
            item=notice.item, addressee_number=notice.addressee, unified_addressee_number=notice.unified,
            content=seal(KEY, text, owner=number.hexdigest()[:40]), shown_through=notice.shown_through,
            registered_at=at, next_attempt_at=at, give_up_at=give_up,
        )  # fmt: skip
        record("お知らせを受け付けた", subjects=[notice.unified], detail={"事務": notice.affair})
    return made


def cancel(record_key: str, *, system: str, at: datetime) -> PortalNotice:
    """お知らせを取り消す。まだ送っていなければその場で、送っていればマイナポータルに頼む。読まれていれば断る。

    要件: F35-11
    """
    with transaction.atomic():
        row = PortalNotice.objects.select_for_update().filter(system=system, record_key=record_key).first()
        if row is None:
            raise NoSuchNotice(record_key)
        if row.state == State.READ:
            raise NoticeReadAlready
        if row.state in {State.NOBODY, State.FAILED}:
            raise NoticeOver(State(row.state).label)
        if row.state in {State.REGISTERED, State.SENT, State.POSTED}:
            row.state = State.CANCELLED if row.state == State.REGISTERED else State.CANCELLING
            row.next_attempt_at = at if row.state == State.CANCELLING else None
            row.attempts, row.changed_at = 0, at
            row.save(update_fields=["state", "next_attempt_at", "attempts", "changed_at"])
            record("お知らせの取消しを受け付けた", subjects=[str(row.unified_addressee_number)])
    return row


def of_system(record_key: str, system: str) -> PortalNotice:
    """その業務システムのお知らせ。

    要件: F35-11
    """
    row = PortalNotice.objects.filter(system=system, record_key=record_key).first()
    if row is None:
        raise NoSuchNotice(record_key)
    return row


@sends
def give_up(now: datetime, _limit: int) -> list[Outgoing]:
    """期限までに掲載も取消しも知らされなかったお知らせを、わけを付けて終わらせる。伝文は出さない。"""
    run_sql(
        "UPDATE portal_notice SET state = 'E', reason = '期限までに、マイナポータルから答えがありませんでした。', changed_at = %s, "
        "next_attempt_at = NULL WHERE state IN ('1', '2', '5') AND give_up_at <= %s",
        [now, now],
    )
    return []


@sends
def due_notices(now: datetime, limit: int) -> list[Outgoing]:
    """送るべき掲載と取消し。状況を知らされるまで、間を倍にしながら送り直す。"""
    waiting = PortalNotice.objects.select_for_update(skip_locked=True).filter(
        state__in=[State.REGISTERED, State.SENT, State.CANCELLING], next_attempt_at__lte=now
    )
    rows = list(waiting.order_by("next_attempt_at")[:limit])
    if not rows:
        return []
    to, opened = parties.certificate_of(MY_PORTAL), symbols([str(each.unified_addressee_number) for each in rows])
    lost = [str(each.pk) for each in rows if each.unified_addressee_number not in opened]
    PortalNotice.objects.filter(pk__in=lost).update(
        state=State.FAILED, reason="送る前に、符号が失効しました。", changed_at=now, next_attempt_at=None
    )
    sending = [each for each in rows if str(each.pk) not in lost]
    run_sql(
        "UPDATE portal_notice SET state = CASE WHEN state = '1' THEN '2' ELSE state END, attempts = attempts + 1, changed_at = "
        "CASE WHEN state = '1' THEN %s ELSE changed_at END, next_attempt_at = %s + least(%s * power(2, attempts), %s) "
        "* interval '1 second' WHERE portal_notice_number = ANY(%s)",
        [now, now, retry_seconds(), longest_pause(), [each.pk for each in sending]],
    )
    return [_outgoing(each, opened[str(each.unified_addressee_number)], to) for each in sending]


def _outgoing(row: PortalNotice, symbol: str, to: Certificate) -> Outgoing:
    number = str(row.portal_notice_number)
    if row.state == State.CANCELLING:
        return Outgoing(NOTICE_CANCEL, to, number, NoticeCancel(number))
    title, text = words_of(row)
    return Outgoing(NOTICE_POST, to, number, NoticePost(number, symbol, title, text, row.shown_through))


def words_of(row: PortalNotice) -> tuple[str, str]:
    """件名と本文。消した後は空。"""
    if row.content is None:
        return "", ""
    title, text = json.loads(unseal(KEY, bytes(row.content), owner=str(row.portal_notice_number)))
    return str(title), str(text)


@handles(NOTICE_STATE)
def states(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """マイナポータルからの、お知らせの状況。

    要件: F35-11
    """
    told = [body_of(portal.NoticeState, each.body) for each in letters]
    rows = {
        str(each.pk): each
        for each in PortalNotice.objects
        .select_for_update()
        .filter(pk__in=[x.portal_notice_number for x in told])
        .order_by("pk")
    }
    return [
        _moved(rows.get(state.portal_notice_number), letter, state.state, now)
        for letter, state in zip(letters, told, strict=True)
    ]


def _moved(row: PortalNotice | None, letter: Letter, told: str, now: datetime) -> Verdict:
    if letter.envelope.sender != MY_PORTAL:
        return refused("マイナポータルからの知らせではありません")
    if row is None or told not in NEXT:
        return refused("お知らせが見つからないか、状況が分かりません")
    before, after, reason = NEXT[told]
    if row.state not in before:
        return ALREADY
    if row.state == State.CANCELLING and after == State.READ:
        reason = NoticeReadAlready.message()
    row.state, row.reason, row.changed_at, row.next_attempt_at = after, reason, now, None
    row.save(update_fields=["state", "reason", "changed_at", "next_attempt_at"])
    return ACCEPTED
