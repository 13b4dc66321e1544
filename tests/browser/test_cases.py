"""担当者の一か月。一覧をキーボードで選び、台帳を開き、折衝を記録し、催告し、月が替わって予定と方針を片付け、係長が引き継がせる。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.cases.batch import refresh_cases
from osame.collection.demands.batch import DemandOrder, carry_out
from osame.collection.determinations.importing import import_determinations
from osame.platform.database import fetch_all, run_sql
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import (
    OFFICER,
    SATO,
    TANAKA,
    determination,
    found_city,
    write_determinations,
)
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED

TODAY, MONTH_END = date(2026, 3, 2), date(2026, 4, 1)
PURPOSE = "滞納整理"


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        rows = [determination(SATO, 1, 120_000), determination(TANAKA, 1, 30_000)]
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=date(2025, 7, 1), officer=OFFICER)
        carry_out(DemandOrder(ISSUED, CUT_OFF), officer=OFFICER)
        refresh_cases(as_of=TODAY, officer=OFFICER)
        run_sql("UPDATE arrears_case SET officer = 'A0001'")
    with Console("collection", database, OSAME_TODAY=TODAY.isoformat(), OSAME_HOME=str(tmp_path / "home")) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "中村 遥", "collection_clerk")
        running.hire("B0001", "高橋 悟", "collection_chief")
        running.hire("C0001", "田村 薫", "collection_manager")
        yield running


def typed(at: Desk, link: str) -> None:
    """マウスを使わず、リンクを開く。"""
    at.main.get_by_role("link", name=link).first.press("Enter")
    at.choose_purpose(PURPOSE)


def month_end(at: Desk, console: Console) -> None:
    """月が替わる。今日の画面から、過ぎた予定と果たされない約束を片付け、方針を改める。"""
    keys = at.page.keyboard
    at.page.goto("about:blank")
    with as_officer("setup", "collection.intake.receipts"):
        refresh_cases(as_of=MONTH_END, officer=OFFICER)
    console.travel(MONTH_END)
    at.go("/")
    typed(at, "担当する事案の、期日の来た予定")
    at.accessible()
    at.picture("calendar-late")
    typed(at, "佐藤 花子")
    expect(at.page.get_by_text("約束の不履行").first).to_be_visible()
    at.main.get_by_role("link", name="の訪問を終える").press("Enter")
    at.choose_purpose(PURPOSE)
    at.main.locator("[name=result]").select_option("1")
    at.main.get_by_label("結果の説明").fill("会えず、不在票を残した")
    keys.press("Control+Enter")
    expect(at.page.get_by_text("予定を終えました。")).to_be_visible()
    typed(at, "方針を決める")
    at.main.locator("[name=policy]").select_option(label="財産調査")
    at.main.get_by_label("見直し日").fill("R8.5.1")
    at.main.get_by_label("方針の理由").fill("約束が果たされない")
    keys.press("Control+Enter")
    expect(at.page.get_by_text("処理方針を決めました。")).to_be_visible()
    at.picture("case-month-end")


def test_an_officer_works_a_month_to_the_hand_over(browser, console) -> None:
    """The list by keyboard, the record, a contact with a promise, a reminder seen before it is sent; the month's end; the hand-over."""
    with desk(browser, console, "A0001") as at:
        keys = at.page.keyboard
        keys.press("g")
        keys.press("k")
        at.page.wait_for_url("**/cases/")
        at.choose_purpose(PURPOSE)
        expect(at.page.get_by_role("heading", name="滞納者の一覧")).to_be_visible()
        at.accessible()
        at.picture("cases")
        keys.press("j")
        expect(at.page.get_by_role("link", name="佐藤 花子")).to_be_focused()
        keys.press("j")
        keys.press("k")
        keys.press("Enter")
        at.page.wait_for_url(f"**/cases/{SATO}/**")
        at.choose_purpose(PURPOSE)
        expect(at.page.get_by_role("heading", level=1)).to_contain_text("佐藤 花子")
        at.accessible()
        at.picture("case")
        at.main.locator("select[name=means]").select_option("03")
        at.main.locator("select[name=relationship]").select_option("01")
        at.main.locator("select[name=identification]").select_option("03")
        at.main.get_by_label("話した内容").fill("月末に2万円を納めると言われた")
        at.main.get_by_label("約束日").fill("R8.3.31")
        at.main.get_by_label("約束の金額（円）").fill("20000")
        keys.press("Control+Enter")
        expect(at.page.get_by_text("折衝を記録しました。")).to_be_visible()
        at.go(f"/cases/{SATO}/")
        at.choose_purpose(PURPOSE)
        expect(at.page.get_by_text("月末に2万円を納めると言われた")).to_be_visible()
        at.main.get_by_role("link", name="予定を立てる").press("Enter")
        at.page.wait_for_url("**/tasks/new/**")
        at.choose_purpose(PURPOSE)
        at.main.get_by_label("種類").select_option("02")
        at.main.get_by_label("内容").fill("夕方に在宅")
        keys.press("Control+Enter")
        expect(at.page.get_by_text("予定を立てました。")).to_be_visible()
        at.main.get_by_role("link", name="催告する").press("Enter")
        at.page.wait_for_url("**/reminders/new/**")
        at.choose_purpose(PURPOSE)
        at.main.get_by_label("催告の種類").select_option("12")
        at.main.get_by_label("指定期限").press("Control+Enter")
        expect(at.page.get_by_role("heading", name="対象")).to_be_visible()
        at.accessible()
        at.picture("reminder-seen")
        at.main.get_by_role("button", name="この内容で催告する").press("Enter")
        at.page.wait_for_url("**/reminders/1/**")
        at.choose_purpose(PURPOSE)
        expect(at.page.get_by_role("heading", level=1)).to_contain_text("差押予告")
        at.accessible()
        at.picture("reminder")
        for path, name in (
            ("/cases/calendar/", "calendar"),
            ("/cases/visits/", "visits"),
            ("/reminders/", "reminders"),
        ):
            at.go(path)
            at.choose_purpose(PURPOSE)
            at.accessible()
            at.picture(name)
        month_end(at, console)
    with desk(browser, console, "B0001") as at:
        at.go("/cases/figures/")
        at.choose_purpose(PURPOSE)
        expect(at.page.get_by_role("img", name="進行段階ごとの事案")).to_be_visible()
        at.accessible()
        at.picture("case-figures")
        at.go("/cases/handovers/")
        at.choose_purpose(PURPOSE)
        at.main.get_by_label("旧担当").select_option("A0001")
        at.main.get_by_label("新担当").select_option("A0002")
        at.main.get_by_label("引継日").fill("R8.4.2")
        at.main.get_by_label("引継ぎの理由").fill("人事異動")
        at.accessible()
        at.main.get_by_role("button", name="起案する").press("Enter")
        at.page.wait_for_url("**/cases/handovers/1/**")
        at.choose_purpose(PURPOSE)
        at.main.get_by_role("button", name="承認して引き継ぐ").press("Enter")
        expect(at.page.get_by_text("自分の起案した引継ぎは、承認できません").first).to_be_visible()
        at.picture("handover")
    with desk(browser, console, "C0001") as at:
        at.go("/cases/handovers/1/")
        at.choose_purpose(PURPOSE)
        at.main.get_by_role("button", name="承認して引き継ぐ").press("Enter")
        expect(at.page.get_by_text("引継済")).to_be_visible()
        at.accessible()
    with as_officer("setup", "collection.cases.list"):
        assert {row[0] for row in fetch_all("SELECT officer FROM arrears_case")} == {"A0002"}
