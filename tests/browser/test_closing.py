"""差異のある日を、原因を見つけて直し、締める（旅路六）。締めを解き、紙に出す。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.closing.importing import BankTotal, import_bank_totals, write_bank_totals
from osame.collection.ledger.verification import verify_ledger
from osame.formats.reports import Channel
from tests.browser.console_cast import Console, as_officer, desk
from tests.browser.test_matching import sideways
from tests.systems.collection.cast import AS_OF, OFFICER, SATO, TANAKA, determination, found_city, notice
from tests.systems.collection.demand_cast import levy, pay

DAY = date(2025, 7, 10)
HERE = f"/closing/{DAY}/"


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    """佐藤の 50,000円が二度、田中の 20,000円。銀行は二件 70,000円と言う。"""
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        levy(tmp_path, determination(SATO), determination(TANAKA))
        pay(
            tmp_path, notice(1, SATO, 50_000, DAY), notice(2, TANAKA, 20_000, DAY), notice(3, SATO, 50_000, DAY), on=DAY
        )
        path = tmp_path / "totals.csv"
        path.write_bytes(write_bank_totals((BankTotal(DAY, Channel.BANK, 2, 70_000),)))
        import_bank_totals(path, as_of=AS_OF, officer=OFFICER)
    with Console("collection", database, OSAME_TODAY=DAY.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("B0001", "高橋 悟", "collection_chief")
        running.hire("C0001", "林 進", "collection_manager")
        yield running


def kept(at, name: str) -> None:
    """The page passes axe at both sizes; its picture is kept."""
    at.accessible()
    at.picture(name)
    assert not sideways(at)


def test_a_difference_is_found_mended_and_the_day_closed(browser, console):
    with desk(browser, console, "B0001") as at:
        at.page.keyboard.press("g")
        at.page.keyboard.press("c")
        at.page.wait_for_url("**/closing/")
        kept(at, "closing-month")
        at.page.get_by_role("link", name="R7.7.10").click()
        at.page.get_by_text("二重かもしれません").first.wait_for()
        kept(at, "closing-difference")
        at.page.get_by_role("link", name="収納を開く").last.click()
        at.page.get_by_role("link", name="取り消す").click()
        at.page.get_by_label("収納機関の取消し").check()
        at.page.get_by_label("説明").fill("指定金融機関が同じ済通を二度送ったため")
        at.page.locator("main").get_by_role("button", name="取り消す").click()
        at.page.get_by_text("取り消しました。").first.wait_for()
        at.go(HERE)
        at.page.get_by_text("差異はありません。締められます。").wait_for()
        kept(at, "closing-ready")
        at.page.get_by_role("link", name="締めへ進む").click()
        kept(at, "closing-preview")
        at.page.get_by_role("button", name="締める").click()
        at.page.get_by_text("本締めしました。").wait_for()
        kept(at, "closing-closed")
        for path, name in (("sheet/", "closing-sheet"), ("../book/", "closing-book"), ("../seals/", "closing-seals")):
            at.go(f"{HERE}{path}")
            kept(at, name)
    with as_officer("setup", "collection.ledger.verify"):
        assert verify_ledger().sound


def test_the_bank_corrects_itself_and_a_closed_day_is_reopened(browser, console):
    """銀行の訂正を手で入れて締め、申し出と承認で締めを解く。"""
    with desk(browser, console, "B0001") as chief, desk(browser, console, "C0001") as manager:
        chief.go(f"{HERE}close/")
        expect(chief.page.get_by_role("button", name="締める")).to_have_count(0)
        kept(chief, "closing-refused")
        chief.go(HERE)
        chief.page.get_by_role("link", name="公金日計を直す").click()
        chief.page.get_by_role("button", name="入力する").click()
        chief.page.get_by_text("入力の理由を入力してください").first.wait_for()
        kept(chief, "closing-total-error")
        chief.page.get_by_label("件数").fill("3")
        chief.page.get_by_label("金額").fill("120,000")
        chief.page.get_by_label("入力の理由").fill("指定金融機関から訂正の日計表を受け取った")
        chief.page.get_by_role("button", name="入力する").click()
        chief.page.get_by_text("手入力（高橋 悟）").wait_for()
        chief.page.get_by_role("link", name="締めへ進む").click()
        chief.page.get_by_role("button", name="締める").click()
        chief.page.get_by_role("link", name="締めの解除を申し出る").click()
        kept(chief, "closing-ask-reopen")
        chief.page.get_by_label("締めを解く理由").fill("佐藤さんの二重を取り消すため")
        chief.page.get_by_role("button", name="申し出る").click()
        chief.page.get_by_text("課長の承認を待っています").wait_for()
        manager.go(HERE)
        kept(manager, "closing-reopen-asked")
        manager.page.get_by_role("link", name="内容を確かめて、認める").click()
        kept(manager, "closing-reopen")
        manager.page.get_by_role("button", name="認めて締めを解く").click()
        manager.page.get_by_text("締めを解きました。").wait_for()
        kept(manager, "closing-reopened")


def test_a_clerk_sees_the_day_without_the_buttons(browser, console):
    with desk(browser, console, "A0001") as at:
        at.go("/closing/2025-07-01/")
        kept(at, "closing-empty")
        expect(at.page.get_by_role("link", name="締めへ進む")).to_have_count(0)
