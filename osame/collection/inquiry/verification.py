"""元帳の検証のすべて。仕訳から計算し直し、さらに割付けと延滞金を法からやり直す。

Everything that `osame ledger verify` checks. Besides recomputing sums from the journal, the allocation of every receipt
and every fixed delinquency charge is done again by law, inside a transaction that is rolled back: a sound ledger is one
where doing it again finds nothing to post.
"""

from dataclasses import replace
from datetime import date

from django.db import transaction

from osame.collection.ledger.posting import TOUCHED_COLUMNS, open_stage
from osame.collection.ledger.verification import Finding, Verification, verify_ledger
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order
from osame.platform.database import fetch_all, fetch_one, run_sql

CHECK = "割付けと延滞金は、法からやり直しても同じである"


def verify_everything() -> Verification:
    """元帳のすべてを検証する。

    Verify sums, links and law. Reads only; nothing is changed.

    要件: F04-10, F11-07
    """
    verification = verify_ledger()
    findings = verification.findings
    if restless := _restless_charges():
        examples = tuple(f"期別{charge_id}" for charge_id in restless[:5])
        findings = (*findings, Finding(CHECK, len(restless), examples))
    return replace(verification, checks=verification.checks + 1, findings=findings)


def _restless_charges() -> list[int]:
    """割付けをやり直すと仕訳が動く期別。やり直しは取り消す。"""
    with transaction.atomic():
        open_stage()
        run_sql(
            f"CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT {TOUCHED_COLUMNS} FROM charge c "
            "WHERE c.received > 0 AND c.charge_id > 0"
        )
        run_sql("ANALYZE touched")
        expect_no_receipts()
        (latest,) = fetch_one("SELECT coalesce(max(posted_on), date '2000-01-01') FROM entry")
        today: date = latest
        reallocate(order=allocation_order(as_of=today), correction_on=today)
        moved = [int(row[0]) for row in fetch_all("SELECT DISTINCT charge_id FROM posting ORDER BY charge_id")]
        transaction.set_rollback(True)
    return moved
