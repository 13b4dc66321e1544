"""行を項目ごとに見せ、直した項目から行を組み立てる。様式によって、書き方が違う。"""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

from osame.collection.determinations.importing import PROFILE as DETERMINATIONS
from osame.formats import csv_stream, one_row
from osame.formats.determination_csv import COLUMNS, read_row
from osame.formats.one_row import Cell
from osame.formats.reports import LineProblem

LONGEST = 100
ACCOUNT_NUMBER = "account_number"  # 画面にも手当ての記録にも、口座番号は下3桁しか出さない
TAIL = 3


def may_be_corrected(profile: str) -> bool:
    """この様式の行を、画面で直して登録できるか。できないものは、送付元に差し戻す。"""
    return one_row.readable(profile) or profile == DETERMINATIONS


def cells(profile: str, raw: bytes) -> list[Cell]:
    """行を項目に分ける。項目の分からない様式なら、行の全体を一つの項目とする。"""
    if one_row.readable(profile):
        return [_masked(cell) if cell.id == ACCOUNT_NUMBER else cell for cell in one_row.cells(profile, raw)]
    text = raw.decode("utf-8", "replace")
    if profile != DETERMINATIONS:
        return [Cell("raw", "届いたままの行", text, len(text), fixed=True)]
    found = next(csv.reader([text]), [])
    texts = [*found, *[""] * len(COLUMNS)][: len(COLUMNS)]
    return [
        Cell(f"c{place}", name, cell, LONGEST, fixed=place == 0)
        for place, (name, cell) in enumerate(zip(COLUMNS, texts, strict=True))
    ]


def _masked(cell: Cell) -> Cell:
    """下3桁だけを見せ、直させない。"""
    return replace(cell, text=f"****{cell.text[-TAIL:]}", fixed=True)


def rebuilt(profile: str, raw: bytes, values: Mapping[str, str]) -> bytes:
    """直した項目から組み立てた行。"""
    if one_row.readable(profile):
        return one_row.rebuilt(profile, raw, {name: text for name, text in values.items() if name != ACCOUNT_NUMBER})
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values.get(cell.id, cell.text) for cell in cells(profile, raw))
    return written.getvalue().encode()


def determination_problem(raw: bytes, line_number: int) -> str:
    """調定の行として読めない理由。読めれば空。"""
    for line in csv_stream.read([raw]):
        found = line if isinstance(line, LineProblem) else read_row(line._replace(number=line_number))
        return found.reason.rpartition("行目: ")[2] if isinstance(found, LineProblem) else ""
    return "行がありません。"
