"""コンビニ収納データのCSV（電算システム）。見出し行はあるが、件数と合計のトレーラはない。

The agent's CSV: a heading row, data rows, no control totals. An answer that starts with `error:` is a failure of the
sender's machine, and an empty file means that there was nothing to report.
"""

from collections.abc import Iterable, Iterator

from osame.formats.batch_file import Line, check_cells, csv_lines, once
from osame.formats.field_values import read_date, read_number, show, write_date
from osame.formats.layout import Layout
from osame.formats.refusals import ASK_SENDER, RefusalError, guard_count, problem_at, refused
from osame.formats.reports import LineProblem, PaymentReport, ReportFile, ReportStage
from osame.formats.store_payments import Sighting, StoreJudge, StorePayment, require_payment

PREFIX = "EAN"


def read_rows(data: bytes, layout: Layout) -> ReportFile:
    """CSVを読む。"""
    if not data:
        return ReportFile(channel=layout.channel, profile=layout.key, declared_count=0)
    try:
        if data[:6].lower() == b"error:":
            said = show(data[6:300].replace(b"\r\n", b" ").strip())
            raise RefusalError(
                0, f"収納データではなく、送付元のエラーの知らせです（{said}）。送付元に取得し直しを依頼してください。"
            )
        return assemble_rows(csv_lines(data, layout), layout)
    except RefusalError as refusal:
        return refused(layout.channel, layout.key, refusal)


def assemble_rows(lines: Iterator[Line[list[str]]], layout: Layout) -> ReportFile:
    """見出し行を確かめ、データ行を読む。"""
    record = layout.records["2"]
    heading = [field.name for field in record.fields]
    first = next(lines)
    if first.body != heading:
        raise RefusalError(1, f"見出し行が様式と違います（文字コードか様式の取り違え）。{ASK_SENDER}", first.raw)
    reader = RowReader(layout)
    records: list[PaymentReport] = []
    problems: list[LineProblem] = []
    known: set[tuple[str, ReportStage]] = set()
    for line in lines:
        item = reader.data(line)
        if isinstance(item, PaymentReport):
            item = once(item, known)
        if isinstance(item, PaymentReport):
            records.append(item)
        else:
            problems.append(item)
        guard_count(len(records) + len(problems))
    return ReportFile(channel=layout.channel, profile=layout.key, records=tuple(records), problems=tuple(problems))


class RowReader:
    """データ行の読み手。"""

    def __init__(self, layout: Layout) -> None:
        self.record = layout.records["2"]
        self.judge = StoreJudge(layout).judge
        self.column = {field.id: field.position - 1 for field in self.record.fields}

    def data(self, line: Line[list[str]]) -> PaymentReport | LineProblem:
        """データ一行。金額の列とバーコードの金額が違えば問題の行。"""
        cells = line.body
        reason = check_cells(self.record, cells)
        if reason is not None:
            return problem_at(line.number, f"{reason}{ASK_SENDER}", line.raw)
        cell = {name: cells[index] for name, index in self.column.items()}
        amount = read_number(cell["amount"])
        barcode = cell["barcode"]
        if not barcode.startswith(PREFIX):
            return problem_at(line.number, f"バーコード情報が{PREFIX}で始まりません。{ASK_SENDER}", line.raw, amount)
        digits = barcode.removeprefix(PREFIX).encode("ascii", "replace")
        printed = read_number(digits[37:43])
        if printed is not None and len(digits) == 44 and printed != amount:
            reason = f"金額{amount:,}円とバーコードの金額{printed:,}円が違います。{ASK_SENDER}"
            return problem_at(line.number, reason, line.raw, amount)
        made_on = read_date(cell["made_on"])
        if made_on is None:
            reason = f"データ作成日「{show(cell['made_on'])}」は実在しない日付です。{ASK_SENDER}"
            return problem_at(line.number, reason, line.raw, amount)
        outlet = f"{cell['chain_code']}-{cell['store_code']}"
        kind, paid_on, paid_at, payout_on = (
            cell[name].encode("ascii") for name in ("kind", "paid_on", "paid_at", "payout_on")
        )
        seen = Sighting(kind, paid_on, paid_at, digits, outlet, payout_on, made_on)
        return self.judge(line.number, seen, amount, line.raw)


def write_rows(payments: Iterable[StorePayment], layout: Layout) -> bytes:
    """CSVを書く。店名だけを引用符で囲み、振込日のない行は 0。"""
    record = layout.records["2"]
    lines = [",".join(field.name for field in record.fields)]
    for payment in payments:
        require_payment(payment, layout.stages)
        values = {
            "kind": payment.kind,
            "paid_on": write_date(payment.paid_on),
            "paid_at": payment.paid_at,
            "barcode": PREFIX + payment.barcode,
            "user_field_1": payment.barcode[13:19],
            "user_field_2": payment.barcode[19:30],
            "stamp": payment.barcode[36],
            "amount": str(int(payment.barcode[37:43])),
            "chain_code": payment.chain_code,
            "chain_name": '"' + payment.chain_name.replace('"', '""') + '"',
            "store_code": payment.store_code,
            "payout_on": "0" if payment.payout_on is None else write_date(payment.payout_on),
            "made_on": write_date(payment.captured_on),
        }
        lines.append(",".join(values[field.id] for field in record.fields))
    return "".join(line + "\r\n" for line in lines).encode(layout.encoding)
