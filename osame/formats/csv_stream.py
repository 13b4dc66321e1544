"""UTF-8のCSVを、溜め込まずに一行ずつ読む。列の値を名前で確かめる。

Streaming CSV of our own profiles: one record is one line, no line longer than 64 KB is read whole, and every refusal
names the column.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar, cast

from osame.formats.field_values import show
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, problem_at
from osame.formats.reports import LineProblem
from osame.kernel.money import Yen

LINE_LIMIT = 64 * 1024
EARLIEST_YEAR = 1950
NO_DAY = frozenset({"", "0000-00-00", "0000-01-01"})
MAX_DIGITS = 11

Row = TypeVar("Row")


class CellError(ValueError):
    """列の値が正しくない。文は列の名前から始まる。"""


class CsvLine(NamedTuple):
    """CSVの一行。"""

    number: int
    cells: list[str]
    raw: bytes


def read(stream: Iterable[bytes]) -> Iterator[CsvLine | LineProblem]:
    """行を順に読む。読めない行は問題の行。行番号0の問題はファイル全体の拒否。"""
    number = 0
    for number, raw in enumerate(bounded_lines(stream), 1):
        body = raw.rstrip(b"\r\n")
        if number == 1:
            reason = opening_reason(body)
            if reason is not None:
                yield LineProblem(0, f"1行目: {reason}", body[:200])
                return
        if len(raw) > LINE_LIMIT:
            yield problem_at(
                number, f"行が{LINE_LIMIT // 1024}KBを超えています。引用符か改行が壊れています。{ASK_RESEND}", body
            )
            continue
        if b"\0" in raw:
            yield problem_at(number, f"NUL（0x00）が含まれています。ファイルが壊れています。{ASK_RESEND}", body)
            continue
        try:
            text = body.decode("utf-8")
            cells = text.split(",") if '"' not in text else next(csv.reader([text], strict=True))
        except UnicodeDecodeError:
            yield problem_at(number, f"文字コードがUTF-8ではありません。{ASK_RESEND}", body)
            continue
        except (csv.Error, StopIteration):
            yield problem_at(number, f"引用符が閉じていません。一件は一行に書いてください。{ASK_SENDER}", body)
            continue
        yield CsvLine(number, cells, body)


def records(
    stream: Iterable[bytes], columns: tuple[str, ...], parse: Callable[[CsvLine, "Cells"], Row]
) -> Iterator[Row | LineProblem]:
    """見出し行と列の数を確かめ、`parse` で一行ずつ読む。 parse: 値が正しくなければ CellError。行番号0の問題はファイル全体の拒否。"""
    lines = read(stream)
    if problem := take_heading(lines, columns):
        yield problem
        return
    for line in lines:
        if isinstance(line, LineProblem):
            yield line
            continue
        if len(line.cells) != len(columns):
            reason = f"列の数が{len(line.cells)}です（{len(columns)}のはず）。{ASK_SENDER}"
            yield problem_at(line.number, reason, line.raw)
            continue
        try:
            row = parse(line, Cells(columns, line.cells))
        except CellError as error:
            yield problem_at(line.number, f"{error}{ASK_SENDER}", line.raw)
        else:
            yield row


def opening_reason(body: bytes) -> str | None:
    """先頭の行で分かる、ファイル全体の誤り。"""
    if body.startswith(b"\xef\xbb\xbf"):
        return "先頭にBOM（EF BB BF）があります。BOMを付けない形での再送を依頼してください。"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "文字コードがUTF-16です。UTF-8での再送を依頼してください。"
    if b"\r" in body:
        return "改行がCRだけです。改行をCRLFにして再送するよう送付元に依頼してください。"
    try:
        body[:LINE_LIMIT].decode("utf-8")
    except UnicodeDecodeError:
        if len(body) <= LINE_LIMIT:
            return "文字コードがUTF-8ではありません。UTF-8での再送を依頼してください。"
    return None


def bounded_lines(stream: Iterable[bytes]) -> Iterator[bytes]:
    """行を上限まで読む。長すぎる行の残りは読み捨てる。"""
    if not hasattr(stream, "readline"):
        for chunk in stream:
            yield chunk[: LINE_LIMIT + 1]
        return
    source = cast(io.BufferedIOBase, stream)
    while raw := source.readline(LINE_LIMIT + 1):
        tail = raw
        while len(tail) > LINE_LIMIT and not tail.endswith(b"\n"):
            tail = source.readline(LINE_LIMIT + 1)
        yield raw


def take_heading(lines: Iterator[CsvLine | LineProblem], columns: tuple[str, ...]) -> LineProblem | None:
    """見出し行を読み進める。見出しが様式どおりでなければ、ファイル全体の問題を返す。"""
    first = next(lines, None)
    if first is None:
        return LineProblem(0, f"ファイルが0バイトです。送信が途中で切れた可能性があります。{ASK_RESEND}")
    if isinstance(first, LineProblem):
        return whole_file(first)
    return None if tuple(first.cells) == columns else refuse_heading(first.cells, columns)


def whole_file(problem: LineProblem) -> LineProblem:
    """見出し行の問題は、ファイル全体の拒否にする。"""
    return LineProblem(0, problem.reason, problem.raw)


def refuse_heading(found: list[str], expected: tuple[str, ...]) -> LineProblem:
    """見出し行が違うときの拒否。どの列が違うかを言う。"""
    if len(found) != len(expected):
        reason = f"見出し行の列の数が{len(found)}です（{len(expected)}のはず）。"
    else:
        place = next(index for index, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1])
        reason = f"見出し行の{place + 1}列目が「{show(found[place])}」です（「{expected[place]}」のはず）。"
    return LineProblem(0, f"1行目: {reason}様式の取り違えがないか{ASK_SENDER}")


class Cells:
    """一行の列を名前で引いて確かめる。だめなら CellError。"""

    __slots__ = ("cells", "places")

    def __init__(self, columns: tuple[str, ...], cells: list[str]) -> None:
        self.places = places_of(columns)
        self.cells = cells

    def text(self, name: str, longest: int = 100) -> str:
        """文字。"""
        text = self.cells[self.places[name]]
        if len(text) > longest:
            raise CellError(f"{name}「{show(text)}」が{longest}文字を超えています。")
        if not text.isprintable():
            raise CellError(f"{name}に制御文字があります。")
        return text

    def require(self, name: str, longest: int = 100) -> str:
        """空でない文字。"""
        text = self.text(name, longest)
        if not text.strip():
            raise CellError(f"{name}がありません。")
        return text

    def integer(self, name: str, digits: int) -> int:
        """桁数の決まった符号なし整数。"""
        text = self.require(name)
        if not (text.isascii() and text.isdigit()):
            raise CellError(f"{name}「{show(text)}」が数字ではありません。")
        if len(text) > digits:
            raise CellError(f"{name}「{show(text)}」が{digits}桁を超えています。")
        return int(text)

    def amount(self, name: str, digits: int = MAX_DIGITS) -> int:
        """円の整数。負の符号は付けてよい。"""
        text = self.require(name)
        figures = text.removeprefix("-")
        if not (figures.isascii() and figures.isdigit()):
            raise CellError(f"{name}「{show(text)}」が整数ではありません。")
        if len(figures) > digits:
            raise CellError(f"{name}「{show(text)}」が{digits}桁を超えています。")
        return int(text)

    def positive_amount(self, name: str) -> int:
        """0円以上の金額。"""
        amount = self.amount(name)
        if amount < 0:
            raise CellError(f"{name}「{amount:,}」が負の金額です。")
        return amount

    def optional_amount(self, name: str) -> Yen | None:
        """空でもよい0円以上の金額。"""
        return Yen(self.positive_amount(name)) if self.cells[self.places[name]] else None

    def year(self, name: str, latest: int) -> int:
        """年度。"""
        year = self.integer(name, 4)
        if not EARLIEST_YEAR <= year <= latest:
            raise CellError(f"{name}「{year}」は{EARLIEST_YEAR}年から{latest}年までです。")
        return year

    def day(self, name: str, latest: int) -> date | None:
        """空・0000-00-00・0000-01-01 は日付なし。"""
        text = self.cells[self.places[name]]
        if text in NO_DAY:
            return None
        day = parse_day(text)
        if day is None:
            raise CellError(f"{name}「{show(text)}」は実在する日付（YYYY-MM-DD）ではありません。")
        if not EARLIEST_YEAR <= day.year <= latest:
            raise CellError(f"{name}「{day}」は{EARLIEST_YEAR}年から{latest}年までです。")
        return day

    def require_day(self, name: str, latest: int) -> date:
        """なければならない日付。"""
        day = self.day(name, latest)
        if day is None:
            raise CellError(f"{name}がありません。")
        return day


@lru_cache(maxsize=16)
def places_of(columns: tuple[str, ...]) -> dict[str, int]:
    """列の名前から添字。"""
    return {name: place for place, name in enumerate(columns)}


@lru_cache(maxsize=8192)
def parse_day(text: str) -> date | None:
    """YYYY-MM-DD。"""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    parts = (text[:4], text[5:7], text[8:])
    if not all(part.isdigit() for part in parts):
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def write_row(cells: Iterable[str]) -> bytes:
    """一行を書く。引用符は要るときだけ。"""
    texts = list(cells)
    if any(char in text for text in texts for char in '",\r\n'):
        if any("\r" in text or "\n" in text for text in texts):
            raise CellError("改行を含む値は書けません。")
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerow(texts)
        return buffer.getvalue().encode("utf-8")
    return (",".join(texts) + "\r\n").encode("utf-8")


def write_day(day: date | None) -> str:
    """YYYY-MM-DD。日付がなければ空。"""
    return "" if day is None else f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def write_yen(amount: Yen | None) -> str:
    """金額。なければ空。"""
    return "" if amount is None else str(amount)
