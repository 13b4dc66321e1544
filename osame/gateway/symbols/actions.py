"""符号管理の行い。付番の通知を受け、符号を取り寄せ、紐付け、失効させる。"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction

from osame.contracts import national
from osame.contracts.envelopes import body_of
from osame.contracts.linkage import GatewayNotice, LinkageClient
from osame.contracts.national import CORE, RESIDENTS, ResidentNotice, SymbolIssued, SymbolRequest
from osame.gateway.messaging.registry import ACCEPTED, ALREADY, Letter, Outgoing, Verdict, handles, refused, sends
from osame.gateway.symbols import secrets
from osame.gateway.symbols.models import SymbolHistory, SymbolLink
from osame.gateway.trust import parties
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

State = SymbolLink.State
NUMBERED, DELETED = "1", "2"
RETRY_SECONDS = 300
LONGEST_PAUSE_TIMES = 32  # 初めの間の、この倍まで空ける
NOTICES_AT_ONCE = 500
DUE = """
UPDATE symbol_link l SET attempts = attempts + 1, next_attempt_at = %(next)s,
       requested_at = coalesce(requested_at, %(now)s)
FROM (SELECT unified_addressee_number FROM symbol_link WHERE state = '2' AND next_attempt_at <= %(now)s
      ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due
WHERE l.unified_addressee_number = due.unified_addressee_number
RETURNING l.unified_addressee_number, l.processing_number
"""


class SymbolNotObtained(Refusal):
    """指定された団体内統合宛名番号は、符号が未取得です。取得を待つか、符号の取得を依頼してください。"""


class NoSuchPerson(Refusal):
    """この団体内統合宛名番号は、付番の通知を受けていません。番号を確かめてください。"""


def retry_seconds() -> int:
    """答えがないとき、送り直すまでの秒数。"""
    return bodies.current().terms.get("retry_seconds", RETRY_SECONDS)


def longest_pause() -> int:
    """間を倍にしながら送り直すとき、これより長くは空けない秒数。"""
    return bodies.current().terms.get("longest_pause_seconds", LONGEST_PAUSE_TIMES * retry_seconds())


def follow_notices(linkage: LinkageClient, *, at: datetime) -> int:
    """連携サーバーの通知（0320008）を受け、付番なら符号を依頼し、削除なら失効させる。

    要件: F35-01, F35-04
    """
    notices = linkage.notices(limit=NOTICES_AT_ONCE)
    if notices:
        take_notices(notices, at=at)
    for each in notices:
        linkage.report(each.notice_id)
    return len(notices)


def take_notices(notices: Sequence[GatewayNotice], *, at: datetime) -> None:
    """届いた通知を入れる。何度届いても一度だけ効く。

    要件: F35-01
    """
    with transaction.atomic():
        request([each.unified_addressee_number for each in notices if each.kind == NUMBERED], reason="付番", at=at)
        gone = [each.unified_addressee_number for each in notices if each.kind == DELETED]
        if gone:
            revoke(gone, reason="団体内統合宛名の削除", at=at)


def request(people: Sequence[str], *, reason: str, at: datetime) -> int:
    """符号の取得を依頼する。既に依頼したか取得した人には、何もしない。

    要件: F35-01
    """
    with transaction.atomic():
        links = SymbolLink.objects.bulk_create(
            [
                SymbolLink(
                    unified_addressee_number=each, state=State.REQUESTED, processing_number=token_hex(16),
                    next_attempt_at=at,
                )
                for each in dict.fromkeys(people)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        numbers = [each.processing_number for each in links]
        made = fetch_all(
            "INSERT INTO symbol_history (unified_addressee_number, state, processing_number, reason) "
            "SELECT unified_addressee_number, state, processing_number, %s FROM symbol_link "
            "WHERE processing_number = ANY(%s) RETURNING unified_addressee_number",
            [reason, numbers],
        )
        if made:
            record("符号の取得を依頼した", subjects=[row[0] for row in made], detail={"件数": len(made)})
    return len(made)


def request_again(unified: str, *, reason: str, at: datetime) -> None:
    """失効した符号を、新しい処理通番で取り直す。

    要件: F35-01
    """
    with transaction.atomic():
        link = SymbolLink.objects.select_for_update().filter(pk=unified).first()
        if link is None:
            raise NoSuchPerson(unified)
        if link.state in {State.OBTAINED, State.REQUESTED}:
            return
        link.state, link.processing_number, link.attempts = State.REQUESTED, token_hex(16), 0
        link.next_attempt_at = at
        link.save(update_fields=["state", "processing_number", "attempts", "next_attempt_at"])
        _remember(link, reason)
        record("符号の取得を依頼した", subjects=[unified])


def revoke(people: Sequence[str], *, reason: str, at: datetime) -> int:
    """符号を失効させ、符号そのものを消す。

    要件: F35-01
    """
    with transaction.atomic():
        gone = fetch_all(
            "UPDATE symbol_link SET state = '4', symbol = NULL, symbol_index = NULL, revoked_at = %s, "
            "next_attempt_at = NULL WHERE unified_addressee_number = ANY(%s) AND state <> '4' "
            "RETURNING unified_addressee_number, processing_number",
            [at, list(people)],
        )
        SymbolHistory.objects.bulk_create(
            SymbolHistory(unified_addressee_number=row[0], state=State.REVOKED, processing_number=row[1], reason=reason)
            for row in gone
        )
        record("符号を失効させた", subjects=[row[0] for row in gone], detail={"件数": len(gone)})
    return len(gone)


def _remember(link: SymbolLink, reason: str) -> None:
    SymbolHistory.objects.create(
        unified_addressee_number=link.unified_addressee_number, state=link.state,
        processing_number=link.processing_number, reason=reason,
    )  # fmt: skip


@sends
def due(now: datetime, limit: int) -> list[Outgoing]:
    """取得依頼（コアシステムへ）と、住基側への知らせ。"""
    rows = fetch_all(DUE, {"now": now, "next": now + timedelta(seconds=retry_seconds()), "limit": limit // 2})
    if not rows:
        return []
    core, residents = parties.certificate_of(CORE), parties.certificate_of(RESIDENTS)
    notices = [
        Outgoing(national.RESIDENT_NOTICE, residents, number, ResidentNotice(number, unified))
        for unified, number in rows
    ]
    requests = [Outgoing(national.SYMBOL_REQUEST, core, number, SymbolRequest(number)) for _, number in rows]
    return notices + requests


@handles(national.SYMBOL_ISSUED)
def issued(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """符号の交付。処理通番の人に、一度だけ紐付ける。

    要件: F35-01
    """
    told = [body_of(SymbolIssued, each.body) for each in letters]
    return [
        _link(each, now) if letter.envelope.sender == CORE else refused("コアシステムからの交付ではありません")
        for letter, each in zip(letters, told, strict=True)
    ]


def _link(told: SymbolIssued, now: datetime) -> Verdict:
    link = SymbolLink.objects.select_for_update().filter(processing_number=told.processing_number).first()
    if link is None:
        return refused("依頼していない処理通番です")
    if link.state != State.REQUESTED:
        return ALREADY
    unified = str(link.unified_addressee_number)
    mark = secrets.index(told.symbol)
    if SymbolLink.objects.filter(symbol_index=mark).exists():
        return refused("ほかの人の符号です")
    run_sql(
        "UPDATE symbol_link SET state = '3', symbol = %s, symbol_index = %s, obtained_at = %s, next_attempt_at = NULL "
        "WHERE unified_addressee_number = %s",
        [secrets.sealed(told.symbol, unified), mark, now, unified],
    )
    link.state = State.OBTAINED
    _remember(link, "交付")
    return ACCEPTED
