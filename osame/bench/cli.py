"""osame bench — 計測。"""

import json
import sys
from typing import Annotated

import typer

from osame.bench.run import run_bench
from osame.platform.functions.binding import bound
from osame.platform.terminal import refusals_told


@bound("collection.bench.run")
@refusals_told
def bench(
    charges: Annotated[int, typer.Option(help="期別の数")] = 1_500_000,
    payments: Annotated[int, typer.Option(help="入金の数")] = 300_000,
) -> None:
    """期別150万・入金30万で四つの処理を測り、床との比を JSON で出す。"""
    sys.stdout.write(json.dumps(run_bench(charges=charges, payments=payments), ensure_ascii=False, indent=2) + "\n")
