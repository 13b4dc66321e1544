"""osame linkage keys・rotate-keys・retire-key … — 番号の金庫の鍵の命令。"""

from enum import StrEnum
from typing import Annotated

import typer
from rich.progress import Progress

from osame.linkage.numbers import rotation
from osame.linkage.numbers.models import VaultKey
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, errors, refusals_told, table
from osame.platform.vault.keyring import KeyUse
from osame.platform.vault.wrapping import key_wrapper

app = typer.Typer(no_args_is_help=True, help="番号の金庫の鍵")


class Use(StrEnum):
    """鍵の用途。"""

    NUMBERS = "numbers"
    INDEX = "index"
    ENVELOPES = "envelopes"


USES = {Use.NUMBERS: KeyUse.DATA, Use.INDEX: KeyUse.INDEX, Use.ENVELOPES: KeyUse.SEALING}
Which = Annotated[Use, typer.Option("--use", help="numbers 番号の暗号・index 番号の索引・envelopes 封筒")]


@app.command()
@bound("linkage.numbers.keys")
@refusals_told
def create(municipality: Annotated[str, typer.Option(help="団体コード6桁")]) -> None:
    """番号の金庫の鍵を一組作り、封筒の公開鍵（linkage.pub）を置く。すでにあれば、何も変えない。"""
    made = rotation.create_keys(municipality)
    console.print("鍵を作りました。" if made else "鍵はもうあります。", soft_wrap=True)


@app.command()
@bound("linkage.numbers.keys")
@refusals_told
def show() -> None:
    """鍵の一覧（鍵そのものは示さない）。"""
    table(
        "番号の金庫の鍵",
        ("用途", "版", "状態", "置き場所"),
        [
            (VaultKey.Use(key.use).label, key.version, VaultKey.State(key.state).label, key.keeper)
            for key in VaultKey.objects.order_by("use", "version")
        ],
    )


@app.command()
@bound("linkage.numbers.keys")
@refusals_told
def rewrap(to: Annotated[str, typer.Option(help="file:パス か transit:https://…")]) -> None:
    """鍵を、別の鍵で包み直す。終えたら OSAME_KEY_KEEPER をその置き場所に改める。"""
    count = rotation.rewrap(key_wrapper(to))
    console.print(f"{count}本を包み直しました。OSAME_KEY_KEEPER={to} としてください。", soft_wrap=True)


@bound("linkage.numbers.keys")
@refusals_told
def rotate_keys(
    use: Which = Use.NUMBERS,
    resume: Annotated[bool, typer.Option("--resume", help="新しい版を作らず、途中から続ける")] = False,
) -> None:
    """鍵を入れ替える。新しい版を作り、保管した番号を暗号（または索引）にし直す。読み書きは続けてよい。"""
    if not resume:
        console.print(
            f"{rotation.NAMES[USES[use]]}の鍵の版 {rotation.add_version(USES[use])} を作りました。", soft_wrap=True
        )
    if use is Use.ENVELOPES:
        console.print("新しい公開鍵（linkage.pub）を、ほかのシステムに配ってください。", soft_wrap=True)
        return
    with Progress(console=errors, transient=True) as progress:
        task = progress.add_task("番号", total=None)
        done = rotation.WORKS[USES[use]](told=lambda count: progress.advance(task, count))
    console.print(f"{done:,}件を新しい版にしました。", soft_wrap=True)


@bound("linkage.numbers.keys")
@refusals_told
def retire_key(version: Annotated[int, typer.Argument(help="版")], use: Which = Use.NUMBERS) -> None:
    """使われなくなった版の鍵を廃止する。鍵は消え、その版の古い控えは開けなくなる。"""
    rotation.retire(USES[use], version)
    console.print(f"{rotation.NAMES[USES[use]]}の鍵の版 {version} を廃止しました。", soft_wrap=True)
