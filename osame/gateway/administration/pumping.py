"""送受信の係。団体を順に回り、通知を受け、伝文を出し、受ける。

One process goes round all bodies; one body's turn opens that body's database and no other. Several of these processes may run: an
advisory lock makes each body's turn one at a time.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from osame.contracts.client import ExchangeFailed, Limits
from osame.contracts.linkage import LinkageClient
from osame.contracts.national import NetworkClient
from osame.gateway.messaging.exchanging import receive, send_written, write_due
from osame.gateway.symbols.actions import follow_notices
from osame.gateway.trust.actions import refresh
from osame.gateway.trust.models import ListConfirmation
from osame.kernel.refusals import Refusal
from osame.platform import bodies, gate
from osame.platform.database import fetch_one
from osame.platform.exchanges import calling
from osame.platform.terminal import errors

LOCK = 7_140_350
FUNCTION, PURPOSE = "gateway.messaging.exchange", "number_linkage"
LIMITS = Limits(connect_seconds=2.0, read_seconds=30.0, pauses=())
MASTERS_SECONDS = 3_600
SENDERS = ThreadPoolExecutor(1, thread_name_prefix="sender")


def go_round(*, now: Callable[[], datetime]) -> int:
    """すべての団体を一回りする。動かした伝文の数を返す。一つの団体の失敗は、ほかの団体を止めない。

    要件: F35-07
    """
    moved = 0
    for code in [bodies.chosen()] if bodies.chosen() else bodies.listed():
        try:
            with bodies.serving(code), gate.acting(gate.Acting("job:exchange", FUNCTION, PURPOSE, role="operator")):
                moved += one_turn(now=now)
        except Refusal as refusal:
            errors.print(f"{code}：{refusal}", markup=False)
    return moved


def one_turn(*, now: Callable[[], datetime]) -> int:
    """いまの団体の一回り。

    要件: F35-07
    """
    with _alone() as ours:
        if not ours:
            return 0
        with calling.client("network", limits=LIMITS) as client:
            network = NetworkClient(client, calling.errand())
            _refreshed(network, now())
            moved = _notices(now()) + write_due(at=now())
            sending = SENDERS.submit(_send, bodies.chosen(), gate.required(), now)
            try:
                moved += receive(network, now=now)
                moved += sending.result() + receive(network, now=now)
            except ExchangeFailed:
                wait([sending])
            return moved


def _send(code: str, acting: gate.Acting, now: Callable[[], datetime]) -> int:
    """書いた封筒を送る。受ける糸と並んで、自分の接続で動く。"""
    with bodies.serving(code), gate.acting(acting), calling.client("network", limits=LIMITS) as client:
        return send_written(NetworkClient(client, calling.errand()), now=now)


def _refreshed(network: NetworkClient, at: datetime) -> None:
    """照合リストを、決まった間隔で確かめる。"""
    confirmed = ListConfirmation.objects.filter(pk=1).first()
    if confirmed is None or (at - confirmed.confirmed_at).total_seconds() > MASTERS_SECONDS:
        try:
            refresh(network, at=at)
        except ExchangeFailed:
            return


def _notices(at: datetime) -> int:
    """連携サーバーの通知。連携サーバーがつながらなくても、国の側とのやり取りは続ける。"""
    if "linkage" not in bodies.current().addresses:
        return 0
    try:
        with calling.client("linkage", limits=LIMITS) as client:
            return follow_notices(LinkageClient(client, sender="gateway", errand=calling.errand()), at=at)
    except ExchangeFailed:
        return 0


@contextmanager
def _alone() -> Iterator[bool]:
    """この団体の番を、一度に一つの処理だけにする。"""
    (ours,) = fetch_one("SELECT pg_try_advisory_lock(%s)", [LOCK])
    try:
        yield bool(ours)
    finally:
        if ours and connection.connection is not None:
            fetch_one("SELECT pg_advisory_unlock(%s)", [LOCK])


def keep_going(*, now: Callable[[], datetime], pause: float, once: bool) -> None:
    """回り続ける。動かすものがなければ、しばらく待つ。

    要件: F35-07
    """
    while True:
        moved = go_round(now=now)
        if once and not moved:
            return
        if not moved:
            time.sleep(pause)
