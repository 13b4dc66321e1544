"""振替結果の取込み。依頼と一件ずつ照らし、合うものだけを期別に消し込む。

A result file is judged against the request before anything is posted. A file of another day or year, or of a request that
never went out, is refused whole; a line that was not asked for, or that answers with another amount, is held in suspense (if
money moved) or kept as rejected (if not). After posting, results are tied to their instructions and accounts that failed too
often in a row stop by themselves — in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from django.db import transaction

from osame.collection.debits.actions import COPIED
from osame.collection.matching.importing import import_receipts
from osame.collection.parameters.queries import SettingMissing, setting
from osame.formats.refusals import problem_at
from osame.formats.reports import LineProblem, PaymentReport, ReportFile, ReportStage
from osame.formats.zengin_debit import PROFILE
from osame.kernel.dates import format_wareki
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql
from osame.platform.imports.registry import ImportResult

STOP_AFTER = "口座振替を止める連続不能の回数"
ASK_BANK = "金融機関に確かめてください。"
# この取込みの収納と振替不能を、同じ引落日の引落指図に結び付ける。
TIE = """
INSERT INTO debit_result (addressee_number, charge_id, request_id, intake_file_id, line_number, code, amount)
SELECT i.addressee_number, i.charge_id, i.request_id, %(file)s, t.line_number, t.code, t.amount
FROM (
    SELECT slip_number, sum(amount)::bigint AS amount, paid_on, line_number, '0' AS code FROM receipt
    WHERE intake_file_id = %(file)s GROUP BY slip_number, paid_on, line_number
    UNION ALL
    SELECT slip_number, amount, paid_on, line_number, result_code FROM channel_report
    WHERE intake_file_id = %(file)s AND stage = '9'
) t
JOIN debit_instruction i ON i.slip_number = t.slip_number AND i.amount = t.amount
JOIN debit_request q ON q.request_id = i.request_id AND q.debit_on = t.paid_on AND q.state = '2'
ON CONFLICT DO NOTHING
"""
# 続けて振り替えられなかった回数（依頼ごとに一回と数える。その回に一つでも振り替えられていれば、続いていない）。
STREAKS = """
WITH failed AS (
    SELECT DISTINCT i.addressee_number, i.tax_item, i.debit_class FROM debit_result r
    JOIN debit_instruction i USING (addressee_number, charge_id, request_id)
    WHERE r.intake_file_id = %(file)s AND r.code <> '0'
), rounds AS (
    SELECT i.addressee_number, i.tax_item, i.debit_class, q.debit_on, i.request_id, bool_or(r.code = '0') AS paid
    FROM failed f JOIN debit_instruction i USING (addressee_number, tax_item, debit_class)
    JOIN debit_request q USING (request_id)
    JOIN debit_result r USING (addressee_number, charge_id, request_id)
    GROUP BY 1, 2, 3, 4, 5
), streak AS (
    SELECT addressee_number, tax_item, debit_class, count(*) AS times FROM (
        SELECT r.*, bool_or(paid) OVER (PARTITION BY addressee_number, tax_item, debit_class
                                        ORDER BY debit_on DESC, request_id DESC) AS ended FROM rounds r) r
    WHERE NOT ended GROUP BY 1, 2, 3
)
"""
STOP = (
    STREAKS
    + f"""
INSERT INTO debit_account (addressee_number, tax_item, debit_class, history_number, valid_from, state, method, {COPIED},
    reason, application_id, officer, recorded_at)
SELECT a.addressee_number, a.tax_item, a.debit_class, a.history_number + 1, %(on)s, '2', a.method,
    {", ".join(f"a.{name.strip()}" for name in COPIED.split(","))},
    '連続' || s.times || '回の振替不能による自動の停止', a.application_id, %(officer)s, now()
FROM streak s JOIN LATERAL (
    SELECT * FROM debit_account a WHERE a.addressee_number = s.addressee_number AND a.tax_item = s.tax_item
      AND a.debit_class = s.debit_class ORDER BY a.history_number DESC LIMIT 1) a ON true
WHERE s.times >= %(limit)s AND a.state = '1'
RETURNING addressee_number
"""
)


@dataclass(frozen=True, slots=True)
class _Stray:
    """依頼と合わない結果。 why: どこが合わないか。"""

    line_number: int
    why: str


def import_results(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """振替結果のファイルを取り込み、依頼と照らして消し込む。

    Take in one result file. The same content again changes nothing. Consignors that are not registered here (a former
    system made the request) are posted without a comparison.

    要件: F06-05, F06-07, F04-01
    """
    strays: list[_Stray] = []
    with transaction.atomic():
        result = import_receipts(
            path, profile=PROFILE, as_of=as_of, officer=officer, screen=partial(_screened, strays=strays)
        )
        if result.refusal or result.already_received:
            return result
        _tell_investigators(result.intake_file_id, strays)
        run_sql(TIE, {"file": result.intake_file_id})
        stop_repeated_failures(result.intake_file_id, on=as_of, officer=officer)
    return result


def stop_repeated_failures(file_id: int, *, on: date, officer: str) -> tuple[str, ...]:
    """続けて振り替えられなかった口座を停める。停めた人を答える。

    要件: F06-07
    """
    if not fetch_all("SELECT 1 FROM debit_result WHERE intake_file_id = %s AND code <> '0' LIMIT 1", [file_id]):
        return ()
    limit = setting(STOP_AFTER, as_of=on)
    if limit is None:
        raise SettingMissing(STOP_AFTER)
    if not int(limit):
        return ()
    with transaction.atomic():
        rows = fetch_all(STOP, {"file": file_id, "on": on, "officer": officer, "limit": int(limit)})
        stopped = tuple(sorted({str(number) for (number,) in rows}))
        if stopped:
            record("続けて振り替えられない口座を停めた", subjects=stopped, fields=("振替口座",))
    return stopped


def _screened(read: ReportFile, *, strays: list[_Stray]) -> ReportFile:
    """依頼と照らした読み取り結果。ファイルごと断るか、合わない行を、期別に結び付けない行にする。"""
    asked = _asked(read)
    if asked is None:
        return read
    if not read.records and not read.problems:
        return read
    days = "、".join(format_wareki(day) for _, day in _batches(read))
    if not asked:
        return _refuse(
            read, f"この委託者の、{days}の引落しの依頼は渡していません。別の回か、前の年の結果でないか{ASK_BANK}"
        )
    if read.records and not any(each.slip_number in asked for each in read.records):
        return _refuse(
            read, f"結果の行が、{days}の依頼と一件も合いません。別の回か、前の年のファイルでないか{ASK_BANK}"
        )
    kept: list[PaymentReport] = []
    problems: list[LineProblem] = list(read.problems)
    for each in read.records:
        why = _mismatch(each, asked)
        if not why:
            kept.append(each)
        elif each.stage is ReportStage.FINAL:
            strays.append(_Stray(each.line_number, f"{why}納付書番号 {each.slip_number}。"))
            kept.append(replace(each, slip_number=None))
        else:
            problems.append(problem_at(each.line_number, f"{why}{ASK_BANK}", each.raw, each.amount))
    return replace(read, records=tuple(kept), problems=tuple(problems))


def _mismatch(each: PaymentReport, asked: dict[int, int]) -> str:
    """依頼と合わないところ。合っていれば空。"""
    if each.slip_number is None or each.slip_number not in asked:
        return "依頼にない振替の結果です。"
    if asked[each.slip_number] != each.amount:
        return f"依頼した額{asked[each.slip_number]:,}円と違う額の結果です。"
    return ""


def _asked(read: ReportFile) -> dict[int, int] | None:
    """渡した依頼の、納付書番号と金額。委託者が登録されていなければ None（ほかの仕組みが作った依頼）。"""
    batches = _batches(read)
    known = fetch_all(
        "SELECT 1 FROM debit_consignor WHERE consignor_code = ANY(%s) LIMIT 1", [[code for code, _ in batches]]
    )
    if not known:
        return None
    rows = fetch_all(
        "SELECT i.slip_number, i.amount FROM debit_instruction i JOIN debit_request q USING (request_id) "
        "JOIN debit_request_file f ON f.request_id = i.request_id AND f.bank_code = i.through_bank_code "
        "WHERE q.state = '2' AND f.times_sent > 0 AND (f.consignor_code, q.debit_on) IN "
        "(SELECT * FROM unnest(%s::text[], %s::date[]))",
        [[code for code, _ in batches], [day for _, day in batches]],
    )
    return {int(slip): int(amount) for slip, amount in rows}


def _batches(read: ReportFile) -> Sequence[tuple[str, date]]:
    """ファイルの中の、委託者コードと引落日。"""
    pairs = (each.partition(":") for each in read.sequence_key.split("+") if each)
    return [(code, date.fromisoformat(day)) for code, _, day in pairs]


def _refuse(read: ReportFile, reason: str) -> ReportFile:
    return replace(read, refusal=LineProblem(1, f"1行目: {reason}"))


def _tell_investigators(file_id: int, strays: Sequence[_Stray]) -> None:
    """依頼と合わないため仮受に置いた入金に、何が合わなかったかを記す。"""
    if strays:
        run_sql(
            "UPDATE held_receipt h SET investigation = t.why FROM unnest(%s::int[], %s::text[]) t (line_number, why) "
            "WHERE h.intake_file_id = %s AND h.line_number = t.line_number",
            [[each.line_number for each in strays], [each.why for each in strays], file_id],
        )
