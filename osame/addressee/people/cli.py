"""osame addressee show / history / register / close — 宛名を開き、登録し、廃止する。"""

from dataclasses import asdict
from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.inquiry.queries import officer_reader, person_view
from osame.addressee.numbering.allocation import allocate
from osame.addressee.people import actions, queries
from osame.addressee.people.actions import Registration
from osame.addressee.people.facts import Facts, Sex, Standing
from osame.addressee.people.models import Addressee
from osame.addressee.protection.queries import subject_of
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.suppression.decision import FactClass, decision
from osame.platform.suppression.facts import MARKER, suppressed
from osame.platform.terminal import console, day, refusals_told, say_json, table

app = typer.Typer(help="宛名を開き、登録する")
Number = Annotated[str, typer.Argument(help="宛名番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("show")
@bound("addressee.people.show")
@refusals_told
def show_command(number: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """宛名を一人開く。目的は OSAME_PURPOSE で告げる。"""
    view = person_view(number, officer_reader(), as_of=day(as_of))
    if as_json:
        say_json(asdict(view))
        return
    facts = view.facts
    if view.warning:
        console.print(view.warning)
    table(
        f"宛名 {view.addressee_number}（{Addressee.Kind(view.kind).label}）",
        ("項目", "内容"),
        [
            (label, facts.get(name) or "")
            for label, name in (
                ("氏名", "name"), ("フリガナ", "kana"), ("旧氏", "former_surname"), ("通称", "alias"),
                ("生年月日", "born_on"), ("住所", "address"), ("方書", "building"), ("世帯番号", "household_number"),
                ("続柄", "relationship"), ("法人番号", "corporate_number"), ("代表者名", "representative_name"),
            )
        ],
    )  # fmt: skip


@app.command("history")
@bound("addressee.people.history")
@refusals_told
def history_command(number: Number, as_of: AsOf = None, as_json: Json = False) -> None:
    """宛名の履歴を、上書きされたものまで見せる。目的は OSAME_PURPOSE で告げる。"""
    with transaction.atomic():
        versions = queries.open_history(number)
        choice = decision(officer_reader(), subject_of(number, on=day(as_of)))
        rows = [
            suppressed(
                {"address": version.facts.address, "name": version.facts.name, "building": version.facts.building},
                choice,
            )
            for version in versions
        ]
    told = [
        {
            "適用開始日": version.valid_from,
            "適用終了日の翌日": version.valid_until,
            "異動事由": version.change_reason,
            "住民状態": Standing(version.facts.standing).label,
            "氏名": row["name"],
            "住所": f"{row['address']} {row['building']}".strip(),
            "記録": f"{version.recorded_at:%Y-%m-%d %H:%M}",
            "上書き": f"{version.superseded_at:%Y-%m-%d %H:%M}" if version.superseded_at else "",
        }
        for version, row in zip(versions, rows, strict=True)
    ]
    if not choice.shows(FactClass.MOVES):  # いつ、何度移ったかも、居場所の手がかりになる
        told = [dict.fromkeys(each, MARKER) for each in told[-1:]]
    if as_json:
        say_json(told)
        return
    columns = list(told[0]) if told else ["適用開始日"]
    table(f"宛名 {number} の履歴", columns, [["" if cell is None else cell for cell in row.values()] for row in told])


@app.command("register")
@bound("addressee.people.register")
@refusals_told
def register_command(
    kind: Annotated[Addressee.Kind, typer.Option(help="宛名区分（2 住登外者・3 法人・4 共有者・5 事業所）")],
    name: Annotated[str, typer.Option(help="氏名または名称（姓と名の間は全角空白）")],
    kana: Annotated[str, typer.Option(help="フリガナ")] = "",
    born: Annotated[str, typer.Option(help="生年月日（和暦・西暦）")] = "",
    sex: Annotated[Sex, typer.Option(help="性別")] = Sex.UNKNOWN,
    municipality: Annotated[str, typer.Option(help="市区郡町村名")] = "",
    town: Annotated[str, typer.Option(help="町字")] = "",
    block: Annotated[str, typer.Option(help="番地号")] = "",
    building: Annotated[str, typer.Option(help="方書")] = "",
    corporate_number: Annotated[str, typer.Option(help="法人番号（13桁）")] = "",
    parent: Annotated[str, typer.Option(help="事業所の法人の宛名番号")] = "",
    despite: Annotated[str, typer.Option(help="よく似た宛名があっても登録する理由")] = "",
    as_of: AsOf = None,
) -> None:
    """住登外者・法人・共有者・事業所に番号を付けて登録する。"""
    facts = Facts(
        name=name, kana=kana, born_on=parse_date(born) if born else None, birth_unknown=not born, sex=sex.value,
        municipality_name=municipality, town=town, block=block, building=building,
        corporate_number=corporate_number, parent_number=parent,
    )  # fmt: skip
    with transaction.atomic():
        number, _ = allocate()
        actions.register(Registration(number, kind.value, facts, day(as_of), despite=despite))
    console.print(f"登録しました。宛名番号 {number}")


@app.command("close")
@bound("addressee.people.close")
@refusals_told
def close_command(number: Number, reason: Annotated[str, typer.Option(help="理由")], as_of: AsOf = None) -> None:
    """宛名を廃止する。番号は使い回さない。"""
    on = day(as_of)
    actions.close(number, closed_on=on, reason=reason)
    console.print(f"宛名 {number} を{format_wareki(on)}に廃止しました。")
