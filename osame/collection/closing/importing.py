"""公金日計の取込み。指定金融機関が示す、会計日・チャネルごとの件数と金額。

The bank's day totals. A small file that is taken whole or refused whole: a total that cannot be read would make a
difference look like agreement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.closing.queries import INTERNAL_CHANNELS, first_open_day
from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import Channel
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult

PROFILE = "osame_bank_totals_v1"
COLUMNS = ("レコード区分", "会計日", "納付チャネル", "件数", "金額")
DATA, TRAILER = "1", "9"


@dataclass(frozen=True, slots=True)
class BankTotal:
    """公金日計の一行。"""

    business_on: date
    channel: Channel
    receipts: int
    amount: int


class UnreadableTotalsError(ValueError):
    """公金日計を受け付けない理由。"""


def write_bank_totals(totals: tuple[BankTotal, ...]) -> bytes:
    """公金日計を書く。トレーラには件数と金額の合計を置く。"""
    rows = [[DATA, each.business_on.isoformat(), each.channel, f"{each.receipts}", f"{each.amount}"] for each in totals]
    trailer = [TRAILER, "", "", f"{sum(each.receipts for each in totals)}", f"{sum(each.amount for each in totals)}"]
    return b"".join(csv_stream.write_row(row) for row in [list(COLUMNS), *rows, trailer])


def import_bank_totals(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """公金日計を取り込む。

    Take in the bank's totals by day and channel. The same content again changes nothing; a corrected file replaces the
    totals of its days as long as they are open.

    要件: F04-10
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    with transaction.atomic():
        registry.take_turn()
        if earlier := registry.earlier_result(arrival.content_hash):
            return earlier
        try:
            totals = _read(path, latest=as_of)
        except UnreadableTotalsError as reason:
            return registry.refuse(arrival, str(reason))
        file_id = registry.register(arrival, business_on=max(each.business_on for each in totals))
        for each in totals:
            run_sql(
                "INSERT INTO bank_day_total (business_on, channel, receipts, amount, intake_file_id) "
                "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (business_on, channel) DO UPDATE "
                "SET receipts = excluded.receipts, amount = excluded.amount, intake_file_id = excluded.intake_file_id, "
                "entered_by = '', entered_reason = ''",
                [each.business_on, each.channel, each.receipts, each.amount, file_id],
            )
        return registry.settle(
            ImportResult(
                file_id,
                arrival.file_name,
                PROFILE,
                rows_in=len(totals),
                rows_posted=len(totals),
                declared_total=sum(each.amount for each in totals),
                amount_reported=sum(each.amount for each in totals),
            )
        )


def _read(path: Path, *, latest: date) -> list[BankTotal]:
    """ファイル全体を読み、トレーラと締めを確かめる。"""
    totals: list[BankTotal] = []
    trailer: tuple[int, int] | None = None
    with path.open("rb") as file:
        for number, cells in _cells(file):
            if trailer is not None:
                raise UnreadableTotalsError(
                    f"{number}行目: トレーラの後に行があります。送付元に再送を依頼してください。"
                )
            if cells.cells[0] == TRAILER:
                trailer = (cells.integer("件数", 9), cells.amount("金額", 15))
            else:
                totals.append(_total(number, cells, latest))
    if trailer != (sum(each.receipts for each in totals), sum(each.amount for each in totals)):
        raise UnreadableTotalsError(
            "トレーラがないか、件数・金額が明細の合計と違います。送付元に再送を依頼してください。"
        )
    if not totals:
        raise UnreadableTotalsError(
            "明細がありません。入金のない日も、チャネルごとに0件0円の行を送るよう依頼してください。"
        )
    if len({(each.business_on, each.channel) for each in totals}) != len(totals):
        raise UnreadableTotalsError("同じ会計日と納付チャネルの行が二つあります。送付元に内容を確かめてください。")
    _refuse_closed_days(totals)
    return totals


def _cells(file: object) -> Iterator[tuple[int, Cells]]:
    """見出しを確かめ、行を列の名で引けるようにする。"""
    lines = csv_stream.read(file)  # type: ignore[arg-type]
    heading = next(lines, None)
    if not isinstance(heading, CsvLine) or tuple(heading.cells) != COLUMNS:
        raise UnreadableTotalsError(f"1行目の見出しが「{','.join(COLUMNS)}」ではありません。様式を確かめてください。")
    for line in lines:
        if not isinstance(line, CsvLine):
            raise UnreadableTotalsError(line.reason)
        if len(line.cells) != len(COLUMNS):
            raise UnreadableTotalsError(f"{line.number}行目: 列の数が{len(line.cells)}です（{len(COLUMNS)}のはず）。")
        try:
            yield line.number, Cells(COLUMNS, line.cells)
        except CellError as reason:
            raise UnreadableTotalsError(f"{line.number}行目: {reason}送付元に内容を確かめてください。") from None


def _total(number: int, cells: Cells, latest: date) -> BankTotal:
    """明細一行。"""
    try:
        if cells.cells[0] != DATA:
            raise CellError(f"レコード区分「{cells.cells[0]}」は使えません。")
        day = cells.require_day("会計日", latest.year)
        if day > latest:
            raise CellError(f"会計日{day}が、まだ来ていない日です。")
        code = cells.require("納付チャネル")
        if code not in set(Channel) or Channel(code) in INTERNAL_CHANNELS:
            raise CellError(f"納付チャネル「{code}」は、銀行で金が動くチャネルではありません。")
        # 取消しの多い日は負になりうる
        return BankTotal(day, Channel(code), cells.amount("件数", 9), cells.amount("金額"))
    except CellError as reason:
        raise UnreadableTotalsError(f"{number}行目: {reason}送付元に内容を確かめてください。") from None


def _refuse_closed_days(totals: list[BankTotal]) -> None:
    """締めた日の合計は、同じ値でなければ差し替えない。"""
    opened = first_open_day()
    known = {
        (day, channel): (receipts, amount)
        for day, channel, receipts, amount in fetch_all(
            "SELECT business_on, channel, receipts, amount FROM bank_day_total WHERE business_on < %s", [opened]
        )
    }
    for each in totals:
        same = known.get((each.business_on, str(each.channel))) == (each.receipts, each.amount)
        if each.business_on < opened and not same:
            raise UnreadableTotalsError(
                f"{format_wareki(each.business_on)}は締めています。合計を差し替えるには、先に締めを解いてください。"
            )
