"""不明入金を、キーボードだけで消し込む。誤った消込を取り消す。二人が同時に確かめても、一度だけ記帳される。"""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.queries import ChargeFacts, find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.actions import Act, identify_receipt
from osame.collection.matching.importing import import_receipts
from osame.collection.matching.queries import held_receipts
from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    found_city,
    notice,
    slip,
    write_determinations,
    write_notices,
)

PAID = date(2025, 6, 25)
ROUNDS = 20


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        rows = [determination(SATO, 1, 300_000), determination(SATO, 2), determination(TANAKA)]
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
        notices = [
            notice(1, SATO, 300_000, PAID, slip_number=slip(SATO) + 500, payer_kana="ｻﾄｳ ﾊﾅｺ"),
            notice(2, SUZUKI, 777, date(2025, 7, 1), slip_number=999),
            *(
                notice(10 + each, SUZUKI, 100 + each, date(2025, 7, 2), slip_number=2_000 + each)
                for each in range(ROUNDS)
            ),
        ]
        path = write_notices(tmp_path / "n.csv", *notices)
        import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    with Console("collection", database, OSAME_TODAY="2025-09-10") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "伊藤 薫", "collection_clerk")
        running.hire("B0001", "高橋 悟", "collection_chief")
        yield running


def charge(who: str = SATO) -> ChargeFacts:
    with as_officer("setup", "collection.inquiry.show"):
        return find_charge(str(slip(who)))


def sideways(at) -> bool:
    at.page.set_viewport_size({"width": 683, "height": 384})
    at.accessible()
    scrolls = at.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    at.page.set_viewport_size({"width": 1366, "height": 768})
    return bool(scrolls)


def test_a_held_receipt_is_matched_without_a_mouse(browser, console):
    """旅路三。案内の g m、一覧の j、候補の Enter、確かめて Ctrl＋Enter。"""
    with desk(browser, console, "A0001") as at:
        keys = at.page.keyboard
        keys.press("g")
        keys.press("m")
        at.page.wait_for_url("**/matching/")
        at.accessible()
        at.picture("matching-list")
        assert not sideways(at)
        keys.press("j")
        keys.press("Enter")
        at.page.wait_for_url("**/matching/held/**")
        at.accessible()
        at.picture("matching-held")
        assert not sideways(at)
        while not at.page.evaluate("document.activeElement.matches('a.button')"):
            keys.press("Tab")
        keys.press("Enter")
        at.page.wait_for_url("**/to/**")
        at.accessible()
        at.picture("matching-preview")
        assert not sideways(at)
        keys.press("Control+Enter")
        at.page.get_by_text("消し込みました。").wait_for()
        at.accessible()
        at.picture("matching-done")
        at.page.get_by_role("link", name="収納と仕訳を見る").press("Enter")
        at.page.get_by_role("heading", name="仕訳").wait_for()
        at.accessible()
        at.picture("matching-receipt")
        assert not sideways(at)
    assert charge().principal_tax == 0


def test_a_wrong_match_is_reversed_and_moved(browser, console):
    """旅路四。誤って田中に消し込んだ入金を、係長が取り消し、正しい期別に消し込む。"""
    with as_officer("setup", "collection.matching.identify"):
        held = next(each for each in held_receipts() if each.amount == 300_000)
        identify_receipt(held.receipt_key, charge(TANAKA), act=Act(AS_OF, OFFICER))
    with desk(browser, console, "B0001") as at:
        at.go(f"/matching/receipts/?slip_number={slip(TANAKA)}")
        at.accessible()
        at.picture("matching-receipts")
        assert not sideways(at)
        at.page.get_by_role("link", name="円の収納を開く").click()
        at.page.get_by_role("link", name="組み替える").click()
        at.page.get_by_label("納付書番号・通知書番号・宛名番号").fill(str(slip(SATO)))
        at.page.get_by_role("button", name="期別を探す").click()
        at.accessible()
        at.picture("matching-move-choose")
        assert not sideways(at)
        at.page.get_by_role("link", name="佐藤 花子 固定資産税").first.click()
        at.accessible()
        at.picture("matching-move")
        assert not sideways(at)
        at.go(f"/matching/receipts/{charge(TANAKA).charge_id}/{held.receipt_key}/cancel/")
        at.page.get_by_role("button", name="取り消す").click()
        at.page.get_by_text("説明を入力してください").first.wait_for()
        at.accessible()
        at.picture("matching-cancel-error")
        assert not sideways(at)
        at.page.get_by_label("誤消込").check()
        at.page.get_by_label("説明").fill("佐藤さんの納付を、誤って田中さんに消し込んだため")
        at.page.locator("main").get_by_role("button", name="取り消す").click()
        at.page.get_by_text("取り消しました。").first.wait_for()
        at.accessible()
        at.picture("matching-cancelled")
        assert not sideways(at)
        at.page.get_by_role("link", name="正しい期別に消し込む").click()
        at.page.get_by_role("heading", name="入金の事実").wait_for()
        at.accessible()
    assert charge(TANAKA).received == 0
    with as_officer("setup", "collection.ledger.verify"):
        assert verify_ledger().sound


def test_two_officers_confirm_one_receipt(browser, console):
    """二つの窓で同じ入金を確かめる。先の者が消し込み、後の者は、誰がいつしたかを読む。"""
    with as_officer("setup", "collection.matching.held"):
        held = next(each for each in held_receipts() if each.amount == 300_000)
    path = f"/matching/held/{held.receipt_key}/to/{charge().charge_id}/"
    with desk(browser, console, "A0001") as first, desk(browser, console, "A0002") as second:
        first.go(path)
        second.go(path)
        first.page.get_by_role("button", name="消し込む").click()
        first.page.get_by_text("消し込みました。").wait_for()
        second.page.get_by_role("button", name="消し込む").click()
        second.page.get_by_role("heading", name="既に消し込まれています").wait_for()
        expect(second.page.locator("main")).to_contain_text("山本 昇、")
        second.accessible()
        second.picture("matching-conflict")


def test_twenty_receipts_are_each_confirmed_by_two_officers_at_once(browser, console):
    """本物の窓口に、二人が同時に送る。二十件とも、一人だけが記帳する。"""
    with as_officer("setup", "collection.matching.held"):
        keys = [each.receipt_key for each in held_receipts() if each.amount < 300][:ROUNDS]
    assert len(keys) == ROUNDS
    number = charge(TANAKA).charge_id
    with desk(browser, console, "A0001") as first, desk(browser, console, "A0002") as second, ExitStack() as opened:
        officers = [opened.enter_context(client(each)) for each in (first, second)]
        for key in keys:
            path = f"/matching/held/{key}/to/{number}/"
            forms = [hidden(each.get(path).text) for each in officers]
            answers: list[httpx.Response] = []
            start = threading.Barrier(2)

            def press(officer: httpx.Client, form: dict[str, str], to: str = path, go=start, told=answers) -> None:
                go.wait()
                told.append(officer.post(to, data=form))

            pressing = [threading.Thread(target=press, args=each) for each in zip(officers, forms, strict=True)]
            for each in pressing:
                each.start()
            for each in pressing:
                each.join()
            assert sorted(each.status_code for each in answers) == [302, 422]
            told = next(each.text for each in answers if each.status_code == 422)
            assert "既に消し込まれています" in told
    assert charge(TANAKA).received == sum(100 + each for each in range(ROUNDS))
    with as_officer("setup", "collection.ledger.verify"):
        assert verify_ledger().sound


def client(at) -> httpx.Client:
    """A second window of the signed-in officer, without the browser's patience."""
    cookies = {each["name"]: each["value"] for each in at.context.cookies()}
    return httpx.Client(base_url=at.console.url, cookies=cookies, headers={"Referer": at.console.url}, timeout=30)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    form = page[page.index("<main") : page.index("</main>")]
    form = form[form.index('<form method="post">') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
