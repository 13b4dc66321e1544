"""納税者を開き、期別を説明し、折衝を記録する。はじめから終わりまで、キーボードだけで。"""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.addressees import index
from osame.law.calc import answer
from osame.platform.database import run_sql
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import SATO, found_city
from tests.systems.collection.demand_cast import charge_of
from tests.systems.collection.person_cast import (
    DEAD,
    MANY,
    NOBODY_OWES,
    PLACE,
    PROTECTED,
    constructed,
    levy_neighbours,
    many,
    neighbours,
)

PURPOSE = "法定事務"


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        neighbours()
        constructed(tmp_path)
        levy_neighbours(tmp_path)
        run_sql(
            "INSERT INTO demand_stop (addressee_number, tax_item, starts_on, reason, note, officer) "
            "VALUES (%s, '', '2025-09-01', '05', '相続人を調べている', '山本')",
            [DEAD],
        )
        index.rebuild()
    with Console("collection", database, OSAME_TODAY="2025-11-04") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("B0001", "高橋 悟", "collection_chief")
        yield running


def open_person(at: Desk, number: str, query: str = "") -> None:
    at.go(f"/people/{number}/{query}")
    at.choose_purpose(PURPOSE)


def narrow(at: Desk) -> None:
    """200 % of 1366 × 768: nothing but wide tables scrolls sideways."""
    at.page.set_viewport_size({"width": 683, "height": 384})
    at.accessible()
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    at.page.set_viewport_size({"width": 1366, "height": 768})


def tab_to(at: Desk, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(120):
        if at.page.evaluate("(selector) => document.activeElement?.matches(selector) ?? false", selector):
            return
        at.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab")


def found_by_keyboard(at: Desk, number: str) -> None:
    """Say what for, when it is asked; then take the person from the list, if there are several."""
    page = at.page
    page.wait_for_url("**/people/**")
    if page.get_by_role("heading", name="何のために開きますか").count():
        tab_to(at, "main input[type=radio]")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="何のために開きますか").wait_for(state="detached")
    if f"/people/{number}/" not in page.url:
        tab_to(at, f"main a[href='/people/{number}/']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/people/{number}/")


def test_find_a_person_and_explain_a_charge_by_keyboard(browser, console):
    """Found by name, the number that was chosen is explained with the steps of the law; then what was said is written down."""
    with desk(browser, console, "A0001") as at:
        page = at.page
        page.keyboard.press("/")
        page.keyboard.type("佐藤　花子")
        page.keyboard.press("Enter")
        found_by_keyboard(at, SATO)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^\\s*佐藤 花子"))
        at.accessible()
        at.picture("person")
        narrow(at)
        charge_id = charge_of(SATO, 2)
        tab_to(at, f"a[href='/charges/{charge_id}/?of=delinquency_charge']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/charges/**")
        expect(page.locator("#statement.chosen")).to_have_count(1)
        assert page.evaluate("document.activeElement.id") == "statement-title"
        at.accessible()
        at.picture("person-charge")
        asked = {"principal": 300_000, "due_date": "2025-06-30", "as_of": "2025-11-04",
                 "payments": [{"on": "2025-07-10", "amount": 120_500}]}  # fmt: skip
        law = json.loads(answer(json.dumps({"id": "x", "kind": "delinquency_charge", "inputs": asked})))
        assert page.locator(".working li").all_inner_texts() == law["steps"]
        narrow(at)
        page.emulate_media(media="print")
        at.picture("person-charge-print")
        page.emulate_media(media="screen")
        tab_to(at, f"main dl a[href='/people/{SATO}/']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/people/{SATO}/")
        write_contact(at)


def write_contact(at: Desk) -> None:
    page = at.page
    tab_to(at, "a.skip")  # 案内を飛ばして、本文へ
    page.keyboard.press("Enter")
    for field, downs in (("#id_means", 3), ("#id_relationship", 1), ("#id_identification", 4)):
        tab_to(at, field)
        for _ in range(downs):
            page.keyboard.press("ArrowDown")
    tab_to(at, "#id_content")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/contacts/")
    expect(page.locator("#id_content")).to_have_attribute("aria-invalid", "true")
    tab_to(at, "#id_content")
    with page.expect_response(lambda answer: "とのこと。".encode() in (answer.request.post_data_buffer or b"")):
        page.keyboard.type("11月10日に5万円を納めるとのこと。")
    at.go(f"/people/{SATO}/")
    page.get_by_role("button", name="続きから書く").press("Enter")
    expect(page.locator("#id_content")).to_have_value(re.compile("^11月10日"))
    tab_to(at, "#id_promised_on")
    page.keyboard.type("R7.11.1")
    tab_to(at, "#id_amount")
    page.keyboard.type("50,000")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/contacts/")
    at.accessible()
    at.picture("contact-error")
    page.locator("#id_promised_on").fill("R7.11.10")
    page.locator("#id_content").press("Control+Enter")
    page.wait_for_url(f"**/people/{SATO}/#contact-*")
    newest = page.locator(".timeline > li").first
    expect(newest).to_contain_text("11月10日に5万円")
    expect(newest).to_contain_text("R7.11.10までに50,000円")
    expect(page.get_by_role("status")).to_contain_text("折衝を記録しました。")
    at.accessible()
    at.picture("person-contact")
    page.get_by_role("link", name="折衝を訂正する").first.press("Enter")
    page.wait_for_url("**/correct/")
    at.accessible()
    at.picture("contact-correct")


def test_every_state_of_the_page(browser, console, tmp_path):
    with as_officer("setup", "collection.intake.receipts"):
        many(tmp_path)
    with desk(browser, console, "A0001") as at:
        for number, query, name in (
            (NOBODY_OWES, "", "person-no-charges"),
            (DEAD, "", "person-dead"),
            (MANY, "?show=all", "person-300"),
            (SATO, "?as_of=R7.7.15&show=all", "person-as-of-past"),
            (SATO, "?as_of=R7.7.15&view=known&kind=payment", "person-as-of-known"),
            (SATO, "?as_of=R7.11.30", "person-as-of-future"),
            (SATO, "?as_of=R77.99.1", "person-as-of-wrong"),
            ("999999999999999", "", "person-nobody"),
        ):
            open_person(at, number, query)
            at.accessible()
            at.picture(name)
            narrow(at)


def test_a_protected_person_shows_no_place_to_a_clerk(browser, console):
    with desk(browser, console, "A0001") as at:
        open_person(at, PROTECTED)
        assert PLACE not in at.page.content()
        expect(at.page.locator(".warnings li").first).to_have_text(re.compile(r"^\s*！\s*支援措置"))
        at.accessible()
        at.picture("person-protected")
    with desk(browser, console, "B0001") as at:
        open_person(at, PROTECTED)
        assert PLACE in at.page.content()
        at.accessible()


def test_the_page_of_a_person_prints(browser, console):
    with desk(browser, console, "A0001") as at:
        open_person(at, SATO)
        at.page.emulate_media(media="print")
        at.picture("person-print")
        expect(at.page.locator(".side")).to_be_hidden()
        expect(at.page.get_by_label("話した内容")).to_be_hidden()


def test_without_script_everything_still_works(browser, console):
    with desk(browser, console, "A0001", java_script_enabled=False) as at:
        open_person(at, SATO)
        at.page.get_by_label("基準日・納付予定日").fill(str(date(2025, 7, 15)))
        at.page.get_by_role("button", name="見る").click()
        assert "令和7年7月15日の姿です" in at.page.content()
