"""監査の計測。三十二の書き手が同時に記録して封をし、毎秒の件数を、封のない同じ幅の行の書込みと並べて測る。

In a database of its own. Each writer is a connection of its own; each record goes through `audit.recording.record` inside a
transaction and is sealed at its commit, as every act of an officer is. Two shapes: one record a transaction (the chain's worst
case: every commit waits for the one before it) and fifty a transaction (a batch). At the end the whole chain is verified.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction

from osame.bench.people import fresh_database
from osame.platform.audit.recording import record
from osame.platform.audit.verify import Scope, verify
from osame.platform.database import run_sql
from osame.platform.gate import Acting, acting

DATABASE = "osame_bench_audit"
GOAL_PER_SECOND = 500
BATCH = 50
PURPOSE = "operation"
# 床。監査の記録と同じほどの幅の行を、鎖も封もない表に書いて終える。
FLOOR_TABLE = """
CREATE TABLE bench_floor (event_id bigserial PRIMARY KEY, written_at timestamptz DEFAULT clock_timestamp(),
                          words text, subjects text[]);
GRANT INSERT ON bench_floor TO {role};
GRANT USAGE ON SEQUENCE bench_floor_event_id_seq TO {role}
"""
FLOOR_ROW = "INSERT INTO bench_floor (words, subjects) VALUES (repeat('監査', 60), ARRAY['000000000000001'])"


def run_audit_bench(*, writers: int, events: int) -> dict[str, Any]:
    """一件ずつの記録と五十件ずつの記録を測り、鎖を初めから確かめる。"""
    fresh_database(DATABASE)
    role = connections["default"].settings_dict["USER"]
    with connections["owner"].cursor() as cursor:
        cursor.execute(FLOOR_TABLE.format(role=role))
    floor = _rate(writers, events, 1, lambda: run_sql(FLOOR_ROW))
    one_by_one = _rate(writers, events, 1, _sealed)
    batched = _rate(writers, events, BATCH, _sealed)
    with transaction.atomic("owner"), connections["owner"].cursor():
        report = verify(connections["owner"].connection, Scope(settings.SYSTEM.code))
    return {
        "writers": writers,
        "events": events,
        "cpus": os.cpu_count(),
        "goal_per_second": GOAL_PER_SECOND,
        "sealed_per_second": {"one_a_transaction": one_by_one, f"{BATCH}_a_transaction": batched},
        "unsealed_floor_per_second": floor,
        "ratio_to_floor": round(floor / one_by_one, 2),
        "met": one_by_one >= GOAL_PER_SECOND,
        "verified": report.seals,
        "findings": len(report.findings),
    }


def _sealed() -> None:
    record("計測した", subjects=["000000000000001"], fields=["氏名", "住所"], detail={"件数": 1})


def _rate(writers: int, events: int, together: int, write: Callable[[], object]) -> int:
    """毎秒の件数。 together: 一つの取引で書く件数。"""
    turns = max(1, events // writers // together)

    def work() -> None:
        with acting(Acting("計測", "collection.bench.run", PURPOSE, role="operator")):
            for _ in range(turns):
                with transaction.atomic():
                    for _ in range(together):
                        write()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(writers)]
    started = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return round(writers * turns * together / (time.perf_counter() - started))
