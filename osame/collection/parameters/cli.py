"""osame parameters … — 基本設定の登録と書き出し。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.parameters.actions import export_parameters, load_parameters
from osame.collection.parameters.documents import State, documents, draft_document, move_document
from osame.kernel.dates import fiscal_year
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="基本設定（条例・税目・期別・受領予定 …）")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]


@app.command()
@bound("collection.parameters.load")
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
@bound("collection.parameters.export")
@refusals_told
def export() -> None:
    """いまの基本設定を TOML で書き出す。"""
    print(export_parameters(), end="")


STATES = {"submit": State.SUBMITTED, "approve": State.APPROVED, "send": State.SENT, "void": State.CANCELLED}
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]


@app.command("document")
@bound("collection.parameters.draft_document")
@refusals_told
def document_command(series: str, subject: str, as_of: AsOf = None, by: Officer = None) -> None:
    """文書に、年度と文書記号ごとの次の番号を付ける。"""
    drafted = draft_document(series, subject, as_of=day(as_of), officer=officer(by))
    console.print(f"{drafted.label}　{drafted.subject}")


@app.command("document-move")
@bound("collection.parameters.move_document")
@refusals_told
def document_move(
    series: str,
    number: int,
    to: Annotated[str, typer.Argument(help="/".join(STATES))],
    year: Annotated[int | None, typer.Option(help="年度（省けば今年度）")] = None,
    reason: Annotated[str, typer.Option(help="欠番にする理由")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """文書の状態を進める（起案・決裁・発送・欠番）。"""
    if to not in STATES:
        raise typer.BadParameter(f"状態は {'、'.join(STATES)} のどれかです")
    key = (year or fiscal_year(day(as_of)), series, number)
    moved = move_document(key, STATES[to], as_of=day(as_of), officer=officer(by), reason=reason)
    console.print(f"{moved.label}　{moved.state_name}")


@app.command("documents")
@bound("collection.parameters.list_documents")
@refusals_told
def documents_command(
    series: Annotated[str, typer.Argument(help="文書記号（省けばすべて）")] = "",
    year: Annotated[int | None, typer.Option(help="年度（省けば今年度）")] = None,
) -> None:
    """年度の文書番号と決裁の状態を並べる。欠番は理由とともに残る。"""
    table(
        "文書番号", ("番号", "件名", "状態", "起案者", "決裁者", "理由"),
        ((d.label, d.subject, d.state_name, d.drafted_by, d.approved_by, d.void_reason)
         for d in documents(year or fiscal_year(day(None)), series)),
    )  # fmt: skip
