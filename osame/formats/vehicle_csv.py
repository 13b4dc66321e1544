"""軽自動車税（種別割）の車両のCSV。期別ごとの標識番号・車台番号・証明書の有効期限。UTF-8・見出し行。

Which vehicle each light-vehicle charge is for. The determination file (036o005) carries no vehicle, so the taxing system sends
this beside it; the layout is ours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

PROFILE = "osame_vehicle_v1"
COLUMNS: tuple[str, ...] = (
    "宛名番号", "賦課年度", "通知書番号", "期別", "標板文字", "分類番号", "かな", "一連指定番号", "車台番号", "種別", "証明書有効期限", "取得日",
)  # fmt: skip
CLASSES = {"1": "二輪の小型自動車", "2": "軽三輪", "3": "軽四輪", "9": "検査のない車両"}
"""種別。1から3が、継続検査の確認（JNKS）の対象。"""
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRow:
    """車両一台の、一年度。 notice_number: 課税されていなければ（4月2日以後の取得など）空。"""

    addressee_number: str
    levy_year: int
    notice_number: str = ""
    installment_term: int = 1
    plate_area: str
    plate_class: str
    plate_kana: str
    plate_serial: str
    chassis_number: str
    vehicle_class: str
    valid_through: date | None = None
    acquired_on: date | None = None
    line_number: int = 0
    raw: bytes = b""


def write(rows: Iterable[VehicleRow]) -> bytes:
    """車両のCSVを書く。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            row.addressee_number, f"{row.levy_year:04d}", row.notice_number, str(row.installment_term), row.plate_area,
            row.plate_class, row.plate_kana, row.plate_serial, row.chassis_number, row.vehicle_class, day(row.valid_through),
            day(row.acquired_on),
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[VehicleRow | LineProblem]:
    """車両のCSVを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, COLUMNS, _row)


def _row(line: CsvLine, cells: Cells) -> VehicleRow:
    kind = cells.require("種別", 1)
    if kind not in CLASSES:
        raise CellError(f"種別「{kind}」は定めがありません（{'・'.join(CLASSES)}）。")
    return VehicleRow(
        addressee_number=cells.require("宛名番号", 15), levy_year=cells.year("賦課年度", LATEST_YEAR),
        notice_number=cells.text("通知書番号", 20), installment_term=cells.integer("期別", 2),
        plate_area=cells.text("標板文字", 10), plate_class=cells.text("分類番号", 3), plate_kana=cells.text("かな", 2),
        plate_serial=cells.text("一連指定番号", 4), chassis_number=cells.require("車台番号", 25), vehicle_class=kind,
        valid_through=cells.day("証明書有効期限", LATEST_YEAR), acquired_on=cells.day("取得日", LATEST_YEAR),
        line_number=line.number, raw=line.raw,
    )  # fmt: skip
