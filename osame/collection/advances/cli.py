"""osame advance … — 繰上徴収の起案と取消し、保全の決定、担保、確定、解除、見回り。"""

from typing import Annotated

import typer

from osame.collection.advances.actions import refresh_advances
from osame.collection.advances.deciding import AdvanceTerms, propose_advance, propose_cancel
from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.advances.preserving import (
    PreservationTerms,
    fix_preservation,
    offer_security,
    propose_preservation,
    release_preservation,
)
from osame.collection.advances.queries import (
    advance_file,
    advances_of,
    open_advances,
    open_preservations,
    preservation_file,
    preservations_of,
    preservations_to_release,
)
from osame.collection.ledger.queries import find_charge
from osame.kernel.dates import parse_date
from osame.law.advance_collection import seizable_after_advance
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="繰上徴収と保全を扱う")
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Charges = Annotated[list[str], typer.Option("--charge", help="対象の期別（納付書番号など。くり返す）")]
PROPOSED = "起案 {} を作りました。別の職員の照査と決裁を待ちます。"


@app.command("propose")
@bound("collection.advances.propose")
@refusals_told
def propose_command(
    addressee_number: str,
    reason: Annotated[str, typer.Argument(help="納期限まで待つと全額を徴収できないと認められる理由")],
    ground: Annotated[AdvanceCollection.Ground, typer.Option("--ground", help="事由の号（1〜6）")],
    evidence: Annotated[str, typer.Option("--evidence", help="事由の資料")],
    deadline: Annotated[str, typer.Option("--deadline", help="変更後の納期限")],
    charge: Charges,
    as_of: AsOf = None,
) -> None:
    """繰上徴収を起案する。法の条件を満たさなければ断る。"""
    charges = tuple(find_charge(each).charge_id for each in charge)
    terms = AdvanceTerms(addressee_number, ground, evidence, charges, parse_date(deadline), reason)
    console.print(PROPOSED.format(propose_advance(terms, as_of=day(as_of))))


@app.command("cancel")
@bound("collection.advances.propose")
@refusals_told
def cancel_command(
    advance_id: Annotated[int, typer.Argument(help="繰上徴収番号")],
    reason: Annotated[str, typer.Argument(help="取り消す理由")],
) -> None:
    """繰上徴収の取消しを起案する。"""
    console.print(PROPOSED.format(propose_cancel(advance_id, reason=reason)))


@app.command("preserve")
@bound("collection.advances.propose")
@refusals_told
def preserve_command(
    addressee_number: str,
    tax: Annotated[str, typer.Argument(help="年度と税目")],
    facts: Annotated[str, typer.Argument(help="要する事情と資料")],
    kind: Annotated[Preservation.Kind, typer.Option("--kind", help="1 担保の提供命令、2 保全差押金額の決定")],
    amount: Annotated[int, typer.Option("--amount", help="決定する金額")],
    expected: Annotated[int, typer.Option("--expected", help="確定の見込み、または命ずることのできる限度")],
    deadline: Annotated[str | None, typer.Option("--deadline", help="担保の提供の期限（提供命令だけ）")] = None,
    as_of: AsOf = None,
) -> None:
    """保全担保の提供命令、または保全差押金額の決定を起案する。"""
    by = parse_date(deadline) if deadline else None
    terms = PreservationTerms(addressee_number, kind, tax, facts, amount, expected, facts, by)
    console.print(PROPOSED.format(propose_preservation(terms, as_of=day(as_of))))


@app.command("security")
@bound("collection.advances.record")
@refusals_told
def security_command(
    preservation_id: Annotated[int, typer.Argument(help="保全番号")],
    description: Annotated[str, typer.Argument(help="担保の表示")],
    value: Annotated[int, typer.Argument(help="担保の価額")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """提供された担保を記録する。"""
    on = day(as_of)
    offer_security(preservation_id, description, value, on=on, as_of=on, officer=officer(by))
    console.print("担保を記録しました。")


@app.command("fix")
@bound("collection.advances.record")
@refusals_told
def fix_command(
    preservation_id: Annotated[int, typer.Argument(help="保全番号")], charge: Charges, as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """税額の確定を記録する。"""
    charges = tuple(find_charge(each).charge_id for each in charge)
    fix_preservation(preservation_id, charges, as_of=day(as_of), officer=officer(by))
    console.print("税額の確定を記録しました。")


@app.command("release")
@bound("collection.advances.record")
@refusals_told
def release_command(
    preservation_id: Annotated[int, typer.Argument(help="保全番号")],
    reason: Annotated[str, typer.Argument(help="解除の理由")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """保全の決定を解除する。"""
    release_preservation(preservation_id, reason, as_of=day(as_of), officer=officer(by))
    console.print("保全の決定を解除しました。")


@app.command("list")
@bound("collection.advances.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、効力のあるすべて）")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """繰上徴収と保全を並べる。"""
    found = advances_of(addressee_number) if addressee_number else open_advances()
    kept = preservations_of(addressee_number) if addressee_number else open_preservations()
    due = preservations_to_release(as_of=day(as_of))
    if as_json:
        say_json({"advances": found, "preservations": kept, "to_release": due})
        return
    table(
        "繰上徴収", ("番号", "宛名番号", "段階", "事由", "告知日", "変更後の納期限", "差押えのできる日", "残る額"),
        ((str(a.advance_collection_id), a.addressee_number, a.stage_name, str(a.ground.label), a.notified_on, a.deadline,
          seizable_after_advance(a.deadline), a.left) for a in found),
    )  # fmt: skip
    table(
        "保全", ("番号", "宛名番号", "段階", "種類", "年度と税目", "金額", "担保", "期間の末日"),
        ((str(p.preservation_id), p.addressee_number, p.stage_name, str(p.kind.label), p.tax, p.amount, p.secured,
          p.ends_on or "") for p in kept),
    )  # fmt: skip
    for each in due:
        console.print(f"解除しなければならない保全: {each.preservation_id}（{each.addressee_number}）", markup=False)


@app.command("show")
@bound("collection.advances.list")
@refusals_told
def show_command(
    number: Annotated[int, typer.Argument(help="繰上徴収番号（--preservation なら保全番号）")],
    preservation: Annotated[bool, typer.Option("--preservation", help="保全の決定を示す")] = False,
    as_json: Json = False,
) -> None:
    """一件の、期別・条件・これまでのことを示す。"""
    file = preservation_file(number) if preservation else advance_file(number)
    if as_json:
        say_json(file)
        return
    console.print(f"{file.head.name}（{file.head.addressee_number}）　{file.head.stage_name}", markup=False)
    for line in file.head.conditions:
        console.print(line, markup=False)
    table("これまで", ("日", "行い", "段階", "根拠", "説明"),
          ((e.happened_on, e.act_name, e.target_name, e.article, e.note) for e in file.events))  # fmt: skip


@app.command("refresh")
@bound("collection.advances.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None) -> None:
    """夜の見回り。完納した、または差し押さえた繰上徴収を終える。"""
    paid, seized = refresh_advances(as_of=day(as_of), officer=officer(by))
    console.print(f"完納 {paid}件、差押え {seized}件")
