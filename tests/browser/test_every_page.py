"""どの画面も。たどれる画面をすべて開き、使いやすさ、重さ、控えさせないこと、横にはみ出さないことを確かめる。

A walk over the console of a lived-in city, following every link from the start page. Of each route a few pages are opened.
Pages that only stand open in the midst of an act are opened by the journey of that act; the main ones must be reached.
"""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Response

from osame.demo.plan import build
from osame.demo.run import perform
from osame.platform.functions import doors
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE
from osame.platform.functions.registry import registry
from tests.browser.console_cast import Console, Desk, desk
from tests.systems.conftest import fresh, make_template

OF_EACH = 2
HEAVIEST = 30_000
ROLES = sorted(role.value for role in GRANTABLE - CONTRACTOR_ROLES)
NOT_PAGES = re.compile(r"^/(internal|api|app_submit|oauth|static|healthz|identity)")
NOT_WALKED = {
    "account_logout": "leaves the console",
    "account_login": "seen before signing in",
    "draft": "answers JSON to the page's own script",
}

MAIN = {
    "today", "people", "person", "charge", "intake", "intake_file", "held_rows", "matching", "receipts", "closing",
    "demands", "demand_stops", "parameters", "approvals", "jobs", "staff_list", "staff_member", "staff_matrix", "audit",
    "audit_who", "audit_event", "outputs", "staff_me", "number_rights", "personal_number",
}  # fmt: skip


@dataclass
class Walk:
    """What was seen."""

    seen: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def routes(system: str) -> set[str]:
    """The names of all pages of a system that answer GET."""
    listed = registry(system)
    return {
        route.name
        for route in doors.routes(f"osame.{system}.urls", listed)
        if not route.api and "GET" in route.functions and not NOT_PAGES.match(route.path)
    }


def name_of(path: str, system: str) -> str:
    try:
        return resolve(path, urlconf=f"osame.{system}.urls").view_name or ""
    except Resolver404:
        return ""


def look(at: Desk, path: str, answer: Response | None, walk: Walk) -> None:
    """One page: what it must keep."""
    page = at.page
    assert answer is not None
    if answer.status >= 500:
        walk.faults.append(f"{path}: {answer.status}")
        return
    headers = answer.headers
    if "no-store" not in headers.get("cache-control", ""):
        walk.faults.append(f"{path}: may be cached ({headers.get('cache-control')})")
    if (weight := answer.request.sizes()["responseBodySize"]) > HEAVIEST:
        walk.faults.append(f"{path}: {weight:,} bytes")
    if page.locator("h1").count() != 1:
        walk.faults.append(f"{path}: {page.locator('h1').count()} h1")
    try:
        at.accessible()
    except AssertionError as failure:
        walk.faults.append(f"{path}: {failure}")
    page.set_viewport_size({"width": 683, "height": 384})
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        walk.faults.append(f"{path}: scrolls sideways")
    page.set_viewport_size({"width": 1366, "height": 768})


def links(at: Desk) -> list[str]:
    """Paths of this console that the page leads to."""
    found = at.page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
    here = urlparse(at.console.url).netloc
    parts = (urlparse(each) for each in found)
    return [each.path + (f"?{each.query}" if each.query else "") for each in parts if each.netloc == here]


def walk_through(at: Desk, system: str, starts: list[str]) -> Walk:
    """Breadth first over the links, a few pages of each route."""
    walk, queue, known = Walk(), deque(starts), set(starts)
    at.page.on("download", lambda download: download.cancel())
    while queue:
        path = queue.popleft()
        name = name_of(urlparse(path).path, system)
        if not name or name in NOT_WALKED or walk.seen[name] >= OF_EACH or NOT_PAGES.match(path):
            continue
        walk.seen[name] += 1
        try:
            answer = at.page.goto(at.console.url + path)
        except Exception as failure:  # a download is not a page
            if "Download is starting" in str(failure) or "ERR_ABORTED" in str(failure):
                continue
            raise
        if at.page.get_by_role("heading", name="何のために開きますか").count():
            at.accessible()
            at.page.locator("main").get_by_role("radio").first.check()
            at.page.locator("main").get_by_role("button", name="この目的で開く").click()
            at.page.wait_for_load_state()
            answer = at.page.goto(at.console.url + path)
        look(at, path, answer, walk)
        for each in links(at):
            if each not in known:
                known.add(each)
                queue.append(each)
    return walk


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Any:
    """A small city after its year."""
    make_template("collection")
    with fresh("collection", "every page") as name:
        plan = build(300, 1, tmp_path_factory.mktemp("city"))
        perform(plan, show=False, print_letters=False)
        yield name


def test_every_page_of_collection(browser, city):
    with Console("collection", city, OSAME_TODAY="2026-04-07") as console:
        console.hire("A0001", "山本 昇", *ROLES)
        with desk(browser, console, "A0001") as at:
            walk = walk_through(at, "collection", ["/"])
            assert walk.faults == [], "\n".join(walk.faults)
    missed = routes("collection") - set(walk.seen)
    assert sorted(missed & MAIN) == []
    assert len(walk.seen) >= 50, sorted(missed)
