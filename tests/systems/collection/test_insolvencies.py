"""再生手続と更生手続（F13-12）。禁止・中止の期間、区分、裁判所への届出、時効。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from typer.testing import CliRunner

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.models import ThirdParty
from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.queries import tasks_of
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.bankruptcies import (
    Approval,
    BeginningNeeded,
    ClosedBeforeOpened,
    DischargeOnlyInBankruptcy,
    GraceOnlyInReorganization,
    NoPlanInBankruptcy,
    Opened,
    PlanNeedsConsent,
    close_bankruptcy,
    open_bankruptcy,
    record_approval,
    record_discharge,
    record_opening,
)
from osame.collection.dispositions.claims_cli import app as seizure_app
from osame.collection.dispositions.cli import app as disposition_app
from osame.collection.dispositions.collecting import Money, NotCollectable, collect, record_service
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.seizing import RequestTerms, SeizureTerms, propose_request, propose_seizure
from osame.collection.dispositions.stays import (
    ConsentNeeded,
    NewStay,
    NothingToExtend,
    OrderAfterOpening,
    OrderNotOfProcedure,
    StayGone,
    lift_stay,
    record_stay,
    stays_of,
)
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure
from osame.law.rebuilding import StayKind
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.test_dispositions import pages_of, today

OPENED = date(2026, 2, 1)
COURT, CASE = "津地方裁判所", "令和8年(ミ)第1号"


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """佐藤は第1期5万円を滞納し、督促されて十日を過ぎた。令和8年度の第1期は、令和8年1月1日に成立した。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    later = determination(
        SATO, 2, 30_000, levy_year=2026, tax_year=2026, due_on=date(2026, 6, 30), determined_on=date(2026, 5, 1)
    )
    levy(tmp_path, determination(SATO, 1, 50_000), later)
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)


def opened(procedure: Procedure = Procedure.REORGANIZATION, on: date | None = OPENED, **told: date) -> tuple[str, int]:
    given = Opened(SATO, COURT, CASE, on, "官報", procedure=procedure, **told)  # type: ignore[arg-type]
    return SATO, open_bankruptcy(given, officer=OFFICER)


def proposed(asset: int, *charges: int, on: date = DAY) -> int:
    terms = SeizureTerms(asset, "催告に応じない", "残高の全額", charges or (charge_of(SATO),), date(2027, 12, 31))
    with as_officer(OFFICER):
        return propose_seizure(terms, as_of=on)


def spans(key: tuple[str, int]) -> list[tuple[StayKind, date, date | None]]:
    return [(each.kind, each.first_on, each.ends_on) for each in stays_of(key)]


@pytest.mark.usefixtures("owing")
class TestReorganization:
    def test_bars_enforcement_for_a_year_and_no_longer(self) -> None:
        asset, key = asset_of(), opened(on=date(2025, 3, 1))
        for on in (date(2026, 2, 1), date(2026, 3, 1)):
            with pytest.raises(ConditionNotMet, match="会社更生法第50条第2項"):
                proposed(asset, on=on)
        assert proposed(asset)
        with pytest.raises(ConsentNeeded):
            record_stay(key, NewStay(StayKind.EXTENSION, DAY, "決定書", date(2026, 8, 1)), officer=OFFICER)
        more = NewStay(StayKind.EXTENSION, DAY, "決定書", date(2026, 8, 1), consented_on=DAY)
        record_stay(key, more, officer=OFFICER)
        with pytest.raises(ConditionNotMet, match="滞納処分が禁止された期間"):
            proposed(asset)
        assert spans(key) == [
            (StayKind.OPENING, date(2025, 3, 1), date(2026, 3, 1)), (StayKind.EXTENSION, DAY, date(2026, 8, 1)),
        ]  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql("UPDATE insolvency_stay SET through_on = '2026-03-01'")

    def test_ends_with_the_plan_whose_grace_stops_the_clock(self) -> None:
        asset, key = asset_of(), opened()
        before = prescription_of(SATO, as_of=DAY)[charge_of(SATO)].completes_on
        assert before is not None
        grace = Approval(date(2026, 2, 20), "認可決定", date(2029, 3, 1))
        with pytest.raises(PlanNeedsConsent):
            record_approval(key[1], grace, officer=OFFICER)
        record_approval(key[1], Approval(date(2026, 2, 20), "認可決定", date(2027, 2, 20)), officer=OFFICER)
        assert spans(key) == [
            (StayKind.OPENING, OPENED, date(2026, 2, 20)), (StayKind.PLAN, date(2026, 2, 20), date(2027, 2, 20)),
        ]  # fmt: skip
        with pytest.raises(ConditionNotMet, match="会社更生法第169条第1項"):
            proposed(asset)
        more = NewStay(StayKind.EXTENSION, DAY, "決定書", date(2026, 8, 1), consented_on=DAY)
        with pytest.raises(NothingToExtend):
            record_stay(key, more, officer=OFFICER)
        after = prescription_of(SATO, as_of=DAY)[charge_of(SATO)].completes_on
        assert after is not None
        assert (after - before).days == (date(2027, 2, 20) - date(2026, 2, 20)).days + 1
        lift_stay(key, 2, on=date(2026, 3, 1), reason="計画の変更", officer=OFFICER)
        assert proposed(asset)
        with pytest.raises(StayGone):
            lift_stay(key, 2, on=date(2026, 3, 1), reason="計画の変更", officer=OFFICER)

    def test_ends_when_the_procedure_ends_without_a_plan(self) -> None:
        asset, key = asset_of(), opened()
        with pytest.raises(ClosedBeforeOpened):
            close_bankruptcy(key[1], on=date(2026, 1, 31), was_cancelled=True, note="", officer=OFFICER)
        close_bankruptcy(key[1], on=date(2026, 2, 20), was_cancelled=True, note="廃止", officer=OFFICER)
        assert spans(key) == [(StayKind.OPENING, OPENED, date(2026, 2, 20))]
        assert proposed(asset)

    def test_leaves_common_benefit_claims_alone(self) -> None:
        opened(on=date(2025, 12, 1))
        held = stages_of(SATO, as_of=DAY)
        assert Procedure.BAN in held[charge_of(SATO)]
        assert Procedure.BAN not in held[charge_of(SATO, 2)]

    def test_orders_before_the_opening_stop_what_has_begun(self) -> None:
        asset = asset_of()
        carried(proposed(asset))
        held = dispositions_of(SATO)[0].key
        record_service(held, SeizureService(third_party_served_on=today()), officer=OFFICER)
        with pytest.raises(BeginningNeeded):
            opened(on=None)
        key = opened(on=None, applied_on=date(2026, 2, 1))
        record_stay(key, NewStay(StayKind.HALTING, today(), "決定書"), officer=OFFICER)
        with pytest.raises(NotCollectable, match="滞納処分が中止された期間"):
            collect(held, Money(10_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        lift_stay(key, 1, on=today(), reason="取消し", officer=OFFICER)
        with pytest.raises(NotCollectable):  # 取り消された日は、まだ止まる
            collect(held, Money(10_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)

    def test_a_prohibition_order_holds_prescription_and_gives_way_to_the_opening(self) -> None:
        key = opened(on=None, applied_on=date(2026, 2, 1))
        record_stay(key, NewStay(StayKind.COMPREHENSIVE, date(2026, 2, 3), "決定書"), officer=OFFICER)
        assert spans(key) == [(StayKind.COMPREHENSIVE, date(2026, 2, 3), date(2026, 4, 3))]
        steps = prescription_of(SATO, as_of=DAY)[charge_of(SATO)].steps
        assert any("包括的禁止命令: 令和8年6月3日まで完成しない" in each for each in steps), steps
        record_opening(key[1], on=date(2026, 2, 20), note="開始決定", officer=OFFICER)
        assert spans(key) == [
            (StayKind.COMPREHENSIVE, date(2026, 2, 3), date(2026, 2, 20)), (StayKind.OPENING, date(2026, 2, 20), date(2027, 2, 20)),
        ]  # fmt: skip
        with pytest.raises(OrderAfterOpening):
            record_stay(key, NewStay(StayKind.COMPREHENSIVE, DAY, "決定書"), officer=OFFICER)

    def test_the_claim_is_filed_with_the_court_and_holds_prescription(self) -> None:
        key, court = opened(), party_of(ThirdParty.Kind.COURT, COURT)
        refresh_cases(as_of=DAY, officer=OFFICER)
        assert [(each.due_on, each.done_on) for each in tasks_of(SATO) if each.kind == "18"] == [(OPENED, None)]
        terms = RequestTerms(SATO, "更生手続の開始", court, CASE, (charge_of(SATO),))
        with as_officer(OFFICER):
            number = propose_request(terms, as_of=DAY)
        told = fetch_one("SELECT content ->> 'conditions' FROM proposal WHERE proposal_id = %s", [number])[0]
        assert "会社更生法第142条" in told
        assert "交付要求" in carried(number)
        (paper,) = pages_of(dispositions_of(SATO)[0].key).values()
        for part in ("租税等の請求権の届出書", "会社更生法第142条", f"{COURT}御中", CASE, "担保権の内容"):
            assert part in paper, part
        assert prescription_of(SATO, as_of=today())[charge_of(SATO)].completes_on is None
        record_approval(key[1], Approval(date(2026, 11, 1), "認可決定"), officer=OFFICER)

    def test_a_common_benefit_claim_is_not_filed(self) -> None:
        opened(on=date(2025, 12, 1))
        court = party_of(ThirdParty.Kind.COURT, COURT)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="共益債権"):
            propose_request(RequestTerms(SATO, "届出", court, CASE, (charge_of(SATO, 2),)), as_of=DAY)


@pytest.mark.usefixtures("owing")
class TestRehabilitation:
    def test_bars_nothing_and_needs_no_filing(self) -> None:
        key = opened(Procedure.REHABILITATION)
        assert proposed(asset_of())
        court = party_of(ThirdParty.Kind.COURT, COURT)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="民事再生法第122条第2項"):
            propose_request(RequestTerms(SATO, "届出", court, CASE, (charge_of(SATO),)), as_of=DAY)
        for kind in (StayKind.COMPREHENSIVE, StayKind.HALTING, StayKind.EXTENSION):
            with pytest.raises(OrderNotOfProcedure):
                record_stay(key, NewStay(kind, OPENED, "決定書", DAY, DAY), officer=OFFICER)
        with pytest.raises(DischargeOnlyInBankruptcy):
            record_discharge(key[1], on=DAY, officer=OFFICER)
        with pytest.raises(GraceOnlyInReorganization):
            record_approval(key[1], Approval(DAY, "認可決定", date(2027, 3, 1)), officer=OFFICER)
        record_approval(key[1], Approval(DAY, "認可決定"), officer=OFFICER)
        close_bankruptcy(key[1], on=date(2026, 3, 20), was_cancelled=False, note="終結", officer=OFFICER)

    def test_a_bankruptcy_has_no_plan_and_its_order_has_no_end(self) -> None:
        key = opened(Procedure.BANKRUPTCY, on=None, applied_on=OPENED)
        record_stay(key, NewStay(StayKind.COMPREHENSIVE, date(2026, 2, 3), "決定書"), officer=OFFICER)
        with pytest.raises(ConditionNotMet, match="破産法第25条第1項"):
            proposed(asset_of())
        record_opening(key[1], on=date(2026, 2, 20), note="開始決定", officer=OFFICER)
        assert spans(key) == [(StayKind.COMPREHENSIVE, date(2026, 2, 3), date(2026, 2, 20))]
        with pytest.raises(ConditionNotMet, match="破産法第43条第1項"):
            proposed(asset_of())
        with pytest.raises(NoPlanInBankruptcy):
            record_approval(key[1], Approval(DAY, "認可決定"), officer=OFFICER)


@pytest.fixture
def desk(owing: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(DAY.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def sent(desk: Client, place: str, /, **told: object) -> str:
    place = f"{place}?osame-purpose=arrears_management"
    answer = desk.post(place, fields(desk.get(place)) | told)
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer.headers["Location"])


def test_an_officer_follows_a_reorganization_on_the_pages(desk: Client) -> None:
    refresh_cases(as_of=DAY, officer=OFFICER)
    place = sent(desk, f"/people/{SATO}/bankruptcy/", procedure="REORGANIZATION", court=COURT, case_number=CASE, opened_on="",
                 applied_on="R8.2.1", evidence="官報")  # fmt: skip
    (number,) = fetch_one("SELECT bankruptcy_id FROM bankruptcy")
    assert place.startswith(f"/cases/{SATO}/bankruptcies/{number}/")
    sent(desk, f"/bankruptcies/{number}/stays/new/", kind="COMPREHENSIVE", on="R8.2.3", note="決定書")
    sent(desk, f"/bankruptcies/{number}/opening/", on="R8.2.20", note="開始決定")
    sent(
        desk,
        f"/bankruptcies/{number}/stays/new/",
        kind="EXTENSION",
        on="R8.3.1",
        through="R9.6.30",
        consented_on="R8.3.1",
        note="決定書",
    )
    shown = text(desk.get(f"{place}?osame-purpose=arrears_management"))
    for part in (
        "更生手続の区分", "優先権のある更生債権", "会社更生法第142条", "更生債権のために、新たに差し押さえる", "できない", "包括的禁止命令",
        "更生手続開始の決定", "期間の伸長", "R9.6.30", "裁判所への届出書を起案する", "開始の申立て", "手続中",
    ):  # fmt: skip
        assert part in shown, part
    sent(desk, f"/bankruptcies/{number}/stays/3/lift/", on="R8.3.1", reason="伸長の取消し")
    sent(desk, f"/bankruptcies/{number}/approval/", on="R8.3.2", note="認可決定", grace_through="", consented_on="")
    sent(desk, f"/bankruptcies/{number}/end/", on="R8.3.2", note="終結")
    assert fetch_all("SELECT stage, approved_on FROM bankruptcy") == [("COMPLETED", DAY)]
    assert "倒産手続" in text(desk.get(f"/cases/{SATO}/?osame-purpose=arrears_management"))


def test_the_commands_follow_the_same_steps(owing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")

    def call(app: object, *words: str, code: int = 0) -> str:
        answer = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
        assert answer.exit_code == code, answer.output
        return answer.output

    told = call(
        disposition_app, "bankrupt", SATO, COURT, CASE, "R8.2.1", "官報", "--procedure", "更生手続", "--applied"
    )
    number = told.split()[-1]
    call(disposition_app, "bankrupt", SATO, COURT, CASE, "R8.2.1", "官報", "--procedure", "特別清算", code=1)
    call(seizure_app, "stay", number, "包括的禁止命令", "R8.2.3", "決定書")
    call(seizure_app, "opening", number, "R8.2.20", "開始決定")
    call(seizure_app, "stay", number, "期間の伸長", "R8.3.1", "決定書", "--through", "R9.6.30", "--consented", "R8.3.1")
    call(seizure_app, "stay-lift", number, "3", "R8.3.1", "伸長の取消し")
    call(seizure_app, "approval", number, "R8.3.2", "認可決定", "--grace", "R10.3.2")
    assert "StayKind.PLAN" in call(seizure_app, "stays", number, "--json")
