"""一人の納税者が、調査から執行停止、即時の消滅、不納欠損まで進む。三人の職員が、それぞれのブラウザで行う。"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.platform.database import fetch_all
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import SATO, determination, found_city
from tests.systems.collection.demand_cast import levy

PURPOSE = "滞納整理"


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        levy(tmp_path, determination(SATO, 1, 123_400))
    with Console("collection", database) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "鈴木 薫", "collection_chief")
        running.hire("A0003", "高橋 実", "collection_manager")
        yield running


def opened(at: Desk, path: str) -> None:
    at.go(path)
    at.choose_purpose(PURPOSE)


def press(at: Desk, name: str) -> None:
    at.main.get_by_role("button", name=name, exact=True).click()


def carried(browser, console: Console, clerk: Desk) -> None:
    """いま開いている起案を、照査し、決裁し、執行する。"""
    path = clerk.page.url.removeprefix(console.url)
    for number, button, said in (("A0002", "照査する", "照査しました。"), ("A0003", "決裁する", "決裁しました。")):
        with desk(browser, console, number) as other:
            opened(other, path)
            press(other, button)
            expect(other.page.get_by_text(said)).to_be_visible()
    opened(clerk, path)
    clerk.accessible()
    press(clerk, "執行する")
    expect(clerk.page.get_by_text("執行しました。")).to_be_visible()


def finding(at: Desk, kind: str, found: str, result: str) -> None:
    at.main.get_by_role("link", name="調査を記録する").click()
    at.main.get_by_label("調査の項目").select_option(label=kind)
    at.main.get_by_label("あるか・当てはまるか").select_option(label=found)
    at.main.get_by_label("調査の結果と資料").fill(result)
    press(at, "記録する")
    expect(at.page.get_by_text("調査を記録しました。")).to_be_visible()


def proposes(at: Desk, decision: str, reason: str) -> None:
    at.main.get_by_role("link", name="決定を起案する").click()
    at.main.locator("[name=decision]").select_option(label=decision)
    at.main.locator("[name=reason]").fill(reason)
    press(at, "起案する")


def test_from_the_investigation_to_the_write_off(browser, console: Console) -> None:
    with desk(browser, console, "A0001") as clerk:
        opened(clerk, f"/people/{SATO}/")
        clerk.main.get_by_role("link", name="執行停止の調書を起こす").click()
        clerk.main.get_by_label("停止の事由").select_option(label="財産がない（第1号）")
        clerk.main.get_by_label("固定資産税・都市計画税 2025年度", exact=False).check()
        clerk.main.get_by_label("停止を要する事情").fill("廃業し、財産も収入もない")
        press(clerk, "起こす")
        proposes(clerk, "執行停止", "無財産")
        expect(clerk.page.get_by_text("調査が、まだ終わっていません").first).to_be_visible()
        opened(clerk, "/suspensions/1/")
        finding(clerk, "預貯金", "ない・当てはまらない", "三行に照会。残高なし")
        finding(clerk, "保証人・第二次納税義務者など", "ない・当てはまらない", "契約と登記を確かめた")
        clerk.accessible()
        clerk.picture("suspension")
        proposes(clerk, "執行停止", "無財産")
        carried(browser, console, clerk)
        opened(clerk, "/suspensions/1/")
        expect(clerk.main.get_by_text("停止中", exact=True)).to_be_visible()
        finding(
            clerk,
            "徴収できないことの明らかさ（解散・廃業・相続人不存在など）",
            "ある・当てはまる",
            "廃業し、再開の見込みがない",
        )
        proposes(clerk, "納税義務の即時の消滅", "徴収できないことが明らか")
        carried(browser, console, clerk)
        opened(clerk, "/write-offs/")
        clerk.picture("writeoffs")
        clerk.main.get_by_role("link", name="不納欠損を起案する").click()
        clerk.accessible()
        clerk.main.get_by_role("checkbox", name="佐藤 花子").check()
        clerk.main.locator("[name=reason]").fill("即時の消滅")
        press(clerk, "起案する")
        carried(browser, console, clerk)
        opened(clerk, "/write-offs/1/")
        expect(clerk.main.get_by_text("123,400円", exact=False).first).to_be_visible()
        clerk.accessible()
        clerk.picture("writeoff")
        opened(clerk, f"/people/{SATO}/")
        expect(clerk.main.get_by_text("不納欠損", exact=False).first).to_be_visible()
    with as_officer("setup", "collection.intake.receipts"):
        rows = fetch_all("SELECT principal_tax, written_off FROM charge WHERE addressee_number = %s", [SATO])
    assert rows == [(0, 123_400)]
