"""osame retention … — 保管と消去。"""

from typing import Annotated

import typer

from osame.platform.functions.binding import bound
from osame.platform.privacy import retention
from osame.platform.privacy.cli import By, Json, Reason
from osame.platform.terminal import console, day, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="保管と消去 — 年限の来たもの、消去の証")
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準日（省けば今日）")]
Kind = Annotated[str, typer.Argument(metavar="種類", help="記録の種類（list が示す）")]


@app.command("list")
@bound("floor.retention.list")
@refusals_told
def list_command(as_of: AsOf = None, by: By = None, as_json: Json = False) -> None:  # noqa: ARG001 - 門が読む
    """年限の来たもの。種類ごとの数と、年限、止めている理由。"""
    rows = [
        {"kind": each.kind.code, "name": each.kind.name, "due": each.count, "term": each.kind.basis, "held": each.held}
        for each in retention.due(as_of=day(as_of))
    ]
    if as_json:
        say_json(rows)
        return
    table("保管と消去", ("種類", "記録", "消せる件", "年限", "止めている理由"), [tuple(each.values()) for each in rows])
    table("消さないもの", ("記録", "わけ"), retention.never_erased())


@app.command()
@bound("floor.retention.erase")
@refusals_told
def propose(
    reason: Reason,
    as_of: AsOf = None,
    only: Annotated[list[str] | None, typer.Option("--kind", help="この種類だけ。いくつでも")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """消去を起案する。照査・決裁・執行は osame approval で、別の職員が行う。"""
    number = retention.propose_erasure(as_of=day(as_of), reason=reason, only=only or ())
    console.print(f"起案番号 {number} を起案しました。")


@app.command()
@bound("floor.retention.hold")
@refusals_told
def hold(kind: Kind, reason: Reason, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """消去を止める。訴訟、監査、調査が終わるまで。"""
    retention.hold(kind, reason=reason, on=today())
    console.print("止めました。")


@app.command()
@bound("floor.retention.hold")
@refusals_told
def release(kind: Kind, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """消去を止めたのを解く。止めた職員とは別の職員が行う。"""
    retention.release(kind, on=today())
    console.print("解きました。")


@app.command()
@bound("floor.retention.list")
@refusals_told
def proofs(by: By = None, as_json: Json = False) -> None:  # noqa: ARG001 - 門が読む
    """消去の証。"""
    rows = [
        {"number": each.erasure_id, "proposal": each.proposal_id, "name": each.name, "rows": each.row_count,
         "keys_sha256": each.keys_sha256, "method": each.method, "erased_at": each.erased_at, "officer": each.officer}
        for each in retention.proofs()
    ]  # fmt: skip
    if as_json:
        say_json(rows)
        return
    heading = ("番号", "起案番号", "記録", "消した件", "鍵のハッシュ", "消し方", "日時", "職員")
    table("消去の証", heading, [tuple(each.values()) for each in rows])
