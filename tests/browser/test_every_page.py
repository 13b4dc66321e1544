"""どの画面も。たどれる画面をすべて開き、使いやすさ、重さ、控えさせないこと、横にはみ出さないことを確かめる。

A walk over the console of a lived-in city, following every link from the start page. Of each route a few pages are opened.
Pages that only stand open in the midst of an act are opened by the journey of that act; the main ones must be reached.
"""

import os
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Response

from osame.addressee.agents.actions import AgentRequest, RelationRequest, notify_agent, refuse_agent, relate
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.consolidation.actions import propose_link
from osame.addressee.consolidation.models import IdentityCandidate
from osame.addressee.locks.actions import take_lock
from osame.addressee.mailing.actions import (
    ContactRequest,
    MailingRequest,
    Place,
    register_contact,
    register_mailing_address,
)
from osame.addressee.mailing.models import Contact
from osame.demo.plan import build
from osame.demo.run import perform
from osame.platform import gate
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressRecord
from osame.platform.functions import doors
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE
from osame.platform.functions.registry import registry
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.browser.seizure_town import settle as settle_town
from tests.systems.addressee.page_cast import HER, HIM, SINCE, settle
from tests.systems.addressee.protection_cast import FRIEND, protect_her
from tests.systems.addressee.protection_cast import officer as at_work
from tests.systems.collection.cast import SATO, SUZUKI, TANAKA
from tests.systems.collection.suspension_cast import today
from tests.systems.conftest import fresh, make_template
from tests.systems.platform.staff_cast import PASSWORD

OF_EACH = 2
TWIN = "000000000000031"
HEAVIEST = 30_000
ROLES = sorted(role.value for role in GRANTABLE - CONTRACTOR_ROLES)
NOT_PAGES = re.compile(r"^/(internal|api|app_submit|oauth|static|healthz|identity)")
NOT_WALKED = {
    "account_logout": "leaves the console",
    "account_login": "seen before signing in",
    "draft": "answers JSON to the page's own script",
}
NO_PAGE = {"/account/sessions/end/", "/account/provider/error/", "/account/provider/error", "/account/sign-out/"}
ONLY_POSTED = {"candidate_dismiss", "lock_release", "mailing_approve"}

MAIN = {
    "today", "people", "person", "charge", "intake", "intake_file", "held_rows", "matching", "receipts", "closing",
    "demands", "demand_stops", "parameters", "approvals", "jobs", "staff_list", "staff_member", "staff_matrix", "audit",
    "audit_who", "audit_event", "outputs", "staff_me", "number_rights", "personal_number",
    "refunds", "refund_decide", "refund_decisions", "refunds_outstanding", "payment_runs", "debits",
    "debit_applications", "debit_letters", "debit_accounts", "debit_account_set", "debit_apply", "payment_slips",
    "payment_slip_issue", "letters",
}  # fmt: skip
ENFORCEMENT = frozenset((
    "successions", "succession", "succession_successor_new", "succession_successor", "succession_removal", "succession_court",
    "succession_answer", "succession_representative", "succession_form", "succession_propose", "succession_slip", "succession_tell",
    "succession_new", "succession_obligations", "advances", "advance", "advance_cancel", "preservation", "preservation_security",
    "preservation_fix", "preservation_release", "advance_new", "preservation_new", "liabilities", "liability", "liability_cancel",
    "liability_remind", "liability_slip", "liability_new", "transfer", "transfer_new", "transfer_request", "transfer_dividend",
    "transfer_cancel", "realization", "realization_new", "realization_consent", "realization_propose", "realization_notice",
    "realization_revoke", "distributions", "cost_new", "cost_withdraw", "claim_new", "disposal_new",
    "auctions", "auction_new", "auction", "auction_hold", "auction_bidder_new", "auction_screen", "auction_bid",
    "auction_open", "auction_sell", "auction_default", "auction_price", "auction_transfer", "auction_stop", "auction_revoke",
    "seizure_candidates", "seizure_bulk", "dispose_again", "seizure_claim_new", "claim_decide", "claim_days", "disposition_correct",
    "disposition_reduce", "participation_convert", "disposition_call", "enforcements", "enforcement_new", "enforcement_settle",
    "bankruptcy_discharge", "bankruptcy_opening", "bankruptcy_approval", "stay_new", "stay_lift", "delivery_order", "possession", "dispositions", "disposition", "disposition_service", "disposition_collect",
    "disposition_distribute", "disposition_release", "disposition_cancel", "disposition_finish", "disposition_policy", "seizure_new",
    "disposition_take_over", "preservation_seizure_new", "participation_new", "distribution_request_new", "bankruptcy_new",
    "bankruptcy_end", "third_parties", "assets", "asset", "investigation", "search_new",
))  # fmt: skip
"""滞納処分の章の画面。どれも開く。"""
ENFORCEMENT_STARTS = [
    f"/{place}/{act}/" if act else f"/{place}/"
    for place, acts in {
        "dispositions": ("",),
        "dispositions/1": (
            "", "service", "collect", "distribute", "release", "cancel", "finish", "policy", "seizure-claims/new", "seizure-claims/1/days",
            "seizure-claims/2/decide", "correct", "reduce", "call", "distributions", "costs/new", "costs/1/withdraw", "claims/new",
            "disposals/new", "possess",
        ),
        "dispositions/2": ("auction",), "dispositions/3": ("convert", "realization"), "dispositions/5": ("take-over",),
        "seizure-candidates": ("", "bulk"), "dispositions/again": ("",), "third-parties": ("",), "assets": ("",), "investigations/1": ("", "search"),
        "assets/1": ("", "seize", "preserve", "participate", "delivery-order", "enforcements", "enforcements/new", "enforcements/1"),
        "bankruptcies/1": ("discharge",), "bankruptcies/2": ("end",),
        "bankruptcies/3": ("opening", "approval", "stays/new", "stays/1/lift"), "auctions": ("",),
        "auctions/1": ("", "hold", "bidders/new", "bidders/1", "bidders/1/bid", "open", "sell", "default", "price", "transfer", "stop", "revoke"),
        "successions": ("",),
        "successions/1": ("", "successors", "successors/1", "successors/1/removal", "court", "court/1", "representative", "form", "propose", "slip", "tell-again"),
        "advances": ("",), "advances/1": ("", "cancel"), "preservations/1": ("", "security", "fix", "release"),
        "liabilities": ("",), "liabilities/1": ("", "cancel", "remind", "slip"),
        "realizations/1": ("", "consent", "propose", "notice", "revoke"),
        "encumbered-transfers/1": ("", "request", "dividend", "cancel"),
        f"people/{SATO}": ("advances/new", "preservations/new", "liabilities/new", "encumbered-transfers/new", "distribution-request", "bankruptcy"),
        f"people/{SUZUKI}": ("successions/new",), f"people/{TANAKA}": ("obligations",),
    }.items()
    for act in acts
]  # fmt: skip
PICTURES = {
    "successions": "successions", "succession": "succession", "succession_successor_new": "succession-successor",
    "succession_representative": "succession-representative", "advances": "advances", "advance": "advance", "advance_new": "advance-new",
    "preservation": "preservation", "liabilities": "liabilities", "liability": "liability", "liability_new": "liability-new",
    "transfer": "transfer", "realization": "realization",
    "auctions": "auctions", "auction": "auction", "auction_hold": "auction-hold", "auction_bidder_new": "auction-bidder",
    "distributions": "distributions", "cost_new": "disposition-cost", "seizure_candidates": "seizure-candidates",
    "seizure_bulk": "seizure-bulk", "dispose_again": "dispose-again", "disposition": "disposition", "claim_decide": "seizure-claim",
    "disposition_correct": "disposition-correct", "enforcements": "enforcements", "search_new": "search-new",
    "delivery_order": "delivery-order", "participation_convert": "participation-convert",
}  # fmt: skip
"""手引に載せる写真。"""


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


def walk_through(at: Desk, system: str, starts: list[str], only: frozenset[str] = frozenset()) -> Walk:
    """Breadth first over the links, a few pages of each route; one of each route in `only`, if there are any."""
    walk, queue, known = Walk(), deque(starts), set(starts)
    of_each = 1 if only else OF_EACH
    at.page.on("download", lambda download: download.cancel())
    while queue:
        path = queue.popleft()
        name = name_of(urlparse(path).path, system)
        if (
            not name
            or name in NOT_WALKED
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
        if walk.seen[name] == 1 and name in PICTURES:
            at.picture(PICTURES[name])
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
    with fresh("collection") as name:
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


@pytest.fixture
def town(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """滞納処分の行いが、どれも途中にある街。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    with as_officer("setup", "collection.intake.receipts"):
        settle_town(tmp_path)
        return database


def test_every_page_of_the_enforcement_of_arrears(browser, town):
    """手引に載せる画面。`OSAME_ALL_PAGES=1` なら、滞納処分の章の画面のすべて。"""
    wanted = ENFORCEMENT if os.environ.get("OSAME_ALL_PAGES") == "1" else frozenset(PICTURES)
    with as_officer("setup", "collection.intake.receipts"):
        day = today().isoformat()
    with Console("collection", town, OSAME_TODAY=day) as console:
        console.hire("A0001", "山本 昇", *ROLES)
        with desk(browser, console, "A0001") as at:
            walk = walk_through(at, "collection", ENFORCEMENT_STARTS, wanted)
            assert walk.faults == [], "\n".join(walk.faults)
    assert sorted(wanted - set(walk.seen)) == []


@pytest.fixture
def people(addressee_database: str) -> str:
    """A family of which every act stands open: an agent to approve, a relation, a contact, a link, another's lock, a measure."""
    for number, name in ((HER, "伊勢　花子"), (HIM, "伊勢　太郎"), (TWIN, "伊勢　花子"), (FRIEND, "松阪　桜")):
        settle(number, name)
    with at_work("suzuki"):
        notify_agent(AgentRequest(FRIEND, HIM, Agent.Kind.LAWYER, SINCE, SINCE))
        refused = notify_agent(AgentRequest(FRIEND, TWIN, Agent.Kind.TAX_AGENT, SINCE, SINCE))
        refuse_agent(refused.agent_id, reason="便宜を有しない", refused_on=SINCE)
        relate(RelationRequest(FRIEND, HIM, AddresseeRelation.Kind.COHABITANT, "届出", SINCE))
        register_contact(ContactRequest(FRIEND, Contact.Kind.HOME, "0596-00-0000", SINCE))
        place = Place(prefecture="三重県", municipality_name="松阪市", town="殿町", block="1-1")
        register_mailing_address(MailingRequest(FRIEND, place, "届出", SINCE, tax_item="06", priority=1))
        propose_link(TWIN, HIM, reason="本人に確かめた")
        protect_her()
        take_lock(TWIN)
        IdentityCandidate.objects.create(
            addressee_number=TWIN, representative_number=HIM, evidence="氏名・生年月日", doubts="住所が違う", score=3
        )
    return addressee_database


def test_every_page_of_the_addressee_system(browser, people):
    with Console("addressee", people, OSAME_TODAY="2026-11-03") as console:
        console.hire("A0001", "山本 昇", *ROLES)
        with desk(browser, console, "A0001") as at:
            starts = [
                f"/people/{FRIEND}/",
                f"/people/{HER}/",
                f"/locks/{TWIN}/force/",
                f"/people/{TWIN}/unlink/",
                "/",
            ]
            walk = walk_through(at, "addressee", starts)
            assert walk.faults == [], "\n".join(walk.faults)
    missed = routes("addressee") - routes("linkage") - set(walk.seen)  # 床の画面は、ほかの試験が開く
    assert missed <= ONLY_POSTED, missed - ONLY_POSTED


def test_every_page_of_the_linkage_system(browser, linkage_database):
    with Console("linkage", linkage_database) as console:
        console.hire("A0001", "山本 昇", *ROLES)
        with desk(browser, console, "A0001") as at:
            walk = walk_through(at, "linkage", ["/"])
            assert walk.faults == [], "\n".join(walk.faults)
    assert walk.seen.keys() >= {"home", "approvals", "jobs", "staff_list", "audit", "outputs", "staff_me"}


def test_the_pages_of_signing_in_of_an_output_and_of_the_acts_on_an_officer(browser, linkage_database):
    """They stand behind no link of the start page: each is opened by its address, the second step in its place."""
    with Console("linkage", linkage_database) as console:
        console.hire("A0001", "山本 昇", *ROLES)
        console.hire("B0001", "高橋 悟", "collection_clerk")
        with gate.acting(gate.Acting("A0001", "floor.egress.list", "statutory")):
            download(b"abc", "list.csv", Output(EgressKind.LIST, [HER]))
            serial = EgressRecord.objects.get().serial
        acts = ("enable", "disable", "unlock", "transfer", "password", "factor", "grant", "handler", "revoke-number")
        with desk(browser, console) as at:
            page = at.go("/account/sign-in/")
            at.accessible()
            page.get_by_label("職員番号").fill("A0001")
            page.get_by_label("パスワード").fill(PASSWORD)
            page.get_by_label("パスワード").press("Enter")
            page.wait_for_url("**/account/factors/sign-in/")
            at.accessible()
        with desk(browser, console, "A0001") as at:
            starts = [f"/staff/member/B0001/{act}/" for act in acts] + [f"/outputs/{serial}/"]
            own = {route.path for route in doors.routes("osame.linkage.urls", registry("linkage")) if not route.api}
            starts += sorted(path for path in own - NO_PAGE if path.startswith("/account/") and "<" not in path)
            walk = walk_through(at, "linkage", starts)
            assert walk.faults == [], "\n".join(walk.faults)
            assert walk.seen.keys() >= {
                "staff_enable",
                "staff_unlock",
                "staff_reset_password",
                "staff_reset_factor",
                "output",
            }
