"""osame grace … — 猶予の申請から、許可、履行の見回り、終わりまで。"""

from datetime import date
from typing import Annotated

import typer

from osame.collection.grace.actions import (
    Application,
    Security,
    apply_grace,
    lapse_uncured,
    notify_defect,
    receive_document,
    release_security,
    take_security,
    withdraw_application,
)
from osame.collection.grace.application_letters import send_application_form
from osame.collection.grace.deciding import Decision, Judgement, expire_graces, propose_decision
from osame.collection.grace.entrusting import NewPaper, entrust, papers, reentrust, settle_paper
from osame.collection.grace.extending import Disaster, extend_for_disaster, extension_told
from osame.collection.grace.letters import send_release
from osame.collection.grace.models import EntrustedPaper, GraceDocument, GraceSecurity, SecurityAct
from osame.collection.grace.queries import grace_file, graces_of, head_numbered, instalment_standing, open_graces
from osame.collection.grace.securing import NewSecurityAct, act_on_security
from osame.collection.ledger.queries import find_charge
from osame.kernel.dates import format_wareki, parse_date
from osame.law.dispositions import Procedure
from osame.law.grace import GraceGround
from osame.law.grace_conditions import GraceCancelFacts
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="徴収猶予と換価の猶予を扱う")
Number = Annotated[int, typer.Argument(help="猶予管理番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Charges = Annotated[list[str], typer.Option("--charge", help="対象の期別（納付書番号など。くり返す）")]
Plan = Annotated[list[str] | None, typer.Option("--pay", help="分割の一回「R8.3.31=200000」（くり返す）")]


@app.command("apply")
@bound("collection.grace.apply")
@refusals_told
def apply_command(
    addressee_number: str,
    circumstances: Annotated[str, typer.Argument(help="一時に納付できない事情")],
    ground: Annotated[
        GraceGround, typer.Option("--ground", help="猶予の根拠（15-1-2 病気、15-6-1 申請による換価の猶予…）")
    ],
    charge: Charges,
    first: Annotated[str, typer.Option("--from", help="期間の初日")],
    through: Annotated[str, typer.Option("--through", help="期間の末日")],
    applied_on: Annotated[str | None, typer.Option("--applied-on", help="申請日（職権なら省く）")] = None,
    pay: Plan = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """猶予の申請を受け付ける（申請日を省けば、職権の調書を作る）。"""
    application = Application(
        addressee_number, ground, tuple(find_charge(each).charge_id for each in charge),
        (parse_date(first), parse_date(through)), circumstances, parse_date(applied_on) if applied_on else None,
        instalments(pay or []),
    )  # fmt: skip
    console.print(f"猶予 {apply_grace(application, as_of=day(as_of), officer=officer(by))} を受け付けました。")


@app.command("form")
@bound("collection.grace.apply")
@refusals_told
def form_command(
    addressee_number: str,
    realization: Annotated[bool, typer.Option("--realization", help="換価の猶予（省けば徴収猶予）")] = False,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """猶予の申請書の用紙（R-072・R-073）を、未納の期別を刷って作る。"""
    procedure = Procedure.REALIZATION_GRACE if realization else Procedure.COLLECTION_GRACE
    run_id = send_application_form(addressee_number, procedure, as_of=day(as_of), officer=officer(by))
    console.print(f"文書の束 {run_id} を作りました。osame letter print {run_id}", soft_wrap=True)


@app.command("list")
@bound("collection.grace.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、申請中と期間中のすべて）")] = "",
    as_json: Json = False,
) -> None:
    """猶予を並べる。"""
    found = graces_of(addressee_number) if addressee_number else open_graces()
    if as_json:
        say_json(found)
        return
    table(
        "猶予", ("番号", "宛名番号", "種類", "段階", "根拠", "期間"),
        ((str(g.grace_id), g.addressee_number, g.procedure.value, g.stage_name, g.ground_name,
          f"{format_wareki(g.first_on)}～{format_wareki(g.through_on)}") for g in found),
    )  # fmt: skip


@app.command("show")
@bound("collection.grace.list")
@refusals_told
def show_command(grace_id: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """猶予一件の、期別・書類・計画・担保・これまでのことを示す。"""
    file = grace_file(head_numbered(grace_id).key)
    standing = instalment_standing(file, as_of=day(as_of))
    if as_json:
        say_json({"grace": file.head, "charges": file.charges, "documents": file.documents, "securities": file.securities,
                  "instalments": file.instalments, "standing": standing})  # fmt: skip
        return
    head = file.head
    console.print(
        f"[bold]{head.procedure.value}（{head.stage_name}）[/bold]　{head.ground_name}　宛名 {head.addressee_number}"
    )
    table("対象の期別", ("期別", "税", "手数料・延滞金", "残る税"),
          ((c.label, c.principal_tax, c.demand_fee + c.delinquency_charge, c.left) for c in file.charges))  # fmt: skip
    table("書類", ("種類", "受領日", "不備", "補正の期限", "補正日"),
          ((str(d.kind.label), d.arrived_on or "", d.defect, d.cure_through or "", d.cured_on or "") for d in file.documents))  # fmt: skip
    table("分割の計画", ("回", "期日", "額"), ((str(i.number), i.on, i.amount) for i in file.instalments))
    table("担保", ("番号", "種類", "内容", "価額", "解除日"),
          ((str(s.security_id), str(s.kind.label), s.description, s.value, s.released_on or "") for s in file.securities))  # fmt: skip
    table("これまで", ("日", "行い", "段階", "根拠", "説明"),
          ((e.happened_on, e.act_name, e.target_name, e.article, e.note) for e in file.events))  # fmt: skip
    console.print(
        f"納まっているはずの額 {standing.due:,}円、納まった額 {standing.paid:,}円、足りない回 {standing.missed}回"
    )


@app.command("document")
@bound("collection.grace.apply")
@refusals_told
def document_command(
    grace_id: Number,
    kind: Annotated[
        GraceDocument.Kind, typer.Argument(help="書類（01 申請書、02 財産収支状況書、05 事実を証する書類…）")
    ],
    defect: Annotated[str, typer.Option("--defect", help="不備の内容（補正を求めるとき）")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """書類を受け取る。または、不備を知らせて補正を求める。"""
    key, on = head_numbered(grace_id).key, day(as_of)
    if defect:
        through = notify_defect(key, kind, defect, on=on, officer=officer(by))
        console.print(f"補正の期限は{format_wareki(through)}です。")
    else:
        receive_document(key, kind, on=on, officer=officer(by))
        console.print("書類を受け取りました。")


@app.command("withdraw")
@bound("collection.grace.apply")
@refusals_told
def withdraw_command(grace_id: Number, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """申請の取下げを記録する。"""
    withdraw_application(head_numbered(grace_id).key, on=day(as_of), reason=reason, officer=officer(by))
    console.print("取下げを記録しました。")


@app.command("propose")
@bound("collection.grace.propose")
@refusals_told
def propose_command(
    grace_id: Number,
    decision: Annotated[Decision, typer.Argument(help="grant 許可、refuse 不許可、extend 延長、cancel 取消し")],
    reason: Annotated[str, typer.Argument(help="理由")],
    through: Annotated[str | None, typer.Option("--through", help="延長する末日")] = None,
    arose: Annotated[
        str | None, typer.Option("--cause-arose-on", help="取消しの事由の生じた日（その日以後を免除しない）")
    ] = None,
    hearing: Annotated[str, typer.Option("--hearing", help="弁明の記録（取消しのとき）")] = "",
    recovered: Annotated[bool, typer.Option("--recovered", help="事情の変化により猶予が適当でない")] = False,
    pay: Plan = None,
    as_of: AsOf = None,
) -> None:
    """許可・不許可・延長・取消しを起案する。法の条件を満たさなければ断る。"""
    judgement = Judgement(
        reason, parse_date(through) if through else None, cancels=GraceCancelFacts(has_recovered=recovered),
        cause_arose_on=parse_date(arose) if arose else None, hearing=hearing, instalments=instalments(pay or []),
    )  # fmt: skip
    number = propose_decision(head_numbered(grace_id).key, decision, judgement, as_of=day(as_of))
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("security")
@bound("collection.grace.security")
@refusals_told
def security_command(
    grace_id: Number,
    kind: Annotated[GraceSecurity.Kind, typer.Argument(help="担保の種類（1 国債…、3 土地、6 保証人）")],
    description: str,
    value: int,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """担保を受け取る。"""
    security = Security(kind, description, value, day(as_of))
    console.print(
        f"担保 {take_security(head_numbered(grace_id).key, security, officer=officer(by))} を受け取りました。"
    )


@app.command("release-security")
@bound("collection.grace.security")
@refusals_told
def release_command(grace_id: Number, security_id: int, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """担保を解除し、担保解除通知書を作る。"""
    on = day(as_of)
    file = release_security(head_numbered(grace_id).key, security_id, reason=reason, as_of=on, officer=officer(by))
    released = next(each for each in file.securities if each.security_id == security_id)
    console.print(f"解除しました。束{send_release(file, released, as_of=on, officer=officer(by))}を作りました。")


@app.command("security-act")
@bound("collection.grace.security")
@refusals_told
def security_act_command(
    grace_id: Number,
    security_id: int,
    kind: Annotated[
        SecurityAct.Kind, typer.Argument(help="1 増担保の求め、2 応じた、3 応じない、4 処分の開始、5 代金の充当")
    ],
    note: str,
    through: Annotated[str | None, typer.Option("--through", help="求めの期限")] = None,
    amount: Annotated[int | None, typer.Option("--amount", help="充てた額")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """増担保を求める。応じたか否か、担保物の処分を記録する。"""
    new = NewSecurityAct(kind, note, parse_date(through) if through else None, amount)
    act_on_security(head_numbered(grace_id).key, security_id, new, as_of=day(as_of), officer=officer(by))
    console.print(f"{kind.label}ことを記録しました。")


@app.command("entrust")
@bound("collection.grace.entrustments")
@refusals_told
def entrust_command(
    addressee_number: str,
    amount: Annotated[int, typer.Option("--amount", help="証券の額（円）")],
    payable: Annotated[str, typer.Option("--payable-on", help="支払期日")],
    paper: Annotated[str, typer.Option("--paper", help="証券「番号,振出人,支払場所」")],
    certain: Annotated[str, typer.Option("--certain", help="取立てが確実と認めた理由")],
    charge: Annotated[list[str], typer.Option("--charge", help="納める期別（くり返す）")],
    grace: Annotated[int | None, typer.Option("--grace", help="猶予に係るときの猶予管理番号")] = None,
    later: Annotated[bool, typer.Option("--later-due", help="支払期日以後に納期限の来る徴収金")] = False,
    cost: Annotated[int, typer.Option("--cost", help="取立ての費用（円）")] = 0,
    cost_due: Annotated[bool, typer.Option("--cost-due", help="取立ての費用を、まだ受け取っていない")] = False,
    kind: Annotated[EntrustedPaper.Kind, typer.Option("--kind")] = EntrustedPaper.Kind.POSTDATED_CHEQUE,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """納付の委託を受け、納付受託証書を作る。"""
    number, drawer, place = (each.strip() for each in f"{paper},,".split(",")[:3])
    ground = EntrustmentGround.LATER_DUE if later else EntrustmentGround.GRACE if grace else EntrustmentGround.SINCERE
    new = NewPaper(
        addressee_number=addressee_number, charges=tuple(find_charge(each).charge_id for each in charge), kind=kind,
        ground=ground, paper_number=number, drawer=drawer, payable_at=place, amount=amount, payable_on=parse_date(payable),
        certain_because=certain, cost=cost, cost_settled=not cost_due, grace_id=grace,
    )  # fmt: skip
    console.print(f"受託番号 {entrust(new, as_of=day(as_of), officer=officer(by))}。納付受託証書を作りました。")


@app.command("papers")
@bound("collection.grace.entrustments")
@refusals_told
def papers_command(every: Annotated[bool, typer.Option("--all", help="済んだものも")] = False) -> None:
    """納付の委託を受けた証券を、支払期日の順に並べる。"""
    table("納付の委託", ("受託番号", "支払期日", "宛名番号", "証券の額", "納まった額", "状態", "説明"),
          ((str(p.paper.paper_id), p.paper.payable_on, p.key[0], p.paper.amount, p.collected, p.state.label,
            p.paper.settled_note) for p in papers(every=every)))  # fmt: skip


@app.command("settle-paper")
@bound("collection.grace.entrustments")
@refusals_told
def settle_command(
    paper_id: Annotated[int, typer.Argument(help="受託番号")],
    act: Annotated[str, typer.Argument(help="bank 再委託、2 取立済み、3 不渡り、4 返還")],
    note: str,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """再委託、取立て、不渡り、返還を記録する。"""
    if act == "bank":
        reentrust(paper_id, note, as_of=day(as_of))
    else:
        settle_paper(paper_id, EntrustedPaper.State(act), note, as_of=day(as_of), officer=officer(by))
    console.print("記録しました。")


@app.command("refresh")
@bound("collection.grace.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None) -> None:
    """夜の見回り。補正の期限を過ぎた申請をみなし取下げとし、満了した猶予を終える。"""
    on = day(as_of)
    lapsed, ended = lapse_uncured(as_of=on, officer=officer(by)), expire_graces(as_of=on, officer=officer(by))
    console.print(f"みなし取下げ {len(lapsed)}件、満了 {ended}件")


@app.command("disaster")
@bound("collection.grace.disaster")
@refusals_told
def disaster_command(
    notice: Annotated[str, typer.Argument(help="告示の番号")],
    area: Annotated[list[str], typer.Option("--area", help="地域（住所の頭。くり返す）")],
    first: Annotated[str, typer.Option("--from", help="災害の日。この日から後に納期限の来る期別を延ばす")],
    through: Annotated[str, typer.Option("--through", help="延長した期限")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """告示による期限の延長を、地域の期別にまとめて当てる。"""
    disaster = Disaster(notice, tuple(area), parse_date(first), parse_date(through))
    done = extend_for_disaster(disaster, as_of=day(as_of), officer=officer(by))
    console.print(extension_told(done))


def instalments(texts: list[str]) -> tuple[tuple[date, int], ...]:
    """「R8.3.31=200000」を読む。"""
    pairs = [each.partition("=") for each in texts]
    return tuple((parse_date(due), int(amount.replace(",", ""))) for due, _, amount in pairs)
