"""収納機関からの、納付書の照会と回答（独自様式 v0）。UTF-8・見出し行。

What a receiving institution asks before it takes money (MPN): the four numbers of a slip. The online messages are given to
institutions only; this pair of CSV files is ours (`docs/protocols/slip-inquiry.md`). Nobody's name is in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem
from osame.formats.slip_numbers import matter_key, slip_number_of_matter_key

COLUMNS = ("収納機関番号", "納付番号", "確認番号", "納付区分")
ANSWER_COLUMNS = (*COLUMNS, "状態", "金額", "支払期限", "後の納付番号")


@dataclass(frozen=True, slots=True)
class SlipInquiry:
    """照会一件。 slip_number: 納付番号の指す納付書番号。"""

    agency_number: str
    slip_number: int
    confirmation_number: str
    payment_class: str


@dataclass(frozen=True, slots=True)
class SlipAnswer:
    """回答一件。 amount と payable_through: 納められるときだけ; replaced_by: 無効の後に発行した納付書番号。"""

    inquiry: SlipInquiry
    state: str
    amount: int | None = None
    payable_through: date | None = None
    replaced_by: int | None = None


def read_lines(stream: Iterable[bytes]) -> Iterator[SlipInquiry | LineProblem]:
    """照会を順に読む。行番号0の問題が出たら、ファイル全体に答えない。"""
    return csv_stream.records(stream, COLUMNS, _row)


def write(inquiries: Iterable[SlipInquiry]) -> bytes:
    """照会を書く。"""
    return b"".join([csv_stream.write_row(COLUMNS), *(csv_stream.write_row(_asked(each)) for each in inquiries)])


def write_answers(answers: Iterable[SlipAnswer]) -> bytes:
    """回答を、照会と同じ順に書く。"""
    lines = [csv_stream.write_row(ANSWER_COLUMNS)]
    for each in answers:
        later = matter_key(each.replaced_by) if each.replaced_by else ""
        told = [
            each.state,
            "" if each.amount is None else str(each.amount),
            csv_stream.write_day(each.payable_through),
            later,
        ]
        lines.append(csv_stream.write_row([*_asked(each.inquiry), *told]))
    return b"".join(lines)


def _asked(each: SlipInquiry) -> list[str]:
    return [each.agency_number, matter_key(each.slip_number), each.confirmation_number, each.payment_class]


def _row(line: CsvLine, cells: Cells) -> SlipInquiry:
    told = dict(zip(COLUMNS, line.cells, strict=True))
    for name, digits in (("収納機関番号", 5), ("納付番号", 20), ("確認番号", 6), ("納付区分", 3)):
        if len(cells.require(name, digits)) != digits or not (told[name].isascii() and told[name].isdigit()):
            raise CellError(f"{name}は{digits}桁の数字です。")
    number = slip_number_of_matter_key(told["納付番号"])
    if number is None:
        raise CellError("納付番号が、この団体の付けた番号の形ではありません。")
    return SlipInquiry(told["収納機関番号"], number, told["確認番号"], told["納付区分"])
