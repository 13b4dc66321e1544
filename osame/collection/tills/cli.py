"""osame till … — 窓口レジを開き、領収し、締め、確かめる。"""

from typing import Annotated

import typer

from osame.collection.ledger.queries import find_charge
from osame.collection.tills import actions
from osame.collection.tills.letters import freeze_receipt
from osame.collection.tills.queries import receipts_of, till_days
from osame.kernel.dates import format_wareki
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="窓口レジを扱う")
Till = Annotated[int, typer.Argument(help="レジの日の番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]


@app.command("open")
@bound("collection.tills.take")
@refusals_told
def open_command(
    till: Annotated[int, typer.Argument(help="レジ番号")], fund: Annotated[int, typer.Option("--fund", help="釣銭準備金")] = 0,
    as_of: AsOf = None, by: By = None,
) -> None:  # fmt: skip
    """その日のレジを開く。"""
    console.print(f"レジの日の番号 {actions.open_till(till, fund, as_of=day(as_of), officer=officer(by))}")


@app.command("take")
@bound("collection.tills.take")
@refusals_told
def take_command(
    till: Till, addressee: str, charge: Annotated[list[str], typer.Option("--charge", help="期別（納付書番号など。くり返す）")],
    tendered: Annotated[int, typer.Option("--tendered", help="お預りした現金")], as_of: AsOf = None, by: By = None,
) -> None:  # fmt: skip
    """現金を領収する。領収証書は osame letter print で刷る。"""
    on, who = day(as_of), officer(by)
    charges = [find_charge(each).charge_id for each in charge]
    done = actions.take_cash(till, addressee.zfill(15), charges, tendered, as_of=on, officer=who)
    run = freeze_receipt(done.receipt_number, as_of=on, officer=who)
    console.print(f"領収番号 {done.receipt_number}　{done.amount:,}円　お釣り {done.change:,}円　束 {run}")


@app.command("cancel")
@bound("collection.tills.take")
@refusals_told
def cancel_command(receipt: int, reason: Reason, as_of: AsOf = None, by: By = None) -> None:
    """締める前の領収を取り消す。"""
    actions.cancel_receipt(receipt, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print("領収を取り消しました。")


@app.command("count")
@bound("collection.tills.close")
@refusals_told
def count_command(
    till: Till, counted: Annotated[int, typer.Argument(help="数えた現金（釣銭準備金を含む）")],
    reason: Annotated[str, typer.Option("--reason", help="過不足の理由")] = "", by: By = None,
) -> None:  # fmt: skip
    """現金を数えて、レジを締める。"""
    difference = actions.count_till(till, counted, reason=reason, officer=officer(by))
    console.print(f"締めました。過不足 {difference:,}円。別の職員が確かめてください。")


@app.command("reopen")
@bound("collection.tills.close")
@refusals_told
def reopen_command(till: Till, reason: Reason, by: By = None) -> None:
    """締めを取り消す。"""
    actions.reopen_till(till, reason=reason, officer=officer(by))
    console.print("締めを取り消しました。")


@app.command("confirm")
@bound("collection.tills.close")
@refusals_told
def confirm_command(till: Till, by: By = None) -> None:
    """別の職員が確かめ、元帳に入れる。"""
    console.print(f"{actions.confirm_till(till, officer=officer(by)):,}件を元帳に入れました。")


@app.command("list")
@bound("collection.tills.show")
@refusals_told
def list_command(till: Annotated[int | None, typer.Argument(help="レジの日の番号（省けば一覧）")] = None) -> None:
    """レジの日、または一日の領収を並べる。"""
    if till is None:
        table("レジの日", ("番号", "レジ", "処理日", "件数", "領収額", "過不足", "状態"),
              ((str(e.till_day_id), str(e.till_number), format_wareki(e.business_on), e.count, e.total, e.difference or 0, e.state_name)
               for e in till_days()))  # fmt: skip
        return
    table(f"レジの日 {till}", ("領収番号", "宛名番号", "氏名", "金額", "取消し"),
          ((str(e.receipt_number), e.addressee_number, e.name, e.amount, e.cancel_reason) for e in receipts_of(till)))  # fmt: skip
