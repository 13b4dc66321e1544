"""osame auction … — 公売の準備、実施の起案、申込み、入札、開札、売却決定、代金、権利の移転、中止。"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.auctions import bidding, deciding, paying, preparing, queries
from osame.collection.auctions.bidding import Draw
from osame.collection.auctions.deciding import Terms
from osame.collection.auctions.online import export_lots, import_bids
from osame.collection.auctions.paying import StopJudgement
from osame.collection.auctions.preparing import Applicant, Preparation, Screening
from osame.kernel.dates import parse_date
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_days import auction_days
from osame.law.auction_steps import AuctionMethod
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="公売を進める")
Number = Annotated[int, typer.Argument(help="公売管理番号")]
Bidder = Annotated[int, typer.Argument(help="申込者の番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
METHODS = "、".join(f"{each.name.lower()}（{each.value}）" for each in AuctionMethod)
POLICE = "、".join(f"{each.name.lower()}（{each.value}）" for each in PoliceAnswer)


@app.command("days")
@bound("collection.auctions.list")
@refusals_told
def days_command(
    opens_on: str, opening_on: str, announced_on: Annotated[str | None, typer.Option("--announced", help="公告の日（省けば今日）")] = None,
    method: Annotated[str, typer.Option("--method", help=METHODS)] = "sealed_day",
    kind: Annotated[str, typer.Option("--kind", help="財産の種類（real_estate、movable など）")] = "real_estate",
) -> None:  # fmt: skip
    """法の日程を計算する。何も書かない。"""
    first, last = parse_date(opens_on), parse_date(opening_on)
    found = auction_days(AssetKind[kind.upper()], AuctionMethod[method.upper()], day(announced_on), (first, last), last)
    for line in found.steps:
        console.print(line)


@app.command("prepare")
@bound("collection.auctions.prepare")
@refusals_told
def prepare_command(
    dispositions: Annotated[list[int], typer.Argument(help="処分管理番号（一括して売るなら、いくつでも）")],
    description: Annotated[str, typer.Option("--property", help="公売財産の名称・数量・性質・所在")],
    survey: Annotated[str, typer.Option("--survey", help="現況調査の結果")],
    surveyed_on: Annotated[str, typer.Option("--surveyed-on", help="現況調査の日")],
    surveyors: Annotated[str, typer.Option("--surveyors", help="調べた職員と立会人")],
    farmland: Annotated[bool, typer.Option("--license-needed", help="買受けに資格が要る（農地など）")] = False,
    falling: Annotated[str, typer.Option("--falling", help="価額が著しく減少するおそれの事情（責めを負う者の財産を先に売るとき）")] = "",
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """差押えの財産の公売を準備する。"""
    given = Preparation(tuple(dispositions), description, survey, parse_date(surveyed_on), surveyors, farmland, falling)
    console.print(f"公売管理番号 {preparing.prepare(given, as_of=day(as_of), officer=officer(by))}")


@app.command("hold")
@bound("collection.auctions.propose")
@refusals_told
def hold_command(
    auction_id: Number, market_value: Annotated[int, typer.Argument(help="評価額")],
    reason: Annotated[str, typer.Option("--reason", help="見積価額の理由")],
    place: Annotated[str, typer.Option("--place", help="公売の場所")],
    opens_on: Annotated[str, typer.Option("--opens", help="入札の始めの日")],
    opening_on: Annotated[str, typer.Option("--opening", help="開札の日")],
    decision_on: Annotated[str, typer.Option("--decision", help="売却決定の日")],
    closes_on: Annotated[str, typer.Option("--closes", help="締切りの日（省けば開札の日）")] = "",
    method: Annotated[str, typer.Option("--method", help=METHODS)] = "sealed_day",
    reduction: Annotated[int, typer.Option("--reduction", help="減価（%）")] = 20,
    deposit: Annotated[int | None, typer.Option("--deposit", help="公売保証金（省けば法の下限）")] = None,
    pay_by: Annotated[str, typer.Option("--pay-by", help="代金の納付の期限（省けば売却決定の日）")] = "",
    perishable: Annotated[bool, typer.Option("--contract-ground", help="公売が公益上適当でないなど")] = False, as_of: AsOf = None,
) -> None:  # fmt: skip
    """見積価額と日程を定めて、公売の実施を起案する。"""
    terms = Terms(
        AuctionMethod[method.upper()], market_value, reduction, reason, place, parse_date(opens_on), parse_date(closes_on or opening_on),
        parse_date(opening_on), parse_date(decision_on), deposit, _date(pay_by), perishable,
    )  # fmt: skip
    console.print(f"起案番号 {deciding.propose_holding(_key(auction_id), terms, as_of=day(as_of))}")


@app.command("bidder")
@bound("collection.auctions.prepare")
@refusals_told
def bidder_command(
    auction_id: Number, name: str, address: str,
    deposit: Annotated[int, typer.Option("--deposit", help="提供された公売保証金")] = 0,
    stated_on: Annotated[str, typer.Option("--stated", help="陳述書の日")] = "",
    license_number: Annotated[str, typer.Option("--license", help="買受適格証明書の番号")] = "",
    different: Annotated[str, typer.Option("--different", help="同じ名でも別人である資料")] = "", as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """買受けの申込みを受け付ける。"""
    on = day(as_of)
    given = Applicant(
        name, address, deposit=deposit, deposited_on=on if deposit else None, stated_on=_date(stated_on), license_number=license_number,
        different_evidence=different,
    )  # fmt: skip
    console.print(f"申込者の番号 {preparing.register_bidder(_key(auction_id), given, as_of=on, officer=officer(by))}")


@app.command("screen")
@bound("collection.auctions.prepare")
@refusals_told
def screen_command(
    auction_id: Number, bidder: Bidder, deposit: Annotated[int | None, typer.Option("--deposit", help="公売保証金")] = None,
    stated_on: Annotated[str, typer.Option("--stated", help="陳述書の日")] = "",
    police: Annotated[str, typer.Option("--police", help=POLICE)] = "",
    license_number: Annotated[str, typer.Option("--license", help="買受適格証明書の番号")] = "",
    obstructed_on: Annotated[str, typer.Option("--obstructed", help="公売を妨げた日")] = "",
    wants_next: Annotated[bool, typer.Option("--next", help="次順位買受けの申込みをした")] = False, as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """申込者の保証金、陳述書、警察の調査、資格を記録する。"""
    given = Screening(
        _date(stated_on), PoliceAnswer[police.upper()] if police else None, license_number, _date(obstructed_on), deposit,
        wants_next or None,
    )  # fmt: skip
    preparing.screen(_key(auction_id), bidder, given, as_of=day(as_of), officer=officer(by))
    console.print("記録しました。")


@app.command("bid")
@bound("collection.auctions.carry")
@refusals_told
def bid_command(auction_id: Number, bidder: Bidder, amount: int, as_of: AsOf = None, by: Officer = None) -> None:
    """入札を受け付ける。"""
    number = bidding.place_bid(_key(auction_id), bidder, amount, as_of=day(as_of), officer=officer(by))
    console.print(f"第{number}回の入札を受け付けました。")


@app.command("open")
@bound("collection.auctions.carry")
@refusals_told
def open_command(
    auction_id: Number, drawn: Annotated[int | None, typer.Option("--drawn", help="くじで決めた申込者の番号")] = None,
    note: Annotated[str, typer.Option("--note", help="くじの方法と立会人")] = "", as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """開札する。"""
    draw = Draw(drawn, note) if drawn else None
    found = bidding.open_auction(_key(auction_id), draw, as_of=day(as_of), officer=officer(by))
    price = f"　申込者{found.buyer_number}　{found.price:,}円" if found.price else ""
    console.print(f"{found.stage.value}{price}")
    for line in found.excluded:
        console.print(line)


@app.command("sell")
@bound("collection.auctions.propose")
@refusals_told
def sell_command(auction_id: Number, reason: str = "最高価申込者に売却する", as_of: AsOf = None) -> None:
    """売却決定を起案する。"""
    console.print(f"起案番号 {deciding.propose_sale(_key(auction_id), reason=reason, as_of=day(as_of))}")


@app.command("default")
@bound("collection.auctions.propose")
@refusals_told
def default_command(auction_id: Number, reason: str = "期限までに代金の納付がない", as_of: AsOf = None) -> None:
    """代金を納めない買受人への売却決定の取消しを起案する。"""
    console.print(f"起案番号 {deciding.propose_default(_key(auction_id), reason=reason, as_of=day(as_of))}")


@app.command("price")
@bound("collection.auctions.carry")
@refusals_told
def price_command(auction_id: Number, amount: int, paid_on: str, by: Officer = None) -> None:
    """買受代金の納付を記録する。"""
    parts = paying.record_price(_key(auction_id), amount, parse_date(paid_on), officer=officer(by))
    console.print("差押えごとの代金 " + "、".join(f"{each:,}円" for each in parts))


@app.command("transfer")
@bound("collection.auctions.carry")
@refusals_told
def transfer_command(
    auction_id: Number, registry: Annotated[int | None, typer.Option("--registry", help="嘱託する照会先番号（省けば引渡しだけ）")] = None,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """権利を移し、登記・登録を嘱託する。"""
    run = paying.transfer(_key(auction_id), registry, as_of=day(as_of), officer=officer(by))
    console.print(f"束{run}を印刷してください。" if run else "引渡しを記録しました。")


@app.command("stop")
@bound("collection.auctions.carry")
@refusals_told
def stop_command(
    auction_id: Number, reason: str, unlawful: Annotated[bool, typer.Option("--unlawful", help="手続に違法がある")] = False,
    disturbed: Annotated[bool, typer.Option("--disturbed", help="天災などで困難である")] = False, as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """公売を中止する。"""
    runs = paying.stop(
        _key(auction_id), StopJudgement(reason, unlawful, disturbed), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"中止しました。束{'、'.join(map(str, runs))}" if runs else "中止しました。")


@app.command("revoke")
@bound("collection.auctions.carry")
@refusals_told
def revoke_command(auction_id: Number, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """買い受けることのできない最高価申込者の決定を取り消す。"""
    console.print(paying.revoke_award(_key(auction_id), reason=reason, as_of=day(as_of), officer=officer(by)).value)


@app.command("list")
@bound("collection.auctions.list")
@refusals_told
def list_command(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号（省けば、続いている公売のすべて）")] = "",
    as_json: Json = False,
) -> None:
    """公売を並べる。"""
    found = queries.auctions_of(addressee_number) if addressee_number else queries.open_auctions()
    if as_json:
        say_json(found)
        return
    rows = (
        (str(h.auction_id), h.number, h.person, h.description, h.stage.value, h.opening_on or "", h.decision_on or "")
        for h in found
    )
    table("公売", ("番号", "売却区分", "氏名", "財産", "段階", "開札", "売却決定"), rows)


@app.command("show")
@bound("collection.auctions.list")
@refusals_told
def show_command(auction_id: Number, as_json: Json = False) -> None:
    """公売一件の、日程、入札、これまでのことを示す。"""
    file = queries.auction_file(_key(auction_id))
    if as_json:
        say_json(file)
        return
    head = file.head
    console.print(f"{head.number}　{head.description}　{head.stage.value}")
    for line in head.conditions:
        console.print(f"  {line}")
    table(
        "入札",
        ("番号", "氏名", "入札", "警察の調査"),
        ((b.bidder_number, b.name, b.amount or "", b.police.value) for b in file.bidders),
    )
    table(
        "これまで",
        ("日", "行い", "段階", "説明"),
        ((e.happened_on, e.act.value, e.target.value, e.note) for e in file.events),
    )


@app.command("export-lots")
@bound("collection.auctions.online")
@refusals_told
def export_command(
    service: Annotated[str, typer.Argument(help="電子公売のサービスの名")], to: Annotated[Path, typer.Option("--to", help="出す先")],
    as_of: AsOf = None,
) -> None:  # fmt: skip
    """公告中の公売の物件のファイルを作る。"""
    offered = export_lots(to, service=service, as_of=day(as_of))
    console.print(f"{offered.lots}件の物件のファイル（{offered.egress.serial}）を作りました。")


@app.command("import-bids")
@bound("collection.auctions.online")
@refusals_told
def import_command(file: Path, as_of: AsOf = None, by: Officer = None) -> None:
    """電子公売の参加者と入札のファイルを取り込む。"""
    result = import_bids(file, as_of=day(as_of), officer=officer(by))
    if result.refusal:
        console.print(f"受け付けませんでした。{result.refusal}")
        return
    told = f"{result.rows_in}行: 受けた行{result.rows_posted}、不受理{result.rows_rejected}"
    console.print(f"既に受け付けたファイルです。{told}" if result.already_received else told)
    for line, reason in result.problems:
        console.print(f"  {line}: {reason}")


def _key(auction_id: int) -> tuple[str, int]:
    return queries.auction_numbered(auction_id).key


def _date(text: str) -> date | None:
    return parse_date(text) if text else None
