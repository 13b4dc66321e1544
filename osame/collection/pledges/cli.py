"""osame pledge … — 分割納付の計画、誓約、履行の見回り、不履行の通知、立て直し。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.intake.telling import tell
from osame.collection.ledger.queries import find_charge
from osame.collection.pledges.actions import (
    Signature,
    accept_pledge,
    cancel_pledge,
    make_pledge,
    notify_default,
    replan_pledge,
    watch_pledges,
)
from osame.collection.pledges.answers import write_answers
from osame.collection.pledges.deciding import propose_long_plan
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.offers import (
    State,
    accept_offer,
    decline_offer,
    import_offers,
    judge,
    offer_numbered,
    offers,
)
from osame.collection.pledges.planning import PledgeTerms, plan_pledge
from osame.collection.pledges.queries import PledgeHead, open_pledges, pledge_file, pledge_numbered, pledges_of
from osame.collection.pledges.statistics import bands
from osame.kernel.dates import format_wareki, parse_date
from osame.kernel.money import Yen
from osame.law.instalments import HouseholdBudget
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="納付誓約と分割納付を扱う")
Number = Annotated[int, typer.Argument(help="分割納付管理番号")]
First = Annotated[str, typer.Option("--first", help="初回の納付予定日")]
Amount = Annotated[int, typer.Option("--amount", help="毎回の額（円）")]
Charges = Annotated[list[str] | None, typer.Option("--charge", help="対象の期別（省けば、納期限を過ぎた未納のすべて）")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Budget = Annotated[str, typer.Option("--budget", help="納付能力「収入,税・社会保険,扶養の人数,必要な支出,現金」")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("plan")
@bound("collection.pledges.plan")
@refusals_told
def plan_command(
    addressee_number: str, first: First, amount: Amount, charge: Charges = None, budget: Budget = "", as_of: AsOf = None
) -> None:
    """計画を作ってみる。何も書かない。"""
    planned = plan_pledge(_terms(addressee_number, (first, amount), charge, budget), as_of=day(as_of))
    if planned.ability:
        for step in planned.ability.steps:
            console.print(f"  {step}")
    table("分割納付の計画", ("回", "期日", "額"), ((str(i.number), i.on, i.amount) for i in planned.plan.instalments))
    console.print(planned.plan.steps[-1])


@app.command("make")
@bound("collection.pledges.make")
@refusals_told
def make_command(
    addressee_number: str, reason: str, first: First, amount: Amount, charge: Charges = None, budget: Budget = "",
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """計画と誓約書を作る。"""
    terms = _terms(addressee_number, (first, amount), charge, budget, reason)
    console.print(f"納付誓約 {make_pledge(terms, as_of=day(as_of), officer=officer(by))} の誓約書を作りました。")


@app.command("accept")
@bound("collection.pledges.make")
@refusals_told
def accept_command(
    pledge_id: Number,
    signed_by: Annotated[str, typer.Argument(help="署名した者")],
    signed_on: Annotated[str, typer.Option("--signed-on", help="署名の日")],
    authority: Annotated[Acknowledgement.Authority, typer.Option("--authority")] = Acknowledgement.Authority.SELF,
    charge: Charges = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """署名された誓約書を受け取り、納付書を発行する。"""
    on = day(as_of)
    signed = tuple(find_charge(each).charge_id for each in charge or [])
    signature = Signature(parse_date(signed_on), signed_by, authority, signed)
    slips = accept_pledge(pledge_numbered(pledge_id, as_of=on).key, signature, as_of=on, officer=officer(by))
    console.print(f"受け取りました。納付書{len(slips)}枚を発行しました。")


@app.command("replan")
@bound("collection.pledges.make")
@refusals_told
def replan_command(
    pledge_id: Number, reason: str, first: First, amount: Amount, charge: Charges = None, budget: Budget = "",
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """計画を立て直し、新しい版の誓約書を作る。"""
    on = day(as_of)
    head = pledge_numbered(pledge_id, as_of=on)
    terms = _terms(head.addressee_number, (first, amount), charge, budget, reason)
    console.print(f"第{replan_pledge(head.key, terms, as_of=on, officer=officer(by))}版の誓約書を作りました。")


@app.command("propose-long")
@bound("collection.pledges.make")
@refusals_told
def propose_long_command(
    addressee_number: str, reason: str, first: First, amount: Amount, charge: Charges = None, budget: Budget = "",
    pledge: Annotated[int | None, typer.Option("--pledge", help="立て直す誓約の分割納付管理番号")] = None,
    as_of: AsOf = None,
) -> None:  # fmt: skip
    """決めた回数を超える計画を起案する。別の職員の照査と、上司の決裁を受ける。"""
    terms = _terms(addressee_number, (first, amount), charge, budget, reason)
    number = propose_long_plan(terms, as_of=day(as_of), pledge_id=pledge)
    console.print(f"起案番号 {number}。照査と決裁の後に執行すると、誓約書ができます。")


@app.command("offers")
@bound("collection.pledges.offers")
@refusals_told
def offers_command(
    every: Annotated[bool, typer.Option("--all", help="答えたものも")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """電子申請の分納の申出と、要件の判定。"""
    on, found = day(as_of), offers(every=every)
    if as_json:
        say_json([{"offer": each, "judged": judge(each, as_of=on)} for each in found])
        return
    for each in found:
        console.print(
            f"申出{each.offer_id} {each.addressee_number} {each.name} 毎月{each.amount:,}円 {each.state.label} {each.answer}"
        )
        for one in judge(each, as_of=on) if each.state is State.RECEIVED else ():
            console.print(f"  {one.line}")


@app.command("import-offers")
@bound("collection.pledges.offers")
@refusals_told
def import_offers_command(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """分納の申出のファイルを取り込む。"""
    tell(import_offers(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command("answer")
@bound("collection.pledges.offers")
@refusals_told
def answer_command(
    offer: Annotated[int, typer.Argument(help="申出番号")],
    decline: Annotated[str, typer.Option("--decline", help="断る理由（省けば、誓約書を送る）")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """分納の申出に答える。"""
    key, on = (offer_numbered(offer).addressee_number, offer), day(as_of)
    if decline:
        decline_offer(key, answer=decline, as_of=on)
        console.print("認めないと答えました。")
        return
    console.print(f"納付誓約 {accept_offer(key, as_of=on, officer=officer(by))} の誓約書を送ると答えました。")


@app.command("answers")
@bound("collection.pledges.offers")
@refusals_told
def answers_command(
    to: Path, on: Annotated[str | None, typer.Option("--on", help="答えた日（省けば今日）")] = None
) -> None:
    """その日に答えた申出の回答データを、ファイルにする。"""
    write_answers(day(on), to)
    console.print(f"{to} に書きました。")


@app.command("watch")
@bound("collection.pledges.watch")
@refusals_told
def watch_command(as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """すべての誓約の履行を見る。完納したものを終え、次の行いを待つものを並べる。"""
    found = watch_pledges(as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(found)
        return
    _tell("不履行（通知を待つ）", found.broken)
    _tell("通知の期限を過ぎた", found.expired)
    console.print(f"完納 {len(found.completed)}件")


@app.command("default")
@bound("collection.pledges.notify")
@refusals_told
def default_command(
    pledge_ids: Annotated[list[int], typer.Argument(help="分割納付管理番号（くり返す）")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """不履行の通知（R-054）を作る。"""
    on = day(as_of)
    keys = [pledge_numbered(each, as_of=on).key for each in pledge_ids]
    console.print(f"束{notify_default(keys, as_of=on, officer=officer(by))}を作りました。")


@app.command("cancel")
@bound("collection.pledges.notify")
@refusals_told
def cancel_command(pledge_id: Number, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """誓約を取り消す。"""
    on = day(as_of)
    cancel_pledge(pledge_numbered(pledge_id, as_of=on).key, reason=reason, as_of=on, officer=officer(by))
    console.print("取り消しました。")


@app.command("list")
@bound("collection.pledges.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、生きている誓約のすべて）")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """納付誓約と履行の状況を並べる（R-077）。"""
    on = day(as_of)
    found = pledges_of(addressee_number, as_of=on) if addressee_number else open_pledges(as_of=on)
    if as_json:
        say_json(found)
        return
    _tell("分納履行状況表", found)
    if not addressee_number:
        table("回数別・毎回の額別", ("区分", "範囲", "件数", "計画の計", "納まった額", "不履行"),
              ((b.kind, b.name, str(b.pledges), b.planned, b.paid, str(b.broken)) for b in bands(found)))  # fmt: skip


@app.command("show")
@bound("collection.pledges.list")
@refusals_told
def show_command(pledge_id: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """納付誓約一件の、計画・承認・これまでのことを示す。"""
    on = day(as_of)
    file = pledge_file(pledge_numbered(pledge_id, as_of=on).key, as_of=on)
    if as_json:
        say_json(file)
        return
    _tell(f"納付誓約 {pledge_id}", (file.head,))
    table(
        "期別",
        ("期別", "額", "承認日", "署名者"),
        ((p.label, p.amount, p.acknowledged_on or "", p.signed_by) for p in file.parts),
    )
    table("計画", ("回", "期日", "額"), ((str(i.number), i.on, i.amount) for i in file.head.instalments))
    table(
        "これまで",
        ("日", "行い", "段階", "説明"),
        ((e.happened_on, e.act_name, e.target_name, e.note) for e in file.events),
    )


def _tell(title: str, heads: tuple[PledgeHead, ...]) -> None:
    table(
        title, ("番号", "宛名番号", "段階", "版", "計画", "期日の来た額", "納まった額", "足りない回", "次の期日"),
        ((str(h.pledge_id), h.addressee_number, h.stage_name, str(h.plan_number), h.total, h.standing.due, h.standing.paid,
          str(h.standing.missed), format_wareki(h.standing.next_on) if h.standing.next_on else "") for h in heads),
    )  # fmt: skip


def _terms(who: str, pay: tuple[str, int], charge: list[str] | None, budget: str, reason: str = "") -> PledgeTerms:
    charges = tuple(find_charge(each).charge_id for each in charge or [])
    return PledgeTerms(who, charges, parse_date(pay[0]), pay[1], _household(budget), reason)


def _household(text: str) -> HouseholdBudget | None:
    if not text:
        return None
    income, taxes, dependants, necessary, cash = [int(each.strip().replace(",", "")) for each in text.split(",")]
    return HouseholdBudget(Yen(income), Yen(taxes), dependants, Yen(necessary), Yen(cash))
