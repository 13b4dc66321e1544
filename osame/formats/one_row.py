"""届いたファイルの一行を、項目ごとに見せ、直し、同じ読み手で読み直す。

One row of a payment file, decoded field by field, put together again after an officer has corrected it, and read by the very
reader that read the file: around the row stands the smallest file of its profile. So a corrected row gets the natural key that
the sender's own correction would get, and the two can never be posted twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from osame.formats.batch_file import split_csv
from osame.formats.field_values import read_number, write_date
from osame.formats.inbound import PROFILES
from osame.formats.layout import Field, Layout, load_layout, pack_field
from osame.formats.refusals import ASK_SENDER, WriteError
from osame.formats.reports import Channel, LineProblem, PaymentReport
from osame.formats.zengin_records import ZenginBatch, header_values

NEWLINE = b"\r\n"
NOBODY = "0000"


@dataclass(frozen=True, slots=True)
class Cell:
    """一行の一項目。 id: 項目の識別名; name: 項目の名; text: 届いた値; fixed: 決まった値なので直さない。"""

    id: str
    name: str
    text: str
    length: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """その行が届いたファイルのこと。 sequence_key: 送り手と通番。"""

    profile: str
    business_on: date | None
    sequence_key: str


def readable(profile: str) -> bool:
    """この様式の行を、項目ごとに見せられるか。"""
    return profile in PROFILES


def cells(profile: str, raw: bytes) -> list[Cell]:
    """一行を項目に分ける。列の足りない行は、空の項目で補う。"""
    layout = load_layout(profile)
    fields = layout.records["2"].fields
    if layout.form == "csv":
        found = split_csv(raw, layout.encoding) or raw.decode(layout.encoding, "replace").split(",")
        texts = [*found, *[""] * len(fields)][: len(fields)]
    else:
        texts = [raw[field.cut].decode(layout.encoding, "replace").rstrip(" ") for field in fields]
    return [
        Cell(field.id, field.name, text, field.length, bool(field.value) or field.id.startswith("filler"))
        for field, text in zip(fields, texts, strict=True)
    ]


def rebuilt(profile: str, raw: bytes, values: Mapping[str, str]) -> bytes:
    """直した項目だけを書き替えた行。 `values` は項目の識別名と新しい値。様式に書けない値なら WriteError。"""
    layout = load_layout(profile)
    before = {cell.id: cell.text for cell in cells(profile, raw)}
    changed = {name: text for name, text in values.items() if name in before and text != before[name]}
    if layout.form == "csv":
        if any(mark in text for text in changed.values() for mark in ',"\r\n'):
            raise WriteError("コンマ、引用符、改行を含む値は書けません。")
        if not changed and len(split_csv(raw, layout.encoding)) == len(before):
            return raw
        texts = [changed.get(field.id, before[field.id]) for field in _fields(layout)]
        texts[0] = _fields(layout)[0].value or texts[0]
        try:
            return ",".join(_quoted(text) for text in texts).encode(layout.encoding)
        except UnicodeEncodeError as error:
            raise WriteError("様式の文字コードで表せない文字があります。") from error
    line = bytearray(raw.ljust(layout.record_length))
    for field in _fields(layout):
        if field.id in changed:
            line[field.cut] = pack_field(field, changed[field.id], layout.encoding)
    return bytes(line)


def reread(around: Surroundings, row: bytes, *, line_number: int) -> PaymentReport | LineProblem:
    """一行を、ファイルと同じ読み手で読む。読めなければ、その理由。"""
    layout = load_layout(around.profile)
    try:
        data = _smallest_file(layout, around, row)
    except WriteError as error:
        return LineProblem(line_number, f"{error}{ASK_SENDER}", row)
    year = around.business_on.year if around.business_on else date.min.year
    read = PROFILES[around.profile].reader(data, year)
    if read.records:
        return replace(read.records[0], line_number=line_number, raw=row)
    problem = read.refusal or next(iter(read.problems), LineProblem(0, "データの行がありません。"))
    told = problem.reason.partition("行目: ")
    return replace(problem, line_number=line_number, reason=told[2] or told[0], raw=row)


def _fields(layout: Layout) -> tuple[Field, ...]:
    return layout.records["2"].fields


def _quoted(text: str) -> str:
    """届いたときに引用符で囲まれていた値は、囲み直す。"""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"') else text


def _smallest_file(layout: Layout, around: Surroundings, row: bytes) -> bytes:
    """この一行だけのファイル。ヘッダーとトレーラは、届いたファイルに合わせる。"""
    if "1" not in layout.records:  # 見出し行だけの様式
        heading = ",".join(field.name for field in _fields(layout)).encode(layout.encoding)
        return heading + NEWLINE + row + NEWLINE
    if layout.form == "csv":
        lines = [_csv(layout, "1", _csv_header(layout, around)), row, _csv(layout, "8", _totals(layout, row))]
    else:
        lines = [
            _fixed(layout, "1", _fixed_header(layout, around)),
            row,
            _fixed(layout, "8", _totals(layout, row)),
            *([_fixed(layout, "9", {})] if "9" in layout.records else []),
        ]
    return b"".join(line + NEWLINE for line in lines)


def _csv(layout: Layout, kind: str, values: Mapping[str, str | int]) -> bytes:
    return ",".join(layout.records[kind].cells(values)).encode(layout.encoding)


def _fixed(layout: Layout, kind: str, values: Mapping[str, str | int]) -> bytes:
    return layout.records[kind].pack(values, layout.encoding)


def _csv_header(layout: Layout, around: Surroundings) -> dict[str, str | int]:
    sender, _, rest = around.sequence_key.partition("+")[0].partition(":")
    name = "agency_number" if layout.channel is Channel.ELTAX else "bank_code"
    number = rest.rpartition(":")[2]
    return {
        name: sender or NOBODY,
        "business_on": write_date(around.business_on),
        "sequence": number if number.isdigit() else "1",
    }


def _fixed_header(layout: Layout, around: Surroundings) -> dict[str, str | int]:
    if layout.channel is not Channel.DIRECT_DEBIT:
        return {"made_on": write_date(around.business_on)}
    consignor = around.sequence_key.partition("+")[0].partition(":")[0]
    batch = ZenginBatch(
        consignor_code=consignor, consignor_name="", business_on=around.business_on or date.min, bank_code=NOBODY,
        branch_code=NOBODY[1:], account_number="0",
    )  # fmt: skip
    return header_values(batch)


def _totals(layout: Layout, row: bytes) -> dict[str, str | int]:
    """一件分の合計。金額が読めなければ 0 とする（読み手は、読めない行があれば合計を問わない）。"""
    found = {cell.id: cell.text for cell in cells(layout.key, row)}
    amount = read_number(found["amount"] if "amount" in found else found.get("barcode", "")[37:43]) or 0
    paid = found.get("result_code") == "0"
    return {
        "count": 1, "total": amount,
        "paid_count": int(paid), "paid_total": amount if paid else 0,
        "unpaid_count": int(not paid), "unpaid_total": 0 if paid else amount,
    }  # fmt: skip
