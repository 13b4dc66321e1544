"""滞納者一人を、滞納から、誓約の不履行、財産調査、預金の差押え、取立て、配当、解除まで、画面だけで進める。

One taxpayer of a small city, taken through by three officers in a real browser: the clerk proposes, the chief checks, the manager
decides. What time must have done (the demand, the broken pledge) is prepared; every step from there is a page.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.demands.batch import run_demands
from osame.collection.pledges.actions import Signature, accept_pledge, make_pledge
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.planning import PledgeTerms
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import OFFICER, SATO, determination, found_city
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, set_value
from tests.systems.collection.seizure_cast import BORN

PURPOSE = "滞納整理"


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[tuple[Console, date]]:
    """佐藤は督促され、分割納付を誓約し、一度も納めていない。"""
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        set_value("コンビニの請求書発行企業コード", "959919")
        set_value("納付区分", "06:106,01:101,合算:199")
        levy(tmp_path, determination(SATO, 1, 50_000))
        run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
        run_sql("UPDATE addressee SET born_on = %s WHERE addressee_number = %s", [BORN, SATO])
        today = date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))
        made = today - timedelta(days=60)
        terms = PledgeTerms(SATO, (), made + timedelta(days=14), 20_000, None, "毎月の収入から納める")
        pledge = make_pledge(terms, as_of=made, officer=OFFICER)
        signed = Signature(made, "佐藤 花子", Acknowledgement.Authority.SELF)
        accept_pledge((SATO, pledge), signed, as_of=made, officer=OFFICER)
    with Console("collection", database) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "鈴木 薫", "collection_chief")
        running.hire("A0003", "高橋 実", "collection_manager")
        yield running, today


def opened(at: Desk, path: str) -> None:
    at.go(path)
    at.choose_purpose(PURPOSE)


def wareki(day: date) -> str:
    return f"R{day.year - 2018}.{day.month}.{day.day}"


def pressed(at: Desk, button: str, said: str) -> None:
    at.main.get_by_role("button", name=button, exact=True).click()
    expect(at.page.get_by_text(said).first).to_be_visible()


def decided(browser, running: Console, clerk: Desk) -> None:
    """起案されたものを、別の二人が照査・決裁し、起案した職員が執行する。"""
    with as_officer("setup", "collection.intake.receipts"):
        (number,) = fetch_one("SELECT max(proposal_id) FROM proposal")
    for who, button, said in (("A0002", "照査する", "照査しました。"), ("A0003", "決裁する", "決裁しました。")):
        with desk(browser, running, who) as other:
            other.go(f"/approvals/{number}/")
            other.accessible()
            if who == "A0002":
                other.picture(f"seizure-approval-{number}")
            other.page.get_by_role("button", name=button).click()
            expect(other.page.get_by_text(said)).to_be_visible()
    clerk.go(f"/approvals/{number}/")
    clerk.page.get_by_role("button", name="執行する").click()
    expect(clerk.page.get_by_text("執行しました。")).to_be_visible()


def test_one_taxpayer_from_overdue_to_release(browser, console):
    running, today = console
    with desk(browser, running, "A0001") as clerk:
        opened(clerk, f"/people/{SATO}/")
        expect(clerk.page.get_by_text("佐藤 花子").first).to_be_visible()
        opened(clerk, "/pledges/?broken=1")
        clerk.page.get_by_role("link", name="1", exact=True).first.click()
        clerk.main.get_by_role("link", name="不履行を知らせる").click()
        pressed(clerk, "通知を作る", "分納不履行通知を作りました。")
        investigated(clerk, today)
        seize(clerk, today)
        decided(browser, running, clerk)
        collected(clerk, today)
        decided(browser, running, clerk)
        clerk.go("/dispositions/1/")
        expect(clerk.main.get_by_text("配当済み").first).to_be_visible()
        clerk.picture("disposition-distributed")
        clerk.main.get_by_role("link", name="解除する").click()
        clerk.main.get_by_label("解除の理由").fill("生活が窮迫し、執行停止とした")
        clerk.main.get_by_label("生活の窮迫による執行停止をした").check()
        pressed(clerk, "解除する", "解除する：終わりました。")
        expect(clerk.main.get_by_text("解除", exact=True).first).to_be_visible()
        clerk.accessible()
        clerk.picture("disposition-released")
    with as_officer("setup", "collection.intake.receipts"):
        assert fetch_all("SELECT stage, is_seized FROM disposition JOIN asset USING (addressee_number, asset_id)") == [
            ("RELEASED", False)
        ]
        assert fetch_all("SELECT channel, amount FROM receipt") == [("15", 30_000)]
        forms = {row[0] for row in fetch_all("SELECT DISTINCT form FROM letter_run")}
    assert {"R-076", "R-054", "R-114", "R-090", "R-091", "R-100", "R-096"} <= forms


def investigated(clerk: Desk, today: date) -> None:
    """照会先を登録し、調査を始め、銀行に尋ね、回答を記録し、認定し、登録する。"""
    opened(clerk, "/third-parties/")
    clerk.main.get_by_label("名称").fill("架空銀行")
    clerk.main.get_by_label("郵便番号").fill("5160037")
    clerk.main.get_by_label("所在地").fill("架空市本町1-1")
    pressed(clerk, "登録する", "照会先を登録しました。")
    opened(clerk, f"/people/{SATO}/investigations/new/")
    clerk.main.get_by_label("調査の理由").fill("分割納付の不履行")
    clerk.accessible()
    pressed(clerk, "始める", "財産調査を始める：終わりました。")
    clerk.main.get_by_role("link", name="財産を照会する").click()
    clerk.main.get_by_label("金融機関　架空銀行").check()
    clerk.main.get_by_label("回答の期限").fill(wareki(today + timedelta(days=30)))
    pressed(clerk, "照会書を作る", "財産を照会する：終わりました。")
    clerk.accessible()
    clerk.picture("investigation")
    clerk.main.get_by_role("link", name="回答を記録する").click()
    clerk.main.get_by_label("照会", exact=True).select_option(label="1　架空銀行")
    for label, told in (
        ("名義人の氏名", "佐藤 花子"), ("名義人の生年月日", "S50.4.1"), ("名義人の住所", "架空市岩渕一丁目7番29号"),
        ("財産の表示", "架空銀行 本店 普通 口座番号1234567"), ("残高・評価の額", "80,000"),
    ):  # fmt: skip
        clerk.main.get_by_label(label).fill(told)
    clerk.accessible()
    pressed(clerk, "記録する", "回答を記録する：終わりました。")
    expect(clerk.main.get_by_text("氏名、生年月日、住所")).to_be_visible()
    clerk.picture("property-reply")
    clerk.main.get_by_role("link", name="同一人と認定する").click()
    pressed(clerk, "認定する", "同一人と認定する：終わりました。")
    clerk.main.get_by_role("link", name="財産を登録する").click()
    pressed(clerk, "登録する", "財産を登録する：終わりました。")
    clerk.accessible()
    clerk.picture("asset")


def seize(clerk: Desk, today: date) -> None:
    clerk.main.get_by_role("link", name="差押えを起案する").click()
    expect(clerk.main.get_by_text("督促状を発した日から起算して10日を経過した")).to_be_visible()
    clerk.main.get_by_label("差し押さえる範囲").fill("差押えの時の残高の全額")
    clerk.main.get_by_label("差し押さえる理由").fill("分割納付の不履行。催告に応じない")
    pressed(clerk, "起案する", "債権の差押えには、履行期限が要ります")
    clerk.main.get_by_label("履行期限").fill(wareki(today + timedelta(days=10)))
    clerk.accessible()
    clerk.picture("seizure-proposal")
    pressed(clerk, "起案する", "起案しました。")


def collected(clerk: Desk, today: date) -> None:
    """送達を記録し、取り立て、配当を起案する。"""
    opened(clerk, "/dispositions/")
    clerk.accessible()
    clerk.picture("dispositions")
    clerk.main.get_by_role("link", name="1", exact=True).click()
    clerk.main.get_by_role("link", name="送達の日を記録する").click()
    clerk.main.get_by_label("第三債務者などに送達した日").fill(wareki(today))
    pressed(clerk, "記録する", "送達の日を記録する：終わりました。")
    clerk.main.get_by_role("link", name="取り立てた金銭を記録する").click()
    clerk.main.get_by_label("取り立てた額").fill("30,000")
    pressed(clerk, "記録する", "取り立てた金銭を記録する：終わりました。")
    clerk.accessible()
    clerk.picture("disposition-collected")
    clerk.main.get_by_role("link", name="配当を起案する").click()
    pressed(clerk, "起案する", "起案しました。")
