"""The console in a real Chromium: real servers, officers who sign in, and what every page must keep.

`Console` is one system in a process of its own before a database of the test. `Desk` is one officer's browser: it notes every
request that leaves the machine, every script error and every word of the content security policy, and `close` fails on them.
"""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize, expect

from osame.platform import gate
from tests.systems.conftest import here
from tests.systems.exchange_cast import ROOT, Server
from tests.systems.platform.staff_cast import APRIL, PASSWORD, code, forget_codes, hire, officer, with_app

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MANUAL = ROOT / "docs" / "manual"
# One patience for everything: `click` does not wait for the page it leads to, `expect` does.
expect.set_options(timeout=90_000)
WINDOW: ViewportSize = {"width": 1366, "height": 768}


class Console(Server):
    """A system with its console. Officers are hired in its database; a worker can run beside it."""

    def __init__(self, system: str, database: str, **environment: str) -> None:
        self.secrets: dict[str, str] = {}
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = environment
        self.used: set[tuple[str, str]] = set()
        with _environment(self.environment):
            super().__init__(system, database)

    def hire(self, number: str, name: str, *roles: str, handler: bool = True, department: str = "collection") -> str:
        """An officer with these roles and an authenticator; on the register of handlers unless told otherwise."""
        with here(self.system, self.database):
            account = hire(number, name, *roles, department=department)
            self.secrets[number] = with_app(account)
            if handler:
                register_handler(number, department)
        return number

    def code(self, number: str) -> str:
        """A code of the officer's authenticator that was not used before: what it shows now, or in half a minute."""
        with here(self.system, self.database):
            forget_codes()
        fresh = (code(self.secrets[number], later=later) for later in (0, 1, -1))
        chosen = next((each for each in fresh if (number, each) not in self.used), code(self.secrets[number]))
        self.used.add((number, chosen))
        return chosen

    def work(self) -> None:
        """A worker that takes the jobs, until the console stops."""
        environment = os.environ | self.environment | {
            "OSAME_SYSTEM": self.system, "OSAME_DATABASE_NAME": self.database,
        }  # fmt: skip
        command = [sys.executable, "-W", "ignore", "-m", "osame.cli", "jobs", "work"]
        self.workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL))

    def travel(self, day: date) -> None:
        """The console of another day, at the same address: who is signed in stays signed in."""
        self.stop()
        self.environment["OSAME_TODAY"] = day.isoformat()
        with _environment(self.environment):
            self.start()

    def stop(self) -> None:
        while self.workers:
            worker = self.workers.pop()
            worker.terminate()
            try:
                worker.wait(15)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait(10)
        super().stop()


def register_handler(number: str, department: str) -> None:
    """On the register of those who handle personal information."""
    from osame.platform.staff.models import HandlerRegistration

    with officer():
        HandlerRegistration.objects.create(
            account_id=number, department_id=department, valid_from=APRIL, registered_by="setup"
        )


class Desk:
    """One officer's browser. `page` is the page; going off the machine or breaking a script fails the test at the end."""

    def __init__(self, browser: Browser, console: Console, number: str = "", **options: Any) -> None:
        self.console, self.number = console, number
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport=WINDOW, locale="ja-JP", reduced_motion="reduce", **options
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.page.on("request", self._requested)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._said)

    def _requested(self, request: Request) -> None:
        if urlparse(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            self.faults.append(f"left the machine: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def go(self, path: str) -> Page:
        """Open a page of this console."""
        self.page.goto(self.console.url + path)
        return self.page

    @property
    def main(self) -> Locator:
        """The page without its frame (whose dialogs hold labels of their own)."""
        return self.page.locator("main")

    def sign_in(self) -> None:
        """Staff number, password, code: typed and sent with Enter."""
        page = self.go("/account/sign-in/")
        page.get_by_label("職員番号").fill(self.number)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_label("パスワード").press("Enter")
        page.wait_for_url("**/account/factors/sign-in/")
        field = page.locator("input[name=code]")
        field.fill(self.console.code(self.number))
        field.press("Enter")
        page.wait_for_url(self.console.url + "/")

    def choose_purpose(self, name: str) -> None:
        """Answer the question what for, when it is asked."""
        self.page.wait_for_load_state()
        asked = self.page.get_by_role("heading", name="何のために開きますか")
        if asked.count():
            self.main.get_by_label(name, exact=True).check()
            self.main.get_by_role("button", name="この目的で開く").click()
            expect(asked).to_be_hidden()

    def accessible(self, *, leave_out: tuple[str, ...] = ()) -> None:
        """axe-core finds nothing on the page as it stands."""
        self.page.evaluate(axe())
        found = self.page.evaluate(
            "async ([rules, out]) => (await axe.run({exclude: out.map(each => [each])}, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']}))"
            ".violations.map(each => [each.id, each.help, each.nodes.map(node => node.html.slice(0, 300))])",
            [RULES, list(leave_out)],
        )
        assert found == [], f"{self.page.url}\n" + "\n".join(map(str, found))

    def picture(self, name: str) -> None:
        """Keep a picture of the page: for the manual when `OSAME_MANUAL=1`, as PNG in the folder `OSAME_PICTURES`."""
        if folder := os.environ.get("OSAME_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"{name}.png").write_bytes(self.page.screenshot(full_page=True))
        if os.environ.get("OSAME_MANUAL") == "1":
            MANUAL.mkdir(parents=True, exist_ok=True)
            (MANUAL / f"{name}.webp").write_bytes(self._small(self.page.screenshot()))

    def _small(self, png: bytes) -> bytes:
        """The browser itself turns the PNG into WebP."""
        canvas = self.context.new_page()
        told = canvas.evaluate(
            "async (data) => { const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode();"
            " const made = document.createElement('canvas'); made.width = 1000; made.height = image.height * 1000 / image.width;"
            " made.getContext('2d').drawImage(image, 0, 0, made.width, made.height); return made.toDataURL('image/webp', 0.6); }",
            base64.b64encode(png).decode(),
        )
        canvas.close()
        return base64.b64decode(told.split(",", 1)[1])

    def close(self) -> None:
        self.context.close()
        assert self.faults == [], "\n".join(self.faults)


@contextmanager
def desk(browser: Browser, console: Console, number: str = "", **options: Any) -> Iterator[Desk]:
    """An officer's browser for a while."""
    opened = Desk(browser, console, number, **options)
    try:
        if number:
            opened.sign_in()
        yield opened
    except BaseException as failure:
        failure.add_note(f"{opened.page.url}\n{opened.page.locator('body').inner_text()[:2000]}\n{opened.faults}")
        opened.context.close()
        raise
    opened.close()


@contextmanager
def as_officer(number: str, function: str, purpose: str = "statutory") -> Iterator[None]:
    """To prepare facts in this process, as an officer."""
    with gate.acting(gate.Acting(number, function, purpose)):
        yield


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")
