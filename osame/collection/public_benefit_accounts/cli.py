"""osame public-account … — 公金受取口座の希望を受け、照会し、消す。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.letters.reports import write_report
from osame.collection.public_benefit_accounts.actions import Wish, ask, receive_wish, withdraw_wish
from osame.collection.public_benefit_accounts.erasing import erase_due
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import Period, inquiries
from osame.collection.public_benefit_accounts.receiving import collect
from osame.collection.public_benefit_accounts.reports import inquiry_report
from osame.collection.refunds.actions import Act, Where
from osame.collection.refunds.queries import decision_sheet
from osame.kernel.dates import format_wareki
from osame.platform.functions.binding import bound
from osame.platform.staff.queries import live_number_right
from osame.platform.terminal import console, day, officer, refusals_told, table

app = typer.Typer(no_args_is_help=True, help="公金受取口座の希望を受け、照会し、消す")
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準の日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Decision = Annotated[int, typer.Argument(help="決議番号")]
Payee = Annotated[int, typer.Option("--payee", help="受取人番号")]
WishSource = PublicBenefitAccountInquiry.WishSource
ALL = (1_000, 0)


def _where(decision: int, payee: int) -> Where:
    return Where(decision_sheet(decision).decision.addressee_number, decision, payee)


@app.command("wish")
@bound("collection.public_benefit_accounts.wish")
@refusals_told
def wish_command(
    decision: Decision,
    source: Annotated[WishSource, typer.Option(help="希望の受け方（1 請求書、2 窓口、3 その他の文書）")],
    payee: Payee = 1,
    again: Annotated[str, typer.Option(help="前に照会していれば、もう一度照会する理由")] = "",
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """本人の希望を受け付ける。"""
    on = day(as_of)
    number = receive_wish(_where(decision, payee), Wish(on, source, again), act=Act(on, officer(by)))
    console.print(f"口座照会 {number}：希望を受け付けました。")


@app.command("ask")
@bound("collection.public_benefit_accounts.ask")
@refusals_told
def ask_command(decision: Decision, payee: Payee = 1, as_of: AsOf = None, by: By = None) -> None:
    """公金受取口座を照会する。職員の個人番号利用権限（目的は還付・充当の通知）が要る。"""
    who, on = officer(by), day(as_of)
    ask(_where(decision, payee), right=live_number_right(who, purpose="refund_notice", day=on), act=Act(on, who))
    console.print("照会しました。答えは「osame public-account collect」で受け取ります。")


@app.command("withdraw")
@bound("collection.public_benefit_accounts.wish")
@refusals_told
def withdraw_command(
    decision: Decision,
    reason: Annotated[str, typer.Option(help="理由")],
    payee: Payee = 1,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """希望を取り下げる。照会していれば、取りやめを求める。"""
    withdraw_wish(_where(decision, payee), reason=reason, act=Act(day(as_of), officer(by)))
    console.print("希望を取り下げました。")


@app.command("collect")
@bound("collection.public_benefit_accounts.collect")
@refusals_told
def collect_command(as_of: AsOf = None, by: By = None) -> None:
    """届いた答えを受け取る（毎分のジョブと同じ）。"""
    taken, waiting = collect(act=Act(day(as_of), officer(by)))
    console.print(f"受け取った照会 {taken:,}件、まだ {waiting:,}件")


@app.command("list")
@bound("collection.public_benefit_accounts.show")
@refusals_told
def list_command(state: Annotated[str, typer.Option(help="状態のコード（7 で照会不可だけ）")] = "") -> None:
    """照会状況表とエラーリスト（R-151）。"""
    table(
        "公金受取口座の照会",
        ("番号", "決議", "受取人", "状態", "希望日", "結果", "使った日", "消した日"),
        (
            (str(each.inquiry_id), str(each.decision_id), each.name, each.label, format_wareki(each.wished_on),
             each.outcome, *(format_wareki(on) if on else "" for on in (each.used_on, each.erased_on)))
            for each in inquiries(page=ALL, state=state)
        ),
    )  # fmt: skip


@app.command("print")
@bound("collection.public_benefit_accounts.report")
@refusals_told
def print_command(
    target: Annotated[Path, typer.Argument(help="書き出す所（PDF）")],
    since: Annotated[str | None, typer.Option(help="希望日の初め（省けば、今年度の初め）")] = None,
    through: Annotated[str | None, typer.Option(help="希望日の終わり（省けば、基準の日）")] = None,
    state: Annotated[str, typer.Option(help="状態のコード（省けば、すべて）")] = "",
    as_of: AsOf = None,
) -> None:
    """情報照会結果・照会状況表・エラーリスト（R-151）を、PDF にする。"""
    on = day(as_of)
    period = Period.told(day(since) if since else None, day(through) if through else None, state, as_of=on)
    made = inquiry_report(period, as_of=on)
    console.print(f"{write_report(made, target).serial} として出しました：{target}")


@app.command("erase")
@bound("collection.public_benefit_accounts.erase")
@refusals_told
def erase_command(as_of: AsOf = None) -> None:
    """決まりの日が来た公金受取口座を消す（毎日のジョブと同じ）。"""
    erased = erase_due(as_of=day(as_of))
    console.print(f"消した口座 {erased.accounts:,}件、総合振込ファイル {erased.files:,}件")
