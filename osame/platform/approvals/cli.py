"""osame approval … — 起案を見て、照査し、決裁し、執行する。"""

import json
from typing import Annotated

import typer

from osame.platform.approvals import actions
from osame.platform.approvals.queries import listed, one
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="起案の照査・決裁・執行（重要行為は二人以上で行う）")
By = Annotated[str | None, typer.Option("--officer", help="行う職員の職員番号（省けば端末の利用者）")]
Number = Annotated[int, typer.Argument(metavar="起案番号", help="起案番号")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("list")
@bound("floor.approvals.list")
@refusals_told
def list_command(
    every: Annotated[bool, typer.Option("--all", help="済んだ起案も")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """待っている起案を、古いものから並べる。"""
    rows = listed(every=every)
    if as_json:
        say_json(rows)
        return
    table(
        "起案",
        ["起案番号", "重要行為", "段階", "起案者", "照査者", "決裁者", "理由"],
        [(str(r.proposal_id), r.act, r.state, r.maker, r.checker, r.decider, r.reason) for r in rows],
    )


@app.command()
@bound("floor.approvals.list")
@refusals_told
def show(proposal: Number, by: By = None, as_json: Json = False) -> None:  # noqa: ARG001 - 門が読む
    """一つの起案の中身を見る。照査と決裁は、これを見てから行う。"""
    found = one(proposal)
    if as_json:
        say_json(found)
        return
    console.print(f"起案番号 {found.proposal_id}　{found.act}　{found.state}")
    console.print(f"  起案 {found.maker}　照査 {found.checker or '—'}　決裁 {found.decider or '—'}")
    console.print(f"  理由 {found.reason}", markup=False, soft_wrap=True)
    console.print(f"  対象 {'、'.join(found.subjects) or '—'}", markup=False, soft_wrap=True)
    console.print(json.dumps(found.content, ensure_ascii=False, indent=2), markup=False, soft_wrap=True)


@app.command()
@bound("floor.approvals.judge")
@refusals_told
def check(proposal: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """照査する。"""
    actions.check(proposal)
    console.print(f"起案番号 {proposal} を照査しました。")


@app.command()
@bound("floor.approvals.judge")
@refusals_told
def decide(proposal: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """決裁する。"""
    actions.decide(proposal)
    console.print(f"起案番号 {proposal} を決裁しました。")


@app.command()
@bound("floor.approvals.withdraw")
@refusals_told
def reject(
    proposal: Number,
    reason: Annotated[str, typer.Option("--reason", help="理由（必須）")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """却下する。自分の起案なら取り下げる。"""
    actions.reject(proposal, reason=reason)
    console.print(f"起案番号 {proposal} を下げました。")


@app.command()
@bound("floor.approvals.execute")
@refusals_told
def execute(proposal: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """決裁されたとおりに執行する。"""
    answer = actions.execute(proposal)
    console.print(f"起案番号 {proposal} を執行しました。{'' if answer is None else f'結果：{answer}'}", markup=False)
