"""osame linkage feed — 4情報の受信。"""

import typer

from osame.linkage.feed import following
from osame.platform.exchanges import calling
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told

app = typer.Typer(no_args_is_help=True, help="4情報の受信 — 宛名管理からの配信")


@app.command()
@bound("linkage.feed.follow")
@refusals_told
def follow() -> None:
    """宛名の変更を、いまあるところまで受け取る。"""
    with calling.client("addressee") as client:
        done = following.follow(client)
    console.print(
        f"位置 {done.position:,} まで受け取りました（{done.received:,} 件、4情報の変わった人 {done.learnt:,} 人）"
    )
