"""osame receipt … — 不明入金の消込、収納の取消し・組替え、手入力。"""

import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from osame.collection.ledger.queries import find_charge
from osame.collection.matching.actions import (
    Act,
    OverrideRequest,
    cancel_receipt,
    identify_receipt,
    move_receipt,
    override_charge,
    release_override,
)
from osame.collection.matching.electronic import declared_taxes, entrusted, undeclared_payments
from osame.collection.matching.entering import BatchRowUnreadable, BatchSheet, enter_batch, read_slips
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.matching.queries import held_receipts, stale_reports
from osame.formats.reports import Channel
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="収納を調べ、正す")
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Note = Annotated[str, typer.Option("--note", help="理由の説明（必須）")]
REASONS = {
    "wrong-match": ReceiptCancellation.Reason.WRONG_MATCH,
    "dishonour": ReceiptCancellation.Reason.DISHONOUR,
    "channel": ReceiptCancellation.Reason.CHANNEL_CANCELLATION,
}


@app.command()
@bound("collection.matching.held")
@refusals_told
def held(as_json: Json = False) -> None:
    """調査中の入金（不明入金）を並べる。"""
    rows = held_receipts()
    if as_json:
        say_json(rows)
        return
    table(
        "調査中の入金", ("番号", "金額", "領収日", "収入日", "チャネル", "納付書番号", "名義", "理由"),
        ((r.receipt_key, r.amount, r.paid_on, r.received_on, r.channel, r.slip_number or "", r.payer_kana, r.reason)
         for r in rows),
    )  # fmt: skip


@app.command("electronic")
@bound("collection.matching.electronic")
@refusals_told
def electronic_command(
    year: Annotated[int, typer.Argument(help="突き合わせる賦課年度（西暦）")], as_of: AsOf = None, as_json: Json = False
) -> None:
    """電子納付。資金化を待つもの、申告と納付の突合せ、申告の届かない納付。"""
    waiting, declared, undeclared = entrusted(as_of=day(as_of)), declared_taxes(year), undeclared_payments()
    if as_json:
        say_json({"waiting": waiting, "declared": declared, "undeclared": undeclared})
        return
    table("資金化を待つもの", ("受託日", "納付書番号", "宛名番号", "金額"),
          ((e.paid_on, e.slip_number or "", e.addressee_number, e.amount) for e in waiting))  # fmt: skip
    table("申告と納付", ("結果", "宛名番号", "税目", "期", "申告額", "納付額", "差"),
          ((e.verdict, e.addressee_number, e.tax_name, e.term_name, e.declared, e.paid, e.difference) for e in declared))  # fmt: skip
    table("申告の届かない納付", ("納付の日", "納付書番号", "金額"),
          ((e.paid_on, e.slip_number or "", e.amount) for e in undeclared))  # fmt: skip


@app.command("reports")
@bound("collection.matching.reports")
@refusals_told
def reports_command(
    as_of: AsOf = None,
    days: Annotated[int, typer.Option(min=0, help="何日を過ぎた速報を示すか")] = 10,
    as_json: Json = False,
) -> None:
    """確報の来ない速報と、確報の後に届いた取消しを並べる。"""
    rows = stale_reports(as_of=day(as_of), days=days)
    if as_json:
        say_json(rows)
        return
    table(
        "調べるべき報告",
        ("番号", "領収日", "金額", "納付書番号", "内容"),
        ((r.receipt_key, r.paid_on, r.amount, r.slip_number or "", r.problem) for r in rows),
    )


@app.command()
@bound("collection.matching.identify")
@refusals_told
def identify(receipt: uuid.UUID, charge: str, as_of: AsOf = None, by: Officer = None) -> None:
    """調査中の入金を、期別に消し込む。"""
    done = identify_receipt(receipt, find_charge(charge), act=Act(day(as_of), officer(by)))
    console.print("消し込みました。" if done else "既に消し込んでいます。何も変えていません。")


@app.command()
@bound("collection.matching.cancel")
@refusals_told
def cancel(
    receipt: uuid.UUID,
    charge: str,
    note: Note,
    reason: Annotated[str, typer.Option(help="/".join(REASONS))] = "wrong-match",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """収納を取り消す（誤消込・不渡り・収納機関の取消し）。元の記録は残る。"""
    if reason not in REASONS:
        raise typer.BadParameter(f"理由は {'、'.join(REASONS)} のどれかです")
    act = Act(day(as_of), officer(by))
    done = cancel_receipt(receipt, find_charge(charge), reason=REASONS[reason], note=note, act=act)
    console.print("取り消しました。" if done else "既に取り消しています。何も変えていません。")


@app.command()
@bound("collection.matching.move")
@refusals_told
def move(receipt: uuid.UUID, source: str, target: str, note: Note, as_of: AsOf = None, by: Officer = None) -> None:
    """収納を別の期別へ組み替える。領収日は引き継ぐ。"""
    act = Act(day(as_of), officer(by))
    done = move_receipt(receipt, find_charge(source), find_charge(target), note=note, act=act)
    console.print("組み替えました。" if done else "既に組み替えています。何も変えていません。")


@app.command()
@bound("collection.matching.enter")
@refusals_told
def enter(
    file: Path,
    received_on: Annotated[str, typer.Option("--received-on", help="収入日")],
    count: Annotated[int, typer.Option(help="束の件数")],
    total: Annotated[int, typer.Option(help="束の合計（円）")],
    checked_by: Annotated[str, typer.Option("--checked-by", help="照合した職員")],
    channel: Annotated[Channel, typer.Option(help="納付チャネル")] = Channel.COUNTER,
    by: Officer = None,
) -> None:
    """済通・現金の領収を束で入力する。CSV の見出しは「納付書番号,金額,領収日,済通番号」。"""
    received = day(received_on)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BatchRowUnreadable(f"「{file.name}」は UTF-8 の文字として読めません") from None
    slips = read_slips(text, received_on=received)
    result = enter_batch(slips, BatchSheet(channel, received, count, total, officer(by), checked_by))
    known = "（受領済み。何も変えていません）" if result.already_received else ""
    console.print(f"消込 {result.rows_posted} 件、保留 {result.rows_held} 件、不受理 {result.rows_rejected} 件{known}")
    for line, why in result.problems:
        console.print(f"  [yellow]{line}行目[/yellow] {escape(why)}", soft_wrap=True)


@app.command()
@bound("collection.matching.override")
@refusals_told
def override(
    charge: str,
    amount: Annotated[int, typer.Option(min=0, help="延滞金（円）")],
    note: Note,
    approved_by: Annotated[str, typer.Option("--approved-by", help="承認した職員")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """延滞金を強制入力する。"""
    request = OverrideRequest(amount, note, officer(by), approved_by)
    done = override_charge(find_charge(charge), request, as_of=day(as_of))
    console.print("入力しました。" if done else "既に入力しています。何も変えていません。")


@app.command("release-override")
@bound("collection.matching.release_override")
@refusals_told
def release_override_command(charge: str, as_of: AsOf = None, by: Officer = None) -> None:
    """延滞金の強制入力を解除し、自動計算に戻す。"""
    done = release_override(find_charge(charge), act=Act(day(as_of), officer(by)))
    console.print("自動計算に戻しました。" if done else "強制入力はありません。何も変えていません。")
