"""宛名の異動を書く、ただ一つの扉。

The one way to write facts. A change is what we were told; the versions are worked out from all changes of an addressee
that are not cancelled, in their true order (day, order within the day), so it does not matter in which order they
arrive: a late change splits the versions it falls between, a cancelled one gives back what stood before it. Versions
that are no longer believed are superseded, never rewritten, and those that became believed are added.

One statement each, whatever the number of rows: a day's file and a single form take the same way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction

from osame.addressee.people import queries
from osame.addressee.people.announcing import announce
from osame.addressee.people.believing import believe
from osame.addressee.people.facts import EVERY_GROUP, FACTS, Facts, Standing, differing_groups
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

RESIDENT_REGISTER = "001"
BY_HAND = "031"
TOLD = (
    "addressee_number", "changed_on", "sequence", "source", "change_key", "change_reason", "asserts", "officer",
)  # fmt: skip
COLUMNS = (*TOLD, *FACTS)
NAMED_SUBJECTS = 500  # これより多い一括の記録には、宛名番号を並べず件数だけを書く


class NumberInFacts(Refusal):
    """個人番号らしい数字が、宛名の項目にあります。個人番号は宛名に書けません。欄を確かめて、入力し直してください。"""


class UnknownAddressee(Refusal):
    """その宛名番号はありません。番号を確かめるか、先に付番してください。"""


class UnknownChange(Refusal):
    """取り消す異動がありません。異動の番号を確かめてください。もう取り消されていれば、することはありません。"""


class NothingChanged(Refusal):
    """いまの事実と同じです。変える項目を入力してください。"""


class ResidentIsReadOnly(Refusal):
    """住民の事実は、手では変えられません。住民記録で異動を届け出て、連携を待ってください。"""


class KeyTakenByOther(Refusal):
    """同じ番号で、中身の違う異動がもうあります。更新元に、番号と中身を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Change:
    """異動。 What we are told about one addressee: on this day these facts became so.

    `asserts` names the groups of facts that it settles (all that differ from what we believe, if empty); `sequence` is its
    place among the changes of one day (the last, if None); `key` is its number in the source (a new one, if empty).
    """

    addressee_number: str
    changed_on: date
    reason: str
    facts: Facts
    source: str = BY_HAND
    asserts: str = ""
    sequence: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """一括の記録の結果。 How many changes were new, and what became of the versions."""

    changes: int
    superseded: int
    added: int
    at: datetime


def stage_changes(name: str) -> None:
    """異動を流し込む一時表を作る。列は `COLUMNS`。取引とともに消える。"""
    run_sql(f"DROP TABLE IF EXISTS {name}")
    run_sql(
        f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {', '.join(COLUMNS)} FROM addressee_change WITH NO DATA",
    )


def record_versions(stage: str) -> Recorded:
    """一時表の異動をまとめて記録し、宛名の履歴を作り直す。もう同じ番号の異動があれば、何も変えない。

    Record every change of the temp table `stage` (its columns include `COLUMNS`). Changes whose source and key are known
    already are left alone: a day told twice is told once. The caller has seen to it that their content is the same.

    要件: F33-01, F33-05
    """
    with transaction.atomic():
        at = _lock(f"SELECT addressee_number FROM {stage}")
        changes = run_sql(
            f"INSERT INTO addressee_change ({', '.join(COLUMNS)}, recorded_at) SELECT {', '.join(COLUMNS)}, %s "
            f"FROM {stage} ON CONFLICT (addressee_number, source, change_key) DO NOTHING",
            [at],
        )
        return _settle(changes, at, "宛名の異動を一括で記録した")


def cancel_changes(stage: str) -> Recorded:
    """一時表に挙げた異動（宛名番号・更新元・異動の番号・理由）をまとめて取り消す。取消し済みなら、何も変えない。

    要件: F33-01, F33-05
    """
    with transaction.atomic():
        at = _lock(f"SELECT addressee_number FROM {stage}")
        cancelled = run_sql(
            "UPDATE addressee_change c SET cancelled_at = %s, cancelled_by = s.officer, cancellation_reason = s.reason "
            f"FROM {stage} s WHERE c.addressee_number = s.addressee_number AND c.source = s.source "
            "AND c.change_key = s.change_key AND c.cancelled_at IS NULL",
            [at],
        )
        return _settle(cancelled, at, "宛名の異動を一括で取り消した")


def record_version(change: Change) -> int:
    """異動を一つ記録し、異動番号を返す。

    要件: F33-01, F33-05
    """
    if any(holds_personal_number(told) for name in FACTS if isinstance(told := getattr(change.facts, name), str)):
        raise NumberInFacts
    with transaction.atomic():
        at = _lock_one(change.addressee_number)
        if change.source != RESIDENT_REGISTER and queries.kind_of(change.addressee_number) == "1":
            raise ResidentIsReadOnly(change.addressee_number)
        row = (
            change.addressee_number, change.changed_on, _place(change), change.source, change.key or uuid4().hex,
            change.reason, change.asserts or _asserted(change), gate.required().officer,
            *(getattr(change.facts, name) for name in FACTS),
        )  # fmt: skip
        inserted = fetch_all(
            f"INSERT INTO addressee_change ({', '.join(COLUMNS)}, recorded_at) VALUES "
            f"({', '.join(['%s'] * (len(COLUMNS) + 1))}) ON CONFLICT DO NOTHING RETURNING change_id",
            [*row, at],
        )
        if not inserted:
            raise KeyTakenByOther(change.key)
        _settle(1, at, "宛名の異動を記録した", fields=sorted(row[6]))
        return int(inserted[0][0])


def cancel_change(addressee_number: str, change_id: int, *, reason: str) -> None:
    """異動を一つ取り消す。取り消す前に信じていたことが、履歴を残したまま戻る。

    要件: F33-01, F33-05
    """
    if not reason.strip():
        raise UnknownChange("理由がありません")
    with transaction.atomic():
        at = _lock_one(addressee_number)
        found = fetch_all(
            "SELECT source FROM addressee_change WHERE change_id = %s AND addressee_number = %s AND cancelled_at IS NULL",
            [change_id, addressee_number],
        )
        if not found:
            raise UnknownChange(str(change_id))
        if found[0][0] == RESIDENT_REGISTER:
            raise ResidentIsReadOnly(addressee_number)
        run_sql(
            "UPDATE addressee_change SET cancelled_at = %s, cancelled_by = %s, cancellation_reason = %s "
            "WHERE change_id = %s",
            [at, gate.required().officer, reason, change_id],
        )
        _settle(1, at, "宛名の異動を取り消した")


def number_addressees(rows: Iterable[Sequence[str]]) -> None:
    """宛名番号を登録する。行は（宛名番号, 宛名区分, 登録業務）。もうある番号は、データベースが断る。

    要件: F33-02
    """
    numbers, kinds, origins = zip(*rows, strict=True)
    with transaction.atomic():
        run_sql(
            "INSERT INTO addressee (addressee_number, kind, origin) "
            "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])",
            [list(numbers), list(kinds), list(origins)],
        )


def _lock(numbers: str, parameters: Sequence[str] = ()) -> datetime:
    """触れる宛名を番号の順に押さえ、以後の記録日時を返す。順に押さえるので、互いに待ち合うことはない。"""
    gate.required()
    run_sql("DROP TABLE IF EXISTS touched_addressee")
    run_sql(
        f"CREATE TEMP TABLE touched_addressee ON COMMIT DROP AS SELECT DISTINCT addressee_number FROM ({numbers}) n",
        parameters or None,
    )
    run_sql("ALTER TABLE touched_addressee ADD PRIMARY KEY (addressee_number)")
    run_sql("ANALYZE touched_addressee")
    known = run_sql(
        "SELECT 1 FROM addressee a WHERE EXISTS (SELECT 1 FROM touched_addressee t "
        "WHERE t.addressee_number = a.addressee_number) ORDER BY a.addressee_number FOR NO KEY UPDATE"
    )
    (touched,) = fetch_one("SELECT count(*) FROM touched_addressee")
    if known != touched:
        (missing,) = fetch_one(
            "SELECT min(addressee_number) FROM touched_addressee t WHERE NOT EXISTS "
            "(SELECT 1 FROM addressee a WHERE a.addressee_number = t.addressee_number)"
        )
        raise UnknownAddressee(missing)
    (at,) = fetch_one("SELECT clock_timestamp()")
    assert isinstance(at, datetime)
    return at


def _lock_one(addressee_number: str) -> datetime:
    return _lock("SELECT %s::varchar(15) AS addressee_number", [addressee_number])


def _settle(changes: int, at: datetime, act: str, fields: Sequence[str] = ()) -> Recorded:
    """履歴を作り直し、相続の段階を進め、監査に記し、検索に知らせる。"""
    superseded, added = believe(at)
    _follow_deaths(at)
    numbers = [number for (number,) in fetch_all("SELECT addressee_number FROM touched_addressee ORDER BY 1")]
    subjects = numbers if len(numbers) <= NAMED_SUBJECTS else []
    record(act, subjects=subjects, fields=fields, detail={"宛名の数": len(numbers), "異動の数": changes})
    announce(numbers)
    return Recorded(changes, superseded, added, at)


def _place(change: Change) -> int:
    """同じ日の異動の、最後の順。"""
    if change.sequence is not None:
        return change.sequence
    (last,) = fetch_one(
        "SELECT coalesce(max(sequence), 0) + 1 FROM addressee_change WHERE addressee_number = %s AND changed_on = %s",
        [change.addressee_number, change.changed_on],
    )
    return int(last)


def _asserted(change: Change) -> str:
    """この異動が定める事実の組。その日に信じていることと違うもの。初めての異動なら、すべて。"""
    before = queries.facts_on(change.addressee_number, change.changed_on)
    if before is None:
        return EVERY_GROUP
    if not (groups := differing_groups(before, change.facts)):
        raise NothingChanged(change.addressee_number)
    return groups


DEAD_NOW = f"""
SELECT t.addressee_number, v.standing = '{Standing.DEAD}' AS dead, coalesce(v.died_on, v.changed_on) AS died_on,
       (SELECT step FROM succession_step s WHERE s.addressee_number = t.addressee_number
        ORDER BY step_id DESC LIMIT 1) AS step
FROM touched_addressee t
LEFT JOIN addressee_version v ON v.addressee_number = t.addressee_number
    AND v.superseded_at IS NULL AND v.valid_until IS NULL
"""


def _follow_deaths(at: datetime) -> None:
    """亡くなった者の相続の段階を始め、死亡が取り消されたら終える。"""
    run_sql(
        "INSERT INTO succession_step (addressee_number, step, stepped_on, officer) "
        f"SELECT addressee_number, '1', died_on, %s FROM ({DEAD_NOW}) d WHERE dead AND coalesce(step, '9') = '9'",
        [gate.required().officer],
    )
    run_sql(
        "INSERT INTO succession_step (addressee_number, step, stepped_on, officer) "
        f"SELECT addressee_number, '9', coalesce(died_on, %s::date), %s FROM ({DEAD_NOW}) d "
        "WHERE dead IS NOT TRUE AND step IN ('1', '2', '3')",
        [at, gate.required().officer],
    )
