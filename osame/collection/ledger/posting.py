"""記帳の扉。金の動きは、すべてここを通って仕訳と残高になる。

The one way to move money: stage transfers in the temporary table `posting`, then `post()`. PostgreSQL writes journal and
balances from the same staged rows (see `sql/ledger.sql`); no other statement may write either.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from osame.platform.database import fetch_all, fetch_one, run_sql

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS posting (
    charge_id bigint NOT NULL,
    addressee_number varchar(15) NOT NULL,
    amount bigint NOT NULL,
    debit smallint NOT NULL,
    credit smallint NOT NULL,
    kind smallint NOT NULL,
    effective_on date NOT NULL,
    posted_on date NOT NULL,
    receipt_key uuid,
    reverses bigint
) ON COMMIT DROP
"""


class KeyReusedWithOtherContent(Exception):
    """同じ冪等キーが、別の内容で既に使われている。内容を確かめ、新しい操作として実行してください。"""


@dataclass(frozen=True, slots=True)
class Claim:
    """命令の受付。`replayed` なら、同じ命令は既に済んでいる。"""

    command_id: int
    replayed: bool


def claim_command(key: str, *, kind: str, content: Any, purpose: str, officer: str) -> Claim:
    """冪等キーを受け付ける。

    Claim an idempotency key inside the current transaction. The same key with the same content answers `replayed`;
    with other content it is refused, for ever.
    """
    content_hash = hashlib.sha256(
        json.dumps([kind, content], ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()
    inserted = fetch_all(
        "INSERT INTO command (idempotency_key, content_hash, kind, purpose, officer, recorded_at) "
        "VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT (idempotency_key) DO NOTHING RETURNING command_id",
        [key, content_hash, kind, purpose, officer],
    )
    if inserted:
        return Claim(int(inserted[0][0]), replayed=False)
    command_id, known_hash = fetch_one(
        "SELECT command_id, content_hash FROM command WHERE idempotency_key = %s", [key]
    )
    if known_hash != content_hash:
        raise KeyReusedWithOtherContent(f"{KeyReusedWithOtherContent.__doc__}（キー {key}）")
    return Claim(int(command_id), replayed=True)


def open_stage() -> None:
    """振替を置く一時表を開く（取引の終わりに消える）。"""
    run_sql(STAGE)
    run_sql("GRANT SELECT ON posting TO osame_posting")


def post(command: Claim) -> int:
    """置かれた振替を記帳し、件数を返す。 Post everything staged; returns the number of entries."""
    (posted,) = fetch_one("SELECT post_entries(%s)", [command.command_id])
    run_sql("TRUNCATE posting")
    return int(posted)


def lock_charges(table: str) -> None:
    """一時表に挙げた期別の行を、番号順に鎖錠する。順が同じなので、互いに待ち合って止まることがない。

    Lock the charge rows listed in a temporary table (`addressee_number`, `charge_id`), in one order for everybody.
    """
    run_sql(
        f"SELECT count(*) FROM (SELECT 1 FROM charge c JOIN (SELECT DISTINCT addressee_number, charge_id FROM {table}) t "  # noqa: S608
        "USING (addressee_number, charge_id) ORDER BY c.charge_id FOR NO KEY UPDATE OF c) locked"
    )
