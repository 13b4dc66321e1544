"""宛名の配信: 変わったものは漏れず、順に、持ってよい項目だけが届く。"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.test import Client

from osame.addressee.feed import actions, queries
from osame.addressee.feed.api import SCOPE
from osame.addressee.feed.subscribers import Subscriber, named, subscribers
from osame.contracts.addressee_feed import ALWAYS, FIELDS, AddresseeFacts, Page, RawEntry, facts_of
from osame.contracts.strict import UnexpectedMessageError, parsed, plain
from osame.platform import gate
from osame.platform.oauth.actions import active_client, keep_token, register_client
from tests.systems.addressee.business_cast import operator
from tests.systems.addressee.feed_cast import come, move, number, open_for
from tests.systems.conftest import server

DAY = date(2026, 5, 1)
COLLECTION = named("collection")


@pytest.fixture
def town(addressee_database: str) -> Iterator[str]:
    with gate.acting(gate.Acting("田中", "addressee.feed.read", "statutory")):
        yield addressee_database


@contextmanager
def writer(database: str) -> Iterator[psycopg.Connection[Any]]:
    """One transaction of another process."""
    with server(database) as connection, connection.transaction():
        open_for(connection)
        yield connection


def read(after: int = 0, *, of: Subscriber = COLLECTION, limit: int = 100, on: date = DAY) -> Page:
    return queries.page_after(of, after, limit=limit, published=queries.publish(as_of=on), as_of=on)


def people(page: Page) -> dict[str, AddresseeFacts]:
    return {facts.addressee_number: facts for _, facts in facts_of(page)}


def test_each_change_moves_the_person_behind_everybody(town: str) -> None:
    """最初の配信は全員。後で変わった者だけが、新しい位置で、いまの事実とともに届く。"""
    with writer(town) as connection:
        come(connection, range(3))
    first = read()
    assert [entry.position for entry in first.entries] == [1, 2, 3]
    assert people(first)[number(1)].address == "三重県架空市本町0001"
    assert read(first.next).entries == ()
    with writer(town) as connection:
        move(connection, [1], "新町")
    with writer(town) as connection:
        move(connection, [1, 2], "港町")
    page = read(first.next)
    assert [(entry.position, entry.facts["address"]) for entry in page.entries] == [
        (4, "三重県架空市港町0001"),
        (5, "三重県架空市港町0002"),
    ]
    assert [entry.position for entry in read(0).entries] == [1, 4, 5]


def test_a_later_commit_never_hides_an_earlier_one(town: str) -> None:
    """先に書き始め、後で確定した取引も、読み終えた位置より後に現れる。"""
    with server(town) as slow, slow.transaction():
        open_for(slow)
        come(slow, [1])
        with writer(town) as quick:
            come(quick, [2])
        page = read()
        assert list(people(page)) == [number(2)]
    assert list(people(read(page.next))) == [number(1)]


def test_a_rolled_back_change_is_not_announced(town: str) -> None:
    with server(town) as connection, connection.transaction(force_rollback=True):
        open_for(connection)
        come(connection, [1])
    assert read().entries == ()


def test_committed_but_unpublished_facts_wait_for_their_position(town: str) -> None:
    """一つの位置は、一つの事実だけを意味する。"""
    with writer(town) as connection:
        come(connection, [1, 2])
    published = queries.publish(as_of=DAY)
    with writer(town) as connection:
        move(connection, [1], "新町")
    page = queries.page_after(COLLECTION, 0, limit=10, published=published, as_of=DAY)
    assert list(people(page)) == [number(2)]
    assert people(read(page.next))[number(1)].address == "三重県架空市新町0001"


def test_writers_in_any_order_lose_nothing(town: str) -> None:
    """並んで書く八つの取引を、読みながら追う。最後に、全員の最新の事実を持っている。"""
    with writer(town) as connection:
        come(connection, range(40))

    def write(who: int) -> None:
        for turn in range(10):
            with writer(town) as connection:
                move(connection, [(who * 5 + turn) % 40], f"町{who}の{turn}")
                if turn % 3 == 0:
                    connection.execute("SELECT pg_sleep(0.01)")

    threads = [threading.Thread(target=write, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    known: dict[str, AddresseeFacts] = {}
    after = 0
    while True:
        alive = any(thread.is_alive() for thread in threads)
        page = read(after, limit=7)
        known |= people(page)
        after = page.next
        if not alive and not page.entries:
            break
    assert known == people(read(0))
    assert len(known) == 40


def test_every_watched_table_announces(town: str) -> None:
    with writer(town) as connection:
        come(connection, [1, 2])
    after = read().next
    statements = (
        "INSERT INTO mailing_address (addressee_number, tax_item, document, priority, is_safe, name, kana, postal_code, "
        "municipality_code, prefecture, municipality_name, town, block, building, country_code, country_name, "
        "foreign_address, reason, valid_from, content_key, officer, needs_approval, approver) VALUES (%(n)s, '', '', 5, false, "
        "'送付 先', '', '5160037', '', '三重県', '架空市', '港町', '9', '', '', '', '', '届出', '2026-01-01', 'k', '田中', false, '')",
        "INSERT INTO contact (addressee_number, kind, priority, value, search_key, note, valid_from, officer) "
        "VALUES (%(n)s, '1', 5, '0596-00-0000', '0596000000', '', '2026-01-01', '田中')",
        "INSERT INTO agent (addressee_number, agent_number, kind, tax_item, title, note, state, valid_from, notified_on, "
        "approver, ended_reason, officer) VALUES (%(n)s, %(m)s, '01', '', '', '', '2', '2026-01-01', '2026-01-01', '', '', '田中')",
        "INSERT INTO consolidation_link (addressee_number, representative_number, kind, evidence, linked_by) "
        "VALUES (%(n)s, %(m)s, '1', '法人番号', '田中')",
        "UPDATE addressee SET closed_on = '2026-04-30' WHERE addressee_number = %(n)s",
    )
    for statement in statements:
        with writer(town) as connection:
            connection.execute(statement, {"n": number(1), "m": number(2)})
        page = read(after)
        assert list(people(page)) == [number(1)], statement
        after = page.next
    facts = people(read())[number(1)]
    assert facts.mailings[0].address == "三重県架空市港町9"
    assert (facts.contacts[0].value, facts.agents[0].agent_number) == ("0596-00-0000", number(2))
    assert (facts.closed_on, facts.representative_number) == (date(2026, 4, 30), number(2))


def test_protection_travels_with_the_other_party(town: str) -> None:
    with writer(town) as connection:
        come(connection, [1, 2])
    after = read().next
    with writer(town) as connection:
        connection.execute(
            "WITH m AS (INSERT INTO protection_measure (addressee_number, kind, state, source, source_key, requesting_office, "
            "starts_on, through, officer) VALUES (%s, '1', '2', '2', 'k', '架空警察署', '2026-01-01', '2026-12-31', '田中') "
            "RETURNING measure_id) INSERT INTO protected_relation (measure_id, addressee_number, other_number, other_name, officer) "
            "SELECT measure_id, %s, %s, '', '田中' FROM m",
            [number(1), number(1), number(2)],
        )
    facts = people(read(after))[number(1)]
    assert (facts.protected, facts.protected_through, facts.protected_from) == (True, date(2026, 12, 31), (number(2),))


def test_a_fact_that_begins_today_is_announced_today(town: str) -> None:
    """先の日付の異動は、その日に知らせる。"""
    with writer(town) as connection:
        come(connection, [1, 2])
        connection.execute(
            "UPDATE addressee_version SET superseded_at = now() WHERE addressee_number = %s", [number(1)]
        )
        connection.execute(
            "INSERT INTO addressee_version (addressee_number, valid_from, valid_until, change_id, change_reason, changed_on, "
            "source, officer, standing, name) VALUES "
            "(%(n)s, '2020-01-01', '2026-05-03', 1, '01', '2020-01-01', '001', '田中', '1', '前の 氏名'), "
            "(%(n)s, '2026-05-03', NULL, 1, '02', '2026-05-03', '001', '田中', '1', '新しい 氏名')",
            {"n": number(1)},
        )
    page = read()
    assert people(page)[number(1)].name != "新しい 氏名"
    assert read(page.next, on=date(2026, 5, 2)).entries == ()
    assert people(read(page.next, on=date(2026, 5, 4)))[number(1)].name == "新しい 氏名"


def test_each_subscriber_gets_its_own_fields_and_never_a_personal_number(town: str) -> None:
    with writer(town) as connection:
        come(connection, [1])
    for code, subscriber in subscribers().items():
        entry = read(of=subscriber).entries[0]
        assert set(entry.facts) == set(subscriber.fields), code
    assert not {"mailings", "agents", "household_number"} & set(named("linkage").fields)
    assert "corporate_number" not in named("care").fields
    assert not [name for name in FIELDS if "personal" in name or "individual" in name]


def test_a_person_closed_to_other_offices_is_only_a_number(town: str) -> None:
    """他業務参照不可の宛名は、登録した業務のほかには、番号と区分だけを渡す。"""
    with writer(town) as connection:
        come(connection, [1])
        connection.execute("UPDATE addressee SET not_for_other_offices = true, origin = '002'")
    assert read().entries[0].facts == {"addressee_number": number(1), "withheld": True, "kind": "1"}
    assert people(read(of=named("health_insurance")))[number(1)].name


def test_an_acknowledgement_only_goes_forward(town: str) -> None:
    with writer(town) as connection:
        come(connection, range(5))
    read()
    assert actions.acknowledge(COLLECTION, 4) == 4
    assert actions.acknowledge(COLLECTION, 2) == 4
    with pytest.raises(actions.NotYetPublished):
        actions.acknowledge(COLLECTION, 6)
    behind = {each.subscriber.code: each.behind for each in queries.states()}
    assert (behind["collection"], behind["linkage"]) == (1, 5)


def test_a_page_is_read_strictly(town: str) -> None:
    """項目が足りない、多い、型が違う答えは受けない。"""
    with writer(town) as connection:
        come(connection, [1])
    page = read()
    assert parsed(Page, plain(page)) == page
    entry = page.entries[0]
    for facts in (
        {name: value for name, value in entry.facts.items() if name != "kana"},
        entry.facts | {"personal_number": "1"},
        entry.facts | {"born_on": "1980-02-30"},
        entry.facts | {"protected": 1},
        {name: entry.facts[name] for name in ALWAYS},
    ):
        bad = Page(**{name: getattr(page, name) for name in Page.__dataclass_fields__} | {
            "entries": (RawEntry(position=1, facts=facts),)
        })  # fmt: skip
        with pytest.raises(UnexpectedMessageError):
            facts_of(bad)


def test_a_large_load_costs_one_announcement_per_statement(town: str) -> None:
    with writer(town) as connection:
        come(connection, range(2000))
    with server(town) as connection:
        assert connection.execute("SELECT count(*) FROM feed_change").fetchone() == (4000,)  # 宛名と履歴
    assert queries.publish(as_of=DAY) == 2000
    with server(town) as connection:
        assert connection.execute("SELECT count(*) FROM feed_change").fetchone() == (0,)


def test_a_business_system_asks_with_a_token(town: str) -> None:
    """OAuth2 の業務システムも、自分の項目だけを受け取り、確かめたことを告げられる。"""
    with writer(town) as connection:
        come(connection, [1])
    with operator():
        who = register_client("002", "国民健康保険", scopes=[SCOPE])
    client = active_client(who.client_id)
    assert client
    keep_token("token-of-this-test", client, SCOPE, at=datetime.now(UTC))
    here = "127.0.0.1"
    browser = Client(
        SERVER_NAME=here, headers={"Authorization": "Bearer token-of-this-test", "Osame-Purpose": "statutory"}
    )
    page = browser.get("/api/v1/feed?after=0").json()
    assert set(page["entries"][0]["facts"]) == set(named("health_insurance").fields)
    told = browser.post("/api/v1/feed/acknowledgement", {"position": page["next"]}, content_type="application/json")
    assert told.json() == {"position": 1}
    assert {each.subscriber.code: each.behind for each in queries.states()}["health_insurance"] == 0
    assert browser.get("/api/v1/feed?after=x").status_code == 422
    assert Client(SERVER_NAME=here, headers={"Authorization": "Bearer another"}).get("/api/v1/feed").status_code == 401
    assert browser.get("/internal/v1/feed").status_code == 401
