"""osame egress … — 出力の記録の照会と取消し。"""

from typing import Annotated, Any

import typer
from rich.markup import escape

from osame.platform.audit.searching import inert
from osame.platform.egress import records
from osame.platform.egress.models import EgressRecord
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, console, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="出力の記録")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Serial = Annotated[str, typer.Argument(help="出力番号")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]


@app.command("list")
@bound("floor.egress.list")
@refusals_told
def list_command(
    by: Annotated[str, typer.Option("--by", help="この職員の出力だけ")] = "",
    kind: Annotated[str, typer.Option(help="この種類だけ")] = "",
    limit: Annotated[int, typer.Option(help="最も多く示す件数")] = 200,
    officer: Officer = None,  # noqa: ARG001 - 命令の門が使う
    as_json: Json = False,
) -> None:
    """出力の記録を、新しいものから示す。"""
    found = records.listed(officer=by, kind=kind, limit=limit)
    if as_json:
        say_json([_plain(each) for each in found])
        return
    heading = ("出力番号", "日時", "職員", "種類", "渡す相手", "人数", "出力先", "状態")
    table("出力の記録", heading, [[_cell(cell) for cell in _line(each)] for each in found])


@app.command()
@bound("floor.egress.show")
@refusals_told
def show(serial: Serial, officer: Officer = None, as_json: Json = False) -> None:  # noqa: ARG001 - 命令の門が使う
    """一つの出力の記録を示す。"""
    row = records.found(serial)
    if as_json:
        say_json(_plain(row))
        return
    facts = [(str(column.verbose_name), _plain(row)[str(column.name)]) for column in row._meta.local_concrete_fields]
    table(row.serial, ("事項", "内容"), [[_cell(cell) for cell in line] for line in facts])


@app.command()
@bound("floor.egress.revoke")
@refusals_told
def revoke(
    serial: Serial,
    reason: Annotated[str, typer.Option(help="理由（必須）")],
    officer: Officer = None,  # noqa: ARG001 - 命令の門が使う
) -> None:
    """出力を取り消す。庁内にまだあるファイルは消す。"""
    erased = records.revoke(serial, reason=reason)
    console.print("取り消し、ファイルを消しました。" if erased else "取り消しました。ファイルは手元にありません。")


def _line(row: EgressRecord) -> tuple[object, ...]:
    moment = row.emitted_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
    state = "取消" if row.revoked_at else "消去済" if row.erased_at else "出力済" if row.released_at else "未出力"
    return (row.serial, moment, row.officer, row.get_kind_display(), row.receiver, row.subject_count, row.place, state)


def _plain(row: EgressRecord) -> dict[str, Any]:
    return {
        "serial": row.serial,
        **{str(each.name): getattr(row, str(each.name)) for each in row._meta.local_concrete_fields},
    }


def _cell(cell: object) -> object:
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else escape(inert(str(cell)))
