"""osame addressee protect … — 支援措置の登録、決定、延長、期限切れの確認、解除の起案。"""

from dataclasses import replace
from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.protection import actions
from osame.addressee.protection.actions import MeasureRequest, OtherParty
from osame.addressee.protection.models import ProtectionMeasure
from osame.addressee.protection.queries import MeasureFacts, measures_of, to_review
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.suppression.facts import MARKER
from osame.platform.terminal import console, day, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="支援措置")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Measure = Annotated[int, typer.Argument(help="措置番号")]
COLUMNS = ("措置番号", "宛名番号", "区分", "状態", "出どころ", "機関", "開始日", "末日")


@app.command()
@bound("addressee.protection.protect")
@refusals_told
def add(
    addressee: Annotated[str, typer.Argument(help="宛名番号")],
    kind: Annotated[str, typer.Option(help="1 配偶者等からの暴力、2 ストーカー、3 児童虐待、4 その他")],
    office: Annotated[str, typer.Option(help="申出を受けた機関（必須）")],
    start: Annotated[str | None, typer.Option("--from", help="開始日（省けば今日）")] = None,
    through: Annotated[str | None, typer.Option(help="末日（省けば一年）")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="決定済み（省けば仮支援）")] = False,
    other: Annotated[list[str] | None, typer.Option(help="相手方の宛名番号")] = None,
    other_name: Annotated[list[str] | None, typer.Option("--other-name", help="相手方の氏名")] = None,
    _by: Officer = None,
) -> None:
    """支援措置を登録する。この時から、すべての照会で伏せる。"""
    if kind not in ProtectionMeasure.Kind.values:
        raise typer.BadParameter("、".join(f"{each.value} {each.label}" for each in ProtectionMeasure.Kind))
    others = [OtherParty(number=each) for each in other or ()] + [OtherParty(name=each) for each in other_name or ()]
    last = parse_date(through) if through else None
    request = MeasureRequest(
        addressee, ProtectionMeasure.Kind(kind), day(start), office, last, decided=decided, others=tuple(others)
    )
    console.print(f"支援措置 {actions.protect(request)} を登録しました（末日 {format_wareki(request.last_day)}）。")


@app.command()
@bound("addressee.protection.protect")
@refusals_told
def decide(
    measure: Measure,
    on: Annotated[str | None, typer.Option(help="決定日（省けば今日）")] = None,
    through: Annotated[str | None, typer.Option(help="末日")] = None,
    _by: Officer = None,
) -> None:
    """仮支援を、決定により有効にする。"""
    actions.decide_measure(measure, decided_on=day(on), through=parse_date(through) if through else None)
    console.print("決定を記録しました。")


@app.command()
@bound("addressee.protection.protect")
@refusals_told
def extend(measure: Measure, through: Annotated[str, typer.Option(help="新しい末日")], _by: Officer = None) -> None:
    """支援措置を延長する。"""
    actions.extend(measure, through=parse_date(through))
    console.print("延長しました。")


@app.command()
@bound("addressee.protection.review")
@refusals_told
def review(
    as_of: Annotated[str | None, typer.Option("--as-of", help="処理日（省けば今日）")] = None,
    as_json: Json = False,
    _by: Officer = None,
) -> None:
    """末日を過ぎたものを期限切れ（要確認）にし、判断を待つものを並べる。伏せることは変わらない。"""
    actions.expire_measures(as_of=day(as_of))
    with transaction.atomic():
        _tell(to_review(), as_json=as_json)


@app.command()
@bound("addressee.protection.show")
@refusals_told
def show(
    addressee: Annotated[str, typer.Argument(help="宛名番号")], as_json: Json = False, _by: Officer = None
) -> None:
    """一人の支援措置を並べる。相手方は示さない。"""
    with transaction.atomic():
        _tell(measures_of(addressee), as_json=as_json)


@app.command("propose-release")
@bound("addressee.protection.propose_release")
@refusals_told
def propose_release_command(
    measure: Measure,
    reason: Annotated[str, typer.Option(help="理由（必須）")],
    on: Annotated[str | None, typer.Option(help="解除日（省けば今日）")] = None,
    _by: Officer = None,
) -> None:
    """支援措置の解除を起案する。別の職員の照査と決裁を経て、執行されるまで伏せたままである。"""
    proposal = actions.propose_release(measure, released_on=day(on), reason=reason)
    console.print(f"起案 {proposal} を作りました。照査と決裁を待ちます。")


def _tell(measures: list[MeasureFacts], *, as_json: bool) -> None:
    """機関の名からも居場所が知れるので、住所を見る権限のない者には示さない。"""
    if not officer_reader().right:
        measures = [replace(each, requesting_office=MARKER) for each in measures]
    if as_json:
        say_json(measures)
        return
    rows = [
        (str(each.measure_id), each.addressee_number, each.kind, each.state, each.source, each.requesting_office,
         format_wareki(each.starts_on), format_wareki(each.through))
        for each in measures
    ]  # fmt: skip
    table("支援措置", COLUMNS, rows)
