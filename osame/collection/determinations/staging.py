"""調定CSVを、型のついた一時表に流し込む。

Two ways into the same staging table. The fast way hands the bytes to PostgreSQL, which checks every type while it copies;
if a single row is not what it should be, the tolerant way reads line by line, keeps the good rows and explains the bad.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import DataError, connection, transaction

from osame.formats import csv_stream
from osame.formats.determination_csv import COLUMNS, DeterminationRow, cells_of, read_lines, read_row
from osame.formats.reports import LineProblem
from osame.platform.database import fetch_one, run_sql

MAXIMUM_PROBLEMS = 10_000
BLOCK = 1 << 20
# バイトの種類。0 数字、a 英字、, 区切り・符号・日本語、? そのほか（空白や引用符など）
KINDS = bytes(
    ord("0") if 48 <= byte < 58
    else ord("a") if chr(byte).isalpha() and byte < 128
    else ord(",") if byte in b",-:\r\n" or byte >= 128
    else ord("?")
    for byte in range(256)
)  # fmt: skip
NOT_LETTERS = bytes(byte for byte in range(256) if not (byte < 128 and chr(byte).isalpha()))
DATE_WORDS = re.compile(
    rb"TODAY|TOMORROW|YESTERDAY|NOW|EPOCH|INFINITY|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC", re.IGNORECASE
)

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
    "均等割額": ("per_capita_tax", "bigint"),
    "法人税割額": ("corporate_tax_levy", "bigint"),
    "土地家屋税額": ("land_house_tax", "bigint"),
    "償却資産税額": ("depreciable_asset_tax", "bigint"),
    "都市計画税額": ("city_planning_tax", "bigint"),
    "医療分": ("medical_part", "bigint"),
    "支援金分": ("support_part", "bigint"),
    "介護分": ("care_part", "bigint"),
    "森林環境税額": ("forest_environment_tax", "bigint"),
    "申告区分": ("declaration_class", "varchar(2)"),
    "申告日": ("declared_on", "date"),
    "事業年度開始日": ("business_year_from", "date"),
    "事業年度終了日": ("business_year_through", "date"),
    "消込特定キー情報1": ("slip_number", "bigint"),
    "消込特定キー情報2": ("confirmation_number", "varchar(20)"),
    "操作者ID": ("operator_id", "varchar(20)"),
    "操作年月日": ("operated_on", "date"),
    "操作時刻": ("operated_at", "varchar(8)"),
}
STAGED_COLUMNS = tuple(name for name, _ in STAGED.values())
TEXT_COLUMNS = tuple(name for name, kind in STAGED.values() if kind.startswith(("varchar", "text")))

# 型は合っていても、ありえない行。一つでもあれば、行ごとに読み直して理由を示す。
IMPLAUSIBLE = """
record_kind = '1' AND NOT (
    revision BETWEEN 0 AND 999 AND levy_year BETWEEN 1950 AND 2200
    AND coalesce(tax_year, levy_year) BETWEEN 1950 AND 2200
    AND notice_number <> '' AND addressee_number <> '' AND installment_term BETWEEN 0 AND 99
    AND reason_code IN ('01','02','03','04','05','06','07','08','10') AND (revision = 0) = (reason_code IN ('01','04'))
    AND due_date BETWEEN '1950-01-01' AND corrected_on + 3660 AND corrected_on BETWEEN '1950-01-01' AND '2100-12-31'
    AND amount_after BETWEEN 0 AND 99999999999 AND difference BETWEEN -99999999999 AND 99999999999
    AND (revision > 0 OR difference = amount_after)
    AND CASE reason_code WHEN '02' THEN difference > 0 WHEN '03' THEN difference <= 0 WHEN '05' THEN difference <= 0 WHEN '07' THEN difference <= 0
        WHEN '06' THEN difference <= 0 AND amount_after = 0 WHEN '10' THEN difference = 0 ELSE true END
    AND coalesce(slip_number, 1) BETWEEN 1 AND 999999999999999)
"""

# 省いてよい列の既定値。相当年度は賦課年度、法定納期限と法定納期限等は納期限。
FILL_DEFAULTS = """
UPDATE staged_determination SET tax_year = coalesce(tax_year, levy_year),
       statutory_due_date = coalesce(statutory_due_date, due_date),
       statutory_due_date_etc = coalesce(statutory_due_date_etc, statutory_due_date, due_date)
WHERE tax_year IS NULL OR statutory_due_date IS NULL OR statutory_due_date_etc IS NULL
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
    # 一行目は見出しなので、行番号は2から数える
    numbered = "line_number integer GENERATED BY DEFAULT AS IDENTITY (START 2 CACHE 1000)"
    charge_id = "charge_id bigint NOT NULL DEFAULT nextval('charge_number')"  # 当初なら、これが期別番号になる
    run_sql(f"CREATE TEMP TABLE staged_determination ({numbered}, {charge_id}, {columns}) ON COMMIT DROP")


def stage_file(path: Path) -> Staged:
    """ファイルを一時表に置き、件数と金額をトレーラと突き合わせる。"""
    staged = None
    with suppress(DataError, psycopg.DataError), transaction.atomic():  # COPY の誤りは psycopg のまま届く
        staged = _stage_fast(path)
    if staged is None:
        run_sql("TRUNCATE staged_determination")
        staged = _stage_tolerant(path)
        run_sql(FILL_DEFAULTS)
    return staged


def stage_lines(lines: Iterable[tuple[int, str]]) -> None:
    """保留していた行（行番号と原文）を一時表に置き直す。届いたときと同じ読み方をする。"""
    run_sql("TRUNCATE staged_determination")
    _copy_read(
        read_row(line._replace(number=line_number))
        for line_number, raw in lines
        for line in csv_stream.read([raw.encode()])
        if isinstance(line, csv_stream.CsvLine)
    )
    run_sql(FILL_DEFAULTS)


def _copy_statement(*columns: str) -> str:
    return (
        f"COPY staged_determination ({', '.join(columns)}) FROM STDIN "
        f"(FORMAT csv, ENCODING 'UTF8', FORCE_NOT_NULL ({', '.join(TEXT_COLUMNS)}))"
    )


def _stage_fast(path: Path) -> Staged | None:
    """バイト列をそのまま COPY する。疑わしい行が一つでもあれば None。"""
    with path.open("rb") as file:
        if file.readline(65_536).rstrip(b"\r\n").decode("utf-8", "replace") != ",".join(COLUMNS):
            return None
        with connection.cursor() as cursor, cursor.copy(_copy_statement(*STAGED_COLUMNS)) as copy:
            tail = b""
            while block := file.read(BLOCK):
                if _is_doubtful(tail + block):
                    raise DataError("読み方に迷う値がある")  # COPY をやめ、一行ずつ読み直す
                copy.write(block)
                tail = block[-1:]
    rows, total, implausible, lacking, trailers, told_rows, told_total, trailer_line, last_line = fetch_one(
        "SELECT count(*) FILTER (WHERE record_kind = '1'), "
        "coalesce(sum(difference) FILTER (WHERE record_kind = '1'), 0)::bigint, "
        f"count(*) FILTER (WHERE ({IMPLAUSIBLE}) IS NOT FALSE OR record_kind NOT IN ('1', '9')), "
        "count(*) FILTER (WHERE num_nulls(tax_year, statutory_due_date, statutory_due_date_etc) > 0 AND record_kind = '1'), "
        "count(*) FILTER (WHERE record_kind = '9'), max(revision) FILTER (WHERE record_kind = '9'), "
        "max(difference) FILTER (WHERE record_kind = '9'), max(line_number) FILTER (WHERE record_kind = '9'), "
        "max(line_number) FROM staged_determination"
    )
    if implausible or trailers != 1 or trailer_line != last_line or (rows, total) != (told_rows, told_total):
        return None
    if lacking:
        run_sql(FILL_DEFAULTS)
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

    with path.open("rb") as file:
        _copy_read(good_rows(file))
    if refusals:
        return Staged(0, 0, tuple(problems), _refusal(refusals[0], len(problems)))
    rows, total = fetch_one("SELECT count(*), coalesce(sum(difference), 0)::bigint FROM staged_determination")
    return Staged(rows, total, tuple(problems))


def _copy_read(rows: Iterable[DeterminationRow | LineProblem]) -> None:
    """読めた行を置く。"""
    columns = ", ".join(("line_number", *STAGED_COLUMNS))
    with connection.cursor() as cursor, cursor.copy(f"COPY staged_determination ({columns}) FROM STDIN") as copy:
        for row in rows:
            if isinstance(row, DeterminationRow):
                copy.write_row((row.line_number, *_values(row)))


def _is_doubtful(block: bytes) -> bool:
    """日付や数の別の書き方（today、0x1F、2025-06-30T00 …）、引用符、果てしない行のように、COPY に任せると様式より緩く
    読まれるものがあるか。疑いすぎても、一行ずつ読むことになるだけで結果は変わらない。
    """
    kinds = block.translate(KINDS)
    if b"?" in kinds or b"0a" in kinds or (len(block) >= BLOCK and b"\n" not in block):
        return True
    return DATE_WORDS.search(block.translate(None, NOT_LETTERS)) is not None


def _refusal(problem: LineProblem, problems: int) -> str:
    if problems >= MAXIMUM_PROBLEMS:
        return f"読めない行が{problems}行を超えたため、ファイル全体を受け付けません。様式と文字コード（UTF-8）を確かめてください。"
    return problem.reason


def _values(row: DeterminationRow) -> tuple[object, ...]:
    """様式の列の順に、一時表へ置く値。文字でない列の空欄は NULL。"""
    return tuple(
        cell if cell or name in TEXT_COLUMNS else None for name, cell in zip(STAGED_COLUMNS, cells_of(row), strict=True)
    )
