"""osame linkage legal-basis … — 番号利用の根拠。"""

from typing import Annotated

import typer
from django.db import connections, transaction

from osame.linkage.legal_basis.loading import load_basis
from osame.linkage.legal_basis.queries import bases
from osame.platform.audit.recording import record
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="番号利用の根拠")
AsOf = Annotated[str | None, typer.Option("--as-of", help="その日に効力のあるものだけ（和暦・西暦）")]


@app.command()
@bound("linkage.legal_basis.show")
@refusals_told
def show(as_of: AsOf = None) -> None:
    """根拠の一覧。"""
    table(
        "番号利用の根拠",
        ("事務", "名称", "根拠条文", "適用開始", "適用終了", "原文で確認"),
        [
            (row.affair, row.name, row.article, row.valid_from, row.valid_until or "", "済" if row.verified else "未")
            for row in bases(as_of=day(as_of) if as_of else None)
        ],
    )


@app.command()
@bound("linkage.legal_basis.load")
@refusals_told
def load() -> None:
    """添えられたデータ（basis.toml）で、根拠の表を改める。"""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        rows = load_basis(cursor)
    record("番号利用の根拠を改めた", detail={"件数": rows})
    console.print(f"{rows}件を改めました。")
