"""決裁の画面。三人の職員が、それぞれのブラウザで順に行う。"""

import time

import pytest
from playwright.sync_api import expect

from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.platform.staff_cast import PASSWORD

CONTENT = {"kind": "list", "query": "滞納者の一覧（令和8年度 出納整理）", "receiver_class": "staff", "receiver": "庁内",
           "medium": "file", "number_included": False, "subjects": 1200}  # fmt: skip


@pytest.fixture
def console(database):
    with Console("collection", database) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "鈴木 薫", "collection_chief")
        running.hire("A0003", "高橋 実", "collection_manager")
        yield running


def proposed(reason: str = "決算の資料を作るため") -> int:
    with as_officer("A0001", "floor.egress.propose"):
        return propose(HighRiskAct.BULK_EXPORT, content=CONTENT, reason=reason, subjects=["000000000000001"])


def fits(at) -> None:
    """Nothing is wrong at full size, and nothing scrolls sideways at 200 %."""
    at.accessible()
    at.page.set_viewport_size({"width": 683, "height": 384})
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    at.accessible()
    at.page.set_viewport_size({"width": 1366, "height": 768})


def test_three_officers_take_one_proposal_through(browser, console):
    """Empty list, the maker's view, checking, a rejection without reason, deciding, executing, the finished page."""
    with desk(browser, console, "A0002") as chief:
        chief.go("/approvals/")
        fits(chief)
        chief.picture("approvals-empty")
        number = proposed()
        proposed("窓口の照会に答えるため")
        with desk(browser, console, "A0001") as clerk:
            clerk.go(f"/approvals/{number}/")
            expect(clerk.page.get_by_role("button", name="照査する")).to_have_count(0)
            fits(clerk)
        chief.go("/approvals/")
        fits(chief)
        chief.picture("approvals-list")
        chief.page.get_by_role("link", name=str(number), exact=True).click()
        fits(chief)
        chief.picture("approvals-one")
        chief.page.get_by_text("却下する", exact=True).first.click()
        chief.page.get_by_role("button", name="却下する").click()
        expect(chief.page.get_by_text("理由を入力してください。").first).to_be_visible()
        fits(chief)
        with desk(browser, console, "A0003") as manager:
            manager.go(f"/approvals/{number}/")
            chief.go(f"/approvals/{number}/")
            chief.page.get_by_role("button", name="照査する").click()
            expect(chief.page.get_by_text("照査しました。")).to_be_visible()
            manager.page.get_by_role("button", name="照査する").click()
            expect(manager.page.get_by_text("もうその段階にありません")).to_be_visible()
            fits(manager)
            manager.picture("approvals-conflict")
            manager.page.get_by_role("button", name="決裁する").click()
            expect(manager.page.get_by_text("決裁しました。")).to_be_visible()
    with desk(browser, console, "A0001") as clerk:
        clerk.go("/approvals/")
        clerk.page.get_by_role("link", name=str(number), exact=True).click()
        clerk.page.get_by_role("button", name="執行する").click()
        expect(clerk.page.get_by_text("執行しました。")).to_be_visible()
        fits(clerk)
        clerk.picture("approvals-executed")


def test_the_person_is_asked_for_again_and_led_back(browser, console):
    """After a quarter of an hour: password and code, then back to the step; a form that was open meanwhile is kept whole."""
    number = proposed()
    with desk(browser, console, "A0002") as at:
        at.go(f"/approvals/{number}/")
        at.page.get_by_text("却下する", exact=True).first.click()
        at.page.get_by_label("却下・取下げの理由").fill("証拠書類が足りない")
        let_proofs_grow_old()
        at.page.get_by_role("button", name="却下する").click()
        expect(at.page.get_by_role("heading", name="本人の確認が要ります")).to_be_visible()
        fits(at)
        at.picture("approvals-proof")
        with at.context.expect_page() as opened:
            at.page.get_by_role("link", name="本人の確認をする（新しい画面で開く）").click()
        prove(opened.value, console)
        opened.value.get_by_role("heading", name="確かめました").wait_for()
        opened.value.close()
        at.page.get_by_role("button", name="もう一度送る").click()
        expect(at.page.get_by_text("却下しました。")).to_be_visible()
        expect(at.page.get_by_text("証拠書類が足りない")).to_be_visible()
        other = proposed("別の資料のため")
        let_proofs_grow_old()
        at.go(f"/approvals/{other}/")
        fits(at)
        at.page.get_by_role("link", name="本人の確認をして進む").click()
        prove(at.page, console)
        at.page.get_by_role("button", name="照査する").click()
        expect(at.page.get_by_text("照査しました。")).to_be_visible()


def prove(page, console) -> None:
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    page.wait_for_url("**/account/factors/again/**")
    page.locator("input[name=code]").fill(console.code("A0002"))
    page.get_by_role("button", name="確認する").click()


def let_proofs_grow_old() -> None:
    """As if everybody had signed in sixteen minutes ago."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        held = SessionStore(row.session_key)
        for each in held.get("account_authentication_methods", []):
            each["at"] = time.time() - 16 * 60
        held.modified = True
        held.save()
