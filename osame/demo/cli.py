"""osame demo … — 架空市。"""

from typing import Annotated

import typer

from osame.demo import accounts, serving
from osame.demo.run import PLAN_FOLDER, run_demo
from osame.platform import embedded
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, now, refusals_told

app = typer.Typer(no_args_is_help=True, help="架空市を作り、一年を動かし、画面を開く")


@app.callback()
def demo() -> None:
    """架空市。"""


@app.command()
@bound("collection.demo.run")
@refusals_told
def run(
    residents: Annotated[int, typer.Option(help="住民の数")] = 10_000,
    seed: Annotated[int, typer.Option(help="乱数の種。同じ種なら同じ架空市になる")] = 1,
) -> None:
    """架空市のファイルを作り、取込み・消込・督促・日締めの一年を動かす。"""
    run_demo(residents, seed, embedded.home(), console.print)


@app.command()
@bound("collection.demo.run")
@refusals_told
def serve(
    residents: Annotated[int | None, typer.Option(help="住民の数（省けば、前に作った架空市か10,000人）")] = None,
) -> None:
    """架空市の三つのシステムの画面を開く。Ctrl+C で止まる。ポートは OSAME_PORT で選ぶ。"""
    serving.serve_demo(residents, embedded.home(), on=now().date())


@app.command()
@bound("collection.demo.run")
@refusals_told
def code(number: Annotated[str, typer.Argument(help="職員番号")]) -> None:
    """架空市の職員の、いまの確認コードを示す。"""
    shown, left = accounts.code_now(embedded.home() / PLAN_FOLDER, number, now().timestamp())
    console.print(f"{shown}  （あと{left}秒）")
