"""人事の異動ファイル（CSV）を取り込む。異動と退職を、日付とともに入れる。

The personnel feed: `職員番号,区分,所属コード,日`, where 区分 is 異動 or 退職. A row that cannot be followed is kept with its
reason; the others take effect. The same file has its effect once.
"""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.kernel.dates import parse_date
from osame.kernel.refusals import Refusal
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.staff.actions import disable, found, transfer
from osame.platform.staff.refusals import UnreadableFeed

PROFILE = "osame_personnel_v1"
HEADING = ["職員番号", "区分", "所属コード", "日"]


def import_feed(path: Path, *, officer: str, today: date) -> ImportResult:
    """異動と退職を取り込む。一行ずつ効き、できない行は理由とともに残る。

    要件: F29-01, F36-04
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    with transaction.atomic():
        registry.take_turn()
        earlier = registry.earlier_result(arrival.content_hash)
        if earlier and not earlier.refusal:
            return earlier
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            return registry.refuse(arrival, "文字が UTF-8 ではありません")
        if not lines or next(csv.reader(io.StringIO(lines[0]))) != HEADING:
            return registry.refuse(arrival, UnreadableFeed.message())
        file_id = registry.register(arrival, business_on=today)
        problems: list[tuple[int, bytes, str, int | None]] = []
        rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
        for number, line in rows:
            if reason := _followed(line, today):
                problems.append((number, line.encode(), reason, None))
        registry.keep_rejected(file_id, problems)
        return registry.settle(
            replace(
                ImportResult(file_id, arrival.file_name, PROFILE),
                rows_in=len(rows),
                rows_posted=len(rows) - len(problems),
                rows_rejected=len(problems),
                problems=tuple((number, reason) for number, _, reason, _ in problems),
            )
        )


def _followed(line: str, today: date) -> str:
    """一行のとおりにする。できなければ、その理由。"""
    cells = next(csv.reader(io.StringIO(line)))
    if len(cells) != len(HEADING):
        return "項目の数が違います"
    staff_number, kind, department, day = cells
    try:
        with transaction.atomic():
            on = parse_date(day)
            if kind == "異動":
                transfer(staff_number, department=department, on=on, today=today)
            elif kind == "退職":
                _leave(staff_number, on=on, today=today)
            else:
                return f"区分「{kind}」は分かりません"
    except Refusal as refusal:
        return str(refusal)
    return ""


def _leave(staff_number: str, *, on: date, today: date) -> None:
    """退職する。その日の0時から使えない。"""
    found(staff_number)
    disable(staff_number, reason="退職", on=on if on > today else None)
