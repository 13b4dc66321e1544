"""依頼ファイルを金融機関に渡す。出力の仲介を通し、期限を過ぎたもの・取り消したものは渡さない。

The stored bytes go out through the broker: the first time freely, again only with a reason and then as the identical bytes.
A cancelled or expired request — last month's, last year's — cannot go out.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.http import HttpResponse

from osame.collection.debits import numbers
from osame.collection.debits.models import DebitRequest
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass

Answer = TypeVar("Answer")


class NoSuchRequestFile(Refusal):
    """その依頼の、その金融機関へのファイルはありません。依頼番号と金融機関を確かめてください。"""


class RequestCancelled(Refusal):
    """この依頼は取り消されています。ファイルは渡せません。新しい世代の依頼を使ってください。"""


class RequestExpired(Refusal):
    """この依頼は、渡せる期限を過ぎています。古いファイルを渡すと、引落しを誤ります。依頼を作り直してください。"""


class SendAgainNeedsReason(Refusal):
    """このファイルは、前にも渡しています。二重の引落しにならないか金融機関に確かめ、もう一度渡す理由を入力してください。"""


class RequestFileDamaged(Refusal):
    """ファイルの中身が、作ったときと違います。渡さずに、管理者に連絡してください。"""


@orders_in_bulk("debit-request")
def people_of(number: str) -> int:
    """口座振替の依頼にかかわる人数。"""
    (people,) = fetch_one(
        "SELECT count(DISTINCT addressee_number) FROM debit_instruction WHERE request_id = %s", [number]
    )
    return int(people)


def write_file(request_id: int, bank_code: str, to: Path, *, as_of: date, reason: str = "") -> EgressRecord:
    """依頼ファイルを、渡す場所に書く。

    要件: F06-04, F29-06
    """

    def sent(content: bytes, name: str, output: Output, authority: Authority) -> EgressRecord:
        return emit(content, to / name if to.is_dir() else to, output, authority)

    return _send(request_id, bank_code, sent, as_of=as_of, reason=reason)


def save_file(request_id: int, bank_code: str, *, as_of: date, reason: str = "") -> HttpResponse:
    """依頼ファイルを、画面から保存する。

    要件: F06-04, F29-06
    """
    return _send(request_id, bank_code, download, as_of=as_of, reason=reason, medium=EgressMedium.SCREEN)


def _send(
    request_id: int,
    bank_code: str,
    sent: Callable[[bytes, str, Output, Authority], Answer],
    *,
    as_of: date,
    reason: str,
    medium: EgressMedium = EgressMedium.FILE,
) -> Answer:
    """渡してよいことを確かめ、渡したことを、渡す前に記す。途中で死んでも、渡したものとして扱う。"""
    with transaction.atomic():
        rows = fetch_all(
            "SELECT f.file_name, f.sealed_content, f.sha256, f.times_sent, q.state, q.expires_on FROM debit_request_file f "
            "JOIN debit_request q USING (request_id) WHERE f.request_id = %s AND f.bank_code = %s FOR UPDATE OF f, q",
            [request_id, bank_code],
        )
        if not rows:
            raise NoSuchRequestFile(f"依頼番号 {request_id}、{bank_code}")
        name, closed, digest, times, state, expires_on = rows[0]
        if state == DebitRequest.State.CANCELLED:
            raise RequestCancelled(str(request_id))
        if as_of > expires_on:
            raise RequestExpired(f"期限 {format_wareki(expires_on)}")
        if times and not reason.strip():
            raise SendAgainNeedsReason(f"{times}回")
        content = numbers.opened_file(bytes(closed), owner=f"{request_id}:{bank_code}")
        if hashlib.sha256(content).hexdigest() != digest:
            raise RequestFileDamaged(name)
        people = fetch_all(
            "SELECT DISTINCT addressee_number FROM debit_instruction WHERE request_id = %s AND through_bank_code = %s",
            [request_id, bank_code],
        )
        run_sql(
            "UPDATE debit_request_file SET times_sent = times_sent + 1, first_sent_at = coalesce(first_sent_at, now()) "
            "WHERE request_id = %s AND bank_code = %s",
            [request_id, bank_code],
        )
        run_sql("UPDATE debit_request SET state = '2' WHERE request_id = %s AND state = '1'", [request_id])
    output = Output(
        EgressKind.PROVISION,
        tuple(number for (number,) in people),
        ReceiverClass.BANK,
        f"金融機関 {bank_code}",
        medium=medium,
    )
    return sent(content, name, output, Authority(bulk_by_law=f"debit-request:{request_id}", reason=reason.strip()))
