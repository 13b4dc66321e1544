"""osame audit … — 監査記録の照会、検査点、鎖の検証。"""

import os
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from psycopg.conninfo import make_conninfo
from rich.markup import escape

from osame.platform import bodies, systems
from osame.platform.audit import verify as verifier
from osame.platform.audit.checkpoints import anchor_file, make_checkpoint
from osame.platform.audit.keys import ensure_key
from osame.platform.audit.models import AuditEvent
from osame.platform.audit.searching import Search, inert, search
from osame.platform.functions.binding import bound
from osame.platform.gate import Acting, acting, acting_now
from osame.platform.terminal import JAPAN, console, day, instants_of, refusals_told, say_json, table
from osame.platform.terminal import officer as officer_named

app = typer.Typer(no_args_is_help=True, help="監査記録")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Limit = Annotated[int, typer.Option(help="最も多く示す件数")]


@app.command()
@bound("floor.audit.checkpoint")
@refusals_told
def checkpoint(as_json: Json = False) -> None:
    """検査点を作り、外（アンカー）にも置く。"""
    made = make_checkpoint()
    if as_json:
        say_json({"checkpoint": made and made.checkpoint_number, "sequence": made and made.sequence})
    elif made is None:
        console.print("前の検査点の後に、記録はありません。")
    else:
        console.print(f"検査点{made.checkpoint_number}を作りました（連番{made.sequence:,}まで）。", soft_wrap=True)
        console.print(f"アンカー {anchor_file()}", soft_wrap=True)


@app.command()
@bound("floor.audit.key")
@refusals_told
def key() -> None:
    """署名の公開鍵を示す。検証する人に渡す。"""
    console.print(ensure_key().read_text(encoding="ascii").strip(), markup=False)


@app.command()
@bound("floor.audit.verify")
@refusals_told
def verify(
    first: Annotated[int, typer.Option("--from", help="この連番から")] = 1,
    through: Annotated[int | None, typer.Option(help="この連番まで")] = None,
    anchors: Annotated[Path | None, typer.Option(help="アンカーのファイル（省けば既定の置き場）")] = None,
    public_key: Annotated[Path | None, typer.Option(help="公開鍵のファイル（省けば既定の置き場）")] = None,
    as_json: Json = False,
) -> None:
    """鎖を検証する。誤りがあれば終了コード1、調べていない部分があれば2。"""
    scope = verifier.Scope(
        bodies.apart(systems.current().code),
        anchors or anchor_file(),
        verifier.public_key(public_key or ensure_key()),
        first,
        through,
    )
    with verifier.read_only(_auditor()) as connection:
        report = verifier.verify(connection, scope)
    if as_json:
        say_json({**_plain(report), "exit_code": report.exit_code})
    else:
        for sentence in verifier.sentences(report):
            console.print(escape(sentence), soft_wrap=True)
    if report.exit_code:
        raise SystemExit(report.exit_code)


@app.command("list")
@bound("floor.audit.list")
@refusals_told
def list_command(
    officer: Officer = None,
    by: Annotated[str, typer.Option("--by", help="この職員の記録だけ")] = "",
    subject: Annotated[str, typer.Option(help="この宛名番号の記録だけ")] = "",
    function: Annotated[str, typer.Option(help="この機能コードの記録だけ")] = "",
    since: Annotated[str | None, typer.Option(help="この日から（和暦・西暦）")] = None,
    through: Annotated[str | None, typer.Option(help="この日まで（和暦・西暦）")] = None,
    limit: Limit = 200,
    as_json: Json = False,
) -> None:
    """監査記録を、新しいものから示す。見たことも記録に残る。"""
    span = instants_of(day(since) if since else None, day(through) if through else None)
    wanted = Search(by, subject, function, *span, limit)
    _tell("監査記録", wanted, officer, as_json)


@app.command()
@bound("floor.audit.who")
@refusals_told
def who(
    addressee: Annotated[str, typer.Argument(help="宛名番号")],
    officer: Officer = None,
    limit: Limit = 200,
    as_json: Json = False,
) -> None:
    """その人を、誰がいつ何のために見たか（変えたか）を示す。"""
    _tell(f"宛名番号 {addressee} を開いた者", Search(subject=addressee, limit=limit), officer, as_json)


def _tell(title: str, wanted: Search, officer: str | None, as_json: bool) -> None:
    with acting(acting_now() or Acting(officer_named(officer), "floor.audit.list", "監査", role="operator")):
        found = search(wanted)
    if as_json:
        say_json([_row(each) for each in found])
        return
    heading = ("日時", "職員", "所属", "機能コード", "使用目的", "行為", "結果", "対象", "端末", "詳細")
    rows = [tuple(escape(inert(str(cell))) for cell in _row(each).values()) for each in found]
    table(escape(inert(title)), heading, rows)


def _row(event: AuditEvent) -> dict[str, object]:
    return {
        "occurred_at": event.occurred_at.astimezone(JAPAN).isoformat(sep=" ", timespec="seconds"),
        "officer": event.officer,
        "department": event.department,
        "function": event.function_code,
        "purpose": event.purpose,
        "act": event.act,
        "outcome": AuditEvent.Outcome(event.outcome).label,
        "subjects": "、".join(event.subjects[:5])
        + (f" ほか{len(event.subjects) - 5}人" if len(event.subjects) > 5 else ""),
        "terminal": event.terminal,
        "detail": "、".join(f"{name}={value}" for name, value in event.detail.items()),
    }


def _plain(report: verifier.Report) -> dict[str, object]:
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


def _auditor() -> str:
    """監査の役割での接続先。管理された接続先では `OSAME_AUDITOR_DATABASE_URL`。"""
    owner = settings.DATABASES["owner"]
    return os.environ.get("OSAME_AUDITOR_DATABASE_URL") or make_conninfo(
        host=str(owner["HOST"]), port=str(owner["PORT"] or 5432), user=systems.AUDITOR_ROLE, dbname=str(owner["NAME"])
    )
