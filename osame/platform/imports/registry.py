"""ファイルの受付。同じ中身は一度だけ、断った理由も残す。

The door for every inbound file: one profile and content, one effect. A refused file is kept too, with the reason why;
read again under the right profile, or when its day has come, it is judged anew.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from osame.kernel.refusals import Refusal
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.imports import raw_lines
from osame.platform.imports.sources import Medium, source_of

INTAKE_LOCK = 7_140_001  # 取込みは一つずつ。職員の操作は妨げない。
MAXIMUM_PAYMENT_BYTES = 64 * 1024 * 1024  # 120バイトで約56万件。記憶域 512MB に収まる


class FileTooLarge(Refusal):
    """ファイルが大きすぎます。分割して送るよう、送付元に依頼してください。"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """届いたファイル。"""

    file_name: str
    content_hash: str
    size: int
    profile: str
    officer: str
    medium: Medium = Medium.LINK


@dataclass(frozen=True, slots=True)
class ImportResult:
    """取込みの結果。行数は 取込 + 保留 + 不受理 に必ず一致する。

    What became of a file. `already_received` means that the same content came earlier and nothing was done now.
    """

    intake_file_id: int
    file_name: str
    profile: str
    rows_in: int = 0
    rows_posted: int = 0
    rows_held: int = 0
    rows_rejected: int = 0
    declared_total: int | None = None
    amount_matched: int = 0
    amount_held: int = 0
    amount_rejected: int = 0
    amount_reported: int = 0
    refusal: str = ""
    already_received: bool = False
    released_held: int = 0
    problems: tuple[tuple[int, str], ...] = field(default=())


def hash_file(path: Path) -> tuple[str, int]:
    """ファイルのハッシュと大きさ。1MBずつ読む。"""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def arrive(path: Path, *, profile: str, officer: str, medium: Medium = Medium.LINK) -> Arrival:
    """届いたファイルを確かめる。様式もハッシュに含め、様式を取り違えて断られたファイルを、正しい様式で受けられるようにする。"""
    source_of(profile)
    content_hash, size = hash_file(path)
    told = hashlib.sha256(f"{profile}\n{content_hash}".encode()).hexdigest()
    return Arrival(path.name, told, size, profile, officer, medium)


def take_turn() -> None:
    """取込みの順番を待つ。この取引が終わるまで、ほかの取込みは待つ。"""
    fetch_one("SELECT pg_advisory_xact_lock(%s)", [INTAKE_LOCK])


def earlier_result(content_hash: str) -> ImportResult | None:
    """同じ中身を前に受け付けていれば、その結果。"""
    rows = fetch_all(
        "SELECT intake_file_id, file_name, profile, rows_in, rows_posted, rows_held, rows_rejected, declared_total, "
        "amount_matched, amount_held, amount_rejected, amount_reported, refusal FROM intake_file "
        "WHERE content_hash = %s",
        [content_hash],
    )
    return replace(ImportResult(*rows[0]), already_received=True) if rows else None


def register(arrival: Arrival, *, channel: str = "", business_on: date | None = None, sequence_key: str = "") -> int:
    """ファイルを受け付け、取込番号を返す。行数は `settle` で埋める。断っていたファイルは、同じ番号で受け付け直す。"""
    (file_id,) = fetch_one(
        "INSERT INTO intake_file (content_hash, profile, channel, source, medium, file_name, business_on, "
        "sequence_key, state, rows_in, rows_posted, rows_held, rows_rejected, amount_matched, amount_held, amount_rejected, amount_reported, refusal, "
        "received_at, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '1', 0, 0, 0, 0, 0, 0, 0, 0, '', now(), %s) "
        "ON CONFLICT (content_hash) DO UPDATE SET state = excluded.state, refusal = '', channel = excluded.channel, "
        "medium = excluded.medium, file_name = excluded.file_name, business_on = excluded.business_on, "
        "sequence_key = excluded.sequence_key, "
        "received_at = excluded.received_at, officer = excluded.officer WHERE intake_file.state = '9' "
        "RETURNING intake_file_id",
        [
            arrival.content_hash,
            arrival.profile,
            channel,
            source_of(arrival.profile),
            arrival.medium,
            arrival.file_name,
            business_on,
            sequence_key,
            arrival.officer,
        ],
    )
    return int(file_id)


def refuse(arrival: Arrival, reason: str, *, channel: str = "") -> ImportResult:
    """ファイル全体を断り、理由を残す。一行も記帳しない。"""
    file_id = register(arrival, channel=channel)
    run_sql("UPDATE intake_file SET state = '9', refusal = %s WHERE intake_file_id = %s", [reason, file_id])
    return ImportResult(file_id, arrival.file_name, arrival.profile, refusal=reason)


def came_by(file_id: int, medium: Medium) -> None:
    """何で届いたかを記す。"""
    run_sql("UPDATE intake_file SET medium = %s WHERE intake_file_id = %s", [medium.value, file_id])


def settle(result: ImportResult) -> ImportResult:
    """行数と金額を記録する。取込 + 保留 + 不受理 が行数と違えば、データベースが断る。"""
    run_sql(
        "UPDATE intake_file SET rows_in = %s, rows_posted = %s, rows_held = %s, rows_rejected = %s, "
        "declared_total = %s, amount_matched = %s, amount_held = %s, amount_rejected = %s, amount_reported = %s "
        "WHERE intake_file_id = %s",
        [
            result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected, result.declared_total,
            result.amount_matched, result.amount_held, result.amount_rejected, result.amount_reported,
            result.intake_file_id,
        ],
    )  # fmt: skip
    return result


def keep_rejected(file_id: int, rows: Iterable[tuple[int, bytes, str, int | None]]) -> None:
    """受け付けなかった行を、封をした原文と理由とともに残す。"""
    kept = list(rows)
    closed = raw_lines.sealed(file_id, ((line, raw) for line, raw, _, _ in kept))
    copy_rows(
        "rejected_row",
        ("intake_file_id", "line_number", "sealed_raw", "reason", "amount"),
        (
            (file_id, line, sealed, reason, amount)
            for sealed, (line, _, reason, amount) in zip(closed, kept, strict=True)
        ),
    )
