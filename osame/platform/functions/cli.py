"""osame functions … — 機能の台帳と、入口の結び付きを見る。"""

import csv
import io
from typing import Annotated

import typer
from django.conf import settings

from osame.platform import systems
from osame.platform.functions import checks, doors, matrix
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import Role
from osame.platform.functions.registry import groups, purposes, registry
from osame.platform.terminal import console, errors, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="機能の台帳を見る")
System = Annotated[str | None, typer.Option("--system", help="collection / addressee / linkage（省けば今のシステム）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("matrix")
@bound("floor.functions.show")
@refusals_told
def matrix_command(
    context: typer.Context,
    system: System = None,  # noqa: ARG001 - osame.cli がプロセスのシステムを決める
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV で答える")] = False,
) -> None:
    """機能と役割の表を、機能ごとに結び付いた入口とともに示す。"""
    rows = matrix.functions(str(settings.ROOT_URLCONF), systems.current().code, matrix.commands_of(context))
    if as_json:
        say_json(rows)
    elif as_csv:
        print(matrix.as_csv(rows), end="")
    else:
        table(
            f"{systems.current().name}の機能",
            ("機能コード", "名", "機能群", "使用目的", "役割", "入口"),
            (
                (row.code, row.name + ("（重要）" if row.high_risk else ""), groups()[row.group],
                 "、".join(purposes()[each].name for each in row.purposes),
                 "、".join(Role(each).label for each in row.roles), "\n".join(row.doors))
                for row in rows
            ),
        )  # fmt: skip


@app.command()
@bound("floor.functions.show")
@refusals_told
def check(context: typer.Context, system: System = None, as_json: Json = False) -> None:  # noqa: ARG001
    """すべての入口が機能に結び付いているかを検める。一つでも外れていれば、終了コード1。"""
    here = systems.current()
    listed = registry(here.code)
    wrong = list(checks.unbound(str(settings.ROOT_URLCONF), listed))
    counted = {
        "routes": sum(1 for _ in doors.routes(str(settings.ROOT_URLCONF), listed)),
        "commands": len(matrix.commands_of(context)),
        "jobs": sum(1 for _ in doors.tasks(listed)),
        "functions": len(listed.functions),
    }
    if as_json:
        say_json({**counted, "unbound": wrong})
    else:
        for each in wrong:
            errors.print(f"[red]結び付いていません：[/red]{each}", soft_wrap=True)
        console.print(
            f"{here.name}：アドレス{counted['routes']}、命令{counted['commands']}、ジョブ{counted['jobs']}、"
            f"機能{counted['functions']}。{'すべて結び付いています。' if not wrong else ''}",
            soft_wrap=True,
        )
    if wrong:
        raise SystemExit(1)


@app.command()
@bound("floor.functions.show")
@refusals_told
def expectations(context: typer.Context, system: System = None) -> None:  # noqa: ARG001
    """いまの許可の表を、点検のために CSV で書く（アドレスと方法ごと、命令ごと、ジョブごとに、役割の列）。"""
    here = systems.current().code
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(matrix.HEADING)
    lines.writerows(matrix.expectations(here, str(settings.ROOT_URLCONF), matrix.commands_of(context)))
    print(written.getvalue(), end="")
