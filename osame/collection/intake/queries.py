"""取込みの照会。届いたファイル、その行、手当てを待つ行。"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from osame.collection.intake.models import RowTreatment
from osame.collection.intake.profiles import profile_name
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports import raw_lines
from osame.platform.imports.models import IntakeFile
from osame.platform.imports.sources import Medium, Source

Origin, Kind = RowTreatment.Origin, RowTreatment.Kind
KNOWN_ALREADY = "受領済："


class NoSuchFile(Refusal):
    """そのような取込番号のファイルはありません。番号を確かめてください。"""


class NoSuchRow(Refusal):
    """その行は、手当てを待つ行の一覧にありません。既に手当てしたか、番号が違います。「保留と不受理」の一覧で確かめてください。"""


@dataclass(frozen=True, slots=True)
class FileLine:
    """取り込んだファイル。"""

    intake_file_id: int
    received_at: datetime
    business_on: date | None
    profile: str
    channel: str
    source: str
    medium: str
    file_name: str
    state: str
    rows_in: int
    rows_posted: int
    rows_held: int
    rows_rejected: int
    declared_total: int | None
    amount_matched: int
    amount_held: int
    amount_rejected: int
    amount_reported: int
    refusal: str
    officer: str
    sequence_key: str
    waiting_rows: int

    @property
    def profile_name(self) -> str:
        """様式の名。"""
        return profile_name(self.profile)

    @property
    def source_name(self) -> str:
        """入手元の名。"""
        return str(Source(self.source).label)

    @property
    def medium_name(self) -> str:
        """媒体の名。"""
        return str(Medium(self.medium).label)

    @property
    def state_name(self) -> str:
        """状態の名。"""
        return str(IntakeFile.State(self.state).label)

    @property
    def refused(self) -> bool:
        """ファイル全体を断ったか。"""
        return self.state == IntakeFile.State.REFUSED

    @property
    def money(self) -> int:
        """行の金額の合計。"""
        return self.amount_matched + self.amount_held + self.amount_rejected + self.amount_reported

    @property
    def short(self) -> int:
        """送付元の合計に足りない額（金額の読めない行の分）。"""
        return 0 if self.declared_total is None else self.declared_total - self.money


FILE_COLUMNS = """
f.intake_file_id, f.received_at, f.business_on, f.profile, f.channel, f.source, f.medium, f.file_name, f.state, f.rows_in,
f.rows_posted, f.rows_held, f.rows_rejected, f.declared_total, f.amount_matched, f.amount_held, f.amount_rejected,
f.amount_reported, f.refusal, f.officer, f.sequence_key,
(SELECT count(*) FROM ({waiting}) w WHERE w.intake_file_id = f.intake_file_id)
"""
# 手当てを待つ行。不受理のうち「受領済」は、済んだ入金がもう一度届いただけなので、待たない。
WAITING = """
SELECT '1' AS origin, r.intake_file_id, r.line_number, '' AS key, r.reason, r.amount, NULL::date AS day
FROM rejected_row r WHERE r.reason NOT LIKE '%%受領済：%%' AND NOT EXISTS (SELECT 1 FROM row_treatment t
    WHERE t.origin = '1' AND t.intake_file_id = r.intake_file_id AND t.line_number = r.line_number)
UNION ALL
SELECT '2', intake_file_id, line_number, '', reason, NULL, NULL FROM held_determination WHERE released_by_file_id IS NULL
UNION ALL
SELECT '3', intake_file_id, line_number, receipt_key::text, CASE reason WHEN '1' THEN '該当する納付書・期別がありません。'
    ELSE '期別を一つに決められません。' END, amount, received_on FROM held_receipt WHERE state = '1'
"""
FILTERS = """
(%(day)s::date IS NULL OR (f.received_at AT TIME ZONE 'Asia/Tokyo')::date = %(day)s OR f.business_on = %(day)s)
AND (%(profile)s = '' OR f.profile = %(profile)s) AND (%(state)s = '' OR f.state = %(state)s)
AND (%(batch)s::uuid IS NULL OR f.intake_file_id IN (SELECT intake_file_id FROM upload WHERE batch = %(batch)s))
"""


@dataclass(frozen=True, slots=True)
class FileFilter:
    """ファイルの一覧の絞込み。"""

    day: date | None = None
    profile: str = ""
    state: str = ""
    batch: UUID | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """問い合わせに渡す値。"""
        return {"day": self.day, "profile": self.profile, "state": self.state, "batch": self.batch}


def count_files(chosen: FileFilter) -> int:
    """絞り込んだファイルの数。"""
    (count,) = fetch_one(f"SELECT count(*) FROM intake_file f WHERE {FILTERS}", chosen.parameters)
    return int(count)


def files(chosen: FileFilter, *, offset: int, size: int) -> list[FileLine]:
    """絞り込んだファイルを、新しい順に。"""
    rows = fetch_all(
        f"SELECT {FILE_COLUMNS.format(waiting=WAITING)} FROM intake_file f WHERE {FILTERS} "
        "ORDER BY f.received_at DESC, f.intake_file_id DESC LIMIT %(size)s OFFSET %(offset)s",
        {**chosen.parameters, "size": size, "offset": offset},
    )
    return [FileLine(*row) for row in rows]


def file_numbered(intake_file_id: int) -> FileLine:
    """取込番号のファイル。"""
    rows = fetch_all(
        f"SELECT {FILE_COLUMNS.format(waiting=WAITING)} FROM intake_file f WHERE f.intake_file_id = %(id)s",
        {"id": intake_file_id},
    )
    if not rows:
        raise NoSuchFile(str(intake_file_id))
    return FileLine(*rows[0])


@dataclass(frozen=True, slots=True)
class RowLine:
    """ファイルの中の、取り込めなかった行。 treatment: 手当ての名（待っていれば空）; result_file_id: 直した行の取込番号。"""

    origin: str
    line_number: int
    key: str
    reason: str
    amount: int | None
    treatment: str
    result_file_id: int | None
    waiting: bool

    @property
    def origin_name(self) -> str:
        """行の別。"""
        return str(Origin(self.origin).label)


ROWS_OF_FILE = """
SELECT r.*, t.kind, t.result_file_id FROM (
    SELECT '1' AS origin, line_number, '' AS key, reason, amount, reason NOT LIKE '%%受領済：%%' AS open
    FROM rejected_row WHERE intake_file_id = %(id)s
    UNION ALL
    SELECT '2', line_number, '', reason, NULL, released_by_file_id IS NULL FROM held_determination WHERE intake_file_id = %(id)s
    UNION ALL
    SELECT '3', line_number, receipt_key::text, CASE reason WHEN '1' THEN '該当する納付書・期別がありません。'
        ELSE '期別を一つに決められません。' END, amount, state = '1' FROM held_receipt WHERE intake_file_id = %(id)s
) r LEFT JOIN row_treatment t ON t.origin = r.origin AND t.intake_file_id = %(id)s AND t.line_number = r.line_number
ORDER BY r.line_number LIMIT %(size)s OFFSET %(offset)s
"""


def count_rows(file: FileLine) -> int:
    """取り込めなかった行の数。"""
    return file.rows_held + file.rows_rejected


def rows_of(intake_file_id: int, *, offset: int, size: int) -> list[RowLine]:
    """ファイルの中の、取り込めなかった行を、行の順に。"""
    rows = fetch_all(ROWS_OF_FILE, {"id": intake_file_id, "size": size, "offset": offset})
    return [
        RowLine(
            origin, line, key, reason, amount,
            str(Kind(kind).label) if kind else "" if is_open else "処理は不要です" if origin == Origin.REJECTED else "取り込みました",
            result_file_id, waiting=is_open and kind is None,
        )
        for origin, line, key, reason, amount, is_open, kind, result_file_id in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """手当てを待つ行。"""

    origin: str
    intake_file_id: int
    line_number: int
    key: str
    reason: str
    amount: int | None
    since: date
    file_name: str
    profile: str
    age: int

    @property
    def origin_name(self) -> str:
        """行の別。"""
        return str(Origin(self.origin).label)

    @property
    def profile_name(self) -> str:
        """様式の名。"""
        return profile_name(self.profile) if self.profile else ""


WAITING_FROM = f"""
FROM ({WAITING}) w LEFT JOIN intake_file f USING (intake_file_id) WHERE (%(origin)s = '' OR w.origin = %(origin)s)
"""
SINCE = "coalesce(w.day, f.business_on, (f.received_at AT TIME ZONE 'Asia/Tokyo')::date)"


@dataclass(frozen=True, slots=True)
class WaitingTotals:
    """手当てを待つ行の件数と金額。 kinds: 行の別 → 件数。"""

    count: int
    amount: int
    kinds: dict[str, int]


def waiting_totals() -> WaitingTotals:
    """手当てを待つ行の、別ごとの件数と、金額の合計。"""
    rows = fetch_all(
        f"SELECT w.origin, count(*), coalesce(sum(w.amount), 0)::bigint {WAITING_FROM} GROUP BY 1", {"origin": ""}
    )
    return WaitingTotals(
        sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows), {row[0]: int(row[1]) for row in rows}
    )


def waiting_rows(origin: str, *, as_of: date, offset: int, size: int) -> list[WaitingRow]:
    """手当てを待つ行を、古い順に。"""
    rows = fetch_all(
        f"SELECT w.origin, w.intake_file_id, w.line_number, w.key, w.reason, w.amount, {SINCE}, coalesce(f.file_name, ''), "
        f"coalesce(f.profile, ''), greatest(%(as_of)s::date - {SINCE}, 0) {WAITING_FROM} "
        f"ORDER BY {SINCE}, w.intake_file_id, w.line_number LIMIT %(size)s OFFSET %(offset)s",
        {"origin": origin, "as_of": as_of, "size": size, "offset": offset},
    )
    return [WaitingRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class OpenRow:
    """手当てする行一つ。 raw: 届いたままのバイト列。"""

    origin: str
    file: FileLine
    line_number: int
    raw: bytes
    reason: str
    amount: int | None


def open_row(origin: str, intake_file_id: int, line_number: int, *, lock: bool = False) -> OpenRow:
    """手当てを待つ不受理の行、または保留の調定。"""
    sources = {
        Origin.REJECTED.value: "SELECT sealed_raw, reason, amount FROM rejected_row r WHERE r.intake_file_id = %s AND r.line_number = %s",
        Origin.HELD_DETERMINATION.value: "SELECT convert_to(raw, 'UTF8'), reason, NULL::bigint FROM held_determination "
        "WHERE intake_file_id = %s AND line_number = %s AND released_by_file_id IS NULL",
    }
    rows = fetch_all(
        f"{sources.get(origin, sources['1'])} AND NOT EXISTS (SELECT 1 FROM row_treatment t WHERE t.origin = %s AND "
        f"t.intake_file_id = %s AND t.line_number = %s){' FOR UPDATE' if lock else ''}",
        [intake_file_id, line_number, origin, intake_file_id, line_number],
    )
    if not rows:
        raise NoSuchRow(f"取込番号{intake_file_id}の{line_number}行目")
    kept, reason, amount = rows[0]
    sealed = origin != Origin.HELD_DETERMINATION
    raw = raw_lines.opened(intake_file_id, line_number, bytes(kept)) if sealed else bytes(kept)
    return OpenRow(origin, file_numbered(intake_file_id), line_number, raw, reason, amount)


@dataclass(frozen=True, slots=True)
class Treatment:
    """行の手当ての記録。"""

    kind: str
    officer: str
    treated_at: datetime
    reason: str
    changes: list[tuple[str, str, str]]
    result_file_id: int | None


def treatments_of(intake_file_id: int) -> dict[int, Treatment]:
    """ファイルの行の手当て。行 → 誰が、いつ、なぜ、何を何に。"""
    rows = fetch_all(
        "SELECT line_number, kind, officer, treated_at, reason, before, after, result_file_id FROM row_treatment "
        "WHERE intake_file_id = %s ORDER BY treatment_id",
        [intake_file_id],
    )
    return {
        line: Treatment(
            str(Kind(kind).label), officer, at, reason,
            [(name, _json(before).get(name, ""), text) for name, text in _json(after).items()], result,
        )
        for line, kind, officer, at, reason, before, after, result in rows
    }  # fmt: skip


def _json(value: Any) -> dict[str, str]:
    import json

    return dict(json.loads(value)) if isinstance(value, str) else dict(value)
