"""手入力の束を、キーボードだけで入力し、別の職員が照合して確定する。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from osame.collection.ledger.queries import find_charge
from osame.formats import gs1_128, slip_numbers
from osame.formats.gs1_128 import PaymentBarcode
from osame.kernel.money import Yen
from tests.browser.console_cast import Console, as_officer, desk
from tests.browser.test_closing import kept
from tests.systems.collection.cast import SATO, determination, found_city, slip
from tests.systems.collection.demand_cast import levy

BARCODE = gs1_128.encode(
    PaymentBarcode(
        agency_code="924203", free_field=slip_numbers.gs1_free_field(slip(SATO), "24203"), amount=Yen(50_000),
        payable_through=date(2025, 7, 31),
    )
)  # fmt: skip


@pytest.fixture
def console(database: str, tmp_path: Path) -> Iterator[Console]:
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        levy(tmp_path, determination(SATO))
    with Console("collection", database, OSAME_TODAY="2025-07-10") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "伊藤 薫", "collection_clerk")
        yield running


def test_a_batch_is_keyed_with_a_scanner_and_settled_by_another(browser, console):
    """スキャナーはバーコードの後に Enter を打つ。金額を打たなくても、一枚が入る。"""
    with desk(browser, console, "A0001") as keyer, desk(browser, console, "A0002") as checker:
        page = keyer.page
        keyer.go("/matching/slips/")
        kept(keyer, "slips-empty")
        page.get_by_label("束の件数").fill("2")
        page.get_by_label("束の合計").fill("50,500")
        page.get_by_label("束の合計").press("Enter")
        page.get_by_role("heading", name="番の束").wait_for()
        page.get_by_label("納付書番号かバーコード").press("Enter")
        page.get_by_text("納付書番号かバーコードを入力してください").first.wait_for()
        kept(keyer, "slips-error")
        for what, amount, number in ((BARCODE, "", "C-1"), ("999", "500", "C-2")):
            page.get_by_label("済通番号・領収書番号").fill(number)
            page.get_by_label("金額").fill(amount)
            page.get_by_label("納付書番号かバーコード").fill(what)
            page.get_by_label("納付書番号かバーコード").press("Enter")
            page.get_by_role("cell", name=number, exact=True).wait_for()
        kept(keyer, "slips-keyed")
        page.get_by_role("button", name="照合に回す").press("Enter")
        page.get_by_text("別の職員の照合を待っています").wait_for()
        checker.go("/matching/slips/")
        checker.page.get_by_role("link", name="番の束").first.press("Enter")
        checker.page.get_by_role("link", name="照合する").press("Enter")
        checker.page.get_by_label("数え直した件数").fill("2")
        checker.page.get_by_label("数え直した合計").fill("50,500")
        kept(checker, "slips-check")
        checker.page.get_by_label("数え直した合計").press("Enter")
        checker.page.get_by_text("消込 1件、不明入金 1件").wait_for()
        kept(checker, "slips-settled")
    with as_officer("setup", "collection.inquiry.show"):
        assert find_charge(str(slip(SATO))).principal_tax == 0
