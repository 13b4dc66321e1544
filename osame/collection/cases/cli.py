"""osame case … — 滞納整理の台帳。数え直し、一覧、一件、担当、方針、点検、予定。"""

from typing import Annotated

import typer

from osame.collection.cases.actions import (
    NewTask,
    Policy,
    assign,
    decide_policy,
    end_task,
    note,
    plan_task,
    review,
    set_care,
)
from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.filters import CaseFilter, CaseOrder
from osame.collection.cases.insolvency import NewRecord, record_insolvency
from osame.collection.cases.models import ArrearsCase, CaseTask, InsolvencyRecord
from osame.collection.cases.prescribing import confirm_nearing, nearing_cases
from osame.collection.cases.queries import case_of, cases, events_of, tasks_between, tasks_of, terms_of
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="滞納整理の台帳を扱う")
AsOf = Annotated[str | None, typer.Option("--as-of", help="基準日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("refresh")
@bound("collection.cases.refresh")
@refusals_told
def refresh_command(as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """元帳から事案を開き、終え、明細・時効・段階・予定・優先度を数え直す。"""
    done = refresh_cases(as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(done)
        return
    console.print(
        f"事案{done.cases:,}件（期別{done.charges:,}）。新しく{done.opened:,}件、完結{done.cleared:,}件、"
        f"担当を付けた{done.assigned:,}件、予定 +{done.tasks_made:,} −{done.tasks_gone:,}"
    )


@app.command("list")
@bound("collection.cases.list")
@refusals_told
def list_command(
    of: Annotated[str, typer.Option("--of", help="担当者（「-」なら担当なし）")] = "",
    stage: Annotated[str, typer.Option("--stage", help="進行段階のコード")] = "",
    least: Annotated[int | None, typer.Option("--least", help="未納の計の下限")] = None,
    prescribed_within: Annotated[int | None, typer.Option("--prescribed-within", help="時効までの日数")] = None,
    silent_days: Annotated[int | None, typer.Option("--silent-days", help="折衝のない日数")] = None,
    order: Annotated[CaseOrder, typer.Option("--order")] = CaseOrder.SCORE,
    limit: Annotated[int, typer.Option("--limit")] = 50,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """条件に合う事案を並べる（R-141）。"""
    chosen = CaseFilter(
        officer=of, stage=stage, least=least, prescribed_within=prescribed_within, silent_days=silent_days, order=order
    )
    found = cases(chosen, as_of=day(as_of), limit=limit)
    if as_json:
        say_json(found)
        return
    table(
        f"滞納者 {found.count:,}件、未納の計 {found.total:,}円",
        ("宛名番号", "氏名", "段階", "担当", "未納の計", "いちばん古い納期限", "時効", "優先度"),
        ((c.addressee_number, c.name, c.stage_label, c.officer, c.total or 0, c.oldest_due_on or "", c.prescribed_on or "",
          str(c.score)) for c in found.cases),
    )  # fmt: skip


@app.command("show")
@bound("collection.cases.list")
@refusals_told
def show_command(addressee_number: str, as_json: Json = False) -> None:
    """一人の台帳を示す。事案、明細、優先度の訳、予定、記録。"""
    line, terms = case_of(addressee_number), terms_of(addressee_number)
    tasks, events = tasks_of(addressee_number), events_of(addressee_number)
    if as_json:
        say_json({"case": line, "charges": terms, "tasks": tasks, "events": events})
        return
    console.print(
        f"{line.name}（{addressee_number}）　{line.stage_label}　方針 {line.policy_label}　担当 {line.officer or 'なし'}"
    )
    for point in line.explained:
        console.print(f"  優先度 {point.points:+d}　{point.name}：{point.told}")
    table("明細", ("期別", "納期限", "本税", "そのほか", "手続", "時効"),
          ((t.label, t.due_date, t.principal_tax, t.other_amounts, t.flags, t.prescribed_on or "") for t in terms))  # fmt: skip
    table("予定", ("番号", "予定日", "種類", "内容", "結果"),
          ((str(t.task_id), t.due_on, t.kind_label, t.note, t.result_label) for t in tasks))  # fmt: skip
    table("記録", ("日", "種類", "内容", "職員"), ((e.happened_on, e.kind_label, e.content, e.officer) for e in events))


@app.command("assign")
@bound("collection.cases.assign")
@refusals_told
def assign_command(
    addressee_number: str, to: Annotated[str, typer.Argument(help="職員番号")], as_of: AsOf = None, by: Officer = None
) -> None:
    """担当者を決める。"""
    assign(addressee_number, to, as_of=day(as_of), officer=officer(by))
    console.print("担当を決めました。")


@app.command("policy")
@bound("collection.cases.decide")
@refusals_told
def policy_command(
    addressee_number: str,
    policy: ArrearsCase.Policy,
    reason: str,
    review_on: Annotated[str, typer.Option("--review-on", help="見直し日")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """処理方針を決める。"""
    decided = Policy(policy, reason, parse_date(review_on))
    decide_policy(addressee_number, decided, as_of=day(as_of), officer=officer(by))
    console.print(f"方針を「{policy.label}」にしました。")


@app.command("review")
@bound("collection.cases.review")
@refusals_told
def review_command(addressee_number: str, content: str, as_of: AsOf = None, by: Officer = None) -> None:
    """管理職が点検し、指示を残す。"""
    review(addressee_number, content, as_of=day(as_of), officer=officer(by))
    console.print("点検を残しました。")


@app.command("prescriptions")
@bound("collection.cases.list")
@refusals_told
def prescriptions_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """六月のうちに時効などで消滅する期別のある事案と、管理職が確かめたかを、早い順に並べる。"""
    on = day(as_of)
    found = nearing_cases(as_of=on)
    if as_json:
        say_json(found)
        return
    table("時効の近い事案", ("宛名番号", "氏名", "担当", "消滅する日", "あと", "期別", "額", "確認"),
          ((x.addressee_number, x.name, x.officer, x.extinguished_on, x.band(as_of=on), str(x.charges), x.amount,
            format_wareki(x.confirmed_on) if x.confirmed_on else "まだ") for x in found))  # fmt: skip


@app.command("confirm-prescription")
@bound("collection.cases.review")
@refusals_told
def confirm_prescription_command(
    addressee_number: str, instruction: str, as_of: AsOf = None, by: Officer = None
) -> None:
    """管理職が、時効の近い事案を確かめ、担当に指示する。担当に予定が立つ。"""
    number = confirm_nearing(addressee_number, instruction, as_of=day(as_of), officer=officer(by))
    console.print(f"確かめました。担当に予定{number}を立てました。")


@app.command("insolvency")
@bound("collection.cases.decide")
@refusals_told
def insolvency_command(
    addressee_number: str,
    bankruptcy_id: int,
    kind: Annotated[InsolvencyRecord.Kind, typer.Argument(help="1 届出の期限、2 届け出た、3 配当を受けた")],
    content: str,
    on: Annotated[str, typer.Option("--on", help="日")],
    amount: Annotated[int | None, typer.Option("--amount", help="額（円）")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """破産手続の届出の期限、届出、配当を記録する。"""
    new = NewRecord(kind, parse_date(on), content, amount)
    record_insolvency((addressee_number, bankruptcy_id), new, as_of=day(as_of), officer=officer(by))
    console.print("記録しました。")


@app.command("note")
@bound("collection.cases.decide")
@refusals_told
def note_command(addressee_number: str, content: str, as_of: AsOf = None, by: Officer = None) -> None:
    """特記を残す。"""
    note(addressee_number, content, as_of=day(as_of), officer=officer(by))
    console.print("特記を残しました。")


@app.command("care")
@bound("collection.cases.decide")
@refusals_told
def care_command(
    addressee_number: str,
    content: str,
    no_visit: Annotated[bool, typer.Option("--no-visit", help="訪問しない")] = False,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """注意事項を定める。"""
    set_care(addressee_number, content, no_visit=no_visit, as_of=day(as_of), officer=officer(by))
    console.print("注意事項を定めました。")


@app.command("plan")
@bound("collection.cases.decide")
@refusals_told
def plan_command(
    addressee_number: str,
    kind: CaseTask.Kind,
    due_on: str,
    content: Annotated[str, typer.Option("--note")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """予定を立てる。"""
    number = plan_task(
        addressee_number, NewTask(kind, parse_date(due_on), content), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"予定 {number} を立てました。")


@app.command("end-task")
@bound("collection.cases.decide")
@refusals_told
def end_command(
    addressee_number: str,
    task_id: int,
    result: CaseTask.Result,
    content: Annotated[str, typer.Option("--note")] = "",
    again_on: Annotated[str | None, typer.Option("--again-on", help="延期する日")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """予定を終える。"""
    later = parse_date(again_on) if again_on else None
    end_task((addressee_number, task_id), result, content, as_of=day(as_of), officer=officer(by), again_on=later)
    console.print("予定を終えました。")


@app.command("tasks")
@bound("collection.cases.list")
@refusals_told
def tasks_command(
    first: Annotated[str, typer.Option("--from", help="初めの日")],
    through: Annotated[str, typer.Option("--through", help="末日")],
    of: Annotated[str, typer.Option("--of", help="担当者")] = "",
    as_json: Json = False,
) -> None:
    """期間の予定を並べる。"""
    found = tasks_between(parse_date(first), parse_date(through), officer=of)
    if as_json:
        say_json(found)
        return
    table("予定", ("予定日", "種類", "宛名番号", "氏名", "内容", "担当"),
          ((format_wareki(t.due_on), t.kind_label, t.addressee_number, t.name, t.note, t.case_officer) for t in found))  # fmt: skip
