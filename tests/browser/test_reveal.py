"""個人番号は、権限のある者が理由を告げたときだけ、一度だけ、三十秒だけ見える。"""

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import expect

from osame.linkage.numbers.rotation import create_keys
from osame.platform import gate
from osame.platform.staff.models import NumberRight
from tests.browser.console_cast import Console, as_officer, desk
from tests.systems.collection.cast import SATO, TANAKA, found_city
from tests.systems.conftest import fresh, here, server
from tests.systems.exchange_cast import Server, introduce
from tests.systems.linkage.cast import FACTS, LINKING, number, some_number
from tests.systems.platform.staff_cast import APRIL

NUMBER = some_number(7)
SHOWN = " ".join(NUMBER[place : place + 4] for place in (0, 4, 8))
PAGE = f"/people/{SATO}/number/"


@pytest.fixture
def linkage(tmp_path, monkeypatch):
    """The linkage server, holding the number of one of the two people."""
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    introduce("linkage", "collection")
    with fresh("linkage") as name:
        with gate.acting(LINKING):
            create_keys("242039")
        with gate.acting(replace(LINKING, request="preparing")):
            number(NUMBER, addressee=SATO, facts=FACTS)
        with Server("linkage", name) as running:
            running.name = name
            yield running


@pytest.fixture
def console(linkage, database):
    with as_officer("setup", "collection.intake.addressees"):
        found_city()
    with Console("collection", database, OSAME_PEER_URL_LINKAGE=linkage.url, OSAME_TODAY="2026-05-01") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "結城 玲", "collection_clerk")
        with here("collection", database):
            NumberRight.objects.create(
                account_id="A0001", purposes=["identification"], valid_from=APRIL, expires_on=date(2027, 3, 31),
                applicant="A0009", department_head="A0008", protection_manager="A0007",
                endorsed_at="2026-04-01T00:00Z", issued_at="2026-04-01T00:00Z",
            )  # fmt: skip
        yield running


def acts(database: str, subject: str) -> list[tuple[str, str, str]]:
    with server(database) as admin:
        return admin.execute(
            "SELECT act, outcome, officer FROM audit_event WHERE %s = ANY (subjects) AND act LIKE '%%番号%%' "
            "ORDER BY event_id", [subject],
        ).fetchall()  # fmt: skip


def asks(at, *, case: str = "R8-123", reason: str = "同姓同名の二人を見分けるため"):
    at.main.get_by_label("本人特定").check()
    at.main.get_by_label("受付番号").fill(case)
    at.main.get_by_label("理由").fill(reason)
    at.page.get_by_role("button", name="個人番号を表示する").click()


def test_who_may_sees_it_once_for_thirty_seconds(browser, console, linkage, database):
    """With the right: a reason is demanded, the number appears, is in no other page and is gone after thirty seconds."""
    with desk(browser, console, "A0001") as at:
        at.go(PAGE)
        at.choose_purpose("法定事務")
        assert NUMBER not in at.page.content()
        at.accessible()
        at.picture("number-ask")
        asks(at, reason="")
        at.page.get_by_text("理由を入力してください。").first.wait_for()
        at.accessible()
        asks(at)
        at.page.get_by_text(SHOWN).wait_for()
        at.accessible()
        at.picture("number-shown")
        assert (
            at.page.evaluate("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)").find(
                NUMBER
            )
            < 0
        )
        at.page.get_by_text("表示を終えました。").wait_for(timeout=45_000)
        assert SHOWN not in at.page.content()
        at.go(PAGE)
        assert SHOWN not in at.page.content()
    assert acts(database, SATO) == [("個人番号を見た", "1", "A0001")]
    with server(linkage.name) as admin:
        told = admin.execute("SELECT officer, purpose, case_number, reason FROM reveal").fetchall()
    assert told == [("A0001", "identification", "R8-123", "同姓同名の二人を見分けるため")]


def test_who_may_not_is_told_how_to_ask_and_it_is_recorded(browser, console, database):
    """Without the right the page offers no form; sending the form all the same is refused and recorded."""
    with desk(browser, console, "A0002") as at:
        at.go(PAGE)
        at.choose_purpose("法定事務")
        at.page.get_by_text("所属長に申請してください").wait_for()
        expect(at.page.get_by_role("button", name="個人番号を表示する")).to_have_count(0)
        at.accessible()
        at.picture("number-refused")
        answer = at.page.evaluate(
            "async (path) => { const sent = await fetch(path, {method: 'POST', headers: JSON.parse(document.body.getAttribute('hx-headers')),"
            " body: new URLSearchParams({'osame-purpose': 'identification', 'osame-case': 'R8-1', reason: '見たい'})});"
            " return [sent.status, await sent.text()]; }", PAGE,
        )  # fmt: skip
        assert answer[0] == 422
        assert SHOWN not in answer[1]
    assert acts(database, SATO) == [("個人番号を見られなかった", "2", "A0002")]


def test_somebody_without_a_number_and_a_sleeping_server(browser, console, linkage):
    """A person whose number is not stored, and a linkage server that does not answer: clear words, no number."""
    with desk(browser, console, "A0001") as at:
        at.go(f"/people/{TANAKA}/number/")
        at.choose_purpose("法定事務")
        asks(at)
        at.page.get_by_text("連携サーバーにありません").first.wait_for()
        linkage.stop()
        asks(at)
        at.page.get_by_text("相手システムにつながりません").first.wait_for()
        at.accessible()
