"""手入力消込。済通や現金の領収を束で入力し、件数と合計が合ったときだけ確定する。

Manual entry in batches: the whole batch or nothing, with control totals and a second pair of eyes. Distributions (配当),
deposit payouts (供託払渡) and counter cash enter here too, each under its own channel.
"""

import csv
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from osame.collection.matching.importing import post_reports
from osame.formats.reports import Channel, PaymentReport, ReportFile, ReportStage
from osame.kernel.dates import UnreadableDate, parse_date
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

PROFILE = "manual_entry"
COLUMNS = ("納付書番号", "金額", "領収日", "済通番号")


class BatchTotalsDiffer(Refusal):
    """入力した件数または合計が、束の件数または合計と合いません。確定していません。入力を見直してください。"""


class BatchRowUnreadable(Refusal):
    """入力に読めない行があります。確定していません。その行を直してください。"""


class BatchNeedsChecker(Refusal):
    """束の確定には、入力した者と別の職員の照合が要ります。別の職員に、束の照合を頼んでください。"""


@dataclass(frozen=True, slots=True)
class ManualSlip:
    """入力した済通一枚。"""

    line_number: int
    slip_number: int
    amount: int
    paid_on: date
    notice_id: str


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """束の表紙。"""

    channel: Channel
    received_on: date
    count: int
    total: int
    entered_by: str
    checked_by: str


def read_slips(text: str, *, received_on: date) -> tuple[ManualSlip, ...]:
    """入力の CSV（納付書番号,金額,領収日,済通番号）を読む。読めない行があれば断る。"""
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BatchRowUnreadable(f"1行目: 見出しは「{','.join(COLUMNS)}」です")
    slips: list[ManualSlip] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(reader, start=2):
        slip = _slip(number, row, received_on)
        if slip.notice_id in seen:
            raise BatchRowUnreadable(
                f"{number}行目: 済通番号「{slip.notice_id}」は{seen[slip.notice_id]}行目にもあります"
            )
        seen[slip.notice_id] = number
        slips.append(slip)
    return tuple(slips)


def _slip(number: int, row: dict[str, str], received_on: date) -> ManualSlip:
    slip_number, amount = row["納付書番号"] or "", row["金額"] or ""
    if not (slip_number.isdigit() and 0 < len(slip_number) <= 15):
        raise BatchRowUnreadable(f"{number}行目: 納付書番号「{slip_number}」は15桁以内の数字です")
    if not (amount.isdigit() and 0 < int(amount) < 10**11):
        raise BatchRowUnreadable(f"{number}行目: 金額「{amount}」は1円以上の整数です")
    try:
        paid_on = parse_date(row["領収日"] or "")
    except UnreadableDate:
        raise BatchRowUnreadable(f"{number}行目: 領収日「{row['領収日']}」は日付ではありません") from None
    if paid_on > received_on:
        raise BatchRowUnreadable(f"{number}行目: 領収日{paid_on}が収入日{received_on}より後です")
    if not row["済通番号"]:
        raise BatchRowUnreadable(f"{number}行目: 済通番号がありません")
    return ManualSlip(number, int(slip_number), int(amount), paid_on, row["済通番号"])


def enter_batch(slips: tuple[ManualSlip, ...], sheet: BatchSheet) -> ImportResult:
    """束を確定し、消し込む。

    Enter a batch of slips. Refused whole unless count and total equal the cover sheet's; the same batch again changes
    nothing.

    要件: F04-04, F04-17
    """
    if sheet.entered_by == sheet.checked_by:
        raise BatchNeedsChecker(sheet.entered_by)
    total = sum(slip.amount for slip in slips)
    if (len(slips), total) != (sheet.count, sheet.total):
        raise BatchTotalsDiffer(f"入力 {len(slips)}件 {total:,}円、表紙 {sheet.count}件 {sheet.total:,}円")
    content = json.dumps([asdict(sheet), [asdict(slip) for slip in slips]], default=str, ensure_ascii=False)
    content_hash = hashlib.sha256(content.encode()).hexdigest()
    arrival = Arrival(f"手入力 {sheet.received_on}", content_hash, len(content), PROFILE, sheet.entered_by)
    with transaction.atomic():
        registry.take_turn()
        if earlier := registry.earlier_result(arrival.content_hash):
            return earlier
        read = ReportFile(
            sheet.channel,
            PROFILE,
            business_on=sheet.received_on,
            declared_count=sheet.count,
            declared_total=Yen(sheet.total),
            records=tuple(_report(slip, sheet) for slip in slips),
        )
        return post_reports(arrival, read, day=sheet.received_on, kind="enter_batch", purpose="手入力消込")


def _report(slip: ManualSlip, sheet: BatchSheet) -> PaymentReport:
    return PaymentReport(
        line_number=slip.line_number,
        raw=f"{slip.slip_number},{slip.amount},{slip.paid_on},{slip.notice_id}".encode(),
        stage=ReportStage.FINAL,
        natural_key=f"manual|{slip.notice_id}|{slip.slip_number}|{slip.paid_on}",
        amount=Yen(slip.amount),
        paid_on=slip.paid_on,
        received_on=sheet.received_on,
        slip_number=slip.slip_number,
        outlet="手入力",
    )
