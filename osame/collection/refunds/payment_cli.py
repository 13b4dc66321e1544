"""osame refund-payment … — 還付金を払い、戻った金を記録する。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.letters.reports import write_report
from osame.collection.refunds.actions import Act, Where
from osame.collection.refunds.cancelling import record_recovery
from osame.collection.refunds.letters import send_notices, send_reminders, unnoticed
from osame.collection.refunds.models import RefundPayee
from osame.collection.refunds.paying import Cash, pay_in_cash, propose_run, record_returned, withdraw_run
from osame.collection.refunds.queries import decision_sheet, payments_of, runs
from osame.collection.refunds.reports import decision_report, outstanding_report, run_report
from osame.collection.refunds.transfers import hand_over_file
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="還付金を払い、戻った金を記録する")
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準の日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]
ALL = (1_000, 0)


@app.command("propose")
@bound("collection.refunds.pay")
@refusals_told
def pay_command(
    transfer_on: Annotated[str, typer.Argument(help="振込指定日（和暦・西暦）")],
    reason: Reason,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """支払待ちの還付を集め、支払を起案する。件数・合計・大きい十件を、別の職員が確かめる。"""
    run, proposal = propose_run(transfer_on=parse_date(transfer_on), reason=reason, act=Act(day(as_of), officer(by)))
    console.print(f"支払の実行 {run}（起案 {proposal}）を作りました。別の職員の照査と決裁を待ちます。")


@app.command("withdraw")
@bound("collection.refunds.pay")
@refusals_told
def withdraw_command(run: int, as_of: AsOf = None, by: By = None) -> None:
    """まだ指図していない支払の実行を取り下げる。"""
    withdraw_run(run, act=Act(day(as_of), officer(by)))
    console.print(f"支払の実行 {run} を取り下げました。")


@app.command("file")
@bound("collection.refunds.hand")
@refusals_told
def file_command(run: int, target: Annotated[Path, typer.Argument(help="書き出す先")]) -> None:
    """指図した支払の実行の、総合振込ファイル（全銀 種別21）を出す。一度だけ。"""
    made = hand_over_file(run, target)
    console.print(f"{made.serial} として出しました：{target}")


@app.command("runs")
@bound("collection.refunds.show")
@refusals_told
def runs_command(run: Annotated[int | None, typer.Argument(help="実行番号（省けば一覧）")] = None) -> None:
    """支払の実行を並べる。番号があれば、その支払を一件ずつ並べる。"""
    if run is not None:
        table(f"支払の実行 {run}", ("支払番号", "氏名", "金額", "口座", "状態", "理由"),
              ((str(each["payment_id"]), each["name"], each["amount"], each["account"], each["state_label"],
                each["return_reason"]) for each in payments_of(run)))  # fmt: skip
        return
    table("支払の実行", ("番号", "振込指定日", "件数", "合計額", "状態"),
          ((str(each.run_id), format_wareki(each.transfer_on), each.payments, each.total, each.get_state_display())
           for each in runs(page=ALL)))  # fmt: skip


@app.command("returned")
@bound("collection.refunds.settle")
@refusals_told
def returned_command(
    payment: Annotated[int, typer.Argument(help="支払番号")],
    reason: Reason,
    on: Annotated[str, typer.Option("--on", help="組戻しの日")],
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """組戻し・入金不能を記録する。還付未済に戻る。"""
    done = record_returned(payment, returned_on=parse_date(on), reason=reason, act=Act(day(as_of), officer(by)))
    console.print("組戻しを記録しました。" if done else "既に記録しています。")


@app.command("cash")
@bound("collection.refunds.settle")
@refusals_told
def cash_command(
    decision: int,
    payee: int,
    on: Annotated[str, typer.Option("--on", help="払った日")],
    confirmed_by: Annotated[str, typer.Option("--confirmed-by", help="支払を確かめた、別の職員")],
    method: Annotated[
        RefundPayee.Method, typer.Option("--method", help="2 窓口現金、3 現金書留")
    ] = RefundPayee.Method.CASH,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """窓口の現金、または現金書留で払ったことを記録する。"""
    cash = Cash(method, parse_date(on), confirmed_by)
    done = pay_in_cash(
        Where(decision_sheet(decision).decision.addressee_number, decision, payee),
        cash,
        act=Act(day(as_of), officer(by)),
    )
    console.print("支払を記録しました。" if done else "既に記録しています。")


@app.command("recovered")
@bound("collection.refunds.settle")
@refusals_told
def recovered_command(
    payment: Annotated[int, typer.Argument(help="支払番号")],
    on: Annotated[str, typer.Option("--on", help="返納の日")],
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """返納された金を記録する。すべて返納されたら、決議を元に戻す。"""
    done = record_recovery(payment, recovered_on=parse_date(on), act=Act(day(as_of), officer(by)))
    console.print("返納を記録しました。" if done else "既に記録しています。")


@app.command("report")
@bound("collection.refunds.report")
@refusals_told
def report_command(
    target: Annotated[Path, typer.Argument(help="書き出す先（PDF）")],
    decision: Annotated[int | None, typer.Option("--decision", help="決議番号（決議書と加算金計算書）")] = None,
    run: Annotated[int | None, typer.Option("--run", help="実行番号（支払明細・不能一覧）")] = None,
    as_of: AsOf = None,
) -> None:
    """決議書、加算金計算書、支払明細、または（どちらも省けば）還付未済・時効予定一覧を出す。"""
    on = day(as_of)
    if decision is not None:
        made = decision_report(decision, as_of=on)
    else:
        made = run_report(run, as_of=on) if run is not None else outstanding_report(as_of=on)
    console.print(f"{write_report(made, target).serial} として出しました：{target}")


@app.command("letters")
@bound("collection.refunds.notify")
@refusals_told
def letters_command(
    decision: Annotated[list[int] | None, typer.Argument(help="決議番号（省けば、まだ通知していないもの全部）")] = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """還付・充当の通知を作り、通知日を記録する。刷るのは osame letter print。"""
    runs_made = send_notices(decision or unnoticed(), act=Act(day(as_of), officer(by)))
    console.print(f"束{'、'.join(str(each) for each in runs_made)}を作りました。")


@app.command("reminders")
@bound("collection.refunds.notify")
@refusals_told
def reminders_command(
    through: Annotated[str, typer.Option("--noticed-through", help="この日までに通知した人に")],
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """まだ請求のない人への再通知を作る。"""
    made = send_reminders(act=Act(day(as_of), officer(by)), through=parse_date(through))
    console.print(f"束{made}を作りました。")
