"""People of 架空市, written straight into the tables as any path would write them."""

from collections.abc import Iterable
from typing import Any

import psycopg

PURPOSE = "SELECT set_config('osame.purpose', 'statutory', true), set_config('osame.officer', '田中', true), " \
    "set_config('osame.function', 'addressee.people.record', true)"  # fmt: skip
COMERS = """
WITH made AS (INSERT INTO addressee (addressee_number, kind) SELECT n, '1' FROM unnest(%(n)s::varchar[]) n ON CONFLICT DO NOTHING)
INSERT INTO addressee_version (addressee_number, valid_from, change_id, change_reason, changed_on, source, officer, standing,
                               name, kana, postal_code, prefecture, municipality_name, town, block, born_on)
SELECT n, '2020-04-01', 0, '01', '2020-04-01', '001', '田中', '1', %(name)s || ' ' || n, 'カクウ', '5160037', '三重県', '架空市',
       '本町', right(n, 4), '1980-01-01'
FROM unnest(%(n)s::varchar[]) n
"""


def number(serial: int) -> str:
    return f"{serial:015d}"


def open_for(connection: psycopg.Connection[Any]) -> None:
    """Tells the transaction who acts and what for."""
    connection.execute(PURPOSE)


def come(connection: psycopg.Connection[Any], serials: Iterable[int], name: str = "架空") -> None:
    """People become known, in one statement."""
    connection.execute(COMERS, {"n": [number(serial) for serial in serials], "name": name})


def move(connection: psycopg.Connection[Any], serials: Iterable[int], town: str) -> None:
    """They move house. The unique index of believed versions is met because the old one is superseded first."""
    numbers = [number(serial) for serial in serials]
    connection.execute(
        "UPDATE addressee_version SET superseded_at = clock_timestamp() "
        "WHERE addressee_number = ANY (%(n)s) AND superseded_at IS NULL",
        {"n": numbers},
    )
    connection.execute(
        "INSERT INTO addressee_version (addressee_number, valid_from, change_id, change_reason, changed_on, source, officer, "
        "standing, name, kana, postal_code, prefecture, municipality_name, town, block, born_on) "
        "SELECT DISTINCT ON (addressee_number) addressee_number, valid_from, change_id + 1, '02', '2026-04-01', source, "
        "officer, standing, name, kana, postal_code, prefecture, municipality_name, %(town)s, block, born_on "
        "FROM addressee_version WHERE addressee_number = ANY (%(n)s) ORDER BY addressee_number, version_id DESC",
        {"n": numbers, "town": town},
    )
