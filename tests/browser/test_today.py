"""今日の画面。待っているものを開き、係長は収納率を見て、数え直しを頼む。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.determinations.importing import import_determinations
from osame.collection.matching.importing import import_receipts
from osame.collection.today.batch import count_again
from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import (
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    found_city,
    notice,
    write_determinations,
    write_notices,
)

TODAY = date(2026, 9, 10)


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        rows = [determination(SATO, 1, 300_000), determination(SUZUKI, 1, 40_000, tax_item="01")]
        new = [
            determination(who, 1, 80_000, tax_item=item, levy_year=2026, tax_year=2026, slip_number=number,
                          determined_on=date(2026, 5, 1), due_on=date(2026, 6, 30))
            for who, item, number in ((TANAKA, "06", 501), (SATO, "01", 502), (SUZUKI, "06", 503))
        ]  # fmt: skip
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=date(2025, 5, 1), officer=OFFICER)
        import_determinations(write_determinations(tmp_path / "e.csv", *new), as_of=date(2026, 5, 1), officer=OFFICER)
        for number, day, notices in (
            (1, date(2025, 6, 21), [notice(1, SATO, 250_000, date(2025, 6, 20))]),
            (2, date(2026, 7, 1), [notice(2, TANAKA, 80_000, date(2026, 6, 30), slip_number=501),
                                   notice(3, SATO, 50_000, date(2026, 6, 30), slip_number=502),
                                   notice(4, SATO, 777, date(2026, 6, 30), slip_number=999)]),
        ):  # fmt: skip
            path = write_notices(tmp_path / f"n{number}.csv", *notices, on=day)
            import_receipts(path, profile="bank_notice_v0", as_of=day, officer=OFFICER)
        count_again(as_of=TODAY)
    with Console("collection", database, OSAME_TODAY=TODAY.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("B0001", "高橋 悟", "collection_chief")
        running.hire("X0001", "監査 薫", "auditor", department="audit")
        yield running


def test_the_day_begins_with_what_waits(browser, console) -> None:
    """The clerk sees what waits and goes there; the chief sees the rates with their tables; who has nothing sees calm."""
    with desk(browser, console, "A0001") as at:
        waiting = at.page.get_by_role("link", name="不明入金（調査中）")
        expect(waiting).to_be_visible()
        expect(at.page.get_by_role("heading", name="収納率")).to_have_count(0)
        at.accessible()
        at.picture("today-clerk")
        waiting.focus()
        at.page.keyboard.press("Enter")
        at.page.wait_for_url("**/matching/")
        at.go("/today/promises/")
        at.choose_purpose("法定事務")
        expect(at.page.get_by_text("期日の来た約束はありません")).to_be_visible()
        at.accessible()
    with desk(browser, console, "B0001") as at:
        expect(at.page.get_by_role("img", name="現年分の収納率")).to_be_visible()
        table = at.page.locator("#current-table")
        expect(table.get_by_role("row", name="固定資産税").get_by_text("50.00%")).to_be_visible()
        at.accessible()
        at.picture("today-chief")
        at.page.set_viewport_size({"width": 683, "height": 384})
        at.accessible()
        assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        at.page.get_by_role("button", name="いまの元帳で数え直す").press("Enter")
        at.page.wait_for_url("**/jobs/requests/*/")
    with desk(browser, console, "X0001") as at:
        expect(at.page.get_by_text("待っているものはありません")).to_be_visible()
        at.accessible()
