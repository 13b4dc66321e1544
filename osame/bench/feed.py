"""宛名の配信の計測。30万人の初めの受信、30万件の異動の受信、一件の異動の遅れを、実物の process どうしで測る。

Producer: this system's real HTTP server, in a process of its own before a database of its own. Consumer: the real command of
the collection system (`osame addressee-copy follow`), with its own database; both databases belong to the benchmark. The floor
is the same number of plain rows carried from one database to the other by COPY.
"""

import os
import subprocess
import time
from typing import Any

import psycopg
from django.conf import settings
from django.db import transaction

from osame.bench.people import analyze, fresh_database, number
from osame.bench.search import make_people
from osame.bench.serving import command, served
from osame.platform.database import run_sql
from osame.platform.gate import Acting, acting

OURS, THEIRS = "osame_bench_feed_addressee", "osame_bench_feed_copy"
NOW = Acting("計測", "addressee.search.bench", "計測")
GOALS = {"seconds_for_300000": 300, "lag_seconds": 5}
LAGS = 10
SUPERSEDE = "UPDATE addressee_version SET superseded_at = clock_timestamp() WHERE superseded_at IS NULL AND valid_until IS NULL {one}"
# いまの事実を、町の名だけ変えて書く。
MOVE = """
INSERT INTO addressee_version (addressee_number, valid_from, change_id, change_reason, changed_on, source, officer, standing, name,
    kana, former_surname, former_surname_kana, sex, born_on, prefecture, municipality_code, municipality_name, town, block, building)
SELECT addressee_number, valid_from, change_id + 1, '02', '2026-04-01', source, officer, standing, name, kana, former_surname,
    former_surname_kana, sex, born_on, prefecture, municipality_code, municipality_name, %s, block, building
FROM (SELECT DISTINCT ON (addressee_number) * FROM addressee_version WHERE valid_until IS NULL {one}
      ORDER BY addressee_number, version_id DESC) latest
"""


def run_feed_bench(*, people: int) -> dict[str, Any]:
    """母集団を作り、初めの受信、全員の異動の受信、一件の遅れを測る。"""
    fresh_database(OURS)
    _drop(THEIRS)
    environment = os.environ | {"OSAME_SYSTEM": "collection", "OSAME_DATABASE_NAME": THEIRS}
    environment.pop("OSAME_PEER_URL_ADDRESSEE", None)
    with acting(NOW):
        with transaction.atomic():
            make_people(people)
        analyze()
        with served({"OSAME_SYSTEM": "addressee", "OSAME_DATABASE_NAME": OURS}) as (url, _):
            environment["OSAME_PEER_URL_ADDRESSEE"] = url
            _command(environment, "setup")
            first = _timed(environment)
            _moved_all()
            changed = _timed(environment)
            lags = _lags(environment)
        floor = _floor(people)
    return {
        "people": people,
        "cpus": os.cpu_count(),
        "goals": GOALS,
        "first_delivery_seconds": first,
        "changes_seconds": changed,
        "floor_seconds": floor,
        "ratio_to_floor": round(changed / floor, 1),
        "lag_seconds": {"times": LAGS, "most": max(lags), "median": sorted(lags)[len(lags) // 2]},
        "met": changed * 300_000 / people <= GOALS["seconds_for_300000"] and max(lags) <= GOALS["lag_seconds"],
    }


def _moved_all() -> None:
    with transaction.atomic():
        run_sql(SUPERSEDE.format(one=""))
        run_sql(MOVE.format(one=""), ["新町"])
    analyze()


def _timed(environment: dict[str, str]) -> float:
    """いまあるところまで受け取り終えるまでの秒。"""
    started = time.perf_counter()
    _command(environment, "addressee-copy", "follow", "--once")
    return round(time.perf_counter() - started, 2)


def _lags(environment: dict[str, str]) -> list[float]:
    """待っている受信に、一件の異動が届くまでの秒。"""
    follower = subprocess.Popen(
        command("addressee-copy", "follow"), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(5)  # 起きて、待ち始めるまで
        return [_lag(turn) for turn in range(LAGS)]
    finally:
        follower.terminate()
        follower.wait(40)


def _lag(turn: int) -> float:
    one, town = number(turn), f"第{turn}町"
    with transaction.atomic():
        run_sql(SUPERSEDE.format(one="AND addressee_number = %s"), [one])
        run_sql(MOVE.format(one="AND addressee_number = %s"), [town, one])
    started = time.perf_counter()
    with _connected(THEIRS) as copy:
        while time.perf_counter() - started < 60:
            (address,) = copy.execute(
                "SELECT address FROM addressee WHERE addressee_number = %s", [one]
            ).fetchone() or ("",)
            if town in address:
                break
            time.sleep(0.01)
    return round(time.perf_counter() - started, 2)


def _floor(people: int) -> float:
    """床。同じ数の行を、COPY で一方から他方へ移すだけの秒。"""
    columns = "addressee_number, name, kana, town, block"
    with _connected(OURS) as source, _connected(THEIRS) as target:
        target.execute("CREATE TABLE bench_floor (addressee_number text, name text, kana text, town text, block text)")
        query = (
            f"COPY (SELECT {columns} FROM addressee_version WHERE superseded_at IS NULL LIMIT {int(people)}) TO STDOUT"
        )
        started = time.perf_counter()
        with source.cursor().copy(query) as reading, target.cursor().copy("COPY bench_floor FROM STDIN") as writing:
            for block in reading:
                writing.write(block)
        return round(time.perf_counter() - started, 2)


def _command(environment: dict[str, str], *words: str) -> None:
    subprocess.run(command(*words), env=environment, check=True, stdout=subprocess.DEVNULL)


def _connected(name: str) -> psycopg.Connection[Any]:
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname=name, autocommit=True)


def _drop(name: str) -> None:
    with _connected("postgres") as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
