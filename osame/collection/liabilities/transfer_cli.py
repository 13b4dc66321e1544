"""osame encumbrance … — 担保権付財産が譲渡されたときの、質権者・抵当権者の受ける配当からの徴収。通知、交付要求、配当、取消し。"""

from typing import Annotated

import typer

from osame.collection.ledger.queries import find_charge
from osame.collection.liabilities import transfer_deciding as deciding
from osame.collection.liabilities.transfer_measuring import (
    Conveyed,
    TransferTerms,
    other_claims,
    transfer_measured,
)
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.collection.liabilities.transfer_paying import receive_dividend
from osame.collection.liabilities.transfer_queries import open_transfers, transfer_file, transfers_of
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(
    no_args_is_help=True, help="譲渡された担保権付財産の質権者・抵当権者から徴収する（地方税法第14条の16）"
)
Security = EncumberedTransfer.Security
Number = Annotated[int, typer.Argument(help="譲渡管理番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Creditor = Annotated[int, typer.Argument(help="質権者・抵当権者の照会先番号")]
Estate = Annotated[str, typer.Argument(help="譲渡された財産の表示")]
Kind = Annotated[Security, typer.Option("--security", help="1 質権、2 抵当権")]
Taker = Annotated[str, typer.Option("--transferee", help="譲り受けた者")]
Registered = Annotated[str, typer.Option("--registered", help="担保権の登記の日")]
Transferred = Annotated[str, typer.Option("--transferred", help="譲渡の日")]
Secured = Annotated[int, typer.Option("--secured", help="担保される債権の額")]
Proceeds = Annotated[int, typer.Option("--proceeds", help="換価代金の見込み")]
Others = Annotated[list[str] | None, typer.Option("--other", help="ほかの債権「区分 名 額 日」（くり返す）")]
Charges = Annotated[list[str], typer.Option("--charge", help="徴収する期別（納付書番号など。くり返す）")]
Found = Annotated[
    bool, typer.Option("--without-other/--with-other", help="譲渡の時に、ほかに十分な財産がなかったと認めるか")
]


@app.command("measure")
@bound("collection.liabilities.list")
@refusals_told
def measure_command(
    addressee_number: str, creditor: Creditor, estate: Estate, taker: Taker, registered: Registered, transferred: Transferred,
    secured: Secured, proceeds: Proceeds, charge: Charges, kind: Kind = Security.MORTGAGE, other: Others = None,
    without_other: Found = True, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """限度と額を計算し、条件を判定してみる。何も書かない。"""
    given = _conveyed(creditor, kind, (estate, taker), (registered, transferred), (secured, proceeds), other)
    charges = tuple(find_charge(each).charge_id for each in charge)
    found = transfer_measured(TransferTerms(addressee_number, given, charges, "", "", without_other), as_of=day(as_of))
    lines = [each.line for each in found.conditions.items]
    if as_json:
        say_json({"limit": found.limit.limit, "amount": found.amount, "steps": found.steps, "conditions": lines})
        return
    for line in (*found.steps, *lines):
        console.print(line, markup=False)


@app.command("propose")
@bound("collection.liabilities.propose")
@refusals_told
def propose_command(
    addressee_number: str, creditor: Creditor, estate: Estate, facts: Annotated[str, typer.Argument(help="認定の事実と資料")],
    reason: Annotated[str, typer.Argument(help="理由")], taker: Taker, registered: Registered, transferred: Transferred,
    secured: Secured, proceeds: Proceeds, charge: Charges, kind: Kind = Security.MORTGAGE, other: Others = None,
    without_other: Found = True, as_of: AsOf = None,
) -> None:  # fmt: skip
    """質権者・抵当権者への徴収の通知を起案する。"""
    given = _conveyed(creditor, kind, (estate, taker), (registered, transferred), (secured, proceeds), other)
    charges = tuple(find_charge(each).charge_id for each in charge)
    terms = TransferTerms(addressee_number, given, charges, facts, reason, without_other)
    _proposed(deciding.propose_transfer_notice(terms, as_of=day(as_of)))


@app.command("request")
@bound("collection.liabilities.propose")
@refusals_told
def request_command(
    number: Number, body: Annotated[int, typer.Argument(help="執行機関の照会先番号")], case_number: str, reason: str,
    as_of: AsOf = None,
) -> None:  # fmt: skip
    """強制換価手続の執行機関への交付要求を起案する。"""
    _proposed(deciding.propose_transfer_request(number, body, case_number, reason=reason, as_of=day(as_of)))


@app.command("cancel")
@bound("collection.liabilities.propose")
@refusals_told
def cancel_command(number: Number, reason: Annotated[str, typer.Argument(help="取り消す理由")]) -> None:
    """徴収の取消しを起案する。"""
    _proposed(deciding.propose_transfer_cancel(number, reason=reason))


@app.command("dividend")
@bound("collection.liabilities.record")
@refusals_told
def dividend_command(
    number: Number, amount: Annotated[int, typer.Argument(help="配当の額")], as_of: AsOf = None, by: Officer = None
) -> None:
    """執行機関からの配当を記録し、納付書を作る。"""
    run = receive_dividend(number, amount, as_of=day(as_of), officer=officer(by))
    console.print(f"文書の束 {run} を作りました。")


@app.command("list")
@bound("collection.liabilities.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、続いているすべて）")] = "",
    as_json: Json = False,
) -> None:
    """譲渡された担保権付財産を並べる。"""
    found = transfers_of(addressee_number) if addressee_number else open_transfers()
    if as_json:
        say_json(found)
        return
    table(
        "質権者・抵当権者からの徴収", ("番号", "納税者", "質権者・抵当権者", "段階", "限度", "受けた配当", "徴収できる額"),
        ((str(x.encumbered_transfer_id), x.name, x.creditor, x.stage_name, x.limit_yen, x.dividend, x.claimable) for x in found),
    )  # fmt: skip


@app.command("show")
@bound("collection.liabilities.list")
@refusals_told
def show_command(number: Number, as_json: Json = False) -> None:
    """一件の、限度の計算、期別、条件、これまでのことを示す。"""
    file = transfer_file(number)
    if as_json:
        say_json({
            "transfer": file.head,
            "claimable": file.head.claimable,
            "charges": file.charges,
            "events": file.events,
        })
        return
    for line in (*file.head.steps, *file.head.conditions):
        console.print(line, markup=False)
    table("期別", ("期別", "通知の額", "いま残る額"), ((c.label, c.amount, c.left) for c in file.charges))
    table("これまで", ("日", "行い", "段階", "根拠", "説明"),
          ((e.happened_on, e.act_name, e.target_name, e.article, e.note) for e in file.events))  # fmt: skip


def _conveyed(
    creditor: int, kind: Security, what: tuple[str, str], days: tuple[str, str], amounts: tuple[int, int],
    other: list[str] | None,
) -> Conveyed:  # fmt: skip
    registered, transferred = (parse_date(each) for each in days)
    return Conveyed(creditor, kind, *what, registered, transferred, *amounts, other_claims("\n".join(other or ())))


def _proposed(number: int) -> None:
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")
