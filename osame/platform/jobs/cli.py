"""osame jobs … — ジョブを見る、行う。"""

import logging
from typing import Annotated

import typer
from procrastinate.contrib.django import app as queue

from osame.platform.functions.binding import bound
from osame.platform.functions.checks import refuse_to_start
from osame.platform.jobs.queries import states
from osame.platform.jobs.registry import named
from osame.platform.jobs.running import Outcome, perform
from osame.platform.terminal import JAPAN, console, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="ジョブ（定期の処理）")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("list")
@bound("floor.jobs.show")
@refusals_told
def list_command(as_json: Json = False) -> None:
    """ジョブと、最後の実行、心拍、進み具合を並べる。"""
    found = states()
    if as_json:
        say_json([
            {
                "name": each.job.name, "function": each.job.function, "cron": each.job.cron, "outcome": each.outcome,
                "started_at": each.started_at, "heartbeat_at": each.heartbeat_at, "ended_at": each.ended_at,
                "done": each.done, "total": each.total, "note": each.note,
            }
            for each in found
        ])  # fmt: skip
        return
    table(
        "ジョブ",
        ("名", "機能コード", "時刻", "結果", "開始", "心拍", "進み", "一文"),
        (
            (each.job.name, each.job.function, each.job.cron or "頼まれたとき", each.outcome or "まだ",
             *(f"{at.astimezone(JAPAN):%m-%d %H:%M:%S}" if at else "" for at in (each.started_at, each.heartbeat_at)),
             each.progress, each.note)
            for each in found
        ),
    )  # fmt: skip


@app.command()
@bound("floor.jobs.run")
@refusals_told
def run(name: Annotated[str, typer.Argument(help="ジョブの名")]) -> None:
    """ジョブを、いま一回行う。"""
    outcome = perform(named(name))
    console.print(f"{name}：{outcome.label}")
    if outcome is not Outcome.DONE:
        raise SystemExit(1)


@app.command()
@bound("floor.jobs.work")
@refusals_told
def work(
    once: Annotated[bool, typer.Option("--once", help="待ち行列が空になったら終わる")] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="同時に行う数")] = 2,
) -> None:
    """ジョブを行う係（ワーカー）を動かす。時刻の来たジョブも、ここから始まる。SIGTERM で、切りのよい所で終わる。"""
    refuse_to_start()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with queue.replace_connector(queue.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        console.print("ジョブを待っています。")
        worker.run_worker(concurrency=concurrency, wait=not once, delete_jobs="successful")
    console.print("ジョブの係を終えました。")
