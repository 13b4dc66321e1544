"""`osame demo serve` を、打つとおりに。示された職員でサインインし、打ち直さずに隣のシステムへ移り、止めれば何も残らない。"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import find
from tests.systems.exchange_cast import ROOT, free_port

READY, CLERK = "止めるには", "S0001"


class City:
    """The command in a process of its own, as a newcomer starts it."""

    def __init__(self, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OSAME_")}
        self.port = _five_free()
        self.environment = {**kept, "OSAME_HOME": str(home), "OSAME_PORT": str(self.port), "COLUMNS": "200"}
        self.said = home.parent / "said.txt"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-W", "ignore", "-m", "osame.cli", "demo", *arguments]

    def start(self) -> None:
        with self.said.open("wb") as told:
            self.process = subprocess.Popen(
                self.command("serve", "--residents", "300"), cwd=ROOT, env=self.environment, stdout=told, stderr=told
            )
        deadline = time.monotonic() + 600  # made in half a minute on a quiet machine
        while READY not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.2)

    @property
    def text(self) -> str:
        return self.said.read_text(encoding="utf-8", errors="replace")

    def ask(self, *arguments: str) -> str:
        done = subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment, capture_output=True, check=False
        )
        return done.stdout.decode() + done.stderr.decode()

    def family(self) -> list[int]:
        """Every process that came from the command, embedded PostgreSQL included."""
        home = self.environment["OSAME_HOME"].encode()
        found = []
        for each in Path("/proc").iterdir():
            if not each.name.isdigit():
                continue
            try:
                if home in (each / "cmdline").read_bytes() + (each / "environ").read_bytes():
                    found.append(int(each.name))
            except OSError:
                continue
        return found

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def _five_free() -> int:
    while True:
        first = free_port()
        try:
            for port in range(first, first + 5):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=find(), args=arguments)
        page = browser.new_page(locale="ja-JP")
        page.set_default_timeout(90_000)
        yield page
        browser.close()


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    city = City(tmp_path / "home")
    city.start()
    try:
        yield city
    finally:
        city.stop()


def test_a_newcomer_opens_the_city_moves_between_systems_and_stops_it(city: City) -> None:
    """One start, one sign-in, two systems, one Ctrl+C: and nothing is left."""
    assert "collection" not in city.text
    shown = re.search(r"（全員に共通）\s+(\S+)", city.text)
    assert shown
    with _page() as page:
        _sign_in(page, city, shown[1])
        page.goto(f"http://127.0.0.1:{city.port + 1}/account/pass/?next=/account/")
        page.get_by_text("山本 昇").first.wait_for()
        assert page.url == f"http://127.0.0.1:{city.port + 1}/account/"
    assert "もう開いています" in city.ask("serve")
    assert city.stop() == 0
    assert "すべて止めました" in city.text
    deadline = time.monotonic() + 10
    while city.family() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert city.family() == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", city.port + 9))
        city.environment["OSAME_PORT"] = str(city.port + 9)
        taken.listen()
        assert "OSAME_PORT=" in city.ask("serve")


def _sign_in(page: Page, city: City, password: str) -> None:
    page.goto(f"http://127.0.0.1:{city.port}/account/sign-in/")
    page.get_by_label("職員番号").fill(CLERK)
    page.get_by_label("パスワード").fill(password)
    page.get_by_label("パスワード").press("Enter")
    page.wait_for_url("**/account/factors/sign-in/")
    code = re.search(r"\d{6}", city.ask("code", CLERK))
    assert code
    page.locator("input[name=code]").fill(code[0])
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(f"http://127.0.0.1:{city.port}/")
