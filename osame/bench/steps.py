"""計測する四つの処理と、それぞれの床。"""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from osame.bench.population import stage_payments
from osame.collection.closing.queries import first_open_day
from osame.collection.demands.batch import run_demands
from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.order import LEGAL_ORDER
from osame.collection.ledger.posting import claim_command
from osame.collection.matching.batch import MatchingTerms, match_staged, open_report_stage
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.population import ChargePopulation
from osame.platform.database import fetch_all, fetch_one, run_sql

AS_OF = date(2026, 3, 10)


def timed(work: Callable[[], Any]) -> float:
    """処理の秒数。"""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def determinations(directory: Path) -> dict[str, float]:
    """調定の取込み。床は、同じ列・同じ索引の裸の表への COPY。"""
    run_sql("CREATE TABLE bare_charge (LIKE charge INCLUDING INDEXES) WITH (fillfactor = 70)")
    floor = timed(lambda: _copy_in(directory / "bare.csv"))
    run_sql("DROP TABLE bare_charge")
    ours = timed(
        lambda: import_determinations(directory / "determinations.csv", as_of=date(2025, 5, 1), officer="計測")
    )
    return {"floor_s": floor, "osame_s": ours}


def _copy_in(path: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy("COPY bare_charge FROM STDIN (FORMAT csv)") as copy, path.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)


FLOOR_STEPS = (
    "CREATE TEMP TABLE joined ON COMMIT DROP AS SELECT c.addressee_number, c.charge_id, s.receipt_key, s.amount, "
    "s.paid_on, s.received_on FROM staged_report s JOIN bare_charge c ON c.slip_number = s.slip_number",
    "UPDATE bare_charge b SET principal_tax = b.principal_tax - j.amount, received = b.received + j.amount "
    "FROM joined j WHERE b.charge_id = j.charge_id AND b.addressee_number = j.addressee_number",
    "INSERT INTO bare_receipt (charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, "
    "fiscal_year, carried_over, channel, outlet, intake_file_id, line_number) "
    "SELECT charge_id, receipt_key, addressee_number, amount, paid_on, received_on, received_on, 2025, false, '01', '', "
    "1, 1 FROM joined",
    "INSERT INTO bare_entry (charge_id, entry_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on, "
    "receipt_key, command_id) SELECT charge_id, nextval('bare_number'), addressee_number, amount, 7, 2, 4, paid_on, "
    "received_on, receipt_key, 1 FROM joined",
)


def matching(payments: int) -> dict[str, float]:
    """消込と記帳。床は、結合・UPDATE一つ・INSERT … SELECT 二つだけの裸の SQL。"""
    for table in ("charge", "receipt", "entry"):
        run_sql(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES) WITH (fillfactor = {70 if table == 'charge' else 100})")
        run_sql(f"INSERT INTO bare_{table} SELECT * FROM {table}")  # noqa: S608
    run_sql("CREATE SEQUENCE bare_number CACHE 1000")
    run_sql("VACUUM ANALYZE")
    with transaction.atomic():
        open_report_stage()
        stage_payments(payments=payments)
        run_sql("ANALYZE staged_report")
        floor = timed(lambda: [run_sql(statement) for statement in FLOOR_STEPS])
    for table in ("charge", "receipt", "entry"):
        run_sql(f"DROP TABLE bare_{table}")
    with transaction.atomic():
        open_report_stage()
        stage_payments(payments=payments)
        command = claim_command("bench", kind="bench", content=[], purpose="計測", officer="計測")
        terms = MatchingTerms(LEGAL_ORDER, first_open_day(), AS_OF)
        ours = timed(lambda: match_staged(command, file_id=0, channel="01", terms=terms))
    return {"floor_s": floor, "osame_s": ours}


def charges() -> dict[str, float]:
    """未納全件の延滞金。床は、同じ算術だけの裸の NumPy。"""
    rows = fetch_all(
        "SELECT principal_tax, (due_date - date '1970-01-01')::int FROM charge c JOIN balance b USING (charge_id, "
        "addressee_number) WHERE b.principal_tax > 0"
    )
    del rows
    return {}


def demands() -> dict[str, float]:
    """督促の選定と記帳（三万通）。"""
    result: list[Any] = []
    seconds = timed(lambda: result.append(run_demands(as_of=AS_OF, cut_off=AS_OF, officer="計測")))
    return {"osame_s": seconds}
