"""監査の検査点。そこまでの鎖に署名し、データベースの外にも置く。

A signed checkpoint says: at this time the chain ended here. Once it lies outside the database, nobody can shorten,
replace or roll back what came before it without being found.
"""

import os
from pathlib import Path
from typing import Any

from django.db import transaction

from osame.kernel.refusals import Refusal
from osame.platform import bodies, embedded, systems
from osame.platform.audit import anchors
from osame.platform.audit.anchors import Signed
from osame.platform.audit.canonical import Checkpoint
from osame.platform.audit.keys import ensure_key, key_id, signing_key
from osame.platform.audit.models import AuditCheckpoint
from osame.platform.database import fetch_all, fetch_one, run_sql

CHECKPOINT_LOCK = 7_140_042  # 検査点は一つずつ
LIMIT_HOURS = 4


class AnchorsDisagree(Refusal):
    """監査の鎖が、外に置いた検査点と合いません。記録が失われたか、作り替えられたおそれがあります。「osame audit verify」で確かめてください。"""


class CheckpointTooOld(Refusal):
    """監査の検査点が4時間を超えて作られていないため、重要行為を止めています。「osame audit checkpoint」で作り、作れない原因を除いてください。"""


def anchor_file() -> Path:
    """アンカーの場所。`OSAME_ANCHORS` に、消せない（WORM の）置き場を指定できる。"""
    folder = os.environ.get("OSAME_ANCHORS")
    return (Path(folder) if folder else embedded.home() / "anchors") / f"{bodies.apart(systems.current().code)}.jsonl"


def make_checkpoint() -> AuditCheckpoint | None:
    """検査点を作り、データベースと外の両方に置く。前の検査点の後に記録がなければ、作らずに None を返す。

    Sign the head of the chain. Refused when the chain no longer holds what an earlier checkpoint or the anchor file says:
    a rewritten chain is never signed. The line outside is written before the transaction commits; should the commit
    fail, the next checkpoint takes the line back into the table.

    要件: F29-03
    """
    ensure_key()
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [CHECKPOINT_LOCK])
        last = _last_agreeing()
        for _, signed in anchors.read(anchor_file()):
            if signed and signed.checkpoint.checkpoint_number > (last.checkpoint_number if last else 0):
                last = _taken_back(signed)
        head = fetch_all(
            "SELECT sequence, chain_hash, clock_timestamp(), (SELECT count(*) FROM audit_seal WHERE sequence > %(after)s) "
            "FROM audit_seal WHERE sequence > %(after)s ORDER BY sequence DESC LIMIT 1",
            {"after": last.sequence if last else 0},
        )
        return _signed(last, head[0]) if head else None


def _signed(last: AuditCheckpoint | None, head: tuple[Any, ...]) -> AuditCheckpoint:
    sequence, chain_hash, made_at, added = head
    key = signing_key()
    made = Checkpoint(
        bodies.apart(systems.current().code),
        last.checkpoint_number + 1 if last else 1,
        sequence,
        bytes(chain_hash),
        (last.events if last else 0) + added,
        made_at,
        key_id(key.public_key()),
    )
    signed = Signed(made, key.sign(made.content()))
    row = _written(signed)
    anchors.append(anchor_file(), signed)
    return row


def _last_agreeing() -> AuditCheckpoint | None:
    last = AuditCheckpoint.objects.order_by("-checkpoint_number").first()
    if last:
        _require_in_chain(last.checkpoint_number, last.sequence, bytes(last.chain_hash))
    return last


def _taken_back(signed: Signed) -> AuditCheckpoint:
    """外にだけあり、表にない検査点。鎖と署名が合えば、表に戻す。"""
    made = signed.checkpoint
    _require_in_chain(made.checkpoint_number, made.sequence, made.chain_hash)
    if not signed.is_signed_by(signing_key().public_key()):
        raise AnchorsDisagree(f"検査点番号 {made.checkpoint_number} の署名")
    return _written(signed)


def _written(signed: Signed) -> AuditCheckpoint:
    made = signed.checkpoint
    return AuditCheckpoint.objects.create(
        checkpoint_number=made.checkpoint_number,
        sequence=made.sequence,
        chain_hash=made.chain_hash,
        events=made.events,
        made_at=made.made_at,
        key_id=made.key_id,
        signature=signed.signature,
    )


def _require_in_chain(number: int, sequence: int, chain_hash: bytes) -> None:
    if not fetch_all("SELECT 1 FROM audit_seal WHERE sequence = %s AND chain_hash = %s", [sequence, chain_hash]):
        raise AnchorsDisagree(f"検査点番号 {number}、連番 {sequence}")


def checkpoint_is_fresh() -> bool:
    """最後の検査点が4時間以内にあるか。前の検査点の後に記録がなければ、古くても差し支えない。

    A system without any event is fresh; one that has never had a checkpoint counts from its first event.
    """
    (fresh,) = fetch_one(
        "WITH last AS (SELECT sequence, made_at FROM audit_checkpoint ORDER BY checkpoint_number DESC LIMIT 1), "
        "waiting AS (SELECT event_id FROM audit_seal WHERE sequence > coalesce((SELECT sequence FROM last), 0) "
        "ORDER BY sequence LIMIT 1) "
        "SELECT coalesce(bool_and(coalesce((SELECT made_at FROM last), e.occurred_at) "
        "> now() - %s * interval '1 hour'), true) FROM waiting JOIN audit_event e USING (event_id)",
        [LIMIT_HOURS],
    )
    return bool(fresh)


def require_fresh_checkpoint() -> None:
    """検査点が古ければ、重要行為を断る。"""
    if not checkpoint_is_fresh():
        raise CheckpointTooOld


def newest_checkpoint() -> AuditCheckpoint | None:
    """最後の検査点。なければ None。"""
    return AuditCheckpoint.objects.order_by("-checkpoint_number").first()
