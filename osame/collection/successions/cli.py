"""osame succession … — 承継の調べから、裁判所への照会、代表者、決定の起案、承継した者の納付書まで。"""

from fractions import Fraction
from typing import Annotated

import typer

from osame.collection.addressees.queries import destinations_of
from osame.collection.inquiry.person import AGENT_KINDS
from osame.collection.ledger.queries import find_charge
from osame.collection.successions.actions import (
    CourtAnswer,
    ask_court,
    name_representative,
    open_succession,
    record_court_answer,
    record_successors,
)
from osame.collection.successions.deciding import judge, propose_decision
from osame.collection.successions.letters import fraction_text, send_form
from osame.collection.successions.models import HeirRepresentative, Succession, Successor
from osame.collection.successions.noticing import differing_shares, tell_again
from osame.collection.successions.paying import issue_share_slip
from osame.collection.successions.portions import GivenSuccessor, verify_portions
from osame.collection.successions.queries import (
    ARTICLES,
    KINDS,
    deaths_without_succession,
    obligations_of,
    obligors_of,
    open_successions,
    succession_file,
    succession_numbered,
    successions_of,
    unanswered,
)
from osame.collection.successions.sharing import shared_charges
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="納税義務の承継（相続・合併・分割）を扱う")
Number = Annotated[int, typer.Argument(help="承継番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
HEIR_HELP = (
    "承継する者（くり返す）。区分:氏名[:宛名番号[:承認[:指定相続分[:得た財産[:代襲される者]]]]]。区分 01 配偶者、02 子、03 直系尊属、"
    "04 兄弟姉妹、05 包括受遺者、06 相続財産法人、11 存続法人、12 分割承継法人。承認 1 承認、2 放棄、3 限定承認、4 胎児"
)


@app.command("open")
@bound("collection.successions.record")
@refusals_told
def open_command(
    addressee_number: str,
    evidence: Annotated[str, typer.Argument(help="資料（戸籍、登記事項証明書など）")],
    kind: Annotated[Succession.Kind, typer.Option("--kind", help="1 相続、2 合併、3 分割、4 事業譲渡、5 解散・清算")] = Succession.Kind.INHERITANCE,
    opened: Annotated[str | None, typer.Option("--opened", help="合併・分割などの効力の日（相続は、宛名の死亡日）")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """承継の調べを起こす。"""
    on = parse_date(opened) if opened else None
    number = open_succession(addressee_number, kind, evidence, opened_on=on, as_of=day(as_of), officer=officer(by))
    console.print(f"承継 {number} の調べを起こしました。")


@app.command("successors")
@bound("collection.successions.record")
@refusals_told
def successors_command(
    succession_id: Number,
    reason: Annotated[str, typer.Argument(help="直した理由・資料")],
    heir: Annotated[list[str], typer.Option("--heir", help=HEIR_HELP)],
    by: Officer = None,
) -> None:
    """承継する者の全員を登録し、新しい版を作る。割合は法が答える。"""
    key = succession_numbered(succession_id).key
    edition = record_successors(key, [given(each) for each in heir], reason, officer=officer(by))
    for each in succession_file(key).of_edition(edition):
        console.print(
            f"{each.position}　{each.name}　{each.kind.label}　{each.answer.label}　{fraction_text(each.share)}",
            markup=False,
        )


def given(text: str) -> GivenSuccessor:
    """「区分:氏名:宛名番号:承認:指定相続分:得た財産:代襲される者」を読む。"""
    cells = [*(each.strip() for each in text.split(":")), *[""] * 7][:7]
    kind, name, number, answer, designated, received, stem = cells
    if kind not in Successor.Kind.values or not name or (answer and answer not in Successor.Answer.values):
        raise typer.BadParameter(HEIR_HELP)
    return GivenSuccessor(
        name, Successor.Kind(kind), number, stem, answer=Successor.Answer(answer or "1"),
        designated=Fraction(designated) if designated else None, received=int(received) if received else None,
    )  # fmt: skip


@app.command("ask-court")
@bound("collection.successions.record")
@refusals_told
def ask_command(
    succession_id: Number,
    court: Annotated[int, typer.Argument(help="照会先の番号（裁判所）")],
    reply_by: Annotated[str, typer.Argument(help="回答の期限")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """家庭裁判所に、相続放棄・限定承認の申述の有無を照会する。"""
    key = succession_numbered(succession_id).key
    number = ask_court(key, court, reply_by=parse_date(reply_by), as_of=day(as_of), officer=officer(by))
    console.print(f"照会 {number} の照会書を作りました。")


@app.command("answer")
@bound("collection.successions.record")
@refusals_told
def answer_command(
    succession_id: Number,
    inquiry: Annotated[int, typer.Argument(help="照会の連番")],
    words: Annotated[str, typer.Argument(help="回答の内容・事件番号")],
    renounced: Annotated[
        list[int] | None, typer.Option("--renounced", help="放棄した者の承継者連番（くり返す）")
    ] = None,
    limited: Annotated[
        list[int] | None, typer.Option("--limited", help="限定承認した者の承継者連番（くり返す）")
    ] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """裁判所の回答を記録し、放棄・限定承認を反映した新しい版を作る。"""
    answers = dict.fromkeys(renounced or [], Successor.Answer.RENOUNCED)
    answers |= dict.fromkeys(limited or [], Successor.Answer.LIMITED)
    told = CourtAnswer(words, day(as_of), answers)
    edition = record_court_answer(succession_numbered(succession_id).key, inquiry, told, officer=officer(by))
    console.print(f"回答を記録し、第{edition}版を作りました。決定（変更）を起案してください。")


@app.command("representative")
@bound("collection.successions.record")
@refusals_told
def representative_command(
    succession_id: Number,
    basis: Annotated[HeirRepresentative.Basis, typer.Argument(help="1 相続人の届出、2 職権による指定、9 終わり")],
    reason: Annotated[str, typer.Argument(help="理由")],
    number: Annotated[str, typer.Option("--number", help="代表者の宛名番号")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """相続人代表者の届出を受け、または職権で指定する。"""
    key = succession_numbered(succession_id).key
    run_id = name_representative(key, number, basis, reason, as_of=day(as_of), officer=officer(by))
    console.print("代表者を記録しました。" + (f"指定通知書（束{run_id}）を作りました。" if run_id else ""))


@app.command("form")
@bound("collection.successions.record")
@refusals_told
def form_command(succession_id: Number, as_of: AsOf = None, by: Officer = None) -> None:
    """相続人代表者指定届の用紙を、相続人のそれぞれに送る。"""
    file = succession_file(succession_numbered(succession_id).key)
    console.print(f"届の用紙（束{send_form(file, as_of=day(as_of), officer=officer(by))}）を作りました。")


@app.command("propose")
@bound("collection.successions.propose")
@refusals_told
def propose_command(
    succession_id: Number,
    reason: Annotated[str, typer.Argument(help="理由")],
    cancel: Annotated[bool, typer.Option("--cancel", help="最後の決定を取り消し、その前に戻す")] = False,
    as_of: AsOf = None,
) -> None:
    """承継の決定・変更・取消しを起案する。"""
    number = propose_decision(succession_numbered(succession_id).key, reason, cancel=cancel, as_of=day(as_of))
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("slip")
@bound("collection.successions.slips")
@refusals_told
def slip_command(
    succession_id: Number,
    successor_number: Annotated[str, typer.Argument(help="承継者の宛名番号")],
    payable_through: Annotated[str, typer.Argument(help="指定期限")],
    charge: Annotated[list[str] | None, typer.Option("--charge", help="期別（省けば、その者に残るすべて）")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """承継した者の分の納付書を発行し、その者に送る紙を作る。"""
    charges = [find_charge(each).charge_id for each in charge or []]
    issued = issue_share_slip(
        succession_numbered(succession_id).key, successor_number, charges, payable_through=parse_date(payable_through),
        as_of=day(as_of), officer=officer(by),
    )  # fmt: skip
    console.print(f"納付書 {issued.slip_number}　{issued.amount:,}円（束{issued.run_id}）")


@app.command("tell-again")
@bound("collection.successions.slips")
@refusals_told
def tell_command(
    succession_id: Number,
    reason: Annotated[str, typer.Argument(help="額が変わった理由")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """更正などで承継額が変わったことを、承継した者に通知し直す。"""
    run_id = tell_again(succession_numbered(succession_id).key, reason, as_of=day(as_of), officer=officer(by))
    console.print(f"承継額変更通知書（束{run_id}）を作りました。")


@app.command("list")
@bound("collection.successions.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、すべて）")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """承継と、承継の調べのない死亡、回答を待つ照会、知らせ直す額を並べる。"""
    found = successions_of(addressee_number) if addressee_number else open_successions()
    if as_json:
        say_json({"successions": found, "deaths": deaths_without_succession(), "differing": differing_shares()})
        return
    table(
        "承継", ("番号", "宛名番号", "氏名・名称", "事由", "開始・効力の日", "状態", "代表者"),
        ((str(s.succession_id), s.addressee_number, s.name, str(s.kind.label), s.opened_on, s.state, s.representative_name) for s in found),
    )  # fmt: skip
    if addressee_number:
        return
    table(
        "調べのない死亡",
        ("宛名番号", "氏名", "死亡日", "期別", "残高"),
        ((w, n, on, c, y) for w, n, on, c, y in deaths_without_succession()),
    )
    table(
        "回答を待つ照会",
        ("承継番号", "裁判所", "期限"),
        ((str(n), court, on) for n, court, on in unanswered(as_of=day(as_of))),
    )
    table("知らせ直す額", ("承継番号", "承継者", "期別番号", "知らせた額", "いまの額"),
          ((str(d.succession_id), d.name, str(d.charge_id), d.told, d.part) for d in differing_shares()))  # fmt: skip


@app.command("show")
@bound("collection.successions.list")
@refusals_told
def show_command(succession_id: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """承継一件の、承継する者、法の条件、額、代表者、照会、決定を示す。"""
    on = day(as_of)
    file = succession_file(succession_numbered(succession_id).key)
    conditions = judge(file, as_of=on).steps
    shared = (
        shared_charges(file.head.addressee_number, on=on, as_of=on) if any(each.share for each in file.in_force) else ()
    )
    amounts = [(c.owed.label, s.portion.name, s.paid, s.late, s.owed) for c in shared for s in c.shares]
    if as_json:
        say_json({
            "succession": file.head,
            "successors": file.latest,
            "conditions": conditions,
            "amounts": [list(each) for each in amounts],
        })
        return
    head = file.head
    console.print(
        f"[bold]承継 {head.succession_id}（{head.state}）[/bold]　{head.kind.label}　{head.name}（{head.addressee_number}）"
    )
    table("承継する者（新しい版）", ("連番", "氏名・名称", "宛名番号", "区分", "承認と放棄", "割合"),
          ((str(s.position), s.name, s.successor_number, str(s.kind.label), str(s.answer.label), fraction_text(s.share)) for s in file.latest))  # fmt: skip
    table("承継した額（今日）", ("期別", "承継者", "納めた額", "延滞金", "残る額"), amounts)
    table("決定", ("連番", "行い", "版", "日", "理由"),
          ((str(d.decision_number), str(d.act.label), str(d.edition), d.decided_on, d.reason) for d in file.decisions))  # fmt: skip
    for line in conditions:
        console.print(line, markup=False)


@app.command("obligors")
@bound("collection.successions.list")
@refusals_told
def obligors_command(
    of: Annotated[str, typer.Argument(help="期別（納付書番号など）、または承継者の宛名番号")],
    by_person: Annotated[bool, typer.Option("--person", help="宛名番号で尋ねる")] = False,
    as_json: Json = False,
) -> None:
    """だれに、どの期別のいくらを請求できるか。"""
    found = obligations_of(of) if by_person else obligors_of(find_charge(of).charge_id)
    if as_json:
        say_json(found)
        return
    table("請求できる者", ("期別番号", "宛名番号", "責任", "限度", "根拠", "もとの人"),
          ((str(o.charge_id), o.addressee_number, KINDS[o.kind], "全額" if o.limit is None else o.limit, ARTICLES[o.kind], o.origin_name)
           for o in found))  # fmt: skip


@app.command("served")
@bound("collection.successions.list")
@refusals_told
def served_command(
    addressee_number: str,
    tax_item: Annotated[
        list[str] | None, typer.Option("--tax-item", help="税目（くり返す。省けば税目によらない）")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """その日の文書を、だれに送るか。納税管理人・相続人代表者などの代理人は、税目ごとに。"""
    found = destinations_of(addressee_number, tax_item or [""], on=day(as_of))
    if as_json:
        say_json([
            {"tax_item": d.tax_item, "receiver_number": d.receiver_number, "agent_kind": d.agent_kind} for d in found
        ])
        return
    table("送達を受ける者", ("税目", "宛名番号", "代理人の種別"),
          ((d.tax_item or "すべて", d.receiver_number, AGENT_KINDS.get(d.agent_kind, "本人")) for d in found))  # fmt: skip


@app.command("verify")
@bound("collection.successions.list")
@refusals_told
def verify_command() -> None:
    """割合の表を決定から作り直して比べ、残る額の合計を期別の残高と比べる。"""
    found = verify_portions()
    for line in found:
        console.print(line, markup=False)
    if found:
        raise typer.Exit(1)
    console.print("承継の割合と額は、決定と元帳に合っています。")
