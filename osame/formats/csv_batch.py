"""ヘッダー行・データ行・トレーラ行のCSV（eLTAX消込、済通）に共通する読み手と書き手。

What the reconstructed CSV profiles share: heading with business day and sequence, cells checked against the layout,
trailer with count and total.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from osame.formats.batch_file import Line, Tally, check_cells
from osame.formats.field_values import read_date, show, write_date
from osame.formats.layout import STAGES, Layout, RecordLayout
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, RefusalError, WriteError, problem_at
from osame.formats.reports import LineProblem, PaymentReport
from osame.kernel.money import Yen


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """送り手・営業日・通番。欠番の検知に使う。"""

    sender_code: str
    business_on: date
    sequence: int


class CsvHandler(ABC):
    """ヘッダーとトレーラを読む。データ行は様式ごとの `report` が読む。"""

    sender_field = ""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.record: RecordLayout = layout.records["2"]
        self.columns = {field.id: field.position - 1 for field in self.record.fields}
        self.stages = {code: STAGES[stage] for code, stage in layout.stages.items() if stage in STAGES}
        self.business_on: date | None = None
        self.sequence_keys: list[str] = []

    def header(self, line: Line[list[str]]) -> None:
        """営業日と通番を覚える。"""
        record = self.layout.records["1"]
        self.require_cells(record, line)
        for name in ("form_id", "version"):
            field = record.field(name)
            found = line.body[field.position - 1]
            if found != field.value:
                reason = f"{field.name}が「{show(found)}」です（「{field.value}」のはず）。{ASK_SENDER}"
                raise RefusalError(line.number, reason, line.raw)
        text = line.body[record.column("business_on")]
        self.business_on = read_date(text)
        if self.business_on is None:
            raise RefusalError(
                line.number, f"ヘッダーの営業日「{show(text)}」は実在しない日付です。{ASK_RESEND}", line.raw
            )
        sender, sequence = (line.body[record.column(name)] for name in (self.sender_field, "sequence"))
        self.sequence_keys.append(f"{sender}:{self.business_on.isoformat()}:{int(sequence):03d}")

    def require_cells(self, record: RecordLayout, line: Line[list[str]]) -> None:
        """ヘッダー・トレーラの列に誤りがあれば、ファイルごと断る。"""
        reason = check_cells(record, line.body)
        if reason is not None:
            raise RefusalError(line.number, f"{record.name}: {reason}{ASK_RESEND}", line.raw)

    def data(self, number: int, body: list[str], raw: bytes) -> PaymentReport | LineProblem:
        """列を確かめてから、様式の読み手に渡す。"""
        reason = check_cells(self.record, body)
        if reason is not None:
            place = self.columns["amount"]
            text = body[place] if len(body) == len(self.record.fields) else ""
            amount = int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else None
            return problem_at(number, f"{reason}{ASK_SENDER}", raw, amount)
        amount = int(body[self.columns["amount"]])
        found = self.report(number, body, raw)
        if isinstance(found, str):
            return problem_at(number, f"{found}{ASK_SENDER}", raw, amount)
        return found

    @abstractmethod
    def report(self, number: int, cells: list[str], raw: bytes) -> PaymentReport | str:
        """記録か、記録にできない理由。"""
        ...

    def after_business_day(self, name: str, day: date) -> str | None:
        """営業日より後の日付は、まだ起きていない収納である。"""
        if self.business_on is not None and day > self.business_on:
            return f"{name}{day}がヘッダーの営業日{self.business_on}より後です。"
        return None

    def trailer(self, line: Line[list[str]], _tally: Tally, /) -> tuple[int, int]:
        """件数と合計金額。"""
        record = self.layout.records["8"]
        self.require_cells(record, line)
        return int(line.body[record.column("count")]), int(line.body[record.column("total")])


def write_batch(
    layout: Layout, header: FileHeader, sender_field: str, rows: Iterable[Mapping[str, str | int]]
) -> bytes:
    """ヘッダー行・データ行・トレーラ行を書く。"""
    head: dict[str, str | int] = {
        sender_field: header.sender_code,
        "business_on": write_date(header.business_on),
        "sequence": header.sequence,
    }
    lines = [layout.records["1"].cells(head)]
    count = total = 0
    for row in rows:
        lines.append(layout.records["2"].cells(row))
        count += 1
        total += int(row["amount"])
    lines.append(layout.records["8"].cells({"count": count, "total": total}))
    for cells in lines:
        if any("," in cell or '"' in cell or "\n" in cell or "\r" in cell for cell in cells):
            raise WriteError("コンマ、引用符、改行を含む値は書けません。")
    return "".join(",".join(cells) + "\r\n" for cells in lines).encode(layout.encoding)


def optional_yen(text: str) -> Yen | None:
    """空の金額は None。"""
    return Yen(int(text)) if text else None
