"""計測する四つの処理と、それぞれの床。"""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from osame.bench.population import DUE_DATES, stage_payments
from osame.collection.closing.queries import first_open_day
from osame.collection.demands.batch import run_demands
from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.order import LEGAL_ORDER
from osame.collection.ledger.posting import claim_command
from osame.collection.matching.batch import MatchingTerms, match_staged, open_report_stage
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.parameters import parameter
from osame.law.population import ChargePopulation
from osame.platform.database import fetch_one, run_sql

AS_OF = date(2026, 3, 10)


def timed(work: Callable[[], Any]) -> float:
    """処理の秒数。"""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def determinations(directory: Path) -> dict[str, Any]:
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


def matching(payments: int) -> dict[str, Any]:
    """消込と記帳。床は、結合・UPDATE一つ・INSERT … SELECT 二つだけの裸の SQL。"""
    for table in ("charge", "receipt", "entry"):
        run_sql(
            f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES) WITH (fillfactor = {70 if table == 'charge' else 100})"
        )
        run_sql(f"INSERT INTO bare_{table} SELECT * FROM {table}")
    run_sql("CREATE SEQUENCE bare_number CACHE 1000")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # 取引の外でだけできる
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


ROUNDS = 7
CHUNK = 1 << 16


def charges() -> dict[str, Any]:
    """未納全件の延滞金。床は、同じ算術だけの裸の NumPy。どちらも数回測り、中央の値を取る。

    The bare pass knows nothing of law but its arithmetic: base, the one-month boundary, days per calendar year on either
    side of it, one floor per segment, the final cut.
    """
    principal, due = _open_charges()
    population = ChargePopulation(principal=principal, due_date=due)
    ours = [timed(lambda: delinquency_charges(population, as_of=AS_OF)) for _ in range(ROUNDS)]
    bare = [timed(lambda: _bare_pass(principal, due)) for _ in range(ROUNDS)]
    expected = delinquency_charges(population, as_of=AS_OF).final
    if not np.array_equal(expected, _bare_pass(principal, due)):
        raise AssertionError("裸の計算と一致しない")
    return {"floor_s": sorted(bare)[ROUNDS // 2], "osame_s": sorted(ours)[ROUNDS // 2], "rows": len(principal)}


def _open_charges() -> tuple[Any, Any]:
    with connection.cursor() as cursor:
        query = (
            "COPY (SELECT principal_tax, due_date - date '1970-01-01' FROM charge WHERE principal_tax > 0 "
            "AND due_date < '2026-03-10') TO STDOUT (FORMAT csv)"
        )
        with cursor.copy(query) as copy:
            data = b"".join(bytes(block) for block in copy)
    table = np.fromstring(data.replace(b"\n", b","), dtype=np.int64, sep=",").reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), table[:, 1].astype("datetime64[D]")


def _bare_pass(principal: Any, due: Any) -> Any:
    """納期限の翌日から、1月の境と暦年の境で区切り、区分ごとに切り捨てて合計する。"""
    rates = _rates()
    until = int(np.datetime64(AS_OF, "D").astype(np.int64))
    final = np.empty_like(principal)
    for start in range(0, len(principal), CHUNK):
        chunk = slice(start, start + CHUNK)
        first = due[chunk] + 1
        month = first.astype("datetime64[M]")
        next_month = month + 1
        in_month = np.minimum(
            first - month.astype("datetime64[D]"), (next_month + 1).astype("datetime64[D]") - next_month
        )
        boundary = (next_month.astype("datetime64[D]") + in_month).astype(np.int64) - 1
        begins = first.astype(np.int64)
        tax = principal[chunk]
        base = np.where(tax < 2000, 0, tax // 1000 * 1000)
        total = np.zeros_like(base)
        for since, through, early, after in rates:
            last = np.int64(min(through, until))
            days = np.minimum(boundary, last) - np.maximum(begins, since) + 1
            total += base * early * np.maximum(days, 0) // 365_000
            days = last - np.maximum(boundary + 1, since) + 1
            total += base * after * np.maximum(days, 0) // 365_000
        final[chunk] = np.where(total < 1000, 0, total // 100 * 100)
    return final


def _rates() -> list[tuple[int, int, int, int]]:
    """納期限から計算日までに掛かる暦年の（初日, 末日, 低い割合, 高い割合）。割合は千分率。"""
    years = []
    for year in range(DUE_DATES[0].year, AS_OF.year + 1):
        days = (date(year, 1, 1), date(year, 12, 31))
        since, through = (int(np.datetime64(day, "D").astype(np.int64)) for day in days)
        early, after = (int(parameter(f"local_tax_{name}").on(days[0]).value * 1000) for name in ("early", "after"))
        years.append((since, through, early, after))
    return years


def demands() -> dict[str, Any]:
    """督促の選定と記帳（三万通）。"""
    keep_letters(30_000)
    result: list[Any] = []
    seconds = timed(lambda: result.append(run_demands(as_of=AS_OF, cut_off=AS_OF, officer="計測")))
    return {"osame_s": seconds, "goal_s": 5.0, "letters": result[0].letters, "charges": result[0].charges}


def keep_letters(letters: int) -> None:
    """督促の対象がおよそ `letters` 通になるように、ほかの期別の納期限を先に延ばす。"""
    run_sql(
        "UPDATE charge c SET due_date = '2026-06-30' FROM (SELECT addressee_number, row_number() OVER "
        "(ORDER BY addressee_number) AS n FROM (SELECT DISTINCT addressee_number FROM charge WHERE principal_tax > 0 "
        "AND due_date < %s) unpaid) numbered WHERE c.addressee_number = numbered.addressee_number AND numbered.n > %s",
        [AS_OF, letters],
    )
    run_sql("ANALYZE charge")


def backend_peak_mb() -> int:
    """この接続の PostgreSQL プロセスの、記憶域の最大（共有バッファを含む）。"""
    (pid,) = fetch_one("SELECT pg_backend_pid()")
    return peak_mb(int(pid))


def peak_mb(pid: int) -> int:
    """プロセスの記憶域の最大（MB）。getrusage と違い、親プロセスの大きさを引きずらない。"""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
