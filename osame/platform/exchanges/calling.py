"""ほかのシステムを呼ぶ。用件は目的の門から取り、やり取りは自分の側にも記録する。"""

import threading
from functools import cache
from typing import Any

import httpx
from django.db import connection

from osame.contracts.client import USUAL, Exchange, Limits, SystemClient, connections
from osame.contracts.signatures import Errand
from osame.platform import gate
from osame.platform.exchanges import keys, peers

LOG = """
INSERT INTO exchange_log (direction, peer, operation, request_number, nonce, key_id, officer, function_code, purpose,
                          status, failure, bytes_sent, bytes_received, milliseconds)
VALUES ('1', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def client(peer: str, *, limits: Limits = USUAL) -> SystemClient:
    """相手システムへの口。接続の台帳にない相手は断る。

    要件: F31-04, F36-07
    """
    return SystemClient(_kept(peers.address(peer)), keys.signer(), peer, limits=limits, on_exchange=log)


@cache
def _kept(address: str) -> httpx.Client:
    """この処理が、その住所につないだまま使い回す接続。"""
    return connections(address)


def refuse_unready(peer: str) -> None:
    """その相手を呼ぶ用意（台帳と、このシステムの署名の鍵）がなければ断る。"""
    peers.address(peer)
    keys.signer()


def errand() -> Errand:
    """いま行っている者の用件。誰も目的を告げていなければ断る。"""
    now = gate.required()
    return Errand(officer=now.officer, purpose=now.purpose, function=now.function, case=now.case, request=now.request)


def log(exchange: Exchange) -> None:
    """発したやり取りを記録する。

    Inside a transaction the row is written on a connection of its own: the other system has been asked whatever becomes
    of our transaction.

    要件: F29-03, F36-07
    """
    told = exchange.errand
    values: list[str | int] = [
        exchange.peer, exchange.operation, told.request, exchange.nonce, exchange.key_id, told.officer, told.function,
        told.purpose, exchange.status, exchange.failure, exchange.bytes_sent, exchange.bytes_received,
        exchange.milliseconds,
    ]  # fmt: skip
    with (_aside() if connection.in_atomic_block else connection).cursor() as cursor:
        cursor.execute(LOG, values)


_beside = threading.local()


def _aside() -> Any:
    """この糸の、同じデータベースへのもう一つの接続。求めのたびにつなぎ直さない。"""
    kept: dict[str, Any] = _beside.__dict__.setdefault("connections", {})
    name = f"{connection.settings_dict['USER']}@{connection.settings_dict['NAME']}"
    if name not in kept:
        kept[name] = connection.copy()
    kept[name].close_if_unusable_or_obsolete()
    return kept[name]
