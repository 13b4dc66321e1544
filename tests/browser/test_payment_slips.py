"""納付書を、納税者の画面から選び、額を見て、発行する。"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import SATO, found_city
from tests.systems.collection.slip_cast import ISSUED, ready


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        ready(tmp_path, 120_000, 80_000, 90_001)
    with Console("collection", database, OSAME_TODAY=ISSUED.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        yield running


def test_a_clerk_issues_a_combined_slip(browser, console):
    with desk(browser, console, "A0001") as clerk:
        page = clerk.page
        clerk.go(f"/people/{SATO}/payment-slips/issue/")
        for box in page.locator("input[name=charges]").all()[:2]:
            box.check()
        page.get_by_role("button", name="いくらになるかを見る").click()
        page.get_by_role("heading", name="発行すると").wait_for()
        assert "203,000" in page.locator("tfoot").inner_text()
        clerk.picture("payment-slip-preview")
        page.get_by_role("button", name="この額で発行する").click()
        page.get_by_role("button", name="納付書を印刷する").wait_for()
        clerk.picture("payment-slip")
