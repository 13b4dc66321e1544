"""住民異動CSVを書く。試験と架空市が、住民記録システムの代わりに使う。"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from osame.formats import csv_stream
from osame.formats.resident_csv import profile

Cell = str | int | bool | date | None


def write_lines(
    rows: Iterable[Mapping[str, Cell]], *, file_sequence: int, business_on: date, with_numbers: bool = False
) -> Iterator[bytes]:
    """行（列の名 → 値）を順に書き、トレーラを添える。言わない列は空。"""
    known = profile()
    heading = known.heading + ((known.sealed_column,) if with_numbers else ())
    yield csv_stream.write_row(heading)
    count = 0
    for row in rows:
        yield csv_stream.write_row([cell_of(row.get(name, DEFAULTS.get(name, ""))) for name in heading])
        count += 1
    trailer: dict[str, Cell] = {
        "レコード区分": "9",
        "異動連番": file_sequence,
        "宛名番号": count,
        "異動年月日": business_on,
    }
    yield csv_stream.write_row([cell_of(trailer.get(name, "")) for name in heading])


DEFAULTS: dict[str, Cell] = {"レコード区分": "1", "取消": "0"}


def cell_of(value: Cell) -> str:
    """値を列の文字にする。"""
    if isinstance(value, date):
        return csv_stream.write_day(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
