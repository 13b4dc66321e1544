"""執行停止。調査から、停止、見直し、取消し、3年の満了、即時の消滅まで。免除は停止から流れ、手続は法の表のとおりにだけ進む。"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.arrears.prescribing import ObligationExtinguished, prescription_of
from osame.collection.arrears.stages import spans_of, stages_of
from osame.collection.certificates.certified import Asked, certified
from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.selection import list_due, select_candidates
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.suspensions.actions import (
    ChargeInAnotherSuspension,
    Finding,
    open_suspension,
    record_finding,
    record_review,
    refresh_suspensions,
)
from osame.collection.suspensions.deciding import Decision, InvestigationUnfinished, Judgement, propose_decision
from osame.collection.suspensions.models import SuspensionReview
from osame.collection.suspensions.queries import reviews_due, suspension_file, totals
from osame.kernel.periods import day_after, years_after
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, TransitionNotAllowed, blocked_by
from osame.law.suspension import SuspensionGround
from osame.platform.approvals.actions import SamePerson, check
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination, notice
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.suspension_cast import Kind, as_officer, decided, investigated, pay_late, today
from tests.systems.collection.test_letters import texts


@pytest.fixture
def owed(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """佐藤の固定資産税第1期50万円。時効は、まだ先である。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 500_000), determination(SATO, 2, 30_000))
    return charge_of(SATO)


def late(charge: int, days: int = 0) -> int:
    return estimated_charges([charge], as_of=today() + timedelta(days=days)).get(charge, 0)


def test_a_suspension_lets_the_exemption_the_stop_and_the_notice_follow(owed: int) -> None:
    before = late(owed, -1)
    key = investigated(SATO, (owed,))
    assert "執行停止を執行" in decided(key)
    assert late(owed, 30) == before  # 停止の日から、全額が免除される
    file = suspension_file(key, as_of=today())
    assert [(each.act, each.target) for each in file.events] == [(ProcedureAct.DECIDE, ProcedureStage.IN_FORCE)]
    assert (file.head.suspended_on, file.head.through_on) == (today(), years_after(today(), 3))
    stages = stages_of(SATO, as_of=today())[owed]
    assert blocked_by(stages, Procedure.SEIZURE, ProcedureAct.SEIZE)
    assert spans_of(SATO)[owed][Procedure.SUSPENSION][0].first == today()
    with transaction.atomic():
        list_due(as_of=today())
        select_candidates(as_of=today())
        assert sorted(row[0] for row in fetch_all("SELECT reason FROM demand_candidate")) == ["", "03"]
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-120'")
    (page,) = texts(print_run(run_id).directory)
    for part in ("滞納処分停止通知書", "佐藤花子様", "500,000", "第15条の7第1項第1号", "審査請求"):
        assert part in page, part
    asked = Asked(SATO, "01", "", 2025, 2025)
    assert (
        "滞納処分の執行を停止している税があります（納税義務は続いています）。"
        in certified(asked, as_of=today()).remarks
    )
    assert certified(replace(asked, kind="02"), as_of=today()).arrears  # 停止しても、滞納はなくならない
    assert verify_everything().sound


def test_three_years_extinguish_and_prescription_goes_on_meanwhile(owed: int) -> None:
    decided(investigated(SATO, (owed,)))
    through = years_after(today(), 3)
    known = prescription_of(SATO, as_of=through)[owed]
    assert not known.is_extinct
    assert known.extinguished_on == day_after(through)
    assert known.extinction is not None
    assert known.extinction.cause.value == "執行停止の3年の継続"
    assert any("時効は進行を続ける" in step for step in known.steps)
    assert prescription_of(SATO, as_of=day_after(through))[owed].is_extinct
    assert refresh_suspensions(as_of=through, officer=OFFICER) == (0, 0)
    assert refresh_suspensions(as_of=day_after(through), officer=OFFICER) == (0, 1)
    with pytest.raises(ObligationExtinguished):
        open_suspension(SATO, SuspensionGround.UNKNOWN, (owed,), "もう一度", as_of=day_after(through), officer=OFFICER)


def test_a_cancel_needs_the_ground_to_be_gone_and_revives_the_charge(owed: int) -> None:
    key = investigated(SATO, (owed,))
    before = late(owed, -1)
    decided(key)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="停止の事由"):
        propose_decision(key, Decision.CANCEL, Judgement("様子が変わった"), as_of=today())
    record_review(key, SuspensionReview.Outcome.CANCEL, "相続で土地を得た", on=today(), officer=OFFICER)
    record_finding(key, Finding(Kind.REAL_ESTATE, True, "登記事項証明書", today()), as_of=today(), officer=OFFICER)
    assert "停止の取消しを執行" in decided(key, Decision.CANCEL)
    assert late(owed, 0) == before  # 取消しの日までは免除される
    assert late(owed, 30) > before + 3_000
    assert Procedure.SUSPENSION not in stages_of(SATO, as_of=today()).get(owed, {})
    assert prescription_of(SATO, as_of=today())[owed].extinguished_on != day_after(years_after(today(), 3))
    assert fetch_all("SELECT count(*) FROM demand_stop WHERE released_on IS NULL") == [(0,)]
    assert fetch_all("SELECT count(*) FROM letter WHERE subject = %s", [f"suspension:{key[1]}"]) == [(2,)]
    assert verify_everything().sound


def test_immediate_extinction_needs_no_assets_and_hopelessness(owed: int) -> None:
    key = investigated(SATO, (owed,))
    decided(key)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="明らか"):
        propose_decision(key, Decision.EXTINGUISH, Judgement("見込みがない"), as_of=today())
    record_finding(key, Finding(Kind.LIMITED, True, "家庭裁判所の受理証明", today()), as_of=today(), officer=OFFICER)
    decided(key, Decision.EXTINGUISH)
    known = prescription_of(SATO, as_of=today())[owed]
    assert known.is_extinct
    assert known.extinguished_on == today()
    assert Procedure.OBLIGATION in stages_of(SATO, as_of=today())[owed]


def test_the_law_and_the_investigation_are_asked_first(owed: int) -> None:
    with as_officer(OFFICER):
        bare = (
            SATO,
            open_suspension(SATO, SuspensionGround.NO_ASSETS, (owed,), "無財産", as_of=today(), officer=OFFICER),
        )
        with pytest.raises(InvestigationUnfinished, match="保証人"):
            propose_decision(bare, Decision.SUSPEND, Judgement("無財産"), as_of=today())
        with pytest.raises(ChargeInAnotherSuspension):
            open_suspension(SATO, SuspensionGround.NO_ASSETS, (owed,), "無財産", as_of=today(), officer=OFFICER)
        with pytest.raises(TransitionNotAllowed):
            propose_decision(bare, Decision.CANCEL, Judgement("無財産"), as_of=today())
        rich = investigated(SATO, (charge_of(SATO, 2),), Kind.DEPOSIT)
        with pytest.raises(ConditionNotMet, match="財産がない"):
            propose_decision(rich, Decision.SUSPEND, Judgement("無財産"), as_of=today())


def test_reviews_come_due_each_year_and_totals_tell_the_grounds(owed: int) -> None:
    key = investigated(SATO, (owed,), Kind.ASSISTANCE, ground=SuspensionGround.HARDSHIP)
    decided(key)
    next_year = years_after(today(), 1)
    assert reviews_due(as_of=next_year - timedelta(days=1)) == ()
    assert [each.key for each in reviews_due(as_of=next_year)] == [key]
    record_review(key, SuspensionReview.Outcome.CONTINUE, "保護が続いている", on=next_year, officer=OFFICER)
    assert reviews_due(as_of=next_year) == ()
    ((ground, _, stage, count, charges, tax, through),) = totals(as_of=today())
    assert (ground, stage, count, charges, tax) == (SuspensionGround.HARDSHIP, ProcedureStage.IN_FORCE, 1, 1, 500_000)
    assert through == years_after(today(), 3)


def test_payment_goes_on_and_completes_the_suspension(owed: int, tmp_path: Path) -> None:
    key = investigated(SATO, (owed,))
    decided(key)
    pay_late(tmp_path, notice(1, SATO, 600_000, today()), on=today())
    refresh_suspensions(as_of=today(), officer=OFFICER)
    assert suspension_file(key, as_of=today()).head.stage is ProcedureStage.COMPLETED


@pytest.mark.parametrize("statement", [
    "UPDATE suspension SET stage = 'IN_FORCE', suspended_on = '2020-01-01', through_on = '2023-01-01'",
    "UPDATE suspension SET suspended_on = '2020-01-01', through_on = '2023-01-01'",
    "UPDATE suspension SET extinguished_on = '2020-01-01'",
    "INSERT INTO suspension_event (addressee_number, suspension_id, event_number, act, from_stage, to_stage, article, "
    "happened_on, note, officer) SELECT addressee_number, suspension_id, 9, 'DECIDE', 'NONE', 'IN_FORCE', '', '2026-01-01', "
    "'', '' FROM suspension",
    "DELETE FROM suspension_finding",
])  # fmt: skip
def test_no_sql_suspends_without_the_second_officer(owed: int, statement: str) -> None:
    investigated(SATO, (owed,))
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)


def test_the_maker_cannot_be_the_second_officer(owed: int) -> None:
    key = investigated(SATO, (owed,))
    with as_officer(OFFICER):
        number = propose_decision(key, Decision.SUSPEND, Judgement("無財産"), as_of=today())
        with pytest.raises(SamePerson):
            check(number)
