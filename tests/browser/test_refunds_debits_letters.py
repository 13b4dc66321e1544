"""還付・口座振替・納付書・文書の画面を、事実のそろった小さな市で一つずつ開き、使いやすさと見えかたを確かめる。

The pages of refunds, debits, slips and letters with something on them: each is opened, held to the rules of every page, and
kept as a picture for the manual.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from osame.collection.debits.applications import receive_application
from osame.collection.debits.letters import send_failures
from osame.collection.payment_slips.queries import slips_of
from osame.collection.refunds.paying import propose_run
from tests.browser.console_cast import Console, as_officer, desk
from tests.browser.walking import Walk, look
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, found_city, slip
from tests.systems.collection.debit_cast import account, answered, consignors, sent, take
from tests.systems.collection.demand_cast import levy, set_value
from tests.systems.collection.refund_cast import ACT, DECIDED, claimed, decided, pay_twice, settle_consignor
from tests.systems.collection.test_debit_accounts import applied

TOLD = date(2025, 7, 10)


@pytest.fixture
def pages(database: str, tmp_path: Path) -> Iterator[tuple[Console, dict[str, str]]]:
    """A small city in which money came twice, a debit failed, and letters wait. Name of the picture → address."""
    with as_officer("setup", "collection.intake.receipts"):
        found_city()
        consignors()
        settle_consignor()
        set_value("コンビニの請求書発行企業コード", "959919")
        set_value("納付区分", "06:106,01:101,合算:199")
        account(SATO)
        levy(tmp_path, *(determination(SATO, term, 12_300 * term) for term in (1, 2)))
        run, files = sent(tmp_path)
        take(tmp_path, answered(files["0155"], {slip(SATO, 1): "1"}))
        letters = send_failures(run.request_id, as_of=TOLD, officer=OFFICER)
        (issued,) = slips_of(SATO)
        asked = receive_application(applied(), officer=OFFICER)
        for who in (TANAKA, SUZUKI, KAKU):
            pay_twice(tmp_path, who)
        decision = decided(TANAKA)
        claimed(TANAKA, decision, holder="ﾀﾅｶ ｲﾁﾛｳ")
        payments, _ = propose_run(transfer_on=date(2025, 9, 22), reason="九月分", act=ACT)
        decided(KAKU)
    where = {
        "refunds": "/refunds/",
        "refund-decide": f"/refunds/people/{SUZUKI}/",
        "refund-decisions": "/refunds/decisions/",
        "refund-decision": f"/refunds/decisions/{decision}/",
        "refunds-outstanding": "/refunds/outstanding/",
        "refund-payments": "/refunds/runs/",
        "refund-payment": f"/refunds/runs/{payments}/",
        "debits": "/debits/",
        "debit-preview": "/debits/new/?due_date=R7.6.30",
        "debit-request": f"/debits/requests/{run.request_id}/",
        "debit-applications": "/debits/applications/",
        "debit-application": f"/debits/applications/{asked.application_id}/",
        "debit-accounts": f"/people/{SATO}/debits/",
        "debit-account-set": f"/people/{SATO}/debits/new/",
        "debit-apply": f"/people/{SATO}/debits/apply/",
        "debit-letters": "/debits/letters/",
        "payment-slips": f"/people/{SATO}/payment-slips/",
        "payment-slip-issue": f"/people/{SATO}/payment-slips/issue/",
        "payment-slip-expired": f"/payment-slips/{issued.slip_number}/",
        "letters": "/letters/",
        "letter-run": f"/letters/{letters}/",
    }
    with Console("collection", database, OSAME_TODAY=DECIDED.isoformat()) as running:
        running.hire("A0001", "山本 昇", "collection_chief")
        yield running, where


def test_each_page_stands_with_facts_on_it(browser, pages):
    console, where = pages
    walk = Walk()
    with desk(browser, console, "A0001") as chief:
        for name, path in where.items():
            chief.go(path)
            chief.choose_purpose("法定事務")
            answer = chief.page.goto(console.url + path)
            assert answer is not None
            assert answer.status == 200, path
            look(chief, path, answer, walk)
            chief.picture(name)
    assert walk.faults == [], "\n".join(walk.faults)
