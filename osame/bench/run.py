"""計測の全体。専用のデータベースに母集団を作り、処理ごとに別のプロセスで測る。

Each step runs in a process of its own, so that its peak memory is its own; the floor is measured in the same run on the
same server, right beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from osame.bench.people import fresh_database
from osame.platform import gate

DATABASE = "osame_bench"
GOALS = {"determinations": 2.5, "matching": 2.0, "charges": 1.5}
STEPS = ("determinations", "matching", "charges", "demands")


def run_bench(*, charges: int, payments: int) -> dict[str, Any]:
    """四つの処理を順に測り、床との比・秒・記憶域を返す。"""
    _fresh_database()
    with tempfile.TemporaryDirectory() as directory:
        plan = {"directory": directory, "charges": charges, "payments": payments}
        _in_process("population", plan)
        steps = {name: _judged(name, _in_process(name, plan)) for name in STEPS}
    return {
        "charges": charges,
        "payments": payments,
        "cpus": os.cpu_count(),
        "postgresql": _version(),
        "steps": steps,
    }


def _fresh_database() -> None:
    fresh_database(DATABASE)
    owner = settings.DATABASES["owner"]
    with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname=DATABASE, autocommit=True) as bench:
        bench.execute(f"GRANT CREATE ON SCHEMA public TO {settings.SYSTEM.role}")  # 床の表を作るため
        bench.execute(f"ALTER DATABASE {DATABASE} OWNER TO {settings.SYSTEM.role}")


def _server() -> psycopg.Connection[Any]:
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True)


def _version() -> str:
    with _server() as server:
        row = server.execute("SHOW server_version").fetchone()
    return str(row[0]) if row else ""


def _in_process(name: str, plan: dict[str, Any]) -> dict[str, Any]:
    """一つの処理を、別のプロセスで測る。"""
    finished = subprocess.run(
        [sys.executable, "-m", "osame.bench.run", name, json.dumps(plan)],
        check=True, stdout=subprocess.PIPE, env={**os.environ, "OSAME_DATABASE_NAME": DATABASE},
    )  # fmt: skip
    return dict(json.loads(finished.stdout.splitlines()[-1]))


def _judged(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    """床との比と、目標を満たしたかどうかを添える。"""
    if "floor_s" in figures:
        figures["ratio"] = round(figures["osame_s"] / figures["floor_s"], 2)
        figures["goal_ratio"] = GOALS[name]
        figures["met"] = figures["ratio"] <= GOALS[name]
    if "goal_s" in figures:
        figures["met"] = figures["osame_s"] <= figures["goal_s"]
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}


def _measure(name: str, plan: dict[str, Any]) -> dict[str, Any]:
    from osame.bench import population, steps

    directory = Path(plan["directory"])
    if name == "population":
        population.make_population(directory, charges=plan["charges"])
        return {}
    work = {
        "determinations": lambda: steps.determinations(directory),
        "matching": lambda: steps.matching(plan["payments"]),
        "charges": steps.charges,
        "demands": steps.demands,
    }
    figures = work[name]()
    figures["peak_client_mb"] = steps.peak_mb(os.getpid())
    figures["peak_backend_mb"] = steps.backend_peak_mb()
    return figures


if __name__ == "__main__":
    import django

    django.setup()
    with gate.acting(gate.Acting("計測", "collection.bench.run", "operation", role="operator")):
        sys.stdout.write(json.dumps(_measure(sys.argv[1], json.loads(sys.argv[2]))) + "\n")
