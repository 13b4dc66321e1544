"""osame addressee import … — 住民記録から届くファイルを取り込む。"""

from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.residents.delivering import deliver
from osame.addressee.residents.importing import import_residents, missing_files
from osame.contracts.linkage import LinkageClient
from osame.platform.exchanges import calling
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="ファイルを取り込む")


@app.command("residents")
@bound("addressee.residents.import")
@refusals_told
def residents_command(
    file: Annotated[Path, typer.Argument(help="住民異動のファイル（osame_resident_v1）")],
    pass_over_gap: Annotated[str, typer.Option(help="届いていない通番を待たずに取り込む理由")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """住民異動のファイルを取り込む。断ったファイルは終了コード1。"""
    result = import_residents(file, pass_over_gap=pass_over_gap)
    if as_json:
        say_json(result)
    elif result.refusal:
        console.print(f"取り込みませんでした。{result.refusal}")
    else:
        before = "（前に取込み済み。今回は何もしていません）" if result.already_received else ""
        table(
            f"{result.file_name}{before}",
            ("行数", "取込件", "保留件", "不受理件", "解いた保留件"),
            [(result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected, result.released_held)],
        )
        for _, reason in result.problems:
            console.print(reason, markup=False)
    if result.refusal:
        raise SystemExit(1)


@app.command("missing")
@bound("addressee.residents.missing")
@refusals_told
def missing_command() -> None:
    """まだ届いていないファイル通番を見せる。"""
    with transaction.atomic():
        numbers = missing_files()
    console.print("届いていない通番：" + "、".join(map(str, numbers)) if numbers else "欠けた通番はありません。")


@bound("addressee.residents.deliver")
@refusals_told
def deliver_command() -> None:
    """預かった個人番号の封筒を、連携サーバーへ渡す。渡せないものが残れば終了コード1。"""
    with calling.client("linkage") as client:
        done = deliver(LinkageClient(client, sender="addressee", errand=calling.errand()))
    rest = "連携サーバーにつながらなくなったので、残りは次に渡します。" if done.cut_off else ""
    held = f"うち{done.held:,}通は、相違があるので連携サーバーで決定を待ちます。" if done.held else ""
    console.print(f"渡した封筒{done.sent:,}通　断られた封筒{done.refused:,}通　{held}{rest}".rstrip(), soft_wrap=True)
    if done.refused or done.cut_off:
        raise SystemExit(1)
