"""電子公売の受渡し（様式 v0、独自）。物件と、参加者・入札の CSV。UTF-8・見出し行。

The layouts of online auction services are not public; this pair of CSV files is ours, documented in `docs/protocols/online-auction.md`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

LOT_COLUMNS: tuple[str, ...] = (
    "公売管理番号", "売却区分", "財産の種類", "財産の表示", "換価の方法", "見積価額", "公売保証金", "入札開始日", "入札終了日", "開札日",
    "売却決定日", "代金納付期限", "資格の要否",
)  # fmt: skip
BID_COLUMNS: tuple[str, ...] = (
    "公売管理番号", "参加者番号", "氏名", "カナ", "郵便番号", "住所", "代理人", "保証金", "保証金納付日", "陳述日", "資格証明番号",
    "入札額", "入札日", "次順位申込",
)  # fmt: skip
LATEST_YEAR = 2100
LARGEST = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLine:
    """物件一つ。滞納者の氏名と住所は、どこにも書かない。"""

    auction_id: int
    number: str
    kind: str
    description: str
    method: str
    estimate: int
    deposit: int
    opens_on: date
    closes_on: date
    opening_on: date
    decision_on: date
    pay_by: date
    needs_license: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineBid:
    """参加者一人と、その入札。 amount: 入札しなかったなら0。"""

    auction_id: int
    outside_number: str
    name: str
    kana: str
    postal_code: str
    address: str
    agent: str
    deposit: int
    deposited_on: date | None
    stated_on: date | None
    license_number: str
    amount: int
    placed_on: date | None
    wants_next: bool


def write_lots(lots: Iterable[LotLine]) -> bytes:
    """物件のファイル。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(LOT_COLUMNS)]
    for each in lots:
        days = (each.opens_on, each.closes_on, each.opening_on, each.decision_on, each.pay_by)
        lines.append(
            csv_stream.write_row([
                str(each.auction_id), each.number, each.kind, each.description, each.method, str(each.estimate),
                str(each.deposit), *map(day, days), "1" if each.needs_license else "0",
            ])
        )  # fmt: skip
    return b"".join(lines)


def read_bids(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes, OnlineBid] | LineProblem]:
    """参加者と入札を順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, BID_COLUMNS, lambda line, cells: (line.number, line.raw, _bid(line, cells)))


def _bid(line: CsvLine, cells: Cells) -> OnlineBid:
    told = dict(zip(BID_COLUMNS, line.cells, strict=True))
    if told["次順位申込"] not in {"0", "1"}:
        raise CellError(f"次順位申込「{told['次順位申込']}」は、1（申込みあり）か0（なし）です。")
    return OnlineBid(
        auction_id=_whole(told, "公売管理番号"), outside_number=cells.require("参加者番号", 40), name=cells.require("氏名", 120),
        kana=told["カナ"], postal_code=told["郵便番号"], address=cells.require("住所", 200), agent=told["代理人"],
        deposit=_whole(told, "保証金"), deposited_on=cells.day("保証金納付日", LATEST_YEAR), stated_on=cells.day("陳述日", LATEST_YEAR),
        license_number=told["資格証明番号"], amount=_whole(told, "入札額"), placed_on=cells.day("入札日", LATEST_YEAR),
        wants_next=told["次順位申込"] == "1",
    )  # fmt: skip


def _whole(told: dict[str, str], name: str) -> int:
    text = told[name] or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= LARGEST):
        raise CellError(f"{name}「{text}」は、数字ではありません。")
    return int(text)
