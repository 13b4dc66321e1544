"""osame contact … — 折衝の経過を記録し、並べる。"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.arrears.actions import NewContact
from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.queries import contacts_of, promises_of
from osame.collection.cases.actions import NewTask
from osame.collection.cases.contacts import Followed, record_followed_contact
from osame.collection.cases.models import CaseTask
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, console, now, officer, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="折衝の経過を記録する")
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Means = Annotated[ContactRecord.Means, typer.Option("--means", help="折衝手段のコード（01 来庁、02 架電、03 受電…）")]
Relation = Annotated[ContactRecord.Relationship, typer.Option("--relationship", help="続柄のコード（01 本人…）")]
Identified = Annotated[
    ContactRecord.Identification, typer.Option("--identified", help="本人確認のコード（00 していない…）")
]


@app.command("record")
@bound("collection.arrears.record")
@refusals_told
def record_command(
    addressee_number: str,
    content: Annotated[str, typer.Argument(help="話した内容")],
    means: Means,
    at: Annotated[str | None, typer.Option("--at", help="話した日時（2026-11-03T10:30。省けばいま）")] = None,
    relationship: Relation = ContactRecord.Relationship.SELF,
    identified: Identified = ContactRecord.Identification.NOT_DONE,
    counterpart: Annotated[str, typer.Option("--counterpart", help="相手の名")] = "",
    promised_on: Annotated[str | None, typer.Option("--promised-on", help="約束日（和暦・西暦）")] = None,
    amount: Annotated[int | None, typer.Option("--amount", help="約束の金額（円）")] = None,
    following: Annotated[
        str, typer.Option("--next", help="次の予定「種類,予定日,内容」（種類は 01 電話、02 訪問…）")
    ] = "",
    attach: Annotated[Path | None, typer.Option("--attach", help="添付（事案の資料に綴じる）")] = None,
    by: Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")] = None,
) -> None:
    """折衝を記録する。次の予定と添付を添えられる。"""
    moment = now()
    new = NewContact(
        addressee_number,
        datetime.fromisoformat(at).replace(tzinfo=JAPAN) if at else moment,
        means,
        relationship,
        identified,
        content,
        counterpart,
        parse_date(promised_on) if promised_on else None,
        amount,
    )
    kind, due, note = (each.strip() for each in f"{following},,".split(",")[:3])
    task = NewTask(CaseTask.Kind(kind), parse_date(due), note) if kind else None
    followed = Followed(task, (attach.name, attach.read_bytes()) if attach else None)
    number = record_followed_contact(new, followed, now=moment, officer=officer(by))
    console.print(f"折衝 {number} を記録しました。")


@app.command("list")
@bound("collection.arrears.list")
@refusals_told
def list_command(addressee_number: str, as_json: Json = False) -> None:
    """一人との折衝と約束を、新しい順に並べる。"""
    contacts, promises = contacts_of(addressee_number), promises_of(addressee_number, as_of=today())
    if as_json:
        say_json({"contacts": contacts, "promises": promises})
        return
    table(
        f"宛名 {addressee_number} との折衝",
        ("番号", "日時", "手段", "続柄", "相手", "内容", "登録", "訂正"),
        ((str(c.contact_id), f"{c.contacted_at.astimezone(JAPAN):%Y-%m-%d %H:%M}", c.means_label, c.relationship_label,
          c.counterpart, c.content, c.officer, f"→ {c.corrected_by}" if c.corrected_by else "") for c in contacts),
    )  # fmt: skip
    table(
        "納付の約束",
        ("番号", "約束日", "金額", "入金", "結果"),
        ((str(p.contact_id), format_wareki(p.promised_on), p.amount, p.paid, str(p.result.label)) for p in promises),
    )
