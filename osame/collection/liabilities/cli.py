"""osame liability … — 連帯・第二次納税義務・保証・担保財産の責任の告知から、催告、納付書、取消し、終わりまで。"""

import json
from typing import Annotated, Any

import typer

from osame.collection.ledger.queries import find_charge
from osame.collection.liabilities.actions import issue_obligor_slip, refresh_liabilities, remind
from osame.collection.liabilities.deciding import propose_liability, propose_liability_cancel
from osame.collection.liabilities.measuring import LiabilityTerms, Measure, measured
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import (
    liabilities_of,
    liability_file,
    open_liabilities,
    own_prescriptions,
    reminders_due,
)
from osame.collection.liabilities.transfer_paying import refresh_transfers
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="連帯・第二次納税義務・保証・担保財産の責任を扱う")
Number = Annotated[int, typer.Argument(help="責任番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Kind = Annotated[
    Liability.Kind, typer.Option("--kind", help="種類（11 連帯、21〜30 第二次、41 保証人、51 譲渡担保、52 物上保証）")
]
Charges = Annotated[list[str], typer.Option("--charge", help="主たる納税者の期別（納付書番号など。くり返す）")]
Given = Annotated[
    str,
    typer.Option("--measure", help='限度を求める事実の JSON（例 {"value": 1000000, "disposed_on": "2026-04-01"}）'),
]
Due = Annotated[str | None, typer.Option("--due", help="納期限（連帯する者だけ）")]
Property = Annotated[str, typer.Option("--property", help="責任の及ぶ財産")]
Defaulted = Annotated[bool, typer.Option("--defaulted", help="猶予の履行がない（保証人・担保財産だけ）")]
DAYS = ("disposed_on", "secured_on")


def _measure(text: str) -> Measure:
    given: dict[str, Any] = json.loads(text)
    for name in DAYS:
        if given.get(name):
            given[name] = parse_date(given[name])
    return Measure(**given)


@app.command("measure")
@bound("collection.liabilities.list")
@refusals_told
def measure_command(
    addressee_number: str, obligor: str, kind: Kind, charge: Charges, measure: Given = "{}", defaulted: Defaulted = False,
    as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """限度と告知する額を計算し、条件を判定してみる。何も書かない。"""
    charges = tuple(find_charge(each).charge_id for each in charge)
    terms = LiabilityTerms(addressee_number, obligor, kind, charges, "", "", _measure(measure), is_defaulted=defaulted)
    found = measured(terms, as_of=day(as_of))
    lines = [each.line for each in found.conditions.items]
    if as_json:
        say_json({"limit": found.limit, "amount": found.amount, "shortfall": found.shortfall, "steps": found.steps,
                  "conditions": lines})  # fmt: skip
        return
    for line in (*found.steps, *lines):
        console.print(line, markup=False)


@app.command("propose")
@bound("collection.liabilities.propose")
@refusals_told
def propose_command(
    addressee_number: str, obligor: str, facts: Annotated[str, typer.Argument(help="認定の事実と資料")],
    reason: Annotated[str, typer.Argument(help="理由")], kind: Kind, charge: Charges, measure: Given = "{}",
    text: Property = "", due: Due = None, defaulted: Defaulted = False, as_of: AsOf = None,
) -> None:  # fmt: skip
    """告知を起案する。法の条件を満たさなければ断る。"""
    charges = tuple(find_charge(each).charge_id for each in charge)
    terms = LiabilityTerms(
        addressee_number, obligor, kind, charges, facts, reason, _measure(measure), text, parse_date(due) if due else None,
        is_defaulted=defaulted,
    )  # fmt: skip
    number = propose_liability(terms, as_of=day(as_of))
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("cancel")
@bound("collection.liabilities.propose")
@refusals_told
def cancel_command(liability_id: Number, reason: Annotated[str, typer.Argument(help="取り消す理由")]) -> None:
    """告知の取消しを起案する。"""
    number = propose_liability_cancel(liability_id, reason=reason)
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("remind")
@bound("collection.liabilities.record")
@refusals_told
def remind_command(liability_id: Number, as_of: AsOf = None, by: Officer = None) -> None:
    """納付催告書（連帯する者には督促状）を発する。"""
    console.print(f"文書の束 {remind(liability_id, as_of=day(as_of), officer=officer(by))} を作りました。")


@app.command("slip")
@bound("collection.liabilities.record")
@refusals_told
def slip_command(liability_id: Number, as_of: AsOf = None, by: Officer = None) -> None:
    """残る限度までの納付書を作る。"""
    run = issue_obligor_slip(liability_id, as_of=day(as_of), officer=officer(by))
    console.print(f"文書の束 {run} を作りました。")


@app.command("list")
@bound("collection.liabilities.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、続いているすべて）")] = "",
    due: Annotated[bool, typer.Option("--due", help="催告・督促の期限が来たものだけ")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """責任を並べる。"""
    found = liabilities_of(addressee_number) if addressee_number else open_liabilities()
    found = reminders_due(as_of=day(as_of)) if due else found
    if as_json:
        say_json(found)
        return
    table(
        "納税者のほかの者の責任", ("番号", "主たる納税者", "責任を負う者", "種類", "段階", "限度", "納めた額", "請求できる額", "差押え"),
        ((str(x.liability_id), x.name, x.obligor, str(x.kind.label), x.stage_name, x.limit_yen if x.limit_yen is not None else "なし",
          x.paid, x.claimable, x.seizable_from or "催告・督促の後") for x in found),
    )  # fmt: skip


@app.command("show")
@bound("collection.liabilities.list")
@refusals_told
def show_command(liability_id: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """一件の、限度の計算、期別、納付書、時効、条件、これまでのことを示す。"""
    file = liability_file(liability_id)
    told = own_prescriptions(file, as_of=day(as_of))
    if as_json:
        say_json({"liability": file.head, "limit_left": file.head.limit_left, "claimable": file.head.claimable,
                  "charges": file.charges, "slips": file.slips, "events": file.events,
                  "prescriptions": {str(at): each[0].completes_on for at, each in told.items()}})  # fmt: skip
        return
    for line in (*file.head.steps, *file.head.conditions):
        console.print(line, markup=False)
    table("期別", ("期別", "告知の額", "いま残る額", "時効"),
          ((c.label, c.amount, c.left, told[c.charge_id][0].completes_on or "―") for c in file.charges))  # fmt: skip
    table(
        "納付書",
        ("番号", "額", "発行日", "納めた額"),
        ((str(s.slip_number), s.amount, s.issued_on, s.paid) for s in file.slips),
    )
    table("これまで", ("日", "行い", "段階", "根拠", "説明"),
          ((e.happened_on, e.act_name, e.target_name, e.article, e.note) for e in file.events))  # fmt: skip


@app.command("refresh")
@bound("collection.liabilities.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None) -> None:
    """夜の見回り。完納した、限度に達した、または消滅した責任を終える。質権者・抵当権者からの徴収も見る。"""
    on, who = day(as_of), officer(by)
    paid, gone = map(
        sum, zip(refresh_liabilities(as_of=on, officer=who), refresh_transfers(as_of=on, officer=who), strict=True)
    )
    console.print(f"完納 {paid}件、消滅 {gone}件")
