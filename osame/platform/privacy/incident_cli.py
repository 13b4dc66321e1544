"""osame incident … — 漏えい等事故。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.platform.egress.authority import Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind
from osame.platform.functions.binding import bound
from osame.platform.privacy import incidents
from osame.platform.privacy.cli import By, Json, choice
from osame.platform.privacy.incident_paper import report_paper
from osame.platform.privacy.incidents import Detection
from osame.platform.privacy.models import Incident
from osame.platform.privacy.tracing import Scope
from osame.platform.terminal import console, day, instants_of, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="漏えい等事故 — 範囲、封じ込め、報告の期限")
Number = Annotated[int, typer.Argument(metavar="番号", help="漏えい等事故番号")]
On = Annotated[str | None, typer.Option("--on", help="その日（省けば今日）")]


@app.command("list")
@bound("floor.incidents.list")
@refusals_told
def list_command(
    every: Annotated[bool, typer.Option("--all", help="終えたものも")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """漏えい等事故と、次の報告の期限。"""
    rows = []
    for each in incidents.listed(open_only=not every):
        due = incidents.next_due(each)
        rows.append({
            "number": each.incident_id, "kind": each.get_kind_display(), "known_on": each.known_on,
            "people": each.people, "next": due[0] if due else "", "due_on": due[1] if due else "",
            "state": each.get_state_display(),
        })  # fmt: skip
    if as_json:
        say_json(rows)
        return
    heading = ("番号", "種類", "知った日", "本人の数", "次の報告", "期限", "段階")
    table("漏えい等事故", heading, [tuple(each.values()) for each in rows])


@app.command()
@bound("floor.incidents.register")
@refusals_told
def register(
    kind: Annotated[str, typer.Option(help="漏えい・滅失・毀損・おそれ")],
    summary: Annotated[str, typer.Option(help="概要（氏名や番号は書かない）")],
    known: Annotated[str | None, typer.Option(help="知った日（省けば今日）")] = None,
    number_included: Annotated[bool, typer.Option("--number", help="個人番号を含む")] = False,
    wrongful: Annotated[bool, typer.Option("--wrongful", help="不正の目的のおそれがある")] = False,
    open_to_public: Annotated[bool, typer.Option("--open", help="不特定多数に見られるおそれがある")] = False,
    encrypted: Annotated[bool, typer.Option("--encrypted", help="高度な暗号化などの措置があった")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """漏えい等事故を登録する。"""
    detection = Detection(
        kind=choice(dict(Incident.Kind.choices), kind, "種類"), summary=summary, known_on=day(known),
        number_included=number_included, wrongful=wrongful, open_to_public=open_to_public,
        protected_by_encryption=encrypted,
    )  # fmt: skip
    number = incidents.register(detection, as_of=today())
    terms = incidents.terms_of(incidents.one(number))
    console.print(f"漏えい等事故番号 {number}。速報は {terms.prompt_through}、確報は {terms.final_through} までです。")


@app.command()
@bound("floor.incidents.trace")
@refusals_told
def trace(
    number: Number,
    since: Annotated[str | None, typer.Option("--from", help="この日から")] = None,
    through: Annotated[str | None, typer.Option("--through", help="この日まで")] = None,
    staff: Annotated[str, typer.Option("--staff", help="この職員が")] = "",
    terminal: Annotated[str, typer.Option(help="この端末で")] = "",
    receiver: Annotated[str, typer.Option(help="この相手に")] = "",
    person: Annotated[str, typer.Option(help="この人（宛名番号）を")] = "",
    outputs: Annotated[list[str] | None, typer.Option("--output", help="この出力。いくつでも")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """影響の範囲を、監査の鎖と出力の記録から引く。"""
    first, until = instants_of(day(since) if since else None, day(through) if through else None)
    scope = Scope(
        since=first, until=until,
        officer=staff, terminal=terminal, receiver=receiver, person=person.zfill(15) if person else "",
        outputs=tuple(outputs or ()),
    )  # fmt: skip
    reach = incidents.trace(number, scope)
    if as_json:
        say_json({"people": reach.people, "sha256": reach.sha256, **reach.traced})
        return
    console.print(f"対象者 {reach.people:,}人（一覧のハッシュ {reach.sha256[:16] or '—'}）")
    table("見た者", ("職員", "所属", "端末", "件", "人数"), reach.traced["viewers"])
    heading = ("出力番号", "日時", "職員", "種類", "渡した相手", "人数", "個人番号", "取消し")
    table(
        "出力", heading, [[*each[:6], *("○" if flag else "" for flag in each[6:])] for each in reach.traced["outputs"]]
    )


@app.command()
@bound("floor.incidents.contain")
@refusals_told
def contain(number: Number, on: On = None, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """封じ込める。範囲にある出力を取り消す。"""
    stopped = incidents.contain(number, on=day(on), as_of=today())
    console.print(f"封じ込めました。出力 {stopped:,}件を取り消しました。")


@app.command()
@bound("floor.incidents.report")
@refusals_told
def describe(
    number: Number,
    items: Annotated[str | None, typer.Option(help="漏えい等した項目")] = None,
    cause: Annotated[str | None, typer.Option(help="原因")] = None,
    secondary_damage: Annotated[str | None, typer.Option(help="二次被害又はそのおそれ")] = None,
    response: Annotated[str | None, typer.Option(help="本人への対応")] = None,
    publication: Annotated[str | None, typer.Option(help="公表の状況")] = None,
    prevention: Annotated[str | None, typer.Option(help="再発防止のための措置")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """報告の項目を書く。書かない項目は、前のまま。"""
    told = {
        "items": items, "cause": cause, "secondary_damage": secondary_damage, "response": response,
        "publication": publication, "prevention": prevention,
    }  # fmt: skip
    incidents.describe(number, {name: value for name, value in told.items() if value is not None})
    console.print("書きました。")


@app.command()
@bound("floor.incidents.report")
@refusals_told
def report(
    number: Number,
    final: Annotated[bool, typer.Option("--final", help="確報（省けば速報）")] = False,
    on: On = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """速報か確報をしたことを記録する。"""
    incidents.report(number, final=final, on=day(on), as_of=today())
    console.print("記録しました。")


@app.command()
@bound("floor.incidents.report")
@refusals_told
def tell(number: Number, on: On = None, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """本人に通知したことを記録する。"""
    incidents.tell_people(number, on=day(on), as_of=today())
    console.print("記録しました。")


@app.command()
@bound("floor.incidents.report")
@refusals_told
def close(number: Number, on: On = None, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """再発防止まで終える。"""
    incidents.close(number, on=day(on), as_of=today())
    console.print("終えました。")


@app.command("print")
@bound("floor.incidents.print")
@refusals_told
def print_command(
    number: Number,
    output: Annotated[Path, typer.Option("--out", help="帳票のファイル（PDF）")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """報告の様式の項目を出す。"""
    made = emit(report_paper(incidents.one(number), on=today()), output, Output(EgressKind.REPORT))
    console.print(f"{made.serial} として出しました。")
