"""osame setup・osame serve — データベースの用意と、システムの起動。"""

import os
import subprocess
import sys
from typing import Annotated

import typer

from osame.contracts.sealed import NoLinkageKey, linkage_key
from osame.platform import database, secret, serving, systems
from osame.platform.audit.keys import ensure_key
from osame.platform.exchanges import keys
from osame.platform.exchanges.peers import registry
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told

System = Annotated[str | None, typer.Option("--system", help="collection / addressee / linkage / gateway / network")]


@bound("floor.setup.prepare")
@refusals_told
def setup(system: System = None) -> None:
    """データベース・役割・表・秘密鍵を用意する。何度実行してもよい。システムを省けば、三つとも。"""
    here = systems.current()
    secret.ensure(here.code)
    database.prepare()
    ensure_key()
    console.print(f"{here.name}の用意ができました。")
    if system or here.apart or "OSAME_DATABASE_URL" in os.environ:  # 外のデータベースは、システムごとに接続先が違う
        return
    for other in systems.SUITE:
        if other != here.code:
            _prepare_apart(other)
    _introduce()


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


def _introduce() -> None:
    """一台の機械の三つのシステムに、互いの署名の鍵を登録する。人が決める鍵は作らず、何をすればよいかを告げる。"""
    ours = {
        code: sorted(row.accepts & systems.SUITE.keys()) for code, row in registry().items() if code in systems.SUITE
    }
    if keys.introduce(ours):
        console.print("三つのシステムの署名の鍵を作り、互いに登録しました。")
    try:
        linkage_key()
    except NoLinkageKey:
        console.print(
            "番号の金庫の鍵は、団体コードが要るので、まだありません。"
            "「osame linkage keys create --municipality 団体コード6桁」で作ると、個人番号を受け取れるようになります。",
            soft_wrap=True,
        )


def _prepare_apart(other: str) -> None:
    """ほかのシステムは、そのシステムのプロセスが用意する。一つのプロセスは、一つのデータベースしか開かない。"""
    finished = subprocess.run(
        [sys.executable, "-m", "osame.cli", "setup", "--system", other],
        env={**os.environ, "OSAME_SYSTEM": other, "OSAME_DATABASE_NAME": systems.named(other).database},
        check=False,
    )
    if finished.returncode:
        raise SystemExit(finished.returncode)
