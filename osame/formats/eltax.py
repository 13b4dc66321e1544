"""eLTAX 共通納税の消込データ（推定様式 v0）。

eLTAX reconciliation file. The real specification is not public: the columns are data in
`profiles/eltax_keshikomi_v0.toml`, marked reconstructed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from osame.formats.batch_file import csv_lines, read_batches
from osame.formats.csv_batch import CsvHandler, FileHeader, write_batch
from osame.formats.field_values import read_date, read_time, show, write_date
from osame.formats.layout import Layout, as_layout
from osame.formats.reports import PaymentReport, ReportFile, ReportStage
from osame.formats.slip_numbers import slip_number_of_matter_key
from osame.kernel.money import Yen

PROFILE = "eltax_keshikomi_v0"
MEANS: dict[str, str] = {
    "01": "金融機関窓口QR",
    "02": "インターネットバンキング",
    "03": "ダイレクト納付",
    "04": "クレジットカード",
    "05": "スマートフォン決済",
    "06": "ペイジー",
    "09": "その他",
}
"""決済手段。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EltaxPayment:
    """共通納税の収納一件（書き出し用）。"""

    agency_number: str
    matter_key: str
    confirmation_number: str
    tax_fee_number: str
    levy_year: int
    tax_year: int
    installment_term: int
    amount: Yen
    paid_at: datetime
    collected_on: date
    stage: ReportStage
    transaction_id: str
    payout_on: date | None = None
    means: str = "05"
    bank_code: str = ""
    branch_code: str = ""


def read(data: bytes, *, profile: str | Layout = PROFILE) -> ReportFile:
    """消込データを読む。"""
    layout = as_layout(profile)
    return read_batches(csv_lines(data, layout), layout, EltaxHandler(layout))


def write(payments: Iterable[EltaxPayment], *, header: FileHeader, profile: str | Layout = PROFILE) -> bytes:
    """消込データを書く。"""
    layout = as_layout(profile)
    codes = {stage: code for code, stage in layout.stages.items()}
    return write_batch(layout, header, "agency_number", (row_of(payment, codes) for payment in payments))


def row_of(payment: EltaxPayment, codes: dict[str, str]) -> dict[str, str | int]:
    """データ行の値。"""
    return {
        "record_class": "2",
        "agency_number": payment.agency_number,
        "matter_key": payment.matter_key,
        "confirmation_number": payment.confirmation_number,
        "tax_fee_number": payment.tax_fee_number,
        "levy_year": payment.levy_year,
        "tax_year": payment.tax_year,
        "installment_term": payment.installment_term,
        "amount": payment.amount,
        "paid_at": f"{write_date(payment.paid_at.date())}{payment.paid_at:%H%M%S}",
        "collected_on": write_date(payment.collected_on),
        "payout_on": "" if payment.payout_on is None else write_date(payment.payout_on),
        "means": payment.means,
        "bank_code": payment.bank_code,
        "branch_code": payment.branch_code,
        "stage": codes[payment.stage.value],
        "transaction_id": payment.transaction_id,
    }


class EltaxHandler(CsvHandler):
    """消込データの読み手。"""

    sender_field = "agency_number"

    def report(self, number: int, cells: list[str], raw: bytes) -> PaymentReport | str:
        """納付の日が領収日、払込予定日が収入日。取引IDが納付そのものを指す。"""
        column = self.columns
        stage = self.stages.get(cells[column["stage"]])
        if stage is None:
            return f"処理区分「{show(cells[column['stage']])}」はこの様式にありません。"
        amount = int(cells[column["amount"]])
        if amount == 0:
            return "納付金額が0円です。"
        stamp = cells[column["paid_at"]]
        paid_on, paid_at = read_date(stamp[:8]), read_time(stamp[8:12])
        if paid_on is None or paid_at is None or len(stamp) != 14:
            return f"納付日時「{show(stamp)}」は実在しない日時です。"
        late = self.after_business_day("納付日", paid_on)
        if late is not None:
            return late
        if read_date(cells[column["collected_on"]]) is None:
            return f"収納日「{show(cells[column['collected_on']])}」は実在しない日付です。"
        received_on = None
        if stage is ReportStage.FINAL:
            payout = cells[column["payout_on"]]
            received_on = read_date(payout)
            if received_on is None:
                return f"確報の払込予定日「{show(payout)}」は実在しない日付です。"
        agency, matter_key = cells[column["agency_number"]], cells[column["matter_key"]]
        key = f"05:{agency}:{matter_key}:{cells[column['transaction_id']]}"
        outlet = f"{cells[column['bank_code']]}{cells[column['branch_code']]}"
        slip = slip_number_of_matter_key(matter_key)
        return PaymentReport(number, raw, stage, key, Yen(amount), paid_on, received_on, slip, None, outlet, paid_at)
