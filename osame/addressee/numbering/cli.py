"""osame addressee numbering … ／ osame addressee clients … — 付番と、業務システムの登録。"""

from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.numbering import allocation
from osame.addressee.numbering.models import NumberingRange
from osame.addressee.numbering.queries import duplicates
from osame.formats.non_resident_api import INQUIRY_SCOPE, NUMBERING_SCOPE
from osame.platform.functions.binding import bound
from osame.platform.oauth import actions as oauth
from osame.platform.oauth.models import OauthClient
from osame.platform.terminal import console, now, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="住登外者宛名番号の付番")
clients = typer.Typer(no_args_is_help=True, help="業務システム（OAuth2 のクライアント）")


@app.command("open")
@bound("addressee.numbering.open")
@refusals_told
def open_command(
    first: Annotated[int, typer.Argument(help="最初の番号（検査数字を除く）")],
    last: Annotated[int, typer.Argument(help="最後の番号（検査数字を除く）")],
    check: Annotated[NumberingRange.Check, typer.Option(help="検査数字の方式")] = NumberingRange.Check.MOD11,
) -> None:
    """付番の範囲を開く。住民の番号と重ならない範囲を指定する。"""
    with transaction.atomic():
        allocation.open_range(first, last, scheme=check.value)
    console.print("付番の範囲を開きました。")


@app.command()
@bound("addressee.numbering.status")
@refusals_told
def status() -> None:
    """付番の範囲の残りと、付番簿との突き合わせを見せる。"""
    state = allocation.range_state()
    table(
        "付番の範囲",
        ("最初", "最後", "次", "残り件数", "付番件数", "欠番件数", "説明のつかない件数"),
        [(str(state.first), str(state.last), str(state.next), state.remaining, state.issued, state.skipped,
          state.unexplained)],
    )  # fmt: skip


@app.command("duplicates")
@bound("addressee.numbering.duplicates")
@refusals_told
def duplicates_command() -> None:
    """付番のとき、同じ基本4情報の宛名が先にあったものを見せる。名寄せの候補。"""
    with transaction.atomic():
        table("名寄せの候補", ("付けた宛名番号", "先にあった宛名番号", "依頼した業務"), duplicates())


@clients.command("register")
@bound("addressee.clients.register")
@refusals_told
def register_command(
    system_id: Annotated[str, typer.Argument(help="業務ID、または独自施策システム等ID（3桁）")],
    name: Annotated[str, typer.Argument(help="業務システムの名")],
    own_policy: Annotated[bool, typer.Option("--own-policy", help="独自施策システム等として登録する")] = False,
    basic: Annotated[bool, typer.Option("--allow-basic", help="暫定の client_secret_basic も許す")] = False,
    introspect: Annotated[bool, typer.Option("--introspect", help="トークンの情報の取得を許す（提供側）")] = False,
    scope: Annotated[list[str] | None, typer.Option(help="許すスコープ（省けば付番と照会）")] = None,
) -> None:
    """業務システムを登録し、IDと秘密を一度だけ見せる。"""
    made = oauth.register_client(
        system_id,
        name,
        scopes=scope or [NUMBERING_SCOPE, INQUIRY_SCOPE],
        ways=oauth.Ways(own_policy=own_policy, basic=basic, introspect=introspect),
    )
    console.print(f"クライアントID　　　　　{made.client_id}", soft_wrap=True)
    console.print(f"クライアントシークレット　{made.client_secret}", soft_wrap=True)
    console.print("シークレットは、もう二度と見られません。安全な方法で業務システムに渡してください。")


@clients.command("list")
@bound("addressee.clients.list")
@refusals_told
def list_command() -> None:
    """登録した業務システムを並べる。"""
    table(
        "業務システム",
        ("クライアントID", "ID", "種別", "名", "Basic", "スコープ", "停止"),
        [
            (each.client_id, each.system_id, "独自施策" if each.is_own_policy else "業務", each.name,
             "可" if each.basic_allowed else "", each.scopes, f"{each.disabled_at:%Y-%m-%d}" if each.disabled_at else "")
            for each in OauthClient.objects.order_by("system_id", "registered_at")
        ],
    )  # fmt: skip


@clients.command("disable")
@bound("addressee.clients.disable")
@refusals_told
def disable_command(client_id: Annotated[str, typer.Argument(help="クライアントID")]) -> None:
    """業務システムを停止する。出ているトークンもすべて無効になる。"""
    oauth.disable_client(client_id, at=now())
    console.print("停止しました。")
