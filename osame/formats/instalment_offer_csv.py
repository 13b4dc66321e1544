"""電子申請で届く分納の申出（独自様式）。UTF-8・見出し行。

What a portal hands over when a taxpayer asks to pay in instalments: from when, how much a month, what the household lives on, and
whether the person was verified. The answers go back to the portal in the second layout.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

PROFILE = "osame_instalment_offer_v1"
COLUMNS: tuple[str, ...] = (
    "受付番号", "申出日", "宛名番号", "初回の納付希望日", "毎回の額", "月の収入", "税・社会保険料", "扶養の人数", "必要な支出", "分納を希望する理由",
    "電子署名の検証",
)  # fmt: skip
ANSWER_COLUMNS: tuple[str, ...] = ("受付番号", "回答日", "結果", "回答")
VERIFIED = "1"
LATEST_YEAR = 2100
MOST_DEPENDANTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentOfferRow:
    """申出一件。収入が空なら、収支は書かれていない。 verified: 電子署名を検証し、本人と確かめた。"""

    outer_number: str
    offered_on: date
    addressee_number: str
    first_on: date
    amount: int
    income: int = 0
    taxes: int = 0
    dependants: int = 0
    necessary: int = 0
    reason: str
    verified: bool = False
    line_number: int = 0
    raw: bytes = b""


def write(rows: Iterable[InstalmentOfferRow]) -> bytes:
    """申出を書く。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            row.outer_number, day(row.offered_on), row.addressee_number, day(row.first_on), str(row.amount), str(row.income),
            str(row.taxes), str(row.dependants), str(row.necessary), row.reason, VERIFIED if row.verified else "",
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[InstalmentOfferRow | LineProblem]:
    """申出を順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, COLUMNS, _row)


def _row(line: CsvLine, cells: Cells) -> InstalmentOfferRow:
    dependants = int(cells.optional_amount("扶養の人数") or 0)
    if dependants > MOST_DEPENDANTS:
        raise CellError(f"扶養の人数「{dependants}」は{MOST_DEPENDANTS}人までです。")
    return InstalmentOfferRow(
        outer_number=cells.require("受付番号", 30), offered_on=cells.require_day("申出日", LATEST_YEAR),
        addressee_number=cells.require("宛名番号", 15), first_on=cells.require_day("初回の納付希望日", LATEST_YEAR),
        amount=cells.positive_amount("毎回の額"), income=int(cells.optional_amount("月の収入") or 0),
        taxes=int(cells.optional_amount("税・社会保険料") or 0), dependants=dependants,
        necessary=int(cells.optional_amount("必要な支出") or 0), reason=cells.require("分納を希望する理由", 400),
        verified=cells.text("電子署名の検証", 1) == VERIFIED, line_number=line.number, raw=line.raw,
    )  # fmt: skip
