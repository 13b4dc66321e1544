"""宛名検索の計測。30万人を作り、検索の種類ごとに中央値と95パーセント点を、総なめと完全一致の索引と並べて測る。

The population is deterministic and goes in by COPY; the index is built by the suite's own `refresh`. Each kind of search
is asked with terms drawn from the population (common and rare ones alike), through `find`, audit and suppression
included. Beside each: a sequential scan of the same table for the same kana, and a lookup of one number by primary key.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from osame.addressee.search.batch import refresh
from osame.addressee.search.queries import Criteria, find
from osame.demo.names import COMPANY_TRADES, COMPANY_WORDS, GIVEN_NAMES, RARE_SURNAMES, SURNAMES
from osame.demo.places import CITY, MUNICIPALITY_CODE, towns
from osame.kernel.dates import era_year
from osame.kernel.search_keys import Match
from osame.platform import database
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, acting

DATABASE = "osame_bench_search"
AS_OF = date(2026, 4, 1)
ROUNDS = 40
GOAL_MS = 100
PREFECTURE = "三重県"
COLUMNS = (
    "addressee_number", "valid_from", "valid_until", "change_id", "change_reason", "changed_on", "source", "officer",
    "standing", "name", "kana", "former_surname", "former_surname_kana", "sex", "born_on", "prefecture",
    "municipality_code", "municipality_name", "town", "block", "building",
)  # fmt: skip


def run_search_bench(*, people: int) -> dict[str, Any]:
    """母集団を作り、索引を作り、検索を測る。"""
    _fresh_database()
    with acting(Acting("計測", "addressee.search.bench", "計測")):
        with transaction.atomic():
            _make_people(people)
        started = time.perf_counter()
        rows = refresh()
        index_seconds = time.perf_counter() - started
        _analyze()
        random = Random(20260401)  # noqa: S311 - 計測の語を選ぶだけ
        kinds = {name: _measured(ask, random) for name, ask in KINDS.items()}
        return {
            "people": people,
            "entries": rows,
            "index_seconds": round(index_seconds, 1),
            "index_mb": int(fetch_one("SELECT pg_total_relation_size('search_entry') / 1048576")[0]),
            "goal_ms": GOAL_MS,
            "searches": kinds,
            "sequential_scan": _measured(_sequential, random, rounds=5),
            "exact_index_lookup": _measured(_by_key, random),
        }


def _fresh_database() -> None:
    import psycopg

    owner = settings.DATABASES["owner"]
    with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    os.environ["OSAME_DATABASE_NAME"] = DATABASE
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = DATABASE
        connections[alias].settings_dict["NAME"] = DATABASE
    database.prepare()


def _make_people(people: int) -> None:
    _through_stage(
        "addressee", ("addressee_number", "kind", "origin"), ((_number(n), _kind(n), "001") for n in range(people))
    )
    _through_stage("addressee_version", COLUMNS, _versions(people))


def _through_stage(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """行の門のある表には COPY できないので、一時表を経る。"""
    listed = ", ".join(columns)
    run_sql(f"CREATE TEMP TABLE staged_{table} ON COMMIT DROP AS SELECT {listed} FROM {table} WITH NO DATA")
    copy_rows(f"staged_{table}", columns, rows)
    run_sql(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM staged_{table}")


def _number(n: int) -> str:
    return f"{100_000_000 + n * 7919 % 300_007_000:015d}"


def _kind(n: int) -> str:
    return "3" if n % 20 == 0 else "1"


def _versions(people: int) -> Iterator[tuple[Any, ...]]:
    """一人に一つ。十人に一人は、転居の前の履歴と旧氏を持つ。"""
    random = Random(7)  # noqa: S311 - 決まった母集団を作るだけ
    places = towns()
    for n in range(people):
        name, kana = _named(n, random)
        place = places[random.randrange(len(places))].town.removeprefix(CITY)
        born = None if _kind(n) == "3" else date(1930, 1, 1) + timedelta(days=random.randrange(34_000))
        block = f"{random.randint(1, 30)}番{random.randint(1, 40)}号"
        building = f"コーポ{n % 97}　{random.randint(101, 509)}" if n % 4 == 0 else ""
        moved = n % 10 == 1
        whole = (_number(n), n + 1, "01", date(2020, 4, 1), "001", "計測", "6" if born is None else "1", name, kana)
        rest = (str(random.randint(1, 2)), born, PREFECTURE, MUNICIPALITY_CODE, CITY)
        if moved:
            old, old_kana = SURNAMES[(n * 31) % len(SURNAMES)]
            yield _row(
                whole,
                (date(2000, 1, 1), date(2020, 4, 1)),
                ("", ""),
                rest,
                (places[n % len(places)].town.removeprefix(CITY), "5番1号", ""),
            )
            yield _row(whole, (date(2020, 4, 1), None), (old, old_kana), rest, (place, block, building))
        else:
            yield _row(whole, (date(2000, 1, 1), None), ("", ""), rest, (place, block, building))


def _row(
    whole: tuple[Any, ...], valid: tuple[Any, ...], old: tuple[str, str], rest: tuple[Any, ...], where: tuple[str, ...]
) -> tuple[Any, ...]:
    number, change, reason, on, source, officer, standing, name, kana = whole
    return (number, *valid, change, reason, on, source, officer, standing, name, kana, *old, *rest, *where)


def _named(n: int, random: Random) -> tuple[str, str]:
    if _kind(n) == "3":
        word, trade = random.choice(COMPANY_WORDS), random.choice(COMPANY_TRADES)
        return f"{word[0]}{trade[0]}株式会社", f"{word[1]}{trade[1]}カブシキガイシャ"
    surname = random.choice(RARE_SURNAMES if n % 100 == 7 else SURNAMES)
    given = random.choice(GIVEN_NAMES)
    return f"{surname[0]}　{given[0]}", f"{surname[1]}　{given[1]}"


def _analyze() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _ask(criteria: Criteria, *, history: bool = False) -> int:
    with transaction.atomic():
        return find(criteria, as_of=AS_OF, history=history).total


def _surname(random: Random) -> tuple[str, str]:
    return random.choice(SURNAMES)


def _wareki(random: Random) -> str:
    day = date(1930, 1, 1) + timedelta(days=random.randrange(34_000))
    era, year = era_year(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


def _town(random: Random) -> str:
    return random.choice(towns()).town.removeprefix(CITY)


KINDS: dict[str, Callable[[Random], int]] = {
    "番号": lambda r: _ask(Criteria(number=_number(r.randrange(1000)))),
    "番号の頭": lambda r: _ask(Criteria(number=_number(r.randrange(1000))[:10])),
    "カナ 氏名すべて": lambda r: _ask(Criteria(kana=f"{_surname(r)[1]} {r.choice(GIVEN_NAMES)[1]}")),
    "カナ 氏だけ": lambda r: _ask(Criteria(kana=_surname(r)[1])),
    "カナ 二字": lambda r: _ask(Criteria(kana=_surname(r)[1][:2])),
    "カナ 一字": lambda r: _ask(Criteria(kana=_surname(r)[1][:1])),
    "カナ 途中に含む": lambda r: _ask(Criteria(kana=r.choice(GIVEN_NAMES)[1][1:], match=Match.INNER)),
    "漢字 氏名すべて": lambda r: _ask(Criteria(name=f"{_surname(r)[0]}{r.choice(GIVEN_NAMES)[0]}")),
    "漢字 異体字の氏": lambda r: _ask(Criteria(name=r.choice(RARE_SURNAMES)[0])),
    "漢字 途中に含む": lambda r: _ask(Criteria(name=r.choice(COMPANY_TRADES)[0], match=Match.INNER)),
    "漢字 一字": lambda r: _ask(Criteria(name=_surname(r)[0][:1])),
    "生年月日": lambda r: _ask(Criteria(born=_wareki(r))),
    "生年": lambda r: _ask(Criteria(born=f"S{r.randint(20, 60)}")),
    "町字": lambda r: _ask(Criteria(address=_town(r))),
    "町字と番": lambda r: _ask(Criteria(address=f"{_town(r)}{r.randint(1, 30)}-{r.randint(1, 40)}")),
    "市から番地まで": lambda r: _ask(Criteria(address=f"{PREFECTURE}{CITY}{_town(r)}{r.randint(1, 30)}番")),
    "市だけ": lambda _: _ask(Criteria(address=CITY)),
    "カナと生年月日": lambda r: _ask(Criteria(kana=_surname(r)[1], born=f"S{r.randint(20, 60)}")),
    "カナと町字": lambda r: _ask(Criteria(kana=_surname(r)[1][:2], address=_town(r))),
    "カナ一字と市": lambda r: _ask(Criteria(kana=_surname(r)[1][:1], address=CITY)),
    "旧氏・旧住所も": lambda r: _ask(Criteria(kana=_surname(r)[1], address=_town(r)), history=True),
    "いない者": lambda _: _ask(Criteria(kana="ヌヌヌヌ")),
}


def _sequential(random: Random) -> int:
    """総なめの床。同じカナを、表を初めから終わりまで読んで探す。"""
    with transaction.atomic():
        statement = "SELECT addressee_number FROM addressee_version WHERE superseded_at IS NULL AND kana LIKE %s"
        return len(fetch_all(statement, [_surname(random)[1] + "%"]))


def _by_key(random: Random) -> int:
    """完全一致の床。番号一つを主キーで引く。"""
    with transaction.atomic():
        return run_sql("SELECT kind FROM addressee WHERE addressee_number = %s", [_number(random.randrange(1000))])


def _measured(ask: Callable[[Random], int], random: Random, *, rounds: int = ROUNDS) -> dict[str, Any]:
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
