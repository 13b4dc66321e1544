"""osame addressee find — 宛名を探す。"""

from typing import Annotated

import typer

from osame.addressee.search import batch
from osame.addressee.search.queries import PAGE, Criteria, find
from osame.kernel.search_keys import Match
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="宛名の検索")


@app.command("find")
@bound("addressee.search.find")
@refusals_told
def find_command(
    kana: Annotated[str, typer.Option(help="カナ（清濁・長音・小書きを問わない）")] = "",
    name: Annotated[str, typer.Option(help="氏名（異体字・旧字を問わない）")] = "",
    born: Annotated[str, typer.Option(help="生年月日（S50.4.1、1975-04、不詳 など）")] = "",
    address: Annotated[str, typer.Option(help="住所（都道府県・市区町村・町字・方書のどれからでも）")] = "",
    telephone: Annotated[str, typer.Option(help="電話番号（全体か下四桁）")] = "",
    number: Annotated[str, typer.Option(help="宛名番号（頭から）")] = "",
    match: Annotated[Match, typer.Option(help="合わせ方")] = Match.PREFIX,
    history: Annotated[bool, typer.Option("--history", help="過去の氏名・住所でも探す")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="見せる人数")] = PAGE,
    as_of: Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")] = False,
) -> None:
    """氏名・カナ・生年月日・住所・電話・番号から宛名を探す。"""
    criteria = Criteria(number, kana, name, born, address, telephone, match)
    answer = find(criteria, as_of=day(as_of), history=history, limit=limit)
    if as_json:
        say_json(answer)
        return
    table(
        answer.told,
        ("宛名番号", "区分", "氏名", "フリガナ", "生年月日", "性別", "住所", "住民状態", "注意"),
        [
            (each.addressee_number, each.kind, each.name, each.kana, each.born, each.sex, each.address, each.standing,
             "・".join(filter(None, [each.mark, "支援措置" if each.protected else "", "過去の事実" if each.former else ""])))
            for each in answer.people
        ],
    )  # fmt: skip


@app.command("rebuild-search")
@bound("addressee.search.rebuild")
@refusals_told
def rebuild_command() -> None:
    """検索の索引を、宛名の履歴から作り直す。"""
    console.print(f"索引を作り直しました。{batch.refresh():,}行")
