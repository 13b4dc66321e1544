"""osame refund … — 過誤納を決議し、払い、取り消す。"""

from datetime import datetime
from fractions import Fraction
from typing import Annotated
from uuid import UUID

import typer

from osame.collection.outlays.debit_payees import debit_account_of
from osame.collection.refunds.accounts import Account
from osame.collection.refunds.actions import (
    Act,
    Where,
    expire_claims,
    hold,
    mark_defect,
    mark_noticed,
    receive_claim,
    record_finding,
    release,
    remind,
    take_known_account,
)
from osame.collection.refunds.cancelling import propose_cancellation
from osame.collection.refunds.candidates import sources_of, targets_of, waiting_people
from osame.collection.refunds.causes import Cause, Found, Ground
from osame.collection.refunds.deciding import Plan, Wanted, plan_for, propose_decision
from osame.collection.refunds.models import PayeeAccount, RefundEncumbrance, RefundPart, RefundPayee
from osame.collection.refunds.queries import (
    Wanted as ListWanted,
)
from osame.collection.refunds.queries import (
    decision_sheet,
    decisions,
    outstanding,
    payable_balance,
)
from osame.collection.refunds.sharing import (
    Heir,
    NewEncumbrance,
    divide_among_heirs,
    register_encumbrance,
    release_encumbrance,
)
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="過誤納を決議し、払い、取り消す")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準の日（和暦・西暦。省けば今日）")]
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]
Note = Annotated[str, typer.Option("--note", help="説明。元になった通知や申出")]
ALL = (1_000, 0)
WHAT = {"1": "還付", "2": "充当", "3": "加算金の充当"}


def _act(as_of: str | None, by: str | None) -> Act:
    return Act(day(as_of), officer(by))


def _where(decision: int, payee: int) -> Where:
    return Where(decision_sheet(decision).decision.addressee_number, decision, payee)


@app.command("waiting")
@bound("collection.refunds.show")
@refusals_told
def waiting_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """決めていない過誤納金のある人を、古い順に並べる。"""
    found = waiting_people(as_of=day(as_of), page=ALL)
    if as_json:
        say_json(found)
        return
    table(
        "決議していない過誤納金",
        ("宛名番号", "氏名", "件数", "金額", "いちばん古い日", "事由", "未納"),
        ((each.addressee_number, each.name, each.count, each.amount, format_wareki(each.oldest), "・".join(each.causes),
          "あり" if each.has_arrears else "") for each in found),
    )  # fmt: skip


@app.command("candidates")
@bound("collection.refunds.show")
@refusals_told
def candidates_command(addressee_number: str, as_of: AsOf = None, as_json: Json = False) -> None:
    """一人の過誤納金と未納、決議の見通し（充当と還付、還付加算金）を示す。"""
    on = day(as_of)
    sources = sources_of(addressee_number)
    plan = plan_for(Wanted(addressee_number), decided_on=on)
    if as_json:
        say_json({"sources": sources, "targets": plan.targets, "plan": _told(plan)})
        return
    table("過誤納金", ("期別", "収納", "金額", "事由", "起算の根拠"),
          ((each.label, str(each.receipt_key), each.amount, str(each.found.cause.label), str(each.found.ground.label))
           for each in sources))  # fmt: skip
    table("未納", ("期別", "納期限", "本税の額", "充当"),
          ((each.label, format_wareki(each.due_date), each.principal_tax, each.barred or "できる")
           for each in targets_of(addressee_number, as_of=on, sources=sources)))  # fmt: skip
    table("決議の見通し", ("使いみち", "もと", "金額", "加算金の額", "充てる先"),
          ((str(each.use.label), each.source.label, each.amount, each.interest, each.target.label if each.target else "")
           for each in plan.parts))  # fmt: skip
    console.print(f"充当 {plan.appropriated:,}円、還付 {plan.payable:,}円（うち還付加算金 {plan.interest:,}円）")


@app.command("find")
@bound("collection.refunds.find")
@refusals_told
def find_command(
    addressee_number: str,
    charge: Annotated[int, typer.Argument(help="期別番号")],
    receipt: Annotated[str, typer.Argument(help="収納")],
    cause: Annotated[Cause, typer.Option("--cause", help="発生事由のコード（C-08、01～12・99）")],
    ground: Annotated[Ground, typer.Option("--ground", help="起算の根拠（1、2、3、4、4-return）")],
    note: Note,
    requested_on: Annotated[str | None, typer.Option("--requested-on", help="更正の請求の日")] = None,
    corrected_on: Annotated[str | None, typer.Option("--corrected-on", help="更正の日")] = None,
    noticed_on: Annotated[str | None, typer.Option("--noticed-on", help="所得税の更正の通知または申告の日")] = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """過誤納の発生事由を認定する。還付加算金の起算日が決まる。"""
    days = [parse_date(each) if each else None for each in (requested_on, corrected_on, noticed_on)]
    number = record_finding(
        addressee_number, charge, UUID(receipt), Found(cause, ground, *days), note=note, act=_act(as_of, by)
    )
    console.print(f"認定 {number} を登録しました。")


@app.command("propose")
@bound("collection.refunds.propose")
@refusals_told
def propose_command(addressee_number: str, reason: Reason, as_of: AsOf = None) -> None:
    """一人の過誤納金すべての還付・充当を起案する。別の職員の照査と決裁を待つ。"""
    number = propose_decision(Wanted(addressee_number), decided_on=day(as_of), reason=reason)
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("decisions")
@bound("collection.refunds.show")
@refusals_told
def decisions_command(
    addressee_number: Annotated[str, typer.Option("--addressee", help="宛名番号")] = "", as_json: Json = False
) -> None:
    """還付・充当の決議を、新しい順に並べる。"""
    found = decisions(page=ALL, addressee_number=addressee_number)
    if as_json:
        say_json(found)
        return
    table("還付・充当の決議", ("決議番号", "宛名番号", "氏名", "決議日", "充当の額", "還付の額", "状態"),
          ((str(each.decision_id), each.addressee_number, each.name, format_wareki(each.decided_on), each.appropriated,
            each.payable, each.standing) for each in found))  # fmt: skip


@app.command("decision")
@bound("collection.refunds.show")
@refusals_told
def decision_command(decision: int, as_json: Json = False) -> None:
    """決議一つを、明細、還付加算金の計算の過程、受取人とともに示す。"""
    sheet = decision_sheet(decision)
    if as_json:
        say_json(sheet)
        return
    table(f"決議番号 {decision}　{sheet.decision.name}　{sheet.decision.standing}",
          ("使いみち", "もと", "金額", "加算金の額", "充てる先", "科目"),
          ((WHAT[each.use], each.label, each.amount, each.interest, each.target or "",
            str(RefundPart.RevenueClass(each.revenue_class).label)) for each in sheet.parts))  # fmt: skip
    for part in sheet.parts:
        for step in part.steps:
            console.print(f"  {part.label}　{step}")
    table("受取人", ("番号", "氏名", "金額", "状態", "口座", "理由"),
          ((str(each.payee_number), each.name, each.amount, str(RefundPayee.State(each.state).label), each.account, each.note)
           for each in sheet.payees))  # fmt: skip


@app.command("cancel")
@bound("collection.refunds.cancel")
@refusals_told
def cancel_command(decision: int, reason: Reason) -> None:
    """決議の取消しを起案する。払った後なら、返納を求めてから元に戻る。"""
    number = propose_cancellation(decision_sheet(decision).decision.addressee_number, decision, reason=reason)
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("notice")
@bound("collection.refunds.claim")
@refusals_told
def notice_command(decision: int, as_of: AsOf = None, by: By = None) -> None:
    """還付・充当の通知を発した日を記録する。"""
    mark_noticed(decision_sheet(decision).decision.addressee_number, decision, act=_act(as_of, by))
    console.print(f"決議 {decision} の通知を記録しました。")


@app.command("debit-account")
@bound("collection.refunds.claim")
@refusals_told
def debit_account_command(
    decision: int, payee: int, tax_item: Annotated[str, typer.Argument(help="振替口座の税目のコード")], as_of: AsOf = None,
    by: By = None,
) -> None:  # fmt: skip
    """本人の同意により、振替口座を還付先にする。"""
    where = Where(decision_sheet(decision).decision.addressee_number, decision, payee)
    account = debit_account_of(where.addressee_number, tax_item, case=f"還付決議{decision}", as_of=day(as_of))
    take_known_account(where, account, PayeeAccount.Source.DIRECT_DEBIT, act=_act(as_of, by))
    console.print("振替口座を還付先にしました。")


@app.command("claim")
@bound("collection.refunds.claim")
@refusals_told
def claim_command(
    decision: int,
    payee: int,
    bank: Annotated[str | None, typer.Option("--bank", help="金融機関コード-店舗コード（例 0155-701）")] = None,
    account: Annotated[str, typer.Option("--account", help="口座番号（7桁まで）")] = "",
    holder: Annotated[str, typer.Option("--holder", help="口座名義（カナ）")] = "",
    account_type: Annotated[
        PayeeAccount.AccountType, typer.Option("--type", help="預金種目（1 普通、2 当座、4 貯蓄、9 その他）")
    ] = PayeeAccount.AccountType.ORDINARY,
    consented: Annotated[bool, typer.Option("--next-time", help="次の還付にもこの口座を使う同意がある")] = False,
    delegated: Annotated[bool, typer.Option("--delegated", help="委任状により、別の名義の口座で受け取る")] = False,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """還付の請求を受け付ける。口座を省けば、窓口での現金払を待つ。"""
    claimed = None
    if bank:
        bank_code, _, branch_code = bank.partition("-")
        claimed = Account(bank_code, branch_code, account_type, account, holder)
    state = receive_claim(
        _where(decision, payee), claimed, consented=consented, delegated=delegated, act=_act(as_of, by)
    )
    console.print(f"請求を受け付けました。いまの状態は「{state.label}」です。")


@app.command("defect")
@bound("collection.refunds.claim")
@refusals_told
def defect_command(decision: int, payee: int, note: Note, as_of: AsOf = None, by: By = None) -> None:
    """請求書の不備を記録する。"""
    mark_defect(_where(decision, payee), note=note, act=_act(as_of, by))
    console.print("不備を記録しました。")


@app.command("hold")
@bound("collection.refunds.claim")
@refusals_told
def hold_command(decision: int, payee: int, note: Note, as_of: AsOf = None, by: By = None) -> None:
    """支払を保留する。"""
    hold(_where(decision, payee), note=note, act=_act(as_of, by))
    console.print("保留しました。")


@app.command("release")
@bound("collection.refunds.claim")
@refusals_told
def release_command(decision: int, payee: int, as_of: AsOf = None, by: By = None) -> None:
    """保留を解く。"""
    release(_where(decision, payee), act=_act(as_of, by))
    console.print("保留を解きました。")


@app.command("remind")
@bound("collection.refunds.claim")
@refusals_told
def remind_command(decision: int, payee: int, as_of: AsOf = None, by: By = None) -> None:
    """請求のない人に再通知した日を記録する。"""
    remind(_where(decision, payee), act=_act(as_of, by))
    console.print("再通知を記録しました。")


@app.command("heirs")
@bound("collection.refunds.share")
@refusals_told
def heirs_command(
    decision: int,
    payee: int,
    heir: Annotated[list[str], typer.Option("--heir", help="氏名:カナ:持分（例 佐藤 太郎:サトウ タロウ:1/2）")],
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """還付を相続人に持分で分ける。"""
    heirs = [Heir(name, kana, Fraction(share)) for name, kana, share in (each.split(":") for each in heir)]
    divide_among_heirs(_where(decision, payee), heirs, act=_act(as_of, by))
    console.print(f"{len(heirs)}人に分けました。")


@app.command("attach")
@bound("collection.refunds.share")
@refusals_told
def attach_command(
    addressee_number: str,
    creditor: Annotated[str, typer.Argument(help="債権者")],
    kana: Annotated[str, typer.Argument(help="債権者カナ")],
    kind: Annotated[RefundEncumbrance.Kind, typer.Option("--kind", help="1 差押え、2 仮差押え、3 質権、4 譲渡")],
    served_at: Annotated[str, typer.Option("--served-at", help="送達の日時（2026-11-03T10:30）")],
    document: Annotated[str, typer.Option("--document", help="通知の文書")],
    amount: Annotated[int | None, typer.Option("--amount", help="額（省けば全額）")] = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """還付請求権の差押え・譲渡の通知を登録し、まだ払っていない還付の支払先を変える。"""
    moment = datetime.fromisoformat(served_at).replace(tzinfo=JAPAN)
    new = NewEncumbrance(kind, creditor, kana, moment, document, amount)
    console.print(f"差押え・譲渡 {register_encumbrance(addressee_number, new, act=_act(as_of, by))} を登録しました。")


@app.command("detach")
@bound("collection.refunds.share")
@refusals_told
def detach_command(addressee_number: str, encumbrance: int, reason: Reason, as_of: AsOf = None, by: By = None) -> None:
    """差押え・譲渡の解除を記録する。"""
    release_encumbrance(addressee_number, encumbrance, reason=reason, act=_act(as_of, by))
    console.print("解除を記録しました。")


@app.command("expire")
@bound("collection.refunds.expire")
@refusals_told
def expire_command(as_of: AsOf = None, by: By = None) -> None:
    """請求のないまま5年を過ぎた還付を、時効とする。"""
    console.print(f"{expire_claims(act=_act(as_of, by)):,}件を時効としました。")


@app.command("outstanding")
@bound("collection.refunds.show")
@refusals_told
def outstanding_command(
    wanted: Annotated[ListWanted, typer.Argument(help="all、unclaimed、held、unpaid、expiring")] = ListWanted.ALL,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """還付未済・未請求・保留・時効間近の一覧と、基準日の還付未済額を示す。"""
    on = day(as_of)
    found, balance = outstanding(wanted, as_of=on), payable_balance(as_of=on)
    if as_json:
        say_json({"lines": found, "balance": balance})
        return
    table(wanted.label, ("決議番号", "氏名", "金額", "状態", "決議日", "日数", "時効"),
          ((str(each.decision_id), each.name, each.amount, each.state_label, format_wareki(each.decided_on), each.days,
            format_wareki(each.expires_on)) for each in found))  # fmt: skip
    console.print(f"{format_wareki(on)}現在の還付未済額 {sum(each[2] for each in balance):,}円")


def _told(plan: Plan) -> dict[str, int]:
    return {"appropriated": plan.appropriated, "payable": plan.payable, "interest": plan.interest}
