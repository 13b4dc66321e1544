"""osame gateway … — 中間サーバーの運用。"""

from typing import Annotated

import typer

from osame.contracts.client import Limits
from osame.contracts.national import NetworkClient
from osame.gateway.administration import pumping
from osame.gateway.administration.queries import state
from osame.gateway.trust import actions, parties
from osame.platform.exchanges import calling
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, now, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="中間サーバー（団体は --body 団体コード で決める）")
trust_app = typer.Typer(no_args_is_help=True, help="鍵・証明書・照会許可用照合リスト")
app.add_typer(trust_app, name="trust")


@app.command()
@bound("gateway.messaging.exchange")
@refusals_told
def exchange(
    once: Annotated[bool, typer.Option("--once", help="動かすものがなくなったら終わる")] = False,
    pause: Annotated[float, typer.Option(help="待つ秒数")] = 1.0,
) -> None:
    """国の側との送受信の係を動かす。"""
    console.print("送受信を始めます。")
    pumping.keep_going(now=now, pause=pause, once=once)


@app.command("state")
@bound("gateway.administration.show")
@refusals_told
def state_command() -> None:
    """送受信のようすと、業務統計。"""
    found = state(at=now())
    table("照会", ("状態", "件"), [(label, count) for _, label, count in found.inquiries])
    table("符号", ("状態", "件"), found.symbols)
    table("記録", ("区分", "結果", "件"), found.records)
    console.print(f"送信待ち {found.waiting:,}件　断った伝文 {found.turned_away:,}件")


@trust_app.command()
@bound("gateway.trust.manage")
@refusals_told
def anchor(public_key: Annotated[str, typer.Argument(help="認証局の公開鍵（base64）")]) -> None:
    """国の側の認証局の公開鍵を登録する。"""
    parties.set_anchor(public_key)
    console.print("認証局の公開鍵を登録しました。")


@trust_app.command()
@bound("gateway.trust.manage")
@refusals_told
def enroll() -> None:
    """新しい鍵を作り、証明書を受ける。"""
    with calling.client("network", limits=Limits()) as client:
        made = actions.enroll(NetworkClient(client, calling.errand()))
    console.print(f"証明書 {made.serial} を受けました（{made.valid_until.date()} まで）。")


@trust_app.command()
@bound("gateway.trust.manage")
@refusals_told
def use(serial: Annotated[str, typer.Argument(help="証明書番号")]) -> None:
    """これからの署名に使う証明書を替える。"""
    actions.use_certificate(serial)
    console.print(f"これから {serial} で署名します。")


@trust_app.command()
@bound("gateway.trust.manage")
@refusals_told
def refresh() -> None:
    """マスター（証明書、失効、照合リスト）を取り寄せる。"""
    with calling.client("network") as client:
        version = actions.refresh(NetworkClient(client, calling.errand()), at=now())
    console.print(f"照合リストの版 {version}")


@trust_app.command("calendar")
@bound("gateway.trust.show")
@refusals_told
def calendar_command() -> None:
    """証明書の期限の暦。"""
    table(
        "証明書",
        ("機関", "番号", "期限", "残り日数", "使用中", "失効"),
        (
            (each.certificate.name, each.certificate.serial, f"{each.certificate.valid_until:%Y-%m-%d}",
             each.days_left, "○" if each.in_use else "", "○" if each.revoked else "")
            for each in actions.calendar(at=now())
        ),
    )  # fmt: skip


@trust_app.command()
@bound("gateway.trust.manage")
@refusals_told
def right(
    system: Annotated[str, typer.Option(help="業務システム")],
    affair: Annotated[str, typer.Option(help="事務コード")],
    procedure: Annotated[str, typer.Option(help="事務手続コード")],
    provider: Annotated[str, typer.Option(help="提供者の機関コード")],
    item: Annotated[str, typer.Option(help="特定個人情報名コード")],
    basis: Annotated[str, typer.Option(help="根拠")],
    since: Annotated[str | None, typer.Option("--from", help="適用開始日")] = None,
) -> None:
    """照会できる事務を登録する。"""
    actions.permit_inquiry(actions.Right(system, affair, procedure, provider, item), basis=basis, valid_from=day(since))
    console.print("登録しました。")
