"""台帳と催告の画面と命令。一覧から台帳へ、行い、引継ぎ、資料、催告、名簿、帳票。"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from typer.testing import CliRunner

from osame.collection.cases.actions import NewTask, ReviewsOwnCase, assign, plan_task
from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.cli import app as case_app
from osame.collection.cases.documents import documents_of
from osame.collection.cases.handovers import Handover, NewHandover, handovers
from osame.collection.cases.insolvency import NewRecord, record_insolvency
from osame.collection.cases.models import CaseTask, InsolvencyRecord
from osame.collection.cases.prescribing import NothingNearing, confirm_nearing, nearing_cases
from osame.collection.cases.queries import case_of, tasks_of
from osame.collection.cases.reports import handover_report, sheet_of, visits
from osame.collection.demands.batch import DemandOrder, carry_out
from osame.collection.dispositions.bankruptcies import Opened, open_bankruptcy
from osame.collection.inquiry.timeline import EventKind, timeline_of
from osame.collection.reminders.actions import Order, remind
from osame.collection.reminders.cli import app as reminder_app
from osame.collection.reminders.lists import outreach_list
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import Terms
from osame.platform.database import fetch_all, run_sql
from osame.platform.jobs.registry import named
from osame.platform.jobs.running import Outcome, perform
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text

TODAY = date(2026, 3, 2)
ARREARS = "osame-purpose=arrears_management"
PLACE = "架空市岩渕"
NUMBER = "1234567890" + "18"


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 120_000), determination(TANAKA, 1, 30_000))
    carry_out(DemandOrder(ISSUED, CUT_OFF), officer=OFFICER)
    refresh_cases(as_of=TODAY, officer=OFFICER)
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield tmp_path


@pytest.fixture
def desk(owing: Path) -> Client:
    return officer_at_desk("A0001", "山本 昇", "collection_clerk")


@pytest.fixture
def chief(owing: Path) -> Client:
    return officer_at_desk("B0001", "高橋 悟", "collection_chief")


def at(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{ARREARS}"


def sent(desk: Client, path: str, **facts: object) -> object:
    page = desk.get(at(path))
    assert page.status_code == 200, path
    return desk.post(at(path), fields(page) | facts)


def test_from_the_list_to_the_record(desk: Client) -> None:
    page = text(desk.get(at("/cases/?least=100000")))
    assert "佐藤 花子" in page
    assert "田中 一郎" not in page
    assert "120,100" in page
    assert PLACE not in page  # 一覧に住所は出ない
    record = text(desk.get(at(f"/cases/{SATO}/")))
    for part in (
        "佐藤 花子",
        "未納の計",
        "滞納明細",
        "督促状",
        "折衝を記録する",
        "滞納の取込み",
        "未納の額 12点（10万円以上）",
        "同一人",
    ):
        assert part in record, part
    assert "当たる滞納者はいません" in text(desk.get(at("/cases/?text=だれもいない")))


def test_acts_come_back_to_the_record_and_refusals_stand_beside_their_field(desk: Client) -> None:
    policy = sent(desk, f"/cases/{SATO}/policy/", policy="03", review_on="R8.9.1", content="給与の支払者を調べる")
    assert policy.status_code == 302, policy.context["form"].errors
    assert sent(desk, f"/cases/{SATO}/note/", content="夜に在宅").status_code == 302
    assert sent(desk, f"/cases/{SATO}/care/", content="犬に注意", no_visit="on").status_code == 302
    assert sent(desk, f"/cases/{SATO}/tasks/new/", kind="02", due_on="R8.3.5", content="夕方").status_code == 302
    record = text(desk.get(at(f"/cases/{SATO}/")))
    for part in ("財産調査", "給与の支払者を調べる", "夜に在宅", "犬に注意", "夕方"):
        assert part in record, part
    past = sent(desk, f"/cases/{SATO}/tasks/new/", kind="02", due_on="R8.3.1", content="")
    assert past.status_code == 422
    assert "今日より前です" in " ".join(past.context["form"].errors["due_on"])
    number = sent(desk, f"/cases/{SATO}/note/", content=f"番号は{NUMBER}")
    assert "個人番号らしい数字" in " ".join(number.context["form"].errors["content"])
    (task,) = [each for each in tasks_of(SATO) if each.kind == "02"]
    assert "佐藤 花子" not in text(desk.get(at("/cases/visits/")))  # 訪問しない人は一覧に出ない
    ended = sent(desk, f"/cases/{SATO}/tasks/{task.task_id}/end/", result="1", content="会えた")
    assert ended.status_code == 302


def test_the_calendar_and_the_visits(desk: Client) -> None:
    sent(desk, f"/cases/{TANAKA}/tasks/new/", kind="02", due_on="R8.3.5", content="昼に")
    assert "訪問 田中 一郎" in text(desk.get(at("/cases/calendar/?month=2026-03")))
    assert "予定 0件" in text(desk.get(at("/cases/calendar/?month=2026-04")))
    visits = text(desk.get(at("/cases/visits/")))
    assert PLACE in visits
    saved = desk.post(at("/cases/visits/save/"))
    assert "架空市岩渕1丁目7-29" in saved.content.decode("utf-8-sig")
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [TANAKA])
    visits = text(desk.get(at("/cases/visits/")))
    assert PLACE not in visits
    assert "載せていない訪問の予定が1件あります" in visits


def test_a_protected_place_is_on_no_page_and_no_sheet(desk: Client) -> None:
    """住所を書いた特記と資料は、後から支援措置になっても、権限のない職員には見えない。"""
    sent(desk, f"/cases/{SATO}/note/", content=f"{PLACE}1丁目7-29に居る")
    document = SimpleUploadedFile("回答.txt", f"{PLACE}1丁目7-29".encode())
    sent(desk, f"/cases/{SATO}/documents/new/", kind="03", title="回答", document=document)
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    assert PLACE not in text(desk.get(at(f"/cases/{SATO}/")))
    assert PLACE not in text(desk.get(at("/cases/")))
    ((number,),) = fetch_all("SELECT document_id FROM case_document")
    assert "居場所を見る権限のある職員に" in text(desk.post(at(f"/cases/{SATO}/documents/{number}/1/")))
    assert PLACE not in str(sheet_of(SATO, address="＊＊＊"))
    assert desk.post(at(f"/cases/{SATO}/sheet/")).status_code == 200
    household = ("addressee", "household_number", "H1")
    run_sql(
        f"UPDATE {household[0]} SET {household[1]} = %s WHERE addressee_number IN (%s, %s)",
        [household[2], SATO, TANAKA],
    )
    assert "佐藤" not in text(desk.get(at(f"/cases/{TANAKA}/?unit=household")))


def test_consolidation_sums_what_may_be_seen(desk: Client) -> None:
    run_sql("UPDATE addressee SET household_number = 'H1' WHERE addressee_number IN (%s, %s)", [SATO, TANAKA])
    page = text(desk.get(at(f"/cases/{SATO}/?unit=household")))
    assert "田中 一郎" in page
    assert "150,200" in page  # 世帯の計
    run_sql(
        "UPDATE addressee SET kind = '3', representative_name = '山田 太郎' WHERE addressee_number IN (%s, %s)",
        [SATO, TANAKA],
    )
    assert "150,200" in text(desk.get(at(f"/cases/{SATO}/?unit=related")))


def test_a_hand_over_needs_a_second_officer_and_its_sheet_tells_what_is_open(chief: Client) -> None:
    run_sql("UPDATE arrears_case SET officer = 'B0001'")
    other = officer_at_desk("A0002", "中村 遥", "collection_clerk")
    assert other.get(at("/cases/handovers/")).status_code == 403
    sent(chief, f"/cases/{SATO}/tasks/new/", kind="04", due_on="R8.3.20", content="銀行の回答")
    page = sent(
        chief, "/cases/handovers/", from_officer="B0001", to_officer="A0002", hand_over_on="R8.4.1", content="人事異動"
    )
    assert page.status_code == 302, page.context["form"].errors
    place = page.headers["Location"]
    own = chief.post(at(place), fields(chief.get(at(place))))
    assert own.status_code == 422
    assert "自分の起案した引継ぎは、承認できません" in text(own)
    sheet = chief.post(at(f"{place}print/"))
    assert sheet.content.startswith(b"%PDF")
    second = officer_at_desk("C0001", "田村 薫", "collection_manager")
    assert second.post(at(place), fields(second.get(at(place)))).status_code == 302
    assert {case_of(each).officer for each in (SATO, TANAKA)} == {"A0002"}
    assert [each.state_label for each in handovers()] == ["引継済"]


def test_files_are_kept_by_version_and_numbers_are_refused(desk: Client) -> None:
    def keep(content: bytes, **facts: object) -> object:
        document = SimpleUploadedFile("回答.txt", content)
        return sent(desk, f"/cases/{SATO}/documents/new/", kind="03", title="銀行の回答", document=document, **facts)

    assert keep("普通預金 残高 3万円".encode()).status_code == 302
    (number,) = fetch_all("SELECT document_id FROM case_document")[0]
    assert keep("普通預金 残高 5万円".encode(), replaces=number).status_code == 302
    refused = keep(f"個人番号 {NUMBER}".encode())
    assert "個人番号らしい数字" in " ".join(refused.context["form"].errors["document"])
    assert "受け付けられない形" in " ".join(keep(b"\xff\xfe\x00").context["form"].errors["document"])
    assert "銀行の回答" in text(desk.get(at(f"/cases/{SATO}/?words=5万円")))
    assert "当たる資料はありません" in text(desk.get(at(f"/cases/{SATO}/?words=不動産")))
    opened = desk.post(at(f"/cases/{SATO}/documents/{number}/2/"))
    assert opened.content == "普通預金 残高 5万円".encode()
    assert fetch_all(
        "SELECT count(*) FROM case_document WHERE sealed::text LIKE '%%' || encode('残高'::bytea, 'hex') || '%%'"
    ) == [(0,)]


def test_a_bankruptcy_ranks_every_claim_by_the_law(desk: Client) -> None:
    opened = Opened(SATO, "津地方裁判所", "令和8年(フ)第1号", date(2026, 2, 1), "官報")
    number = open_bankruptcy(opened, officer=OFFICER)
    refresh_cases(as_of=TODAY, officer=OFFICER)
    shown = text(desk.get(at(f"/cases/{SATO}/bankruptcies/{number}/")))
    assert "財団債権" in shown
    assert "破産法第148条第1項第3号" in shown
    record = text(desk.get(at(f"/cases/{SATO}/")))
    assert "令和8年(フ)第1号" in record
    assert case_of(SATO).stage_label == "倒産手続"
    place = f"/cases/{SATO}/bankruptcies/{number}/record/"
    early = sent(desk, place, kind="1", on="R8.1.31", amount="", content="届出期間の末日")
    assert (early.status_code, "開始の決定の日より前" in text(early)) == (422, True)
    assert "先に、届け出たことを" in text(sent(desk, place, kind="3", on="R8.3.2", amount="1,000", content="最後配当"))
    assert sent(desk, place, kind="1", on="R8.4.10", amount="", content="届出期間の末日").status_code == 302
    refresh_cases(as_of=TODAY, officer=OFFICER)
    assert [each.due_on for each in tasks_of(SATO) if each.kind == "18"] == [date(2026, 4, 10)]
    assert "額がありません" in text(sent(desk, place, kind="2", on="R8.3.2", amount="", content="破産管財人あて"))
    assert (
        sent(desk, place, kind="2", on="R8.3.2", amount="120,100", content="破産管財人あて交付要求").status_code == 302
    )
    refresh_cases(as_of=TODAY, officer=OFFICER)
    assert [each for each in tasks_of(SATO) if each.kind == "18" and not each.done_on] == []
    key = (SATO, number)
    dividend = NewRecord(InsolvencyRecord.Kind.DIVIDEND, date(2026, 12, 1), "最後配当", 30_000)
    record_insolvency(key, dividend, as_of=date(2026, 12, 1), officer=OFFICER)
    shown = text(desk.get(at(f"/cases/{SATO}/bankruptcies/{number}/")))
    for part in ("届け出た（交付要求をした）", "120,100", "最後配当", "30,000", "配当として収納に届いた額 0円"):
        assert part in shown, part
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("DELETE FROM insolvency_record")


def test_a_reminder_is_seen_before_it_is_sent_and_stands_in_the_record(desk: Client) -> None:
    address = at("/reminders/new/?cases=least%3D100000")
    page = desk.get(address)
    facts = fields(page) | {"kind": "11", "deadline": "R8.3.16", "overdue": "30"}
    seen = desk.post(address, facts)
    assert seen.status_code == 200, seen.context["form"].errors
    assert "佐藤 花子" in text(seen)
    assert "田中 一郎" not in text(seen)
    assert fetch_all("SELECT count(*) FROM reminder_run") == [(0,)]
    done = desk.post(address, facts | {"seen": seen.context["form"]["seen"].value()})
    assert done.status_code == 302
    place = done.headers["Location"]
    assert "催告した額" in text(desk.get(at(place)))
    saved = desk.post(at(f"{place}save/reminded/"))
    assert "佐藤 花子" in saved.content.decode("utf-8-sig")
    assert "一般催告" in text(desk.get(at(f"/cases/{SATO}/")))
    assert "催告書" in [each.what for each in timeline_of(SATO, kinds=(EventKind.LETTER,), offset=0, size=9).events]
    assert "催告の効果" in text(desk.get(at("/reminders/effects/")))
    one = sent(desk, f"/people/{TANAKA}/reminders/new/", kind="12", deadline="R8.3.16")
    assert "この内容で催告する" in text(one)
    early = sent(desk, f"/people/{TANAKA}/reminders/new/", kind="12", deadline="R8.3.1")
    assert early.status_code in {200, 422}


def test_conditions_are_kept_from_the_page(desk: Client) -> None:
    facts = fields(desk.get(at("/reminders/new/"))) | {
        "kind": "11",
        "deadline": "R8.3.16",
        "overdue": "60",
        "tax_items": "06",
    }
    seen = desk.post(at("/reminders/new/"), facts)
    keeping = {field.html_name: str(field.value() or "") for field in seen.context["keeping"].hidden_fields()}
    assert desk.post(at("/reminders/conditions/save/"), keeping | {"name": "固定だけ"}).status_code == 302
    ((number,),) = fetch_all("SELECT condition_id FROM reminder_condition")
    again = desk.get(at(f"/reminders/new/?condition={number}"))
    assert again.context["form"]["tax_items"].value() == "06"
    assert desk.post(at(f"/reminders/conditions/{number}/drop/")).status_code == 302


def test_figures_have_their_tables(chief: Client) -> None:
    page = text(chief.get(at("/cases/figures/")))
    for part in ('id="stage-table"', 'id="age-table"', "初動", "1年以内", "担当なし"):
        assert part in page, part


def call(app: object, *words: str) -> str:
    answer = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_commands(owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    done = json.loads(call(case_app, "refresh", "--as-of", "R8.3.2", "--json"))
    assert done["cases"] == 2
    listed = json.loads(call(case_app, "list", "--least", "100000", "--as-of", "R8.3.2", "--json"))
    assert [each["addressee_number"] for each in listed["cases"]] == [SATO]
    call(case_app, "policy", SATO, "06", "財産がない", "--review-on", "R8.9.1", "--as-of", "R8.3.2")
    call(case_app, "plan", SATO, "01", "R8.3.9", "--note", "電話", "--as-of", "R8.3.2")
    assert "停止" in call(case_app, "show", SATO)
    assert "電話" in call(case_app, "tasks", "--from", "R8.3.1", "--through", "R8.3.31")
    assert "2人" in call(reminder_app, "select", "--kind", "11", "--deadline", "R8.3.16", "--as-of", "R8.3.2")
    assert "束" in call(reminder_app, "run", "--kind", "11", "--deadline", "R8.3.16", "--as-of", "R8.3.2")
    call(reminder_app, "export", "1", "excluded", "--to", str(owing / "left.csv"))
    assert json.loads(call(reminder_app, "list", "--json"))[0]["people"] == 2
    assert "0通" in call(reminder_app, "arrivals", "--as-of", "R8.3.2")
    assert (
        json.loads(call(reminder_app, "effects", "--from", "R8.1.1", "--as-of", "R8.3.2", "--json"))[0]["people"] == 2
    )


@pytest.mark.parametrize(
    "name",
    ["case-refresh", "grace-refresh", "pledge-watch", "reminder-arrivals", "suspension-refresh", "writeoff-refresh"],
)
def test_the_night_runs_by_itself(owing: Path, name: str) -> None:
    assert named(name).cron
    assert perform(named(name)) is Outcome.DONE


def test_an_extension_for_a_disaster_is_seen_before_it_is_made(chief: Client, owing: Path) -> None:
    facts = fields(chief.get(at("/graces/disaster/"))) | {
        "notice": "架空市告示第5号", "areas": PLACE, "first": "R7.6.15", "through": "R7.12.1",
    }  # fmt: skip
    seen = chief.post(at("/graces/disaster/"), facts)
    assert "2人、2件" in text(seen)
    assert fetch_all("SELECT count(*) FROM exemption_period") == [(0,)]
    done = chief.post(at("/graces/disaster/"), facts | {"seen": seen.context["form"]["seen"].value()})
    assert done.status_code == 302
    assert fetch_all("SELECT count(*) FROM exemption_period") == [(2,)]


def test_where_a_protected_person_lives_changes_nothing_that_leaves(owing: Path) -> None:
    """非干渉。支援措置の対象者の居場所を変えても、名簿、一覧、帳票、同じ世帯の人への文書は、一文字も変わらない。"""
    run_sql("UPDATE addressee SET household_number = 'H1' WHERE addressee_number IN (%s, %s)", [SATO, TANAKA])
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    plan_task(SATO, NewTask(CaseTask.Kind.VISIT, TODAY, "訪ねる"), as_of=TODAY, officer=OFFICER)
    plan_task(TANAKA, NewTask(CaseTask.Kind.VISIT, TODAY, "訪ねる"), as_of=TODAY, officer=OFFICER)
    moved = NewHandover("山本", "A0002", TODAY, "異動")
    now = Handover(1, *asdict(moved).values(), "1", OFFICER, TODAY, "", None, 2, 0)

    def leaves(on: date) -> tuple[str, ...]:
        run_id = remind(Order(ReminderRun.Kind.FINAL, Terms(), date(2026, 4, 1), [TANAKA]), as_of=on, officer=OFFICER)
        letters = fetch_all(
            "SELECT to_name, address, context::text FROM letter WHERE addressee_number = %s ORDER BY run_id DESC LIMIT 1",
            [TANAKA],
        )
        calls = remind(Order(ReminderRun.Kind.VISIT, Terms(), date(2026, 4, 1)), as_of=on, officer=OFFICER)
        listed = [line.partition(",")[2] for line in outreach_list(calls)[0].decode().splitlines()]
        assert run_id < calls
        found = (
            visits(first=on, through=on),
            letters,
            listed,
            sheet_of(SATO, address="＊＊＊").facts,
            handover_report(now, (SATO, TANAKA)),
        )
        return tuple(map(str, found))

    before = leaves(TODAY)
    run_sql(
        "UPDATE addressee SET address = '遠い町9-9', postal_code = '9990000', address_detail = '塔' WHERE addressee_number = %s",
        [SATO],
    )
    assert leaves(TODAY) == before
    assert "遠い町" not in "".join(before)


def test_what_is_about_to_prescribe_is_confirmed_by_a_manager_who_is_not_in_charge(chief: Client) -> None:
    (due,) = fetch_all("SELECT extinguished_on FROM case_charge WHERE addressee_number = %s", [SATO])[0]
    assert nearing_cases(as_of=TODAY) == ()
    near = due - timedelta(days=80)
    refresh_cases(as_of=near, officer=OFFICER)
    assign(SATO, "B0001", as_of=near, officer=OFFICER)
    found = {each.addressee_number: each for each in nearing_cases(as_of=near)}
    assert (found[SATO].extinguished_on, found[SATO].band(as_of=near), found[SATO].confirmed_on) == (
        due,
        "3月以内",
        None,
    )
    assert [each.due_on for each in tasks_of(SATO) if each.kind == "13"] == [due - timedelta(days=1)]  # 担当への知らせ
    with pytest.raises(ReviewsOwnCase):
        confirm_nearing(SATO, "差押えを急ぐ", as_of=near, officer="B0001")
    confirm_nearing(SATO, "差押えを急ぐ", as_of=near, officer="B0002")
    found = {each.addressee_number: each for each in nearing_cases(as_of=near)}
    assert (found[SATO].confirmed_on, found[SATO].confirmed_by, found[TANAKA].confirmed_on) == (near, "B0002", None)
    assert [each.note for each in tasks_of(SATO) if "差押えを急ぐ" in each.note]
    with pytest.raises(NothingNearing):
        confirm_nearing(TANAKA, "急ぐ", as_of=TODAY, officer="B0002")
    monkey = pytest.MonkeyPatch()
    monkey.setenv("OSAME_TODAY", near.isoformat())
    try:
        answer = chief.get(at("/cases/prescriptions/"))
        page = text(answer)
        assert answer.status_code == 200, page[-2500:]
        for part in ("管理職の確かめていない事案が", "1件", "3月以内", "田中 一郎", "B0002"):
            assert part in page, part
        done = sent(chief, f"/cases/{TANAKA}/prescription/", content="納付書を送り、電話する")
        assert done.status_code == 302
        assert "管理職の確かめていない事案が" not in text(chief.get(at("/cases/prescriptions/")))
        monkey.setenv("OSAME_PURPOSE", "arrears_management")
        assert len(json.loads(call(case_app, "prescriptions", "--as-of", near.isoformat(), "--json"))) == 2
    finally:
        monkey.undo()


def test_a_contact_brings_its_next_task_and_its_attachment(desk: Client) -> None:
    page = desk.get(at(f"/cases/{SATO}/"))
    told = fields(page) | {
        "contacted_on": "R8.3.2", "contacted_time": "0:01", "means": "01", "relationship": "01", "identification": "01",
        "content": "給与明細を持ってきた", "next_on": "R8.3.16", "next_kind": "", "next_note": "次の給与日の後に電話",
        "attached": SimpleUploadedFile("明細.txt", "三月分の給与".encode()),
    }  # fmt: skip
    refused = desk.post(at(f"/people/{SATO}/contacts/?back=case"), told)
    assert (refused.status_code, "日とすることの両方" in text(refused)) == (422, True)
    assert fetch_all("SELECT count(*) FROM contact_record") == [(0,)]
    told |= {"next_kind": "01", "attached": SimpleUploadedFile("明細.txt", "三月分の給与".encode())}
    done = desk.post(at(f"/people/{SATO}/contacts/?back=case"), told)
    assert done.status_code == 302, done.context["form"].errors
    (task,) = [each for each in tasks_of(SATO) if each.kind == "01"]
    assert (task.due_on, task.note) == (date(2026, 3, 16), "次の給与日の後に電話")
    (kept,) = documents_of(SATO, words="三月分の給与")
    assert kept.title.startswith("折衝")
    wrong = (
        told
        | fields(desk.get(at(f"/cases/{SATO}/")))
        | {"attached": SimpleUploadedFile("番号.txt", f"番号は{NUMBER}".encode())}
    )
    refused = desk.post(at(f"/people/{SATO}/contacts/?back=case"), wrong)
    assert (refused.status_code, "個人番号らしい数字" in text(refused)) == (422, True)
    assert fetch_all("SELECT count(*) FROM contact_record") == [(1,)]  # 添付を断れば、折衝も書かない
