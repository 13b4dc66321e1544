"""預かった個人番号は、途中で何が起きても、一人に一つの団体内統合宛名番号になる。

A real linkage server behind a real socket, and the addressee system's own command as the sender. Between the two stands a relay
that can be away, and that can kill the sender when linkage has answered and the sender does not know it yet.
"""

import itertools
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from osame.addressee.residents.importing import import_residents
from osame.formats.resident_writing import write_lines
from osame.linkage.numbers.rotation import create_keys
from osame.platform import gate
from tests.faults.running import ROOT
from tests.systems.addressee.business_cast import REQUEST, registered, send, token
from tests.systems.addressee.people_cast import clerk
from tests.systems.addressee.test_residents_importing import change
from tests.systems.conftest import fresh
from tests.systems.exchange_cast import Server, introduce, rows
from tests.systems.linkage.cast import LINKING, some_number

OUTBOX = "SELECT addressee_number FROM sealed_number_outbox ORDER BY envelope_id"
LINKS = "SELECT business_id, addressee_number, unified_addressee_number FROM identity_link WHERE unlinked_at IS NULL ORDER BY link_id"
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # 断られた口の後始末


class Relay:
    """Passes bytes on to linkage. `victim` is killed when its answer has come, and never gets it."""

    def __init__(self, behind: int) -> None:
        self.behind, self.victim = behind, None
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(caller,), daemon=True).start()

    def _pass(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(("127.0.0.1", self.behind)) as linkage:
            threading.Thread(target=self._copy, args=(caller, linkage), daemon=True).start()
            try:
                while answer := linkage.recv(65536):
                    if self.victim:
                        self.victim.kill()
                        return
                    caller.sendall(answer)
            except OSError:
                return

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while sent := source.recv(65536):
                target.sendall(sent)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self) -> None:
        self.listening.close()


@dataclass
class Two:
    """Both databases, linkage's server and the relay before it."""

    addressee: str
    linkage: str
    server: Server
    relay: Relay
    directory: Path
    files: Iterator[int]

    def take(self, *changes: dict[str, object]) -> tuple[int, int]:
        """A file from the resident register, with 個人番号: taken in and refused rows."""
        sequence = next(self.files)
        path = self.directory / f"{sequence}.csv"
        lines = write_lines(changes, file_sequence=sequence, business_on=date(2026, 4, 1), with_numbers=True)  # type: ignore[arg-type]
        path.write_bytes(b"".join(lines))
        with clerk():
            done = import_residents(path)
        return done.rows_posted, done.rows_rejected

    def start(self, url: str = "") -> "subprocess.Popen[str]":
        """The command, in a process of its own."""
        environment = os.environ | {"OSAME_PEER_URL_LINKAGE": url or self.server.url}
        command = [sys.executable, "-m", "osame.cli", "addressee", "deliver-numbers"]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def deliver(self) -> tuple[int, str]:
        """Run the command to its end."""
        running = self.start()
        said, _ = running.communicate(timeout=60)
        return running.returncode, said

    def waiting(self) -> list[str]:
        """Whose envelopes are in the outbox."""
        return [number for (number,) in rows(self.addressee, OUTBOX)]

    def people(self) -> int:
        """How many identities there are."""
        return int(rows(self.linkage, "SELECT count(*) FROM unified_identity")[0][0])


@pytest.fixture
def two(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Two]:  # fmt: skip
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    with fresh("linkage") as theirs:
        with gate.acting(LINKING):
            create_keys("242039")
        with fresh("addressee") as ours:
            monkeypatch.setenv("OSAME_HOME", str(tmp_path_factory.mktemp("home")))
            monkeypatch.setenv("OSAME_SECRET_KEY", "s" * 50)
            introduce("addressee", "linkage")
            with Server("linkage", theirs) as running:
                relay = Relay(running.port)
                yield Two(ours, theirs, running, relay, tmp_path, itertools.count(1))
                relay.close()


def test_every_envelope_arrives_once_whatever_happens_between(two: Two) -> None:
    """住民記録と付番APIの番号が、順に届く。相手の不在、途中の死、やり直しでも、二つ目の番号は付かない。"""
    posted = two.take(
        change(1, 個人番号=some_number(1)), change(2, "1002", 氏名="伊勢　次郎", 個人番号=some_number(2)),
        change(3, "1003", 個人番号=some_number(3)[:-1] + "x"),
        change(4, "1004", 個人番号=some_number(4)[:-1] + str((int(some_number(4)[-1]) + 1) % 10)),
    )  # fmt: skip
    assert posted == (2, 2)  # 検査用数字の合わない番号は、封をする前に、行ごと断る
    answer = send(token(registered("010")), REQUEST | {"kojinbango": some_number(5)})
    non_resident = answer.json()["result"][0]["atenabango"]
    told = rows(two.addressee, "SELECT told_in, intake_file_id FROM sealed_number_outbox ORDER BY envelope_id")
    assert [told_in for told_in, _ in told] == [1, 2, 0]
    assert told[-1] == (0, 0)
    everybody = ["1001", "1002", non_resident]

    two.server.stop()  # 相手がいない
    code, said = two.deliver()
    assert (code, two.waiting()) == (1, everybody)
    assert "つながらなくなった" in said

    two.server.start()  # 相手は受け取ったが、こちらは知らずに死ぬ
    two.relay.victim = sender = two.start(two.relay.url)
    sender.communicate(timeout=60)
    assert sender.returncode == -9
    assert (two.waiting(), two.people()) == (everybody, 1)

    code, said = two.deliver()
    assert (code, two.waiting()) == (0, []), said
    links = rows(two.linkage, LINKS)
    assert [(business, number) for business, number, _ in links] == [
        ("001", "1001"), ("001", "1002"), ("010", non_resident),
    ]  # fmt: skip
    assert len({person for *_, person in links}) == two.people() == 3
    assert rows(two.linkage, "SELECT count(*) FROM stored_number") == [(3,)]
    assert rows(two.linkage, "SELECT outcome, count(*) FROM numbering_request GROUP BY 1") == [("1", 3)]


def test_what_linkage_holds_is_told_and_kept_there(two: Two) -> None:
    """同じ番号で4情報の違う人は、結ばずに連携サーバーが預かる。正しい人は、続けて届く。"""
    two.take(
        change(1, 個人番号=some_number(1)),
        change(2, "1002", 氏名="架空　別人", 町字="宮後", 個人番号=some_number(1)),
        change(3, "1003", 氏名="伊勢　三郎", 個人番号=some_number(3)),
    )
    code, said = two.deliver()
    assert (code, two.waiting()) == (0, []), said
    assert "うち1通は、相違があるので連携サーバーで決定を待ちます" in said
    held = "SELECT addressee_number, outcome, envelope IS NOT NULL FROM numbering_request ORDER BY addressee_number"
    assert rows(two.linkage, held) == [("1001", "1", False), ("1002", "6", True), ("1003", "1", False)]
    assert [number for _, number, _ in rows(two.linkage, LINKS)] == ["1001", "1003"]
    assert two.people() == 2
