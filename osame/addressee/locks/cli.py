"""osame addressee lock … — 排他制御と、他業務参照不可。"""

from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.locks import actions
from osame.addressee.locks.queries import editing
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, console, refusals_told

app = typer.Typer(no_args_is_help=True, help="排他制御・他業務参照不可")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Number = Annotated[str, typer.Argument(help="宛名番号")]
Office = Annotated[str, typer.Option(help="業務ID（3桁）")]
Reason = Annotated[str, typer.Option(help="理由（必須）")]


@app.command()
@bound("addressee.locks.take")
@refusals_told
def take(
    addressee: Number,
    minutes: Annotated[int, typer.Option(min=1, max=120, help="自動解放までの分")] = actions.MINUTES,
    _by: Officer = None,
) -> None:
    """異動処理を始める。"""
    until = actions.take_lock(addressee, minutes=minutes)
    console.print(f"{until.astimezone(JAPAN):%H:%M} まで、ほかの職員は閲覧だけになります。")


@app.command()
@bound("addressee.locks.take")
@refusals_told
def release(addressee: Number, _by: Officer = None) -> None:
    """異動処理を終える。"""
    actions.release_lock(addressee)
    console.print("終えました。")


@app.command()
@bound("addressee.locks.take")
@refusals_told
def show(addressee: Number, _by: Officer = None) -> None:
    """異動処理をしている職員を示す。"""
    with transaction.atomic():
        held = editing(addressee)
    console.print(f"{held.officer}（{held.terminal}）が異動処理をしています。" if held else "だれもしていません。")


@app.command()
@bound("addressee.locks.restrict")
@refusals_told
def restrict(addressee: Number, office: Office, reason: Reason, _by: Officer = None) -> None:
    """他業務参照不可にする。"""
    actions.restrict_reference(addressee, restricted=True, office=office, reason=reason)
    console.print("他業務参照不可にしました。")


@app.command("open")
@bound("addressee.locks.restrict")
@refusals_told
def open_command(addressee: Number, office: Office, reason: Reason, _by: Officer = None) -> None:
    """他業務参照不可を解く。設定した業務だけができる。"""
    actions.restrict_reference(addressee, restricted=False, office=office, reason=reason)
    console.print("解きました。")
