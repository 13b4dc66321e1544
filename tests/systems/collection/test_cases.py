"""滞納整理の台帳。元帳が事案を開き、終え、手続と方針が段階を決め、点が自分を説明する。"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.arrears.actions import NewContact, record_contact
from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.cases.actions import (
    CaseCleared,
    NewTask,
    NumberInNote,
    OfficerUnknown,
    PlaceInNote,
    Policy,
    PolicyNeedsReason,
    ReviewsOwnCase,
    ReviewTooEarly,
    TaskEnded,
    TaskInPast,
    assign,
    decide_policy,
    end_task,
    note,
    plan_task,
    review,
)
from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.filters import CaseFilter, CaseOrder
from osame.collection.cases.models import ArrearsCase, CaseStage, CaseTask
from osame.collection.cases.queries import CaseUnknown, case_of, cases, events_of, tasks_of, terms_of
from osame.collection.cases.scoring import FACTS, INDICATORS
from osame.collection.dispositions.bankruptcies import Opened, open_bankruptcy
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_all, run_sql
from osame.platform.terminal import JAPAN
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination, notice, write_notices
from tests.systems.collection.demand_cast import charge_of, levy

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)
NUMBER = "1234567890" + "18"


@pytest.fixture
def owing(city: str, tmp_path: Path) -> Path:
    """佐藤は二つの期別を、田中は一つの期別を滞納し、架空商事はまだ納期限から日が浅い。"""
    levy(
        tmp_path, determination(SATO, 1, 120_000), determination(SATO, 2, 30_000, due_on=date(2025, 8, 31)),
        determination(TANAKA, 1, 8_000), determination(KAKU, 1, 50_000, due_on=date(2026, 2, 28)),
    )  # fmt: skip
    return tmp_path


def pay(folder: Path, who: str, amount: int, on: date) -> None:
    path = write_notices(folder / f"{who}{on}.csv", notice(int(who), who, amount, on), on=on)
    assert import_receipts(path, profile="bank_notice_v0", as_of=on, officer=OFFICER).amount_matched == amount


def refreshed(on: date = DAY):
    return refresh_cases(as_of=on, officer=OFFICER)


class TestLedger:
    def test_opens_a_case_for_arrears_only_and_once(self, owing: Path) -> None:
        done = refreshed()
        assert (done.opened, done.cases, done.charges) == (2, 2, 3)
        assert refreshed().opened == 0
        assert {each.addressee_number for each in cases(CaseFilter(), as_of=DAY, limit=9).cases} == {SATO, TANAKA}
        with pytest.raises(CaseUnknown):
            case_of(KAKU)
        assert [(each.principal_tax, each.flags) for each in terms_of(SATO)] == [(120_000, "なし"), (30_000, "なし")]

    def test_clears_it_when_paid_and_a_new_arrear_is_a_new_case(self, owing: Path) -> None:
        refreshed()
        pay(owing, TANAKA, 8_000, date(2026, 3, 3))
        assert refreshed(LATER).cleared == 1
        ended = case_of(TANAKA)
        assert ended.cleared_on == LATER
        assert [each.kind_label for each in events_of(TANAKA)] == ["完結", "滞納の取込み"]
        with pytest.raises(CaseCleared):
            note(TANAKA, "電話があった", as_of=LATER, officer=OFFICER)
        with pytest.raises(DatabaseError, match="完結した事案"), transaction.atomic():
            run_sql("UPDATE arrears_case SET care = 'x' WHERE addressee_number = %s", [TANAKA])
        levy(owing, determination(TANAKA, 3, 9_000, due_on=date(2026, 1, 31)), name="again.csv", on=LATER)
        assert refreshed(LATER).opened == 1
        assert case_of(TANAKA).case_id > ended.case_id

    def test_prescription_of_all_equals_that_of_each(self, owing: Path) -> None:
        pay(owing, SATO, 1_000, date(2025, 12, 1))
        refreshed()
        each = prescription_of(SATO, as_of=DAY)
        assert {term.charge_id: term.prescribed_on for term in terms_of(SATO)} == {
            number: told.completes_on for number, told in each.items()
        }
        assert case_of(SATO).prescribed_on == min(told.completes_on for told in each.values() if told.completes_on)


@pytest.mark.usefixtures("owing")
class TestStage:
    def test_follows_the_policy_until_a_procedure_speaks(self) -> None:
        refreshed()
        assert case_of(SATO).stage == CaseStage.INITIAL
        policy = Policy(ArrearsCase.Policy.SUSPEND, "財産がない", date(2026, 9, 1))
        decide_policy(SATO, policy, as_of=DAY, officer=OFFICER)
        refreshed()
        assert (case_of(SATO).stage, case_of(SATO).stage_since) == (CaseStage.SUSPENSION_STUDY, DAY)

    @pytest.mark.parametrize(
        ("policy", "refusal"),
        [
            (Policy(ArrearsCase.Policy.SUSPEND, " ", LATER), PolicyNeedsReason),
            (Policy(ArrearsCase.Policy.SUSPEND, "財産がない", DAY), ReviewTooEarly),
        ],
    )
    def test_a_policy_has_a_reason_and_a_day_of_review(self, policy: Policy, refusal: type[Exception]) -> None:
        refreshed()
        with pytest.raises(refusal):
            decide_policy(SATO, policy, as_of=DAY, officer=OFFICER)


@pytest.mark.usefixtures("owing")
class TestScore:
    def test_says_where_every_point_comes_from(self) -> None:
        refreshed()
        line = case_of(SATO)
        assert line.score == sum(each.points for each in line.explained)
        assert ("未納の額", 12, "10万円以上") in [(each.name, each.points, each.told) for each in line.explained]

    def test_reads_nothing_of_what_a_person_is(self) -> None:
        refreshed()
        before = {
            each.addressee_number: (each.score, each.points) for each in cases(CaseFilter(), as_of=DAY, limit=9).cases
        }
        run_sql(
            "UPDATE addressee SET sex = '2', born_on = '1930-01-01', name = 'ジョン', kana = 'ジヨン', kind = '2', address = '遠い町', "
            "postal_code = '9999999', household_number = 'H1', protection_measure = true, moved_out_on = '2026-01-01'"
        )
        refreshed()
        after = {
            each.addressee_number: (each.score, each.points) for each in cases(CaseFilter(), as_of=DAY, limit=9).cases
        }
        assert before == after
        for each in INDICATORS:
            words = {word for step in each.steps for word in re.findall(r"[a-z_]{3,}", step.condition)}
            assert words - {"date"} <= set(FACTS), each.code


class TestList:
    @pytest.mark.parametrize(
        ("chosen", "found"),
        [
            (CaseFilter(least=100_000), [SATO]), (CaseFilter(most=100_000), [TANAKA]), (CaseFilter(text="佐藤"), [SATO]),
            (CaseFilter(text="タナカ"), [TANAKA]), (CaseFilter(text="1"), [SATO]), (CaseFilter(kind="corporation"), []), (CaseFilter(officer="-"), [SATO, TANAKA]),
            (CaseFilter(silent_days=30), [SATO, TANAKA]), (CaseFilter(tax_item="06", order=CaseOrder.TOTAL), [SATO, TANAKA]),
            (CaseFilter(tax_item="01"), []), (CaseFilter(stage="02"), []), (CaseFilter(prescribed_within=3_000), [SATO, TANAKA]),
            (CaseFilter(postal_code="516"), [SATO, TANAKA]), (CaseFilter(died=True), []), (CaseFilter(unreviewed=True), [SATO, TANAKA]),
        ],
    )  # fmt: skip
    def test_any_filter(self, owing: Path, chosen: CaseFilter, found: list[str]) -> None:
        refreshed()
        assert sorted(each.addressee_number for each in cases(chosen, as_of=DAY, limit=9).cases) == sorted(found)

    def test_a_protected_person_is_not_found_by_place(self, owing: Path) -> None:
        refreshed()
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        listed = cases(CaseFilter(postal_code="516"), as_of=DAY, limit=9)
        assert [each.addressee_number for each in listed.cases] == [TANAKA]
        assert listed.total == 8_000


@pytest.fixture
def hired(owing: Path) -> Callable[[str], str]:
    from tests.systems.platform.staff_cast import hire

    hire("A0001", "山本 昇", "collection_clerk")
    hire("A0002", "中村 遥", "collection_clerk")
    refreshed()
    return str


@pytest.mark.usefixtures("hired")
class TestRecord:
    def test_assigns_reviews_and_keeps_every_word(self) -> None:
        assign(SATO, "A0001", as_of=DAY, officer="B0001")
        with pytest.raises(ReviewsOwnCase):
            review(SATO, "財産調査を先に", as_of=DAY, officer="A0001")
        review(SATO, "財産調査を先に", as_of=DAY, officer="B0001")
        note(SATO, "夜に在宅", as_of=DAY, officer="A0001")
        assert [each.content for each in events_of(SATO)][:3] == ["夜に在宅", "財産調査を先に", "担当をA0001にした"]
        with pytest.raises(OfficerUnknown):
            assign(SATO, "Z9999", as_of=DAY, officer="B0001")
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql("DELETE FROM case_event")

    def test_refuses_numbers_and_places(self) -> None:
        with pytest.raises(NumberInNote):
            note(SATO, f"番号は {NUMBER} です", as_of=DAY, officer="A0001")
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        with pytest.raises(PlaceInNote):
            note(SATO, "架空市岩渕1丁目7-29に居る", as_of=DAY, officer="A0001")

    def test_rules_assign_what_nobody_has(self) -> None:
        run_sql(
            "INSERT INTO assignment_rule (valid_from, officer, priority, postal_code_prefix, minimum_amount, kana_from, kana_through) "
            "VALUES ('2025-04-01', 'A0002', 2, '', 0, 'タ', 'ト'), ('2025-04-01', 'A0001', 1, '516', 100000, '', '')"
        )
        assert refreshed().assigned == 2
        assert (case_of(SATO).officer, case_of(TANAKA).officer) == ("A0001", "A0002")


@pytest.mark.usefixtures("hired")
class TestTasks:
    def test_are_planned_postponed_and_ended_once(self) -> None:
        number = plan_task(SATO, NewTask(CaseTask.Kind.VISIT, LATER, "夕方に"), as_of=DAY, officer="A0001")
        assert case_of(SATO).task_on == LATER
        again = end_task(
            (SATO, number), CaseTask.Result.POSTPONED, "雨", as_of=LATER, officer="A0001", again_on=LATER + timedelta(7)
        )
        assert again is not None
        with pytest.raises(TaskEnded):
            end_task((SATO, number), CaseTask.Result.DONE, "", as_of=LATER, officer="A0001")
        end_task((SATO, again), CaseTask.Result.DONE, "会えた", as_of=LATER + timedelta(7), officer="A0001")
        assert [each.result_label for each in tasks_of(SATO)] == ["延期した", "済んだ"]
        assert case_of(SATO).task_on is None
        with pytest.raises(TaskInPast):
            plan_task(SATO, NewTask(CaseTask.Kind.CALL, date(2026, 3, 1)), as_of=DAY, officer="A0001")

    def test_stand_by_facts_and_go_with_them(self, tmp_path: Path) -> None:
        decide_policy(SATO, Policy(ArrearsCase.Policy.VOLUNTARY, "納付の意思がある", LATER), as_of=DAY, officer="A0001")
        promise = NewContact(
            SATO, datetime(2026, 3, 2, 10, 0, tzinfo=JAPAN), ContactRecord.Means.CALL_TAKEN, ContactRecord.Relationship.SELF,
            ContactRecord.Identification.ASKED_FACTS, "月曜に納める", promised_on=LATER, amount=10_000,
        )  # fmt: skip
        record_contact(promise, now=datetime(2026, 3, 2, 11, 0, tzinfo=JAPAN), officer="A0001")
        refreshed()
        refreshed()
        assert sorted((each.kind, each.due_on) for each in tasks_of(SATO)) == [
            (CaseTask.Kind.PROMISE, LATER), (CaseTask.Kind.REVIEW, LATER),
        ]  # fmt: skip
        assert case_of(SATO).contacted_on == DAY
        pay(tmp_path, SATO, 10_000, date(2026, 3, 5))
        refreshed(date(2026, 3, 6))
        assert [(each.kind, each.result) for each in tasks_of(SATO)] == [("12", ""), ("11", "9")]


def test_the_terms_of_a_case_carry_the_flags_of_procedures(owing: Path) -> None:
    open_bankruptcy(Opened(SATO, "津地方裁判所", "令和8年(フ)第1号", date(2026, 2, 1), "官報"), officer=OFFICER)
    refreshed()
    assert (case_of(SATO).stage, case_of(SATO).stage_since) == (CaseStage.INSOLVENCY, date(2026, 2, 1))
    assert [each.flags for each in terms_of(SATO)] == ["倒産", "倒産"]
    found = fetch_all("SELECT DISTINCT procedure FROM procedure_stage WHERE charge_id = %s", [charge_of(SATO)])
    assert ("BANKRUPTCY",) in found


@pytest.mark.usefixtures("owing")
def test_an_open_investigation_is_a_stage_and_its_reply_a_task() -> None:
    run_sql(
        "INSERT INTO asset_investigation (addressee_number, investigation_id, kinds, reason, opened_on, findings, officer) "
        "VALUES (%s, 1, '{DEPOSIT}', '納付がない', '2026-02-10', '', %s)",
        [SATO, OFFICER],
    )
    run_sql(
        "INSERT INTO property_inquiry (addressee_number, inquiry_id, investigation_id, third_party_id, medium, article, sent_on, reply_due_on, "
        "nothing_found, note, officer) VALUES (%s, 1, 1, 1, '1', '国税徴収法第141条', '2026-02-10', '2026-03-10', false, '', %s)",
        [SATO, OFFICER],
    )
    refreshed()
    assert (case_of(SATO).stage, case_of(SATO).stage_since) == (CaseStage.INVESTIGATION, date(2026, 2, 10))
    assert [(each.kind, each.due_on) for each in tasks_of(SATO)] == [(CaseTask.Kind.INQUIRY_REPLY, date(2026, 3, 10))]
    assert cases(CaseFilter(asset="ANY"), as_of=DAY, limit=9).count == 0
    assert cases(CaseFilter(asset="DEPOSIT", order=CaseOrder.TASK), as_of=DAY, limit=9).cases == ()
