"""osame write-off … — 時効の数え方、消滅の記録、不納欠損の起案と戻し、調書。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.ledger.queries import find_charge
from osame.collection.letters.reports import write_report
from osame.collection.writeoffs.batch import record_extinctions
from osame.collection.writeoffs.deciding import propose_reversal, propose_write_off
from osame.collection.writeoffs.fraud import confirm_fraud, find_fraud, withdraw_fraud
from osame.collection.writeoffs.queries import candidates, nearing, totals, write_offs
from osame.collection.writeoffs.reports import nearing_report, write_off_report, yearly_report
from osame.kernel.dates import format_wareki, parse_date
from osame.kernel.periods import months_after
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="時効と不納欠損を扱う")
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
NEAR_MONTHS = 6


@app.command("explain")
@bound("collection.writeoffs.list")
@refusals_told
def explain_command(addressee_number: str, as_of: AsOf = None, as_json: Json = False) -> None:
    """その人の期別ごとに、いつ消滅するかを、数え方と条文とともに示す。"""
    found = prescription_of(addressee_number, as_of=day(as_of))
    if as_json:
        say_json([{"charge_id": each.charge_id, "completes_on": each.completes_on, "extinguished_on": each.extinguished_on,
                   "is_extinct": each.is_extinct, "steps": each.steps, "basis": each.basis} for each in found.values()])  # fmt: skip
        return
    for each in found.values():
        state = "消滅" if each.is_extinct else "生きている"
        console.print(
            f"[bold]期別番号 {each.charge_id}[/bold]　{state}　消滅する日 {each.extinguished_on or '決まらない'}"
        )
        for step in (*each.steps, "根拠　" + "、".join(each.basis)):
            console.print(f"  {step}", markup=False)


@app.command("refresh")
@bound("collection.writeoffs.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None) -> None:
    """夜の見回り。消滅した期別を記録し、督促を止め、納付書を無効にする。"""
    done = record_extinctions(as_of=day(as_of), officer=officer(by))
    console.print(f"消滅の記録 {done.found}件、取下げ {done.withdrawn}件、無効にした納付書 {done.voided}枚")


@app.command("candidates")
@bound("collection.writeoffs.list")
@refusals_told
def candidates_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """不納欠損の候補を、法の条件とともに並べる。"""
    on = day(as_of)
    found = candidates(as_of=on)
    if as_json:
        say_json([{"addressee_number": x.addressee_number, "charge_id": x.charge_id, "amount": x.amount,
                   "extinguished_on": x.expiry.extinguished_on, "conditions": x.judge(as_of=on).steps} for x in found])  # fmt: skip
        return
    table(
        "不納欠損の候補", ("宛名番号", "氏名", "期別番号", "期別", "残高", "消滅した日", "事由", "判定"),
        ((x.addressee_number, x.name, str(x.charge_id), x.label, x.amount, x.expiry.extinguished_on or "",
          x.expiry.extinction.cause.value if x.expiry.extinction else "",
          "できる" if (judged := x.judge(as_of=on)).is_allowed else judged.unmet[0].line) for x in found),
    )  # fmt: skip


@app.command("nearing")
@bound("collection.writeoffs.list")
@refusals_told
def nearing_command(
    until: Annotated[str | None, typer.Option("--until", help="この日までに消滅するもの（省けば6月先）")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """時効または停止の3年で、まもなく消滅する期別を、早い順に並べる。"""
    on = day(as_of)
    found = nearing(as_of=on, until=parse_date(until) if until else months_after(on, NEAR_MONTHS))
    if as_json:
        say_json([{"addressee_number": x.addressee_number, "charge_id": x.charge_id, "amount": x.amount,
                   "extinguished_on": x.expiry.extinguished_on, "steps": x.expiry.steps} for x in found])  # fmt: skip
        return
    table("まもなく消滅する期別", ("宛名番号", "氏名", "期別", "残高", "消滅する日"),
          ((x.addressee_number, x.name, x.label, x.amount, x.expiry.extinguished_on or "") for x in found))  # fmt: skip


@app.command("fraud")
@bound("collection.writeoffs.fraud")
@refusals_told
def fraud_command(
    charge: Annotated[str, typer.Argument(help="期別（納付書番号など）")], facts: Annotated[str, typer.Argument(help="不正の行為と資料")],
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """偽りその他不正の行為により免れた期別と認定する。別の職員が確かめると、時効に効く。"""
    found = find_charge(charge)
    number = find_fraud((found.addressee_number, found.charge_id), facts, as_of=day(as_of), officer=officer(by))
    console.print(f"認定番号 {number}。別の職員が確かめてください（osame write-off fraud-judge {number}）。")


@app.command("fraud-judge")
@bound("collection.writeoffs.fraud")
@refusals_told
def fraud_judge_command(
    finding: Annotated[int, typer.Argument(help="認定番号")],
    withdraw: Annotated[str, typer.Option("--withdraw", help="取り消す理由（省けば、確かめる）")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """認定を確かめる。または取り消す。"""
    if withdraw:
        withdraw_fraud(finding, withdraw, as_of=day(as_of))
        console.print("認定を取り消しました。")
        return
    completes_on = confirm_fraud(finding, as_of=day(as_of), officer=officer(by))
    console.print(f"確かめました。時効の満了は{format_wareki(completes_on) if completes_on else '進行していません'}。")


@app.command("propose")
@bound("collection.writeoffs.propose")
@refusals_told
def propose_command(
    reason: Annotated[str, typer.Argument(help="理由")],
    charge: Annotated[list[str] | None, typer.Option("--charge", help="期別（納付書番号など。くり返す）")] = None,
    everything: Annotated[bool, typer.Option("--all", help="条件を満たす候補のすべて")] = False,
    as_of: AsOf = None,
) -> None:
    """不納欠損を起案する。"""
    on = day(as_of)
    chosen = [find_charge(each) for each in charge or []]
    keys = [(each.addressee_number, each.charge_id) for each in chosen]
    if everything:
        keys = [each.key for each in candidates(as_of=on) if each.judge(as_of=on).is_allowed]
    number = propose_write_off(keys, reason=reason, as_of=on)
    console.print(f"起案 {number} を作りました（{len(keys):,}件）。別の職員の照査と決裁を待ちます。")


@app.command("reverse")
@bound("collection.writeoffs.propose")
@refusals_told
def reverse_command(write_off_id: int, reason: str) -> None:
    """不納欠損の戻しを起案する。"""
    number = propose_reversal(write_off_id, reason=reason)
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("list")
@bound("collection.writeoffs.list")
@refusals_told
def list_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """不納欠損の記録と、年度・税目・事由別を並べる。"""
    found, sums = write_offs(), totals(as_of=day(as_of))
    if as_json:
        say_json({"write_offs": found, "totals": [list(each) for each in sums]})
        return
    table("不納欠損", ("番号", "宛名番号", "期別", "事由", "欠損日", "額", "戻した日"),
          ((str(x.write_off_id), x.addressee_number, x.label, str(x.cause.label), x.written_off_on, x.amount,
            x.reversed_on or "") for x in found))  # fmt: skip
    table("年度・税目・事由別", ("年度", "税目", "事由", "人数", "期別", "本税", "ほか"),
          ((str(t[0]), t[2], str(t[3].label), t[4], t[5], t[6], t[7]) for t in sums))  # fmt: skip


@app.command("report")
@bound("collection.writeoffs.report")
@refusals_told
def report_command(
    target: Annotated[Path, typer.Argument(help="書き出す PDF")],
    proposal: Annotated[int | None, typer.Option("--proposal", help="起案番号の不納欠損処分調書")] = None,
    near: Annotated[bool, typer.Option("--nearing", help="時効完成予定者一覧")] = False,
    as_of: AsOf = None,
) -> None:
    """不納欠損処分調書、時効完成予定者一覧、年度・税目・事由別の一覧を、庁内の帳票として書く。"""
    on = day(as_of)
    if proposal is not None:
        made = write_off_report(proposal, as_of=on)
    else:
        made = nearing_report(as_of=on, until=months_after(on, NEAR_MONTHS)) if near else yearly_report(as_of=on)
    console.print(f"{write_report(made, target).serial} として出しました：{target}（{format_wareki(on)}）")
