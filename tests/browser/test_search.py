"""検索の欄を、キーボードだけで使う。番号、バーコード、氏名、生年月日、住所。同姓同名と支援措置。"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from osame.collection.addressees import index
from osame.collection.ledger.queries import find_charge
from osame.platform.database import run_sql
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import SATO, slip
from tests.systems.collection.cast import found_city as city_of
from tests.systems.collection.search_cast import HIDDEN, TWIN, WATANABE, barcode, found_people, owe

MANY = """
INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, updated_on, address_detail, corporate_number,
    representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, protection_measure)
SELECT '9' || lpad(i::text, 14, '0'), '1', '多田　' || i, 'タダ', '', '', '2025-01-01', '', '', '', '', '', '', '', false
FROM generate_series(1, 101) i
"""


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.determinations"):
        city_of()
        found_people()
        owe(tmp_path)
        run_sql("UPDATE addressee SET kana = 'サトウ　サクラ' WHERE addressee_number = %s", [HIDDEN])
        run_sql(MANY)
        index.rebuild()
        charge = find_charge(str(slip(SATO, 2))).charge_id
    with Console("collection", database, OSAME_TODAY="2025-09-10") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.environment["charge"] = str(charge)
        yield running


def search(at: Desk, typed: str) -> Page:
    """Jump to the box, type, Enter: no mouse."""
    page = at.page
    page.locator("main").focus()
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    at.choose_purpose("法定事務")
    return page


def test_the_box_finds_whoever_stands_at_the_counter(browser, console) -> None:
    """Every kind of term, by keyboard alone; one hit opens the person, a slip its charge, namesakes are told apart."""
    with desk(browser, console, "A0001") as at:
        page = search(at, "サトウ")
        expect(page.get_by_role("cell", name=SATO)).to_be_visible()
        expect(page.get_by_text("同姓同名・同生年月日")).to_have_count(2)
        expect(page.get_by_text("支援措置", exact=True)).to_be_visible()
        assert "隠里" not in page.content()
        assert "サトウ" not in page.url
        at.accessible()
        at.picture("search-results")
        page.set_viewport_size({"width": 683, "height": 384})
        at.accessible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.set_viewport_size({"width": 1366, "height": 768})

        page.locator("main").focus()
        for key in ("j", "j"):
            page.keyboard.press(key)
        chosen = page.evaluate("document.activeElement.getAttribute('href')")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == console.url + chosen
        page.go_back()
        expect(page.get_by_role("cell", name=TWIN)).to_be_visible()
        page.reload()
        expect(page.get_by_role("cell", name=TWIN)).to_be_visible()

        for typed in ("渡辺", "ﾜﾀﾅﾍﾞ S25.12.3", "岬町 9-1", "0596-22-1111", str(int(WATANABE))):
            assert search(at, typed).url == f"{console.url}/people/{WATANABE}/", typed
        for typed in (barcode(SATO, 2), f"]C1{barcode(SATO, 2)}", f"(91){barcode(SATO, 2)[2:]}"):
            assert search(at, typed).url == f"{console.url}/charges/{console.environment['charge']}/", typed


def test_the_box_says_what_to_do_when_it_finds_nobody_or_too_many(browser, console) -> None:
    with desk(browser, console, "A0001") as at:
        page = search(at, "タダ")
        expect(page.get_by_text("100人より多く見つかりました")).to_be_visible()
        expect(page.locator("[data-search]")).to_have_value("タダ")
        at.accessible()
        at.picture("search-narrow")
        page = search(at, "隠里")
        expect(page.get_by_text("該当する納税者は見つかりません")).to_be_visible()
        at.accessible()
        at.picture("search-nobody")
        page = search(at, "🙂")
        expect(page.get_by_text("検索に使える文字がありません")).to_be_visible()
        at.accessible()
        at.go("/people/")
        at.accessible()
