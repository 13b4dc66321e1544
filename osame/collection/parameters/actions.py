"""基本設定の登録。読む → 確かめる → 違うところだけを書く → 誰がいつ変えたかを残す、を一つの取引で。"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction

from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.loading import read_file
from osame.collection.parameters.tables import TABLES, ParameterTable, Row
from osame.collection.parameters.writing import write_rows
from osame.formats import installment_master
from osame.formats.installment_master import InstallmentTermRow
from osame.law.due_date import shift_due_date
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult

SHOWN_PROBLEMS = 20
INSTALLMENT_PROFILE = "osame_036o015"
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


@dataclass(frozen=True, slots=True)
class LoadedParameters:
    """読み込んだ結果。`changed` が空なら、何も変わっていない。"""

    rows: dict[str, int]  # 表 → ファイルにあった行数
    changed: dict[str, int]  # 表 → 新しいか変わった行数
    warnings: tuple[str, ...]
    command_id: int | None  # 変更がなければ None


def load_parameters(path: Path, *, officer: str) -> LoadedParameters:
    """基本設定の TOML を登録する。

    Load the parameters file. New and changed rows are written, nothing is deleted; the same file again changes nothing.
    A file with any error is refused whole.

    要件: F01-01, F01-02, F01-03, F01-04, F01-06, F01-07, F01-08, F01-10, F01-11, F01-12
    """
    read = read_file(path)
    with transaction.atomic():
        registry.take_turn()
        warnings = [*read.warnings, *_moved_due_dates(read.rows.get("installment_term", []))]
        changed: dict[str, int] = {}
        for name, rows in read.rows.items():
            if count := write_rows(TABLES[name], rows):
                changed[name] = count
        command_id = _record(path, officer) if changed else None
    return LoadedParameters({name: len(rows) for name, rows in read.rows.items()}, changed, tuple(warnings), command_id)


def export_parameters() -> str:
    """基本設定を、読み込むときと同じ TOML に書き出す。

    The same TOML that `load_parameters` reads; loading it again changes nothing.

    要件: F01-01
    """
    blocks = []
    for table in TABLES.values():
        rows = fetch_all(f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {', '.join(table.key)}")
        for row in _folded(table, rows):
            lines = [
                f"{column} = {_toml(row[column], table.field(column))}"
                for column in table.columns
                if row[column] is not None
            ]
            blocks.append("\n".join([f"[[{table.name}]]  # {table.title}", *lines]))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def import_installment_terms(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """期別マスタ（036o015）を取り込む。

    Take in the installment master. A due date on a closed day moves to the next open day; 随時 terms without a due date
    take the last day of their month.

    要件: F01-03
    """
    arrival = registry.arrive(path, profile=INSTALLMENT_PROFILE, officer=officer)
    with path.open("rb") as file:
        read = list(installment_master.read_lines(file))
    rows = [each for each in read if isinstance(each, InstallmentTermRow)]
    problems = [each for each in read if not isinstance(each, InstallmentTermRow)]
    with transaction.atomic():
        registry.take_turn()
        if earlier := registry.earlier_result(arrival.content_hash):
            return earlier
        if problems and problems[-1].line_number == 0:
            return registry.refuse(arrival, problems[-1].reason)
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}",
            kind="import_installment_terms",
            content=[INSTALLMENT_PROFILE],
            purpose="期別マスタ取込",
            officer=officer,
        )
        terms = [_term(row) for row in rows]
        warnings = _moved_due_dates(terms)
        write_rows(TABLES["installment_term"], terms)
        registry.keep_rejected(file_id, ((each.line_number, each.raw, each.reason, None) for each in problems))
        told = [(0, warning) for warning in warnings] + [(each.line_number, each.reason) for each in problems]
        return registry.settle(
            ImportResult(
                file_id,
                arrival.file_name,
                INSTALLMENT_PROFILE,
                rows_in=len(read),
                rows_posted=len(rows),
                rows_rejected=len(problems),
                problems=tuple(told[:SHOWN_PROBLEMS]),
            )
        )


def _term(row: InstallmentTermRow) -> Row:
    """036o015 の一行を、期別の一行にする。"""
    year, month = (int(part) for part in row.year_month.split("-"))
    month_end = date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
    return {
        "levy_year": row.levy_year,
        "tax_item": row.tax_item,
        "installment_term": row.installment_term,
        "name": row.name,
        "year_month": row.year_month,
        "due_date": shift_due_date(row.due_date or month_end),
        "sort_order": row.sort_order,
        "occasional": row.occasional,
    }


def _moved_due_dates(terms: list[Row]) -> list[str]:
    """既に調定のある期別の納期限を変えるときの注意。"""
    known = {
        (levy_year, tax_item, term): due
        for levy_year, tax_item, term, due in fetch_all(
            "SELECT levy_year, tax_item, installment_term, due_date FROM installment_term"
        )
    }
    moved = [
        (row, known[key])
        for row in terms
        if (key := (row["levy_year"], row["tax_item"], row["installment_term"])) in known
        and known[key] != row["due_date"]
    ]
    return [
        f"{row['levy_year']}年度 税目{row['tax_item']} {row['name']}の納期限を{before}から{row['due_date']}に変えます。"
        "既に調定した期別の納期限は変わりません。納期変更の異動を送ってください。"
        for row, before in moved
        if fetch_one(
            "SELECT EXISTS (SELECT 1 FROM charge WHERE levy_year = %s AND tax_item = %s AND installment_term = %s)",
            [row["levy_year"], row["tax_item"], row["installment_term"]],
        )[0]
    ]


def _record(path: Path, officer: str) -> int:
    """変更を命令として残す。同じファイルでも、読み込むたびに別の変更である。"""
    (loads,) = fetch_one("SELECT count(*) FROM command WHERE kind = 'load_parameters'")
    content_hash = hashlib.sha256(path.read_bytes()).hexdigest()
    command = claim_command(
        f"parameters:{loads + 1}:{content_hash}",
        kind="load_parameters",
        content=[content_hash],
        purpose=f"基本設定の変更（{path.name}）",
        officer=officer,
    )
    return command.command_id


def _folded(table: ParameterTable, rows: list[tuple[Any, ...]]) -> list[Row]:
    """届くはずのファイルは、日付だけが違う行を一つにまとめる。"""
    found = [dict(zip(table.columns, row, strict=True)) for row in rows]
    if table.name != "expected_file":
        return found
    groups: dict[tuple[str, str], Row] = {}
    for row in found:
        group = groups.setdefault((row["profile"], row["sender"]), {**row, "business_on": []})
        group["business_on"].append(row["business_on"])
    return [groups[key] for key in sorted(groups)]


def _toml(value: Any, field: "models.Field[Any, Any]") -> str:
    """TOML の値。"""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(each.isoformat() for each in value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(field, models.BinaryField):
        return f'"{base64.b64encode(bytes(value)).decode("ascii")}"'
    return '"' + "".join(ESCAPES.get(char, char) for char in str(value)) + '"'
