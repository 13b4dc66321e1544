"""検査7: 宛名の配信は、何が起きても、最後に写しが元と等しい。

Real processes over real sockets. The consumer is killed twenty times, the producer is restarted, a proxy gives old answers
again and delays others, and eight writers commit out of order. At the end the copy equals the truth: by the digest
that both sides work out, and row by row.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from osame.collection.addressees import following
from osame.platform import gate
from osame.platform.exchanges import calling
from tests.faults.feed_cast import Consumer, Unreliable
from tests.systems.addressee.feed_cast import come, move, number, open_for
from tests.systems.conftest import fresh, server
from tests.systems.exchange_cast import Server, introduce, rows

PEOPLE, WRITERS, KILLS = 400, 8, 20
FOLLOWER = gate.Acting("job:follow", "collection.addressees.follow", "statutory", role="operator")
TRUTH = (
    "SELECT addressee_number, name, prefecture || municipality_name || town || block, changed_on "
    "FROM addressee_version WHERE superseded_at IS NULL ORDER BY 1"
)
COPY = "SELECT addressee_number, name, address, updated_on FROM addressee ORDER BY 1"


@dataclass
class Two:
    """The databases of both systems and the producer's server."""

    addressee: str
    collection: str
    server: Server


@pytest.fixture
def two(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    with fresh("addressee") as theirs:
        with fresh("collection") as ours:
            monkeypatch.setenv("OSAME_HOME", str(tmp_path_factory.mktemp("home")))
            introduce("collection", "addressee")
            with Server("addressee", theirs) as producer, gate.acting(FOLLOWER):
                monkeypatch.setenv("OSAME_PEER_URL_ADDRESSEE", producer.url)
                yield Two(theirs, ours, producer)


def write(database: str, who: int, stop: threading.Event, newcomers: list[int]) -> None:
    """A clerk who moves people about, now and then slowly, now and then taking it all back."""
    chance = random.Random(who)
    with server(database) as connection:
        while not stop.is_set():
            with connection.transaction(force_rollback=chance.random() < 0.1):
                open_for(connection)
                mine = [serial for serial in range(PEOPLE) if serial % WRITERS == who]
                move(connection, sorted(chance.sample(mine, 3)), f"町{chance.randrange(10**6)}")
                if chance.random() < 0.1 and newcomers:
                    come(connection, [newcomers.pop()])
                if chance.random() < 0.3:
                    connection.execute("SELECT pg_sleep(%s)", [chance.random() * 0.2])
            time.sleep(0.02)


def caught_up(two: Two, seconds: float = 30) -> None:
    """Until the cursor stands at the last position."""
    deadline = time.monotonic() + seconds
    with calling.client("addressee") as client:
        while following.follow_once(client).received:
            assert time.monotonic() < deadline


def moved_on(*, after: int, seconds: float = 20) -> None:
    """Until the consumer has written something more, however busy the machine is."""
    deadline = time.monotonic() + seconds
    while following.cursor_position() <= after and time.monotonic() < deadline:
        time.sleep(0.005)


def test_the_copy_ends_equal_whatever_happens(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    with server(two.addressee) as connection, connection.transaction():
        open_for(connection)
        come(connection, range(PEOPLE))
    between = Unreliable(two.server.port, seed=7)
    direct = two.server.url
    monkeypatch.setenv("OSAME_PEER_URL_ADDRESSEE", between.url)
    stop, chance = threading.Event(), random.Random(1)
    newcomers = [list(range(PEOPLE + who * 100, PEOPLE + who * 100 + 100)) for who in range(WRITERS)]
    writers = [
        threading.Thread(target=write, args=(two.addressee, who, stop, newcomers[who])) for who in range(WRITERS)
    ]
    for each in writers:
        each.start()
    seen = []
    try:
        consumer = Consumer(two.collection)
        for kill in range(KILLS):
            time.sleep(chance.random() * 0.5)
            if kill % 2:
                moved_on(after=seen[-1])
            consumer.kill()
            seen.append(following.cursor_position())
            if kill in {6, 13}:
                two.server.stop()
                two.server.start()
            consumer.start()
        moved_on(after=seen[-1])
        consumer.end()
    finally:
        stop.set()
        for each in writers:
            each.join()
        between.stop()
    assert seen == sorted(seen)
    assert len(set(seen)) > KILLS / 2
    assert between.repeated > 2
    assert between.delayed > 2
    monkeypatch.setenv("OSAME_PEER_URL_ADDRESSEE", direct)
    caught_up(two)
    with calling.client("addressee") as client:
        compared = following.verify(client)
    assert compared.equal, compared
    assert rows(two.collection, COPY) == rows(two.addressee, TRUTH)
    (confirmed,) = rows(two.addressee, "SELECT confirmed_position FROM feed_subscriber WHERE code = 'collection'")
    assert confirmed == (following.cursor_position(),)


def test_one_change_arrives_within_five_seconds(two: Two) -> None:
    """待っている受信には、一件の異動がすぐに届く。"""
    with server(two.addressee) as connection, connection.transaction():
        open_for(connection)
        come(connection, range(3))
    consumer = Consumer(two.collection)
    try:
        lags = [lag_of(two, f"町{turn}") for turn in range(5)]
    finally:
        consumer.end()
    assert max(lags) <= 5


def lag_of(two: Two, town: str) -> float:
    time.sleep(0.3)
    with server(two.addressee) as connection, connection.transaction():
        open_for(connection)
        move(connection, [1], town)
    started = time.monotonic()
    wanted = f"三重県架空市{town}0001"
    with server(two.collection) as connection:
        while time.monotonic() - started < 10:
            found = connection.execute(
                "SELECT address FROM addressee WHERE addressee_number = %s", [number(1)]
            ).fetchone()
            if found == (wanted,):
                break
            time.sleep(0.01)
    return time.monotonic() - started


def test_the_digest_finds_one_wrong_letter_and_a_fresh_start_mends_it(two: Two) -> None:
    """一字の違いも、消えた一人も、照合で分かり、受け取り直せば直る。"""
    with server(two.addressee) as connection, connection.transaction():
        open_for(connection)
        come(connection, range(50))
    with calling.client("addressee") as client:
        assert following.verify(client).equal
        with server(two.collection) as connection:
            connection.execute("UPDATE addressee SET name = name || 'x' WHERE addressee_number = %s", [number(7)])
        found = following.verify(client)
        assert (found.equal, found.differing) == (False, ("07",))
        with server(two.collection) as connection:
            connection.execute("DELETE FROM addressee WHERE addressee_number = %s", [number(8)])
        assert following.verify(client).differing == ("07", "08")
        following.start_over()
        assert following.verify(client).equal
