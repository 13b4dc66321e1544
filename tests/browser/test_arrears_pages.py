"""滞納整理の画面を、職員のとおりに。どの画面も開き、そして主な仕事を、鍵盤だけで進める。"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from osame.platform.approvals.actions import check, decide
from osame.platform.database import fetch_one
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.browser.further_town import appoint, settle_further
from tests.browser.seizure_town import soon
from tests.browser.walking import ROLES, pages_of_arrears, walk_through
from tests.systems.collection.cast import KAKU, SATO, SUZUKI, TANAKA
from tests.systems.collection.suspension_cast import today
from tests.systems.conftest import fresh, make_template

CLERK, CHIEF = "A0001", "A0002"
STARTS = [
    f"/{place}/{act}/" if act else f"/{place}/"
    for place, acts in {
        "dispositions": ("",),
        "dispositions/1": (
            "", "service", "collect", "distribute", "release", "cancel", "finish", "policy", "seizure-claims/new", "seizure-claims/1/days",
            "seizure-claims/2/decide", "correct", "reduce", "call", "costs/new", "costs/1/withdraw", "claims/new", "disposals/new", "possess",
        ),
        "dispositions/2": ("auction",), "dispositions/3": ("convert", "realization"), "dispositions/5": ("take-over",),
        "dispositions/6/distributions": ("", "1/objections/new", "1/objections/1", "1/deliver"),
        "seizure-candidates": ("", "bulk"), "dispositions/again": ("",), "third-parties": ("",), "assets": ("",),
        "investigations/1": ("", "search", "search/1/notice", "ask", "reply", "nothing/1", "close"),
        "replies/6": ("", "identify", "propose"), "replies/1": ("withdraw", "register"), f"people/{SATO}/investigations": ("new",),
        "assets/1": (
            "", "seize", "preserve", "participate", "delivery-order", "enforcements", "enforcements/new", "enforcements/1", "revalue", "interest",
        ),
        "credentials": ("", "new", "1/end"), "bankruptcies/1": ("discharge",), "bankruptcies/2": ("end",), "bankruptcies/3": ("opening", "approval", "stays/new", "stays/1/lift"), "auctions": ("",),
        "auctions/1": ("", "hold", "bidders/new", "bidders/1", "bidders/1/bid", "open", "sell", "default", "price", "transfer", "stop", "revoke"),
        "successions": ("",),
        "successions/1": ("", "successors", "successors/1", "successors/1/removal", "court", "court/1", "representative", "form", "propose", "slip", "tell-again"),
        "advances": ("",), "advances/1": ("", "cancel"), "preservations/1": ("", "security", "fix", "release"),
        "realizations/1": ("", "consent", "propose", "notice", "revoke"), "encumbered-transfers/1": ("", "request", "dividend", "cancel"), "liabilities": ("",), "liabilities/1": ("", "cancel", "remind", "slip"),
        "cases": ("", "figures", "calendar", "visits", "handovers", "prescriptions"),
        f"cases/{SATO}": ("", "assign", "policy", "review", "prescription", "note", "care", "tasks/new", "tasks/1/end", "documents/new"),
        f"cases/{KAKU}/bankruptcies/2": ("", "record"), "today/promises": ("",), f"people/{SATO}/contacts": ("", "1/correct"),
        "reminders": ("", "new", "effects", "1"), "pledges": ("", "offers", "offers/1"), "pledges/1": ("", "replan", "default", "cancel"),
        "pledges/2": ("sign",), "graces": ("", "disaster", "papers", "papers/1"),
        "graces/1": ("", "document", "propose", "security", "security/1/release", "security/1/act"),
        "suspensions": ("",), "suspensions/1": ("", "finding", "review", "propose"),
        "write-offs": ("", "prescriptions", "propose", "frauds", "frauds/1", "1", "1/reverse"),
        "tills": ("", "1"),
        f"people/{SATO}": (
            "advances/new", "preservations/new", "liabilities/new", "encumbered-transfers/new", "distribution-request", "bankruptcy", "reminders/new", "pledges/new",
            "graces/new", "papers/new", "suspensions/new", "frauds/new",
        ),
        f"people/{SUZUKI}": ("successions/new",), f"people/{TANAKA}": ("obligations",),
        "privacy": ("", "new"),
        "privacy/1": ("", "items/charge", "gather", "amend", "extend", "decide", "reopen", "withdraw", "measure"),
        "incidents": ("", "new"), "incidents/1": ("", "trace", "contain", "describe", "prompt", "final", "tell", "close"),
        "trainings": ("", "new"), "inspections": ("new", "1/improve"), "media": ("",),
        "media/M-2026-01": ("", "hand-over", "receive", "destroy", "lose"), "retention": ("", "erase", "privacy_request/hold", "privacy_request/release"),
    }.items()
    for act in acts
] + [f"/tills/1/take/?addressee={SATO}"]  # fmt: skip
"""滞納整理の章と、個人情報の保護の画面。どれも、途中にある行いの上で開く。"""
PICTURES = {
    "successions": "successions", "succession": "succession", "succession_successor_new": "succession-successor",
    "succession_representative": "succession-representative", "advances": "advances", "advance": "advance", "advance_new": "advance-new",
    "preservation": "preservation", "liabilities": "liabilities", "liability": "liability", "liability_new": "liability-new", "transfer": "transfer", "realization": "realization",
    "auctions": "auctions", "auction": "auction", "auction_hold": "auction-hold", "auction_bidder_new": "auction-bidder",
    "distributions": "distributions", "cost_new": "disposition-cost", "seizure_candidates": "seizure-candidates",
    "seizure_bulk": "seizure-bulk", "dispose_again": "dispose-again", "disposition": "disposition", "claim_decide": "seizure-claim",
    "disposition_correct": "disposition-correct", "enforcements": "enforcements", "search_new": "search-new",
    "delivery_order": "delivery-order", "participation_convert": "participation-convert",
    "graces": "graces", "grace_new": "grace-new", "disaster": "disaster", "prescriptions": "prescriptions", "reminder_new": "reminder-new",
    "privacy_request": "privacy-request", "incident": "incident", "trainings": "trainings", "medium": "medium", "till": "till",
    "credentials": "credentials", "instalment_offer": "instalment-offer", "entrusted_paper": "entrusted-paper", "fraud": "fraud",
    "bankruptcy_ranks": "insolvency", "objection_settle": "objection", "bank_files": "bank-files",
}  # fmt: skip
"""手引に載せる写真。"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """滞納整理の行いが、どれも途中にある街。"""
    folder = tmp_path_factory.mktemp("town")
    make_template("collection")
    with pytest.MonkeyPatch.context() as patch, fresh("collection") as name:
        patch.setenv("OSAME_HOME", str(folder / "home"))
        with as_officer("setup", "collection.intake.receipts"):
            settle_further(folder)
        yield name


@pytest.fixture(scope="module")
def console(town: str) -> Iterator[Console]:
    """その街の画面。"""
    with as_officer("setup", "collection.intake.receipts"):
        day = today().isoformat()
    with Console("collection", town, OSAME_TODAY=day) as made:
        made.hire(CLERK, "山本 昇", *ROLES)
        made.hire(CHIEF, "川口 聡", *ROLES)
        with as_officer("setup", "collection.intake.receipts"):
            appoint(CLERK)
        yield made


def test_every_page_of_the_arrears(browser: Browser, console: Console) -> None:
    """滞納整理の章の画面のすべて。"""
    wanted = pages_of_arrears()
    with desk(browser, console, CLERK) as at:
        starts = [f"/bank-files/?bank={newest('third_party_id', 'third_party')}&whose=all&numbers=", *STARTS]
        walk = walk_through(at, "collection", starts, wanted, pictures=PICTURES)
    assert walk.faults == [], "\n".join(walk.faults)
    assert sorted(wanted - set(walk.seen)) == []


FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const drawn = getComputedStyle(it), box = it.getBoundingClientRect();
  const label = it.labels && it.labels.length ? it.labels[0].innerText : "";
  const seen = it.matches(":focus-visible") && drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2
    && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return {tag: it.tagName, name: it.getAttribute("name") || "", text: (it.innerText || it.getAttribute("aria-label") || "").trim(),
          label: label.trim(), main: !!it.closest("main"), seen, region: it.getAttribute("role") === "region", type: it.type || "",
          value: it.value || ""};
}"""
FARTHEST = 120


class Hands:
    """鍵盤だけの職員。マウスは使わず、止まった所は、必ず見える。"""

    def __init__(self, at: Desk) -> None:
        self.at, self.keys, self.unseen = at, at.page.keyboard, set[str]()

    def open(self, path: str) -> None:
        self.at.go(path)
        self.at.choose_purpose("滞納整理")

    def reach(self, text: str = "", *, name: str = "", value: str = "") -> None:
        """本文へ飛び、その言葉の釦かリンクか、その名の欄まで、Tab で進む。"""
        self.keys.press("Tab")
        for _ in range(FARTHEST):
            found = self.at.page.evaluate(FOCUSED)
            if found and found["text"] == "本文へ":
                self.keys.press("Enter")
            elif found and found["main"]:
                if not found["seen"]:
                    self.unseen.add(f"{self.at.page.url} {found['tag']} {found['name'] or found['text'][:30]}")
                if name and found["name"] == name and value in ("", found["value"]):
                    return
                if text and not found["region"] and found["text"].split("（")[0] == text:
                    return
            self.keys.press("Tab")
        raise AssertionError(f"{self.at.page.url}: 「{text or name}」に、鍵盤では届かない")

    def press(self, text: str, then: str = "") -> None:
        """釦かリンクまで進んで Enter。 then: 移った先に見える言葉。"""
        self.reach(text)
        before = self.at.page.url
        self.keys.press("Enter")
        if then:
            expect(self.at.main.get_by_text(then).first).to_be_visible()
        else:
            expect(self.at.page).not_to_have_url(before)
        self.at.page.wait_for_load_state()

    def type(self, name: str, text: str) -> None:
        """欄まで進み、前の値を消して打つ。"""
        self.reach(name=name)
        self.keys.press("Control+A")
        self.keys.type(text)

    def choose(self, name: str, label: str) -> None:
        """選択の欄を、矢印で選ぶ。"""
        self.reach(name=name)
        for _ in range(40):
            if self.at.main.locator(f"[name={name}] option:checked").inner_text().startswith(label):
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"{name}: 「{label}」を選べない")

    def tick(self, name: str) -> None:
        """印を付ける。"""
        self.reach(name=name)
        if not self.at.main.locator(f"[name={name}]:focus").is_checked():
            self.keys.press("Space")


def newest(column: str, table: str) -> int:
    with as_officer("setup", "collection.intake.receipts"):
        return int(fetch_one(f"SELECT max({column}) FROM {table}")[0])


def carried(clerk: Hands, chief: Hands | None = None) -> None:
    """いまの起案を、係長が鍵盤で照査し、部長が決裁し、起案した職員が鍵盤で執行する。"""
    number = newest("proposal_id", "proposal")
    if chief:
        chief.open(f"/approvals/{number}/")
        chief.press("照査する", "照査しました。")
    for name, step in (("高橋", check), ("部長", decide)):
        if not (chief and step is check):
            with as_officer(name, "floor.approvals.judge"):
                step(number)
    clerk.open(f"/approvals/{number}/")
    clerk.press("執行する", "執行しました。")


def test_the_chief_work_is_done_by_the_keyboard_alone(browser: Browser, console: Console) -> None:
    """一覧から、台帳、調査、差押え、照査、取立て、配当、解除へ。執行停止から不納欠損へ。公売と承継の画面へ。"""
    with desk(browser, console, CLERK) as one, desk(browser, console, CHIEF) as other:
        clerk, chief = Hands(one), Hands(other)
        seized(clerk, chief)
        released(clerk)
        written_off(clerk)
        looked(clerk)
    assert sorted(clerk.unseen | chief.unseen) == []


def seized(clerk: Hands, chief: Hands) -> None:
    """滞納者の一覧から田中の台帳へ、調査へ、財産へ。差押えを起案し、照査を経て執行し、送達を記録する。"""
    clerk.open("/cases/")
    clerk.press("田中 一郎")
    clerk.open("/assets/")
    clerk.press("2")
    clerk.press("2")
    clerk.press("財産2を開く")
    clerk.press("差押えを起案する")
    clerk.type("scope", "差押えの時の残高の全額")
    clerk.type("perform_by", soon(10).isoformat())
    clerk.type("reason", "催告に応じない")
    clerk.press("起案する", "起案しました。")
    carried(clerk, chief)


def released(clerk: Hands) -> None:
    """送達、取立て、配当、解除。"""
    number = newest("disposition_id", "disposition")
    clerk.open("/dispositions/")
    clerk.press(str(number))
    clerk.press("送達の日を記録する")
    clerk.type("third_party_served_on", today_text())
    clerk.press("記録する", "送達の日を記録しました。")
    clerk.press("取り立てた金銭を記録する")
    clerk.type("amount", "10000")
    clerk.press("記録する", "取り立てた金銭を記録しました。")
    clerk.press("配当を起案する")
    clerk.press("起案する", "起案しました。")
    carried(clerk)
    clerk.open("/assets/2/")
    clerk.press("評価を改める")
    clerk.type("value", "0")
    clerk.type("valued_on", today_text())
    clerk.type("note", "取り立てた後の残高 0円")
    clerk.press("改める", "評価を改めました。")
    clerk.open(f"/dispositions/{number}/")
    clerk.press("解除する")
    clerk.type("reason", "取り立てた後の残高がない")
    clerk.press("解除する", "解除しました。")


def written_off(clerk: Hands) -> None:
    """執行停止の調書に調査を足し、即時の消滅を経て、不納欠損にする。"""
    clerk.open("/suspensions/")
    clerk.press("1")
    clerk.press("調査を記録する")
    clerk.choose("kind", "徴収できないことの明らかさ")
    clerk.choose("is_found", "ある")
    clerk.type("result", "廃業し、再開の見込みがない")
    clerk.press("記録する", "調査を記録しました。")
    clerk.press("決定を起案する")
    clerk.choose("decision", "納税義務の即時の消滅")
    clerk.type("reason", "徴収できないことが明らか")
    clerk.press("起案する", "起案しました。")
    carried(clerk)
    clerk.open("/write-offs/")
    clerk.press("不納欠損を起案する")
    clerk.tick("charges")
    clerk.type("reason", "即時の消滅")
    clerk.press("起案する", "起案しました。")
    carried(clerk)


def looked(clerk: Hands) -> None:
    """公売と承継の、一覧から一件へ、行いへ、そして戻る。"""
    for path, first, act in (("/auctions/", "1", "売却決定を起案する"), ("/successions/", "1", "納付書を発行する")):
        clerk.open(path)
        clerk.press(first)
        clerk.press(act)
        clerk.press("やめる")


def today_text() -> str:
    with as_officer("setup", "collection.intake.receipts"):
        return today().isoformat()
