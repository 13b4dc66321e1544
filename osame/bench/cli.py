"""osame bench — 計測。"""

import json
import sys
from typing import Annotated

import typer

from osame.bench.run import run_bench
from osame.platform import embedded
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


@bound("collection.bench.run")
@refusals_told
def officers_bench(
    residents: Annotated[int, typer.Option(help="住民の数")] = 130_000,
    seconds: Annotated[int, typer.Option(min=10, help="測る秒数")] = 300,
    officers: Annotated[int, typer.Option(min=1, help="同時に働く職員の数")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """百人の職員が同時に画面を使うときの速さを測る。市は、初めの一度だけ作る（数分から十数分）。"""
    from osame.bench.officers import run_officers

    found = run_officers(residents=residents, seconds=seconds, officers=officers, home=embedded.home())
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    columns = ("操作", "回数", "p50（ミリ秒）", "p95（ミリ秒）", "p99（ミリ秒）", "床との比")
    names = {"search": "検索", "person": "納税者の画面", "posting": "消込", "other": "ほかの画面"}
    rows = [
        (names[kind], each["count"], each["p50_ms"], each["p95_ms"], each["p99_ms"], each["floor_ratio"])
        for kind, each in found["kinds"].items()
    ]
    table(f"職員{officers}人、住民{residents:,}人、誤り{found['errors']}件", columns, rows)


@bound("collection.bench.run")
@refusals_told
def gateway_bench(
    inquiries: Annotated[int, typer.Option(min=100, help="初めから終わりまで行う照会の数")] = 3_000,
    workers: Annotated[int, typer.Option(min=1, help="中間サーバーの処理の数（床も同じ）")] = 1,
) -> None:
    """中間サーバーの照会を、署名も記録もしない同じ往復と並べて測り、JSON で出す。専用の場所を作り、終われば消す。"""
    from osame.bench.gateway import run_gateway_bench

    sys.stdout.write(
        json.dumps(run_gateway_bench(inquiries=inquiries, workers=workers), ensure_ascii=False, indent=2) + "\n"
    )


@bound("addressee.search.bench")
@refusals_told
def search_bench(people: Annotated[int, typer.Option(help="宛名の数")] = 300_000) -> None:
    """宛名の検索を種類ごとに測り、総なめ・完全一致の索引と並べて JSON で出す。"""
    from osame.bench.search import run_search_bench

    sys.stdout.write(json.dumps(run_search_bench(people=people), ensure_ascii=False, indent=2) + "\n")


@bound("addressee.search.bench")
@refusals_told
def feed_bench(people: Annotated[int, typer.Option(min=1_000, help="宛名の数")] = 300_000) -> None:
    """宛名の配信を測る。初めの受信、全員の異動の受信、一件の異動の遅れを JSON で出す。先に「osame setup」で鍵を作る。"""
    from osame.bench.feed import run_feed_bench

    sys.stdout.write(json.dumps(run_feed_bench(people=people), ensure_ascii=False, indent=2) + "\n")


@bound("collection.bench.run")
@refusals_told
def audit_bench(
    writers: Annotated[int, typer.Option(min=1, help="同時に書く者の数")] = 32,
    events: Annotated[int, typer.Option(min=100, help="記録の数")] = 16_000,
) -> None:
    """監査の記録と封を測る。毎秒の件数を、封のない同じ幅の行の書込みと並べて JSON で出す。"""
    from osame.bench.audit import run_audit_bench

    sys.stdout.write(json.dumps(run_audit_bench(writers=writers, events=events), ensure_ascii=False, indent=2) + "\n")


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


@bound("collection.bench.run")
@refusals_told
def taxpayers_bench(people: Annotated[int, typer.Option(help="宛名の数")] = 130_000) -> None:
    """納税者の検索を打ち方ごとに、今日の画面とともに測り、JSON で出す。"""
    from osame.bench.taxpayers import run_taxpayer_bench

    sys.stdout.write(json.dumps(run_taxpayer_bench(people=people), ensure_ascii=False, indent=2) + "\n")


@bound("collection.bench.run")
@refusals_told
def letters_bench(letters: Annotated[int, typer.Option(min=500, help="文書の数")] = 30_000) -> None:
    """符号のある一頁の文書を刷り、裸の typst との比、毎秒の頁数、記憶域、窓口の一通の時間を JSON で出す。"""
    from osame.bench.letters import run_letter_bench

    sys.stdout.write(json.dumps(run_letter_bench(letters=letters), ensure_ascii=False, indent=2) + "\n")


@bound("collection.bench.run")
@refusals_told
def cases_bench(
    people: Annotated[int, typer.Option(help="滞納者の数")] = 30_000,
    contacts: Annotated[int, typer.Option(help="折衝の数")] = 600_000,
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """三万の事案と六十万の折衝で、夜の数え直しと一覧の絞込みを測る。"""
    from osame.bench.cases import run_case_bench

    found = run_case_bench(people=people, contacts=contacts)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    rows = [(name, each["median_ms"], each["p95_ms"], each["most_found"]) for name, each in found["lists"].items()]
    title = f"夜の数え直し {found['refresh_seconds']}秒（裸の SQL の{found['refresh_ratio']}倍）"
    table(title, ("一覧", "中央値（ミリ秒）", "p95（ミリ秒）", "件数"), rows)
