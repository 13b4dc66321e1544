"""一つのシステムを、HTTP で開く。"""

from django.db import connections
from granian.constants import Interfaces
from granian.server import Server

from osame.platform import bodies, secret, systems
from osame.platform.functions.checks import refuse_to_start

APPLICATION = "osame.platform.web.application:application"
BLOCKING_THREADS = 8  # 一つの処理が同時に受ける要求。それぞれがデータベースの接続を一つ使う


def serve(*, host: str, port: int | None, workers: int) -> None:
    """このシステムを開き、SIGTERM を受けるまで動かす。検めに誤りがあるか、秘密鍵がなければ断る。"""
    system = systems.current()
    secret.require(system.code)
    refuse_to_start()
    connections.close_all()
    bodies.close()
    Server(
        APPLICATION,
        address=host,
        port=port or system.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    ).serve()
