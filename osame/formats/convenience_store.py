"""コンビニ収納データ（速報・確報・取消）。120バイト固定長の二つの型と、電算システムのCSV。

Convenience-store collection files. Layouts are data (`profiles/*.toml`); this module knows only what a payment is:
a barcode of 44 digits, paid at a store, on a day, at a minute. The stage is not part of the payment's natural key, so
速報, 確報 and 取消 of the same payment share it.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from osame.formats.batch_file import Line, Tally, fixed_lines, read_batches
from osame.formats.convenience_store_csv import read_rows, write_rows
from osame.formats.field_values import read_date, read_number, read_text, show, write_date
from osame.formats.layout import Layout, as_layout
from osame.formats.refusals import ASK_RESEND, RefusalError
from osame.formats.reports import LineProblem, PaymentReport, ReportFile
from osame.formats.store_payments import Sighting, StoreJudge, StorePayment, require_payment

__all__ = ["StorePayment", "read", "write"]


def read(data: bytes, *, profile: str | Layout) -> ReportFile:
    """コンビニ収納データを読む。"""
    layout = as_layout(profile)
    if layout.form == "csv":
        return read_rows(data, layout)
    return read_batches(fixed_lines(data, layout), layout, StoreHandler(layout))


def write(payments: Iterable[StorePayment], *, profile: str | Layout, made_on: date, corporate_code: str = "") -> bytes:
    """コンビニ収納データを書く。"""
    layout = as_layout(profile)
    if layout.form == "csv":
        return write_rows(payments, layout)
    header = {"made_on": write_date(made_on), "corporate_code": corporate_code}
    lines = [layout.records["1"].pack(header, layout.encoding)]
    count = total = 0
    for payment in payments:
        require_payment(payment, layout.stages)
        lines.append(layout.records["2"].pack(packed_values(payment), layout.encoding))
        count += 1
        total += int(payment.barcode[37:43])
    lines.append(layout.records["8"].pack({"count": count, "total": total}, layout.encoding))
    if "9" in layout.records:
        lines.append(layout.records["9"].pack({}, layout.encoding))
    return b"".join(line + b"\r\n" for line in lines)


def packed_values(payment: StorePayment) -> Mapping[str, str | int]:
    """固定長の項目の値。"""
    return {
        "kind": payment.kind,
        "paid_on": write_date(payment.paid_on),
        "paid_at": payment.paid_at,
        "barcode": payment.barcode,
        "store_code": payment.store_code,
        "captured_on": write_date(payment.captured_on),
        "payout_on": write_date(payment.payout_on),
        "accounted_on": write_date(payment.payout_on),
        "chain_code": payment.chain_code,
    }


class StoreHandler:
    """120バイト固定長の読み手。"""

    def __init__(self, layout: Layout) -> None:
        record = layout.records["2"]
        self.layout = layout
        self.judge = StoreJudge(layout).judge
        self.business_on: date | None = None
        self.sequence_keys: list[str] = []
        self.kind = record.cut("kind")
        self.paid_on = record.cut("paid_on")
        self.paid_at = record.cut("paid_at")
        self.barcode = record.cut("barcode")
        self.store = record.cut("store_code")
        self.payout_on = record.cut("payout_on")

    def header(self, line: Line[bytes]) -> None:
        """作成日を覚える。"""
        record = self.layout.records["1"]
        if not record.has("made_on"):
            return
        made_on = read_date(line.body[record.cut("made_on")])
        if made_on is None:
            text = show(line.body[record.cut("made_on")])
            raise RefusalError(line.number, f"ヘッダーの作成日「{text}」は実在しない日付です。{ASK_RESEND}", line.raw)
        self.business_on = made_on

    def data(self, number: int, body: bytes, raw: bytes) -> PaymentReport | LineProblem:
        """データ一行。金額はバーコードの金額。"""
        barcode = body[self.barcode]
        seen = Sighting(
            body[self.kind],
            body[self.paid_on],
            body[self.paid_at],
            barcode,
            read_text(body[self.store]),
            body[self.payout_on],
            self.business_on,
        )
        return self.judge(number, seen, read_number(barcode[37:43]), raw)

    def trailer(self, line: Line[bytes], _tally: Tally, /) -> tuple[int, int]:
        """件数と合計金額。"""
        record = self.layout.records["8"]
        count = read_number(line.body[record.cut("count")])
        total = read_number(line.body[record.cut("total")])
        if count is None or total is None:
            raise RefusalError(line.number, f"トレーラの件数か合計金額が数字ではありません。{ASK_RESEND}", line.raw)
        return count, total
