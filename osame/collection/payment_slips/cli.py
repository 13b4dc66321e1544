"""osame slip … — 納付書を発行し、刷り、無効にし、eLTAX に登録する。"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.ledger.queries import find_charge
from osame.collection.payment_slips.actions import issue_slip, void_slip
from osame.collection.payment_slips.inquiries import answer_file
from osame.collection.payment_slips.letters import write_slip_file
from osame.collection.payment_slips.planning import Plan, SlipRequest, plan_slip
from osame.collection.payment_slips.queries import slip_numbered, slips_of
from osame.collection.payment_slips.registration import request_registration, take_answer
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="納付書を発行する")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Charges = Annotated[
    list[str], typer.Argument(help="期別（当初の納付書番号か「税目-賦課年度-通知書番号-期別」）。いくつでも")
]
Through = Annotated[str, typer.Option("--through", help="指定期限（和暦・西暦）。延滞金もこの日まで計算する")]
Fee = Annotated[bool, typer.Option("--fee/--no-fee", help="督促手数料を含める")]
Charge = Annotated[bool, typer.Option("--charge/--no-charge", help="延滞金を含める")]
Number = Annotated[int, typer.Argument(help="納付書番号（発行連番）")]


def _request(
    addressee: str, charges: list[str], through: str, *, fee: bool, charge: bool, reason: str = ""
) -> SlipRequest:
    numbers = tuple(find_charge(each).charge_id for each in charges)
    return SlipRequest(addressee.zfill(15), numbers, parse_date(through), fee, charge, reason)


@app.command("preview")
@bound("collection.payment_slips.preview")
@refusals_told
def preview(
    addressee_number: str,
    charges: Charges,
    through: Through,
    fee: Fee = True,
    charge: Charge = True,
    as_json: Json = False,
) -> None:
    """発行したらどうなるかを、延滞金の計算の過程とともに見る。何も書かない。"""
    plan = plan_slip(_request(addressee_number, charges, through, fee=fee, charge=charge), as_of=today())
    if as_json:
        say_json({"amount": plan.amount, "shares": [asdict(each) for each in plan.shares], "cautions": plan.cautions})
        return
    _show(plan)


@app.command("issue")
@bound("collection.payment_slips.issue")
@refusals_told
def issue(
    addressee_number: str,
    charges: Charges,
    through: Through,
    fee: Fee = True,
    charge: Charge = True,
    reason: Annotated[str, typer.Option("--reason", help="注意のある期別を発行する理由")] = "",
    by: Officer = None,
) -> None:
    """納付書を発行する。同じ期別の、使われていない前の納付書は無効になる。"""
    request = _request(addressee_number, charges, through, fee=fee, charge=charge, reason=reason)
    issued = issue_slip(request, as_of=today(), officer=officer(by))
    slip = issued.slip
    console.print(f"納付書 {slip.slip_number} を発行しました（{slip.kind.label}、{slip.amount:,}円）。", soft_wrap=True)
    console.print(f"eL番号 {slip.el_number}", soft_wrap=True)
    console.print(f"バーコード {slip.barcode or slip.barcode_omitted}", soft_wrap=True)
    for number in issued.replaced:
        console.print(f"前の納付書 {number} を無効にしました。")
    for caution in slip.cautions:
        console.print(f"注意 {caution}", soft_wrap=True)


@app.command("list")
@bound("collection.payment_slips.list")
@refusals_told
def list_command(
    addressee_number: str,
    on: Annotated[str | None, typer.Option("--as-of", help="いつの状態か（省けば今日）")] = None,
    as_json: Json = False,
) -> None:
    """一人の納付書を、新しい順に並べる。"""
    slips, as_of = slips_of(addressee_number.zfill(15)), day(on)
    if as_json:
        say_json([{**asdict(each), "state": each.state(as_of).value, "el_number": each.el_number} for each in slips])
        return
    table(
        f"宛名 {addressee_number} の納付書",
        ("納付書番号", "種類", "期別", "金額", "指定期限", "状態", "eLTAX", "入金"),
        (
            (str(each.slip_number), each.kind.label, each.terms, each.amount, format_wareki(each.payable_through),
             each.state(as_of).label, each.registration.label, each.paid)
            for each in slips
        ),
    )  # fmt: skip


@app.command("show")
@bound("collection.payment_slips.list")
@refusals_told
def show(number: Number) -> None:
    """納付書一枚の、内訳と符号を見る。"""
    slip = slip_numbered(number)
    say_json({**asdict(slip), "state": slip.state(today()).label, "el_number": slip.el_number})


@app.command("void")
@bound("collection.payment_slips.void")
@refusals_told
def void(
    number: Number, reason: Annotated[str, typer.Option("--reason", help="無効にする理由（必須）")], by: Officer = None
) -> None:
    """納付書を無効にする。"""
    void_slip(number, reason=reason, as_of=today(), officer=officer(by))
    console.print(f"納付書 {number} を無効にしました。納付されたときは、期別に消し込み、余りは過誤納金になります。")


@app.command("print")
@bound("collection.payment_slips.print")
@refusals_told
def print_command(
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="書き出すファイル（必須）")],
    reason: Annotated[str, typer.Option("--reason", help="もう一度刷る理由")] = "",
) -> None:
    """納付書を刷り、読み返して、ファイルにする。"""
    console.print(f"出力番号 {write_slip_file(number, to, as_of=today(), reason=reason).serial}")


@app.command("register")
@bound("collection.payment_slips.register")
@refusals_told
def register(by: Officer = None) -> None:
    """ELTAX への登録と無効化の依頼ファイルを作る。"""
    made, path = request_registration(as_of=today(), officer=officer(by))
    console.print(f"依頼 {made.request_number}：{made.rows:,}件、{made.total:,}円")
    console.print(f"出力先 {path}", soft_wrap=True)


@app.command("answer")
@bound("collection.payment_slips.register")
@refusals_told
def answer(file: Annotated[Path, typer.Argument(help="eLTAX からの回答ファイル", exists=True, dir_okay=False)]) -> None:
    """ELTAX からの回答を記録する。"""
    accepted, refused = take_answer(file.read_bytes(), as_of=today())
    console.print(f"受理 {accepted:,}件、不受理 {refused:,}件")


@app.command("inquiries")
@bound("collection.payment_slips.inquire")
@refusals_told
def inquiries(
    file: Annotated[Path, typer.Argument(help="収納機関からの照会のファイル", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--to", help="回答を書き出すファイル（必須）")],
    receiver: Annotated[str, typer.Option("--receiver", help="収納機関の名（必須）")],
) -> None:
    """収納機関からの照会に答える。納められるか、いくらか、いつまでか。"""
    made, counts = answer_file(file, to, receiver=receiver, as_of=today())
    console.print("、".join(f"{name}{count:,}件" for name, count in counts.items()), soft_wrap=True)
    console.print(f"出力番号 {made.serial}")


def _show(plan: Plan) -> None:
    table(
        "納付書の内訳",
        ("期別", "納期限", "税額", "督促手数料", "延滞金", "計"),
        ((each.label, format_wareki(each.due_on), each.principal_tax, each.demand_fee, each.delinquency_charge, each.amount)
         for each in plan.shares),
    )  # fmt: skip
    for share in plan.shares:
        for step in share.steps:
            console.print(f"  {share.term_name} {step}", soft_wrap=True)
    console.print(f"納付書の金額 {plan.amount:,}円")
    for caution in plan.cautions:
        console.print(f"{'理由が要ります' if caution.needs_reason else '注意'} {caution.text}", soft_wrap=True)
