"""検索の索引を、信じている履歴から作り直す。"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from osame.kernel.search_keys import Key, address_key, kana_key, name_key
from osame.platform.database import copy_rows, fetch_all, run_sql
from osame.platform.search.entries import grams_of, lines_of
from osame.platform.search.names import with_surname, without_form

AT_A_TIME = 20_000
COLUMNS = ("addressee_number", "version_id", "valid_from", "valid_until", "kana_order", "grams", "lines")


class Version(NamedTuple):
    """索引に要る、履歴一つの事実。"""

    version_id: int
    addressee_number: str
    valid_from: date
    valid_until: date | None
    name: str
    kana: str
    former_surname: str
    former_surname_kana: str
    alias: str
    alias_kana: str
    roman_name: str
    foreign_kanji_name: str
    born_on: date | None
    birth_unknown: bool
    prefecture: str
    municipality_name: str
    town: str
    block: str
    building: str
    country_name: str
    foreign_address: str
    telephones: Sequence[str]


FACTS = ", ".join(f"v.{name}" for name in Version._fields[:-1])
TELEPHONES = {
    True: "coalesce((SELECT array_agg(DISTINCT c.search_key) FROM contact c WHERE c.addressee_number = v.addressee_number "
    "AND c.kind <> '5' AND c.superseded_at IS NULL), '{}')",  # 5 はメール
    False: "'{}'::text[]",
}


def refresh(addressee_numbers: Iterable[str] | None = None) -> int:
    """索引を作り直し、行数を返す。宛名番号を挙げればその人だけ、挙げなければ全員。

    Rebuild the entries of the given addressees (or all) from the versions we believe, and the telephones on record.
    Called after every write of the facts, in the same transaction; running it twice changes nothing.

    要件: F33-03
    """
    numbers = None if addressee_numbers is None else sorted(set(addressee_numbers))
    if numbers is not None and not numbers:
        return 0
    with transaction.atomic():
        run_sql("DELETE FROM search_entry" + _only(numbers, ""), _values(numbers))
        return sum(_write(versions) for versions in _believed(numbers))


def _only(numbers: Sequence[str] | None, prefix: str, word: str = " WHERE") -> str:
    return "" if numbers is None else f"{word} {prefix}addressee_number = ANY(%(numbers)s)"


def _values(numbers: Sequence[str] | None) -> dict[str, Any]:
    return {} if numbers is None else {"numbers": list(numbers)}


def _believed(numbers: Sequence[str] | None) -> Iterator[list[Version]]:
    has_contacts = fetch_all("SELECT to_regclass('contact')")[0][0] is not None
    statement = (
        f"SELECT {FACTS}, {TELEPHONES[has_contacts]} FROM addressee_version v WHERE v.superseded_at IS NULL "
        f"AND v.version_id > %(after)s{_only(numbers, 'v.', ' AND')} ORDER BY v.version_id LIMIT {AT_A_TIME}"
    )
    after = 0
    while rows := fetch_all(statement, {"after": after, **_values(numbers)}):
        after = rows[-1][0]
        yield [Version(*row) for row in rows]


def _write(versions: list[Version]) -> int:
    copy_rows("search_entry", COLUMNS, map(_entry, versions))
    return len(versions)


def _entry(version: Version) -> tuple[Any, ...]:
    keys = keys_of(version)
    grams = grams_of(keys, born_on=version.born_on, birth_unknown=version.birth_unknown, telephones=version.telephones)
    order = next((key.text for key in keys if key.field == "k"), version.name)
    return (
        version.addressee_number,
        version.version_id,
        version.valid_from,
        version.valid_until,
        order,
        grams,
        lines_of(keys),
    )


def keys_of(version: Version) -> list[Key]:
    """一つの履歴から引ける鍵。旧氏と通称、会社の種類を省いた名でも引ける。"""
    kana = [version.kana, without_form(version.kana), version.alias_kana]
    names = [version.name, without_form(version.name), version.alias, version.roman_name, version.foreign_kanji_name]
    if version.former_surname:
        names.append(with_surname(version.former_surname, version.name))
    if version.former_surname_kana:
        kana.append(with_surname(version.former_surname_kana, version.kana))
    keys = [kana_key(text) for text in dict.fromkeys(kana)] + [name_key(text) for text in dict.fromkeys(names)]
    keys.append(
        address_key(
            version.prefecture,
            version.municipality_name,
            version.town + version.block,
            version.building,
            version.country_name,
            version.foreign_address,
        )
    )
    return [key for key in keys if key.words]
