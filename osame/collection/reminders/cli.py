"""osame reminder … — 催告。選んで見る、送る、名簿、結果の取込み、到達、効果。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.reminders.actions import (
    Order,
    drop_condition,
    end_opt_out,
    opt_out,
    pull_paid,
    remind,
    save_condition,
    settle_arrivals,
)
from osame.collection.reminders.importing import import_results
from osame.collection.reminders.lists import write_list
from osame.collection.reminders.models import ContactOptOut, ReminderRun
from osame.collection.reminders.queries import condition, conditions, effects, exclusions_of, one_run, runs
from osame.collection.reminders.selection import Terms, select
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="催告する")
Kind = Annotated[
    ReminderRun.Kind,
    typer.Option("--kind", help="種類のコード（11 一般、12 差押予告、13 最終、21 電話、22 SMS、23 訪問…）"),
]
Deadline = Annotated[str, typer.Option("--deadline", help="指定期限")]
Tax = Annotated[list[str] | None, typer.Option("--tax", help="税目コード（くり返す）")]
Least = Annotated[int, typer.Option("--least", help="一人の未納の下限")]
Overdue = Annotated[int, typer.Option("--overdue", help="納期限からの日数")]
Saved = Annotated[int, typer.Option("--condition", help="残した条件の番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


def _terms(tax: list[str] | None, least: int, overdue: int, saved: int) -> Terms:
    return condition(saved) if saved else Terms(tax_items=tuple(tax or ()), least=least, overdue=overdue)


@app.command("select")
@bound("collection.reminders.list")
@refusals_told
def select_command(
    kind: Kind, deadline: Deadline, tax: Tax = None, least: Least = 1, overdue: Overdue = 30, saved: Saved = 0,
    as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """条件に当たる人と、除外の理由を見る。何も書かない。"""
    found = select(kind, _terms(tax, least, overdue, saved), as_of=day(as_of), deadline=parse_date(deadline))
    if as_json:
        say_json({"people": len(found.people), "amount": found.amount, "reasons": found.reasons})
        return
    console.print(f"{len(found.people):,}人、{found.charges:,}期別、{found.amount:,}円")
    table("除外", ("理由", "人数", "未納の計"), ((name, str(people), unpaid) for name, people, unpaid in found.reasons))


@app.command("run")
@bound("collection.reminders.run")
@refusals_told
def run_command(
    kind: Kind, deadline: Deadline, tax: Tax = None, least: Least = 1, overdue: Overdue = 30, saved: Saved = 0,
    whose: Annotated[list[str] | None, typer.Option("--of", help="この人だけ（くり返す）")] = None,
    from_file: Annotated[Path | None, typer.Option("--from-file", help="宛名番号を一行に一つ書いたファイル")] = None,
    with_slips: Annotated[bool, typer.Option("--with-slips", help="納付書を添える")] = False,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """催告する。文書の束か、名簿を作る。"""
    named = list(whose or [])
    if from_file:
        named += [line.strip() for line in from_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    order = Order(kind, _terms(tax, least, overdue, saved), parse_date(deadline), named or None, with_slips=with_slips)
    run_id = remind(order, as_of=day(as_of), officer=officer(by))
    made = one_run(run_id)
    told = f"束{made.letter_run_id}" if made.letter_run_id else "名簿"
    console.print(
        f"催告 {run_id}：{made.people:,}人、{made.amount:,}円（除外{made.excluded:,}人）。{told}を作りました。"
    )


@app.command("list")
@bound("collection.reminders.list")
@refusals_told
def list_command(as_json: Json = False) -> None:
    """催告の実行を並べる。"""
    found = runs(limit=100)
    if as_json:
        say_json(found)
        return
    table("催告", ("番号", "種類", "催告日", "指定期限", "人数", "額", "除外", "到達", "引抜き", "結果"),
          ((str(r.run_id), r.kind_label, r.reminded_on, r.deadline, str(r.people), r.amount, str(r.excluded), str(r.arrived),
            str(r.cancelled), str(r.answered)) for r in found))  # fmt: skip


@app.command("show")
@bound("collection.reminders.list")
@refusals_told
def show_command(run_id: int, as_json: Json = False) -> None:
    """一つの実行と、除外の理由。"""
    run, left = one_run(run_id), exclusions_of(run_id)
    if as_json:
        say_json({"run": run, "excluded": left})
        return
    console.print(f"{run.kind_label}　{run.people:,}人　{run.amount:,}円　到達{run.arrived:,}　結果{run.answered:,}")
    table("除外", ("理由", "人数", "未納の計"), ((name, str(people), unpaid) for name, people, unpaid in left))


@app.command("pull")
@bound("collection.reminders.run")
@refusals_told
def pull_command(run_id: int, as_of: AsOf = None, by: Officer = None) -> None:
    """行き違いで完納した人の文書を引き抜く。"""
    console.print(f"{pull_paid(run_id, as_of=day(as_of), officer=officer(by)):,}通を引き抜きました。")


@app.command("arrivals")
@bound("collection.reminders.settle")
@refusals_told
def arrivals_command(as_of: AsOf = None) -> None:
    """催告の到達を数え直す。時効の完成猶予のもとになる。"""
    console.print(f"{settle_arrivals(as_of=day(as_of)):,}通の到達を改めました。")


@app.command("export")
@bound("collection.reminders.export")
@refusals_told
def export_command(
    run_id: int,
    name: Annotated[str, typer.Argument(help="reminded・excluded・outreach")],
    to: Annotated[Path, typer.Option("--to", help="置く所")],
) -> None:
    """一覧か名簿を、出力の仲介を通してファイルにする。"""
    console.print(f"{write_list(run_id, name, to).serial} を出しました。")


@app.command("results")
@bound("collection.reminders.results")
@refusals_told
def results_command(path: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """名簿の結果を取り込む。一件ずつ折衝として残る。"""
    done = import_results(path, as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(done)
        return
    console.print(done.refusal or f"{done.rows_in:,}行のうち、登録{done.rows_posted:,}、不受理{done.rows_rejected:,}")
    for _, told in done.problems:
        console.print(f"  {told}")


@app.command("effects")
@bound("collection.reminders.list")
@refusals_told
def effects_command(
    first: Annotated[str, typer.Option("--from", help="この日から後の催告")], as_of: AsOf = None, as_json: Json = False
) -> None:
    """催告ごとの納付率と接触率。"""
    found = effects(first=parse_date(first), as_of=day(as_of))
    if as_json:
        say_json(found)
        return
    table("効果", ("番号", "種類", "催告日", "人数", "額", "納付した人", "納付額", "納付率（人）", "接触率"),
          ((str(e.run_id), e.kind_label, e.reminded_on, str(e.people), e.amount, str(e.paid_people), e.paid, e.paid_rate,
            e.talked_rate) for e in found))  # fmt: skip


@app.command("conditions")
@bound("collection.reminders.list")
@refusals_told
def conditions_command(as_json: Json = False) -> None:
    """残した条件を並べる。"""
    found = conditions()
    if as_json:
        say_json([{"condition_id": number, "name": name, "terms": terms.as_json()} for number, name, terms, _ in found])
        return
    table("条件", ("番号", "名", "職員"), ((str(number), name, by) for number, name, _, by in found))


@app.command("save-condition")
@bound("collection.reminders.run")
@refusals_told
def save_command(name: str, tax: Tax = None, least: Least = 1, overdue: Overdue = 30, by: Officer = None) -> None:
    """条件に名を付けて残す。"""
    console.print(f"条件 {save_condition(name, _terms(tax, least, overdue, 0), officer=officer(by))} を残しました。")


@app.command("drop-condition")
@bound("collection.reminders.run")
@refusals_told
def drop_command(condition_id: int, by: Officer = None) -> None:
    """残した条件を消す。"""
    drop_condition(condition_id, officer=officer(by))
    console.print("条件を消しました。")


@app.command("opt-out")
@bound("collection.reminders.run")
@refusals_told
def opt_out_command(
    addressee_number: str, means: ContactOptOut.Means, reason: str, as_of: AsOf = None, by: Officer = None
) -> None:
    """連絡の辞退を受ける。"""
    console.print(
        f"辞退 {opt_out(addressee_number, means, reason, as_of=day(as_of), officer=officer(by))} を受けました。"
    )


@app.command("opt-in")
@bound("collection.reminders.run")
@refusals_told
def opt_in_command(addressee_number: str, means: ContactOptOut.Means, as_of: AsOf = None, by: Officer = None) -> None:
    """連絡の辞退を終える。"""
    end_opt_out(addressee_number, means, as_of=day(as_of), officer=officer(by))
    console.print("辞退を終えました。")
