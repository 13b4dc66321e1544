"""osame training … — 研修と点検。"""

from typing import Annotated

import typer

from osame.platform.functions.binding import bound
from osame.platform.privacy import training
from osame.platform.privacy.cli import By, Json, choice
from osame.platform.privacy.models import InspectionRecord, TrainingRecord
from osame.platform.terminal import console, day, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="研修と点検")
On = Annotated[str | None, typer.Option("--on", help="その日（省けば今日）")]


@app.command("list")
@bound("floor.training.list")
@refusals_told
def list_command(
    overdue: Annotated[bool, typer.Option("--overdue", help="期限の過ぎた者だけ")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """研修の要る職員と、いまの受講。"""
    rows = [each for each in training.standings(as_of=today()) if each.overdue or not overdue]
    if as_json:
        say_json(rows)
        return
    heading = ("職員番号", "氏名", "個人番号", "最後の受講", "有効な最後の日", "期限")
    table(
        "研修",
        heading,
        [
            (
                r.staff_number,
                r.name,
                "○" if r.may_use_numbers else "",
                r.last_on or "なし",
                r.through or "",
                "過ぎた" if r.overdue else "",
            )
            for r in rows
        ],
    )


@app.command()
@bound("floor.training.record")
@refusals_told
def take(
    staff_number: Annotated[str, typer.Argument(metavar="職員番号", help="受けた職員")],
    title: Annotated[str, typer.Option(help="研修の名")],
    kind: Annotated[str, typer.Option(help="研修の種類")] = "安全管理の研修（年1回）",
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """研修を受けたことを登録する。"""
    code = choice(dict(TrainingRecord.Kind.choices), kind, "研修の種類")
    training.take(staff_number, code, title=title, taken_on=day(on), as_of=today())
    console.print("登録しました。")


@app.command("suspend-overdue")
@bound("floor.training.suspend")
@refusals_told
def suspend_overdue(by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """期限の過ぎた者の個人番号利用権限を、すべて取り消す。"""
    console.print(f"{training.suspend_overdue(as_of=today()):,}件を取り消しました。")


@app.command()
@bound("floor.inspections.record")
@refusals_told
def inspect(
    kind: Annotated[str, typer.Option(help="自己点検・内部監査・外部監査")],
    department: Annotated[str, typer.Option(help="点検した所属")],
    checked: Annotated[str, typer.Option(help="確かめたこと")],
    finding: Annotated[str, typer.Option(help="改めること（なければ適切）")] = "",
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """点検を登録する。"""
    outcomes = InspectionRecord.Outcome
    facts = {
        "kind": choice(dict(InspectionRecord.Kind.choices), kind, "点検の種類"), "department": department,
        "checked_items": checked, "outcome": outcomes.IMPROVE if finding else outcomes.SOUND, "finding": finding,
    }  # fmt: skip
    console.print(f"点検番号 {training.inspect(facts, on=day(on), as_of=today())} を登録しました。")


@app.command()
@bound("floor.inspections.record")
@refusals_told
def improve(
    number: Annotated[int, typer.Argument(metavar="点検番号", help="点検番号")],
    what: Annotated[str, typer.Option(help="改めたこと")],
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """点検で見つかったことを改めた。"""
    training.improve(number, what=what, on=day(on), as_of=today())
    console.print("登録しました。")


@app.command("inspections")
@bound("floor.training.list")
@refusals_told
def inspections(by: By = None, as_json: Json = False) -> None:  # noqa: ARG001 - 門が読む
    """点検を、新しいものから。"""
    rows = [
        {"number": each.inspection_id, "kind": each.get_kind_display(), "on": each.inspected_on,
         "department": each.department, "outcome": each.get_outcome_display(), "improved_on": each.improved_on or ""}
        for each in training.inspections()
    ]  # fmt: skip
    if as_json:
        say_json(rows)
        return
    table("点検", ("番号", "種類", "日", "所属", "結果", "改めた日"), [tuple(each.values()) for each in rows])
