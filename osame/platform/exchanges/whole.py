"""求めを、一つの取引で受ける。一度目であること、行い、やり取りの記録、監査が、そろって残るか、一つも残らない。

One signed request, one durable commit. The nonce is inserted first, so a simultaneous copy waits for this transaction and is then
refused; the act runs behind a savepoint; the log of the exchange and the audit travel with the commit itself. An act that spoils the
transaction is taken back to the savepoint, and what remains (nonce, log, audit) is kept. Nothing is answered before the commit.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponseBase, JsonResponse
from psycopg.pq import TransactionStatus

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.database import Question, at_once
from osame.platform.exchanges.receiving import Peer, Replayed

FIRST = "INSERT INTO exchange_nonce (key_id, nonce, expires_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
COMMIT: Question[Any] = Question("COMMIT")
Answer = Callable[[], HttpResponseBase]
Note = Callable[[HttpResponseBase], Sequence[Question[Any]]]


class NothingDone(Refusal):
    """行いが途中で失敗したため、何も行われていません。もう一度行い、続くときはシステム管理者に知らせてください。"""


def in_one_transaction(peer: Peer, answer: Answer, note: Note) -> HttpResponseBase:
    """一度目かを確かめ、行い、記録する。二度目なら断る。答えは、すべてがディスクに届いてから返す。

    要件: F31-04, F36-07, F29-03
    """
    with gate.told_with_the_statement(), transaction.atomic():
        _refuse_second(peer)
        with gate.acting(peer.acting()):
            response = _kept_or_taken_back(answer())
            at_once(*note(response), COMMIT)  # Django が閉じるときには、もう確定している
    return response


def _refuse_second(peer: Peer) -> None:
    """一度目なら、行いの始まりに印を付ける。"""
    raw = connection.connection
    with connection.wrap_database_errors, raw.pipeline():
        first = raw.execute(FIRST, [peer.key_id, peer.nonce, peer.expires])
        raw.execute("SAVEPOINT exchange_act")
    if not first.rowcount:
        raise Replayed(peer.system)


def _kept_or_taken_back(response: HttpResponseBase) -> HttpResponseBase:
    """行いが取引を壊していれば、印まで戻す。壊れたのに「行った」と答えさせない。"""
    raw = connection.connection
    broken = connection.needs_rollback or raw.info.transaction_status == TransactionStatus.INERROR
    if not broken:
        return response
    raw.execute("ROLLBACK TO SAVEPOINT exchange_act")
    transaction.set_rollback(False)
    gate.tell_again()
    if response.status_code >= 400:
        return response
    return JsonResponse({"error": NothingDone.__name__, "message": NothingDone.message()}, status=500)
