"""画面の枠。案内、キーボード、拡大、紙、動かない所でも使えること。"""

import pytest
from playwright.sync_api import expect

from tests.browser.console_cast import Console, desk


@pytest.fixture
def console(database):
    with Console("collection", database) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        yield running


def test_the_frame_is_accessible_and_shows_its_keys(browser, console):
    """Signing in, the start page, the list of keys: no violation, and the list opens with `?`."""
    with desk(browser, console) as before:
        before.go("/account/sign-in/")
        before.accessible()
        before.picture("sign-in")
    with desk(browser, console, "A0001") as at:
        at.accessible()
        at.picture("home")
        at.page.keyboard.press("?")
        expect(at.page.get_by_role("heading", name="キーの一覧")).to_be_visible()
        at.accessible()
        at.picture("keys")
        at.page.keyboard.press("Escape")
        at.page.keyboard.press("g")
        at.page.keyboard.press("t")
        at.page.wait_for_url(console.url + "/")
        at.page.set_viewport_size({"width": 683, "height": 384})  # 200 % of 1366 × 768
        at.accessible()
        assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
