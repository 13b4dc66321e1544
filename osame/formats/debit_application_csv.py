"""口座振替の申込みの受付データ（Web口座振替受付・ペイジー口座振替受付）。UTF-8・見出し行。

The receptionists' own layouts are not public; this CSV is ours, and a receptionist's file is brought into it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

COLUMNS: tuple[str, ...] = (
    "受付番号", "受付日", "宛名番号", "税目", "納付方法", "金融機関コード", "店舗コード", "預金種目", "口座番号", "記号", "番号",
    "口座名義カナ", "口座名義漢字",
)  # fmt: skip
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitApplicationRow:
    """申込み一件。ゆうちょ銀行は、記号・番号でも、店番・口座番号でもよい。"""

    outer_number: str
    received_on: date
    addressee_number: str
    tax_item: str
    method: str = "1"  # 1 期別、2 全期前納
    bank_code: str
    branch_code: str = ""
    account_type: str = "1"
    account_number: str = ""
    symbol: str = ""
    number: str = ""
    holder_kana: str
    holder_name: str = ""


def write(rows: Iterable[DebitApplicationRow]) -> bytes:
    """受付データを書く。"""
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            row.outer_number, csv_stream.write_day(row.received_on), row.addressee_number, row.tax_item, row.method,
            row.bank_code, row.branch_code, row.account_type, row.account_number, row.symbol, row.number, row.holder_kana,
            row.holder_name,
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes, DebitApplicationRow] | LineProblem]:
    """受付データを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, COLUMNS, lambda line, cells: (line.number, line.raw, _row(line, cells)))


def _row(line: CsvLine, cells: Cells) -> DebitApplicationRow:
    told = dict(zip(COLUMNS, line.cells, strict=True))
    received_on = cells.day("受付日", LATEST_YEAR)
    if received_on is None:
        raise CellError("受付日がありません。")
    if told["納付方法"] not in {"1", "2"}:
        raise CellError(f"納付方法「{told['納付方法']}」は1（期別）か2（全期前納）です。")
    return DebitApplicationRow(
        outer_number=cells.require("受付番号", 30), received_on=received_on,
        addressee_number=cells.require("宛名番号", 15), tax_item=cells.require("税目", 2), method=told["納付方法"],
        bank_code=cells.require("金融機関コード", 4), branch_code=told["店舗コード"],
        account_type=told["預金種目"] or "1", account_number=told["口座番号"], symbol=told["記号"], number=told["番号"],
        holder_kana=cells.require("口座名義カナ", 60), holder_name=told["口座名義漢字"],
    )  # fmt: skip
