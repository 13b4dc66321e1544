"""一円の誤りを、どこに植えても、検証が見つける。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction

from osame.collection.demands.batch import run_demands
from osame.collection.ledger.models import BALANCE_COLUMNS
from osame.collection.ledger.verification import CHECKS, verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.collection.refunds.deciding import Wanted, decide, plan_content
from osame.formats.reports import ReportStage
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import (
    AS_OF,
    KAKU,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    revision,
    write_notices,
)
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, pay

TABLES = (
    "charge", "entry", "receipt", "receipt_cancellation", "determination_revision", "command", "refund_part",
    "refund_payment_line", "payment_run",
)  # fmt: skip
CONSTRAINTS = (
    ("charge", "charge_balance_not_negative"),
    ("entry", "entry_amount_is_positive"),
    ("entry", "entry_accounts_differ"),
    ("intake_file", "intake_rows_are_all_accounted_for"),
)
FIRST = "(SELECT min({key}) FROM {table} WHERE {where})"
ENTRY = "entry_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on, receipt_key, reverses, command_id"


@pytest.fixture
def ledger(city: str, tmp_path: Path) -> Iterator[None]:
    """あらゆる種類の行がある元帳を、守りを外した管理者として開く。"""
    levy(
        tmp_path,
        determination(SATO), determination(SATO, 2), determination(TANAKA, 1, 300_000),
        determination(KAKU, 1, 90_000), determination(SUZUKI, 1, 4_000), determination(SUZUKI, 2, 30_000),
    )  # fmt: skip
    levy(tmp_path, revision(SATO, 1, 45_000, -5_000), revision(KAKU, 1, 120_000, 30_000), name="revised.csv")
    day = date(2025, 7, 10)
    pay(
        tmp_path,
        notice(1, SATO, 50_000, day), notice(2, SATO, 20_000, day, term=2), notice(3, "0" * 14 + "9", 777, day),
        notice(4, SUZUKI, 4_000, day), notice(5, SUZUKI, 4_000, day),
    )  # fmt: skip
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    late = write_notices(
        tmp_path / "late.csv",
        notice(6, TANAKA, 300_050, AS_OF), notice(7, KAKU, 121_000, AS_OF), notice(8, SATO, 100, AS_OF, term=2),
        notice(1, SATO, 50_000, day), notice(10, SUZUKI, 500, date(2025, 7, 1)),
        notice(9, SATO, 33, AS_OF, stage=ReportStage.CANCELLATION),
    )  # fmt: skip
    result = import_receipts(late, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    assert (result.rows_posted, result.rows_rejected) == (5, 1)
    decide(plan_content(Wanted(SUZUKI), decided_on=AS_OF), decided_on=AS_OF, proposal_id=None)  # 第2期へ充当する
    assert verify_ledger().findings == ()
    default = connections["default"]
    default.close()
    default.settings_dict["USER"] = settings.DATABASES["owner"]["USER"]
    yield
    default.close()
    default.settings_dict["USER"] = settings.SYSTEM.role


def first(table: str, key: str, where: str) -> str:
    return FIRST.format(table=table, key=key, where=where)


def balances() -> Iterator[str]:
    """勘定ごとの残高。"""
    for column in BALANCE_COLUMNS.values():
        for by in (1, -1):
            charge = first("charge", "charge_id", "charge_id > 0")
            yield f"UPDATE charge SET {column} = {column} + {by} WHERE charge_id = {charge}"


def amounts() -> Iterator[str]:
    """仕訳の種別ごとの金額、収納、税額、過誤納、保留、取込みの金額。"""
    for by in (1, -1):
        for (kind,) in fetch_all("SELECT DISTINCT kind FROM entry ORDER BY kind"):
            entry = first("entry", "entry_id", f"kind = {kind}")
            yield f"UPDATE entry SET amount = amount + {by} WHERE entry_id = {entry}"
        for table, key, column, where in (
            ("receipt", "line_number", "amount", "true"),
            ("charge", "charge_id", "tax_amount", "charge_id > 0"),
            ("charge", "charge_id", "tax_amount", "last_revision > 0"),
            ("charge", "charge_id", "highest_tax_amount", "charge_id > 0"),
            ("charge", "charge_id", "last_revision", "last_revision > 0"),
            ("determination_revision", "charge_id", "amount_after", "true"),
            ("determination_revision", "charge_id", "difference", "true"),
            ("overpayment", "charge_id", "amount", "amount > 1"),
            ("held_receipt", "line_number", "amount", "true"),
            ("channel_report", "line_number", "amount", "true"),
            ("rejected_row", "line_number", "amount", "amount IS NOT NULL"),
            ("demand", "charge_id", "demand_fee", "true"),
            ("demand", "charge_id", "principal_tax", "true"),
            ("demand_run", "run_id", "amount", "true"),
            ("demand_run", "run_id", "demand_fee", "true"),
            *(
                ("intake_file", "intake_file_id", column, "channel <> ''")
                for column in (
                    "declared_total", "amount_matched", "amount_held", "amount_rejected", "amount_reported",
                    "rows_rejected",
                )
            ),
        ):  # fmt: skip
            yield f"UPDATE {table} SET {column} = {column} + {by} WHERE {key} = {first(table, key, where)}"


def forgeries() -> Iterator[str]:
    """孤児、二重の取消し、抜けた行、ありえない振替。"""
    newest = first("entry", "entry_id", "kind = 4")
    copied = f"SELECT {{}} FROM entry WHERE entry_id = {newest}"
    orphan = ENTRY.replace("entry_id", "900001")
    yield f"INSERT INTO entry (charge_id, {ENTRY}) {copied.format('900000000, ' + orphan)}"
    yield f"INSERT INTO entry (charge_id, {ENTRY}) {copied.format('charge_id, ' + orphan)}"
    reversal = orphan.replace("debit, credit", "credit, debit").replace("reverses", "entry_id")
    yield f"INSERT INTO entry (charge_id, {ENTRY}) {copied.format('charge_id, ' + reversal)}"
    twice = reversal.replace("900001", "900001 + n")
    yield (
        f"INSERT INTO entry (charge_id, {ENTRY}) SELECT charge_id, {twice} FROM entry, generate_series(1, 2) n "
        f"WHERE entry_id = {newest}"
    )
    yield "UPDATE entry SET reverses = entry_id + 1 WHERE reverses IS NOT NULL"
    yield f"UPDATE entry SET reverses = 1 WHERE entry_id = {newest}"
    yield f"UPDATE entry SET command_id = 900000000 WHERE entry_id = {newest}"
    yield f"UPDATE entry SET debit = credit WHERE entry_id = {newest}"
    yield f"UPDATE entry SET debit = 3 WHERE entry_id = {newest}"
    yield f"UPDATE entry SET credit = 3 WHERE entry_id = {newest}"
    yield f"UPDATE entry SET receipt_key = gen_random_uuid() WHERE entry_id = {newest}"
    for table in ("demand", "overpayment", "determination_revision", "channel_report", "rejected_row", "demand_run"):
        yield f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})"
    for kind in (1, 3, 4, 5, 6, 7, 8):
        yield f"DELETE FROM entry WHERE entry_id = {first('entry', 'entry_id', f'kind = {kind}')}"
    yield "DELETE FROM receipt WHERE amount = (SELECT max(amount) FROM receipt)"
    yield "DELETE FROM held_receipt"
    yield "DELETE FROM command WHERE command_id = (SELECT min(command_id) FROM command)"
    yield (
        "INSERT INTO receipt_cancellation (charge_id, receipt_key, addressee_number, reason, note, cancelled_on, "
        "command_id) SELECT charge_id, receipt_key, addressee_number, '1', '試験', paid_on, 1 FROM receipt LIMIT 1"
    )
    yield "UPDATE refund_part SET amount = amount + 1"
    yield (
        "INSERT INTO refund_payment_line (addressee_number, payment_id, part_number, decision_id, charge_id, receipt_key, "
        "amount, revenue_class) SELECT addressee_number, 900001, 1, decision_id, charge_id, receipt_key, 1, '1' "
        "FROM refund_part LIMIT 1"
    )
    yield (
        f"INSERT INTO entry (charge_id, {ENTRY}) SELECT charge_id, 900002, addressee_number, 1, 5, 1, 14, effective_on, posted_on, NULL, "
        f"NULL, command_id FROM entry WHERE entry_id = {newest}"  # 起票のない滞納処分費
    )
    yield (
        "INSERT INTO payment_run (run_id, transfer_on, payments, total, digest, state, file_sha256, officer) "
        "VALUES (900001, '2025-09-30', 1, 1, '', '2', '', '試験')"
    )
    yield "UPDATE held_receipt SET state = '2'"
    yield "UPDATE intake_file SET state = '9' WHERE channel <> ''"
    yield "UPDATE charge SET principal_tax = -principal_tax, determined = determined - 2 * principal_tax"


def consistent_forgeries() -> Iterator[str]:
    """仕訳と残高を揃えて書き換えた誤り。合計は合うが、法の順に合わない。"""
    moved = (
        "WITH wrong AS (UPDATE entry SET amount = amount - 1 WHERE entry_id = {cut} RETURNING *), "
        "more AS (INSERT INTO entry (charge_id, " + ENTRY + ") SELECT charge_id, 900001, addressee_number, 1, 7, {to}, "
        "kind, effective_on, posted_on, receipt_key, NULL, command_id FROM wrong) "
        "UPDATE charge c SET principal_tax = principal_tax + 1, {column} = {column} {by} 1 FROM wrong w "
        "WHERE c.charge_id = w.charge_id"
    )
    tax = first("entry e JOIN charge c USING (charge_id)", "entry_id", "e.credit = 2 AND c.demand_fee > 0")
    yield moved.format(cut=tax, to=3, column="demand_fee", by="-")
    over = first("entry e JOIN overpayment USING (charge_id)", "entry_id", "e.credit = 2 AND kind = 4")
    yield moved.format(cut=over, to=8, column="overpayment", by="+")
    yield (
        "WITH fixed AS (UPDATE charge SET delinquency_charge = 1000, determined = determined + 1000 WHERE charge_id = "
        "(SELECT min(charge_id) FROM charge WHERE principal_tax > 0) RETURNING charge_id, addressee_number) "
        f"INSERT INTO entry (charge_id, {ENTRY}) SELECT charge_id, 900001, addressee_number, 1000, 4, 1, 7, "
        "'2025-09-01', '2025-09-01', NULL, NULL, (SELECT min(command_id) FROM command) FROM fixed"
    )


def findings(statement: str) -> set[str]:
    """植えて、検証して、元に戻す。"""
    with transaction.atomic():
        for table in TABLES:
            run_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, constraint in CONSTRAINTS:
            run_sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        assert run_sql(statement) > 0, statement
        found = {finding.check for finding in verify_ledger().findings}
        transaction.set_rollback(True)
    return found


def test_every_planted_error_is_found_and_every_check_finds_one(ledger: None) -> None:
    statements = [*balances(), *amounts(), *forgeries(), *consistent_forgeries()]
    found = {statement: findings(statement) for statement in statements}
    assert len(statements) > 90
    assert [statement for statement, checks in found.items() if not checks] == []
    assert set(CHECKS) - set().union(*found.values()) == set()
    assert verify_ledger().findings == ()


def test_verifying_nothing_is_not_sound(city: str) -> None:
    assert not verify_ledger().sound
