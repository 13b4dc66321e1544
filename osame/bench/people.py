"""計測の母集団と、時間の測り方。どのシステムの検索の計測も、同じ人々を同じに測る。"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from osame.demo.names import COMPANY_TRADES, COMPANY_WORDS, GIVEN_NAMES, RARE_SURNAMES, SURNAMES
from osame.platform import database
from osame.platform.database import copy_rows, run_sql

ROUNDS = 40


def fresh_database(name: str) -> None:
    """計測だけの、空のデータベース。"""
    owner = settings.DATABASES["owner"]
    with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    os.environ["OSAME_DATABASE_NAME"] = name
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].close()  # 既に開いていれば、そちらに書いてしまう
        connections[alias].settings_dict["NAME"] = name
    database.prepare()


def through_stage(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """行の門のある表には COPY できないので、一時表を経る。"""
    listed = ", ".join(columns)
    run_sql(f"CREATE TEMP TABLE staged_{table} ON COMMIT DROP AS SELECT {listed} FROM {table} WITH NO DATA")
    copy_rows(f"staged_{table}", columns, rows)
    run_sql(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM staged_{table}")


def number(n: int) -> str:
    """宛名番号。順には並ばない。"""
    return f"{100_000_000 + n * 7919 % 300_007_000:015d}"


def kind(n: int) -> str:
    """宛名区分。二十に一つは法人。"""
    return "3" if n % 20 == 0 else "1"


def named(n: int, random: Random) -> tuple[str, str]:
    """氏名とカナ。百人に一人は、異体字の氏。"""
    if kind(n) == "3":
        word, trade = random.choice(COMPANY_WORDS), random.choice(COMPANY_TRADES)
        return f"{word[0]}{trade[0]}株式会社", f"{word[1]}{trade[1]}カブシキガイシャ"
    surname = random.choice(RARE_SURNAMES if n % 100 == 7 else SURNAMES)
    given = random.choice(GIVEN_NAMES)
    return f"{surname[0]}　{given[0]}", f"{surname[1]}　{given[1]}"


def analyze() -> None:
    """統計を新しくする。"""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measured(ask: Callable[[Random], int], random: Random, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """何度も尋ね、中央値と95パーセント点を答える。"""
    ask(random)  # 一度目は、接続と計画の用意を含む
    times, totals = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        totals.append(ask(random))
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95) - 1], 1),
        "most_found": max(totals),
    }
