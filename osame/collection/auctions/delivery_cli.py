"""osame delivery … — 滞納処分費、債権現在額申立書、抵当権の処分、配当への異議、換価代金等の交付と供託。"""

from typing import Annotated

import typer

from osame.collection.auctions import delivering
from osame.collection.auctions.delivering import Deposited
from osame.collection.auctions.models import DistributionObjection
from osame.collection.dispositions import creditors
from osame.collection.dispositions.cost_prescribing import cost_expiries
from osame.collection.dispositions.creditors import Disposed, Spent
from osame.collection.dispositions.models import DispositionCost
from osame.collection.dispositions.queries import disposition_numbered
from osame.kernel.dates import parse_date
from osame.law.mortgage_disposal import MortgageDisposalKind
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="配当の前後の仕事（費用、申立て、異議、交付、供託）")
Number = Annotated[int, typer.Argument(help="処分管理番号")]
At = Annotated[int, typer.Argument(help="配当の連番")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
KINDS = "、".join(f"{each.value}（{each.label}）" for each in DispositionCost.Kind)


@app.command("cost")
@bound("collection.auctions.prepare")
@refusals_told
def cost_command(
    disposition_id: Number, kind: Annotated[str, typer.Argument(help=KINDS)], amount: int, spent_on: str, payee: str,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """支出した滞納処分費を起票する。"""
    spent = Spent(DispositionCost.Kind(kind), amount, parse_date(spent_on), payee)
    console.print(
        f"費用の番号 {creditors.record_cost(_key(disposition_id), spent, as_of=day(as_of), officer=officer(by))}"
    )


@app.command("withdraw-cost")
@bound("collection.auctions.prepare")
@refusals_told
def withdraw_command(disposition_id: Number, cost: int, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """誤った滞納処分費の起票を取り消す。"""
    creditors.withdraw_cost(_key(disposition_id), cost, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print("取り消しました。")


@app.command("costs")
@bound("collection.auctions.list")
@refusals_told
def costs_command(disposition_id: Number, as_json: Json = False) -> None:
    """滞納処分費計算書（R-113）と、費用ごとの時効の数え方を示す。"""
    key = _key(disposition_id)
    found, expiries = creditors.costs_of(key), cost_expiries(key)
    if as_json:
        say_json(found)
        return
    rows = ((e.cost_number, e.kind.label, e.amount, e.spent_on, e.payee, e.withdrawal_reason) for e in found.lines)
    table("滞納処分費計算書", ("番号", "区分", "額", "支出の日", "支払先と書類", "取消し"), rows)
    console.print(f"支出 {found.spent:,}円　徴収 {found.recovered:,}円　残り {found.left:,}円")
    for number, each in expiries.items():
        console.print(f"時効（番号{number}） " + "／".join(each.prescription.steps))


@app.command("claim")
@bound("collection.auctions.prepare")
@refusals_told
def claim_command(
    disposition_id: Number, interest: Annotated[int, typer.Argument(help="財産についての権利の番号")], amount: int, evidence: str,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """債権現在額申立書を受け付ける。"""
    creditors.state_claim(_asset(disposition_id), interest, (amount, evidence), as_of=day(as_of), officer=officer(by))
    console.print("受け付けました。")


@app.command("disposal")
@bound("collection.auctions.prepare")
@refusals_told
def disposal_command(
    disposition_id: Number, interest: int, kind: Annotated[MortgageDisposalKind, typer.Argument(help="譲渡、放棄、順位の譲渡、順位の放棄")],
    to_interest: Annotated[int | None, typer.Option("--to-interest", help="順位の処分を受けた権利の番号")] = None,
    to_name: Annotated[str, typer.Option("--to-name", help="処分を受けた無担保の債権者")] = "",
    to_amount: Annotated[int, typer.Option("--to-amount", help="その債権の額")] = 0, by: Officer = None,
) -> None:  # fmt: skip
    """登記された抵当権の処分を記録する。"""
    creditors.record_disposal(
        _asset(disposition_id), interest, Disposed(kind, to_interest, to_name, to_amount), officer=officer(by)
    )
    console.print("記録しました。")


@app.command("object")
@bound("collection.auctions.deliver")
@refusals_told
def object_command(
    disposition_id: Number, at: At, part: Annotated[int, typer.Argument(help="異議のある配当の並び")], objector: str, claim: str,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """配当への異議を受け付ける。"""
    told = (part, objector, claim)
    number = delivering.file_objection(_key(disposition_id), at, told, as_of=day(as_of), officer=officer(by))
    console.print(f"異議の連番 {number}")


@app.command("settle")
@bound("collection.auctions.deliver")
@refusals_told
def settle_command(
    disposition_id: Number, at: At, objection: int,
    outcome: Annotated[str, typer.Argument(help="2 取下げ、3 理由なし、4 争いあり（供託）")], settlement: str, as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """異議を審査した結果を記録する。"""
    settled = (DistributionObjection.Outcome(outcome), settlement)
    delivering.settle_objection(_key(disposition_id), (at, objection), settled, as_of=day(as_of), officer=officer(by))
    console.print("記録しました。")


@app.command("deliver")
@bound("collection.auctions.deliver")
@refusals_told
def deliver_command(
    disposition_id: Number, at: At,
    deposit: Annotated[list[int] | None, typer.Option("--deposit", help="供託する配当の並び（残余は0）")] = None,
    office: Annotated[str, typer.Option("--office", help="供託所")] = "",
    number: Annotated[str, typer.Option("--number", help="供託番号")] = "",
    reason: Annotated[str, typer.Option("--reason", help="供託の理由と条文")] = "", as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """換価代金等を交付し、または供託する。"""
    deposits = dict.fromkeys(deposit or [], Deposited(office, number, reason))
    done = delivering.deliver(_key(disposition_id), at, deposits, as_of=day(as_of), officer=officer(by))
    console.print(f"{done}件を交付しました。" if done else "もう交付しています。")


@app.command("show")
@bound("collection.auctions.list")
@refusals_told
def show_command(disposition_id: Number, as_json: Json = False) -> None:
    """配当計算書と、交付・供託・異議を示す。"""
    found = delivering.statements_of(_key(disposition_id))
    if as_json:
        say_json(found)
        return
    for each in found:
        rows = ((p.part_number, p.name, p.claimed, p.amount, p.how.label if p.how else "") for p in each.parts)
        table(
            f"第{each.distribution_number}回（交付期日 {each.delivery_on}）",
            ("並び", "債権者", "債権", "配当", "交付"),
            rows,
        )


def _key(disposition_id: int) -> tuple[str, int]:
    return disposition_numbered(disposition_id).key


def _asset(disposition_id: int) -> tuple[str, int]:
    head = disposition_numbered(disposition_id)
    return head.addressee_number, head.asset_id or 0
