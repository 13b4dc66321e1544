"""コンビニ収納一件の値を確かめる。固定長とCSVの両方が使う。

One payment at a store, judged the same way whatever the file form: barcode, dates, time, amount, stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from osame.formats.field_values import read_date, read_time, show
from osame.formats.gs1_128 import is_valid
from osame.formats.layout import REVIEW, STAGES, Layout
from osame.formats.refusals import ASK_SENDER, WriteError, problem_at
from osame.formats.reports import LineProblem, PaymentReport, ReportStage
from osame.formats.slip_numbers import slip_number_of_free_field
from osame.kernel.money import Yen


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePayment:
    """店頭での収納一件（書き出し用）。"""

    kind: str  # データ種別。01 速報 / 02 確報 / 03 取消
    paid_on: date
    paid_at: str  # HHMM
    barcode: str  # 44桁
    store_code: str
    chain_code: str
    captured_on: date  # データ取得日（CSVではデータ作成日）
    payout_on: date | None = None  # 振込予定日。速報では None
    chain_name: str = ""


class Sighting(NamedTuple):
    """データ行から取り出した値。まだ確かめていない。"""

    kind: bytes
    paid_on: bytes
    paid_at: bytes
    barcode: bytes
    outlet: str
    payout_on: bytes
    seen_on: date | None  # ファイルが作られた日。収納日はこれより後にならない


def require_payment(payment: StorePayment, stages: Mapping[str, str]) -> None:
    """書き出す収納の値を確かめる。"""
    if payment.kind not in stages:
        raise WriteError(f"データ種別「{payment.kind}」はこの様式にありません。")
    if read_time(payment.paid_at) is None:
        raise WriteError(f"収納時刻「{payment.paid_at}」はHHMMの4桁にしてください。")
    if not is_valid(payment.barcode.encode("ascii", "replace")):
        raise WriteError(f"バーコード「{payment.barcode}」が正しくありません。")


class StoreJudge:
    """収納一件の値を確かめて記録にする。固定長とCSVの両方が使う。"""

    def __init__(self, layout: Layout) -> None:
        self.stages = {code.encode("ascii"): STAGES[stage] for code, stage in layout.stages.items() if stage in STAGES}
        self.reviewed = {code.encode("ascii") for code, stage in layout.stages.items() if stage == REVIEW}
        self.agency_code = layout.options.get("agency_code", "").encode("ascii")
        self.corporate_code = layout.options.get("corporate_code", "").encode("ascii")

    def judge(self, number: int, seen: Sighting, amount: int | None, raw: bytes) -> PaymentReport | LineProblem:
        """記録か、問題の行か。"""
        kind, paid_text, time_text, barcode, outlet, payout_text, seen_on = seen
        stage = self.stages.get(kind)
        paid_on = read_date(paid_text)
        paid_at = read_time(time_text)
        if stage is None or paid_on is None or paid_at is None or not amount or not is_valid(barcode):
            return problem_at(number, self.reason(seen, amount), raw, amount)
        received_on = read_date(payout_text) if stage is ReportStage.FINAL else None
        settled = stage is not ReportStage.FINAL or (received_on is not None and received_on >= paid_on)
        if settled and (seen_on is None or paid_on <= seen_on) and self.is_ours(barcode):
            digits = barcode.decode("ascii")
            key = f"04:{digits}:{outlet}:{paid_text.decode('ascii')}:{paid_at}"
            slip = slip_number_of_free_field(barcode[8:29]) if self.is_numbered(barcode) else None
            return PaymentReport(
                number, raw, stage, key, Yen(amount), paid_on, received_on, slip, None, outlet, paid_at
            )
        return problem_at(number, self.reason(seen, amount), raw, amount)

    def is_ours(self, barcode: bytes) -> bool:
        """請求書発行企業コードが様式に書かれていれば、それと同じか。"""
        return not self.agency_code or barcode[2:8] == self.agency_code

    def is_numbered(self, barcode: bytes) -> bool:
        """収納企業コードが様式に書かれていれば、それと同じか。"""
        return not self.corporate_code or barcode[8:13] == self.corporate_code

    def reason(self, seen: Sighting, amount: int | None) -> str:
        """記録にできない理由。"""
        kind = show(seen.kind)
        paid_on = read_date(seen.paid_on)
        if seen.kind in self.reviewed:
            return f"データ種別「{kind}」は自動では反映しません。元の収納と照らして手で登録してください。"
        if seen.kind not in self.stages:
            return f"データ種別「{kind}」はこの様式にありません。{ASK_SENDER}"
        if not is_valid(seen.barcode):
            return self.barcode_reason(seen.barcode)
        if paid_on is None:
            return f"収納日「{show(seen.paid_on)}」は実在しない日付です。{ASK_SENDER}"
        if read_time(seen.paid_at) is None:
            return f"収納時刻「{show(seen.paid_at)}」は時刻ではありません。{ASK_SENDER}"
        if not amount:
            return f"金額が0円です。{ASK_SENDER}"
        if seen.seen_on is not None and paid_on > seen.seen_on:
            return f"収納日{paid_on}がデータの作成日{seen.seen_on}より後です。{ASK_SENDER}"
        if not self.is_ours(seen.barcode):
            return f"請求書発行企業コード「{show(seen.barcode[2:8])}」は当団体のものではありません。{ASK_SENDER}"
        received_on = read_date(seen.payout_on)
        if received_on is None:
            return f"確報の振込日「{show(seen.payout_on)}」は実在しない日付です。{ASK_SENDER}"
        return f"振込日{received_on}が収納日{paid_on}より前です。{ASK_SENDER}"

    def barcode_reason(self, barcode: bytes) -> str:
        """バーコードの何がだめか。"""
        if len(barcode) != 44 or not barcode.isdigit():
            return f"バーコード「{show(barcode)}」が44桁の数字ではありません。{ASK_SENDER}"
        if not barcode.startswith(b"91"):
            return f"バーコードの識別コードが「{show(barcode[:2])}」です（91のはず）。{ASK_SENDER}"
        return f"バーコードのチェックデジットが合いません。{ASK_SENDER}"
