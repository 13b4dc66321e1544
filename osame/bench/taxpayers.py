"""納税者の検索と今日の画面の計測。13万人・52万期別を作り、索引を作り、打ち方ごとに一回の要求の中の時間を測る。

Through `read` and `find`, audit included, each in a transaction of its own as a request has it; then what waits today.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import connections, transaction

from osame.bench.people import analyze, fresh_database, kind, measured, named, number, through_stage
from osame.collection.addressees import index
from osame.collection.arrears.queries import promises_due
from osame.collection.search.queries import find
from osame.collection.search.reading import read
from osame.collection.today.batch import count_again
from osame.collection.today.queries import counts
from osame.demo.names import GIVEN_NAMES, RARE_SURNAMES, SURNAMES
from osame.demo.places import CITY, towns
from osame.kernel.dates import era_year
from osame.platform.database import fetch_one
from osame.platform.gate import Acting, acting

DATABASE = "osame_bench_taxpayers"
AS_OF = date(2026, 4, 7)
TERMS = 4
FIRST_SLIP = 250_600_000_000
COLUMNS = ("addressee_number", "kind", "name", "kana", "born_on", "postal_code", "address", "address_detail", "household_number",
           "updated_on", "former_surname", "corporate_number", "representative_name", "mailing_name",
           "mailing_postal_code", "mailing_address", "protection_measure")  # fmt: skip
CHARGES = """
ALTER TABLE charge DISABLE TRIGGER USER;
INSERT INTO charge (addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number,
    installment_term, declaration_number, business_year_number, child_addressee_number, due_date, statutory_due_date,
    statutory_due_date_etc, determined_on, fiscal_year, slip_number, last_revision, tax_amount, highest_tax_amount,
    intake_file_id, line_number, declaration_class, determined, principal_tax, demand_fee, delinquency_charge,
    disposition_cost, additional_charge, received, overpayment, suspense, written_off,
    refund_payable, paid_out, refund_interest)
SELECT a.addressee_number, n * {terms} + t, '06', 2025, 2025, lpad(n::text, 10, '0'), '', t, '', '', '',
    date '2025-04-30' + t * 60, date '2025-04-30' + t * 60, date '2025-05-01', date '2025-05-01', 2025,
    {first_slip} + n * 10 + t, 0, 30000, 30000, 1, n, '', 30000, CASE WHEN n % 12 = 0 THEN 30000 ELSE 0 END, 0, 0, 0, 0,
    CASE WHEN n % 12 = 0 THEN 0 ELSE 30000 END, 0, 0, 0, 0, 0, 0
FROM (SELECT addressee_number, row_number() OVER () AS n FROM addressee) a, generate_series(1, {terms}) t;
ALTER TABLE charge ENABLE TRIGGER USER
"""


def run_taxpayer_bench(*, people: int) -> dict[str, Any]:
    """母集団と索引を作り、検索と今日を測る。"""
    fresh_database(DATABASE)
    with acting(Acting("計測", "collection.bench.run", "operation")):
        with transaction.atomic():
            through_stage("addressee", COLUMNS, copies(people))
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SET LOCAL osame.purpose = 'operation'")
            cursor.execute(CHARGES.format(terms=TERMS, first_slip=FIRST_SLIP))
        started = time.perf_counter()
        rows = index.rebuild()
        index_seconds = time.perf_counter() - started
        analyze()
        random = Random(20260401)  # noqa: S311 - 計測の語を選ぶだけ
        return {
            "people": people,
            "charges": people * TERMS,
            "entries": rows,
            "index_seconds": round(index_seconds, 1),
            "index_mb": int(fetch_one("SELECT pg_total_relation_size('search_entry') / 1048576")[0]),
            "searches": {name: measured(ask, random) for name, ask in KINDS.items()},
            "today": measured(_today, random),
            "count_again": measured(lambda _: count_again(as_of=AS_OF), random, rounds=3),
        }


def copies(people: int) -> Iterator[tuple[Any, ...]]:
    """宛名の写しの行。どの計測も同じ人々になる。"""
    random = Random(7)  # noqa: S311 - 決まった母集団を作るだけ
    places = towns()
    for n in range(people):
        name, kana = named(n, random)
        town = places[random.randrange(len(places))].town
        born = None if kind(n) == "3" else date(1930, 1, 1) + timedelta(days=random.randrange(34_000))
        block = f"{random.randint(1, 30)}番{random.randint(1, 40)}号"
        former = SURNAMES[n * 31 % len(SURNAMES)][0] if n % 10 == 1 else ""
        yield (number(n), kind(n), name, kana, born, "5160000", CITY + town.removeprefix(CITY) + block,
               f"コーポ{n % 97}　{random.randint(101, 509)}" if n % 4 == 0 else "", "", AS_OF, former, "", "", "", "", "", False)  # fmt: skip


def _ask(typed: str) -> int:
    with transaction.atomic():
        return len(find(read(typed), as_of=AS_OF).people)


def _today(_: Random) -> int:
    with transaction.atomic():
        return len(counts(officer="A0001", as_of=AS_OF)) + promises_due(as_of=AS_OF, limit=1).count


def _born(random: Random) -> str:
    day = date(1930, 1, 1) + timedelta(days=random.randrange(34_000))
    era, year = era_year(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


def _town(random: Random) -> str:
    return random.choice(towns()).town.removeprefix(CITY)


KINDS: dict[str, Callable[[Random], int]] = {
    "宛名番号": lambda r: _ask(str(int(number(r.randrange(1000))))),
    "納付書番号": lambda r: _ask(str(FIRST_SLIP + r.randrange(1, 1000) * 10 + 1)),
    "カナ 氏だけ（多すぎ）": lambda r: _ask(r.choice(SURNAMES)[1]),
    "カナ 氏名": lambda r: _ask(f"{r.choice(SURNAMES)[1]} {r.choice(GIVEN_NAMES)[1]}"),
    "漢字 氏名": lambda r: _ask(f"{r.choice(SURNAMES)[0]}{r.choice(GIVEN_NAMES)[0]}"),
    "漢字 異体字": lambda r: _ask(r.choice(RARE_SURNAMES)[0]),
    "生年月日": lambda r: _ask(_born(r)),
    "カナと生年月日": lambda r: _ask(f"{r.choice(SURNAMES)[1]} {_born(r)}"),
    "氏と町字": lambda r: _ask(f"{r.choice(SURNAMES)[0]} {_town(r)}"),
    "町字と番地": lambda r: _ask(f"{_town(r)}{r.randint(1, 30)}-{r.randint(1, 40)}"),
    "町字だけ": lambda r: _ask(_town(r)),
    "いない者": lambda _: _ask("ヌヌヌヌ"),
}
