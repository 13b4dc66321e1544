"""osame network … — 情報提供ネットワークシステム（模擬）に命じる。"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from osame.contracts.national import PermitRequest
from osame.network.core import commanding, registering
from osame.platform.exchanges import keys as exchange_keys
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, now, refusals_told

app = typer.Typer(no_args_is_help=True, help="情報提供ネットワークシステム（模擬）")
Rate = Annotated[int, typer.Option(min=0, max=1000, help="千分の一")]


@app.command()
@bound("network.core.command")
@refusals_told
def prepare() -> None:
    """模擬の機関、鍵、照合リストを用意する。"""
    registering.prepare(at=now())
    console.print("情報提供ネットワークシステム（模擬）の用意ができました。")


@app.command()
@bound("network.core.command")
@refusals_told
def admit(
    institution: Annotated[str, typer.Argument(help="機関コード（16桁）")],
    name: Annotated[str, typer.Option(help="機関の名")],
    public_key: Annotated[str, typer.Option(help="中間サーバーの署名の公開鍵（base64）")],
) -> None:
    """団体の中間サーバーを登録する。"""
    key_id = exchange_keys.trust("gateway", public_key)
    registering.admit(institution, name, key_id)
    console.print(f"{name}を登録しました（模擬）。")


@app.command()
@bound("network.core.command")
@refusals_told
def behave(
    drop: Rate = 0,
    duplicate: Rate = 0,
    reorder: Rate = 0,
    delay: Rate = 0,
    delay_milliseconds: Annotated[int, typer.Option(min=0, max=600_000)] = 0,
    error: Rate = 0,
    alter: Rate = 0,
    hostile: Rate = 0,
    down_seconds: Annotated[int, typer.Option(min=0)] = 0,
    permit_seconds: Annotated[int, typer.Option(min=0)] = 3600,
) -> None:
    """遅れ、二重、並べ替え、紛失、誤り、改変、悪意、不通を命じる。書かなければ、行儀よくする。"""
    until: datetime | None = now() + timedelta(seconds=down_seconds) if down_seconds else None
    commanding.behave(
        drop=drop, duplicate=duplicate, reorder=reorder, delay=delay, delay_milliseconds=delay_milliseconds,
        error=error, alter=alter, hostile=hostile, down_until=until, permit_seconds=permit_seconds,
    )  # fmt: skip
    console.print("振舞いを変えました（模擬）。")


@app.command()
@bound("network.core.command")
@refusals_told
def accounts(file: Annotated[Path, typer.Argument(help="機関コード、団体内統合宛名番号、口座の七項目の CSV")]) -> None:
    """公金受取口座（模擬）を登録する。"""
    console.print(f"{commanding.register_accounts(commanding.read_accounts(file)):,}件を登録しました（模擬）。")


@app.command()
@bound("network.core.command")
@refusals_told
def inquire(
    inquirer: Annotated[str, typer.Argument(help="照会する模擬の機関")],
    provider: Annotated[str, typer.Argument(help="提供を求める団体の機関コード")],
    unified: Annotated[str, typer.Option(help="団体内統合宛名番号")],
    affair: Annotated[str, typer.Option(help="事務コード")],
    procedure: Annotated[str, typer.Option(help="事務手続コード")],
    item: Annotated[str, typer.Option(help="特定個人情報名コード")],
) -> None:
    """模擬の機関から、団体に照会する。"""
    request = PermitRequest("", "", provider, affair, procedure, item)
    number = commanding.inquire_of_body(inquirer, unified, request, now=now())
    console.print(f"照会番号 {number} で照会しました（模擬）。")


@app.command("ask-own")
@bound("network.core.command")
@refusals_told
def ask_own_command(
    institution: Annotated[str, typer.Argument(help="求める団体の機関コード")],
    unified: Annotated[str, typer.Option(help="本人の団体内統合宛名番号")],
    item: Annotated[str, typer.Option(help="特定個人情報名コード")],
) -> None:
    """本人として、マイナポータル（模擬）から、団体に自分の情報を求める。"""
    console.print(f"番号 {commanding.ask_own(institution, unified, item, now=now())} で求めました（模擬）。")


@app.command("read-notice")
@bound("network.core.command")
@refusals_told
def read_notice_command(
    institution: Annotated[str, typer.Argument(help="載せた団体の機関コード")],
    number: Annotated[str, typer.Argument(help="お知らせ番号")],
) -> None:
    """本人として、マイナポータル（模擬）で、お知らせを読む。"""
    title, text = commanding.read_notice(institution, number, now=now())
    console.print(f"{title}\n{text}\n（模擬）", markup=False)
