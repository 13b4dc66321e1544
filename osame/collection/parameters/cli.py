"""osame parameters … — 基本設定の登録と書き出し。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.parameters.actions import export_parameters, load_parameters
from osame.platform.terminal import console, officer, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="基本設定（条例・税目・期別・受領予定 …）")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]


@app.command()
@refusals_told
def load(file: Path, by: Officer = None) -> None:
    """TOML の基本設定を登録する。同じ内容なら何も変わらない。"""
    loaded = load_parameters(file, officer=officer(by))
    table(
        "基本設定", ("表", "行数", "変わった行数"),
        ((name, rows, loaded.changed.get(name, 0)) for name, rows in loaded.rows.items()),
    )  # fmt: skip
    for warning in loaded.warnings:
        console.print(f"[yellow]注意[/yellow] {warning}", soft_wrap=True)


@app.command()
@refusals_told
def export() -> None:
    """いまの基本設定を TOML で書き出す。"""
    print(export_parameters(), end="")
