"""期別マスタ「036o015」CSV（UTF-8・見出し行）。

Names and months of installment terms per tax item and year. Columns 納期限・並び順・随時 are ours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells
from osame.formats.refusals import ASK_SENDER, problem_at
from osame.formats.reports import LineProblem

COLUMNS: tuple[str, ...] = (
    "賦課年度",
    "業務詳細（科目）コード",
    "期別コード",
    "期別名",
    "年月",
    "納期限",
    "並び順",
    "随時",
)
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallmentTermRow:
    """期別一つ。"""

    levy_year: int
    tax_item: str
    installment_term: int
    name: str
    year_month: str  # YYYY-MM
    due_date: date | None  # 随時は None でよい
    sort_order: int
    occasional: bool = False  # 随時


def write(rows: Iterable[InstallmentTermRow]) -> bytes:
    """期別マスタを書く。"""
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            f"{row.levy_year:04d}",
            row.tax_item,
            f"{row.installment_term:02d}",
            row.name,
            row.year_month,
            csv_stream.write_day(row.due_date),
            str(row.sort_order),
            "1" if row.occasional else "0",
        ])
        for row in rows
    ]
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[InstallmentTermRow | LineProblem]:
    """期別マスタを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    lines = csv_stream.read(stream)
    if problem := csv_stream.take_heading(lines, COLUMNS):
        yield problem
        return
    known: set[tuple[int, str, int]] = set()
    for line in lines:
        if isinstance(line, LineProblem):
            yield line
            continue
        row = read_row(line)
        if isinstance(row, InstallmentTermRow):
            key = (row.levy_year, row.tax_item, row.installment_term)
            if key in known:
                yield problem_at(line.number, f"同じ期別が前の行にあります。{ASK_SENDER}", line.raw)
                continue
            known.add(key)
        yield row


def read_row(line: csv_stream.CsvLine) -> InstallmentTermRow | LineProblem:
    """一行を読む。"""
    if len(line.cells) != len(COLUMNS):
        reason = f"列の数が{len(line.cells)}です（{len(COLUMNS)}のはず）。{ASK_SENDER}"
        return problem_at(line.number, reason, line.raw)
    cells = Cells(COLUMNS, line.cells)
    try:
        occasional = cells.require("随時", 1)
        if occasional not in {"0", "1"}:
            raise CellError(f"随時「{occasional}」は0か1です。")
        year_month = cells.require("年月", 7)
        if csv_stream.parse_day(f"{year_month}-01") is None:
            raise CellError(f"年月「{year_month}」は実在する年月（YYYY-MM）ではありません。")
        due_date = cells.day("納期限", LATEST_YEAR)
        if due_date is None and occasional == "0":
            raise CellError("納期限がありません（随時でない期別）。")
        tax_item = cells.require("業務詳細（科目）コード", 2)
        if len(tax_item) != 2:
            raise CellError(f"業務詳細（科目）コード「{tax_item}」は半角2文字です。")
        return InstallmentTermRow(
            levy_year=cells.year("賦課年度", LATEST_YEAR),
            tax_item=tax_item,
            installment_term=cells.integer("期別コード", 2),
            name=cells.require("期別名", 20),
            year_month=year_month,
            due_date=due_date,
            sort_order=cells.integer("並び順", 5),
            occasional=occasional == "1",
        )
    except CellError as error:
        return problem_at(line.number, f"{error}{ASK_SENDER}", line.raw)
