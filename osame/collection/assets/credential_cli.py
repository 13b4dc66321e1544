"""osame credential … — 徴税吏員の証票。交付、返納、交付簿、印刷。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.assets.credential_papers import register_report, write_credential
from osame.collection.assets.credentials import Issuance, credentials, end_credential, issue_credential
from osame.collection.assets.models import OfficerCredential
from osame.collection.letters.reports import write_report
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="徴税吏員の証票を交付する")
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Number = Annotated[int, typer.Argument(help="証票番号")]


@app.command("issue")
@bound("collection.assets.credentials")
@refusals_told
def issue_command(
    kind: Annotated[
        OfficerCredential.Kind, typer.Argument(help="1 徴税吏員証、2 質問・検査・捜索の証明書、3 捜索許可書")
    ],
    staff_number: Annotated[str, typer.Argument(help="職員番号")],
    position: Annotated[str, typer.Argument(help="職名")],
    first: Annotated[str, typer.Option("--from", help="有効期間の初日")],
    through: Annotated[str, typer.Option("--through", help="有効期間の末日")],
    investigation: Annotated[int | None, typer.Option("--investigation", help="捜索許可書の、財産調査の番号")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """証票を交付し、交付簿に載せる。"""
    asked = Issuance(kind, staff_number, position, parse_date(first), parse_date(through), investigation)
    number = issue_credential(asked, as_of=day(as_of), officer=officer(by))
    console.print(f"証票番号 {number} を交付しました。osame credential print {number}", soft_wrap=True)


@app.command("end")
@bound("collection.assets.credentials")
@refusals_told
def end_command(
    credential_id: Number,
    end: Annotated[OfficerCredential.End, typer.Option("--end", help="1 返納、2 紛失、3 引換え")],
    on: Annotated[str, typer.Option("--on", help="返納日（必須）")],
    note: Annotated[str, typer.Option("--note", help="説明（紛失なら必須）")] = "",
    by: Officer = None,
) -> None:
    """証票の返納・紛失・引換えを記録する。"""
    end_credential(credential_id, end, on=parse_date(on), note=note, officer=officer(by))
    console.print("記録しました。")


@app.command("list")
@bound("collection.assets.credentials")
@refusals_told
def list_command(
    every: Annotated[bool, typer.Option("--every", help="返納されたものも")] = False,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """証票の交付簿。"""
    found = credentials(every=every)
    if as_json:
        say_json(found)
        return
    table("証票の交付簿", ("番号", "種類", "職員", "職名", "末日", "状態"), (
        (str(x.credential_id), x.kind_label, f"{x.name}（{x.staff_number}）", x.position, x.valid_through, x.state(day(as_of)))
        for x in found
    ))  # fmt: skip


@app.command("print")
@bound("collection.assets.credentials")
@refusals_told
def print_command(credential_id: Number, target: Annotated[Path, typer.Argument(help="書き出す PDF")]) -> None:
    """証票を刷る。"""
    console.print(f"{write_credential(credential_id, target).serial} として出しました：{target}", soft_wrap=True)


@app.command("register")
@bound("collection.assets.credentials")
@refusals_told
def register_command(target: Annotated[Path, typer.Argument(help="書き出す PDF")], as_of: AsOf = None) -> None:
    """証票の交付簿を、庁内の帳票として書く。"""
    made = write_report(register_report(as_of=day(as_of)), target)
    console.print(f"{made.serial} として出しました：{target}", soft_wrap=True)
