"""金融機関窓口の領収済通知書（済通）データ（推定様式 v0）。年金特別徴収の結果（`pension_notice_v0`）も同じ読み方をする。

Paid slips taken over bank counters, as data. Each designated bank has its own form and none is public: the columns
are data in `profiles/bank_notice_v0.toml`, marked reconstructed. An old slip without our number is identified by its
charge (税目, 賦課年度, 通知書番号, 期別).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.formats import ocr_lines
from osame.formats.batch_file import csv_lines, read_batches
from osame.formats.csv_batch import CsvHandler, FileHeader, optional_yen, write_batch
from osame.formats.field_values import read_date, show, write_date
from osame.formats.layout import Layout, as_layout
from osame.formats.reports import ChargeReference, PaymentReport, ReportFile, ReportStage
from osame.formats.slip_numbers import matter_key, slip_number_of_matter_key
from osame.kernel.money import Yen

PROFILE = "bank_notice_v0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankNotice:
    """済通一枚（書き出し用）。"""

    notice_id: str  # 済通一意番号
    bank_code: str
    branch_code: str
    paid_on: date
    received_on: date
    amount: Yen
    slip_number: int | None = None
    charge_reference: ChargeReference | None = None
    principal: Yen | None = None
    fee: Yen | None = None
    charge: Yen | None = None
    upper_line: str = ""
    lower_line: str = ""
    payer_kana: str = ""
    stage: ReportStage = ReportStage.FINAL


def read(data: bytes, *, profile: str | Layout = PROFILE) -> ReportFile:
    """済通データを読む。"""
    layout = as_layout(profile)
    return read_batches(csv_lines(data, layout), layout, NoticeHandler(layout))


def write(notices: Iterable[BankNotice], *, header: FileHeader, profile: str | Layout = PROFILE) -> bytes:
    """済通データを書く。"""
    layout = as_layout(profile)
    codes = {stage: code for code, stage in layout.stages.items()}
    return write_batch(layout, header, "bank_code", (row_of(notice, codes) for notice in notices))


def row_of(notice: BankNotice, codes: dict[str, str]) -> dict[str, str | int]:
    """データ行の値。"""
    row: dict[str, str | int] = {
        "record_class": "2",
        "notice_id": notice.notice_id,
        "stage": codes[notice.stage.value],
        "bank_code": notice.bank_code,
        "branch_code": notice.branch_code,
        "paid_on": write_date(notice.paid_on),
        "received_on": write_date(notice.received_on),
        "amount": notice.amount,
        "principal": "" if notice.principal is None else notice.principal,
        "fee": "" if notice.fee is None else notice.fee,
        "charge": "" if notice.charge is None else notice.charge,
        "upper_line": notice.upper_line,
        "lower_line": notice.lower_line,
        "matter_key": "" if notice.slip_number is None else matter_key(notice.slip_number),
        "payer_kana": notice.payer_kana,
    }
    reference = notice.charge_reference
    if reference is not None:
        row["tax_item"] = reference.tax_item
        row["levy_year"] = reference.levy_year
        row["notice_number"] = reference.notice_number
        row["installment_term"] = reference.installment_term
    return row


class NoticeHandler(CsvHandler):
    """済通データの読み手。"""

    sender_field = "bank_code"

    def report(self, number: int, cells: list[str], raw: bytes) -> PaymentReport | str:
        """済通一意番号と店舗と領収日が納付そのものを指す。番号も自然キーもない済通は、納付書の分からない記録になる。"""
        column = self.columns
        stage = self.stages.get(cells[column["stage"]])
        if stage is None:
            return f"処理区分「{show(cells[column['stage']])}」はこの様式にありません。"
        paid_on = read_date(cells[column["paid_on"]])
        if paid_on is None:
            return f"領収日「{show(cells[column['paid_on']])}」は実在しない日付です。"
        received_on = read_date(cells[column["received_on"]])
        if received_on is None:
            return f"収入日「{show(cells[column['received_on']])}」は実在しない日付です。"
        late = self.after_business_day("領収日", paid_on)
        if late is not None:
            return late
        if received_on < paid_on:
            return f"収入日{received_on}が領収日{paid_on}より前です。"
        amount = int(cells[column["amount"]])
        parts = [optional_yen(cells[column[name]]) for name in ("principal", "fee", "charge")]
        reason = amount_reason(amount, parts) or self.line_reason(cells)
        if reason is not None:
            return reason
        slip = slip_number_of_matter_key(self.key_of(cells))
        reference = self.reference_of(cells)
        outlet = f"{cells[column['bank_code']]}{cells[column['branch_code']]}"
        key = f"{self.layout.channel}:{outlet}:{cells[column['notice_id']]}:{paid_on.isoformat()}"
        settled = received_on if stage is ReportStage.FINAL else None
        principal, fee, charge = parts
        payer = cells[column["payer_kana"]]
        return PaymentReport(
            number, raw, stage, key, Yen(amount), paid_on, settled, slip, reference, outlet, "",
            principal, fee, charge, "", payer,
        )  # fmt: skip

    def key_of(self, cells: list[str]) -> str:
        """消込特定キー。空ならOCR下段から取る。"""
        text = cells[self.columns["matter_key"]]
        lower = cells[self.columns["lower_line"]]
        return text if text or not lower else ocr_lines.read_lower(lower).matter_key

    def line_reason(self, cells: list[str]) -> str | None:
        """OCR行があれば検査数字を確かめる。"""
        for name, label, length in (("upper_line", "OCR上段", 39), ("lower_line", "OCR下段", 44)):
            line = cells[self.columns[name]]
            if line and (len(line) != length or not ocr_lines.is_valid(line)):
                return f"{label}の桁数か検査数字が合いません。"
        return None

    def reference_of(self, cells: list[str]) -> ChargeReference | None:
        """期別の自然キー。一つでも欠ければ None。"""
        item, year, notice, term = (
            cells[self.columns[name]] for name in ("tax_item", "levy_year", "notice_number", "installment_term")
        )
        if not (item and year and notice and term):
            return None
        return ChargeReference(item, int(year), notice, int(term))


def amount_reason(amount: int, parts: list[Yen | None]) -> str | None:
    """領収金額と内訳の食い違い。"""
    if amount == 0:
        return "領収金額が0円です。"
    if any(part is not None for part in parts):
        total = sum(part or 0 for part in parts)
        if total != amount:
            return f"領収金額{amount:,}円と本税・督促手数料・延滞金の和{total:,}円が違います。"
    return None
