"""osame bench — 計測。"""

import json
import sys
from typing import Annotated

import typer

from osame.bench.run import run_bench
from osame.platform.functions.binding import bound
from osame.platform.terminal import refusals_told, table


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


@bound("linkage.numbers.bench")
@refusals_told
def vault_bench(
    numbers: Annotated[int, typer.Option(min=1_000, help="番号の数")] = 300_000,
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """番号の金庫を測る。暗号と索引、番号による検索、鍵の入替え。専用のデータベースと鍵を作り、終われば消す。"""
    from osame.bench.vault import run_vault_bench

    found = run_vault_bench(numbers=numbers)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    sealing, searches, rotations = found["encrypt_and_index"], found["search"], found["rotation"]
    rows = [
        ("暗号と索引", f"{sealing['wall_seconds']}秒（CPU {sealing['cpu_seconds']}秒）"),
        ("保管", f"{found['store']['wall_seconds']}秒"),
    ]
    rows += [
        (name, f"中央値 {searches[way]['median_ms']}ミリ秒")
        for name, way in (("番号で探す扉", "door"), ("監査を伴う検索", "act"))
    ]
    rows += [
        (name, f"{rotations[use]['wall_seconds']}秒")
        for name, use in (("番号の鍵の入替え", "data"), ("索引の鍵の入替え", "index"))
    ]
    table(f"番号の金庫（{numbers:,}件）", ("行い", "時間"), rows)
