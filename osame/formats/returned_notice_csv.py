"""戻った納税通知書（課税の側から知らせるもの、独自様式）。UTF-8・見出し行。

What the taxing side tells of its notices that came back, and how each was served in the end. The due date itself changes by a
determination, never by this file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

PROFILE = "osame_returned_notice_v1"
COLUMNS: tuple[str, ...] = (
    "宛名番号", "税目", "賦課年度", "通知書番号", "発送日", "返戻日", "返戻事由", "状況", "送達日", "変更後納期限",
)  # fmt: skip
CAUSES = ("01", "02", "03", "04", "05", "06", "99")
STATES = {"1": "調査中", "2": "再発送", "3": "公示送達", "4": "交付送達", "9": "返戻の取消し"}
SERVED = ("2", "3", "4")
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedNoticeRow:
    """戻った納税通知書一通。 state: 調査中か、どう送達したか; served_on: 送達した（とみなす）日。"""

    addressee_number: str
    tax_item: str
    levy_year: int
    notice_number: str
    sent_on: date
    returned_on: date
    cause: str
    state: str
    served_on: date | None = None
    new_due_date: date | None = None
    line_number: int = 0
    raw: bytes = b""


def write(rows: Iterable[ReturnedNoticeRow]) -> bytes:
    """戻った納税通知書のファイルを書く。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            row.addressee_number, row.tax_item, str(row.levy_year), row.notice_number, day(row.sent_on), day(row.returned_on),
            row.cause, row.state, day(row.served_on), day(row.new_due_date),
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[ReturnedNoticeRow | LineProblem]:
    """順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, COLUMNS, _row)


def _row(line: CsvLine, cells: Cells) -> ReturnedNoticeRow:
    state, cause = cells.require("状況", 1), cells.require("返戻事由", 2)
    if state not in STATES:
        raise CellError(f"状況「{state}」は、{'・'.join(STATES)} のどれかです。")
    if cause not in CAUSES:
        raise CellError(f"返戻事由「{cause}」は、{'・'.join(CAUSES)} のどれかです。")
    served_on = cells.day("送達日", LATEST_YEAR)
    if (served_on is not None) != (state in SERVED):
        raise CellError("送達日は、状況が 2・3・4 のときだけ、必ず要ります。")
    sent_on, returned_on = cells.require_day("発送日", LATEST_YEAR), cells.require_day("返戻日", LATEST_YEAR)
    if returned_on < sent_on or (served_on is not None and served_on < returned_on):
        raise CellError("発送日、返戻日、送達日の順になっていません。")
    return ReturnedNoticeRow(
        addressee_number=cells.require("宛名番号", 15), tax_item=cells.require("税目", 2),
        levy_year=cells.year("賦課年度", LATEST_YEAR), notice_number=cells.require("通知書番号", 20), sent_on=sent_on,
        returned_on=returned_on, cause=cause, state=state, served_on=served_on,
        new_due_date=cells.day("変更後納期限", LATEST_YEAR), line_number=line.number, raw=line.raw,
    )  # fmt: skip
