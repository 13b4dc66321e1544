"""osame voucher … — 還付の支払を、財務会計へ渡す。"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.vouchers.actions import check_run, make_run, reconcile, withdraw_run
from osame.collection.vouchers.files import hand_over
from osame.collection.vouchers.queries import lines_of, voucher_run, voucher_runs
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="還付の支払を、財務会計へ渡す（歳入戻出・歳出還付）")
Run = Annotated[int, typer.Argument(help="伝票の束の番号")]
Through = Annotated[str | None, typer.Option("--through", help="対象の末日（和暦・西暦。省けば、基準の日の前日）")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準の日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
NEWEST = 50


@app.command("reconcile")
@bound("collection.vouchers.show")
@refusals_told
def reconcile_command(through: Through = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """元帳の支払と、渡した束・これから渡すものを突き合わせる。合わなければ、終了の符号が1になる。"""
    until = parse_date(through) if through else day(as_of) - timedelta(days=1)
    found = reconcile(through=until)
    if as_json:
        say_json(found)
    else:
        console.print(
            f"{format_wareki(until)}まで：元帳の支払{found.ledger:,}円 ＝ 渡した{found.told:,}円 ＋ これから{found.waiting:,}円"
            f"（{found.movements:,}件）：{'合う' if found.agrees else '合わない'}",
            soft_wrap=True,
        )
    if not found.agrees:
        raise typer.Exit(1)


@app.command("make")
@bound("collection.vouchers.make")
@refusals_told
def make_command(through: Through = None, as_of: AsOf = None, by: By = None) -> None:
    """まだ渡していない支払と戻りを、会計年度・科目ごとの束にする。"""
    on = day(as_of)
    until = parse_date(through) if through else on - timedelta(days=1)
    number = make_run(through=until, as_of=on, officer=officer(by))
    console.print(f"財務伝票の束 {number} を作りました。別の職員の照合を待ちます。")


@app.command("list")
@bound("collection.vouchers.show")
@refusals_told
def list_command(run: Annotated[int | None, typer.Argument(help="束の番号（省けば一覧）")] = None) -> None:
    """束を並べる。番号があれば、その行を並べる。"""
    if run is None:
        table("財務伝票の束", ("番号", "対象の末日", "行", "支払", "戻り", "状態"),
              ((str(each.run_id), format_wareki(each.through_on), each.lines, each.paid, each.returned,
                each.get_state_display()) for each in voucher_runs(size=NEWEST, offset=0)))  # fmt: skip
        return
    voucher_run(run)
    table(f"財務伝票の束 {run}", ("行", "会計年度", "科目", "内訳", "税目", "年度区分", "異動", "日付", "件数", "金額"),
          ((str(each.line_number), str(each.fiscal_year), each.class_name, each.subject_name, each.tax_name,
            "滞納繰越" if each.carried_over else "現年課税", each.movement_name, format_wareki(each.happened_on), each.payments,
            each.amount) for each in lines_of(run)))  # fmt: skip


@app.command("check")
@bound("collection.vouchers.check")
@refusals_told
def check_command(
    run: Run,
    paid: Annotated[int, typer.Option("--paid", help="控えで数えた、支払の合計")],
    returned: Annotated[int, typer.Option("--returned", help="控えで数えた、組戻しと返納の合計")] = 0,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """作った職員と別の職員が、控えで数えた合計を束と照合する。"""
    check_run(run, paid=paid, returned=returned, as_of=day(as_of), officer=officer(by))
    console.print(f"束 {run} を照合しました。財務会計へ渡せます。")


@app.command("withdraw")
@bound("collection.vouchers.make")
@refusals_told
def withdraw_command(run: Run, reason: Annotated[str, typer.Option("--reason", help="理由")], by: By = None) -> None:
    """まだ照合していない束を取り下げる。"""
    withdraw_run(run, reason=reason, officer=officer(by))
    console.print(f"束 {run} を取り下げました。支払は、次の束に入ります。")


@app.command("hand")
@bound("collection.vouchers.hand")
@refusals_told
def hand_command(run: Run, to: Annotated[Path, typer.Option(help="書き出すファイル（必須）")]) -> None:
    """照合した束のファイルを、財務会計へ渡す。一度だけ。"""
    console.print(f"{hand_over(run, to).serial} として出しました：{to}")
