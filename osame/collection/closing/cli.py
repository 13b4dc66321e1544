"""osame close … — 公金日計の取込み、収納日計表、日締め、調定簿。"""

from typing import Annotated

import typer

from osame.collection.closing.actions import close_day, close_day_provisionally, reopen_day
from osame.collection.closing.book import determination_book
from osame.collection.closing.queries import CHANNEL_NAMES, broken_seals, day_sheet
from osame.kernel.dates import format_wareki, parse_date, parse_month
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, errors, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="日を締める")
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Day = Annotated[str, typer.Argument(help="会計日（和暦・西暦）")]


@app.command("day")
@bound("collection.closing.close")
@refusals_told
def day_command(
    business_on: Day,
    as_of: AsOf = None,
    by: Officer = None,
    provisional: Annotated[bool, typer.Option("--provisional", help="仮締め（差異があってもよい）")] = False,
    as_json: Json = False,
) -> None:
    """その日を締める。差異があれば断る。"""
    act = close_day_provisionally if provisional else close_day
    result = act(parse_date(business_on), as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(result)
        return
    already = "（前に締めています。何も変えていません）" if result.replayed else ""
    console.print(
        f"{format_wareki(result.business_on)}を{'本締め' if result.closed else '仮締め'}しました。"
        f"{result.receipts:,}件・{result.amount:,}円、差異{result.difference:,}円{already}",
        soft_wrap=True,
    )


@app.command()
@bound("collection.closing.reopen")
@refusals_told
def reopen(
    business_on: Day,
    approver: Annotated[str, typer.Option(help="承認する別の職員（必須）")],
    reason: Annotated[str, typer.Option(help="理由（必須）")],
    by: Officer = None,
) -> None:
    """最後に締めた日の締めを解く。別の職員の承認が要る。"""
    reopen_day(parse_date(business_on), officer=officer(by), approver=approver, reason=reason)
    console.print("締めを解きました。", soft_wrap=True)


@app.command()
@bound("collection.closing.sheet")
@refusals_told
def sheet(business_on: Day, as_json: Json = False) -> None:
    """収納日計を、公金日計と並べる。"""
    found = day_sheet(parse_date(business_on))
    if as_json:
        say_json(found)
        return
    table(
        f"収納日計 {format_wareki(found.business_on)}",
        ("チャネル", "税目", "現滞", "件", "金額"),
        [
            (CHANNEL_NAMES[line.channel], line.tax_item_name, "滞繰" if line.carried_over else "現年", line.receipts,
             line.amount)
            for line in found.lines
        ],
    )  # fmt: skip
    table(
        "公金日計との突合",
        ("チャネル", "消込件", "消込額", "日計件", "日計額", "差額"),
        [
            (each.name, each.receipts, each.amount, each.bank_receipts, each.bank_amount, each.difference)
            for each in found.channels
        ],
    )
    console.print("差異はありません。" if found.agrees else "[red]差異があります。[/red]", soft_wrap=True)


@app.command()
@bound("collection.closing.book")
@refusals_told
def book(month: Annotated[str, typer.Argument(help="年月（令和7年7月、2025-07）")], as_json: Json = False) -> None:
    """その月の調定簿（本税）を示す。"""
    found = determination_book(parse_month(month))
    if as_json:
        say_json(found)
        return
    table(
        f"調定簿 {format_wareki(found.first)}～{format_wareki(found.through)}",
        ("税目", "現滞", "前月末残", "増額", "減額", "収納額", "欠損額", "月末残"),
        [
            (line.tax_item_name, "滞繰" if line.carried_over else "現年", line.opening, line.increases, line.decreases,
             line.receipts, line.write_offs, line.closing)
            for line in found.lines
        ],
    )  # fmt: skip


@app.command()
@bound("collection.closing.seals")
@refusals_told
def seals(as_json: Json = False) -> None:
    """締めた日の仕訳の封印を計算し直す。締めた後に変わった日があれば、示して終了コード1。"""
    broken = broken_seals()
    if as_json:
        say_json({"broken": broken})
    elif broken:
        errors.print(f"[red]封印が合いません：[/red]{'、'.join(map(format_wareki, broken))}", soft_wrap=True)
    else:
        console.print("締めた日の仕訳は、締めたときのままです。")
    if broken:
        raise SystemExit(1)
