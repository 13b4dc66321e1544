"""基本設定の画面。納期限を、三人の職員が四つの目で変える。"""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from osame.collection.determinations.importing import import_determinations
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_all, run_sql
from tests.browser.console_cast import Console, as_officer, desk
from tests.browser.test_approvals import fits
from tests.systems.collection.cast import (
    AS_OF,
    KAKU,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    found_city,
    notice,
    write_determinations,
    write_notices,
)

TERM = "/parameters/terms/2025/06/1/due-date/"


@pytest.fixture
def console(database, tmp_path):
    """A city with three charges of one term (unpaid, paid in time, paid late), a clerk, a chief and a manager."""
    with as_officer("setup", "collection.changes.propose"):
        found_city()
        run_sql(
            "INSERT INTO installment_term (levy_year, tax_item, installment_term, name, year_month, due_date, sort_order, "
            "occasional) VALUES (2025, '06', 1, '第1期', '2025-06', '2025-06-30', 1, false), "
            "(2025, '06', 2, '第2期', '2025-09', '2025-09-30', 2, false)"
        )
        rows = [determination(each, amount=600_000) for each in (SATO, TANAKA, KAKU)]
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
        paid = (notice(1, TANAKA, 600_000, date(2025, 6, 20)), notice(2, KAKU, 620_000, date(2025, 9, 5)))
        import_receipts(
            write_notices(tmp_path / "n.csv", *paid), profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER
        )
    with Console("collection", database) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "鈴木 薫", "collection_chief")
        running.hire("A0003", "高橋 実", "collection_manager")
        yield running


def test_change_a_due_date_with_four_eyes(browser, console):
    """Journey 7: the clerk sees the effect and proposes, the chief checks, the manager decides, the clerk carries out."""
    with desk(browser, console, "A0001") as clerk:
        clerk.go("/parameters/?kind=installment_term&year=2025")
        fits(clerk)
        clerk.picture("parameters-terms")
        clerk.page.get_by_role("link", name=re.compile("納期限を変える.*第1期")).click()
        fits(clerk)
        clerk.page.get_by_label("新しい納期限").fill("R7.9.28")
        clerk.page.get_by_label("災害などによる期限の延長").check()
        clerk.page.get_by_label("根拠の番号").fill("令和7年架空市告示第31号")
        clerk.page.get_by_label("理由").fill("台風第9号の被害のため、全地域の納期限を延長する。")
        clerk.page.get_by_role("button", name="及ぶところを確かめる").click()
        expect(clerk.page.get_by_text("その日は閉庁日です").first).to_be_visible()
        fits(clerk)
        clerk.picture("parameters-due-date-error")
        clerk.page.get_by_label("新しい納期限").fill("R7.9.30")
        clerk.page.get_by_role("button", name="及ぶところを確かめる").click()
        expect(clerk.page.get_by_text("3件").first).to_be_visible()
        fits(clerk)
        clerk.picture("parameters-due-date-effect")
        clerk.page.get_by_role("button", name="この内容で起案する").click()
        clerk.page.get_by_role("heading", name="納期限の変更").wait_for()
        here = clerk.page.url.removeprefix(console.url)
        fits(clerk)
        clerk.picture("parameters-due-date-proposed")
        expect(clerk.page.get_by_role("button", name="照査する")).to_have_count(0)
        clerk.go(TERM)
        expect(clerk.page.get_by_text("もう起案されています")).to_be_visible()
        fits(clerk)
        for number, button, told in (("A0002", "照査する", "照査しました。"), ("A0003", "決裁する", "決裁しました。")):
            with desk(browser, console, number) as other:
                other.go(here)
                other.page.get_by_role("button", name=button).click()
                expect(other.page.get_by_text(told)).to_be_visible()
                if number == "A0002":
                    expect(other.page.get_by_role("button", name="執行する")).to_have_count(0)
        clerk.go(here)
        clerk.page.get_by_role("button", name="執行する").click()
        expect(clerk.page.get_by_text("3件の調定の納期限を令和7年9月30日に変えました")).to_be_visible()
        fits(clerk)
        clerk.picture("parameters-due-date-done")
        clerk.go("/parameters/?kind=installment_term&year=2025")
        expect(clerk.page.get_by_text("R7.9.30（火）")).to_have_count(2)
        fits(clerk)
        clerk.go(f"/people/{KAKU}/")
        clerk.choose_purpose("法定事務")
        expect(clerk.page.get_by_text("起案番号 1").first).to_be_visible()
    assert fetch_all("SELECT DISTINCT due_date FROM charge WHERE charge_id > 0") == [(date(2025, 9, 30),)]


def test_see_and_change_the_other_parameters(browser, console):
    """Every kind by keyboard and eye; a new mayor from a day on."""
    with desk(browser, console, "A0001") as at:
        for kind in ("municipality", "tax_item", "setting", "office_closure", "bank_succession", "standard_text", "law",
                     "assignment_rule", "expected_file"):  # fmt: skip
            at.go(f"/parameters/?kind={kind}")
            fits(at)
        at.picture("parameters-empty")
        at.go("/parameters/?kind=law")
        at.picture("parameters-law")
        at.go("/parameters/?as_of=%E6%98%A8%E6%97%A5")
        fits(at)
        at.go("/parameters/")
        at.picture("parameters")
        at.page.get_by_role("link", name="新しい値を起案する").click()
        fits(at)
        at.page.get_by_role("button", name="及ぶところを確かめる").click()
        fits(at)
        at.page.get_by_label("いつから").fill("R9.1.1")
        at.page.get_by_label("首長名").fill("新田 二郎")
        at.page.get_by_label("根拠").fill("令和7年10月の選挙")
        at.page.get_by_label("理由").fill("首長の交代")
        at.page.get_by_role("button", name="及ぶところを確かめる").click()
        expect(at.page.get_by_text("新田 二郎").first).to_be_visible()
        fits(at)
        at.picture("parameters-change")
        at.page.get_by_role("button", name="この内容で起案する").click()
        at.page.get_by_role("heading", name="基本設定の変更").wait_for()
        fits(at)
        at.picture("parameters-proposed")
