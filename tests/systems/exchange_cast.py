"""Two systems in processes of their own: databases, keys that trust each other, and a real server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from osame.platform.exchanges import keys
from osame.platform.gate import Acting
from tests.systems.conftest import here, server

ROOT = Path(__file__).parents[2]
CLERK = Acting("山本", "collection.demands.run", "督促の作成", department="収納推進課", role="collection_clerk")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def this_system(code: str) -> Iterator[None]:
    """For keys only: they know the system by its name, not by its database."""
    before = os.environ.get("OSAME_SYSTEM")
    os.environ["OSAME_SYSTEM"] = code
    try:
        yield
    finally:
        os.environ.pop("OSAME_SYSTEM") if before is None else os.environ.update(OSAME_SYSTEM=before)


def introduce(*systems: str) -> None:
    """Each has a key and trusts the keys of the others."""
    shown: dict[str, str] = {}
    for code in systems:
        with this_system(code):
            if not (keys.directory() / "current").exists():
                keys.create()
            shown[code] = next(text for _, text, current in keys.own() if current)
    for code in systems:
        with this_system(code):
            for peer, text in shown.items():
                if peer != code:
                    keys.trust(peer, text)


class Server:
    """The HTTP door of a system, in a real process over a real socket."""

    def __init__(self, system: str, database: str, port: int | None = None, urls: str = "") -> None:
        self.system, self.database, self.port, self.urls = system, database, port or free_port(), urls
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "OSAME_SYSTEM": self.system, "OSAME_DATABASE_NAME": self.database,
            "OSAME_TEST_URLS": self.urls,
        }  # fmt: skip
        target = "tests.systems.exchange_application:application" if self.urls else (
            "osame.platform.web.application:application"
        )  # fmt: skip
        self.process = subprocess.Popen(
            [
                sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(self.port), "--blocking-threads", "32", "--no-ws", "--log-level", "warning", target,
            ],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        deadline = time.monotonic() + 300
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.process.kill()
                    raise AssertionError(self.process.communicate()[0].decode()) from None
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def rows(database: str, statement: str) -> list[tuple[Any, ...]]:
    """Read another system's database, as its administrator."""
    with server(database) as connection:
        return connection.execute(statement).fetchall()


__all__ = ["CLERK", "Server", "free_port", "here", "introduce", "psycopg", "rows", "this_system"]
