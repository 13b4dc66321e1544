"""換価執行決定。参加差押えをした不動産を、先の行政機関の同意を得て公売し、先の差押えの租税の次に配当する。"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.assets.models import AssetInterest, CompetingEnforcement, ThirdParty
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.auctions.paying import record_price
from osame.collection.auctions.preparing import NotSellable
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions import claims, realizing
from osame.collection.dispositions.collecting import plan_distribution, propose_distribution, record_service
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.realization_cli import app
from osame.collection.dispositions.realization_queries import decision_numbered, open_decision
from osame.collection.dispositions.realizing import Consent, NoGroundToRevoke, NotRealizable, RevocationJudgement
from osame.collection.dispositions.releasing import ReleaseJudgement, convert_participation, release
from osame.collection.dispositions.seizing import RequestTerms, propose_request
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import ProcedureStage, TransitionNotAllowed
from osame.law.distribution import CreditorKind
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.auction_cast import DECIDED, TERMS, awarded, on_day, prepared, sold
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import as_officer, asset_of, carried, party_of
from tests.systems.collection.test_suspension_pages import ARREARS, call, proposal, sent
from tests.systems.collection.weighty import Weighty

DAY = date(2026, 3, 2)
CONSENTED = Consent(DAY + timedelta(days=5), "令和8年3月7日 津徴第9号", rank=2)
TOLD = DAY + timedelta(days=8)
Key = tuple[str, int]


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は50万円を滞納し、督促されて十日を過ぎた。土地は、税務署が先に差し押さえている。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    levy(tmp_path, determination(SATO, 1, 500_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    return tmp_path


@pytest.fixture
def desk(owing: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(TOLD.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def participated(kind: AssetKind = AssetKind.REAL_ESTATE, amount: int = 5_000_000) -> Key:
    """参加差押えをし、滞納者に送達した。"""
    asset = asset_of(SATO, kind, amount, prior_claims=1_000_000, is_seized_by_other=True)
    office = party_of(ThirdParty.Kind.OFFICE, "津税務署")
    terms = RequestTerms(SATO, "国税の差押えがある", office, "令和8年差押第5号", (charge_of(SATO),), asset)
    with as_officer(OFFICER):
        carried(propose_request(terms, as_of=DAY))
    key = dispositions_of(SATO)[0].key
    record_service(key, SeizureService(taxpayer_served_on=disposition_file(key).head.done_on), officer=OFFICER)
    return key


def decided(patch: pytest.MonkeyPatch, key: Key) -> int:
    """催告し、同意を得て、決定し、告知が届いた。"""
    number = realizing.call_to_realize(key, as_of=DAY, officer=OFFICER)
    realizing.record_consent(number, CONSENTED, officer=OFFICER)
    with as_officer(OFFICER):
        again = realizing.propose_realization(number, reason="公売に付されない", as_of=TOLD)
    on_day(patch, TOLD)
    assert "換価執行決定をし" in carried(again)
    realizing.record_notice_of_decision(number, on=TOLD, officer=OFFICER)
    return number


def test_the_land_is_sold_and_the_first_seizing_agency_comes_before_us(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_day(monkeypatch, DAY)
    key = participated()
    head = disposition_file(key).head
    assert head.asset_id is not None
    assert head.body_id is not None
    tax, county = AssetInterest.Kind.TAX, party_of(ThirdParty.Kind.OFFICE, "三重県")
    add_interest(head.asset_id, Interest(tax, head.body_id, 1_000_000, date(2024, 3, 15), 1), officer=OFFICER)
    add_interest(head.asset_id, Interest(tax, county, 200_000, date(2024, 6, 30), 1), officer=OFFICER)
    with pytest.raises(NotSellable):
        prepared(key, on=TOLD)
    decided(monkeypatch, key)
    assert disposition_file(key).head.sellable_from == TOLD
    auction = sold(
        monkeypatch, awarded(monkeypatch, key, price=1_500_000, terms=replace(TERMS, market_value=1_800_000))
    )
    record_price(auction, 1_500_000, DECIDED, officer=OFFICER)
    assert disposition_file(key).head.stage is ProcedureStage.SOLD
    shares = plan_distribution(disposition_file(key), as_of=DECIDED).answer.shares
    told = {each.name.split("（")[0]: (each.kind, each.amount) for each in shares}
    assert told["津税務署"] == (CreditorKind.SEIZING_TAX, 1_000_000)  # 差押え先着手は、同意した行政機関
    assert told["三重県"] == (CreditorKind.REQUESTING_TAX, 200_000)  # 先にされた交付要求
    assert told["この団体の徴収金"] == (CreditorKind.REQUESTING_TAX, 300_000)
    with as_officer(OFFICER):
        number = propose_distribution(key, reason="計算のとおり", as_of=DECIDED)
    carried(number)
    assert disposition_file(key).head.stage is ProcedureStage.DISTRIBUTED


def test_the_law_is_asked_and_consent_comes_first(owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(monkeypatch, DAY)
    car = participated(AssetKind.VEHICLE, 600_000 + 1_000_000)
    with pytest.raises(NotRealizable):
        realizing.call_to_realize(car, as_of=DAY, officer=OFFICER)
    release(car, ReleaseJudgement("別の財産による", is_unlawful=True), as_of=DAY, officer=OFFICER)
    key = participated()
    number = realizing.call_to_realize(key, as_of=DAY, officer=OFFICER)
    with pytest.raises(realizing.RealizationOpen):
        realizing.call_to_realize(key, as_of=DAY, officer=OFFICER)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="同意がない"):
        realizing.propose_realization(number, reason="早く", as_of=TOLD)
    with pytest.raises(realizing.ConsentBeforeCall):
        realizing.record_consent(number, replace(CONSENTED, on=DAY - timedelta(days=1)), officer=OFFICER)
    realizing.record_consent(number, CONSENTED, officer=OFFICER)
    court, asset = party_of(ThirdParty.Kind.COURT, "津地方裁判所"), disposition_file(key).head.asset_id
    assert asset is not None
    given = claims.GivenEnforcement(CompetingEnforcement.Kind.SECURITY, court, "(ケ)第3号", DAY)
    first = claims.record_enforcement(asset, given, officer=OFFICER)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="競売が開始されていない"):
        realizing.propose_realization(number, reason="早く", as_of=TOLD)
    claims.settle_enforcement(asset, first, continuation_on=None, ended_on=TOLD, officer=OFFICER)
    for statement in (
        "UPDATE realization_decision SET stage = 'IN_FORCE'",
        "UPDATE realization_decision SET decided_on = called_on, proposal_id = 1",
        "UPDATE realization_decision SET disposition_id = 1",
        f"INSERT INTO realization_decision_event SELECT addressee_number, {number}, 9, 'DECIDE', 'APPLIED', 'IN_FORCE', 'x', "
        "happened_on, '', NULL, officer FROM realization_decision_event",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)
    refused = replace(CONSENTED, is_given=False, text="同意しない")
    realizing.record_consent(number, refused, officer=OFFICER)
    assert decision_numbered(number).stage is ProcedureStage.REFUSED
    with pytest.raises(TransitionNotAllowed):
        realizing.record_consent(number, refused, officer=OFFICER)


def test_the_decision_ends_by_its_grounds_and_with_the_participation(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_day(monkeypatch, DAY)
    key = participated()
    number = decided(monkeypatch, key)
    with pytest.raises(NoGroundToRevoke):
        realizing.revoke(number, RevocationJudgement("やめる"), as_of=TOLD, officer=OFFICER)
    kept = RevocationJudgement("新しい差押え", is_seizure_released=True, is_replaced=True)
    with pytest.raises(NoGroundToRevoke):  # 施行令第42条の3第1項
        realizing.revoke(number, kept, as_of=TOLD, officer=OFFICER)
    realizing.revoke(number, RevocationJudgement("生活の窮迫", is_hardship=True), as_of=TOLD, officer=OFFICER)
    assert decision_numbered(number).ended_on == TOLD
    assert disposition_file(key).head.sellable_from is None
    again = decided(monkeypatch, key)
    convert_participation(key, released_on=TOLD, as_of=TOLD, officer=OFFICER)  # 先の差押えが解除された
    assert open_decision(key) is None
    ((note,),) = fetch_all(
        "SELECT note FROM realization_decision_event WHERE realization_decision_id = %s AND act = 'CANCEL'", [again]
    )
    assert "第89条の3第1項第2号" in note
    forms = {form for (form,) in fetch_all("SELECT DISTINCT form FROM letter_run")}
    assert "R-099-2" in forms
    titles = {title for (title,) in fetch_all("SELECT context ->> 'title' FROM letter")}
    assert {
        "参加差押財産換価催告書",
        "換価執行決定予告通知書",
        "換価執行決定告知書",
        "換価執行決定通知書",
        "換価執行決定取消通知書",
    } <= titles


def test_from_the_call_to_the_revocation_on_the_pages(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(monkeypatch, DAY)
    key = participated()
    on_day(monkeypatch, TOLD)
    assert "換価を催告し、同意を求める" in text(desk.get(f"/dispositions/{key[1]}/?{ARREARS}"))
    assert sent(desk, f"/dispositions/{key[1]}/realization/").status_code == 302  # type: ignore[attr-defined]
    later = TOLD + timedelta(days=3)
    consent = {"answer": "yes", "on": "R8.3.11", "text": "津徴第9号", "rank": "1"}
    on_day(monkeypatch, later)
    early = sent(desk, "/realizations/1/consent/", **(consent | {"on": "R8.3.1"}))
    assert "同意の日が、催告の日より前です" in text(early)
    assert sent(desk, "/realizations/1/consent/", **consent).status_code == 302  # type: ignore[attr-defined]
    page = text(desk.get(f"/realizations/1/?{ARREARS}"))
    for part in ("津税務署", "【適】差押えをした行政機関等が同意している", "換価執行決定を起案する"):
        assert part in page, part
    assert sent(desk, "/realizations/1/propose/", reason="公売に付されない").status_code == 302  # type: ignore[attr-defined]
    carried(proposal("seizure"))
    assert sent(desk, "/realizations/1/notice/", on="R8.3.13").status_code == 302  # type: ignore[attr-defined]
    assert "公売を準備する" in text(desk.get(f"/dispositions/{key[1]}/?{ARREARS}"))
    none = sent(desk, "/realizations/1/revoke/", reason="やめる")
    assert "取消しの事由がありません" in text(none)
    done = sent(desk, "/realizations/1/revoke/", reason="生活の窮迫", is_hardship="on")
    assert done.status_code == 302  # type: ignore[attr-defined]
    assert "取消し" in text(desk.get(f"/realizations/1/?{ARREARS}"))


def test_the_commands(owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_day(monkeypatch, DAY)
    weighty, key = Weighty(), participated()
    by = ("--officer", OFFICER)
    assert "換価執行決定の番号" in call(app, "call", str(key[1]), "--as-of", DAY.isoformat(), *by)
    assert "記録" in call(app, "consent", "1", "2026-03-07", "津徴第9号", "--rank", "1", *by)
    weighty.types(app, "propose", "1", "公売に付されない", "--as-of", TOLD.isoformat())
    on_day(monkeypatch, TOLD)
    carried(proposal("seizure"))
    assert "記録" in call(app, "notice", "1", TOLD.isoformat(), *by)
    assert json.loads(call(app, "show", "1", "--json"))["stage"] == "決定済み"
    assert "【適】" in call(app, "show", "1")
    assert "束" in call(app, "revoke", "1", "窮迫", "--hardship", "--as-of", TOLD.isoformat(), *by)
