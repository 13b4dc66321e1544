"""osame realization … — 換価執行決定。参加差押えをした不動産の換価の催告、同意、決定、告知、取消し。"""

from typing import Annotated

import typer

from osame.collection.dispositions import realizing
from osame.collection.dispositions.queries import disposition_file, disposition_numbered
from osame.collection.dispositions.realization_queries import decision_numbered
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json

app = typer.Typer(
    no_args_is_help=True, help="参加差押えをした不動産を、先の行政機関の同意を得て換価する（国税徴収法第89条の2）"
)
Number = Annotated[int, typer.Argument(help="換価執行決定の番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("call")
@bound("collection.dispositions.carry")
@refusals_told
def call_command(
    disposition_id: Annotated[int, typer.Argument(help="参加差押えの処分管理番号")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """換価を催告し、換価の執行への同意を求める。"""
    key = disposition_numbered(disposition_id).key
    console.print(f"換価執行決定の番号 {realizing.call_to_realize(key, as_of=day(as_of), officer=officer(by))}")


@app.command("consent")
@bound("collection.dispositions.carry")
@refusals_told
def consent_command(
    number: Number, on: Annotated[str, typer.Argument(help="答えの日")], text: Annotated[str, typer.Argument(help="文書の日付と番号")],
    refused: Annotated[bool, typer.Option("--refused", help="同意しない")] = False,
    rank: Annotated[int, typer.Option("--rank", help="この参加差押えの順位")] = 1, by: Officer = None,
) -> None:  # fmt: skip
    """先に差し押さえた行政機関の答えを記録する。"""
    given = realizing.Consent(parse_date(on), text, not refused, rank)
    realizing.record_consent(number, given, officer=officer(by))
    console.print("記録しました。")


@app.command("propose")
@bound("collection.dispositions.propose")
@refusals_told
def propose_command(number: Number, reason: str, as_of: AsOf = None) -> None:
    """換価執行決定を起案する。"""
    console.print(f"起案番号 {realizing.propose_realization(number, reason=reason, as_of=day(as_of))}")


@app.command("notice")
@bound("collection.dispositions.carry")
@refusals_told
def notice_command(
    number: Number, on: Annotated[str, typer.Argument(help="告知が届いた日")], by: Officer = None
) -> None:
    """告知の到達を記録する。"""
    realizing.record_notice_of_decision(number, on=parse_date(on), officer=officer(by))
    console.print("記録しました。")


@app.command("revoke")
@bound("collection.dispositions.release")
@refusals_told
def revoke_command(
    number: Number, reason: str,
    released: Annotated[bool, typer.Option("--seizure-released", help="換価同意行政機関等の差押えが解除された")] = False,
    hardship: Annotated[bool, typer.Option("--hardship", help="生活を著しく窮迫させるおそれがある")] = False,
    excessive: Annotated[bool, typer.Option("--excessive", help="価額が著しく超過すると認める")] = False,
    without_bid: Annotated[int, typer.Option("--without-bid", help="入札のなかった公売の回数")] = 0, as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """換価執行決定を取り消し、通知を作る。"""
    told = realizing.RevocationJudgement(
        reason, released, is_hardship=hardship, is_excessive=excessive, auctions_without_bid=without_bid
    )
    run = realizing.revoke(number, told, as_of=day(as_of), officer=officer(by))
    console.print(f"束{run}を印刷してください。")


@app.command("show")
@bound("collection.dispositions.list")
@refusals_told
def show_command(number: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """一件の段階と、条件の判定を示す。"""
    head = decision_numbered(number)
    lines = head.conditions or tuple(
        each.line
        for each in realizing.judge_realization(head, disposition_file(head.participation), as_of=day(as_of)).items
    )
    if as_json:
        say_json({"decision": head, "stage": head.stage_name, "conditions": lines, "events": head.events})
        return
    console.print(f"{head.stage_name}　{head.body}　効力 {head.effect_on or '―'}")
    for line in lines:
        console.print(line, markup=False)
