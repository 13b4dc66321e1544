"""記帳の扉。金の動きは、すべてここを通って仕訳と残高になる。

The one way to move money: stage transfers in the temporary table `posting`, then `post()`. PostgreSQL writes journal and
balances from the same staged rows (see `sql/ledger.sql`); no other statement may write either.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from osame.kernel.refusals import Refusal
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


class KeyReusedWithOtherContent(Refusal):
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
    command_id, known_hash = fetch_one("SELECT command_id, content_hash FROM command WHERE idempotency_key = %s", [key])
    if known_hash != content_hash:
        raise KeyReusedWithOtherContent(f"キー {key}")
    return Claim(int(command_id), replayed=True)


def open_stage() -> None:
    """振替を置く一時表を開く（取引の終わりに消える）。"""
    run_sql(STAGE)
    run_sql("GRANT SELECT ON posting TO osame_posting")


def post(command: Claim) -> int:
    """置かれた振替を記帳し、件数を返す。 Post everything staged; returns the number of entries."""
    run_sql("ANALYZE posting (charge_id, addressee_number)")
    (posted,) = fetch_one("SELECT post_entries(%s)", [command.command_id])
    run_sql("TRUNCATE posting")
    return int(posted)


def open_charges(command: Claim) -> int:
    """一時ビュー `opening` の期別を開き、当初調定を記帳する。開いた件数を返す。"""
    (opened,) = fetch_one("SELECT open_charges(%s)", [command.command_id])
    return int(opened)


TOUCHED_COLUMNS = (
    "c.charge_id, c.addressee_number, c.received > 0 AS has_history, c.tax_item, c.due_date, c.tax_amount AS principal, "
    "c.highest_tax_amount AS highest, c.demand_fee AS fee"
)


def touch_charges(keys: str) -> None:
    """`keys`（宛名番号・期別番号を返す問い合わせ）の期別を番号順に鎖錠し、その事実を一時表 `touched` に置く。

    Lock charge rows, in one order for everybody so that nobody waits in a circle, and read their facts under the lock.
    """
    run_sql("DROP TABLE IF EXISTS pg_temp.touched")
    run_sql(
        f"CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT {TOUCHED_COLUMNS} FROM charge c "
        f"JOIN (SELECT DISTINCT addressee_number, charge_id FROM ({keys}) k) t USING (addressee_number, charge_id) "
        "ORDER BY c.charge_id FOR NO KEY UPDATE OF c"
    )
    run_sql("ANALYZE touched")
