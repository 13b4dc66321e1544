"""督促を、門が閉じているところから、差し出した後の取消しまで、本物の画面で。

A channel's file is missing: the page refuses and names it. The file comes through the real door of intake, the gate opens, the
preview is run by a real worker, printed, a late payment pulled out, letters mailed, one returned, one demand cancelled.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.collection.demands.runs import one_run, reconciliation
from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_one, run_sql
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    found_city,
    notice,
    write_determinations,
    write_notices,
)
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, report
from tests.systems.collection.demand_cast import expect as expect_channels

LATE = date(2025, 7, 17)


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    """Four people owe 50,000 for a term or two; the bank's file of the cut-off day has not come."""
    with Console("collection", database, OSAME_TODAY=ISSUED.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("B0001", "高橋 進", "collection_chief")
        with as_officer("setup", "collection.intake.determinations"):
            found_city()
            rows = [determination(SATO), determination(SATO, 2), *map(determination, (TANAKA, KAKU, SUZUKI))]
            import_determinations(
                write_determinations(tmp_path / "d.csv", *rows), as_of=date(2025, 7, 1), officer="setup"
            )
            run_sql("UPDATE addressee SET address = '' WHERE addressee_number = %s", [SUZUKI])
            report(1, KAKU, 20_000)
            expect_channels(on=CUT_OFF)
        yield running


def looked_at(at: Desk, name: str = "") -> None:
    """Accessible at both sizes, never scrolling sideways; kept as a picture."""
    at.accessible()
    at.page.set_viewport_size({"width": 683, "height": 384})
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), at.page.url
    at.accessible()
    at.page.set_viewport_size({"width": 1366, "height": 768})
    if name:
        at.picture(name)


def press(at: Desk, name: str) -> None:
    at.page.locator("main").get_by_role("button", name=name, exact=True).click()


def open_link(at: Desk, name: str) -> None:
    at.page.locator("main").get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()


def take_in(at: Desk, path: Path) -> None:
    """Through the door of intake, by the worker."""
    at.go("/intake/")
    at.page.locator("input[type=file]").set_input_files(path)
    at.page.locator("main").get_by_role("button", name="次へ").click()
    at.page.wait_for_url("**/intake/uploads/**")
    press(at, "取り込む")
    at.page.wait_for_url(re.compile(r"/intake/\d+/"), timeout=90_000)


def test_a_demand_run_from_a_closed_gate_to_a_cancelled_demand(browser, console, tmp_path):
    console.work()
    with desk(browser, console, "B0001") as at:
        page = at.page
        at.go("/demands/")
        page.get_by_text("門が閉じているため、督促できません").wait_for()
        page.get_by_role("rowheader", name="様式 bank_notice_v0").wait_for()
        looked_at(at, "demands-closed")
        open_link(at, "条件を選んで見本を見る")
        looked_at(at, "demands-terms")
        page.get_by_label("発付日").fill("R8.13.1")
        press(at, "見本を見る")
        page.get_by_text("条件を確かめてください").wait_for()
        looked_at(at, "demands-terms-error")
        page.get_by_label("発付日").fill("R7.7.18")
        page.get_by_label("収納の締切日").fill("R7.7.15")
        press(at, "見本を見る")
        page.get_by_text("門が閉じています。").wait_for()
        expect(page.get_by_role("button", name="督促を実行する")).to_have_count(0)
        looked_at(at, "demands-preview-closed")
        open_link(at, "認める")
        looked_at(at, "demands-waive")
        take_in(at, write_notices(tmp_path / "bank.csv", notice(1, SATO, 10_000, CUT_OFF), on=CUT_OFF))
        at.go("/demands/")
        page.get_by_text("門は開いています。").wait_for()
        looked_at(at, "demands-open")
        open_link(at, "条件を選んで見本を見る")
        page.get_by_label("収納の締切日").fill("R7.7.15")
        press(at, "見本を見る")
        page.get_by_text("抽出 5期別 ＝ 督促 4 ＋ 除外 1").wait_for()
        assert page.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 400)")
        looked_at(at, "demands-preview")
        open_link(at, "開く")
        looked_at(at, "demands-left-out")
        page.go_back()
        press(at, "督促を実行する")
        page.wait_for_url("**/demands/runs/*/", timeout=90_000)
        page.get_by_text("作成済・印刷前").wait_for()
        looked_at(at, "demands-run")
        open_link(at, "除いた期別と理由（1件）")
        looked_at(at)
        page.go_back()
        press(at, "督促状を印刷する")
        page.wait_for_url("**/demands/runs/*/", timeout=90_000)
        page.get_by_text("3通（3頁）を印刷し、一枚ずつ読み返しました").wait_for()
        looked_at(at, "demands-printed")
        with page.expect_download() as saved:
            press(at, "PDFを保存")
        saved.value.save_as(tmp_path / "letters.pdf")
        assert (tmp_path / "letters.pdf").read_bytes().startswith(b"%PDF")
    pulled_and_mailed(browser, console, tmp_path)
    returned_and_cancelled(browser, console)
    with as_officer("setup", "collection.demands.show"):
        run, sums = one_run(1), reconciliation(1)
        assert (run.letters, run.charges, run.live, run.withdrawn, run.cancelled, run.adds_up) == (3, 4, 2, 1, 1, True)
        assert (sums.agrees, sums.extracted) == (True, 5)
        assert verify_ledger().sound


def pulled_and_mailed(browser, console, tmp_path):
    """A clerk pulls the letter that was paid for, and records the day of mailing."""
    with as_officer("setup", "collection.intake.receipts"):
        paid = write_notices(tmp_path / "late.csv", notice(2, TANAKA, 50_000, LATE), on=LATE)
        import_receipts(paid, profile="bank_notice_v0", as_of=ISSUED, officer="setup")
    with desk(browser, console, "A0001") as at:
        page = at.page
        at.go("/demands/runs/1/")
        open_link(at, "引抜きの一覧")
        page.get_by_text("封筒ごと抜く").wait_for()
        looked_at(at, "demands-pull")
        press(at, "選んだ督促を引き抜く")
        page.get_by_role("heading", name="引き抜いたもの（1期別）").wait_for()
        looked_at(at, "demands-pulled")
        open_link(at, "実行")
        open_link(at, "差出日を記録する")
        press(at, "記録するとどうなるかを見る")
        page.get_by_role("cell", name="令和7年7月29日から").first.wait_for()
        looked_at(at, "demands-dispatch")
        press(at, "差出日を記録する")
        page.get_by_text("差出日を記録しました。").wait_for()


def returned_and_cancelled(browser, console):
    """One letter comes back; one demand was wrong."""
    with as_officer("setup", "collection.demands.show"):
        charge = charge_of(KAKU)
        (letter,) = fetch_one("SELECT letter_number FROM demand WHERE addressee_number = %s", [SATO])[:1]
    with desk(browser, console, "B0001") as at:
        page = at.page
        at.go("/demands/letters/")
        looked_at(at, "demands-scan")
        page.get_by_label("督促状の番号").fill(f"R000001-L{letter:06d}-A{SATO}-P01/01")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/letters/{letter}/")
        looked_at(at, "demands-letter")
        open_link(at, "返戻を登録する")
        page.get_by_label("返戻の事由").select_option("02")
        looked_at(at, "demands-returned")
        press(at, "返戻を登録する")
        page.get_by_text("返戻を登録しました").wait_for()
        looked_at(at)
        open_link(at, "送付先を調べる")
        page.get_by_label("調査の種類").select_option("01")
        page.get_by_label("照会先").fill("架空市戸籍住民課")
        press(at, "照会を記録する")
        open_link(at, "答えを記録する")
        page.get_by_label("結果").select_option("2")
        page.get_by_label("回答の内容").fill("職権消除。転出先の記載なし")
        press(at, "答えを記録する")
        open_link(at, "公示送達を起案する")
        page.get_by_label("書類を保管する場所").fill("架空市収納推進課")
        page.get_by_label("要件の説明").fill("住民票も現地も不明")
        looked_at(at, "demands-published")
        press(at, "起案する")
        page.get_by_text("起案しました").wait_for()
        looked_at(at)
        at.go("/returns/")
        looked_at(at)
        at.go("/returns/book/")
        looked_at(at)
        at.go(f"/demands/{charge}/")
        looked_at(at, "demands-one")
        open_link(at, "この督促を取り消す")
        press(at, "取り消すとどうなるかを見る")
        page.get_by_text("取消しの理由を入力してください。").first.wait_for()
        looked_at(at)
        page.get_by_label("取消しの理由").fill("税額の更正により")
        press(at, "取り消すとどうなるかを見る")
        looked_at(at, "demands-cancel")
        press(at, "取り消す")
        page.get_by_text("督促を取り消しました。").wait_for()
        looked_at(at)
        at.go("/demands/runs/1/cancel/")
        page.get_by_label("取消しの理由").fill("試し")
        press(at, "取り消すとどうなるかを見る")
        looked_at(at, "demands-cancel-run")
        at.go("/demands/recall/")
        looked_at(at, "demands-recall")
        at.go("/demands/")
        page.get_by_text("差出済・返戻1通").wait_for()
        looked_at(at, "demands")


def test_stops_are_registered_and_released_with_the_keyboard(browser, console):
    with desk(browser, console, "B0001") as at:
        page = at.page
        at.go("/demands/stops/")
        looked_at(at)
        open_link(at, "停止を登録する")
        looked_at(at, "demand-stop-new")
        page.get_by_label("宛名番号").fill("1")
        page.get_by_label("停止理由").select_option(label="審査請求中")
        page.get_by_label("停止の末日").fill("R7.6.1")
        page.get_by_label("理由の説明").fill("審査請求 第3号")
        page.keyboard.press("Control+Enter")
        page.get_by_text("停止の末日が停止日より前です。").first.wait_for()
        looked_at(at, "demand-stop-error")
        page.get_by_label("停止の末日").fill("R8.3.31")
        page.get_by_label("停止の末日").press("Enter")
        page.get_by_text("停止の間、督促から外れます").wait_for()
        looked_at(at, "demand-stop-effect")
        press(at, "督促を停止する")
        page.get_by_role("rowheader", name="佐藤 花子").wait_for()
        looked_at(at, "demand-stops")
        open_link(at, "解除する")
        page.get_by_label("解除日").press("Enter")
        looked_at(at, "demand-stop-release")
        press(at, "解除する")
        page.get_by_text("R7.7.18に解除").wait_for()
