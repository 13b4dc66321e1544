"""宛名の写しの索引。検索の欄は、これだけを引く。写しと同じ取引で新しくし、写しから作り直せる。

The places of a protected person — address, telephone, mailing name — are never in the index: whoever searches by a place
cannot find them, whatever the query.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from osame.kernel.search_keys import Key, place_key, word_key
from osame.platform.database import copy_rows, fetch_all, run_sql
from osame.platform.search.entries import grams_of, lines_of
from osame.platform.search.names import with_surname, without_form

AT_A_TIME = 20_000
COLUMNS = ("addressee_number", "kana_order", "grams", "lines")
MAIL = "5"  # 連絡先のうち、電話でないもの


class Copied(NamedTuple):
    """索引に要る、一人の事実。"""

    addressee_number: str
    name: str
    kana: str
    former_surname: str
    alias: str
    representative_name: str
    born_on: date | None
    birth_unknown: bool
    address: str
    address_detail: str
    mailing_names: Sequence[str]
    telephones: Sequence[str]


# 支援措置の対象者の居場所の手掛かりは、初めから読まない。
FACTS = f"""
SELECT a.addressee_number, a.name, a.kana, a.former_surname, a.alias, a.representative_name, a.born_on,
       a.birth_notation <> '',
       CASE WHEN a.protection_measure THEN '' ELSE a.address END,
       CASE WHEN a.protection_measure THEN '' ELSE a.address_detail END,
       CASE WHEN a.protection_measure THEN '{{}}' ELSE a.mailing_name || ARRAY(
           SELECT m.name FROM addressee_mailing m WHERE m.addressee_number = a.addressee_number) END,
       CASE WHEN a.protection_measure THEN '{{}}' ELSE ARRAY(
           SELECT c.value FROM addressee_contact c
           WHERE c.addressee_number = a.addressee_number AND c.kind <> '{MAIL}') END
FROM addressee a WHERE NOT a.withheld AND
"""


def refresh(addressee_numbers: Iterable[str]) -> int:
    """この宛名の索引を新しくし、行数を返す。写しを書いたすぐ後に、同じ取引で呼ぶ。

    要件: F28-01
    """
    numbers = sorted(set(addressee_numbers))
    written = 0
    for start in range(0, len(numbers), AT_A_TIME):
        some = numbers[start : start + AT_A_TIME]
        run_sql("DELETE FROM search_entry WHERE addressee_number = ANY(%s)", [some])
        written += _write(fetch_all(FACTS + "a.addressee_number = ANY(%s)", [some]))
    return written


def rebuild() -> int:
    """索引を、写しから作り直し、行数を返す。

    要件: F28-01
    """
    with transaction.atomic():
        run_sql("DELETE FROM search_entry")
        return sum(map(_write, _everybody()))


def _everybody() -> Iterator[list[tuple[Any, ...]]]:
    after = ""
    order = f" ORDER BY a.addressee_number LIMIT {AT_A_TIME}"
    while rows := fetch_all(FACTS + "a.addressee_number > %s" + order, [after]):
        after = rows[-1][0]
        yield rows


def _write(rows: list[tuple[Any, ...]]) -> int:
    copy_rows("search_entry", COLUMNS, (_entry(Copied(*row)) for row in rows))
    return len(rows)


def _entry(person: Copied) -> tuple[Any, ...]:
    keys = keys_of(person)
    grams = grams_of(keys, born_on=person.born_on, birth_unknown=person.birth_unknown, telephones=person.telephones)
    return person.addressee_number, person.kana or person.name, grams, lines_of(keys)


def keys_of(person: Copied) -> list[Key]:
    """一人を引ける鍵。旧氏と通称、会社の種類を省いた名、代表者、送付先の名でも引ける。"""
    names = [person.name, person.kana, without_form(person.name), without_form(person.kana)]
    names += [person.alias, person.representative_name, *person.mailing_names]
    if person.former_surname:
        names.append(with_surname(person.former_surname, person.name))
    keys = [word_key(name) for name in dict.fromkeys(names)]
    keys.append(place_key(person.address, person.address_detail))
    return [key for key in keys if key.words]
