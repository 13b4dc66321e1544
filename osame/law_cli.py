"""osame law … — データベースを使わない、法の計算。"""

import sys

import typer

from osame.law.calc import answer
from osame.platform.functions.binding import bound

app = typer.Typer(no_args_is_help=True, help="法の計算（データベースは使わない）")


@app.callback()
def law() -> None:
    """法の計算。"""


@app.command()
@bound("floor.law.calculate")
def calc() -> None:
    """標準入力の JSON を一行ずつ計算し、一行ずつ答える。読めない行にも error で答え、続ける。"""
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace")
        if text.strip():
            sys.stdout.write(answer(text) + "\n")
