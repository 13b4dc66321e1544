"""osame charge … — 期別一つの照会と、納める額の見込み。"""

from typing import Annotated

import typer

from osame.collection.inquiry.letters import send_payment_status
from osame.collection.inquiry.queries import entries_of, history_of, quote, statement_lines
from osame.collection.ledger.queries import charges_of, find_charge
from osame.kernel.dates import format_wareki
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="期別を調べる。なぜこの金額なのかを示す")
Reference = Annotated[str, typer.Argument(help="納付書番号、または 税目-賦課年度-通知書番号-期別")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="いつ納めるとしたら（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command()
@bound("collection.inquiry.show")
@refusals_told
def show(reference: Reference, as_of: AsOf = None, as_json: Json = False) -> None:
    """期別の残高・出来事・仕訳・延滞金の計算の過程を示す。"""
    charge = find_charge(reference)
    answer = quote(charge, as_of=day(as_of))
    if as_json:
        steps = answer.breakdown.steps if answer.breakdown else ()
        basis = answer.breakdown.basis if answer.breakdown else ()
        say_json({
            "charge": charge, "history": history_of(charge), "entries": entries_of(charge), "as_of": answer.as_of,
            "principal_tax": answer.principal_tax, "demand_fee": answer.demand_fee,
            "delinquency_charge": answer.delinquency_charge, "fixed": answer.fixed, "total": answer.total,
            "steps": steps, "basis": basis,
        })  # fmt: skip
        return
    console.print(
        f"[bold]{charge.label}[/bold]　宛名 {charge.addressee_number}　納期限 {format_wareki(charge.due_date)}"
    )
    table(
        "残高", ("税額", "未納本税額", "督促手数料額", "延滞金額（確定）", "収納額", "過誤納額"),
        [(charge.tax_amount, charge.principal_tax, charge.demand_fee, charge.delinquency_charge, charge.received,
          charge.overpayment)],
    )  # fmt: skip
    table("出来事", ("日", "内容", "金額", "説明"), ((e.on, e.what, e.amount, e.note) for e in history_of(charge)))
    table(
        "仕訳", ("番号", "効力の日", "会計日", "種別", "借方", "貸方", "金額", "取り消す仕訳"),
        ((str(e.entry_id), e.effective_on, e.posted_on, e.kind, e.debit, e.credit, e.amount, e.reverses or "")
         for e in entries_of(charge)),
    )  # fmt: skip
    _tell_quote(reference, as_of)


@app.command("status-letter")
@bound("collection.inquiry.payment_status")
@refusals_told
def status_letter(
    addressee: str,
    as_of: AsOf = None,
    by: Officer = None,
    unpaid_only: Annotated[bool, typer.Option("--unpaid-only", help="未納の期別だけ")] = False,
) -> None:
    """一人の納付状況のお知らせを作る。刷るのは osame letter one。"""
    run_id = send_payment_status(addressee, on=(day(as_of), day(None)), officer=officer(by), unpaid_only=unpaid_only)
    console.print(f"束{run_id}を作りました。")


@app.command("quote")
@bound("collection.inquiry.quote")
@refusals_told
def quote_command(reference: Reference, as_of: AsOf = None, as_json: Json = False) -> None:
    """その日に納めるとしたら、いくらか。延滞金計算書を示す。"""
    if as_json:
        answer = quote(find_charge(reference), as_of=day(as_of))
        say_json({
            "as_of": answer.as_of, "principal_tax": answer.principal_tax, "demand_fee": answer.demand_fee,
            "delinquency_charge": answer.delinquency_charge, "fixed": answer.fixed, "total": answer.total,
            "steps": answer.breakdown.steps if answer.breakdown else (),
            "basis": answer.breakdown.basis if answer.breakdown else (),
        })  # fmt: skip
        return
    _tell_quote(reference, as_of)


def _tell_quote(reference: str, as_of: str | None) -> None:
    answer = quote(find_charge(reference), as_of=day(as_of))
    state = "確定" if answer.fixed else "見込み"
    table("延滞金計算書", ("期間", "日数", "割合", "基礎額", "金額"), statement_lines(answer))
    if answer.breakdown:
        for step in answer.breakdown.steps:
            console.print(f"  {step}", soft_wrap=True)
        console.print(f"  根拠：{'、'.join(answer.breakdown.basis)}", soft_wrap=True)
    console.print(
        f"{format_wareki(answer.as_of)}に納める額：本税 {answer.principal_tax:,}円 ＋ 督促手数料 {answer.demand_fee:,}円 "
        f"＋ 延滞金（{state}）{answer.delinquency_charge:,}円 ＝ [bold]{answer.total:,}円[/bold]"
    )


@app.command("list")
@bound("collection.inquiry.list")
@refusals_told
def list_command(addressee_number: str, as_json: Json = False) -> None:
    """一人の期別を並べる。"""
    charges = charges_of(addressee_number)
    if as_json:
        say_json(charges)
        return
    table(
        f"宛名 {addressee_number} の期別",
        ("期別", "納期限", "税額", "未納本税額", "督促手数料額", "延滞金額", "収納額", "過誤納額"),
        ((c.label, c.due_date, c.tax_amount, c.principal_tax, c.demand_fee, c.delinquency_charge, c.received,
          c.overpayment) for c in charges),
    )  # fmt: skip
