"""osame disposition … — 差押え、参加差押え、交付要求、送達、取立て、配当、解除、破産。"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.assets.queries import asset_numbered
from osame.collection.dispositions import bankruptcies, collecting, preserving, queries, releasing, seizing
from osame.collection.dispositions.bankruptcies import Opened
from osame.collection.dispositions.collecting import Money
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.insolvency_models import INSOLVENCIES
from osame.collection.dispositions.queries import DispositionHead
from osame.collection.dispositions.register import register_report
from osame.collection.dispositions.releasing import ReleaseJudgement
from osame.collection.dispositions.seizing import RequestTerms, SeizureTerms
from osame.collection.dispositions.wages import PaidWages, share_wages
from osame.collection.ledger.queries import find_charge
from osame.collection.letters.reports import write_report
from osame.kernel.dates import parse_date
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure
from osame.law.seizure_effect import SeizureService
from osame.law.wage_seizure import Wages
from osame.law.wage_seizure_multiple import SharingMethod
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table


class WagesNotNumbers(Refusal):
    """給料等は、「給料等,所得税,住民税,社会保険料,親族の人数」のように、数字をコンマで区切って入力してください。"""


app = typer.Typer(no_args_is_help=True, help="滞納処分を進める")
Number = Annotated[int, typer.Argument(help="処分管理番号")]
Charges = Annotated[list[str] | None, typer.Option("--charge", help="対象の期別（省けば、納期限を過ぎた未納のすべて）")]
WageFacts = Annotated[str, typer.Option("--wages", help="給与なら「給料等,所得税,住民税,社会保険料,親族の人数」")]
OtherWages = Annotated[
    list[str] | None,
    typer.Option(
        "--other-wages", help="ほかの支払者の給料等「財産番号:給料等,所得税,住民税,社会保険料」（支払者ごとに）"
    ),
]
Method = Annotated[SharingMethod, typer.Option("--method", help="二か所以上の分け方")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("check")
@bound("collection.dispositions.list")
@refusals_told
def check_command(asset_id: int, charge: Charges = None, as_of: AsOf = None) -> None:
    """差し押さえることができるかを、条件ごとに示す。何も書かない。"""
    asset, on = asset_numbered(asset_id), day(as_of)
    case = case_of(asset.addressee_number, _charges(charge), as_of=on, but=asset)
    for line in seizing.judge_seizure(asset, case, as_of=on).steps:
        console.print(line)


@app.command("wages")
@bound("collection.dispositions.list")
@refusals_told
def wages_command(
    paid: Annotated[list[str], typer.Argument(help="「給料等,所得税,住民税,社会保険料,親族の人数」（二か所目からは人数なし）")],
    method: Method = SharingMethod.DEDUCTION, as_of: AsOf = None,
) -> None:  # fmt: skip
    """給与の差押可能額を計算する。二か所以上なら、続けて並べる。何も書かない。"""
    own = _wages(paid[0])
    several = {-at: _other(each, own.dependants) for at, each in enumerate(paid[1:], start=1)}
    for line in share_wages({0: own} | several, 0, method, as_of=day(as_of)).steps:
        console.print(line)


@app.command("seize")
@bound("collection.dispositions.propose")
@refusals_told
def seize_command(
    asset_id: int, scope: Annotated[str, typer.Argument(help="差し押さえる範囲")], reason: str, charge: Charges = None,
    perform_by: Annotated[str, typer.Option("--perform-by", help="履行期限")] = "", wages: WageFacts = "",
    other_wages: OtherWages = None, method: Method = SharingMethod.DEDUCTION,
    service_years: Annotated[int | None, typer.Option("--service-years", help="退職手当なら、勤続年数")] = None,
    registry: Annotated[int | None, typer.Option("--registry", help="登記を嘱託する照会先番号")] = None,
    place: Annotated[str, typer.Option("--place", help="場所・立会人")] = "", as_of: AsOf = None,
) -> None:  # fmt: skip
    """差押えを起案する。満たさない条件があれば断る。"""
    terms = SeizureTerms(
        asset_id,
        reason,
        scope,
        _charges(charge),
        parse_date(perform_by) if perform_by else None,
        _paid(wages, other_wages or (), method, service_years),
        registry,
        place,
    )
    console.print(f"起案番号 {seizing.propose_seizure(terms, as_of=day(as_of))}")


@app.command("request")
@bound("collection.dispositions.propose")
@refusals_told
def request_command(
    addressee_number: str, body: Annotated[int, typer.Argument(help="執行機関・先の差押えの機関の照会先番号")], case_number: str,
    reason: str, charge: Charges = None,
    asset: Annotated[int | None, typer.Option("--asset", help="参加差押えの財産番号（省けば交付要求）")] = None, as_of: AsOf = None,
) -> None:  # fmt: skip
    """交付要求、または参加差押えを起案する。"""
    terms = RequestTerms(addressee_number, reason, body, case_number, _charges(charge), asset)
    console.print(f"起案番号 {seizing.propose_request(terms, as_of=day(as_of))}")


@app.command("preserve")
@bound("collection.dispositions.propose")
@refusals_told
def preserve_command(
    asset_id: Annotated[int, typer.Argument(help="財産番号")],
    preservation_id: Annotated[int, typer.Argument(help="保全番号")],
    scope: str,
    reason: str,
    perform_by: Annotated[str, typer.Option("--perform-by", help="履行期限（債権だけ）")] = "",
    as_of: AsOf = None,
) -> None:
    """保全差押え（税額の確定の前）を起案する。"""
    by = parse_date(perform_by) if perform_by else None
    terms = preserving.PreservationSeizure(preservation_id, asset_id, scope, reason, by)
    console.print(f"起案番号 {preserving.propose_preservation_seizure(terms, as_of=day(as_of))}")


@app.command("take-over")
@bound("collection.dispositions.carry")
@refusals_told
def take_over_command(disposition_id: Number, as_of: AsOf = None, by: Officer = None) -> None:
    """税額の確定した保全差押えを、差押えに切り替える。"""
    key = queries.disposition_numbered(disposition_id).key
    made = preserving.take_over(key, as_of=day(as_of), officer=officer(by))
    console.print(f"処分管理番号 {made[1]} の差押えに切り替えました。")


@app.command("served")
@bound("collection.dispositions.carry")
@refusals_told
def served_command(
    disposition_id: Number,
    third_party: Annotated[str, typer.Option("--third-party", help="第三債務者などに送達した日")] = "",
    taxpayer: Annotated[str, typer.Option("--taxpayer", help="滞納者に送達した日")] = "",
    registered: Annotated[str, typer.Option("--registered", help="登記・登録の日")] = "",
    possessed: Annotated[str, typer.Option("--possessed", help="占有した日")] = "",
    by: Officer = None,
) -> None:
    """送達・占有・登記の日を記録し、効力の日を示す。"""
    days = [parse_date(each) if each else None for each in (possessed, third_party, taxpayer, registered)]
    effect = collecting.record_service(
        queries.disposition_numbered(disposition_id).key, SeizureService(*days), officer=officer(by)
    )
    console.print(f"効力の日 {effect}" if effect else "効力は、まだ生じていません。")


@app.command("collect")
@bound("collection.dispositions.carry")
@refusals_told
def collect_command(
    disposition_id: Number, amount: int, collected_on: str, from_whom: str, as_of: AsOf = None, by: Officer = None
) -> None:
    """取り立てた金銭を記録する。"""
    money = Money(amount, parse_date(collected_on), from_whom)
    key = queries.disposition_numbered(disposition_id).key
    number = collecting.collect(key, money, as_of=day(as_of), officer=officer(by))
    console.print(f"取立て 第{number}回 を記録しました。")


@app.command("plan-distribution")
@bound("collection.dispositions.list")
@refusals_told
def plan_command(disposition_id: Number, as_of: AsOf = None) -> None:
    """配当を計算してみる。何も書かない。"""
    file = queries.disposition_file(queries.disposition_numbered(disposition_id).key)
    planned = collecting.plan_distribution(file, as_of=day(as_of))
    for line in planned.answer.steps:
        console.print(line)
    console.print("配当計算書を作る" if planned.needs_statement else "配当計算書は要らない")


@app.command("distribute")
@bound("collection.dispositions.propose")
@refusals_told
def distribute_command(disposition_id: Number, reason: str = "計算のとおり配当する", as_of: AsOf = None) -> None:
    """配当を起案する。"""
    key = queries.disposition_numbered(disposition_id).key
    console.print(f"起案番号 {collecting.propose_distribution(key, reason=reason, as_of=day(as_of))}")


@app.command("release")
@bound("collection.dispositions.release")
@refusals_told
def release_command(
    disposition_id: Number,
    reason: str,
    unlawful: Annotated[bool, typer.Option("--unlawful", help="差押えが違法であった")] = False,
    third_partys: Annotated[bool, typer.Option("--third-partys", help="滞納者の財産でなかった")] = False,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """解除し、滞納者と第三者への通知を一度に作る。"""
    key = queries.disposition_numbered(disposition_id).key
    judgement = ReleaseJudgement(reason, unlawful, third_partys)
    if queries.disposition_numbered(disposition_id).procedure is Procedure.PRESERVATION_SEIZURE:
        runs = preserving.release_preserved(key, reason, as_of=day(as_of), officer=officer(by))
    else:
        runs = releasing.release(key, judgement, as_of=day(as_of), officer=officer(by))
    console.print(f"解除しました。束{'、'.join(map(str, runs))}を印刷してください。")


@app.command("cancel")
@bound("collection.dispositions.release")
@refusals_told
def cancel_command(disposition_id: Number, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """違法な差押えを取り消す。"""
    key = queries.disposition_numbered(disposition_id).key
    releasing.cancel(key, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print("取り消しました。")


@app.command("finish")
@bound("collection.dispositions.carry")
@refusals_told
def finish_command(disposition_id: Number, as_of: AsOf = None, by: Officer = None) -> None:
    """完納した処分を終える。"""
    releasing.finish(queries.disposition_numbered(disposition_id).key, as_of=day(as_of), officer=officer(by))
    console.print("終えました。")


@app.command("policy")
@bound("collection.dispositions.carry")
@refusals_told
def policy_command(disposition_id: Number, policy: str, review_on: str, by: Officer = None) -> None:
    """方針と見直しの日を決める。"""
    key = queries.disposition_numbered(disposition_id).key
    releasing.set_policy(key, policy, review_on=parse_date(review_on), officer=officer(by))
    console.print("決めました。")


@app.command("bankrupt")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def bankrupt_command(
    addressee_number: str, court: str, case_number: str, opened_on: str, evidence: str,
    procedure: Annotated[str, typer.Option("--procedure", help="破産手続、再生手続、更生手続")] = "破産手続",
    applied: Annotated[bool, typer.Option("--applied", help="日は、開始の申立ての日（開始の決定は、まだない）")] = False, by: Officer = None,
) -> None:  # fmt: skip
    """破産手続・再生手続・更生手続の開始（または開始の申立て）を記録する。"""
    kind = next((each for each in INSOLVENCIES if each.value == procedure), None)
    if kind is None:
        raise bankruptcies.NotAnInsolvency(procedure)
    on = parse_date(opened_on)
    opened = Opened(
        addressee_number, court, case_number, None if applied else on, evidence, procedure=kind,
        applied_on=on if applied else None,
    )  # fmt: skip
    console.print(f"破産管理番号 {bankruptcies.open_bankruptcy(opened, officer=officer(by))}")


@app.command("bankruptcy-end")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def bankruptcy_end_command(
    bankruptcy_id: int, on: str, note: str = "",
    cancelled: Annotated[bool, typer.Option("--cancelled", help="開始の決定の取消し・廃止、申立ての取下げ・棄却")] = False, by: Officer = None,
) -> None:  # fmt: skip
    """倒産手続の終わりを記録する。"""
    bankruptcies.close_bankruptcy(
        bankruptcy_id, on=parse_date(on), was_cancelled=cancelled, note=note, officer=officer(by)
    )
    console.print("記録しました。")


@app.command("list")
@bound("collection.dispositions.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、続いている処分のすべて）")] = "",
    as_json: Json = False,
) -> None:
    """滞納処分を並べる（R-111）。"""
    found = queries.dispositions_of(addressee_number) if addressee_number else queries.open_dispositions()
    if as_json:
        say_json(found)
        return
    _tell("滞納処分", found)


@app.command("register")
@bound("collection.dispositions.list")
@refusals_told
def register_command(
    target: Annotated[Path, typer.Argument(help="書き出す PDF")],
    as_of: AsOf = None,
) -> None:
    """差押財産管理台帳（R-111）を、庁内の帳票として書く。"""
    made = write_report(register_report(as_of=day(as_of)), target)
    console.print(f"{made.serial} として出しました：{target}", soft_wrap=True)


@app.command("show")
@bound("collection.dispositions.list")
@refusals_told
def show_command(disposition_id: Number, as_json: Json = False) -> None:
    """処分一件の、条件・期別・取立て・配当・これまでのことを示す。"""
    file = queries.disposition_file(queries.disposition_numbered(disposition_id).key)
    if as_json:
        say_json(file)
        return
    _tell(file.head.number, (file.head,))
    for line in file.head.conditions:
        console.print(f"  {line}")
    table("期別", ("期別", "額", "いま残る額"), ((each.label, each.amount, each.left) for each in file.parts))
    rows = ((each.happened_on, each.act.value, each.target.value, each.note) for each in file.events)
    table("これまで", ("日", "行い", "段階", "説明"), rows)


def _tell(title: str, heads: tuple[DispositionHead, ...]) -> None:
    table(
        title, ("番号", "手続", "宛名番号", "財産・事件", "段階", "効力の日", "取立て"),
        ((str(h.disposition_id), h.procedure.value, h.addressee_number, h.asset or h.case_number, h.stage_name,
          h.effect_on or "", h.collected) for h in heads),
    )  # fmt: skip


def _charges(charge: list[str] | None) -> tuple[int, ...]:
    return tuple(find_charge(each).charge_id for each in charge or [])


def _paid(wages: str, others: Sequence[str], method: SharingMethod, service_years: int | None) -> PaidWages | None:
    if not wages:
        return None
    own = _wages(wages)
    told = {int(at): _other(rest, own.dependants) for at, _, rest in (each.partition(":") for each in others)}
    return PaidWages(own, told, method, service_years)


def _wages(text: str) -> Wages:
    *amounts, dependants = _numbers(text)
    return _made(amounts, dependants)


def _other(text: str, dependants: int) -> Wages:
    return _made(_numbers(text), dependants)


def _made(amounts: Sequence[int], dependants: int) -> Wages:
    gross, *deductions = amounts
    return Wages(Yen(gross), tuple(Yen(each) for each in deductions), dependants)


def _numbers(text: str) -> list[int]:
    try:
        return [int(each.strip().replace("_", "")) for each in text.split(",")]
    except ValueError:
        raise WagesNotNumbers(text) from None
