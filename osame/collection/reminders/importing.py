"""名簿の結果の取込み。架電・SMS・訪問の結果を一度に受け、一件ずつ折衝として残す。

The results of a list, through the import broker, set-based: every row becomes a contact in the person's history (and a promise when
one was given), or is kept with the reason why not. The same file again changes nothing.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from osame.collection.arrears.actions import LONGEST
from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.queries import hidden_places
from osame.collection.ledger.posting import claim_command
from osame.collection.reminders.actions import opt_out
from osame.collection.reminders.models import ContactOptOut, Reminder, ReminderRun
from osame.kernel.dates import UnreadableDate, parse_date
from osame.kernel.personal_numbers import holds_personal_number
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.terminal import JAPAN

PROFILE = "osame_outreach_v1"
COLUMNS = ("実行番号", "行番号", "結果", "日時", "約束日", "約束額", "メモ")
SHOWN = 20
Outcome = Reminder.Outcome
Kind = ReminderRun.Kind
MEANS = {
    Kind.CALL: ContactRecord.Means.CALL_MADE, Kind.SHORT_MESSAGE: ContactRecord.Means.SHORT_MESSAGE,
    Kind.VISIT: ContactRecord.Means.VISIT,
}  # fmt: skip
MET = {Outcome.SPOKE, Outcome.MET, Outcome.REFUSED}
FAMILY = {Outcome.FAMILY}
LINES = """
SELECT r.run_id, r.line_number, r.addressee_number, u.kind, r.outcome, r.reminded_on, r.cancelled_on IS NOT NULL
FROM reminder r JOIN reminder_run u USING (run_id) WHERE r.run_id = ANY (%s) AND u.kind IN ('21', '22', '23')
"""
STAGE = """
CREATE TEMP TABLE staged_result (addressee_number text, run_id bigint, outcome text, answered_at timestamptz, means text,
    relationship text, content text, promised_on date, amount bigint, contact_id bigint) ON COMMIT DROP
"""
CONTACTS = """
INSERT INTO contact_record (addressee_number, contact_id, origin_id, contacted_at, means, counterpart, relationship, identification,
    content, officer, corrects, correction_reason)
SELECT addressee_number, contact_id, contact_id, answered_at, means, '', relationship, '00', content, %s, NULL, '' FROM staged_result
"""
PROMISES = """
INSERT INTO promise (addressee_number, contact_id, promised_on, amount, postpones)
SELECT addressee_number, contact_id, promised_on, amount, NULL FROM staged_result WHERE promised_on IS NOT NULL
"""
ANSWERED = """
UPDATE reminder r SET outcome = s.outcome, answered_at = s.answered_at, contact_id = s.contact_id FROM staged_result s
WHERE s.addressee_number = r.addressee_number AND s.run_id = r.run_id
"""


@dataclass(frozen=True, slots=True)
class _Result:
    """読めた結果の一行。"""

    run_id: int
    line_number: int
    outcome: Outcome
    at: datetime
    promised_on: date | None
    amount: int | None
    memo: str


def import_results(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """名簿の結果を取り込む。受け付けられない行は、理由とともに残す。

    要件: F10-04, F10-05, F10-06
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    with transaction.atomic():
        registry.take_turn()
        if earlier := registry.earlier_result(arrival.content_hash):
            return earlier
        try:
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error):
            return registry.refuse(
                arrival, "文字コードか形が違います。名簿と同じ UTF-8 の CSV で送り直すよう依頼してください。"
            )
        if not rows or not set(COLUMNS) <= set(rows[0]):
            return registry.refuse(arrival, f"見出しが違います。{'、'.join(COLUMNS)}の列が要ります。")
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}",
            kind="import_results",
            content=[PROFILE],
            purpose="催告の結果",
            officer=officer,
        )
        good, bad = _read(rows, as_of)
        accepted, refused = _matched(good)
        _write(accepted, as_of, officer)
        rejected = sorted([*bad, *refused])
        registry.keep_rejected(
            file_id, ((line, ",".join(rows[line - 1]).encode(), told, None) for line, told in rejected)
        )
        record("催告の結果を取り込んだ", subjects=sorted({x[0] for x in accepted}), detail={"取込番号": file_id})
        return registry.settle(
            ImportResult(
                file_id, arrival.file_name, PROFILE, rows_in=len(rows) - 1, rows_posted=len(accepted), rows_rejected=len(rejected),
                problems=tuple(rejected[:SHOWN]),
            )
        )  # fmt: skip


def _read(rows: list[list[str]], as_of: date) -> tuple[list[tuple[int, _Result]], list[tuple[int, str]]]:
    """行を読む。（読めた行、読めない行とその理由）。"""
    place = {name: rows[0].index(name) for name in COLUMNS}
    good: list[tuple[int, _Result]] = []
    bad: list[tuple[int, str]] = []
    for line, cells in enumerate(rows[1:], start=2):
        told = {name: cells[at].strip() if at < len(cells) else "" for name, at in place.items()}
        problem, result = _parsed(told, as_of)
        if result is None:
            bad.append((line, f"{line}行目: {problem}"))
        else:
            good.append((line, result))
    return good, bad


def _parsed(told: dict[str, str], as_of: date) -> tuple[str, _Result | None]:
    if not (told["実行番号"].isdecimal() and told["行番号"].isdecimal()):
        return "実行番号か行番号が数字ではありません。名簿の値のままにしてください。", None
    if told["結果"] not in Outcome.values:
        return f"結果「{told['結果'][:20]}」は、定められたコードではありません。", None
    try:
        at = datetime.fromisoformat(told["日時"]).replace(tzinfo=JAPAN)
        promised = parse_date(told["約束日"]) if told["約束日"] else None
    except (ValueError, UnreadableDate):
        return "日時か約束日を読めません。2026-04-01T10:30 の形にしてください。", None
    amount = told["約束額"].replace(",", "")
    if (promised is None) != (not amount) or (amount and (not amount.isdecimal() or int(amount) == 0)):
        return "約束日と約束額は、両方が要ります。", None
    if at.date() > as_of or (promised and promised < at.date()):
        return "日時が先か、約束日が話した日より前です。", None
    if holds_personal_number(told["メモ"]) or len(told["メモ"]) > LONGEST:
        return "メモに個人番号らしい数字があるか、長すぎます。", None
    number = int(amount) if amount else None
    result = _Result(
        int(told["実行番号"]), int(told["行番号"]), Outcome(told["結果"]), at, promised, number, told["メモ"]
    )
    return "", result


def _matched(good: list[tuple[int, _Result]]) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    """名簿の行と照らす。（受け付ける行、断る行とその理由）。"""
    runs = sorted({each.run_id for _, each in good})
    known = {(row[0], row[1]): row[2:] for row in fetch_all(LINES, [runs])}
    accepted: list[tuple[Any, ...]] = []
    refused: list[tuple[int, str]] = []
    seen: set[tuple[int, int]] = set()
    for line, each in good:
        key = (each.run_id, each.line_number)
        found = known.get(key)
        if found is None:
            refused.append((line, f"{line}行目: 名簿にない行です。実行番号と行番号を確かめてください。"))
            continue
        who, kind, outcome, reminded_on, cancelled = found
        if outcome or key in seen or cancelled:
            refused.append((line, f"{line}行目: この行の結果は、もう登録されているか、取り消されています。"))
        elif each.at.date() < reminded_on:
            refused.append((line, f"{line}行目: 日時が、名簿を作った日より前です。"))
        elif each.memo and hidden_places(who).owner_in(each.memo):
            refused.append((
                line,
                f"{line}行目: 支援措置の対象者の居場所が書かれています。消して送り直すよう依頼してください。",
            ))
        else:
            seen.add(key)
            accepted.append(_row(who, Kind(kind), each))
    return accepted, refused


def _row(who: str, kind: Kind, each: _Result) -> tuple[Any, ...]:
    relationship = ContactRecord.Relationship.NOT_MET
    if each.outcome in MET:
        relationship = ContactRecord.Relationship.SELF
    elif each.outcome in FAMILY:
        relationship = ContactRecord.Relationship.RELATIVE
    content = f"{kind.label}（実行番号{each.run_id}の{each.line_number}行）：{each.outcome.label}{'。' + each.memo if each.memo else ''}"
    return (
        who,
        each.run_id,
        str(each.outcome),
        each.at,
        str(MEANS[kind]),
        str(relationship),
        content,
        each.promised_on,
        each.amount,
    )


def _write(accepted: list[tuple[Any, ...]], as_of: date, officer: str) -> None:
    """受け付けた行を、折衝・約束・名簿の結果として、まとめて書く。断られた連絡は、次から載せない。"""
    numbers = [
        row[0] for row in fetch_all("SELECT nextval('contact_number') FROM generate_series(1, %s)", [len(accepted)])
    ]
    run_sql("DROP TABLE IF EXISTS pg_temp.staged_result")
    run_sql(STAGE)
    columns = (
        "addressee_number",
        "run_id",
        "outcome",
        "answered_at",
        "means",
        "relationship",
        "content",
        "promised_on",
        "amount",
        "contact_id",
    )
    copy_rows("staged_result", columns, [(*row, number) for row, number in zip(accepted, numbers, strict=True)])
    run_sql(CONTACTS, [officer])
    run_sql(PROMISES)
    run_sql(ANSWERED)
    refused = [row for row in accepted if row[2] == Outcome.REFUSED]
    held = {
        (who, means)
        for who, means in fetch_all(
            "SELECT addressee_number, means FROM contact_opt_out WHERE ended_on IS NULL AND addressee_number = ANY (%s)",
            [[row[0] for row in refused]],
        )
    }
    for who, _, _, _, means, *_ in refused:
        by = (
            ContactOptOut.Means.SHORT_MESSAGE
            if means == ContactRecord.Means.SHORT_MESSAGE
            else ContactOptOut.Means.CALL
        )
        if means != ContactRecord.Means.VISIT and (who, by) not in held:
            opt_out(who, by, "名簿の結果で、連絡を断られた", as_of=as_of, officer=officer)
            held.add((who, by))
