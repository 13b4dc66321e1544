"""目的の門。告げたことは取引とともに運ばれ、取引とともに消える。"""

import pytest
from django.db import DataError, connection, transaction

from osame.platform import gate
from osame.platform.database import fetch_one

FIRST = gate.Acting("山本", "collection.inquiry.show", "statutory")
SECOND = gate.Acting("佐藤", "collection.inquiry.list", "delinquent_survey")


def told() -> tuple[str, str]:
    """What this transaction says of itself."""
    return fetch_one("SELECT current_setting('osame.officer', true), current_setting('osame.purpose', true)")


def raw() -> tuple[str | None, str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('osame.officer', true), current_setting('osame.purpose', true)")
        return cursor.fetchone()


def test_every_transaction_carries_it_and_nothing_stays_behind(database):
    with gate.acting(FIRST), transaction.atomic():
        assert told() == ("山本", "statutory")
    assert raw()[0] in {None, ""}
    with gate.acting(SECOND), transaction.atomic():
        assert told() == ("佐藤", "delinquent_survey")


def test_an_inner_purpose_replaces_the_outer_until_it_ends(database):
    with gate.acting(FIRST), transaction.atomic():
        with gate.acting(SECOND):
            assert told() == ("佐藤", "delinquent_survey")
        assert told() == ("山本", "statutory")


def test_after_a_rollback_the_next_transaction_starts_anew(database):
    with pytest.raises(RuntimeError), gate.acting(FIRST), transaction.atomic():
        raise RuntimeError
    assert raw()[0] in {None, ""}


def test_a_failure_of_the_database_is_told_as_it_is(database):
    """壊れた取引の中で門が終わっても、もとの失敗が届く。"""
    with pytest.raises(DataError), gate.acting(FIRST), transaction.atomic(), gate.acting(SECOND):
        fetch_one("SELECT 1 / 0")


@pytest.mark.parametrize("missing", ["officer", "function", "purpose"])
def test_nobody_acts_for_nothing(missing):
    facts = {"officer": "山本", "function": "f", "purpose": "statutory"} | {missing: ""}
    with pytest.raises(gate.NoPurpose), gate.acting(gate.Acting(**facts)):
        pass
    with pytest.raises(gate.NoPurpose):
        gate.required()
