"""osame ledger … — 元帳の検証とダイジェスト。"""

from typing import Annotated

import typer

from osame.collection.inquiry.verification import verify_everything
from osame.collection.ledger.digest import ledger_digest
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, errors, refusals_told, say_json

app = typer.Typer(no_args_is_help=True, help="元帳を検証する")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command()
@bound("collection.ledger.verify")
@refusals_told
def verify(as_json: Json = False) -> None:
    """仕訳からすべてを計算し直し、食い違いを示す。食い違い、または検証する仕訳がなければ終了コード1。"""
    with console.status("元帳を検証しています…"):
        result = verify_everything()
    if as_json:
        say_json(result)
    else:
        console.print(
            f"仕訳 {result.entries:,} 件、期別 {result.charges:,} 件を、{result.checks} の検査で確かめました。"
        )
        for finding in result.findings:
            errors.print(
                f"[red]食い違い[/red] {finding.check}：{finding.count:,} 件（例 {'、'.join(finding.examples)}）"
            )
        if result.sound:
            console.print("[green]食い違いはありません。[/green]")
        elif not result.findings:
            errors.print("検証する仕訳がありません。")
    if not result.sound:
        raise SystemExit(1)


@app.command()
@bound("collection.ledger.digest")
@refusals_told
def digest(as_json: Json = False) -> None:
    """元帳ダイジェスト（財政状態の全体のハッシュ）を示す。"""
    value = ledger_digest()
    if as_json:
        say_json({"digest": value})
    else:
        console.print(value)
