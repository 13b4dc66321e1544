"""ヘッダー・データ・トレーラ・エンドの並びを読む。どの様式にも共通。

The grammar that fixed-length and CSV payment files share: (header, data…, trailer)… end. Checks the order of records
and the sender's control totals; hands each record to the handler of its family.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, Protocol, TypeVar

from osame.formats.field_values import show
from osame.formats.layout import Layout, RecordLayout
from osame.formats.refusals import (
    ASK_RESEND,
    ASK_SENDER,
    MAX_RECORDS,
    RefusalError,
    guard_bytes,
    guard_count,
    guard_rows,
    guard_size,
    problem_at,
    refused,
)
from osame.formats.reports import LineProblem, PaymentReport, ReportFile, ReportStage
from osame.kernel.money import Yen

Body = TypeVar("Body", bytes, list[str])
CSV_LINE_LIMIT = 384


@dataclass(slots=True)
class Tally:
    """一つのヘッダーからトレーラまでの件数と金額。"""

    count: int = 0
    total: int = 0
    unreadable: int = 0  # 金額が読めなかった行


class Line(NamedTuple, Generic[Body]):
    """レコード一つ。"""

    number: int
    kind: str
    body: Body
    raw: bytes


class Handler(Protocol[Body]):
    """様式ごとの読み手。"""

    business_on: date | None
    sequence_keys: list[str]

    def header(self, line: Line[Body]) -> None:
        """ヘッダーを読む。"""

    def data(self, number: int, body: Body, raw: bytes) -> PaymentReport | LineProblem:
        """データ一行を読む。"""

    def trailer(self, line: Line[Body], tally: Tally, /) -> tuple[int, int]:
        """トレーラの件数と合計金額。"""


def fixed_lines(data: bytes, layout: Layout, *, accept_cr: bool = False) -> Iterator[Line[bytes]]:
    """固定長のレコードを順に切り出す。長さの違う行があれば断る。"""
    length = layout.record_length
    guard_size(len(data))
    guard_rows(len(data), length + 2)
    guard_bytes(data)
    if data[:1] in {b"\xf1", b"\xf2"}:
        raise RefusalError(1, "文字コードがEBCDICです。JIS（コード区分0）での再送を依頼してください。")
    if b"\n" in data:
        yield from separated_lines(data, layout)
        return
    step = length
    if b"\r" in data:
        if not accept_cr:
            raise RefusalError(
                1, f"改行がCRだけです。改行をCRLFにするか、改行なしでの{ASK_RESEND.removeprefix('送付元に')}"
            )
        step = length + 1
    for number, start in enumerate(range(0, len(data), step), 1):
        raw = data[start : start + length]
        if raw == b"\x1a" and start + 1 == len(data):
            return
        if len(raw) != length or data[start + length : start + step] not in {b"\r"[: step - length], b""}:
            raise RefusalError(number, wrong_length(len(raw), length, raw), raw)
        yield Line(number, chr(raw[0]), raw, raw)


def separated_lines(data: bytes, layout: Layout) -> Iterator[Line[bytes]]:
    """改行で区切られた固定長のレコード。"""
    length = layout.record_length
    stream = io.BytesIO(data)
    number = 0
    while raw := stream.readline(length + 3):
        number += 1
        body = raw.rstrip(b"\r\n")
        if len(body) != length:
            if body == b"\x1a" and stream.tell() == len(data):
                return
            if len(body) < length and layout.pad_short and body:
                body = body.ljust(length)
            else:
                whole = raw if raw.endswith(b"\n") else raw + stream.readline(4096)
                whole = whole.rstrip(b"\r\n")
                raise RefusalError(number, wrong_length(len(whole), length, whole), whole)
        yield Line(number, chr(body[0]), body, body)


def wrong_length(found: int, expected: int, raw: bytes) -> str:
    """長さ違いの理由。文字コードの取り違えらしければそう言う。"""
    more = "以上" if found > 4096 else ""
    hint = "文字コードがUTF-8のようです。" if b"\xef\xbd" in raw or b"\xef\xbe" in raw or b"\xe3\x82" in raw else ""
    return f"長さが{found}バイト{more}です（{expected}バイトのはず）。{hint}{ASK_RESEND}"


def csv_lines(data: bytes, layout: Layout) -> Iterator[Line[list[str]]]:
    """CSVの行を順に読む。読めない行は列なしの行として渡す。"""
    guard_size(len(data))
    guard_rows(len(data), CSV_LINE_LIMIT)
    guard_bytes(data)
    if b"\n" not in data and b"\r" in data:
        raise RefusalError(1, "改行がCRだけです。改行をCRLFにして再送するよう送付元に依頼してください。")
    stream = io.BytesIO(data)
    number = 0
    while raw := stream.readline(CSV_LINE_LIMIT):
        number += 1
        if len(raw) == CSV_LINE_LIMIT and not raw.endswith(b"\n"):
            raise RefusalError(
                number, f"行が{CSV_LINE_LIMIT}バイトを超えています。様式が違う可能性があります。{ASK_SENDER}", raw
            )
        raw = raw.rstrip(b"\r\n")
        cells = split_csv(raw, layout.encoding)
        yield Line(number, cells[0] if cells else raw[:1].decode("latin-1"), cells, raw)


def split_csv(raw: bytes, encoding: str) -> list[str]:
    """CSVの一行を列に分ける。文字コードか引用符が壊れていれば空の列。"""
    try:
        text = raw.decode(encoding)
        if '"' not in text:
            return text.split(",")
        return next(csv.reader([text], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return []


def check_cells(record: RecordLayout, cells: list[str]) -> str | None:
    """列の数・長さ・数字を確かめる。だめなら理由。"""
    if not cells:
        return "文字コードか引用符が壊れていて読めません。"
    if len(cells) != len(record.fields):
        return f"列の数が{len(cells)}です（{len(record.fields)}のはず）。"
    for field, cell in zip(record.fields, cells, strict=True):
        if not cell:
            if field.required:
                return f"{field.name}がありません。"
            continue
        if len(cell) > field.length:
            return f"{field.name}「{show(cell)}」が{field.length}桁を超えています。"
        if field.type == "N" and not (cell.isdigit() and cell.isascii()):
            return f"{field.name}「{show(cell)}」が数字ではありません。"
    return None


def read_batches(lines: Iterator[Line[Body]], layout: Layout, handler: Handler[Body]) -> ReportFile:
    """並びと合計を確かめながら読む。ファイル全体の誤りは refusal になる。"""
    try:
        return assemble(lines, layout, handler)
    except RefusalError as refusal:
        return refused(layout.channel, layout.key, refusal)


def assemble(lines: Iterator[Line[Body]], layout: Layout, handler: Handler[Body]) -> ReportFile:
    """ヘッダーからエンドまでを一つの読み取り結果にまとめる。"""
    records: list[PaymentReport] = []
    problems: list[LineProblem] = []
    known: set[tuple[str, ReportStage]] = set()
    order = Order(ends="9" in layout.records)
    tally = Tally()
    count = total = 0
    take = handler.data
    for number, kind, body, raw in lines:
        if kind != "2" or order.state != "batch":
            order.take(number, kind)
        if kind == "2":
            item = take(number, body, raw)
            if isinstance(item, PaymentReport):
                item = once(item, known)
            tally.count += 1
            if item.amount is None:
                tally.unreadable += 1
            else:
                tally.total += item.amount
            if isinstance(item, PaymentReport):
                records.append(item)
            else:
                problems.append(item)
            if tally.count > MAX_RECORDS:
                guard_count(tally.count)
        elif kind == "1":
            handler.header(Line(number, kind, body, raw))
            guard_count(len(records) + len(problems))
            tally = Tally()
        elif kind == "8":
            declared = handler.trailer(Line(number, kind, body, raw), tally)
            check_totals(number, declared, tally)
            count, total = count + declared[0], total + declared[1]
    order.finish()
    return ReportFile(
        channel=layout.channel,
        profile=layout.key,
        business_on=handler.business_on,
        sequence_key="+".join(handler.sequence_keys),
        declared_count=count,
        declared_total=Yen(total),
        records=tuple(records),
        problems=tuple(problems),
    )


def once(item: PaymentReport, known: set[tuple[str, ReportStage]]) -> PaymentReport | LineProblem:
    """同じファイルで同じ収納が二度告げられたら、二度目を問題の行にする。"""
    key = (item.natural_key, item.stage)
    if key in known:
        reason = "同じ収納がこのファイルに二度あります。二重の納付か二重の送信かを送付元に確かめてください。"
        return problem_at(item.line_number, reason, item.raw, item.amount)
    known.add(key)
    return item


def check_totals(number: int, declared: tuple[int, int], tally: Tally) -> None:
    """トレーラの件数・金額が明細と合わなければ断る。"""
    if declared[0] != tally.count:
        reason = f"トレーラの件数{declared[0]:,}件とデータの件数{tally.count:,}件が違います。{ASK_RESEND}"
        raise RefusalError(number, reason)
    short = declared[1] - tally.total
    if (short != 0 and not tally.unreadable) or short < 0:
        reason = f"トレーラの合計金額{declared[1]:,}円とデータの合計金額{tally.total:,}円が違います。{ASK_RESEND}"
        raise RefusalError(number, reason)


class Order:
    """レコード区分の並び。ヘッダー、データ、トレーラ、エンドの順でなければ断る。"""

    def __init__(self, *, ends: bool) -> None:
        self.ends = ends
        self.state = "start"

    def take(self, number: int, kind: str) -> None:
        """次のレコード区分を受け取る。"""
        if self.state == "end":
            raise RefusalError(number, f"エンドレコードの後にデータがあります。{ASK_RESEND}")
        if kind not in {"1", "2", "8"} and not (kind == "9" and self.ends):
            raise RefusalError(
                number, f"レコード区分「{show(kind)}」は使えません。様式が違う可能性があります。{ASK_SENDER}"
            )
        if kind == "1":
            if self.state == "batch":
                raise RefusalError(number, f"トレーラがないまま次のヘッダーがあります。{ASK_RESEND}")
            if self.state == "trailer" and not self.ends:
                raise RefusalError(number, f"トレーラの後にヘッダーがあります。{ASK_RESEND}")
            self.state = "batch"
            return
        if kind == "9":
            if self.state != "trailer":
                raise RefusalError(number, f"トレーラがないままエンドレコードがあります。{ASK_RESEND}")
            self.state = "end"
            return
        self.take_inside(number, kind)

    def take_inside(self, number: int, kind: str) -> None:
        """ヘッダーの中のデータとトレーラ。"""
        name = "データ" if kind == "2" else "トレーラ"
        if self.state == "start":
            raise RefusalError(number, f"ヘッダーより前に{name}があります。{ASK_RESEND}")
        if self.state == "trailer":
            raise RefusalError(number, f"トレーラの後に{name}があります。{ASK_RESEND}")
        if kind == "8":
            self.state = "trailer"

    def finish(self) -> None:
        """ファイルの終わり。"""
        if self.state == "start":
            raise RefusalError(0, f"レコードが一つもありません。{ASK_RESEND}")
        if self.state == "batch":
            raise RefusalError(0, f"トレーラがありません。送信が途中で切れた可能性があります。{ASK_RESEND}")
        if self.state == "trailer" and self.ends:
            raise RefusalError(0, f"エンドレコードがありません。送信が途中で切れた可能性があります。{ASK_RESEND}")
