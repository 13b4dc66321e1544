"""osame addressee-copy — 宛名の写し。宛名管理システムからの受信と照合。"""

import time
from typing import Annotated
from uuid import uuid4

import typer

from osame.collection.addressees import following, index
from osame.collection.demands.protected import recall_unsent
from osame.collection.determinations.importing import retry_held
from osame.contracts.client import ExchangeFailed, PeerRefused
from osame.platform import gate
from osame.platform.exchanges import calling
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told, today

app = typer.Typer(no_args_is_help=True, help="宛名の写し — 宛名管理システムからの受信と照合")
WAIT_SECONDS = 20
PAUSE_SECONDS = 2


def retry(position: int) -> None:
    """新しい宛名を待っていた調定を、試し直す。"""
    released = retry_held(as_of=today(), officer=gate.required().officer, cause=f"feed:{position}:{uuid4().hex}")
    if released:
        console.print(f"  宛名を待っていた調定 {released:,} 件を取り込みました")


def recall(received: int) -> None:
    """受け取った中に支援措置の対象者がいれば、まだ出していない督促状を回収する。"""
    if received and (found := recall_unsent(as_of=today(), officer=gate.required().officer)).letters:
        console.print(f"  支援措置により督促状 {len(found.letters):,} 通を回収しました。刷り直してください")


@app.command()
@bound("collection.addressees.follow")
@refusals_told
def follow(
    once: Annotated[bool, typer.Option("--once", help="いまあるところまで受け取って終える")] = False,
    start_over: Annotated[bool, typer.Option("--start-over", help="初めから受け取り直す")] = False,
) -> None:
    """宛名の変更を受け取り続ける。"""
    if start_over:
        following.start_over()
    with calling.client("addressee") as client:
        retry(following.cursor_position())  # 前の受信が、試し直す前に止まっていても
        done = following.follow(client, on_new=retry)
        recall(done.received)
        console.print(
            f"位置 {done.position:,} まで受け取りました（{done.received:,} 件、うち新しい宛名 {done.new:,} 件）"
        )
        while not once:
            try:
                page = following.follow_once(client, wait=WAIT_SECONDS)
                recall(page.received)
                if page.new:
                    retry(page.position)
            except PeerRefused:
                raise
            except ExchangeFailed as failure:  # 相手が止まっている間は、待って続ける
                console.print(str(failure))
                time.sleep(PAUSE_SECONDS)


@app.command()
@bound("collection.addressees.verify")
@refusals_told
def verify() -> None:
    """写しが宛名管理システムと等しいことを確かめる。"""
    with calling.client("addressee") as client:
        found = following.verify(client)
    if not found.equal:
        console.print(
            f"食い違いがあります（写し {found.ours:,} 件、元 {found.theirs:,} 件、"
            f"宛名番号の下二桁 {'、'.join(found.differing[:20])}）。"
            "「osame addressee-copy follow --once --start-over」で受け取り直してください。"
        )
        raise SystemExit(1)
    console.print(f"位置 {found.position:,} で、{found.ours:,} 件が等しいことを確かめました。")


@app.command("index")
@bound("collection.addressees.index")
@refusals_told
def rebuild_index() -> None:
    """検索の索引を、宛名の写しから作り直す。"""
    console.print(f"索引を作り直しました。{index.rebuild():,}行")
