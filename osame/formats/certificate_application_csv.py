"""納税証明の、オンライン・郵送の申請データ（独自様式）。UTF-8・見出し行。

What a portal or the mail desk hands over: who asks, for what, how the person was identified, how the fee was paid, where to post.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells, CsvLine
from osame.formats.reports import LineProblem

PROFILE = "osame_certificate_application_v1"
COLUMNS: tuple[str, ...] = (
    "受付番号", "申請日", "経路", "宛名番号", "証明の種類", "税目", "初めの年度", "終わりの年度", "標識番号", "車台番号", "申請者", "使用目的", "提出先",
    "電子署名の検証", "決済番号", "決済日", "決済額", "送付先郵便番号", "送付先住所", "送付先氏名",
)  # fmt: skip
CHANNELS = {"2": "オンライン", "3": "郵送"}
VERIFIED = "1"
LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateApplicationRow:
    """申請一件。 verified: 電子署名を検証し、本人と確かめた。"""

    outer_number: str
    applied_on: date
    channel: str
    addressee_number: str
    kind: str
    tax_item: str = ""
    first_levy_year: int
    last_levy_year: int
    plate_number: str = ""
    chassis_number: str = ""
    applicant_name: str
    use: str
    submitted_to: str
    verified: bool = False
    settlement_number: str = ""
    settled_on: date | None = None
    settled: int = 0
    postal_code: str = ""
    address: str = ""
    name: str = ""
    line_number: int = 0
    raw: bytes = b""


def write(rows: Iterable[CertificateApplicationRow]) -> bytes:
    """申請データを書く。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(COLUMNS)]
    lines += [
        csv_stream.write_row([
            row.outer_number, day(row.applied_on), row.channel, row.addressee_number, row.kind, row.tax_item,
            str(row.first_levy_year), str(row.last_levy_year), row.plate_number, row.chassis_number, row.applicant_name, row.use,
            row.submitted_to, VERIFIED if row.verified else "", row.settlement_number, day(row.settled_on),
            str(row.settled) if row.settled else "", row.postal_code, row.address, row.name,
        ])
        for row in rows
    ]  # fmt: skip
    return b"".join(lines)


def read_lines(stream: Iterable[bytes]) -> Iterator[CertificateApplicationRow | LineProblem]:
    """申請データを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    return csv_stream.records(stream, COLUMNS, _row)


def _row(line: CsvLine, cells: Cells) -> CertificateApplicationRow:
    channel = cells.require("経路", 1)
    if channel not in CHANNELS:
        raise CellError(f"経路「{channel}」は2（オンライン）か3（郵送）です。")
    settled = cells.optional_amount("決済額")
    return CertificateApplicationRow(
        outer_number=cells.require("受付番号", 30), applied_on=cells.require_day("申請日", LATEST_YEAR), channel=channel,
        addressee_number=cells.require("宛名番号", 15), kind=cells.require("証明の種類", 2),
        tax_item=cells.text("税目", 2), first_levy_year=cells.year("初めの年度", LATEST_YEAR),
        last_levy_year=cells.year("終わりの年度", LATEST_YEAR), plate_number=cells.text("標識番号", 40),
        chassis_number=cells.text("車台番号", 40), applicant_name=cells.require("申請者", 100),
        use=cells.require("使用目的", 100), submitted_to=cells.require("提出先", 100),
        verified=cells.text("電子署名の検証", 1) == VERIFIED, settlement_number=cells.text("決済番号", 40),
        settled_on=cells.day("決済日", LATEST_YEAR), settled=int(settled or 0), postal_code=cells.text("送付先郵便番号", 7),
        address=cells.text("送付先住所", 200), name=cells.text("送付先氏名", 100), line_number=line.number, raw=line.raw,
    )  # fmt: skip
