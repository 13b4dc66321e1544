"""職員と権限、監査、出力の記録。管理者と監査人の画面。"""

from datetime import date

import pytest
from playwright.sync_api import expect

from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.privacy import training
from osame.platform.staff.models import Department
from tests.browser.console_cast import Console, desk
from tests.systems.collection.cast import SATO
from tests.systems.conftest import here


@pytest.fixture
def console(database):
    with Console("collection", database, OSAME_TODAY="2026-05-01") as running:
        running.hire("A0001", "山本 昇", "collection_clerk")
        running.hire("A0002", "伊藤 薫", "system_administrator", handler=False)
        running.hire("A0003", "監査 太郎", "auditor")
        running.hire("A0004", "課長 花", "collection_manager")
        yield running


def pages(at, *paths: str) -> None:
    """Each page is accessible as it stands, and nothing scrolls sideways at twice the size."""
    for path in paths:
        at.go(path)
        expect(at.page.locator("h1")).to_have_count(1)
        at.accessible()
        at.page.set_viewport_size({"width": 683, "height": 384})
        assert at.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        at.page.set_viewport_size({"width": 1366, "height": 768})


def test_the_administrator_registers_stops_and_starts(browser, console, database):
    """A new officer gets a password that is shown once; stopping takes effect, starting again too; errors stand by the field."""
    with desk(browser, console, "A0002") as at:
        pages(at, "/staff/", "/staff/?who=山本", "/staff/?who=だれもいない", "/staff/new/", "/staff/matrix/",
              "/staff/member/A0001/", "/staff/member/A0001/disable/", "/staff/member/A0001/grant/",
              "/staff/member/A0001/transfer/", "/staff/member/A0001/handler/", "/staff/member/A0001/apply-number/",
              "/staff/number-rights/", "/outputs/", "/account/", "/console/keys/")  # fmt: skip
        at.go("/staff/")
        at.picture("staff-list")
        at.go("/staff/new/")
        at.page.get_by_label("職員番号").fill("窓口")
        at.page.get_by_label("氏名").fill("共用 端末")
        at.page.get_by_role("button", name="登録する").click()
        at.page.locator("#id_staff_number_error").wait_for()
        at.accessible()
        at.picture("staff-register-error")
        at.page.get_by_label("職員番号").fill("A0100")
        at.page.get_by_label("氏名").fill("結城 玲")
        at.page.keyboard.press("Control+Enter")
        secret = at.page.locator(".reveal code").inner_text()
        assert len(secret) >= 15
        at.accessible()
        at.page.get_by_role("link", name="手渡した").click()
        at.page.get_by_role("heading", name="結城 玲").wait_for()
        assert secret not in at.page.content()
        at.picture("staff-member")
        at.page.get_by_role("link", name="アカウントを止める").click()
        at.page.get_by_role("button", name="停止する").click()
        at.page.get_by_text("理由を入力してください").first.wait_for()
        at.page.get_by_label("理由").fill("休職のため")
        at.page.get_by_role("button", name="停止する").click()
        at.page.get_by_text("停止中").wait_for()
        at.page.get_by_role("link", name="停止を解く").click()
        at.page.get_by_role("button", name="停止を解く").click()
        at.page.get_by_text("停止を解きました。").wait_for()
        at.page.get_by_role("link", name="役割を付与する").click()
        at.page.get_by_label("役割").select_option("collection_clerk")
        at.page.get_by_label("理由").fill("採用のため")
        at.page.get_by_role("button", name="起案する").click()
        at.page.get_by_text("起案しました").wait_for()


def test_a_stopped_officer_is_out_at_once(browser, console):
    """Two browsers: the administrator stops the clerk, and the clerk's very next request leads to the entrance."""
    with desk(browser, console, "A0001") as clerk, desk(browser, console, "A0002") as boss:
        boss.go("/staff/member/A0001/disable/")
        boss.page.get_by_label("理由").fill("端末の紛失")
        boss.page.get_by_role("button", name="停止する").click()
        boss.page.get_by_text("停止しました。").wait_for()
        clerk.go("/")
        clerk.page.wait_for_url("**/account/sign-in/**")


def test_a_right_to_numbers_passes_three_people(browser, console, database):
    """Applied for by the clerk, endorsed by the head, issued by the protection manager; each sees what waits for them."""
    with here("collection", database):
        Department.objects.filter(pk="collection").update(head="A0004", protection_manager="A0003")
        with gate.acting(gate.Acting("A0004", "floor.training.record", "account")):
            training.take("A0001", "1", title="安全管理の研修", taken_on=date(2026, 4, 20), as_of=date(2026, 5, 1))
    with desk(browser, console, "A0001") as at:
        at.go("/staff/number-rights/")
        at.accessible()
        at.page.get_by_role("link", name="自分の権限を申請する").click()
        at.main.get_by_label("本人特定").check()
        at.page.get_by_label("最後の日").fill("R10.3.31")
        at.page.get_by_role("button", name="申請する").click()
        at.page.locator("#id_expires_on_error").wait_for()  # 次の3月31日まで
        at.accessible()
        at.page.get_by_label("最後の日").fill("R9.3.31")
        at.page.get_by_role("button", name="申請する").click()
        at.page.get_by_text("申請しました").wait_for()
        expect(at.page.get_by_role("link", name="認める")).to_have_count(0)
    for number, button, said in (("A0004", "認める", "認めました。"), ("A0003", "発行する", "発行しました。")):
        with desk(browser, console, number) as at:
            at.go("/staff/number-rights/")
            at.page.get_by_role("link", name=button).click()
            at.accessible()
            at.page.get_by_role("button", name=button).click()
            at.page.get_by_text(said).wait_for()
            at.picture("number-rights")
    with desk(browser, console, "A0001") as at:
        at.go("/staff/number-rights/")
        at.page.get_by_text("いま自分が使える目的：本人特定").wait_for()


def test_who_looked_at_whom(browser, console, database):
    """An officer opens a person; the auditor finds who, when, what for and which facts — and leaves a trace of asking."""
    with (
        here("collection", database),
        gate.acting(
            gate.Acting("A0001", "collection.inquiry.person", "arrears_management", "collection", case="R8-55")
        ),
    ):
        record("収滞納を見た", subjects=[SATO], fields=["氏名", "住所"])
    with desk(browser, console, "A0003") as at:
        pages(
            at,
            "/audit/",
            "/audit/who/",
            f"/audit/who/?subject={SATO}",
            "/audit/?since=でたらめ",
            "/audit/who/?subject=",
        )
        at.go("/audit/who/")
        at.page.get_by_label("宛名番号").fill("1")
        at.page.get_by_role("button", name="探す").click()
        row = at.page.get_by_role("row").filter(has_text="収滞納を見た")
        for told in ("A0001", "滞納整理", "R8-55", "氏名、住所"):
            expect(row.get_by_text(told)).to_be_visible()
        at.picture("audit-who")
        row.get_by_role("link").click()
        at.accessible()
        at.page.get_by_text(SATO).wait_for()
        at.go(f"/audit/?officer=A0003&subject={SATO}")
        expect(at.page.get_by_role("row").filter(has_text="監査記録を見た").nth(1)).to_be_visible()
        at.picture("audit-list")


def test_clerks_reach_none_of_it(browser, console):
    """The pages of administration and audit answer a clerk with a refusal, in the same frame."""
    with desk(browser, console, "A0001") as at:
        for path in ("/staff/", "/staff/member/A0002/", "/audit/", "/audit/who/?subject=1", "/outputs/"):
            at.go(path)
            expect(at.page.get_by_text("この機能を使う権限がありません")).to_be_visible()
        at.accessible()
        at.picture("refused")
