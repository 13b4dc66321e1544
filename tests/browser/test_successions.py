"""死亡した納税者の承継を、画面で調べ、相続関係図を鍵盤でたどる。"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import SATO, SUZUKI, TANAKA, determination, found_city
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.succession_cast import CHILD, WIFE, decided, family, opened
from tests.systems.collection.suspension_cast import today


@pytest.fixture
def console(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        levy(tmp_path, determination(SATO, 1, 100_001), determination(SATO, 2, 80_000))
        family()
        decided(opened((WIFE, CHILD)))
        day = today().isoformat()
    with Console("collection", database, OSAME_TODAY=day) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        yield running


def test_the_tree_of_heirs_is_read_and_walked_by_keyboard(browser, console):
    with desk(browser, console, "A0001") as clerk:
        page = clerk.page
        clerk.go("/successions/1/")
        clerk.choose_purpose("滞納整理")
        heir = page.get_by_role("link", name="子（代襲を含む） 鈴木 家 2分の1")
        expect(heir).to_be_visible()
        expect(page.get_by_role("link", name="配偶者 田中 一郎 2分の1")).to_be_visible()
        clerk.accessible()
        clerk.picture("succession")
        heir.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/people/{SUZUKI}/**")
        clerk.go("/successions/1/successors/")
        page.get_by_label("区分").select_option("02")
        page.get_by_label("氏名・名称").fill("田中 一郎")
        page.get_by_label("宛名番号", exact=True).fill(TANAKA)
        page.get_by_label("資料・理由").fill("戸籍")
        page.get_by_role("button", name="登録する").click()
        expect(page.get_by_text("同じ宛名番号の者が二度あります").first).to_be_visible()
        clerk.picture("succession-refused")
        clerk.go("/successions/")
        clerk.picture("successions")
