"""osame demo … — 架空市。"""

from typing import Annotated

import typer

from osame.demo.run import run_demo
from osame.platform import embedded
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told

app = typer.Typer(no_args_is_help=True, help="架空市を作り、一年を動かす")


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
