"""osame setup・osame serve — データベースの用意と、システムの起動。"""

import os
import subprocess
import sys
from typing import Annotated

import typer

from osame.platform import database, secret, serving, systems
from osame.platform.audit.keys import ensure_key
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told

System = Annotated[str | None, typer.Option("--system", help="collection / addressee / linkage")]


@bound("floor.setup.prepare")
@refusals_told
def setup(system: System = None) -> None:
    """データベース・役割・表・秘密鍵を用意する。何度実行してもよい。システムを省けば、三つとも。"""
    here = systems.current()
    secret.ensure(here.code)
    database.prepare()
    ensure_key()
    console.print(f"{here.name}の用意ができました。")
    if system or "OSAME_DATABASE_URL" in os.environ:  # 外のデータベースは、システムごとに接続先が違う
        return
    for other in systems.SYSTEMS:
        if other != here.code:
            _prepare_apart(other)


@bound("floor.serving.serve")
@refusals_told
def serve(
    system: System = None,  # noqa: ARG001 - osame.cli がプロセスのシステムを決める
    host: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="ポート（省けばシステムごとに決まったもの）")] = None,
    workers: Annotated[int, typer.Option(min=1, help="処理の数")] = 1,
) -> None:
    """このシステムを HTTP で開く。SIGTERM で、受けた要求に答えてから終わる。"""
    console.print(f"{systems.current().name}を http://{host}:{port or systems.current().port} で開きます。")
    serving.serve(host=host, port=port, workers=workers)


def _prepare_apart(other: str) -> None:
    """ほかのシステムは、そのシステムのプロセスが用意する。一つのプロセスは、一つのデータベースしか開かない。"""
    finished = subprocess.run(
        [sys.executable, "-m", "osame.cli", "setup", "--system", other],
        env={**os.environ, "OSAME_SYSTEM": other, "OSAME_DATABASE_NAME": systems.named(other).database},
        check=False,
    )
    if finished.returncode:
        raise SystemExit(finished.returncode)
