"""本人の請求で渡す書面の守り。支援措置の対象者と、その人たちのこれまでの住所・送付先・連絡先を、床に答える。"""

from osame.addressee.people.facts import FACTS
from osame.platform.database import fetch_all
from osame.platform.privacy.guarding import Guard, guards
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

PROTECTED = "SELECT DISTINCT addressee_number FROM protection_measure WHERE state <> '9'"
TABLES = {
    "addressee_version": tuple(FACTS),
    "mailing_address": (
        "postal_code",
        "prefecture",
        "municipality_name",
        "town",
        "block",
        "building",
        "foreign_address",
    ),
    "contact": ("value",),
}


@guards("addressee")
def guard() -> Guard:
    """宛名管理の守り。

    要件: F27-01, F36-12
    """
    protected = frozenset(number for (number,) in fetch_all(PROTECTED))
    values: list[tuple[str, str]] = []
    for table, names in TABLES.items():
        rows = fetch_all(
            f"SELECT addressee_number, {', '.join(names)} FROM {table} WHERE addressee_number = ANY(%s)",
            [sorted(protected)],
        )
        for number, *facts in rows:
            values += [(number, text) for text in texts_of(dict(zip(names, facts, strict=True)))]
    return Guard(HiddenValues(values), protected)
