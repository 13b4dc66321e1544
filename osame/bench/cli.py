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


@bound("addressee.search.bench")
@refusals_told
def search_bench(people: Annotated[int, typer.Option(help="宛名の数")] = 300_000) -> None:
    """宛名の検索を種類ごとに測り、総なめ・完全一致の索引と並べて JSON で出す。"""
    from osame.bench.search import run_search_bench

    sys.stdout.write(json.dumps(run_search_bench(people=people), ensure_ascii=False, indent=2) + "\n")
