"""架空市の二人の納税者を、画面だけで最後まで進める。係員、係長、課長が、それぞれのブラウザで行い、日は架空市とともに進む。

The city of `osame demo`, at its spring, in small. One taxpayer goes from the overdue term through demand, reminder, pledge, default,
investigation, seizure of a deposit, collection and distribution to the release; another from the investigation to suspension and
write-off. Between the days of the journey the city goes on: its files arrive and its days are closed by the demo's own doors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from osame.collection.cases.batch import refresh_cases
from osame.collection.inquiry.verification import verify_everything
from osame.demo import accounts
from osame.demo.outcome import Outcome, Tally
from osame.demo.plan import DemoPlan, Kind, Step, build
from osame.demo.run import take
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one
from tests.browser.console_cast import Console, Desk, as_officer, desk
from tests.systems.platform.staff_cast import PASSWORD

RESIDENTS, SEED = 60, 1
PAYER, POOR = "000000000000042", "000000000000007"
DEMANDED, REMINDED, PLEDGED, BROKEN, SEIZED = (
    date(2025, 4, 15), date(2025, 5, 1), date(2025, 5, 9), date(2025, 6, 10), date(2025, 6, 30)
)  # fmt: skip
PURPOSE = "滞納整理"
CLERK, CHIEF, MANAGER = "S0001", "S0003", "S0004"


@dataclass
class City:
    """架空市と、その画面。 `until` は、その日までの筋書きを行い、画面の今日をその日にする。"""

    plan: DemoPlan
    database: str
    left: list[Step]
    outcome: Outcome
    console: Console | None = None

    def until(self, day: date) -> None:
        with gate.acting(gate.Acting(accounts.OFFICER, "collection.demo.run", "operation", role="operator")):
            while self.left and self.left[0].on <= day:
                step = self.left.pop(0)
                take(self.plan, step, self.outcome, self.outcome.tallies.setdefault(step.kind, Tally()))
            refresh_cases(as_of=day, officer=accounts.OFFICER)
        if self.console is None:
            self.console = Console("collection", self.database, OSAME_TODAY=day.isoformat())
        else:
            self.console.travel(day)


@pytest.fixture
def city(database: str, tmp_path: Path) -> Iterator[City]:
    plan = build(RESIDENTS, SEED, tmp_path)
    steps = [each for each in plan.steps if not (each.kind is Kind.DEMAND and each.on == DEMANDED)]
    made = City(plan, database, steps, Outcome())
    keys = accounts.Keys(PASSWORD, {each.number: accounts.generate_totp_secret() for each in accounts.CAST})
    made.until(DEMANDED)
    accounts.hire_everyone(keys, on=DEMANDED)
    assert made.console
    made.console.secrets = keys.secrets
    yield made
    made.console.stop()


def opened(at: Desk, path: str) -> None:
    at.go(path)
    at.choose_purpose(PURPOSE)


def pressed(at: Desk, button: str, said: str) -> None:
    at.main.get_by_role("button", name=button, exact=True).click()
    expect(at.page.get_by_text(said).first).to_be_visible()


def follow(at: Desk, link: str) -> None:
    at.main.get_by_role("link", name=link).first.click()
    at.choose_purpose(PURPOSE)


def shows(at: Desk, who: str, *words: str) -> None:
    """納税者の画面に、いまの姿と出来事が現れている。"""
    opened(at, f"/people/{who}/")
    for each in words:
        expect(at.main.get_by_text(each).first).to_be_visible()


def printed(at: Desk, into: Path) -> None:
    """開いている束の一通を、窓口で刷る。"""
    with at.page.expect_download() as saved:
        at.main.get_by_role("button", name="この一通を印刷する").click()
    saved.value.save_as(into)
    assert into.read_bytes().startswith(b"%PDF")


def carried(clerk: Desk, *others: tuple[Desk, str, str]) -> None:
    """いま起案したものを、係長が照査し、課長が決裁し、起案した職員が執行する。"""
    with as_officer("setup", "collection.intake.receipts"):
        (number,) = fetch_one("SELECT max(proposal_id) FROM proposal")
    for at, button, said in others:
        opened(at, f"/approvals/{number}/")
        pressed(at, button, said)
    opened(clerk, f"/approvals/{number}/")
    pressed(clerk, "執行する", "執行しました。")


def wareki(day: date) -> str:
    return f"R{day.year - 2018}.{day.month}.{day.day}"


def fill(at: Desk, **told: str) -> None:
    for name, text in told.items():
        at.main.locator(f"[name={name}]").fill(text)


def test_two_taxpayers_from_overdue_to_the_end(browser: Browser, city: City, tmp_path: Path) -> None:
    console = city.console
    assert console
    with (
        desk(browser, console, CLERK) as clerk,
        desk(browser, console, CHIEF) as chief,
        desk(browser, console, MANAGER) as manager,
    ):
        both = (chief, "照査する", "照査しました。"), (manager, "決裁する", "決裁しました。")
        demanded(clerk, chief, console)
        travel(city, REMINDED, clerk, chief, manager)
        reminded(clerk, tmp_path)
        travel(city, PLEDGED, clerk, chief, manager)
        pledged(clerk, tmp_path)
        travel(city, BROKEN, clerk, chief, manager)
        broken(clerk, tmp_path)
        inquired(clerk)
        travel(city, SEIZED, clerk, chief, manager)
        found(clerk)
        seized(clerk, both)
        collected(clerk, both)
        released(clerk)
        suspended(clerk, both)
        written_off(clerk, both)
    settled()


def travel(city: City, day: date, *desks: Desk) -> None:
    for each in desks:
        each.page.goto("about:blank")
    city.until(day)


def demanded(clerk: Desk, chief: Desk, console: Console) -> None:
    """督促の画面で、係長が督促を行い、刷る。"""
    shows(clerk, PAYER, "松本 忍")
    console.work()
    opened(chief, "/demands/")
    follow(chief, "条件を選んで見本を見る")
    chief.page.get_by_label("発付日").fill(wareki(DEMANDED))
    chief.page.get_by_label("収納の締切日").fill(wareki(DEMANDED))
    chief.main.get_by_role("button", name="見本を見る", exact=True).click()
    chief.main.get_by_role("button", name="督促を実行する", exact=True).click()
    chief.page.wait_for_url("**/demands/runs/*/", timeout=90_000)
    shows(clerk, PAYER, "督促状")
    shows(clerk, POOR, "督促状")


def reminded(clerk: Desk, tmp_path: Path) -> None:
    """台帳から、差押予告で催告し、刷る。"""
    opened(clerk, f"/cases/{PAYER}/")
    clerk.picture("case-demanded")
    follow(clerk, "催告する")
    clerk.main.get_by_label("催告の種類").select_option("11")
    clerk.main.get_by_role("button", name="対象を見る").click()
    clerk.accessible()
    clerk.main.get_by_role("button", name="この内容で催告する").click()
    clerk.choose_purpose(PURPOSE)
    follow(clerk, "文書の束")
    printed(clerk, tmp_path / "reminder.pdf")
    shows(clerk, PAYER, "催告書")


def pledged(clerk: Desk, tmp_path: Path) -> None:
    """催告を受けて来庁し、分割納付を誓約した。"""
    opened(clerk, f"/people/{PAYER}/")
    follow(clerk, "分割納付の計画を作る")
    fill(clerk, first_on="R7.5.20", amount="20,000", reason="年金の支給月に合わせて納める")
    clerk.main.get_by_role("button", name="計画を見る").click()
    expect(clerk.main.get_by_role("heading", name="この条件での計画")).to_be_visible()
    clerk.accessible()
    clerk.picture("pledge-plan")
    pressed(clerk, "誓約書を作る", "納付誓約書を作りました。")
    follow(clerk, "署名された誓約書を受け取る")
    clerk.picture("pledge-sign")
    pressed(clerk, "受け取る", "誓約書を受け取り、納付書を発行しました。")
    clerk.picture("pledge-signed")
    shows(clerk, PAYER, "納付誓約（1） 署名を受け取る", "分割納付を履行中")


def broken(clerk: Desk, tmp_path: Path) -> None:
    """初回が納まらず、不履行を知らせる。"""
    opened(clerk, "/pledges/?broken=1")
    clerk.picture("pledges-broken")
    follow(clerk, "1")
    follow(clerk, "不履行を知らせる")
    clerk.picture("pledge-default")
    pressed(clerk, "通知を作る", "分納不履行通知を作りました。")
    printed(clerk, tmp_path / "default.pdf")
    shows(clerk, PAYER, "納付誓約（1） 履行しない", "分割納付の不履行")


def inquired(clerk: Desk) -> None:
    """財産調査を始め、銀行に照会する。"""
    opened(clerk, "/third-parties/")
    clerk.picture("third-parties-empty")
    fill(clerk, name="架空銀行", postal_code="5160037", address="架空市本町1-1")
    pressed(clerk, "登録する", "照会先を登録しました。")
    for who, why in ((PAYER, "分割納付の不履行"), (POOR, "督促の後に連絡がない")):
        opened(clerk, f"/people/{who}/investigations/new/")
        fill(clerk, reason=why)
        if who == PAYER:
            clerk.picture("investigation-new")
        pressed(clerk, "始める", "財産調査を始めました。")
        follow(clerk, "財産を照会する")
        clerk.main.get_by_label("金融機関　架空銀行").check()
        clerk.main.get_by_label("回答の期限").fill("R7.6.25")
        pressed(clerk, "照会書を作る", "財産を照会しました。")
        shows(clerk, who, "財産調査")


def found(clerk: Desk) -> None:
    """一通目の回答は、住所も生年月日もなく、認定できない。書き直された回答で認定し、登録する。"""
    opened(clerk, "/assets/")
    clerk.picture("assets")
    follow(clerk, "1")
    follow(clerk, "回答を記録する")
    deposit = {"description": "架空銀行 本店 普通 口座番号1234567", "amount": "80,000"}
    clerk.main.get_by_label("照会", exact=True).select_option(label="1　架空銀行")
    fill(clerk, holder_name="松本 忍", holder_kana="マツモト シノブ", **deposit)
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("property-reply-new")
    pressed(clerk, "記録する", "回答を記録しました。")
    expect(clerk.main.get_by_text("住所を含む三つ以上の項目が一致していません").first).to_be_visible()
    expect(clerk.main.get_by_role("link", name="同一人と認定する")).to_have_count(0)
    clerk.picture("property-reply-short")
    opened(clerk, "/investigations/1/")
    follow(clerk, "回答を記録する")
    clerk.main.get_by_label("照会", exact=True).select_option(label="1　架空銀行")
    fill(
        clerk, holder_name="松本 忍", holder_born_on="S33.10.27", holder_address="架空市村松町1325番地14", **deposit
    )  # fmt: skip
    pressed(clerk, "記録する", "回答を記録しました。")
    clerk.picture("property-reply")
    follow(clerk, "同一人と認定する")
    pressed(clerk, "認定する", "同一人と認定しました。")
    follow(clerk, "財産を登録する")
    pressed(clerk, "登録する", "財産を登録しました。")
    clerk.picture("asset")


def seized(clerk: Desk, both) -> None:
    """条件を一つずつ見て、差押えを起案し、別の二人を経て執行する。"""
    follow(clerk, "差押えを起案する")
    clerk.main.get_by_text("すべての条件と根拠").click()
    expect(clerk.main.get_by_text("督促状を発した日から起算して10日を経過した").first).to_be_visible()
    fill(clerk, scope="差押えの時の残高の全額", reason="分割納付の不履行。通知の期限までに納めない")
    pressed(clerk, "起案する", "債権の差押えには、履行期限が要ります")
    clerk.accessible()
    fill(clerk, perform_by="R7.7.10")
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("seizure-proposal")
    pressed(clerk, "起案する", "起案しました。")
    carried(clerk, *both)
    shows(clerk, PAYER, "差押え（処分管理番号1） 差し押さえる", "債権差押通知書")


def collected(clerk: Desk, both) -> None:
    """送達を記録し、取り立て、配当する。"""
    opened(clerk, "/dispositions/")
    clerk.picture("dispositions")
    follow(clerk, "1")
    follow(clerk, "送達の日を記録する")
    fill(clerk, third_party_served_on=wareki(SEIZED))
    pressed(clerk, "記録する", "送達の日を記録しました。")
    follow(clerk, "取り立てた金銭を記録する")
    fill(clerk, amount="30,000")
    pressed(clerk, "記録する", "取り立てた金銭を記録しました。")
    clerk.picture("disposition-collected")
    follow(clerk, "配当を起案する")
    clerk.picture("distribution")
    pressed(clerk, "起案する", "起案しました。")
    carried(clerk, *both)
    shows(clerk, PAYER, "差押え（処分管理番号1） 配当する", "配当 手入力")


def released(clerk: Desk) -> None:
    """残高がもうないので、評価を改め、残余の見込みがない差押えを解除する。"""
    opened(clerk, "/assets/1/")
    follow(clerk, "評価を改める")
    fill(clerk, value="0", valued_on=wareki(SEIZED), note="取り立てた後の残高 0円")
    pressed(clerk, "改める", "評価を改めました。")
    opened(clerk, "/dispositions/1/")
    expect(clerk.main.get_by_text("配当済み").first).to_be_visible()
    clerk.picture("disposition-distributed")
    follow(clerk, "解除する")
    fill(clerk, reason="取り立てた後の残高がなく、残余を得る見込みがない")
    pressed(clerk, "解除する", "解除しました。")
    shows(clerk, PAYER, "差押え（処分管理番号1） 解除する")
    clerk.picture("person-released")


def suspended(clerk: Desk, both) -> None:
    """該当なしの回答から、執行停止へ。調査の足りない起案は、断られる。"""
    opened(clerk, "/investigations/2/")
    follow(clerk, "該当なしを記録")
    clerk.picture("inquiry-nothing")
    clerk.main.get_by_role("button").first.click()
    opened(clerk, f"/people/{POOR}/")
    follow(clerk, "執行停止の調書を起こす")
    clerk.main.get_by_label("停止の事由").select_option(label="財産がない（第1号）")
    for each in clerk.main.locator("[name=charges]").all()[:2]:
        each.check()
    fill(clerk, circumstances="廃業し、財産も収入もない")
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("suspension-new")
    clerk.main.get_by_role("button", name="起こす", exact=True).click()
    proposes(clerk, "執行停止", "無財産")
    expect(clerk.page.get_by_text("調査が、まだ終わっていません").first).to_be_visible()
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("suspension-refused")
    opened(clerk, "/suspensions/1/")
    finding(clerk, "預貯金", "ない・当てはまらない", "架空銀行に照会。該当なし")
    finding(clerk, "保証人・第二次納税義務者など", "ない・当てはまらない", "契約と登記を確かめた")
    clerk.picture("suspension")
    proposes(clerk, "執行停止", "無財産")
    carried(clerk, *both)
    shows(clerk, POOR, "執行停止（1） 停止する")
    opened(clerk, "/suspensions/")
    clerk.picture("suspensions")


def finding(at: Desk, kind: str, found: str, result: str) -> None:
    follow(at, "調査を記録する")
    at.main.get_by_label("調査の項目").select_option(label=kind)
    at.main.get_by_label("あるか・当てはまるか").select_option(label=found)
    fill(at, result=result)
    pressed(at, "記録する", "調査を記録しました。")


def proposes(at: Desk, decision: str, reason: str) -> None:
    follow(at, "決定を起案する")
    at.main.locator("[name=decision]").select_option(label=decision)
    fill(at, reason=reason)
    at.main.get_by_role("button", name="起案する", exact=True).click()


def written_off(clerk: Desk, both) -> None:
    """徴収できないことが明らかになり、即時に消滅し、不納欠損にする。"""
    opened(clerk, "/suspensions/1/")
    finding(
        clerk, "徴収できないことの明らかさ（解散・廃業・相続人不存在など）", "ある・当てはまる", "再開の見込みがない"
    )
    proposes(clerk, "納税義務の即時の消滅", "徴収できないことが明らか")
    carried(clerk, *both)
    shows(clerk, POOR, "執行停止（1） 消滅する")
    opened(clerk, "/write-offs/")
    clerk.picture("writeoffs")
    follow(clerk, "不納欠損を起案する")
    for each in clerk.main.locator("input[type=checkbox]").all():
        each.check()
    fill(clerk, reason="即時の消滅")
    clerk.page.evaluate("scrollTo(0, 0)")
    clerk.picture("writeoff-propose")
    clerk.main.get_by_role("button", name="起案する", exact=True).click()
    carried(clerk, *both)
    opened(clerk, "/write-offs/1/")
    clerk.picture("writeoff")
    shows(clerk, POOR, "不納欠損")
    clerk.picture("person-written-off")


def settled() -> None:
    """元帳は合い、道のりの跡が残っている。"""
    with as_officer("setup", "collection.intake.receipts"):
        assert fetch_all("SELECT stage, is_seized FROM disposition JOIN asset USING (addressee_number, asset_id)") == [
            ("RELEASED", False)
        ]
        assert fetch_all(
            "SELECT sum(amount)::bigint FROM receipt WHERE addressee_number = %s AND channel = '15'", [PAYER]
        ) == [(30_000,)]
        assert {"R-051", "R-076", "R-054", "R-114", "R-090", "R-091", "R-100", "R-096"} <= {
            row[0] for row in fetch_all("SELECT DISTINCT form FROM letter_run")
        }
        assert verify_everything().findings == ()
