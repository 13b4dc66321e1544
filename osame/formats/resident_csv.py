"""住民異動CSV「osame_resident_v1」（UTF-8・見出し行・トレーラ行）。

One row per change of one resident, with the facts as they are after it. The columns are data
(`profiles/resident_v1.toml`). The last column, 個人番号, may be absent; when it is there, each number is handed to `seal`
the moment its line is read, and neither a row, nor a problem, nor the bytes kept with it ever hold the digits again.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, CsvLine, parse_day
from osame.formats.field_values import show
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, problem_at
from osame.formats.reports import LineProblem
from osame.kernel.check_digits import individual_number_is_valid
from osame.kernel.personal_numbers import holds_personal_number

PROFILE = "osame_resident_v1"
Seal = Callable[[str, str], bytes]
"""（宛名番号, 個人番号12桁）から封筒を作る。"""

UNKNOWN_DAYS = frozenset({"", "0000-00-00", "0000-01-01", "9999-12-31"})  # 標準の既定値。不詳か、まだ終わっていない
EARLIEST_BIRTH, LATEST_YEAR = 1850, 2100
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")  # 制御文字と、向きを変える字
DIGIT = "[0-9０-９]"  # noqa: RUF001
LONG_RUN = re.compile(f"(?<!{DIGIT}){DIGIT}{{4}}[-－ 　]?{DIGIT}{{4}}[-－ 　]?{DIGIT}{{4}}(?!{DIGIT})")
LONGER_RUN = re.compile(f"{DIGIT}(?:[-－ 　]?{DIGIT}){{11,}}")
HIDDEN = "●" * 12
MAXIMUM_SEQUENCE = 10**15
LONGEST_COUNT = 9  # 件数とファイル通番の桁。取り違えた個人番号を、通番として残さない
SEQUENCES = frozenset({"異動連番", "取消対象異動連番"})


class Column(NamedTuple):
    """事実の列。"""

    name: str
    id: str
    type: str
    length: int
    required: bool


@dataclass(frozen=True, slots=True)
class ResidentProfile:
    """様式。 The columns of the file and what each reason settles."""

    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    sealed_column: str
    reasons: Mapping[str, Mapping[str, str]]

    @property
    def heading(self) -> tuple[str, ...]:
        """個人番号の列を除いた見出し。"""
        return self.keys + tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """住民異動の一行。 `facts` は様式の事実の列の順。取消の行では、取り消す異動の番号のほかは読まない。"""

    line_number: int
    raw: bytes  # 個人番号は ● に置き換えてある
    sequence: int
    addressee_number: str
    changed_on: date
    reason: str
    asserts: str
    cancels: int | None
    inherits_from: str
    protection: str
    protection_from: date | None
    protection_through: date | None
    officer: str
    told_at: str
    facts: tuple[Any, ...]
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Trailer:
    """トレーラ。件数・ファイル通番・処理日。"""

    count: int
    file_sequence: int
    business_on: date


@cache
def profile() -> ResidentProfile:
    """様式の定義を読む。"""
    found = tomllib.loads(resources.files("osame.formats.profiles").joinpath("resident_v1.toml").read_text("utf-8"))
    return ResidentProfile(
        tuple(found["key_columns"]),
        tuple(Column(**each) for each in found["columns"]),
        found["sealed_column"],
        found["reasons"],
    )


def masked(text: str, *, strict: bool = False) -> str:
    """12桁の数字の並びを伏せる。区切りや全角でも伏せる。列がずれた行でも、個人番号を残さないため。

    `strict` hides longer runs too: in a broken line a separator may have been lost beside the number.

    >>> masked("伊勢,1234-5678-9012,5160037")
    '伊勢,●●●●●●●●●●●●,5160037'
    """
    return (LONGER_RUN if strict else LONG_RUN).sub(HIDDEN, text)


def masked_bytes(raw: bytes, *, strict: bool = False) -> bytes:
    """原文の12桁の数字の並びを伏せる。文字コードが壊れていても伏せる。"""
    return masked(raw.decode("utf-8", "surrogateescape"), strict=strict).encode("utf-8", "surrogateescape")


def read_lines(stream: Iterable[bytes], seal: Seal | None) -> Iterator[ResidentRow | Trailer | LineProblem]:
    """住民異動CSVを順に読み、最後にトレーラを返す。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    lines = csv_stream.read(stream)
    heading = profile().heading
    first = next(lines, None)
    with_numbers = isinstance(first, CsvLine) and tuple(first.cells) == (*heading, profile().sealed_column)
    if problem := _heading_problem(first, heading, with_numbers=with_numbers):
        yield problem
        return
    width = len(heading) + with_numbers
    for count, line in enumerate(lines):
        if isinstance(line, LineProblem):
            yield LineProblem(line.line_number, masked(line.reason, strict=True), masked_bytes(line.raw, strict=True))
            if line.line_number == 0:
                return
        elif line.cells[:1] == ["9"]:
            yield _trailer(line, count, lines)
            return
        else:
            yield _row(line, width, seal, with_numbers=with_numbers)
    yield LineProblem(0, f"トレーラ行（レコード区分9）がありません。送信が途中で切れた可能性があります。{ASK_RESEND}")


def _heading_problem(
    first: CsvLine | LineProblem | None, heading: tuple[str, ...], *, with_numbers: bool
) -> LineProblem | None:
    if with_numbers:
        return None
    problem = csv_stream.take_heading(iter([] if first is None else [first]), heading)
    return LineProblem(0, masked(problem.reason), masked_bytes(problem.raw)) if problem else None


def _trailer(line: CsvLine, count: int, rest: Iterator[CsvLine | LineProblem]) -> Trailer | LineProblem:
    """トレーラを確かめる。"""
    told, sequence, day = line.cells[2:3], line.cells[1:2], line.cells[3:4]
    numbers = [*told, *sequence]
    business_on = parse_day(day[0]) if day else None
    readable = all(each.isascii() and each.isdigit() and len(each) <= LONGEST_COUNT for each in numbers)
    if len(numbers) != 2 or not readable or business_on is None:
        reason = "トレーラの件数・ファイル通番・処理日のどれかが読めません。"
    elif int(told[0]) != count:
        reason = f"トレーラの件数{int(told[0]):,}件とデータの件数{count:,}件が違います。"
    elif next(rest, None) is not None:
        reason = "トレーラの後に行があります。"
    else:
        return Trailer(count, int(sequence[0]), business_on)
    return LineProblem(0, f"{line.number}行目: {reason}{ASK_RESEND}", masked_bytes(line.raw))


def _row(line: CsvLine, width: int, seal: Seal | None, *, with_numbers: bool) -> ResidentRow | LineProblem:
    """データ一行。だめな列があれば、列の名前と理由を言う。"""
    raw, cells = line.raw, line.cells
    if with_numbers and len(cells) == width:
        if cells[-1]:
            before, _, after = raw.rpartition(cells[-1].encode())
            raw = before + HIDDEN.encode() + after
        raw = masked_bytes(raw)
    if len(cells) != width:
        reason = f"列の数が{len(cells)}です（{width}のはず）。{ASK_SENDER}"
        return problem_at(line.number, reason, masked_bytes(line.raw, strict=True))
    try:
        if CONTROL.search(",".join(cells)):
            raise CellError("制御文字があります。")
        _refuse_misplaced(cells[:-1] if with_numbers else cells)
        return _resident(cells, line.number, raw, seal if with_numbers else None, with_numbers=with_numbers)
    except CellError as error:
        return problem_at(line.number, f"{masked(str(error))}{ASK_SENDER}", masked_bytes(raw))


def _refuse_misplaced(cells: list[str]) -> None:
    """欄を取り違えた個人番号を断る。連番は、12桁の整数のことがあるので見ない。"""
    if not LONG_RUN.search(",".join(cells)):
        return
    for name, cell in zip(profile().heading, cells, strict=True):
        if name not in SEQUENCES and holds_personal_number(cell):
            raise CellError(f"{name}に個人番号らしい数字があります。番号の列なら、頭に0を付けて15桁にしてください。")


def _resident(cells: list[str], line_number: int, raw: bytes, seal: Seal | None, *, with_numbers: bool) -> ResidentRow:
    """列の値を確かめて一件にする。"""
    known = profile()
    told = dict(zip(known.keys, cells, strict=False))
    if told["レコード区分"] != "1":
        raise CellError(f"レコード区分「{show(told['レコード区分'])}」は1か9です。")
    number = _digits("宛名番号", told["宛名番号"], 15)
    if not number:
        raise CellError("宛名番号がありません。")
    reason = told["異動事由"]
    if reason not in known.reasons:
        raise CellError(f"異動事由「{show(reason)}」は定めがありません。")
    if told["取消"] not in {"0", "1"}:
        raise CellError(f"取消「{show(told['取消'])}」は0か1です。")
    cancels = _sequence("取消対象異動連番", told["取消対象異動連番"]) if told["取消"] == "1" else None
    sealed = b""
    if with_numbers and cells[-1]:
        sealed = _seal(number, cells[-1], seal)
    return ResidentRow(
        line_number, raw, _sequence("異動連番", told["異動連番"]), number,
        _required_day("異動年月日", told["異動年月日"]), reason, known.reasons[reason]["asserts"], cancels,
        _digits("引継ぎ元宛名番号", told["引継ぎ元宛名番号"], 15), told["支援措置区分"],
        _day("支援措置開始年月日", told["支援措置開始年月日"]), _day("支援措置終了年月日", told["支援措置終了年月日"]),
        told["操作者ID"][:10], f"{told['操作年月日']} {told['操作時刻']}".strip()[:19],
        () if cancels is not None else _facts(known, cells[len(known.keys) :]), sealed,
    )  # fmt: skip


def _seal(addressee_number: str, number: str, seal: Seal | None) -> bytes:
    if not individual_number_is_valid(number):
        raise CellError("個人番号の桁数か検査用数字が正しくありません。")
    if seal is None:
        raise CellError("個人番号に封をする用意がありません。連携サーバーの公開鍵を置いてから取り込んでください。")
    return seal(addressee_number, number)


def _facts(known: ResidentProfile, cells: list[str]) -> tuple[Any, ...]:
    values = [
        READERS[column.type](column, cell) if cell or column.required else EMPTY[column.type]
        for column, cell in zip(known.columns, cells, strict=False)
    ]
    places = _places()
    born, unknown, notation = places["born_on"], places["birth_unknown"], places["birth_notation"]
    if values[born] is None:
        values[unknown] = True
        if cells[born] not in UNKNOWN_DAYS and not values[notation]:
            values[notation] = cells[born]  # 1935-00-00 のように、日だけが分からない
    died = values[places["died_on"]]
    if died is not None and values[born] is not None and died < values[born]:
        raise CellError("死亡年月日が生年月日より前です。")
    if values[places["sex"]] not in {"0", "1", "2", "9"}:
        raise CellError("性別は0・1・2・9のどれかです。")
    if values[places["standing"]] not in {"1", "3", "4", "5"}:
        raise CellError("住民状態は1・3・4・5のどれかです。")
    return tuple(values)


@cache
def _places() -> dict[str, int]:
    return {column.id: place for place, column in enumerate(profile().columns)}


def _text(column: Column, cell: str) -> str:
    if len(cell) > column.length:
        raise CellError(f"{column.name}が{column.length}文字を超えています。")
    if column.required and not cell.strip():
        raise CellError(f"{column.name}がありません。")
    return cell


def _number(column: Column, cell: str) -> str:
    return _digits(column.name, cell, column.length)


def _letters(column: Column, cell: str) -> str:
    if not (cell.isascii() and cell.isalnum()) or len(cell) > column.length:
        raise CellError(f"{column.name}「{show(cell)}」は{column.length}文字以内の英数字です。")
    return cell


def _flag(column: Column, cell: str) -> bool:
    if cell not in {"0", "1"}:
        raise CellError(f"{column.name}「{show(cell)}」は0か1です。")
    return cell == "1"


def _date(column: Column, cell: str) -> date | None:
    return _day(column.name, cell)


def _birth(column: Column, cell: str) -> date | None:
    """生年月日。年だけが分かるものは、不詳とする。"""
    if cell in UNKNOWN_DAYS or (cell[:4].isdigit() and cell.endswith(("-00", "-00-00"))):
        return None
    day = parse_day(cell)
    if day is None or not EARLIEST_BIRTH <= day.year <= LATEST_YEAR:
        raise CellError(f"{column.name}は{EARLIEST_BIRTH}年からの実在する日付（YYYY-MM-DD）です。")
    return day


READERS: dict[str, Callable[[Column, str], Any]] = {
    "text": _text, "code": _text, "digits": _number, "letters": _letters, "flag": _flag, "date": _date, "birth": _birth,
}  # fmt: skip
EMPTY: dict[str, Any] = {
    "text": "", "code": "", "digits": "", "letters": "", "flag": False, "date": None, "birth": None,
}  # fmt: skip


def _digits(name: str, cell: str, most: int) -> str:
    if cell and not (cell.isascii() and cell.isdigit() and len(cell) <= most):
        raise CellError(f"{name}は{most}桁以内の半角数字です。")
    return cell


def _sequence(name: str, cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()) or not 0 < int(cell) < MAXIMUM_SEQUENCE:
        raise CellError(f"{name}は15桁以内の1以上の整数です。")
    return int(cell)


def _day(name: str, cell: str) -> date | None:
    if cell in UNKNOWN_DAYS:
        return None
    day = parse_day(cell)
    if day is None or not EARLIEST_BIRTH <= day.year <= LATEST_YEAR:
        raise CellError(f"{name}「{show(cell)}」は実在する日付（YYYY-MM-DD）ではありません。")
    return day


def _required_day(name: str, cell: str) -> date:
    day = _day(name, cell)
    if day is None:
        raise CellError(f"{name}がありません。")
    return day
