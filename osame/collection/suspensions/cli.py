"""osame suspension … — 執行停止の調書から、調査、決定の起案、見直し、終わりまで。"""

from typing import Annotated

import typer

from osame.collection.ledger.queries import find_charge
from osame.collection.letters.queries import letters_about
from osame.collection.returns.told import service_told
from osame.collection.suspensions.actions import (
    Finding,
    open_suspension,
    record_finding,
    record_review,
    refresh_suspensions,
)
from osame.collection.suspensions.deciding import Decision, Judgement, judge, propose_decision
from osame.collection.suspensions.models import Suspension, SuspensionFinding, SuspensionReview
from osame.collection.suspensions.queries import (
    open_suspensions,
    reviews_due,
    seizures_to_release,
    suspension_file,
    suspension_numbered,
    suspensions_of,
    totals,
)
from osame.kernel.dates import format_wareki, parse_date
from osame.law.dispositions import ProcedureStage
from osame.law.suspension import SuspensionGround
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="滞納処分の執行停止を扱う")
Number = Annotated[int, typer.Argument(help="執行停止番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("open")
@bound("collection.suspensions.record")
@refusals_told
def open_command(
    addressee_number: str,
    circumstances: Annotated[str, typer.Argument(help="停止を要する事情")],
    ground: Annotated[
        Suspension.Ground, typer.Option("--ground", help="事由の号（1 財産がない、2 生活の窮迫、3 所在と財産が不明）")
    ],
    charge: Annotated[list[str], typer.Option("--charge", help="対象の期別（納付書番号など。くり返す）")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """執行停止の調書を起こす。"""
    charges = tuple(find_charge(each).charge_id for each in charge)
    law = list(SuspensionGround)[int(ground) - 1]
    number = open_suspension(addressee_number, law, charges, circumstances, as_of=day(as_of), officer=officer(by))
    console.print(f"執行停止 {number} の調書を起こしました。")


@app.command("finding")
@bound("collection.suspensions.record")
@refusals_told
def finding_command(
    suspension_id: Number,
    kind: Annotated[SuspensionFinding.Kind, typer.Argument(help="項目（01 預貯金、12 生活の窮迫、21 保証人など…）")],
    result: Annotated[str, typer.Argument(help="調査の結果と資料")],
    found: Annotated[bool, typer.Option("--found/--none", help="ある・当てはまる／ない・当てはまらない")],
    answered: Annotated[str | None, typer.Option("--answered", help="調査・回答の日（省けば、行う日）")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """調査を一件記録する。"""
    on = day(as_of)
    finding = Finding(kind, found, result, parse_date(answered) if answered else on)
    record_finding(suspension_numbered(suspension_id).key, finding, as_of=on, officer=officer(by))
    console.print("調査を記録しました。")


@app.command("review")
@bound("collection.suspensions.record")
@refusals_told
def review_command(
    suspension_id: Number,
    outcome: Annotated[SuspensionReview.Outcome, typer.Argument(help="1 停止を続ける、2 取消しを起案する")],
    note: Annotated[str, typer.Argument(help="資力の状況")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """停止した後の資力の調査を記録する。"""
    record_review(suspension_numbered(suspension_id).key, outcome, note, on=day(as_of), officer=officer(by))
    console.print("見直しを記録しました。")


@app.command("list")
@bound("collection.suspensions.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、調書と停止中のすべて）")] = "",
    as_json: Json = False,
) -> None:
    """執行停止を並べる。"""
    found = suspensions_of(addressee_number) if addressee_number else open_suspensions()
    if as_json:
        say_json(found)
        return
    table(
        "執行停止", ("番号", "宛名番号", "段階", "事由", "停止日", "満了日", "残る額", "次の見直し"),
        ((str(s.suspension_id), s.addressee_number, s.stage_name, s.ground.value, s.suspended_on or "", s.through_on or "",
          s.left, s.next_review_on or "") for s in found),
    )  # fmt: skip


@app.command("show")
@bound("collection.suspensions.list")
@refusals_told
def show_command(suspension_id: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """執行停止一件の、期別・調査・法の条件・見直し・これまでのことを示す。"""
    on = day(as_of)
    file = suspension_file(suspension_numbered(suspension_id).key, as_of=on)
    wanted = Decision.SUSPEND if file.head.stage is ProcedureStage.NONE else Decision.CANCEL
    lines = [line for found in judge(file, wanted, as_of=on) for line in found.steps]
    if as_json:
        say_json({"suspension": file.head, "charges": file.charges, "findings": file.findings, "reviews": file.reviews,
                  "conditions": lines, "missing": file.missing})  # fmt: skip
        return
    head = file.head
    console.print(
        f"[bold]執行停止 {head.suspension_id}（{head.stage_name}）[/bold]　{head.ground.value}　宛名 {head.addressee_number}"
    )
    table(
        "対象の期別",
        ("期別", "納期限", "登録した額", "残る額"),
        ((c.label, c.due_date, c.total, c.left) for c in file.charges),
    )
    table("調査", ("項目", "結果", "回答の日", "資料"),
          ((str(f.kind.label), "ある" if f.is_found else "ない", f.answered_on, f.result) for f in file.findings))  # fmt: skip
    table("見直し", ("回", "日", "結果", "資力の状況"),
          ((str(r.number), r.reviewed_on, str(r.outcome.label), r.note) for r in file.reviews))  # fmt: skip
    table("これまで", ("日", "行い", "段階", "根拠", "説明"),
          ((e.happened_on, e.act_name, e.target_name, e.article, e.note) for e in file.events))  # fmt: skip
    for each in letters_about(f"suspension:{suspension_id}"):
        console.print(
            f"{each.name}（束{each.run_id}）：{service_told(each.run_id, each.letter_number, as_of=on).words}"
        )
    for line in (*lines, *(f"まだない調査: {each}" for each in file.missing)):
        console.print(line, markup=False)


@app.command("propose")
@bound("collection.suspensions.propose")
@refusals_told
def propose_command(
    suspension_id: Number,
    decision: Annotated[Decision, typer.Argument(help="suspend 停止、cancel 取消し、extinguish 即時の消滅")],
    reason: Annotated[str, typer.Argument(help="理由")],
    arose: Annotated[
        str | None, typer.Option("--cause-arose-on", help="取消しの事由の生じた日（その日以後を免除しない）")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """停止・取消し・即時の消滅を起案する。法の条件を満たさなければ断る。"""
    judgement = Judgement(reason, parse_date(arose) if arose else None)
    number = propose_decision(suspension_numbered(suspension_id).key, decision, judgement, as_of=day(as_of))
    console.print(f"起案 {number} を作りました。別の職員の照査と決裁を待ちます。")


@app.command("due")
@bound("collection.suspensions.list")
@refusals_told
def due_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """見直しの期限が来た停止と、解除すべき差押えと、号別・年度別の集計を示す。"""
    on = day(as_of)
    due, held, sums = reviews_due(as_of=on), seizures_to_release(as_of=on), totals(as_of=on)
    if as_json:
        say_json({"reviews": due, "seizures": [list(each) for each in held], "totals": [list(each) for each in sums]})
        return
    table("見直しの期限", ("番号", "宛名番号", "停止日", "期限"),
          ((str(s.suspension_id), s.addressee_number, s.suspended_on or "", s.next_review_on or "") for s in due))  # fmt: skip
    table("解除すべき差押え", ("宛名番号", "番号", "停止日", "差押え"), ((h[0], str(h[1]), h[3], h[4]) for h in held))
    table("集計", ("年度", "事由", "段階", "件数", "期別", "本税", "いちばん早い満了日"),
          ((str(t[1]), t[0].value, t[2].value, t[3], t[4], t[5], format_wareki(t[6])) for t in sums))  # fmt: skip


@app.command("refresh")
@bound("collection.suspensions.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None) -> None:
    """夜の見回り。完納した停止と、3年の継続または時効で消滅した停止を終える。"""
    paid, gone = refresh_suspensions(as_of=day(as_of), officer=officer(by))
    console.print(f"完納 {paid}件、消滅 {gone}件")
