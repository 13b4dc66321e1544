"""Killed at random moments and run again, the month ends in the same ledger."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from tests.faults.copies import copied
from tests.faults.month import Step, read_steps
from tests.faults.running import Worker
from tests.faults.servers import OwnServer

KILLS = 5


def finish(month: Path, steps: list[Step], **environment: str) -> None:
    """Run to the end, undisturbed."""
    worker = Worker(month, steps, **environment)
    worker.wait_until_ready()
    worker.go()
    code, said, wailed = worker.finish()
    assert (code, said.split()[0]) == (0, "done"), wailed


def kill_the_importer(month: Path, source: random.Random, quota: int) -> int:
    """Import the month, killed up to `quota` times on the way; how often it was."""
    steps = read_steps(month)
    source.shuffle(steps)
    for kills in range(quota):
        worker = Worker(month, steps)
        worker.wait_until_ready()
        worker.go()
        time.sleep(source.uniform(0.02, 0.9))
        worker.process.send_signal(signal.SIGKILL)
        code, said, wailed = worker.finish()
        if "done" in said:
            return kills  # faster than the killer
        assert code == -signal.SIGKILL, wailed
    finish(month, steps)
    return quota


@pytest.mark.parametrize("seed", range(4))
def test_the_importing_process_is_killed(town: str, month: Path, expected: str, seed: int) -> None:
    """Five kills on the way through the month; four such months make twenty."""
    source, kills = random.Random(seed), 0
    while kills < KILLS:
        with copied(town):
            kills += kill_the_importer(month, source, KILLS - kills)
            assert verify_ledger().findings == ()
            assert ledger_digest() == expected


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path / "home")
    try:
        server.set_up()
        yield server
    finally:
        server.kill()


def kill_the_server(own: OwnServer, month: Path, source: random.Random, quota: int) -> int:
    """Import the month while the server is killed up to `quota` times; how often it was."""
    steps = read_steps(month)
    for kills in range(quota):
        worker = Worker(month, **own.environment)
        worker.wait_until_ready()
        worker.go()
        time.sleep(source.uniform(0.05, 0.9))
        killed = own.kill()
        code, said, wailed = worker.finish()
        if "done" in said:
            return kills  # faster than the killer: who ends last stops the server, so there may be none to kill
        assert killed
        assert code == 1, wailed
        assert "OperationalError" in wailed
    finish(month, steps, **own.environment)
    return quota


def test_the_database_server_is_killed(own_server: OwnServer, month: Path, expected: str) -> None:
    """Postmaster and backends die together, five times; each time the next process starts the server again."""
    source, kills, rounds = random.Random(5), 0, 0
    while kills < KILLS:
        own_server.environment["OSAME_DATABASE_NAME"] = f"round_{(rounds := rounds + 1)}"
        own_server.set_up()
        kills += kill_the_server(own_server, month, source, KILLS - kills)
        assert own_server.look() == (expected, 0)


def test_leftovers_of_a_crash_do_not_keep_the_server_from_starting(own_server: OwnServer) -> None:
    """A pid file with the number of a process that is now something else; a list of processes that are gone."""
    before = own_server.look()
    own_server.kill()
    pid_file = own_server.directory / "postmaster.pid"
    for text in (f"{os.getpid()}\n{own_server.directory}\n1\n5432\n/tmp\n\n 1 1\nready\n", "", "12"):
        pid_file.write_text(text)
        (own_server.directory / ".handle_pids.json").write_text("[999999, 99")
        assert own_server.look() == before
    assert own_server.postmaster() is None  # 最後に終わった者が止めた


def test_a_half_made_directory_is_made_anew(tmp_path: Path) -> None:
    server = OwnServer(tmp_path / "home")
    server.directory.mkdir(parents=True)
    (server.directory / "PG_VERSION").write_text("18\n")
    try:
        server.set_up()
        assert server.look()[1] == 0
    finally:
        server.kill()
