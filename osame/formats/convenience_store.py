"""コンビニ収納データ（速報・確報・取消）。120バイト固定長の二つの型と、電算システムのCSV。

Convenience-store collection files. Layouts are data (`profiles/*.toml`); this module knows only what a payment is:
a barcode of 44 digits, paid at a store, on a day, at a minute. The stage is not part of the payment's natural key, so
速報, 確報 and 取消 of the same payment share it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from osame.formats.batch_file import Line, Tally, fixed_lines, read_batches
from osame.formats.field_values import read_date, read_number, read_text, read_time, show, write_date
from osame.formats.gs1_128 import is_valid
from osame.formats.layout import Layout, as_layout
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, RefusalError, WriteError, problem_at
from osame.formats.reports import LineProblem, PaymentReport, ReportFile, ReportStage
from osame.formats.slip_numbers import slip_number_of_free_field
from osame.kernel.money import Yen

REVIEW = "review"
STAGES: dict[str, ReportStage] = {stage.value: stage for stage in ReportStage}


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


def read(data: bytes, *, profile: str | Layout) -> ReportFile:
    """コンビニ収納データを読む。"""
    layout = as_layout(profile)
    if layout.form == "csv":
        from osame.formats.convenience_store_csv import read_rows

        return read_rows(data, layout)
    return read_batches(fixed_lines(data, layout), layout, StoreHandler(layout))


def write(payments: Iterable[StorePayment], *, profile: str | Layout, made_on: date, corporate_code: str = "") -> bytes:
    """コンビニ収納データを書く。"""
    layout = as_layout(profile)
    if layout.form == "csv":
        from osame.formats.convenience_store_csv import write_rows

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
