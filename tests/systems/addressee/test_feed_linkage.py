"""4情報の受信: 紐付けのある人の4情報だけが、新しい位置の順に改まる。"""

from collections.abc import Iterator
from datetime import date

import pytest

from osame.contracts.addressee_feed import ALWAYS, Page, RawEntry
from osame.contracts.client import BrokenAnswer
from osame.linkage.feed import following
from osame.platform import gate
from tests.systems.addressee.feed_cast import number
from tests.systems.conftest import server
from tests.systems.exchange_cast import rows

FIELDS = (*ALWAYS, "standing", "name", "address", "address_detail", "sex", "born_on")
BELIEVED = "SELECT unified_addressee_number, name, address, business_id FROM identity_fact WHERE superseded_at IS NULL ORDER BY 1"


@pytest.fixture
def known(linkage_database: str) -> Iterator[str]:
    """Two residents and one 住登外者 whose numbers are linked; a fourth has no link."""
    with server(linkage_database) as connection, connection.transaction():
        connection.execute("SELECT set_config('osame.purpose', 'number_linkage', true)")
        for serial, standing in ((1, "1"), (2, "1"), (3, "2")):
            person = f"9{serial:014d}"
            connection.execute(
                "INSERT INTO unified_identity (unified_addressee_number, origin, state, numbered_for) VALUES (%s, '2', '1', '010')",
                [person],
            )
            connection.execute(
                "INSERT INTO identity_link (unified_addressee_number, business_id, scheme_id, addressee_number, standing, "
                "is_unified) VALUES (%s, '010', '000', %s, %s, false)",
                [person, number(serial), standing],
            )
            connection.execute(
                "INSERT INTO identity_fact (unified_addressee_number, name, address, sex, born_on, business_id) "
                "VALUES (%s, '架空 太郎', '架空市本町1', '1', '1980-01-01', '010')",
                [person],
            )
    with gate.acting(gate.Acting("job:linkage-feed", "linkage.feed.follow", "number_linkage")):
        yield linkage_database


def page(after: int, *people: tuple[int, int, str, str], **changed: object) -> Page:
    """A page of (position, serial, standing, address)."""
    entries = tuple(
        RawEntry(
            position=position,
            facts={
                "addressee_number": number(serial), "withheld": False, "kind": "1", "standing": standing, "name": "架空 太郎",
                "address": address, "address_detail": "", "sex": "1", "born_on": "1980-01-01",
            } | changed,
        )
        for position, serial, standing, address in people
    )  # fmt: skip
    last = max(position for position, *_ in people)
    return Page(
        after=after, next=last, published=last, more=False, as_of=date(2026, 5, 1), fields=FIELDS, entries=entries
    )


def addresses(database: str) -> list[str]:
    return [address for _, _, address, _ in rows(database, BELIEVED)]


def test_only_linked_people_whose_facts_changed_are_learnt(known: str) -> None:
    done = following.apply(
        page(0, (1, 1, "1", "架空市港町9"), (2, 2, "1", "架空市本町1"), (3, 3, "2", "隣市5"), (4, 4, "1", "架空市4"))
    )
    assert (done.received, done.learnt, done.position) == (4, 2, 4)
    assert addresses(known) == ["架空市港町9", "架空市本町1", "隣市5"]
    assert rows(known, BELIEVED)[0][3] == "001"  # 住登者の事実は、住民記録のもの
    assert rows(known, "SELECT count(*) FROM identity_fact WHERE superseded_at IS NOT NULL") == [(2,)]
    assert rows(known, "SELECT count(*) FROM feed_received") == [(3,)]


def test_old_and_repeated_pages_change_nothing(known: str) -> None:
    first, second = page(0, (1, 1, "1", "架空市港町9")), page(1, (5, 1, "1", "架空市新町2"))
    following.apply(first)
    following.apply(second)
    assert following.apply(first).learnt == following.apply(second).learnt == 0
    assert (addresses(known)[0], following.cursor_position()) == ("架空市新町2", 5)


def test_a_page_from_further_on_does_not_skip_what_is_between(known: str) -> None:
    assert following.apply(page(7, (8, 1, "1", "架空市港町9"))).position == 0
    assert addresses(known)[0] == "架空市港町9"


def test_a_broken_page_changes_nothing(known: str) -> None:
    with pytest.raises(BrokenAnswer):
        following.apply(page(0, (1, 1, "1", "架空市港町9"), personal_number="1"))
    assert following.cursor_position() == 0
    assert addresses(known)[0] == "架空市本町1"
