"""調定ファイルの取込み。当初・更正・取消・納期変更を、届いた順によらず同じ結果にする。

Import of a determination file in one transaction: apply its rows, then try again everything that was held for want of a
predecessor or an addressee, then match receipts that had been waiting for these charges.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.determinations.batch import REVISED, Applied, apply_staged, may_be_applied
from osame.collection.determinations.staging import (
    Staged,
    open_determination_stage,
    stage_file,
    stage_lines,
)
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post, touch_charges
from osame.collection.matching.allocation import reallocate
from osame.collection.matching.batch import insert_staged_receipts
from osame.collection.matching.held import claim_held
from osame.collection.parameters.queries import allocation_order, municipality
from osame.platform.database import copy_rows, fetch_all, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

PROFILE = "osame_036o005"
SHOWN_PROBLEMS = 20
TEMPORARY_TABLES = (
    "determination_problem", "touched", "revision_row", "applicable_revision", "claimed",
    "staged_receipt",
)  # fmt: skip


def import_determinations(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """調定ファイルを取り込む。

    Take in one determination file. The same content again changes nothing and answers with the earlier result.

    要件: F03-01, F03-02, F03-03
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    with transaction.atomic():
        registry.take_turn()
        earlier = registry.earlier_result(arrival.content_hash)
        if earlier and not earlier.refusal:
            return earlier
        open_determination_stage()
        staged = stage_file(path)
        if staged.refusal:
            return replace(registry.refuse(arrival, staged.refusal), already_received=earlier is not None)
        return _post(arrival, path, staged, as_of)


def retry_held(*, as_of: date, officer: str, cause: str) -> int:
    """保留した調定を、もう一度試す。宛名が届いたときに呼ぶ。解消した行数を返す。

    Try held determination rows again, for instance after addressees arrived. Returns how many were released.

    要件: F03-01
    """
    with transaction.atomic():
        registry.take_turn()
        open_determination_stage()
        command = claim_command(
            f"retry:{cause}", kind="retry_held", content=[cause], purpose="保留調定の再取込", officer=officer
        )
        return _retry_held(command, None, as_of)


def import_line(arrival: Arrival, line_number: int, raw: str, *, as_of: date) -> tuple[ImportResult, str]:
    """職員が直した一行を、ファイルと同じ扉から取り込む。呼ぶ者の取引の中で行う。

    Take in one corrected row as an arrival of its own. Answers with the result and, when the row could not be applied, why.

    要件: F03-02
    """
    open_determination_stage()
    stage_lines([(line_number, raw)])
    file_id = registry.register(arrival, business_on=as_of)
    command = claim_command(
        f"import:{arrival.content_hash}",
        kind="import_line",
        content=[PROFILE],
        purpose="調定の行の訂正",
        officer=arrival.officer,
    )
    applied, released = _apply(command, file_id, as_of)
    problems = fetch_all("SELECT reason FROM determination_problem")
    posted = 1 - applied.held - applied.rejected
    result = registry.settle(
        ImportResult(
            file_id, arrival.file_name, arrival.profile, rows_in=1, rows_posted=posted, rows_held=applied.held,
            rows_rejected=applied.rejected, released_held=released,
        )
    )  # fmt: skip
    if posted:
        result = replace(result, released_held=released + _retry_held(command, file_id, as_of))
    return result, str(problems[0][0]) if problems else ""


def _post(arrival: Arrival, path: Path, staged: Staged, as_of: date) -> ImportResult:
    file_id = registry.register(arrival, business_on=as_of)
    command = claim_command(
        f"import:{arrival.content_hash}",
        kind="import_determinations",
        content=[PROFILE],
        purpose="調定取込",
        officer=arrival.officer,
    )
    applied, released = _apply(command, file_id, as_of)
    rejected = _keep_problems(file_id, path, staged)
    result = registry.settle(
        ImportResult(
            file_id,
            arrival.file_name,
            PROFILE,
            rows_in=staged.rows + len(staged.problems),
            rows_posted=staged.rows - applied.held - applied.rejected,
            rows_held=applied.held,
            rows_rejected=applied.rejected + len(staged.problems),
            declared_total=staged.total,
            released_held=released,
            problems=tuple(rejected[:SHOWN_PROBLEMS]),
        )
    )
    return replace(result, released_held=released + _retry_held(command, file_id, as_of))


def _apply(command: Claim, file_id: int, as_of: date) -> tuple[Applied, int]:
    """置かれた行を当て、待っていた入金を消し込み、割り付けて記帳する。"""
    run_sql("DROP VIEW IF EXISTS pg_temp.opening")
    for table in TEMPORARY_TABLES:
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    open_stage()
    applied = apply_staged(
        command, file_id=file_id, municipality_code=municipality(as_of=as_of).municipality_code, as_of=as_of
    )
    released = claim_held()
    if applied.revised or released:
        insert_staged_receipts()
        touch_charges(REVISED + " UNION SELECT charge_id, addressee_number FROM claimed")
        reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    post(command)
    return applied, released


def _keep_problems(file_id: int, path: Path, staged: Staged) -> list[tuple[int, str]]:
    """不受理と保留の行を、原文と理由とともに残す。"""
    found = fetch_all("SELECT line_number, verdict, reason FROM determination_problem ORDER BY line_number")
    raw = _raw_lines(path, {line for line, _, _ in found})
    rejected = [(line, raw[line], reason, None) for line, verdict, reason in found if verdict == "rejected"]
    rejected += [(problem.line_number, problem.raw, problem.reason, None) for problem in staged.problems]
    registry.keep_rejected(file_id, rejected)
    copy_rows(
        "held_determination",
        ("intake_file_id", "line_number", "raw", "reason"),
        ((file_id, line, raw[line].decode("utf-8"), reason) for line, verdict, reason in found if verdict == "held"),
    )
    told = [(line, reason) for line, _, reason in found] + [(p.line_number, p.reason) for p in staged.problems]
    return sorted(told)


def _raw_lines(path: Path, wanted: set[int]) -> dict[int, bytes]:
    """ファイルから、欲しい行だけを読む。"""
    if not wanted:
        return {}
    last = max(wanted)
    lines: dict[int, bytes] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number in wanted:
                lines[number] = line.rstrip(b"\r\n")
            if number >= last:
                break
    return lines


def _retry_held(command: Claim, releasing_file: int | None, as_of: date) -> int:
    """保留の行を、解消するものがなくなるまで試す。ファイルごとにまとめて当てる。"""
    released_total = 0
    while True:
        held = fetch_all(
            "SELECT intake_file_id, array_agg(line_number ORDER BY line_number), array_agg(raw ORDER BY line_number) "
            "FROM held_determination WHERE released_by_file_id IS NULL GROUP BY intake_file_id ORDER BY intake_file_id"
        )
        released = 0
        for file_id, lines, raws in held:
            stage_lines(zip(lines, raws, strict=True))
            if not may_be_applied():
                continue
            _apply(command, file_id, as_of)
            released += run_sql(
                "UPDATE held_determination h SET released_by_file_id = %s, "
                "reason = coalesce((SELECT reason FROM determination_problem p WHERE p.line_number = h.line_number), '') "
                "WHERE h.intake_file_id = %s AND h.released_by_file_id IS NULL "
                "AND h.line_number IN (SELECT line_number FROM staged_determination) AND NOT EXISTS "
                "(SELECT 1 FROM determination_problem p WHERE p.line_number = h.line_number AND p.verdict = 'held')",
                [releasing_file or file_id, file_id],
            )
            _reject_held(file_id)
        released_total += released
        if not released:
            return released_total


def _reject_held(file_id: int) -> None:
    """保留を解いたが当てられない行は、不受理として残す。"""
    registry.keep_rejected(
        file_id,
        [
            (line, raw.encode(), reason, None)
            for line, raw, reason in fetch_all(
                "SELECT h.line_number, h.raw, p.reason FROM held_determination h "
                "JOIN determination_problem p USING (line_number) WHERE h.intake_file_id = %s AND p.verdict = 'rejected' "
                "AND NOT EXISTS (SELECT 1 FROM rejected_row r WHERE r.intake_file_id = h.intake_file_id "
                "AND r.line_number = h.line_number)",
                [file_id],
            )
        ],
    )
