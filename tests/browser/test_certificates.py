"""納税証明を、窓口で申請から印刷まで、本物の画面で。"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.console_cast import Console, as_officer, desk
from tests.browser.test_demands import looked_at, open_link, press
from tests.letters.paper import texts
from tests.systems.collection.cast import SATO, found_city
from tests.systems.collection.certificate_cast import TODAY, taxed


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        taxed(tmp_path)
    with Console("collection", database, OSAME_TODAY=TODAY.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        yield running


def test_a_certificate_is_applied_for_checked_issued_and_printed(browser, console):
    with desk(browser, console, "A0001") as at:
        page = at.page
        at.go("/certificates/")
        looked_at(at, "certificates-empty")
        open_link(at, "申請を受け付ける")
        press(at, "申請を受け付ける")
        page.get_by_text("使用目的を入力してください。").first.wait_for()
        looked_at(at, "certificates-error")
        for label, value in (
            ("証明する人の宛名番号", SATO), ("申請者の氏名", "佐藤 花子"), ("使用目的", "融資"), ("提出先", "架空銀行"),
        ):  # fmt: skip
            page.locator("main").get_by_label(label).fill(value)
        press(at, "申請を受け付ける")
        open_link(at, "本人確認をする")
        page.get_by_label("確認した書類").select_option("01")
        looked_at(at, "certificates-identify")
        press(at, "本人確認を記録する")
        page.get_by_role("cell", name="400,000").wait_for()
        looked_at(at, "certificates-review")
        press(at, "この内容で発行する")
        page.get_by_text("第00000001号").first.wait_for()
        looked_at(at, "certificates-issued")
        with page.expect_download() as saved:
            press(at, "印刷する")
        (printed,) = texts(Path(saved.value.path()).read_bytes())
        assert "佐藤花子" in printed
        at.go("/certificates/")
        page.get_by_text("1件 300円").wait_for()
        looked_at(at, "certificates-day")
        at.go("/certificates/inquiries/")
        looked_at(at)
