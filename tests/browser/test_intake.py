"""本物の画面で、ファイルを落とし、係が取り込み、だめな三行を直す。マウスで一度、キーボードだけで一度。"""

import os
import re
import signal
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

from osame.collection.determinations.importing import import_determinations
from osame.collection.inquiry.verification import verify_everything
from osame.formats import bank_notice
from osame.formats.csv_batch import FileHeader
from osame.platform.database import fetch_all, fetch_one
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import SATO, TANAKA, determination, found_city, notice, write_determinations
from tests.systems.conftest import server

DAY = date(2025, 9, 10)
RESULT = re.compile(r"/intake/\d+/")


@pytest.fixture
def console(database, tmp_path):
    """A city with three charges of 50,000, a clerk and a chief at their desks."""
    with Console("collection", database, OSAME_TODAY=DAY.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "川端 巴", "collection_chief", "system_administrator")
        with as_officer("A0001", "collection.intake.determinations"):
            found_city()
            rows = (determination(SATO), determination(SATO, 2), determination(TANAKA))
            path = write_determinations(tmp_path / "d.csv", *rows)
            import_determinations(path, as_of=DAY, officer="setup")
        yield running


def bank_file(path: Path) -> Path:
    """Five payments: one good, one whose charge is unknown, and three that cannot be taken."""
    rows = [notice(1, SATO, 50_000, date(2025, 9, 1)), notice(2, SATO, 50_000, date(2025, 9, 2), term=2),
            notice(3, TANAKA, 20_000, date(2025, 9, 3)), notice(4, TANAKA, 30_000, date(2025, 9, 4)),
            notice(5, TANAKA, 7_000, date(2025, 9, 5), term=9)]  # fmt: skip
    text = bank_notice.write(rows, header=FileHeader(sender_code="0155", business_on=DAY, sequence=1)).decode()
    text = text.replace("20250902,20250902", "20250931,20250902")
    text = text.replace("00000020000,", "0000002000O,", 1)
    text = text.replace("00000030000,,,", "00000030000,00000010000,,", 1)
    path.write_bytes(text.encode())
    return path


def conserved() -> None:
    """Every yen and every row is there, and the ledger is sound by law."""
    assert fetch_one("SELECT count(*) FROM intake_file WHERE rows_in <> rows_posted + rows_held + rows_rejected") == (
        0,
    )
    assert fetch_one("SELECT (SELECT sum(amount) FROM receipt)::bigint, (SELECT sum(amount) FROM held_receipt)::bigint") == (
        150_000, 7_000,
    )  # fmt: skip
    assert fetch_one("SELECT count(*) FROM row_treatment WHERE kind = '1' AND result_file_id IS NOT NULL") == (3,)
    verification = verify_everything()
    assert verification.sound, verification.findings


def fits(at: Desk) -> None:
    """At 200 % nothing scrolls sideways, and the page is accessible there too."""
    at.page.set_viewport_size({"width": 683, "height": 384})
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), at.page.url
    at.accessible()
    at.page.set_viewport_size({"width": 1366, "height": 768})


def looked_at(at: Desk, name: str) -> None:
    """Accessible, fitting, and kept as a picture."""
    at.accessible()
    fits(at)
    at.picture(name)


def dropped(at: Desk, path: Path) -> None:
    """Drop a file on the area, as from the file manager."""
    transfer = at.page.evaluate_handle(
        "([name, text]) => { const data = new DataTransfer(); data.items.add(new File([text], name)); return data; }",
        [path.name, path.read_text(encoding="utf-8")],
    )
    at.page.dispatch_event(".drop", "drop", {"dataTransfer": transfer})


def test_a_file_with_three_bad_rows_is_dropped_taken_in_and_mended(browser, console, tmp_path):
    console.work()
    with desk(browser, console, "A0001") as at:
        page = at.go("/intake/")
        looked_at(at, "intake-drop")
        page.get_by_role("button", name="次へ").click()
        expect(page.get_by_text("ファイルを落とすか、選んでください。")).to_be_visible()
        looked_at(at, "intake-nothing-dropped")
        dropped(at, bank_file(tmp_path / "R070910-百五.csv"))
        expect(page.get_by_text("R070910-百五.csv（")).to_be_visible()
        page.get_by_role("button", name="次へ").click()
        page.wait_for_url("**/intake/uploads/**")
        expect(page.locator("td select")).to_have_value("bank_notice_v0")
        looked_at(at, "intake-confirm")
        page.get_by_role("button", name="取り込む", exact=True).click()
        page.wait_for_url(RESULT, timeout=90_000)
        expect(page.get_by_text("手当てを待つ行が4行あります")).to_be_visible()
        looked_at(at, "intake-result")
        page.get_by_role("link", name="3行目を開いて直す").click()
        looked_at(at, "intake-row")
        page.get_by_label("直す理由").fill("済通の写しで確かめた")
        page.get_by_role("button", name="登録の内容を確かめる").click()
        expect(page.get_by_role("heading", name="まだ取り込めません")).to_be_visible()
        looked_at(at, "intake-row-error")
        page.get_by_label("領収日", exact=True).fill("20250902")
        page.get_by_role("button", name="登録の内容を確かめる").click()
        expect(page.get_by_text("50,000円を、次の期別に消し込みます")).to_be_visible()
        looked_at(at, "intake-row-preview")
        page.get_by_role("button", name="この内容で登録する").click()
        expect(page.get_by_text("3行目を直して登録しました。")).to_be_visible()
        mend(at, "4行目", "領収金額", "00000020000")
        mend(at, "5行目", "本税", "")
        page.get_by_text("誰が、何を").first.click()
        looked_at(at, "intake-mended")
        at.go("/held/")
        expect(page.get_by_text("該当する納付書・期別がありません。")).to_be_visible()
        looked_at(at, "held-rows")
        at.go("/intake/")
        looked_at(at, "intake-files")
        dropped(at, bank_file(tmp_path / "もう一度.csv"))
        page.get_by_role("button", name="次へ").click()
        expect(page.get_by_text("受領済")).to_be_visible()
        looked_at(at, "intake-received-before")
        page.get_by_role("button", name="取り込む", exact=True).click()
        page.wait_for_url(RESULT, timeout=90_000)
        looked_at(at, "intake-received")
        at.go("/jobs/")
        looked_at(at, "jobs-mine")
    conserved()
    with desk(browser, console, "A0002") as at:
        at.go("/jobs/")
        looked_at(at, "jobs-all")


def mend(at: Desk, line: str, label: str, value: str) -> None:
    """Open a row, correct one cell, look, and register."""
    page = at.page
    page.get_by_role("link", name=f"{line}を開いて直す").click()
    page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("直す理由").fill("済通の写しで確かめた")
    page.get_by_role("button", name="登録の内容を確かめる").click()
    page.get_by_role("button", name="この内容で登録する").click()
    page.get_by_text(f"{line}を直して登録しました。").wait_for()


def reach(at: Desk, name: str, *, key: str = "Tab") -> None:
    """Press Tab until the focus stands on what is so named."""
    for _ in range(120):
        at.page.keyboard.press(key)
        told = at.page.evaluate(
            "() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.labels?.[0]?.innerText ||"
            " e.innerText || e.value || '').trim(); }"
        )
        if told.replace("必須", "").strip() == name:
            return
    raise AssertionError(f"キーボードでは「{name}」に着けない")


def chosen_by_key(at: Desk, path: Path) -> None:
    """Enter on the field opens the dialog; a person whose first press came before the page was painted presses again."""
    for _ in range(4):
        try:
            with at.page.expect_file_chooser(timeout=5_000) as chooser:
                at.page.keyboard.press("Enter")
        except TimeoutError:
            continue
        chooser.value.set_files(path)
        return
    raise AssertionError("Enterでファイルの選択が開かない")


def test_the_same_entirely_by_keyboard(browser, console, tmp_path):
    """No mouse: navigation with g and i, files chosen with the native dialog of the field, everything else with Tab and Enter."""
    console.work()
    with desk(browser, console, "A0001") as at:
        page, keys = at.page, at.page.keyboard
        keys.press("g")
        keys.press("i")
        page.wait_for_url("**/intake/")
        reach(at, "ここにファイルを落とすか、選んでください（いくつでも）")
        chosen_by_key(at, bank_file(tmp_path / "R070910-百五.csv"))
        reach(at, "次へ（様式を確かめる）")
        keys.press("Enter")
        page.wait_for_url("**/intake/uploads/**")
        reach(at, "取り込む")
        keys.press("Enter")
        page.wait_for_url(RESULT, timeout=90_000)
        for line, label, value in (("3", "領収日", "20250902"), ("4", "領収金額", "00000020000"), ("5", "本税", "")):
            reach(at, f"{line}行目を開いて直す")
            keys.press("Enter")
            page.wait_for_url("**/held/1/**")
            reach(at, label)
            keys.press("Control+a")
            keys.press("Delete")
            keys.type(value)
            reach(at, "直す理由")
            keys.type("済通の写しで確かめた")
            keys.press("Control+Enter")
            page.get_by_role("heading", name="この内容で登録すると").wait_for()
            reach(at, "この内容で登録する")
            keys.press("Enter")
            page.get_by_text(f"{line}行目を直して登録しました。").wait_for()
    conserved()


def test_a_killed_worker_leaves_nothing_half_done_and_the_work_is_taken_up(browser, console, tmp_path, database):
    """The worker is killed while it imports; the page says so, and 「もう一度」 finishes the work with another worker."""
    with desk(browser, console, "A0001") as at:
        page = at.go("/intake/")
        page.locator("input[type=file]").set_input_files(bank_file(tmp_path / "R070910-百五.csv"))
        page.get_by_role("button", name="次へ").click()
        page.get_by_role("button", name="取り込む", exact=True).click()
        page.wait_for_url("**/jobs/requests/**")
        expect(page.get_by_text("順番を待っています。")).to_be_visible()
        looked_at(at, "job-waiting")
        with server(database) as admin:  # 取込みの順番を先に取り、係を途中で待たせる
            admin.execute("BEGIN; SELECT pg_advisory_xact_lock(7140001)")
            console.work()
            page.get_by_text("実行中").wait_for(timeout=60_000)
            looked_at(at, "job-running")
            os.kill(console.workers[-1].pid, signal.SIGKILL)
            console.workers.pop().wait()
            admin.execute("ROLLBACK")
        assert fetch_all("SELECT 1 FROM intake_file WHERE channel <> ''") == []
        with server(database) as admin:
            admin.execute("UPDATE job_request SET heartbeat_at = now() - interval '1 minute'")
        page.reload()
        expect(page.get_by_text("途中で止まった")).to_be_visible()
        looked_at(at, "job-stopped")
        console.work()
        page.get_by_role("button", name="もう一度").click()
        page.wait_for_url(RESULT, timeout=90_000)
        assert fetch_one("SELECT attempt, state FROM job_request") == (1, "2")
        assert fetch_one("SELECT rows_in, rows_posted, rows_held, rows_rejected FROM intake_file WHERE channel = '01'") == (
            5, 1, 1, 3,
        )  # fmt: skip


def test_junk_is_refused_with_a_reason_and_work_is_cancelled_before_it_begins(browser, console, tmp_path):
    """2 MB of junk, an empty file, and a request that is cancelled while it waits."""
    with desk(browser, console, "A0001") as at:
        page = at.go("/intake/")
        empty = tmp_path / "空.csv"
        empty.write_bytes(b"")
        page.locator("input[type=file]").set_input_files(empty)
        page.get_by_role("button", name="次へ").click()
        expect(page.get_by_text("0バイト").first).to_be_visible()
        looked_at(at, "intake-empty")
        junk = tmp_path / "写真.csv"
        junk.write_bytes(bytes(range(256)) * 8192)
        page.locator("input[type=file]").set_input_files(junk)
        page.get_by_role("button", name="次へ").click()
        page.wait_for_url("**/intake/uploads/**")
        looked_at(at, "intake-unknown")
        page.locator("td select").select_option("zengin_91")
        page.get_by_role("button", name="取り込む", exact=True).click()
        page.wait_for_url("**/jobs/requests/**")
        page.get_by_role("link", name="取り消す").click()
        looked_at(at, "job-cancel")
        page.get_by_role("button", name="取り消す").click()
        page.get_by_text("始める前に取り消しました").wait_for()
        looked_at(at, "job-cancelled")
        console.work()
        page.get_by_role("button", name="もう一度").click()
        page.wait_for_url(RESULT, timeout=90_000)
        expect(page.get_by_text("このファイルは受け付けていません")).to_be_visible()
        looked_at(at, "intake-refused")
        at.go("/held/")
        expect(page.get_by_text("手当てを待つ行はありません")).to_be_visible()
        looked_at(at, "held-none")
    assert fetch_one("SELECT count(*) FROM receipt") == (0,)
