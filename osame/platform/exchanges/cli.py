"""osame exchange — システム間のやり取り。鍵と、相手の登録。"""

from typing import Annotated

import typer

from osame.platform.audit.searching import inert
from osame.platform.exchanges import keys
from osame.platform.exchanges.receiving import prune_nonces
from osame.platform.exchanges.records import Search, search
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, console, day, instants_of, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="システム間のやり取り — 署名の鍵、相手システム")
keys_app = typer.Typer(no_args_is_help=True, help="署名の鍵")
app.add_typer(keys_app, name="keys")


@keys_app.command()
@bound("floor.exchanges.create_key")
@refusals_told
def create() -> None:
    """このシステムの鍵を作る。初めての鍵なら、そのまま使い始める。"""
    console.print(f"鍵 {keys.create()} を作りました。相手システムに公開鍵（keys show）を登録してください。")


@keys_app.command()
@bound("floor.exchanges.show_keys")
@refusals_told
def show() -> None:
    """自分の鍵と、信じている相手の鍵を見せる。"""
    table("自分の鍵", ("番号", "公開鍵", "使用中"), ((i, text, "○" if now else "") for i, text, now in keys.own()))
    table("信じている鍵", ("相手", "番号"), ((each.peer, each.key_id) for each in keys.trusted()))


@keys_app.command()
@bound("floor.exchanges.use_key")
@refusals_told
def use(key_id: Annotated[str, typer.Argument(help="鍵の番号")]) -> None:
    """これからの署名に使う鍵を替える。"""
    keys.use(key_id)
    console.print(f"これから {key_id} で署名します。")


@keys_app.command()
@bound("floor.exchanges.trust_key")
@refusals_told
def trust(
    peer: Annotated[str, typer.Argument(help="相手システムの名")],
    public_key: Annotated[str, typer.Argument(help="相手の公開鍵（base64）")],
) -> None:
    """相手システムの公開鍵を信じる。"""
    console.print(f"鍵 {keys.trust(peer, public_key)} を信じます。")


@keys_app.command()
@bound("floor.exchanges.distrust_key")
@refusals_told
def distrust(key_id: Annotated[str, typer.Argument(help="鍵の番号")]) -> None:
    """相手の鍵を信じるのをやめる。次の求めから断る。"""
    keys.distrust(key_id)
    console.print(f"鍵 {key_id} を外しました。")


@app.command("list")
@bound("floor.exchanges.list")
@refusals_told
def list_command(
    peer: Annotated[str, typer.Option(help="この相手とのやり取りだけ")] = "",
    by: Annotated[str, typer.Option("--by", help="この職員の求めだけ")] = "",
    operation: Annotated[str, typer.Option(help="この操作だけ（一部でよい）")] = "",
    since: Annotated[str | None, typer.Option("--from", help="この日から")] = None,
    through: Annotated[str | None, typer.Option("--through", help="この日まで")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="断られたもの・失敗したものだけ")] = False,
    limit: Annotated[int, typer.Option(help="最も多く示す件数")] = 200,
    officer: Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")] = None,  # noqa: ARG001 - 命令の門が使う
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """やり取りの記録を、新しいものから示す。本文は残していない。"""
    first, until = instants_of(day(since) if since else None, day(through) if through else None)
    found = search(
        Search(peer=peer, officer=by, operation=operation, failed=failed, limit=limit, since=first, until=until)
    )
    if as_json:
        say_json([
            {str(each.name): getattr(row, str(each.name)) for each in row._meta.local_concrete_fields} for row in found
        ])
        return
    heading = ("通信番号", "日時", "向き", "相手", "操作", "職員", "答え", "送った数", "受けた数")
    table(
        "やり取りの記録",
        heading,
        [
            (
                row.exchange_id, f"{row.occurred_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}", row.get_direction_display(),
                row.peer, row.operation, inert(row.officer), row.failure or str(row.status), row.bytes_sent,
                row.bytes_received,
            )
            for row in found
        ],
    )  # fmt: skip


@app.command()
@bound("floor.exchanges.prune")
@refusals_told
def prune() -> None:
    """期限の過ぎた一回限りの値を消す。"""
    console.print(f"{prune_nonces():,} 件を消しました。")
