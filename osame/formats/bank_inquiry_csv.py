"""預貯金の電子照会（様式 v0）。依頼と回答の CSV。UTF-8・見出し行。

The layouts of the inquiry services (pipitLINQ, DAIS) are not public; this pair of CSV files is ours, documented in
`docs/protocols/bank-inquiry.md`, and a service's file is brought into it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

REQUEST_COLUMNS: tuple[str, ...] = (
    "照会番号", "金融機関コード", "氏名カナ", "氏名", "生年月日", "住所", "前の住所", "照会基準日", "回答の期限", "根拠条文",
)  # fmt: skip
REPLY_COLUMNS: tuple[str, ...] = (
    "照会番号", "該当", "名義人カナ", "名義人氏名", "生年月日", "性別", "届出住所", "電話番号", "店舗コード", "店舗名", "預金種目",
    "口座番号", "残高", "基準日", "貸付金残高",
)  # fmt: skip
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryLine:
    """依頼一件。 address: 支援措置の対象者なら空。"""

    inquiry_id: int
    bank_code: str
    kana: str
    name: str
    born_on: date | None
    address: str
    earlier_addresses: str
    as_of: date
    reply_by: date
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    """回答一行。 found: 該当する口座があるか（なければ、残りは空）。"""

    inquiry_id: int
    found: bool
    kana: str = ""
    name: str = ""
    born_on: date | None = None
    sex: str = "0"
    address: str = ""
    telephone: str = ""
    branch_code: str = ""
    branch_name: str = ""
    account_type: str = ""
    account_number: str = ""
    balance: int = 0
    counted_on: date | None = None
    loans: int = 0


def write_requests(rows: Iterable[InquiryLine]) -> bytes:
    """依頼を書く。"""
    lines = [csv_stream.write_row(REQUEST_COLUMNS)]
    lines += [
        csv_stream.write_row([
            str(row.inquiry_id), row.bank_code, row.kana, row.name, csv_stream.write_day(row.born_on) if row.born_on else "",
            row.address, row.earlier_addresses, csv_stream.write_day(row.as_of), csv_stream.write_day(row.reply_by), row.article,
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def write_replies(rows: Iterable[ReplyLine]) -> bytes:
    """回答を書く（試験と架空市のため）。"""
    lines = [csv_stream.write_row(REPLY_COLUMNS)]
    lines += [
        csv_stream.write_row([
            str(row.inquiry_id), "1" if row.found else "0", row.kana, row.name,
            csv_stream.write_day(row.born_on) if row.born_on else "", row.sex, row.address, row.telephone, row.branch_code,
            row.branch_name, row.account_type, row.account_number, str(row.balance) if row.found else "",
            csv_stream.write_day(row.counted_on) if row.counted_on else "", str(row.loans) if row.found else "",
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_replies(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes, ReplyLine] | LineProblem]:
    """回答を順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, REPLY_COLUMNS, lambda line, cells: (line.number, line.raw, _reply(line, cells)))


def _reply(line: CsvLine, cells: Cells) -> ReplyLine:
    told = dict(zip(REPLY_COLUMNS, line.cells, strict=True))
    number = _whole(told, "照会番号")
    if told["該当"] == "0":
        return ReplyLine(inquiry_id=number, found=False)
    if told["該当"] != "1":
        raise CellError(f"該当「{told['該当']}」は1（あり）か0（なし）です。")
    if not (told["名義人カナ"] or told["名義人氏名"]):
        raise CellError("名義人カナと名義人氏名の、どちらもありません。")
    return ReplyLine(
        inquiry_id=number, found=True, kana=told["名義人カナ"], name=told["名義人氏名"],
        born_on=_born(told["生年月日"]), sex=told["性別"] if told["性別"] in {"1", "2"} else "0",
        address=told["届出住所"], telephone=told["電話番号"], branch_code=told["店舗コード"],
        branch_name=cells.require("店舗名", 60), account_type=told["預金種目"],
        account_number=cells.require("口座番号", 20), balance=_whole(told, "残高"),
        counted_on=cells.day("基準日", LATEST_YEAR), loans=_whole(told, "貸付金残高", empty=True),
    )  # fmt: skip


def _born(text: str) -> date | None:
    """生年月日。1950年より前の人もいる。"""
    if text in csv_stream.NO_DAY:
        return None
    day = csv_stream.parse_day(text)
    if day is None:
        raise CellError(f"生年月日「{text}」は実在する日付（YYYY-MM-DD）ではありません。")
    return day


def _whole(told: dict[str, str], name: str, *, empty: bool = False) -> int:
    text = told[name]
    if not text and empty:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 13):
        raise CellError(f"{name}「{text}」は、数字ではありません。")
    return int(text)
