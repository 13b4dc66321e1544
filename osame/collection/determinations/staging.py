"""調定CSVを、型のついた一時表に流し込む。

Two ways into the same staging table. The fast way hands the bytes to PostgreSQL, which checks every type while it copies;
if a single row is not what it should be, the tolerant way reads line by line, keeps the good rows and explains the bad.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import DataError, connection, transaction

from osame.formats.determination_csv import COLUMNS, DeterminationRow, read_line, read_lines
from osame.formats.reports import LineProblem
from osame.platform.database import fetch_one, run_sql

MAXIMUM_PROBLEMS = 10_000

# 様式の列 → 一時表の列と型。空欄は、文字なら空文字、ほかは NULL。
STAGED: dict[str, tuple[str, str]] = {
    "レコード区分": ("record_kind", "varchar(1)"),
    "異動連番": ("revision", "integer"),
    "異動事由": ("reason_code", "varchar(2)"),
    "市区町村コード": ("municipality_code", "varchar(6)"),
    "合併前_市区町村コード": ("former_municipality_code", "varchar(6)"),
    "賦課年度": ("levy_year", "smallint"),
    "相当年度": ("tax_year", "smallint"),
    "通知書番号": ("notice_number", "varchar(20)"),
    "業務詳細（科目）コード": ("tax_item", "varchar(2)"),
    "特別徴収義務者指定番号": ("special_collector_number", "varchar(15)"),
    "期別": ("installment_term", "smallint"),
    "申告履歴番号": ("declaration_number", "varchar(8)"),
    "事業年度番号": ("business_year_number", "varchar(8)"),
    "児童_宛名番号": ("child_addressee_number", "varchar(15)"),
    "宛名番号": ("addressee_number", "varchar(15)"),
    "納期限": ("due_date", "date"),
    "法定納期限": ("statutory_due_date", "date"),
    "法定納期限等": ("statutory_due_date_etc", "date"),
    "課税更正日": ("corrected_on", "date"),
    "更正決定通知日": ("notified_on", "date"),
    "更正事由": ("reason", "text"),
    "税額": ("amount_after", "bigint"),
    "異動額": ("difference", "bigint"),
    "均等割額": ("per_capita", "bigint"),
    "法人税割額": ("corporate_levy", "bigint"),
    "土地家屋税額": ("land_and_house", "bigint"),
    "償却資産税額": ("depreciable", "bigint"),
    "都市計画税額": ("city_planning", "bigint"),
    "医療分": ("medical", "bigint"),
    "支援金分": ("support", "bigint"),
    "介護分": ("care", "bigint"),
    "森林環境税額": ("forest", "bigint"),
    "申告区分": ("declaration_kind", "varchar(2)"),
    "申告日": ("declared_on", "date"),
    "事業年度開始日": ("business_year_from", "date"),
    "事業年度終了日": ("business_year_through", "date"),
    "消込特定キー情報1": ("slip_number", "bigint"),
    "消込特定キー情報2": ("confirmation_number", "varchar(6)"),
    "操作者ID": ("operator_id", "varchar(10)"),
    "操作年月日": ("operated_on", "date"),
    "操作時刻": ("operated_at", "varchar(8)"),
}
STAGED_COLUMNS = tuple(name for name, _ in STAGED.values())
TEXT_COLUMNS = tuple(name for name, kind in STAGED.values() if kind.startswith(("varchar", "text")))

# 型は合っていても、ありえない行。一つでもあれば、行ごとに読み直して理由を示す。
IMPLAUSIBLE = """
record_kind = '1' AND NOT (
    revision BETWEEN 0 AND 999 AND levy_year BETWEEN 1950 AND 2200 AND tax_year BETWEEN 1950 AND 2200
    AND notice_number <> '' AND addressee_number <> '' AND installment_term BETWEEN 0 AND 99
    AND reason_code IN ('01','02','03','04','05','06','10') AND (revision = 0) = (reason_code IN ('01','04'))
    AND due_date BETWEEN '1950-01-01' AND corrected_on + 3660 AND statutory_due_date IS NOT NULL
    AND statutory_due_date_etc IS NOT NULL AND corrected_on >= '1950-01-01'
    AND amount_after BETWEEN 0 AND 99999999999 AND difference BETWEEN -99999999999 AND 99999999999
    AND (revision > 0 OR difference = amount_after) AND slip_number BETWEEN 1 AND 999999999999999)
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """一時表に置いた結果。`refusal` があれば、ファイル全体を受け付けない。"""

    rows: int
    total: int
    problems: tuple[LineProblem, ...] = ()
    refusal: str = ""


def open_determination_stage() -> None:
    """調定の行を置く一時表を開く。"""
    columns = ", ".join(f"{name} {kind}" for name, kind in STAGED.values())
    run_sql(f"CREATE TEMP TABLE staged_determination (line_number integer, {columns}) ON COMMIT DROP")
    run_sql("CREATE TEMP SEQUENCE staged_line CACHE 1000")
    run_sql("ALTER TABLE staged_determination ALTER COLUMN line_number SET DEFAULT nextval('staged_line') + 1")


def stage_file(path: Path) -> Staged:
    """ファイルを一時表に置き、件数と金額をトレーラと突き合わせる。"""
    with suppress(DataError), transaction.atomic():
        staged = _stage_fast(path)
        if staged is not None:
            return staged
    run_sql("TRUNCATE staged_determination")
    return _stage_tolerant(path)


def stage_lines(lines: Iterable[tuple[int, str]]) -> None:
    """保留していた行（行番号と原文）を一時表に置き直す。"""
    run_sql("TRUNCATE staged_determination")
    columns = ", ".join(("line_number", *STAGED_COLUMNS))
    with connection.cursor() as cursor, cursor.copy(f"COPY staged_determination ({columns}) FROM STDIN") as copy:
        for line_number, raw in lines:
            row = read_line(line_number, raw.encode())
            assert isinstance(row, DeterminationRow)  # 一度読めた行は、いつでも読める
            copy.write_row((line_number, *_values(row)))


def _stage_fast(path: Path) -> Staged | None:
    """バイト列をそのまま COPY する。疑わしい行が一つでもあれば None。"""
    columns = ", ".join(STAGED_COLUMNS)
    statement = (
        f"COPY staged_determination ({columns}) FROM STDIN "
        f"(FORMAT csv, ENCODING 'UTF8', FORCE_NOT_NULL ({', '.join(TEXT_COLUMNS)}))"
    )
    with path.open("rb") as file:
        if file.readline(65_536).rstrip(b"\r\n").decode("utf-8", "replace") != ",".join(COLUMNS):
            return None
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            while block := file.read(1 << 20):
                copy.write(block)
    rows, total, implausible, trailers, told_rows, told_total, trailer_line, last_line = fetch_one(
        "SELECT count(*) FILTER (WHERE record_kind = '1'), "  # noqa: S608
        "coalesce(sum(difference) FILTER (WHERE record_kind = '1'), 0)::bigint, "
        f"count(*) FILTER (WHERE ({IMPLAUSIBLE}) IS NOT FALSE OR record_kind NOT IN ('1', '9')), "
        "count(*) FILTER (WHERE record_kind = '9'), max(revision) FILTER (WHERE record_kind = '9'), "
        "max(difference) FILTER (WHERE record_kind = '9'), max(line_number) FILTER (WHERE record_kind = '9'), "
        "max(line_number) FROM staged_determination"
    )
    if implausible or trailers != 1 or trailer_line != last_line or (rows, total) != (told_rows, told_total):
        return None
    return Staged(rows, total)


def _stage_tolerant(path: Path) -> Staged:
    """一行ずつ読み、良い行だけを置く。"""
    problems: list[LineProblem] = []
    refusals: list[LineProblem] = []

    def good_rows(file: io.BufferedReader) -> Iterator[DeterminationRow]:
        for read in read_lines(file):
            if isinstance(read, DeterminationRow):
                yield read
            elif read.line_number == 0 or len(problems) >= MAXIMUM_PROBLEMS:
                refusals.append(read)
                return
            else:
                problems.append(read)

    columns = ", ".join(("line_number", *STAGED_COLUMNS))
    with path.open("rb") as file, connection.cursor() as cursor:
        with cursor.copy(f"COPY staged_determination ({columns}) FROM STDIN") as copy:
            for row in good_rows(file):
                copy.write_row((row.line_number, *_values(row)))
    if refusals:
        return Staged(0, 0, tuple(problems), _refusal(refusals[0], len(problems)))
    rows, total = fetch_one("SELECT count(*), coalesce(sum(difference), 0)::bigint FROM staged_determination")
    return Staged(rows, total, tuple(problems))


def _refusal(problem: LineProblem, problems: int) -> str:
    if problems >= MAXIMUM_PROBLEMS:
        return f"読めない行が{problems}行を超えたため、ファイル全体を受け付けません。様式と文字コード（UTF-8）を確かめてください。"
    return problem.reason


def _values(row: DeterminationRow) -> tuple[object, ...]:
    """様式の列の順に、一時表へ置く値。"""
    return ("1", *row.values())
