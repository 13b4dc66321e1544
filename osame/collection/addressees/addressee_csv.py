"""宛名CSV「osame_addressee_v1」プロファイル（UTF-8・見出し行・トレーラ行）。

The addressee file: one row per addressee with the facts that collection needs; never a 個人番号. The last row
(`レコード区分` 9) carries the number of data rows in `宛名番号`. `read_lines` streams; a problem on line 0 refuses the
whole file. 法人番号 is checked for its form only: its check digit is the addressee system's to judge.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, problem_at
from osame.formats.reports import LineProblem

PROFILE = "osame_addressee_v1"
COLUMNS: tuple[str, ...] = (
    "レコード区分",  # 1 データ / 9 トレーラ
    "宛名番号",
    "宛名区分",
    "氏名",
    "カナ",
    "生年月日",
    "郵便番号",
    "住所",
    "方書",
    "法人番号",
    "代表者名",
    "世帯番号",
    "送付先郵便番号",
    "送付先住所",
    "送付先氏名",
    "死亡日",
    "転出日",
    "支援措置",
    "異動日",
)
KINDS = ("1", "2", "3", "4", "5")  # 住民・住登外者・法人・共有者・事業所
EARLIEST_BIRTH = 1850
LATEST_YEAR = 2100
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeRow:
    """宛名一件。"""

    addressee_number: str
    kind: str
    name: str
    kana: str
    postal_code: str
    address: str
    updated_on: date
    born_on: date | None = None
    address_detail: str = ""
    corporate_number: str = ""
    representative_name: str = ""
    household_number: str = ""
    mailing_postal_code: str = ""
    mailing_address: str = ""
    mailing_name: str = ""
    died_on: date | None = None
    moved_out_on: date | None = None
    protection_measure: bool = False
    line_number: int = 0  # ファイルでの行（書き出しでは使わない）
    raw: bytes = b""


def write_lines(rows: Iterable[AddresseeRow]) -> Iterator[bytes]:
    """宛名CSVを一行ずつ書く。"""
    yield csv_stream.write_row(COLUMNS)
    count = 0
    for row in rows:
        yield csv_stream.write_row(cells_of(row))
        count += 1
    yield csv_stream.write_row(["9", str(count), *[""] * (len(COLUMNS) - 2)])


def cells_of(row: AddresseeRow) -> list[str]:
    """データ行の列（COLUMNS の順）。"""
    day = csv_stream.write_day
    return [
        "1", row.addressee_number, row.kind, row.name, row.kana, day(row.born_on), row.postal_code, row.address,
        row.address_detail, row.corporate_number, row.representative_name, row.household_number,
        row.mailing_postal_code, row.mailing_address, row.mailing_name, day(row.died_on), day(row.moved_out_on),
        "1" if row.protection_measure else "0", day(row.updated_on),
    ]  # fmt: skip


def read_lines(stream: Iterable[bytes]) -> Iterator[AddresseeRow | LineProblem]:
    """宛名CSVを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    lines = csv_stream.read(stream)
    if problem := csv_stream.take_heading(lines, COLUMNS):
        yield problem
        return
    for count, line in enumerate(lines):
        if isinstance(line, LineProblem):
            yield line
            if line.line_number == 0:
                return
        elif line.cells[:1] == ["9"]:
            reason = trailer_reason(line, count)
            if reason is None and next(lines, None) is not None:
                reason = f"{line.number}行目: トレーラの後に行があります。{ASK_RESEND}"
            if reason is not None:
                yield LineProblem(0, reason, line.raw)
            return
        else:
            yield read_row(line)
    yield LineProblem(0, f"トレーラ行（レコード区分9）がありません。送信が途中で切れた可能性があります。{ASK_RESEND}")


def trailer_reason(line: CsvLine, count: int) -> str | None:
    """トレーラの件数が合わないときの理由。"""
    told = line.cells[1] if len(line.cells) == len(COLUMNS) else ""
    if not (told.isascii() and told.isdigit()):
        return f"{line.number}行目: トレーラの件数が数字ではありません。{ASK_RESEND}"
    if int(told) != count:
        return f"{line.number}行目: トレーラの件数{int(told):,}件とデータの件数{count:,}件が違います。{ASK_RESEND}"
    return None


def read_row(line: CsvLine) -> AddresseeRow | LineProblem:
    """データ一行。だめな列があれば、列の名前と理由を言う。"""
    if len(line.cells) != len(COLUMNS):
        reason = f"列の数が{len(line.cells)}です（{len(COLUMNS)}のはず）。{ASK_SENDER}"
        return problem_at(line.number, reason, line.raw)
    try:
        row = row_of(Cells(COLUMNS, line.cells), line)
    except CellError as error:
        return problem_at(line.number, f"{error}{ASK_SENDER}", line.raw)
    return row


def row_of(cells: Cells, line: CsvLine) -> AddresseeRow:
    """列の値を確かめて一件にする。"""
    if cells.text("レコード区分") != "1":
        raise CellError(f"レコード区分「{cells.text('レコード区分')}」は1か9です。")
    kind = cells.require("宛名区分", 1)
    if kind not in KINDS:
        raise CellError(f"宛名区分「{kind}」は定めがありません（{'・'.join(KINDS)}）。")
    protection = cells.require("支援措置", 1)
    if protection not in {"0", "1"}:
        raise CellError(f"支援措置「{protection}」は0か1です。")
    born_on, died_on = birthday(cells), cells.day("死亡日", LATEST_YEAR)
    if born_on is not None and died_on is not None and died_on < born_on:
        raise CellError(f"死亡日{died_on}が生年月日{born_on}より前です。")
    return AddresseeRow(
        addressee_number=digits(cells, "宛名番号", most=15, required=True),
        kind=kind,
        name=text(cells, "氏名", required=True),
        kana=text(cells, "カナ"),
        born_on=born_on,
        postal_code=digits(cells, "郵便番号", exactly=7),
        address=text(cells, "住所", required=True),
        address_detail=text(cells, "方書"),
        corporate_number=digits(cells, "法人番号", exactly=13),
        representative_name=text(cells, "代表者名"),
        household_number=digits(cells, "世帯番号", most=15),
        mailing_postal_code=digits(cells, "送付先郵便番号", exactly=7),
        mailing_address=text(cells, "送付先住所"),
        mailing_name=text(cells, "送付先氏名"),
        died_on=died_on,
        moved_out_on=cells.day("転出日", LATEST_YEAR),
        protection_measure=protection == "1",
        updated_on=cells.require_day("異動日", LATEST_YEAR),
        line_number=line.number,
        raw=line.raw,
    )


def birthday(cells: Cells) -> date | None:
    """生年月日。ほかの日付より古くてよい。"""
    found = cells.cells[cells.places["生年月日"]]
    if found in csv_stream.NO_DAY:
        return None
    day = csv_stream.parse_day(found)
    if day is None or not EARLIEST_BIRTH <= day.year <= LATEST_YEAR:
        raise CellError(f"生年月日は{EARLIEST_BIRTH}年からの実在する日付（YYYY-MM-DD）です。")
    return day


def text(cells: Cells, name: str, *, required: bool = False) -> str:
    """氏名や住所。外字も全角の空白もそのまま受ける。"""
    found = cells.cells[cells.places[name]].strip()
    if required and not found:
        raise CellError(f"{name}がありません。")
    if len(found) > LONGEST_TEXT:
        raise CellError(f"{name}が{LONGEST_TEXT}文字を超えています。")
    if not found.replace("　", " ").isprintable():
        raise CellError(f"{name}に制御文字があります。")
    return found


def digits(cells: Cells, name: str, *, exactly: int = 0, most: int = 0, required: bool = False) -> str:
    """番号。桁数の決まったものと、上限だけのものがある。"""
    found = cells.cells[cells.places[name]]
    if not found:
        if required:
            raise CellError(f"{name}がありません。")
        return ""
    if not (found.isascii() and found.isdigit()):
        raise CellError(f"{name}が半角数字ではありません。")
    if (exactly and len(found) != exactly) or (most and len(found) > most):
        raise CellError(f"{name}の桁数が{len(found)}です（{f'{exactly}桁' if exactly else f'{most}桁以内'}のはず）。")
    return found
