"""osame medium … — 提供の媒体の授受簿。"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from osame.platform.egress.models import EgressMedium
from osame.platform.functions.binding import bound
from osame.platform.privacy import media
from osame.platform.privacy.cli import By, Json, choice
from osame.platform.privacy.media import Destruction, Plan
from osame.platform.terminal import console, day, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="提供の媒体 — 封をして作り、渡し、受け、廃棄する")
Number = Annotated[str, typer.Argument(metavar="媒体番号", help="媒体番号")]
Source = Annotated[Path, typer.Option(help="提供データ（一列目が宛名番号の CSV）")]
Target = Annotated[Path, typer.Option("--out", help="媒体に書くファイル")]
Receiver = Annotated[str, typer.Option(help="提供先")]
Key = Annotated[Path, typer.Option(help="提供先の公開鍵（PEM）")]
Medium = Annotated[str, typer.Option("--medium", help="光ディスク・磁気テープ")]
Numbers = Annotated[bool, typer.Option("--number", help="個人番号を含む")]
On = Annotated[str | None, typer.Option("--on", help="その日（省けば今日）")]


@app.command("list")
@bound("floor.media.list")
@refusals_told
def list_command(
    every: Annotated[bool, typer.Option("--all", help="廃棄・紛失したものも")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """媒体の授受簿を、廃棄の期限の早いものから。"""
    rows = [
        {"number": each.medium_number, "receiver": each.receiver, "rows": each.row_count,
         "state": each.get_state_display(), "destroy_by": each.destroy_by, "certificate": each.certificate}
        for each in media.listed(open_only=not every)
    ]  # fmt: skip
    if as_json:
        say_json(rows)
        return
    table(
        "提供の媒体",
        ("媒体番号", "提供先", "件", "段階", "廃棄の期限", "廃棄証明"),
        [tuple(each.values()) for each in rows],
    )


def _plan(number: str, source: Path, target: Path, receiver: str, key: Path, medium: str) -> Plan:
    kind = EgressMedium(choice(dict(EgressMedium.choices), medium, "媒体"))
    return Plan(number=number, source=source, target=target, receiver=receiver, key=key, kind=kind)


@app.command()
@bound("floor.media.write")
@refusals_told
def propose(
    number: Number,
    source: Source,
    target: Target,
    receiver: Receiver,
    key: Key,
    reason: Annotated[str, typer.Option(help="理由（必須）")],
    medium: Medium = "光ディスク",
    number_included: Numbers = False,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """媒体への複製を起案する。この中身・相手・人数だけに効く。"""
    plan = _plan(number, source, target, receiver, key, medium)
    proposal = media.propose_medium(replace(plan, number_included=number_included), reason=reason)
    console.print(f"起案番号 {proposal} を起案しました。")


@app.command()
@bound("floor.media.write")
@refusals_told
def write(
    number: Number,
    source: Source,
    target: Target,
    receiver: Receiver,
    key: Key,
    medium: Medium = "光ディスク",
    number_included: Numbers = False,
    proposal: Annotated[int | None, typer.Option(help="決裁された起案番号（人数が多いとき）")] = None,
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """提供先の公開鍵で封をして書き、授受簿に載せる。"""
    plan = replace(
        _plan(number, source, target, receiver, key, medium), number_included=number_included, proposal_id=proposal
    )
    row = media.write(plan, on=day(on))
    console.print(f"媒体 {row.medium_number}（{row.row_count:,}件）を作りました。ハッシュ {row.sha256}")


@app.command("hand-over")
@bound("floor.media.hand_over")
@refusals_told
def hand_over(
    number: Number,
    carrier: Annotated[str, typer.Option(help="受け取った者")],
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """授受を記録する。"""
    media.hand_over(number, carrier=carrier, on=day(on), as_of=today())
    console.print("記録しました。")


@app.command()
@bound("floor.media.hand_over")
@refusals_told
def receive(
    number: Number,
    count: Annotated[int, typer.Option(min=0, help="受領した件数")],
    sha256: Annotated[str, typer.Option(help="受領した中身のハッシュ")] = "",
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """受領書のとおりに受領を記録する。"""
    agrees = media.receive(number, count=count, sha256=sha256, on=day(on), as_of=today())
    console.print("受領を記録しました。" if agrees else "件数かハッシュが合いません。媒体を止めました。")
    raise typer.Exit(0 if agrees else 2)


@app.command()
@bound("floor.media.destroy")
@refusals_told
def destroy(
    number: Number,
    method: Annotated[str, typer.Option(help="廃棄の方法")],
    witness: Annotated[str, typer.Option(help="立ち会った者")],
    certificate: Annotated[str, typer.Option(help="廃棄証明の番号")],
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """廃棄を記録する。"""
    media.destroy(number, Destruction(method, witness, certificate), on=day(on), as_of=today())
    console.print("記録しました。")


@app.command()
@bound("floor.media.destroy")
@refusals_told
def lose(number: Number, on: On = None, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """紛失を、漏えい等事故として登録する。"""
    console.print(f"漏えい等事故番号 {media.lose(number, known_on=day(on), as_of=today())} を登録しました。")
