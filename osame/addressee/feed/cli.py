"""osame addressee feed — 宛名の配信。"""

import typer

from osame.addressee.feed import queries
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told, table, today

app = typer.Typer(no_args_is_help=True, help="宛名の配信 — 配信先と受信確認")


@app.command()
@bound("addressee.feed.status")
@refusals_told
def status() -> None:
    """配信先ごとに、受信確認の位置と、まだ受け取っていない宛名の数を見せる。"""
    published = queries.publish(as_of=today())
    table(
        f"宛名の配信（最後の位置 {published:,}）",
        ("配信先", "名", "確認した位置", "確認した日時", "最後に求めた日時", "未受信の件数"),
        (
            (
                each.subscriber.code,
                each.subscriber.name,
                each.confirmed_position,
                f"{each.confirmed_at:%Y-%m-%d %H:%M:%S}" if each.confirmed_at else "（まだ）",
                f"{each.asked_at:%Y-%m-%d %H:%M:%S}" if each.asked_at else "（まだ）",
                each.behind,
            )
            for each in queries.states()
        ),
    )
    console.print("未受信が減らない配信先は、相手システムの受信の処理が止まっていないかを確かめてください。")
