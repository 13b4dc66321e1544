"""住民異動の取込み（日次）。どの順に届いても、同じ履歴になる。

The daily changes of the resident register, in one transaction and a fixed number of statements. Rows in = posted + held
+ rejected. A file told twice changes nothing; a missing file is told, and waited for or passed over with a note; a late
file takes its place by the days of its changes. 個人番号 is sealed while the bytes are read and goes to the outbox.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from osame.addressee.people.facts import FACTS
from osame.addressee.people.recording import (
    COLUMNS,
    RESIDENT_REGISTER,
    cancel_changes,
    record_versions,
    stage_changes,
)
from osame.addressee.residents import protecting
from osame.contracts.sealed import NoLinkageKey, linkage_key, seal_number
from osame.formats.reports import LineProblem
from osame.formats.resident_csv import PROFILE, ResidentRow, Seal, Trailer, profile, read_lines
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql, sql_text
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

MAXIMUM_PROBLEMS = 10_000
SHOWN_PROBLEMS = 20
ROW = (
    "line_number", "raw", "sequence", "addressee_number", "changed_on", "reason", "asserts", "cancels", "inherits_from",
    "protection", "protection_from", "protection_through", "officer", "told_at", "sealed",
)  # fmt: skip
FILE_FACTS = tuple(column.id for column in profile().columns)
STAGE = f"""
CREATE TEMP TABLE staged_resident ON COMMIT DROP AS
SELECT 0 AS line_number, ''::bytea AS raw, 0::bigint AS sequence, addressee_number, changed_on, change_reason AS reason,
       asserts, 0::bigint AS cancels, addressee_number AS inherits_from, ''::text AS protection,
       changed_on AS protection_from, changed_on AS protection_through, officer, ''::text AS told_at,
       ''::bytea AS sealed, {", ".join(FILE_FACTS)}, ''::text AS refusal, false AS waits, false AS records
FROM addressee_change WITH NO DATA
"""
JUDGE = (
    sql_text("osame.addressee.residents", "sql/judging.sql")
    .replace("{told}", ", ".join(f"s.{name}" for name in ("changed_on", *FILE_FACTS)))
    .replace("{known}", ", ".join(f"c.{name}" for name in ("changed_on", *FILE_FACTS)))
)


class Read(NamedTuple):
    """ファイルを読んだ結果。"""

    rows: int
    problems: list[LineProblem]
    trailer: Trailer | None
    refusal: str


def import_residents(path: Path, *, pass_over_gap: str = "") -> ImportResult:
    """住民異動のファイルを取り込む。

    Take in one file of the resident register. `pass_over_gap` is the note with which a file is taken although an earlier
    one is missing. The same content again answers with the earlier result.

    要件: F02-01, F33-01, F33-10
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=gate.required().officer)
    with transaction.atomic():
        registry.take_turn()
        if (earlier := registry.earlier_result(arrival.content_hash)) and not earlier.refusal:
            return earlier
        read = _stage(path)
        refusal = read.refusal or _out_of_turn(read.trailer, pass_over_gap)
        if refusal or read.trailer is None:
            return registry.refuse(arrival, refusal)
        return _apply(arrival, read, read.trailer, pass_over_gap)


def missing_files() -> list[int]:
    """まだ届いていないファイル通番。

    要件: F02-01
    """
    rows = fetch_all(
        "SELECT n FROM (SELECT min(sequence_key::bigint) AS first, max(sequence_key::bigint) AS last FROM intake_file "
        "WHERE profile = %s AND state = '1') f CROSS JOIN LATERAL generate_series(first, last) n "
        "WHERE NOT EXISTS (SELECT 1 FROM intake_file WHERE profile = %s AND state = '1' AND sequence_key = n::text) "
        "ORDER BY n",
        [PROFILE, PROFILE],
    )
    return [int(n) for (n,) in rows]


def _stage(path: Path) -> Read:
    """良い行を一時表に置く。個人番号は、ここで封筒になる。"""
    problems: list[LineProblem] = []
    told: list[Trailer] = []
    refusals: list[str] = []
    rows = 0

    def good_rows(lines: Iterator[ResidentRow | Trailer | LineProblem]) -> Iterator[ResidentRow]:
        for read in lines:
            if isinstance(read, ResidentRow):
                yield read
            elif isinstance(read, Trailer):
                told.append(read)
            elif read.line_number == 0:
                refusals.append(read.reason)
                return
            elif len(problems) >= MAXIMUM_PROBLEMS:
                refusals.append(
                    f"読めない行が{MAXIMUM_PROBLEMS:,}行を超えたため、ファイル全体を受け付けません。"
                    "様式、文字コード（UTF-8）、連携サーバーの公開鍵を確かめてください。"
                )
                return
            else:
                problems.append(read)

    run_sql("DROP TABLE IF EXISTS staged_resident")
    run_sql(STAGE)
    blank = ["", False, False]
    copied = f"COPY staged_resident ({', '.join((*ROW, *FILE_FACTS))}, refusal, waits, records) FROM STDIN"
    nothing = [None] * len(FILE_FACTS)
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(copied) as copy:
        for row in good_rows(read_lines(file, _seal())):
            copy.write_row([*(getattr(row, name) for name in ROW), *(row.facts or nothing), *blank])
            rows += 1
    run_sql("ANALYZE staged_resident")
    return Read(rows, problems, told[0] if told else None, refusals[0] if refusals else "")


def _seal() -> Seal | None:
    """封をする道具。公開鍵がなければ None で、個人番号のある行は受け付けない。"""
    try:
        key = linkage_key()
    except NoLinkageKey:
        return None
    return lambda subject, number: seal_number(number, subject=subject, sender="addressee", key=key)


def _out_of_turn(trailer: Trailer | None, pass_over_gap: str) -> str:
    """ファイル通番が続いていないときの、断る理由。遅れて届いた分は、抜けた番号なら受ける。"""
    if trailer is None:
        return ""
    taken, last = fetch_one(
        "SELECT bool_or(sequence_key = %s), max(sequence_key::bigint) FROM intake_file WHERE profile = %s AND state = '1'",
        [str(trailer.file_sequence), PROFILE],
    )
    if taken:
        return f"ファイル通番{trailer.file_sequence}は、別の中身で取込み済みです。どちらが正しいか、送付元に確かめてください。"
    if last is not None and trailer.file_sequence > last + 1 and not pass_over_gap.strip():
        between = f"{last + 1}" if trailer.file_sequence == last + 2 else f"{last + 1}から{trailer.file_sequence - 1}"
        return (
            f"ファイル通番{between}がまだ届いていません。届くのを待って順に取り込んでください。"
            "待たずに取り込むときは、理由を添えてください。"
        )
    return ""


def _apply(arrival: Arrival, read: Read, trailer: Trailer, pass_over_gap: str) -> ImportResult:
    """一時表の行を判じて記録し、結果を残す。"""
    file_id = registry.register(arrival, business_on=trailer.business_on, sequence_key=str(trailer.file_sequence))
    for statement in JUDGE.split(";\n"):
        if statement.strip():
            run_sql(statement)
    _number_newcomers()
    _record()
    released = _cancel(file_id)
    _follow_standing()
    _inherit_numbers()
    run_sql(
        "INSERT INTO sealed_number_outbox (addressee_number, sealed, told_in, intake_file_id) "
        "SELECT addressee_number, sealed, sequence, %s FROM staged_resident WHERE sealed <> '' AND refusal = ''",
        [file_id],
    )
    protecting.hand_over()
    if pass_over_gap.strip():
        record("欠けたファイルを待たずに取り込んだ", detail={"取込番号": file_id, "理由": pass_over_gap.strip()})
    refused = fetch_all("SELECT line_number, raw, refusal FROM staged_resident WHERE refusal <> ''")
    rejected = [(line, bytes(raw), reason) for line, raw, reason in refused]
    rejected += [(problem.line_number, problem.raw, problem.reason) for problem in read.problems]
    registry.keep_rejected(file_id, ((line, raw, reason, None) for line, raw, reason in rejected))
    (held,) = fetch_one("SELECT count(*) FROM staged_resident WHERE waits")
    return registry.settle(
        ImportResult(
            file_id,
            arrival.file_name,
            PROFILE,
            rows_in=read.rows + len(read.problems),
            rows_posted=read.rows - len(refused) - held,
            rows_held=held,
            rows_rejected=len(rejected),
            released_held=released,
            problems=tuple((line, reason) for line, _, reason in sorted(rejected)[:SHOWN_PROBLEMS]),
        )
    )


def _number_newcomers() -> None:
    """初めての番号を、住民として登録する。"""
    run_sql(
        "INSERT INTO addressee (addressee_number, kind, origin) SELECT DISTINCT s.addressee_number, '1', %s "
        "FROM staged_resident s WHERE s.records AND NOT EXISTS "
        "(SELECT 1 FROM addressee a WHERE a.addressee_number = s.addressee_number)",
        [RESIDENT_REGISTER],
    )


def _record() -> None:
    """異動を宛名の扉に渡す。"""
    stage_changes("staged_change")
    told = {
        "addressee_number": "addressee_number", "changed_on": "changed_on", "sequence": "sequence",
        "source": f"'{RESIDENT_REGISTER}'", "change_key": "sequence::text", "change_reason": "reason",
        "asserts": "asserts", "officer": "coalesce(nullif(officer, ''), '住民記録')",
    } | {name: name for name in FILE_FACTS}  # fmt: skip
    absent = {name: "''" for name in FACTS if name not in told}
    columns = {**told, **absent}
    inserted = run_sql(
        f"INSERT INTO staged_change ({', '.join(COLUMNS)}) SELECT {', '.join(columns[name] for name in COLUMNS)} "
        "FROM staged_resident WHERE records"
    )
    if inserted:
        record_versions("staged_change")


def _cancel(file_id: int) -> int:
    """取消しを当てる。前に保留した取消しも、その異動が届いていれば当て、その数を返す。"""
    run_sql(
        "INSERT INTO held_cancellation (intake_file_id, line_number, addressee_number, cancels, officer) "
        "SELECT %s, line_number, addressee_number, cancels::text, officer FROM staged_resident WHERE waits",
        [file_id],
    )
    released = run_sql(
        "UPDATE held_cancellation h SET released_at = now() FROM addressee_change c WHERE h.released_at IS NULL "
        "AND c.addressee_number = h.addressee_number AND c.source = %s AND c.change_key = h.cancels",
        [RESIDENT_REGISTER],
    )
    run_sql("DROP TABLE IF EXISTS staged_cancellation")
    run_sql(
        "CREATE TEMP TABLE staged_cancellation ON COMMIT DROP AS SELECT DISTINCT ON (addressee_number, change_key) * "
        "FROM (SELECT addressee_number, %s::text AS source, cancels::text AS change_key, officer, "
        "'住民記録の取消し' AS reason FROM staged_resident WHERE cancels IS NOT NULL AND NOT waits AND refusal = '' "
        "AND reason <> '13' UNION ALL SELECT addressee_number, %s::text, cancels, officer, '住民記録の取消し' "
        "FROM held_cancellation WHERE released_at = now()) c",
        [RESIDENT_REGISTER, RESIDENT_REGISTER],
    )
    if fetch_one("SELECT count(*) FROM staged_cancellation")[0]:
        cancel_changes("staged_cancellation")
    return released


def _follow_standing() -> None:
    """区分を、いまの住民状態に合わせる。住登外者が住民になれば移り、その転入が取り消されれば戻る。番号は変わらない。"""
    run_sql(
        "UPDATE addressee a SET kind = v.standing FROM staged_resident s, addressee_version v "
        "WHERE s.refusal = '' AND a.addressee_number = s.addressee_number AND a.kind IN ('1', '2') "
        "AND v.addressee_number = a.addressee_number AND v.superseded_at IS NULL AND v.valid_until IS NULL "
        "AND v.standing IN ('1', '2') AND a.kind <> v.standing"
    )


def _inherit_numbers() -> None:
    """新しい番号が付いた住登外者の、元の番号を廃止する。元の番号の履歴は残る。"""
    inherited = (
        "FROM staged_resident s JOIN addressee o ON o.addressee_number = s.inherits_from "
        "WHERE s.records AND s.inherits_from NOT IN ('', s.addressee_number) AND o.kind = '2'"
    )
    run_sql(
        "INSERT INTO number_inheritance (addressee_number, inherits_from, inherited_on) "
        f"SELECT DISTINCT ON (s.addressee_number, s.inherits_from) s.addressee_number, s.inherits_from, s.changed_on "
        f"{inherited} ORDER BY 1, 2, s.changed_on ON CONFLICT DO NOTHING"
    )
    run_sql(
        "UPDATE addressee SET closed_on = i.inherited_on FROM number_inheritance i "
        "WHERE addressee.addressee_number = i.inherits_from AND addressee.closed_on IS NULL "
        "AND i.addressee_number IN (SELECT addressee_number FROM staged_resident WHERE records) "
        "AND NOT EXISTS (SELECT 1 FROM consolidation_link l "  # 名寄せの代表は、代表を替えてから廃止する
        "WHERE l.representative_number = i.inherits_from AND l.ended_at IS NULL)"
    )
