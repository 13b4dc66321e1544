"""職員は、還付の事案から釦一つで公金受取口座を照会し、払う。すべて本物の処理と口を通る。権限も希望も事案もなければ、できない。

The whole way with real processes over sockets: collection → gateway → linkage (number to unified number) → network → the
provider's account → back, sealed on the case, into the payment file, and gone by rule.
"""

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from osame.collection.public_benefit_accounts.erasing import erase_due
from osame.contracts.gateway import REFUND_AFFAIR
from osame.linkage.numbers.rotation import create_keys
from osame.network.core import commanding
from osame.platform import gate
from osame.platform.approvals.models import Proposal
from osame.platform.exchanges import keys as exchange_keys
from osame.platform.staff.models import NumberRight
from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import SATO, TANAKA, found_city
from tests.systems.collection.refund_cast import DECIDED, approve, decided, officer, pay_twice, settle_consignor
from tests.systems.conftest import fresh, here, server
from tests.systems.exchange_cast import Server, introduce, rows, this_system
from tests.systems.gateway.cast import ACTING, Deed, Nation, account, institution
from tests.systems.gateway.waiting import until
from tests.systems.linkage.cast import FACTS, LINKING, number, some_number

CODE = "242039"
NUMBERS = {SATO: "7654321", TANAKA: "1357913"}
HOLDERS = {SATO: "サトウ　ハナコ", TANAKA: "スズキ　ジロウ"}


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    """Linkage, gateway, network and their clerk of exchange. Two residents have numbers, symbols and accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSAME_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("OSAME_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield from a_nation()


def a_nation():
    introduce("linkage", "collection", "addressee")
    with fresh("linkage") as linkage:
        with gate.acting(LINKING):
            create_keys(CODE)
        people = {}
        for place, who in enumerate((SATO, TANAKA)):
            with gate.acting(replace(LINKING, request=f"preparing-{place}")):
                answer = number(some_number(40 + place), addressee=who, facts=replace(FACTS, name=f"架空 {place}子"))
                people[who] = answer.unified_addressee_number
        with Server("linkage", linkage) as linking:
            made = Nation([CODE], addresses={"linkage": linking.url})
            try:
                made.make()
                made.people = people
                know_each_other(made)
                made.allow(CODE, "A0001", REFUND_AFFAIR, Deed.ORDER, system="collection", department="collection")
                with made.network(), gate.acting(ACTING):
                    commanding.register_accounts(registered(who, unified) for who, unified in people.items())
                made.start_gateway()
                made.start_pump()
                yield made
            finally:
                made.close()


def know_each_other(nation: Nation) -> None:
    """The gateway of the body trusts collection and linkage trusts that gateway."""
    with this_system("collection"):
        collection = next(text for _, text, current in exchange_keys.own() if current)
    os.environ["OSAME_BODY"] = CODE
    with this_system("gateway"):
        exchange_keys.trust("collection", collection)
        gateway = next(text for _, text, current in exchange_keys.own() if current)
    os.environ["OSAME_BODY"] = ""
    with this_system("linkage"):
        exchange_keys.trust("gateway", gateway)


def registered(who: str, unified: str) -> dict[str, str]:
    return account(CODE, unified) | {
        "機関コード": institution(CODE), "店番": "701", "口座番号": NUMBERS[who], "名義人氏名（カナ）": HOLDERS[who],
    }  # fmt: skip


@pytest.fixture
def console(nation, database, tmp_path):
    with as_officer("setup", "collection.intake.receipts", "refund_notice"):
        found_city()
        settle_consignor()
        for who in (SATO, TANAKA):
            pay_twice(tmp_path, who)
            decided(who)
    until(lambda: rows(nation.prefix + CODE, "SELECT count(*) FROM symbol_link WHERE state = '3'") == [(2,)])
    peers = {"OSAME_PEER_URL_GATEWAY": f"http://127.0.0.1:{nation.gateway_port}", "OSAME_TODAY": DECIDED.isoformat()}
    with Console("collection", database, **peers) as running:
        running.hire("A0001", "山本 昇", "collection_chief")
        running.hire("A0002", "結城 玲", "collection_clerk")
        running.hire("A0003", "中野 葵", "branch")
        with here("collection", database):
            NumberRight.objects.create(
                account_id="A0001", purposes=["refund_notice"], valid_from=date(2025, 4, 1), expires_on=date(2026, 3, 31),
                applicant="A0009", department_head="A0008", protection_manager="A0007",
                endorsed_at="2025-04-01T00:00Z", issued_at="2025-04-01T00:00Z",
            )  # fmt: skip
        yield running


def decision_of(database: str, who: str) -> int:
    return int(rows(database, f"SELECT decision_id FROM refund_decision WHERE addressee_number = '{who}'")[0][0])


def sent(at, path: str) -> tuple[int, str]:
    """The button's request, sent without the button."""
    return tuple(at.page.evaluate(
        "async (path) => { const sent = await fetch(path, {method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers'))});"
        " return [sent.status, await sent.text()]; }", path,
    ))  # fmt: skip


def wish(at, decision: int) -> None:
    at.go(f"/refunds/decisions/{decision}/")
    at.page.get_by_role("link", name="公金受取口座", exact=True).last.click()
    at.page.get_by_role("link", name="本人の希望を受け付ける").click()
    at.main.get_by_label("還付請求書の希望欄").check()
    at.page.get_by_role("button", name="公金受取口座の希望の受付を行う").click()
    at.page.get_by_text("希望を受け付けました。").wait_for()


def test_from_the_case_to_the_payment_file(browser, console, nation, database):
    decision, other = decision_of(database, SATO), decision_of(database, TANAKA)
    with desk(browser, console, "A0001") as at:
        wish(at, decision)
        at.accessible()
        at.picture("public-account-wished")
        at.page.get_by_role("button", name="公金受取口座を照会する").click()
        expect(at.page.get_by_role("heading", name="受け取った口座")).to_be_visible(timeout=60_000)
        expect(at.main.get_by_text("一致しています")).to_be_visible()
        expect(at.main.get_by_text("****321")).to_have_count(2)
        assert NUMBERS[SATO] not in at.page.content()
        at.accessible()
        at.picture("public-account-obtained")
        wish(at, other)
        at.page.get_by_role("button", name="公金受取口座を照会する").click()
        expect(at.main.get_by_text("名義が、受取人と違います").first).to_be_visible(timeout=60_000)
        at.picture("public-account-other-name")
        at.go("/refunds/runs/")
        expect(at.main.get_by_text("0155-701 ****321")).to_be_visible()
        at.main.get_by_label("起案の理由").fill("九月分")
        at.main.get_by_role("button", name="起案").first.click()
        at.page.get_by_text("支払を起案しました").wait_for()
        with here("collection", database):
            approve(Proposal.objects.latest("proposal_id").proposal_id)
        ((run,),) = rows(database, "SELECT run_id FROM payment_run")
        at.go(f"/refunds/runs/{run}/")
        with at.page.expect_download() as download:
            at.page.get_by_role("button", name="総合振込のファイルを受け取る").click()
        content = download.value.path().read_bytes()
        assert NUMBERS[SATO].encode() in content
        assert NUMBERS[TANAKA].encode() not in content
        at.go("/refunds/public-accounts/")
        expect(at.main.get_by_text("利用")).not_to_have_count(0)
        at.accessible()
        at.picture("public-accounts")
        with at.page.expect_download() as download:
            at.page.get_by_role("button", name="PDF を保存する").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
        at.go("/refunds/public-accounts/")
        at.main.get_by_label("希望日の終わり").fill("R6.4.1")
        at.page.get_by_role("button", name="PDF を保存する").click()
        at.page.get_by_text("公金受取口座の照会はありません").first.wait_for()
        with here("collection", database), officer("job:public-accounts-erase"):
            assert erase_due(as_of=DECIDED + timedelta(100)).accounts == 2
        at.go(f"/refunds/decisions/{decision}/payees/1/public-account/")
        expect(at.main.get_by_text("消去済")).to_be_visible()
        expect(at.page.get_by_role("heading", name="受け取った口座")).to_have_count(0)
    told = rows(
        nation.prefix + CODE,
        "SELECT i.officer, i.case_number, i.addressee_number, r.outcome FROM information_inquiry i JOIN exchange_record r USING (inquiry_number) ORDER BY i.registered_at",
    )
    assert told == [("A0001", f"還付-{decision}-1", SATO, "01"), ("A0001", f"還付-{other}-1", TANAKA, "01")]


def test_without_permission_a_wish_or_a_case_it_is_impossible(browser, console, nation, database):
    asked = rows(nation.prefix + CODE, "SELECT count(*) FROM information_inquiry")
    decision = decision_of(database, SATO)
    ask = f"/refunds/decisions/{decision}/payees/1/public-account/ask/"
    with desk(browser, console, "A0002") as at:
        wish(at, decision)
        expect(at.page.get_by_role("button", name="公金受取口座を照会する")).to_have_count(0)
        at.page.get_by_text("個人番号利用権限が要ります").wait_for()
        at.accessible()
        at.picture("public-account-no-right")
        status, told = sent(at, ask)
        assert (status, "所属長に申請してください" in told) == (403, True)
    with desk(browser, console, "A0003") as at:
        at.go("/")
        assert sent(at, ask)[0] == 403
    with desk(browser, console, "A0001") as at:
        at.go("/refunds/")
        other = f"/refunds/decisions/{decision_of(database, TANAKA)}/payees/1/public-account/ask/"
        status, told = sent(at, other)
        assert (status, "本人の希望を受け付けていない" in told) == (409, True)
        assert sent(at, "/refunds/decisions/999999/payees/1/public-account/ask/")[0] == 409
    with server(database) as admin:
        refused = admin.execute(
            "SELECT officer, act, detail ->> '理由' FROM audit_event WHERE outcome = '2' AND function_code = "
            "'collection.public_benefit_accounts.ask' AND act <> '機能を使った' ORDER BY event_id"
        ).fetchall()
    assert [row[:2] for row in refused] == [
        ("A0002", "公金受取口座を照会できなかった"), ("A0003", "機能を断った"), ("A0001", "公金受取口座を照会できなかった"),
    ]  # fmt: skip
    assert rows(nation.prefix + CODE, "SELECT count(*) FROM information_inquiry") == asked
