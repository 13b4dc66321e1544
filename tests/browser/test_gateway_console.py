"""中間サーバーの画面を、照会・提供・記録のそろった団体で一つずつ開き、使いやすさと見えかたを確かめる。本人への開示は PDF で渡る。

The console of the gateway, as its own officer of one body sees it, and that of the stand-in, which says on every page what it is.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from osame.contracts.gateway import REFUND_AFFAIR
from osame.contracts.portal import SELF_AFFAIR
from tests.browser.console_cast import Console, desk
from tests.browser.walking import Walk, look
from tests.systems.conftest import here
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import Deed, Nation, order, person
from tests.systems.gateway.provision_cast import AFFAIR, ask, ask_own, copy, notice, switch
from tests.systems.gateway.waiting import until
from tests.systems.platform.staff_cast import APRIL, code, forget_codes, hire, officer, with_app

BODY = "242039"


class Front:
    """What a `Desk` asks of a console: the front of one body of the gateway, and codes of its officer."""

    def __init__(self, nation: Nation) -> None:
        self.nation, self.url = nation, f"http://127.0.0.1:{nation.gateway_port}/{BODY}"
        for affair in (REFUND_AFFAIR, AFFAIR, SELF_AFFAIR):
            nation.allow(BODY, "G001", affair, Deed.LOOK, Deed.RELEASE, Deed.CORRECT, department="gateway")
        with nation.body(BODY):
            self.secret = with_app(hire("G001", "中野 明", "gateway_operator", department="gateway"))
            with officer():
                from osame.platform.staff.models import HandlerRegistration

                HandlerRegistration.objects.create(
                    account_id="G001", department_id="gateway", valid_from=APRIL, registered_by="setup"
                )

    def code(self, _number: str) -> str:
        with self.nation.body(BODY):
            forget_codes()
        return code(self.secret)


@pytest.fixture(scope="module")
def nation() -> Iterator[Nation]:
    made = Nation([BODY])
    try:
        made.make()
        made.start_gateway()
        made.start_pump()
        made.register_people(BODY, [person(at) for at in range(4)])
        until(lambda: rows(made.prefix + BODY, "SELECT count(*) FROM symbol_link WHERE state <> '3'") == [(0,)])
        client = made.client(BODY)
        client.call("IF_SKI_10111", [order(f"p{at}", person(at)) for at in range(3)])
        client.call("IF_SKI_10111", [order("p-refused", person(3), 特定個人情報名コード="TM00000000000002")])
        switch(made, BODY, provided=True)
        copy(made, BODY, person(0), "p-copy")
        client = made.client(BODY, purpose="number_linkage")
        client.call(
            "IF_DBM_50111", [{"レコード識別番号": "f", "団体内統合宛名番号": person(0), "自動応答不可フラグ": "1"}]
        )
        ask(made, BODY, person(0))
        own = ask_own(made, BODY, person(0))
        client.call("IF_OSR_10111", [notice("p-notice", person(0))])
        told = f"SELECT (SELECT state FROM self_provision WHERE request_number = '{own}'), (SELECT state FROM portal_notice)"
        until(lambda: rows(made.prefix + BODY, told) == [("4", "3")])
        done = "SELECT count(*) FROM information_inquiry WHERE state IN ('1', '2', '3', '4', '5')"
        until(lambda: rows(made.prefix + BODY, done) == [(0,)])
        yield made
    finally:
        made.close()


def test_each_page_of_a_body_stands_and_the_person_gets_the_records_on_paper(browser, nation, tmp_path):
    front, walk = Front(nation), Walk()
    ((number,),) = rows(nation.prefix + BODY, "SELECT inquiry_number FROM information_inquiry WHERE record_key = 'p0'")
    pages = {
        "gateway-home": "/", "gateway-inquiries": "/inquiries/?view=answered", "gateway-failed": "/inquiries/?view=failed",
        "gateway-inquiry": f"/inquiries/{number}/", "gateway-provisions": "/provisions/", "gateway-records": "/records/",
        "gateway-disclosure": f"/records/of/{person(0)}/", "gateway-state": "/state/", "gateway-trust": "/trust/",
        "gateway-expiry": "/expiry/", "gateway-affair-rights": "/affair-rights/",
        "gateway-portal": "/portal/",
    }  # fmt: skip
    with desk(browser, front, "G001") as at:
        for name, path in pages.items():
            answer = at.page.goto(front.url + path)
            assert answer
            assert answer.status == 200, path
            look(at, path, answer, walk)
            at.picture(name)
        at.go(f"/records/of/{person(0)}/")
        with at.page.expect_download() as download:
            at.page.get_by_role("button", name="開示書（PDF）を渡す").click()
        paper = Path(tmp_path / "disclosure.pdf")
        download.value.save_as(paper)
        assert paper.read_bytes().startswith(b"%PDF")
        at.go(f"/records/of/{person(0)}/")
        at.page.get_by_role("button", name="開示書（PDF）を渡す").click()
        expect(at.page.get_by_text("もう一度出す理由を入力してください").first).to_be_visible()
        at.accessible()
    assert walk.faults == [], "\n".join(walk.faults)
    told = "SELECT kind, receiver FROM egress_record"
    assert rows(nation.prefix + BODY, told) == [("letter", "本人")]


def test_the_stand_in_says_what_it_is_on_every_page(browser, nation):
    with Console("network", nation.network_database) as console:
        console.hire("N001", "国 太郎", "system_administrator")
        with here("network", nation.network_database):
            forget_codes()
        with desk(browser, console, "N001") as at:
            for path in ("/", "/state/"):
                at.go(path)
                expect(at.page.locator("header").get_by_text("模擬").first).to_be_visible()
                at.accessible()
            at.picture("network-state")
