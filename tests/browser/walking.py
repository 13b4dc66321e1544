"""画面を歩く。たどれる画面を開き、使いやすさ、重さ、控えさせないこと、横にはみ出さないことを確かめる。"""

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlparse

from django.urls import Resolver404, resolve
from playwright.sync_api import Response

from osame.platform.functions import doors
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE
from osame.platform.functions.registry import registry
from tests.browser.console_cast import Desk

OF_EACH = 2
HEAVIEST = 30_000
ROLES = sorted(role.value for role in GRANTABLE - CONTRACTOR_ROLES)
NOT_PAGES = re.compile(r"^/(internal|api|app_submit|oauth|static|healthz|identity)")
NOT_WALKED = {
    "account_logout": "leaves the console",
    "account_login": "seen before signing in",
    "draft": "answers JSON to the page's own script",
}
PAPERS = frozenset((
    "auction_lots", "bank_file_again", "case_refresh", "case_save", "case_sheet", "condition_drop", "condition_save", "credential_print", "credentials_sheet",
    "disposition_register", "disposition_sheet", "document_open", "effects_save", "grace_form", "handover", "handover_print",
    "incident_paper", "instalment_answers", "investigation_statement", "privacy_paper", "reminder_pull", "reminder_save", "suspension_sheet",
    "till_confirm", "till_receipt_cancel", "till_receipt_print", "till_reopen", "visits_save", "writeoff_report",
))  # fmt: skip
"""画面でない入口。押して行うか、紙やファイルになる。引継ぎの一件は、その試験が開く。"""
ARREARS_FUNCTIONS = (
    "collection.advances.", "collection.arrears.", "collection.assets.", "collection.auctions.", "collection.cases.", "collection.dispositions.",
    "collection.grace.", "collection.liabilities.", "collection.pledges.", "collection.reminders.", "collection.successions.",
    "collection.suspensions.", "collection.tills.", "collection.writeoffs.", "floor.incidents.", "floor.inspections.", "floor.media.",
    "floor.privacy.", "floor.retention.", "floor.training.",
)  # fmt: skip


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


def walk_through(
    at: Desk,
    system: str,
    starts: list[str],
    only: frozenset[str] = frozenset(),
    but: frozenset[str] = frozenset(),
    pictures: Mapping[str, str] = MappingProxyType({}),
) -> Walk:
    """Breadth first over the links, a few pages of each route; one of each route in `only`, if there are any; none in `but`.

    pictures: route → the name of its picture in the manual.
    """
    walk, queue, known = Walk(), deque(starts), set(starts)
    of_each = 1 if only else OF_EACH
    at.page.on("download", lambda download: download.cancel())
    while queue:
        path = queue.popleft()
        name = name_of(urlparse(path).path, system)
        if (
            not name
            or name in NOT_WALKED
            or name in but
            or walk.seen[name] >= of_each
            or NOT_PAGES.match(path)
            or (only and name not in only)
        ):
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
        if only and answer and answer.status != 200:
            walk.faults.append(f"{path}: {answer.status}")
        if walk.seen[name] == 1 and name in pictures:
            at.picture(pictures[name])
        look(at, path, answer, walk)
        for each in links(at):
            if each not in known:
                known.add(each)
                queue.append(each)
    return walk


def pages_of_arrears() -> frozenset[str]:
    """滞納整理の章の、GET に答える画面のすべて。押して行うだけのもの、紙やファイルになるものは除く。"""
    return frozenset(
        route.name
        for route in doors.routes("osame.collection.urls", registry("collection"))
        if not route.api and route.functions.get("GET", "").startswith(ARREARS_FUNCTIONS) and route.name not in PAPERS
    )
