"""osame outlay … — 返還金と前納報奨金を、決め、払い、返してもらう。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.outlays.deciding import (
    Restitution,
    cancel_outlay,
    propose_restitution,
    propose_rewards,
    propose_shortfall,
)
from osame.collection.outlays.files import hand_over_file
from osame.collection.outlays.letters import send_notices, send_return, untold_outlays
from osame.collection.outlays.paying import (
    propose_run,
    record_turned_back,
    set_account,
    take_debit_account,
    withdraw_run,
)
from osame.collection.outlays.queries import outlay_file, outlay_numbered, outlays
from osame.collection.outlays.recovering import demand_return, record_money_back
from osame.collection.outlays.restitutions import read_parts
from osame.collection.outlays.rewards import candidates
from osame.collection.outlays.shortfalls import Shortfall
from osame.collection.refunds.accounts import Account
from osame.collection.refunds.models import PayeeAccount
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="返還金と前納報奨金を扱う（歳出からの支払）")
Number = Annotated[int, typer.Argument(help="支払決定番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準の日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
TaxItem = Annotated[str, typer.Argument(help="税目のコード")]
Year = Annotated[int, typer.Argument(help="賦課年度（西暦）")]


@app.command("rewards")
@bound("collection.outlays.show")
@refusals_told
def rewards_command(tax_item: TaxItem, year: Year, as_of: AsOf = None, as_json: Json = False) -> None:
    """前納報奨金の候補を並べる。交付できない人は、理由とともに。"""
    found = candidates(tax_item, year, as_of=day(as_of))
    if as_json:
        say_json([{"addressee_number": e.addressee_number, "amount": e.amount, "barred": e.barred, "steps": e.reward.steps}
                  for e in found])  # fmt: skip
        return
    table("前納報奨金の候補", ("宛名番号", "氏名", "前納した額", "報奨金", "交付できない理由"),
          ((e.addressee_number, e.name, e.prepaid, e.amount, e.barred) for e in found))  # fmt: skip


@app.command("propose-rewards")
@bound("collection.outlays.propose")
@refusals_told
def propose_rewards_command(tax_item: TaxItem, year: Year, reason: Reason, as_of: AsOf = None) -> None:
    """前納報奨金の交付を起案する。"""
    console.print(f"起案 {propose_rewards(tax_item, year, as_of=day(as_of), reason=reason)} を作りました。")


@app.command("restitute")
@bound("collection.outlays.propose")
@refusals_told
def restitute_command(
    addressee: str, tax_item: TaxItem,
    parts: Annotated[Path, typer.Argument(help="内訳の行を書いたファイル（一行に一つ、「、」で区切る）")],
    reason: Reason, as_of: AsOf = None,
) -> None:  # fmt: skip
    """返還金の支払を起案する。"""
    wanted = Restitution(addressee, tax_item, read_parts(parts.read_text(encoding="utf-8")), reason)
    console.print(f"起案 {propose_restitution(wanted, as_of=day(as_of))} を作りました。")


@app.command("shortfall")
@bound("collection.outlays.propose")
@refusals_told
def shortfall_command(
    addressee: str, year: Year, amount: Annotated[int, typer.Argument(help="控除不足額（円）")], reason: Reason,
    applied: Annotated[str | None, typer.Option("--applied", help="申出の日（省けば基準の日）")] = None,
    wished: Annotated[bool, typer.Option("--wished", help="未納に充てる（委託納付の）申出があった")] = False, as_of: AsOf = None,
) -> None:  # fmt: skip
    """控除不足額の充当・委託納付と、残りの還付を起案する。"""
    on = day(as_of)
    wanted = Shortfall(addressee, year, amount, parse_date(applied) if applied else on, wished, reason)
    console.print(f"起案 {propose_shortfall(wanted, as_of=on)} を作りました。")


@app.command("list")
@bound("collection.outlays.show")
@refusals_told
def list_command(limit: Annotated[int, typer.Option(help="行数")] = 100, as_json: Json = False) -> None:
    """歳出からの支払を、新しい順に並べる。"""
    found = outlays(size=limit)
    if as_json:
        say_json(list(found))
        return
    table("歳出からの支払", ("番号", "種類", "宛名番号", "氏名", "税目", "年度", "額", "利息相当", "口座", "状態"),
          ((str(e.outlay_id), e.kind_name, e.addressee_number, e.name, e.tax_name, str(e.levy_year), e.amount, e.interest,
            e.account, e.state_name) for e in found))  # fmt: skip


@app.command("show")
@bound("collection.outlays.show")
@refusals_told
def show_command(outlay: Number) -> None:
    """支払一件の内訳と、計算の過程。"""
    file = outlay_file(outlay)
    table(f"{file.line.kind_name} {outlay}　{file.line.name}　{file.line.state_name}",
          ("年度", "期", "納付の日", "額", "利息相当", "資料"),
          ((str(e.levy_year), str(e.installment_term), format_wareki(e.paid_on), e.amount, e.interest, e.evidence)
           for e in file.parts))  # fmt: skip
    for part in file.parts:
        for step in part.steps:
            console.print(str(step), soft_wrap=True, markup=False)


@app.command("account")
@bound("collection.outlays.settle")
@refusals_told
def account_command(
    outlay: Number,
    bank: Annotated[str, typer.Option("--bank", help="金融機関コード（省けば、本人の同意による振替口座）")] = "",
    branch: Annotated[str, typer.Option("--branch", help="店舗コード")] = "",
    number: Annotated[str, typer.Option("--number", help="口座番号")] = "",
    holder: Annotated[str, typer.Option("--holder", help="口座名義（カナ）")] = "",
    by: By = None,
) -> None:
    """支払先の口座を登録する。"""
    key = outlay_numbered(outlay).key
    if not bank:
        take_debit_account(key, as_of=day(None), officer=officer(by))
        console.print("振替口座を支払先にしました。")
        return
    account = Account(bank, branch, PayeeAccount.AccountType.ORDINARY, number, holder)
    set_account(key, account, consented=False, as_of=day(None), officer=officer(by))
    console.print("口座を登録しました。")


@app.command("cancel")
@bound("collection.outlays.settle")
@refusals_told
def cancel_command(outlay: Number, reason: Reason, by: By = None) -> None:
    """まだ支払っていない決定を取り消す。"""
    cancel_outlay(outlay_numbered(outlay).key, reason=reason, officer=officer(by))
    console.print("取り消しました。")


@app.command("pay")
@bound("collection.outlays.pay")
@refusals_told
def pay_command(
    transfer_on: Annotated[str, typer.Argument(help="振込指定日")], reason: Reason, as_of: AsOf = None, by: By = None
) -> None:
    """口座の分かった支払待ちを集め、支払を起案する。"""
    run, proposal = propose_run(
        transfer_on=parse_date(transfer_on), reason=reason, as_of=day(as_of), officer=officer(by)
    )
    console.print(f"支払の回 {run}（起案 {proposal}）を作りました。")


@app.command("withdraw")
@bound("collection.outlays.pay")
@refusals_told
def withdraw_command(run: Annotated[int, typer.Argument(help="支払の回")], by: By = None) -> None:
    """まだ指図していない支払の回を取り下げる。"""
    withdraw_run(run, officer=officer(by))
    console.print("取り下げました。")


@app.command("file")
@bound("collection.outlays.hand")
@refusals_told
def file_command(
    run: Annotated[int, typer.Argument(help="支払の回")], target: Annotated[Path, typer.Argument(help="書き出す先")]
) -> None:
    """指図した回の、総合振込ファイル（全銀 種別21）を出す。一度だけ。"""
    console.print(f"{hand_over_file(run, target).serial} として出しました：{target}")


@app.command("turned-back")
@bound("collection.outlays.settle")
@refusals_told
def turned_back_command(outlay: Number, reason: Reason, as_of: AsOf = None, by: By = None) -> None:
    """組戻しを記録する。支払待ちに戻る。"""
    record_turned_back(outlay_numbered(outlay).key, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print("組戻しを記録しました。")


@app.command("recover")
@bound("collection.outlays.settle")
@refusals_told
def recover_command(outlay: Number, reason: Reason, as_of: AsOf = None, by: By = None) -> None:
    """前納の後に税額が減った報奨金の返納を求め、通知を作る。"""
    on, who = day(as_of), officer(by)
    made = demand_return(outlay_numbered(outlay).key, reason=reason, as_of=on, officer=who)
    run = send_return(outlay, made.recovery_number, as_of=on, officer=who)
    console.print(f"{made.amount:,}円の返納を求めました（期限 {format_wareki(made.payable_through)}、束 {run}）。")


@app.command("returned")
@bound("collection.outlays.settle")
@refusals_told
def returned_command(
    outlay: Number, recovery: Annotated[int, typer.Argument(help="返納の番号")],
    on: Annotated[str, typer.Option("--on", help="返納された日")], by: By = None,
) -> None:  # fmt: skip
    """返納された日を記録する。"""
    record_money_back(outlay_numbered(outlay).key, recovery, returned_on=parse_date(on), officer=officer(by))
    console.print("返納を記録しました。")


@app.command("letters")
@bound("collection.outlays.notify")
@refusals_told
def letters_command(
    outlay: Annotated[list[int] | None, typer.Argument(help="支払決定番号（省けば、まだ知らせていないもの全部）")] = None,
    as_of: AsOf = None, by: By = None,
) -> None:  # fmt: skip
    """支払の決定の通知を作る。刷るのは osame letter print。"""
    made = send_notices(outlay or untold_outlays(), as_of=day(as_of), officer=officer(by))
    console.print(f"束{'、'.join(map(str, made))}を作りました。")
