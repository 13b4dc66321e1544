"""収納ファイルの取込み。読む → 受け付ける → 消し込む → 記帳する、を一つの取引で。

Import of a payment file: the whole file is one transaction, so a process killed at any moment leaves nothing behind,
and running it again does the work once.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.posting import claim_command
from osame.collection.matching.batch import STAGE_COLUMNS, MatchingTerms, match_staged, open_report_stage
from osame.collection.parameters.queries import allocation_order
from osame.formats import inbound
from osame.formats.refusals import ASK_SENDER, problem_at
from osame.formats.reports import PaymentReport, ReportFile
from osame.platform.database import copy_rows
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

SHOWN_PROBLEMS = 20
HALF_A_YEAR = 183


Screen = Callable[[ReportFile], ReportFile]


def import_receipts(
    path: Path, *, profile: str, as_of: date, officer: str, screen: Screen = lambda read: read
) -> ImportResult:
    """収納ファイルを取り込む。

    Take in one payment file. The same content again changes nothing and answers with the earlier result. `screen` lets a
    chapter above judge what was read before anything is posted (direct debits are compared with their request).

    要件: F04-01, F04-02, F04-03
    """
    arrival = registry.arrive(path, profile=profile, officer=officer)
    read = _read(path, arrival, as_of)
    with transaction.atomic():
        registry.take_turn()
        earlier = registry.earlier_result(arrival.content_hash)
        if earlier and not earlier.refusal:
            return earlier
        if refusal := _refusal(read, as_of):
            channel = read.channel if read else ""
            return replace(registry.refuse(arrival, refusal, channel=channel), already_received=earlier is not None)
        assert read is not None
        read = screen(_without_future(read, as_of))
        if read.refusal is not None:
            return replace(
                registry.refuse(arrival, read.refusal.reason, channel=read.channel),
                already_received=earlier is not None,
            )
        return post_reports(
            arrival, read, day=read.business_on or as_of, kind="import_receipts", purpose="収納データ取込"
        )


def _read(path: Path, arrival: Arrival, as_of: date) -> ReportFile | None:
    """ファイルを読む。大きすぎれば読まずに None。

    月日しか持たない様式は、取込みの日に最も近い年のものとする（年を越えて届く12月の結果）。
    """
    if arrival.size > registry.MAXIMUM_PAYMENT_BYTES:
        return None
    data = path.read_bytes()
    read = inbound.read(arrival.profile, data, business_year=as_of.year)
    if read.business_on and read.business_on - as_of > timedelta(days=HALF_A_YEAR):
        return inbound.read(arrival.profile, data, business_year=as_of.year - 1)
    return read


def _refusal(read: ReportFile | None, as_of: date) -> str:
    """ファイル全体を断る理由。なければ空。"""
    if read is None:
        return registry.FileTooLarge.message()
    if read.refusal is not None:
        number, reason = read.refusal.line_number, read.refusal.reason
        return reason if number == 0 or reason.startswith(f"{number}行目") else f"{number}行目: {reason}"
    if read.business_on and read.business_on > as_of:
        return (
            f"1行目: ファイルの日付{read.business_on}が、取込みの日{as_of}より先です。"
            "日付が正しければ、その日になってから取り込んでください。"
        )
    return ""


def _without_future(read: ReportFile, as_of: date) -> ReportFile:
    """まだ来ていない日の入金を、問題の行に移す。"""
    latest = as_of + timedelta(days=HALF_A_YEAR)
    strange = tuple(
        problem_at(
            record.line_number,
            f"領収日{record.paid_on}・収入日{record.received_on or 'なし'}は、取込みの日{as_of}から見て先の日付です。{ASK_SENDER}",
            record.raw,
            record.amount,
        )
        for record in read.records
        if record.paid_on > as_of or (record.received_on and record.received_on > latest)
    )
    if not strange:
        return read
    lines = {problem.line_number for problem in strange}
    kept = tuple(record for record in read.records if record.line_number not in lines)
    return replace(read, records=kept, problems=read.problems + strange)


def post_reports(arrival: Arrival, read: ReportFile, *, day: date, kind: str, purpose: str) -> ImportResult:
    """読めたファイルまたは束を消し込み、結果を記録する。`day` はその処理日。

    Register, match, post and settle, inside the caller's transaction. Files and manual batches come this one way.
    """
    file_id = registry.register(
        arrival, channel=read.channel, business_on=read.business_on, sequence_key=read.sequence_key
    )
    command = claim_command(
        f"import:{arrival.content_hash}",
        kind=kind,
        content=[arrival.profile],
        purpose=purpose,
        officer=arrival.officer,
    )
    open_report_stage()
    copy_rows("staged_report", STAGE_COLUMNS, (_staged(report, read.channel, day) for report in read.records))
    opened = first_open_day()
    terms = MatchingTerms(order=allocation_order(as_of=day), first_open_day=opened, correction_on=max(day, opened))
    matched = match_staged(command, file_id=file_id, channel=read.channel, terms=terms)
    rejected: list[tuple[int, bytes, str, int | None]] = [
        (line, raw, reason, amount) for line, reason, raw, amount in matched.rejected
    ]
    rejected += [(p.line_number, p.raw, p.reason, p.amount) for p in read.problems]
    registry.keep_rejected(file_id, rejected)
    return registry.settle(
        ImportResult(
            file_id,
            arrival.file_name,
            arrival.profile,
            rows_in=len(read.records) + len(read.problems),
            rows_posted=matched.posted + matched.reported,
            rows_held=matched.held,
            rows_rejected=len(rejected),
            declared_total=read.declared_total,
            amount_matched=matched.amount_matched,
            amount_held=matched.amount_held,
            amount_rejected=sum(amount or 0 for _, _, _, amount in rejected),
            amount_reported=matched.amount_reported,
            problems=tuple((line, reason) for line, _, reason, _ in sorted(rejected)[:SHOWN_PROBLEMS]),
        )
    )


def receipt_key(channel: str, natural_key: str) -> uuid.UUID:
    """入金そのものを名指す鍵。ファイルにも行にもよらない。金額が違えば別の入金とみる（金は失わない）。"""
    return uuid.UUID(bytes=hashlib.sha256(f"{channel}|{natural_key}".encode()).digest()[:16])


def _staged(report: PaymentReport, channel: str, day: date) -> tuple[object, ...]:
    reference = report.charge_reference
    return (
        report.line_number,
        str(report.stage),
        receipt_key(channel, f"{report.natural_key}|{report.amount}"),
        report.amount,
        report.paid_on,
        report.received_on or day,
        report.slip_number,
        reference.tax_item if reference else None,
        reference.levy_year if reference else None,
        reference.notice_number if reference else None,
        reference.installment_term if reference else None,
        report.outlet,
        report.result_code[:1],
        report.payer_kana,
        report.raw,
    )
