"""行の手当て。直した行を、ファイルと同じ扉から、別の取込みとして記帳する。もとの行は、届いたまま残る。

A row that could not be taken is mended as an arrival of its own: the file it came in keeps its counts for ever (rows in =
posted + held + rejected), and the corrected row is an intake of one row under the same rule. Who changed what, from what, to
what and why stands in `row_treatment`; a row is treated once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from osame.collection.determinations.importing import PROFILE as DETERMINATIONS
from osame.collection.determinations.importing import import_line
from osame.collection.intake.models import RowTreatment
from osame.collection.intake.profiles import CORRECTION
from osame.collection.intake.queries import OpenRow, open_row
from osame.collection.intake.row_cells import cells, determination_problem, may_be_corrected, rebuilt
from osame.collection.matching.actions import Act
from osame.collection.matching.importing import post_reports
from osame.formats import one_row
from osame.formats.one_row import Surroundings
from osame.formats.refusals import WriteError
from osame.formats.reports import Channel, LineProblem, PaymentReport, ReportFile
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult
from osame.platform.imports.sources import Medium

Origin, Kind = RowTreatment.Origin, RowTreatment.Kind


class RowStillWrong(Refusal):
    """直した行を、まだ取り込めません。次の項目を直してください。"""


class RowCannotBeCorrected(Refusal):
    """この様式の行は、画面で直せません。送付元に差し戻し、直したファイルを取り込んでください。"""


class AmountMustBalance(Refusal):
    """この金額では、送付元の合計と合わなくなります。金額が違うときは、送付元に差し戻してください。"""


class AlreadyTaken(Refusal):
    """同じ入金を、既に取り込んでいます。二度は記帳しません。送付元に差し戻すか、内容を確かめてください。"""


class NotAnOpenReason(Refusal):
    """理由がありません。なぜ直すか、なぜ差し戻すかを入力してください。"""


@dataclass(frozen=True, slots=True)
class Correction:
    """行の訂正。 values: 項目の識別名 → 直した値; reason: なぜ直すか。"""

    origin: str
    intake_file_id: int
    line_number: int
    values: Mapping[str, str]
    reason: str


def correct_row(correction: Correction, *, act: Act) -> ImportResult:
    """取り込めなかった行を直して、取り込む。

    Correct one rejected or held row and take it in through the door of its file, in one transaction. Refused when it is still
    wrong, when the money of the file would no longer balance, or when the same payment is already there.

    要件: F04-05, F30-04, F03-02
    """
    if not correction.reason.strip():
        raise NotAnOpenReason
    with transaction.atomic():
        registry.take_turn()
        row = open_row(correction.origin, correction.intake_file_id, correction.line_number, lock=True)
        profile = row.file.profile
        if not may_be_corrected(profile):
            raise RowCannotBeCorrected(profile)
        try:
            line = rebuilt(profile, row.raw, correction.values)
        except WriteError as error:
            raise RowStillWrong(str(error)) from error
        result = (
            _take_determination(row, line, act) if profile == DETERMINATIONS else _take_payment(row, line, act)
        )  # fmt: skip
        _keep(row, Kind.CORRECTED, correction.reason, act.officer, line=line, result=result)
        if row.origin == Origin.HELD_DETERMINATION:
            run_sql(
                "UPDATE held_determination SET released_by_file_id = %s WHERE intake_file_id = %s AND line_number = %s",
                [result.intake_file_id, row.file.intake_file_id, row.line_number],
            )
        return result


def send_back(origin: str, intake_file_id: int, line_number: int, *, reason: str, officer: str) -> None:
    """不受理の行を、送付元に差し戻したと記す。

    要件: F04-05, F30-04
    """
    if not reason.strip():
        raise NotAnOpenReason
    with transaction.atomic():
        row = open_row(origin, intake_file_id, line_number, lock=True)
        if row.origin != Origin.REJECTED:
            raise RowCannotBeCorrected(row.reason)
        _keep(row, Kind.SENT_BACK, reason, officer)


def _take_payment(row: OpenRow, line: bytes, act: Act) -> ImportResult:
    file = row.file
    around = Surroundings(file.profile, file.business_on, file.sequence_key)
    read = one_row.reread(around, line, line_number=row.line_number)
    if isinstance(read, LineProblem):
        raise RowStillWrong(read.reason)
    if read.paid_on > act.as_of:
        raise RowStillWrong(f"領収日{read.paid_on}が、今日より先です。")
    _balance(row, read)
    one = ReportFile(
        Channel(file.channel), CORRECTION, business_on=file.business_on, declared_count=1, declared_total=Yen(read.amount),
        records=(read,),
    )  # fmt: skip
    result = post_reports(
        _arrival(row, line, act.officer),
        one,
        day=file.business_on or act.as_of,
        kind="correct_row",
        purpose="不受理の行の訂正",
    )
    if result.rows_rejected:
        raise AlreadyTaken("、".join(reason for _, reason in result.problems))
    return result


def _take_determination(row: OpenRow, line: bytes, act: Act) -> ImportResult:
    if wrong := determination_problem(line, row.line_number):
        raise RowStillWrong(wrong)
    result, problem = import_line(_arrival(row, line, act.officer), row.line_number, line.decode(), as_of=act.as_of)
    if not result.rows_posted:
        raise RowStillWrong(problem)
    return result


def _arrival(row: OpenRow, line: bytes, officer: str) -> Arrival:
    told = f"{CORRECTION}\n{row.origin}\n{row.file.intake_file_id}\n{row.line_number}\n".encode()
    name = f"取込番号{row.file.intake_file_id}の{row.line_number}行目の訂正"
    return Arrival(name, hashlib.sha256(told + line).hexdigest(), len(line), CORRECTION, officer, Medium.PAPER)


def _balance(row: OpenRow, read: PaymentReport) -> None:
    """直した金額が、送付元の合計と食い違わないか。金額の読めた行は、その額のまま。読めない行は、足りない額の内。"""
    if row.amount is not None:
        if read.amount != row.amount:
            raise AmountMustBalance(f"届いた金額 {row.amount:,}円、直した金額 {read.amount:,}円")
        return
    if row.file.declared_total is None:
        return
    unread, used = fetch_one(
        "SELECT count(*) FILTER (WHERE t.treatment_id IS NULL OR t.kind = '2'), coalesce(sum(f.declared_total), 0)::bigint "
        "FROM rejected_row r LEFT JOIN row_treatment t ON t.origin = '1' AND t.intake_file_id = r.intake_file_id "
        "AND t.line_number = r.line_number LEFT JOIN intake_file f ON f.intake_file_id = t.result_file_id "
        "WHERE r.intake_file_id = %s AND r.amount IS NULL",
        [row.file.intake_file_id],
    )
    left = row.file.short - used
    if read.amount > left or (unread == 1 and read.amount != left):
        raise AmountMustBalance(f"送付元の合計に足りない額 {left:,}円、直した金額 {read.amount:,}円")


def _keep(
    row: OpenRow,
    kind: RowTreatment.Kind,
    reason: str,
    officer: str,
    *,
    line: bytes = b"",
    result: ImportResult | None = None,
) -> None:
    """手当てを記す。変えた項目だけを、前と後で残す。"""
    before = {cell.name: cell.text for cell in cells(row.file.profile, row.raw)}
    after = {cell.name: cell.text for cell in cells(row.file.profile, line)} if line else {}
    changed = [name for name, text in after.items() if text != before.get(name)]
    RowTreatment.objects.create(
        origin=row.origin, kind=kind, intake_file_id=row.file.intake_file_id, line_number=row.line_number,
        before={name: before.get(name, "") for name in changed}, after={name: after[name] for name in changed},
        reason=reason, officer=officer, result_file_id=result.intake_file_id if result else None,
    )  # fmt: skip
    record(
        "取り込めなかった行を直した" if kind is Kind.CORRECTED else "取り込めなかった行を送付元に差し戻した",
        fields=changed,
        detail={"取込番号": row.file.intake_file_id, "行": row.line_number},
    )
