"""宛名管理の画面。キーボードだけで使える。二人の職員が変え合っても、途中でサインアウトになっても、失わない。"""

import re

import pytest
from playwright.sync_api import expect

from osame.addressee.consolidation.models import IdentityCandidate
from osame.addressee.mailing.actions import MailingRequest, Place, register_mailing_address
from osame.addressee.numbering.allocation import open_range
from osame.addressee.people.queries import current
from osame.platform.database import run_sql
from tests.browser.console_cast import Console, Desk, desk
from tests.systems.addressee.page_cast import HER, HIM, SINCE, settle
from tests.systems.addressee.people_cast import facts
from tests.systems.addressee.protection_cast import officer as at_work
from tests.systems.addressee.protection_cast import protect_her

TWIN = "000000000000031"


@pytest.fixture
def console(addressee_database):
    settle(HER, "伊勢　花子", household_number="000000000000101", relationship="妻")
    settle(
        HIM,
        "伊勢　太郎",
        kana="イセ　タロウ",
        sex="1",
        household_number="000000000000101",
        relationship="世帯主",
        standing="1",
    )
    settle(TWIN, "伊勢　花子", town="宮後", block="3-3")
    with at_work("setup"):
        open_range(10_000, 20_000, scheme="0")
    with Console("addressee", addressee_database, OSAME_TODAY="2026-11-03") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("B0001", "田中 実", "collection_chief")
        yield running


def seen(at: Desk, path: str, picture: str, *, purpose: str = "") -> None:
    """Open a page: accessible at both sizes, no sideways scrolling."""
    at.go(path)
    if purpose:
        at.choose_purpose(purpose)
    whole(at, picture)


def whole(at: Desk, picture: str) -> None:
    at.accessible()
    at.picture(picture)
    at.page.set_viewport_size({"width": 683, "height": 384})
    at.accessible()
    assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), at.page.url
    at.page.set_viewport_size({"width": 1366, "height": 768})


def test_an_officer_finds_and_opens_with_the_keyboard_alone(browser, console):
    """「/」で探し、「j」で選び、Enter で開く。アドレスに氏名は出ない。"""
    with desk(browser, console, "A0001") as at:
        at.page.keyboard.press("/")
        at.page.keyboard.type("いせ")
        at.page.keyboard.press("Enter")
        at.page.wait_for_url("**/people/?s=*")
        whole(at, "addressee-people")
        at.page.keyboard.press("j")
        at.page.keyboard.press("Enter")
        at.page.wait_for_url(re.compile(r"/people/\d+/$"))
        at.choose_purpose("法定事務")
        expect(at.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\s*伊勢"))
        whole(at, "addressee-person")
        at.page.keyboard.press("g")
        at.page.keyboard.press("p")
        at.page.wait_for_url("**/people/")
        seen(at, "/people/?s=gone", "addressee-people-lost")
        at.page.get_by_text("くわしく探す").click()
        at.page.get_by_label("氏名・名称").fill("三郎")
        at.page.get_by_role("button", name="この条件で探す").click()
        expect(at.page.get_by_role("heading", name="見つかりません")).to_be_visible()
        whole(at, "addressee-people-none")


def test_every_page_of_a_person_is_accessible(browser, console):
    """登録、訂正、送付先、代理人、名寄せ、支援措置の、どの画面も。"""
    with at_work("setup"):
        place = Place(prefecture="三重県", municipality_name="松阪市", town="殿町", block="1-1")
        mailing = register_mailing_address(MailingRequest(HER, place, "届出", SINCE, tax_item="06", priority=1))
        candidate = IdentityCandidate.objects.create(
            addressee_number=HER,
            representative_number=TWIN,
            evidence="氏名・生年月日・性別",
            doubts="住所が違う",
            score=3,
        )
    settle("000000000000041", "髙橋　𠮷郎", born_on=None, birth_unknown=True, birth_notation="昭和20年頃")
    with desk(browser, console, "B0001") as at:
        seen(at, f"/people/{HER}/", "addressee-person-mailing", purpose="法定事務")
        seen(at, "/people/000000000000041/", "addressee-person-unknown-birth")
        seen(at, f"/people/{HER}/history/?valid_on=R3.1.1", "addressee-history")
        for name, path in (
            ("new", "/people/new/"), ("new-corporation", "/people/new/?kind=3"), ("edit", f"/people/{HER}/edit/"),
            ("mailing-new", f"/people/{HER}/mailing/new/"), ("mailing-change", f"/people/{HER}/mailing/{mailing}/change/"),
            ("mailing-end", f"/people/{HER}/mailing/{mailing}/end/"), ("contact-new", f"/people/{HER}/contacts/new/"),
            ("agent-new", f"/people/{HER}/agents/new/"), ("relation-new", f"/people/{HER}/relations/new/"),
            ("close", f"/people/{TWIN}/close/"), ("link", f"/people/{HER}/link/"),
            ("pair", f"/consolidation/{candidate.candidate_id}/"), ("consolidation", "/consolidation/"),
            ("protection-empty", "/protection/"), ("protection-new", f"/people/{HER}/protection/new/"),
            ("locks", "/locks/"),
        ):  # fmt: skip
            seen(at, path, f"addressee-{name}")
        at.go(f"/people/{HER}/protection/new/")
        at.page.get_by_role("button", name="登録して伏せる").click()
        expect(at.page.get_by_role("heading", name="入力を確かめてください")).to_be_visible()
        whole(at, "addressee-protection-error")
    with at_work("setup"):
        measure = protect_her()
    with desk(browser, console, "A0001") as at:
        seen(at, f"/people/{HER}/", "addressee-person-protected", purpose="法定事務")
        seen(at, f"/people/{HER}/history/", "addressee-history-hidden")
        seen(at, "/protection/", "addressee-protection")
        seen(at, f"/protection/{measure}/", "addressee-measure")
        seen(at, f"/protection/{measure}/release/", "addressee-measure-release")


def test_a_new_person_is_registered_after_the_candidates_were_seen(browser, console):
    """同じ氏名と生年月日の宛名を見てから、別人として番号を付ける。"""
    with desk(browser, console, "A0001") as at:
        at.go("/people/new/")
        at.choose_purpose("法定事務")
        at.page.get_by_label("氏名・名称").fill("伊勢　花子")
        at.page.get_by_label("生年月日", exact=True).fill("昭和55年5月1日")
        at.page.get_by_label("生年月日", exact=True).press("Control+Enter")
        expect(at.page.get_by_role("heading", name="よく似た宛名があります（2件）")).to_be_visible()
        whole(at, "addressee-new-twins")
        at.page.get_by_label("よく似た宛名があっても登録する理由").fill("戸籍の附票で別人と確かめた")
        at.page.get_by_role("button", name="番号を付けて登録する").click()
        at.page.wait_for_url(re.compile(r"/people/0+1000\d\d?/$"))
        expect(at.page.get_by_text("登録し、宛名番号を付けました。")).to_be_visible()


def test_two_officers_change_one_person(browser, console):
    """先に開いた職員の編集を係長が解放して変えると、先の職員には食い違いが並び、もう一度登録すれば自分の値になる。"""
    with desk(browser, console, "A0001") as one, desk(browser, console, "B0001") as other:
        one.go(f"/people/{HER}/edit/")
        one.choose_purpose("法定事務")
        one.page.get_by_label("町字").fill("本町")
        one.page.get_by_label("異動事由").select_option("22")
        other.go(f"/people/{HER}/edit/")
        other.choose_purpose("法定事務")
        expect(other.page.get_by_text("山本 昇さんが").first).to_be_visible()
        whole(other, "addressee-held")
        other.page.get_by_role("link", name="編集を解放する").click()
        other.page.get_by_label("解放する理由").fill("外出して連絡が取れない")
        other.page.get_by_role("button", name="解放する").click()
        other.choose_purpose("法定事務")
        other.page.get_by_role("link", name="事実を変える").click()
        other.page.get_by_label("町字").fill("宮後")
        other.page.get_by_label("異動事由").select_option("22")
        other.page.get_by_role("button", name="登録する").click()
        other.page.wait_for_url(f"**/people/{HER}/")
        one.page.get_by_role("button", name="登録する").click()
        row = one.page.locator(".conflict tr", has_text="町字")
        expect(row.locator("td")).to_have_text(["岩渕", "宮後", "本町"])
        whole(one, "addressee-conflict")
        one.page.get_by_role("button", name="登録する").click()
        one.page.wait_for_url(f"**/people/{HER}/")
    with at_work("setup"):
        version = current(HER)
        assert version
        assert version.facts == facts(
            name="伊勢　花子", household_number="000000000000101", relationship="妻", town="本町"
        )  # fmt: skip


def test_a_draft_survives_a_lost_session(browser, console):
    """打っている間にサインアウトになっても、サインインし直せば続きから書ける。"""
    with desk(browser, console, "A0001") as at:
        at.go(f"/people/{HER}/edit/")
        at.choose_purpose("法定事務")
        with at.page.expect_response(lambda each: "/console/drafts/" in each.url and each.request.method == "POST"):
            at.page.get_by_label("町字").fill("神久")
        run_sql("UPDATE staff_session SET ended_at = now(), ending = '9' WHERE ended_at IS NULL")
        at.page.get_by_label("異動事由").select_option("22")
        at.page.get_by_role("button", name="登録する").click()
        at.page.wait_for_url("**/account/sign-in/**")
        at.sign_in()
        at.go(f"/people/{HER}/edit/")
        at.choose_purpose("法定事務")
        at.page.get_by_role("button", name="続きから書く").wait_for()
        whole(at, "addressee-draft")
        at.page.get_by_role("button", name="続きから書く").click()
        expect(at.page.get_by_label("町字")).to_have_value("神久")
        at.page.get_by_label("異動事由").select_option("22")
        at.page.get_by_role("button", name="登録する").click()
        at.page.wait_for_url(f"**/people/{HER}/")
        at.choose_purpose("法定事務")
        expect(at.page.get_by_text("神久").first).to_be_visible()
