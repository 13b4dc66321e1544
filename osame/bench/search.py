"""宛名検索の計測。30万人を作り、検索の種類ごとに中央値と95パーセント点を、総なめと完全一致の索引と並べて測る。

The population is deterministic and goes in by COPY; the index is built by the suite's own `refresh`. Each kind of search
is asked with terms drawn from the population (common and rare ones alike), through `find`, audit and suppression
included. Beside each: a sequential scan of the same table for the same kana, and a lookup of one number by primary key.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction

from osame.addressee.search.batch import refresh
from osame.addressee.search.queries import Criteria, find
from osame.bench.people import analyze, fresh_database, kind, measured, named, number, through_stage
from osame.demo.names import COMPANY_TRADES, GIVEN_NAMES, RARE_SURNAMES, SURNAMES
from osame.demo.places import CITY, MUNICIPALITY_CODE, towns
from osame.kernel.dates import era_year
from osame.kernel.search_keys import Match
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, acting

DATABASE = "osame_bench_search"
AS_OF = date(2026, 4, 1)
GOAL_MS = 100
PREFECTURE = "三重県"
COLUMNS = (
    "addressee_number", "valid_from", "valid_until", "change_id", "change_reason", "changed_on", "source", "officer",
    "standing", "name", "kana", "former_surname", "former_surname_kana", "sex", "born_on", "prefecture",
    "municipality_code", "municipality_name", "town", "block", "building",
)  # fmt: skip


def run_search_bench(*, people: int) -> dict[str, Any]:
    """母集団を作り、索引を作り、検索を測る。"""
    fresh_database(DATABASE)
    with acting(Acting("計測", "addressee.search.bench", "計測")):
        with transaction.atomic():
            make_people(people)
        started = time.perf_counter()
        rows = refresh()
        index_seconds = time.perf_counter() - started
        analyze()
        random = Random(20260401)  # noqa: S311 - 計測の語を選ぶだけ
        kinds = {name: measured(ask, random) for name, ask in KINDS.items()}
        return {
            "people": people,
            "entries": rows,
            "index_seconds": round(index_seconds, 1),
            "index_mb": int(fetch_one("SELECT pg_total_relation_size('search_entry') / 1048576")[0]),
            "goal_ms": GOAL_MS,
            "searches": kinds,
            "sequential_scan": measured(_sequential, random, rounds=5),
            "exact_index_lookup": measured(_by_key, random),
        }


def make_people(people: int) -> None:
    """架空の人々。十人に一人は、転居の前の履歴を持つ。"""
    through_stage(
        "addressee", ("addressee_number", "kind", "origin"), ((number(n), kind(n), "001") for n in range(people))
    )
    through_stage("addressee_version", COLUMNS, _versions(people))


def _versions(people: int) -> Iterator[tuple[Any, ...]]:
    """一人に一つ。十人に一人は、転居の前の履歴と旧氏を持つ。"""
    random = Random(7)  # noqa: S311 - 決まった母集団を作るだけ
    places = towns()
    for n in range(people):
        name, kana = named(n, random)
        place = places[random.randrange(len(places))].town.removeprefix(CITY)
        born = None if kind(n) == "3" else date(1930, 1, 1) + timedelta(days=random.randrange(34_000))
        block = f"{random.randint(1, 30)}番{random.randint(1, 40)}号"
        building = f"コーポ{n % 97}　{random.randint(101, 509)}" if n % 4 == 0 else ""
        moved = n % 10 == 1
        whole = (number(n), n + 1, "01", date(2020, 4, 1), "001", "計測", "6" if born is None else "1", name, kana)
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
    "番号": lambda r: _ask(Criteria(number=number(r.randrange(1000)))),
    "番号の頭": lambda r: _ask(Criteria(number=number(r.randrange(1000))[:10])),
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
        return run_sql("SELECT kind FROM addressee WHERE addressee_number = %s", [number(random.randrange(1000))])
