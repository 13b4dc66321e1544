"""連帯・第二次納税義務・保証・担保財産の責任。限度の内でだけ告知し、納付は一度だけ主たる納税者の期別に入り、差押えはその者の責任で判定する。"""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.collection.arrears.obligors import Obligor, obligations_of, obligors_of, within_limits
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import asset_numbered
from osame.collection.auctions.facts import standing_of
from osame.collection.auctions.preparing import Preparation, prepare
from osame.collection.auctions.queries import auction_file
from osame.collection.dispositions.bankruptcies import Opened, close_bankruptcy, open_bankruptcy
from osame.collection.dispositions.collecting import Money, collect, propose_distribution, record_service
from osame.collection.dispositions.facts import NothingToSeizeFor, case_of
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.releasing import ReleaseJudgement, release
from osame.collection.dispositions.seizing import (
    RequestTerms,
    SeizureTerms,
    judge_seizure,
    propose_request,
    propose_seizure,
)
from osame.collection.dispositions.standing_claims import to_dispose_again
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.liabilities import deciding
from osame.collection.liabilities.actions import NotYetDue, refresh_liabilities, remind
from osame.collection.liabilities.deciding import propose_liability, propose_liability_cancel
from osame.collection.liabilities.measuring import (
    DisposalDayNeeded,
    LiabilityTerms,
    Measure,
    NothingWithinLimit,
    ObligorUnknown,
    measured,
)
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import liability_file, own_prescriptions
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureStage, TransitionNotAllowed
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.demand_cast import charge_of, levy, set_value
from tests.systems.collection.seizure_cast import as_officer, asset_of, carried, party_of
from tests.systems.collection.suspension_cast import pay_late, today
from tests.systems.collection.test_letters import texts

Kind = Liability.Kind


def soon(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は二期を滞納している。田中とカク商会が責めを負いうる。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 500_000), determination(SATO, 2, 300_000, due_on=date(2025, 8, 31)))
    return tmp_path


def terms(kind: Kind, *numbers: int, obligor: str = TANAKA, **changes: object) -> LiabilityTerms:
    facts = {"facts": "登記事項証明書と帳簿", "reason": "調査のとおり", "measure": Measure()}
    return LiabilityTerms(
        SATO,
        obligor,
        kind,
        tuple(charge_of(SATO, each) for each in numbers or (1, 2)),
        **(facts | changes),  # type: ignore[arg-type]
    )


def notified(kind: Kind, *numbers: int, obligor: str = TANAKA, **changes: object) -> int:
    with as_officer(OFFICER):
        number = propose_liability(terms(kind, *numbers, obligor=obligor, **changes), as_of=today())
    assert "告知し" in carried(number)
    return int(fetch_all("SELECT max(liability_id) FROM liability")[0][0])


def slips(number: int) -> list[int]:
    return [each.slip_number for each in liability_file(number).slips]


def paid(owing: Path, slip: int, amount: int, key: int) -> None:
    pay_late(owing, notice(key, SATO, amount, today(), slip_number=slip), on=today(), sequence=key)


def left() -> int:
    return int(fetch_all("SELECT sum(principal_tax) FROM charge WHERE charge_id > 0")[0][0])


# -- the limit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "measure", "limit", "amount"),
    [
        (Kind.DISTRIBUTEE, Measure(value=300_000), 300_000, 300_000),
        (Kind.LIQUIDATOR, Measure(value=1_000_000), 1_000_000, None),
        (Kind.UNLIMITED_PARTNER, Measure(), None, None),
        (Kind.GRATUITOUS_TRANSFEREE, Measure(value=900_000, paid=200_000, remaining_benefit=150_000, disposed_on=date(2025, 1, 1)), 150_000, 150_000),
        (Kind.FAMILY_COMPANY, Measure(assets=30_000_000, liabilities=18_000_000, shares_held=30, shares_total=1_000), 360_000, 360_000),
        (Kind.GUARANTOR, Measure(limit=200_000), 200_000, 200_000),
        (Kind.JOINT, Measure(), None, None),
    ],
)  # fmt: skip
def test_the_act_records_the_limit_of_the_law(
    owing: Path, kind: Kind, measure: Measure, limit: int | None, amount: int | None
) -> None:
    """記録される限度は、法の答えである。清算人の百万円は、国税庁の事務運営指針の注の額。"""
    number = notified(kind, measure=measure, is_defaulted=True)
    head = liability_file(number).head
    whole = measured(terms(kind, measure=measure, is_defaulted=True, obligor=KAKU), as_of=today()).amount
    assert (head.limit_yen, head.amount) == (limit, amount or whole)
    assert any("地方税法第1" in line for line in (*head.steps, *head.conditions))


def test_the_law_is_asked_first(owing: Path) -> None:
    with as_officer(OFFICER):
        for wrong, refusal in (
            (terms(Kind.GRATUITOUS_TRANSFEREE, measure=Measure(value=1)), DisposalDayNeeded),
            (
                terms(Kind.GRATUITOUS_TRANSFEREE, measure=Measure(value=1, disposed_on=date(2020, 1, 1))),
                ConditionNotMet,
            ),
            (terms(Kind.DISTRIBUTEE), NothingWithinLimit),
            (terms(Kind.GUARANTOR), ConditionNotMet),
            (terms(Kind.JOINT, obligor=SATO), ObligorUnknown),
            (terms(Kind.JOINT, is_established=False), ConditionNotMet),
            (terms(Kind.TRANSFERRED_SECURITY, measure=Measure(value=1, secured_on=date(2020, 1, 1))), ConditionNotMet),
        ):
            with pytest.raises(refusal):
                propose_liability(wrong, as_of=today())
    asset_of(amount=5_000_000)  # 主たる納税者の財産で足りる
    with as_officer(OFFICER), pytest.raises((ConditionNotMet, NothingWithinLimit), match=r"不足|0円"):
        propose_liability(terms(Kind.DISTRIBUTEE, measure=Measure(value=300_000)), as_of=today())


# -- payment and limit --------------------------------------------------------------------------------------------


def test_what_an_obligor_pays_goes_once_to_the_principal_and_reduces_the_limit(owing: Path) -> None:
    number = notified(Kind.DISTRIBUTEE, measure=Measure(value=300_000))
    before = left()
    (slip,) = slips(number)
    assert liability_file(number).slips[0].amount == 300_000
    paid(owing, slip, 100_000, 1)
    head = liability_file(number).head
    assert (left(), head.paid, head.limit_left, head.claimable) == (before - 100_000, 100_000, 200_000, 200_000)
    assert [each.limit_yen for each in obligations_of(TANAKA, as_of=today())] == [200_000, 200_000]
    assert verify_everything().sound
    paid(owing, slip, 200_000, 2)
    assert liability_file(number).head.limit_left == 0
    assert refresh_liabilities(as_of=today(), officer=OFFICER) == (1, 0)
    assert liability_file(number).head.stage is ProcedureStage.COMPLETED
    assert obligations_of(TANAKA, as_of=today()) == ()


def test_joint_obligors_are_each_asked_for_the_whole_and_one_payment_frees_all(owing: Path) -> None:
    one, two = (notified(Kind.JOINT, 1, obligor=who, due_date=today()) for who in (TANAKA, KAKU))
    assert {each.addressee_number for each in obligors_of([charge_of(SATO)], as_of=today())} == {TANAKA, KAKU}
    assert {liability_file(each).head.claimable for each in (one, two)} == {500_000}
    with pytest.raises(NotYetDue):
        remind(one, as_of=today(), officer=OFFICER)
    later = soon(1)
    remind(one, as_of=later, officer=OFFICER)
    demanded, other = (own_prescriptions(liability_file(each), as_of=later)[charge_of(SATO)][0] for each in (one, two))
    assert demanded.completes_on is not None
    assert other.completes_on is not None
    assert demanded.completes_on > other.completes_on  # 督促は、受けた者にだけ効く（民法第441条）
    assert any("督促" in step for step in demanded.steps)
    paid(owing, slips(two)[0], liability_file(two).slips[0].amount, 1)
    assert [liability_file(each).head.claimable for each in (one, two)] == [0, 0]
    assert refresh_liabilities(as_of=later, officer=OFFICER) == (2, 0)


# -- seizure of an obligor's property -----------------------------------------------------------------------------


def refused(asset: int, on: date) -> list[str]:
    case = case_of(TANAKA, [charge_of(SATO), charge_of(SATO, 2)], as_of=on, but=asset_numbered(asset))
    return [each.key for each in judge_seizure(asset_numbered(asset), case, as_of=on).unmet]


def test_an_obligor_is_seized_against_by_their_own_stage_and_never_beyond_the_limit(
    owing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:  # 二月前に告知した
        then.setattr(deciding, "day_of_transaction", lambda: soon(-60))
        number = notified(Kind.DISTRIBUTEE, measure=Measure(value=300_000))
    asset = asset_of(TANAKA, amount=900_000)
    assert "demanded" in refused(asset, soon(-20))
    remind(number, as_of=soon(-15), officer=OFFICER)
    assert refused(asset, soon(-15) + timedelta(days=10)) == ["demanded"]
    assert refused(asset, today()) == []
    case = case_of(TANAKA, [charge_of(SATO), charge_of(SATO, 2)], as_of=today())
    assert case.total == 300_000
    with pytest.raises(NothingToSeizeFor):  # 責めのない者の財産は差し押さえない
        case_of(KAKU, [charge_of(SATO)], as_of=today())
    with as_officer(OFFICER):
        asked = SeizureTerms(asset, "催告に応じない", "残高の全額", (charge_of(SATO), charge_of(SATO, 2)), soon(20))
        proposal = propose_seizure(asked, as_of=today())
    carried(proposal)
    key = dispositions_of(TANAKA)[0].key
    assert disposition_file(key).total == 300_000
    assert liability_file(number).head.stage is ProcedureStage.IN_FORCE
    assert Procedure.SEIZURE not in stages_of(SATO, as_of=today()).get(
        charge_of(SATO), {}
    )  # 主たる納税者への差押えではない
    record_service(key, SeizureService(third_party_served_on=today()), officer=OFFICER)
    collect(key, Money(300_000, today(), "銀行"), as_of=today(), officer=OFFICER)
    before = left()
    with as_officer(OFFICER):
        share = propose_distribution(key, reason="計算のとおり", as_of=today())
    assert "300,000円を期別に充てました" in carried(share)
    assert left() == before - 300_000
    assert liability_file(number).head.limit_left == 0
    assert verify_everything().sound
    refresh_liabilities(as_of=today(), officer=OFFICER)
    assert liability_file(number).head.stage is ProcedureStage.COMPLETED


def test_an_obligor_is_a_candidate_again_for_what_is_left_of_the_limit(owing: Path) -> None:
    """責めを負う者への交付要求と破産が終わると、残る限度の額で、再び処分する候補になる。"""
    with pytest.MonkeyPatch.context() as then:
        then.setattr(deciding, "day_of_transaction", lambda: soon(-60))
        number = notified(Kind.DISTRIBUTEE, measure=Measure(value=300_000))
        notified(Kind.DISTRIBUTEE, obligor=KAKU, measure=Measure(value=200_000))
    remind(number, as_of=soon(-15), officer=OFFICER)
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    asked = RequestTerms(TANAKA, "競売", court, "令和8年(ケ)第3号", (charge_of(SATO), charge_of(SATO, 2)))
    with as_officer(OFFICER):
        proposal = propose_request(asked, as_of=today())
    carried(proposal)
    assert to_dispose_again(as_of=today()) == ()
    key = dispositions_of(TANAKA)[0].key
    release(key, ReleaseJudgement("競売の取下げ", is_unlawful=True), as_of=today(), officer=OFFICER)
    opened = Opened(KAKU, "津地方裁判所", "令和8年(フ)第1号", soon(-30), "官報")
    bankruptcy = open_bankruptcy(opened, officer=OFFICER)
    close_bankruptcy(bankruptcy, on=soon(-1), was_cancelled=False, note="", officer=OFFICER)
    again = [(each.addressee_number, each.what, each.left) for each in to_dispose_again(as_of=today())]
    assert again == [(TANAKA, "交付要求", 300_000), (KAKU, "破産手続", 200_000)]


def test_an_obligors_land_is_sold_after_the_principals(owing: Path) -> None:
    """第二次納税義務者の土地は、主たる納税者の土地を換価に付すまで公売できない。価額が著しく減少するおそれがあれば、先に売れる。"""
    with pytest.MonkeyPatch.context() as then:
        then.setattr(deciding, "day_of_transaction", lambda: soon(-60))
        number = notified(Kind.DISTRIBUTEE, measure=Measure(value=300_000))
    remind(number, as_of=soon(-15), officer=OFFICER)
    asset = asset_of(TANAKA, AssetKind.REAL_ESTATE, 900_000)
    with as_officer(OFFICER):
        charges = (charge_of(SATO), charge_of(SATO, 2))
        proposal = propose_seizure(SeizureTerms(asset, "催告に応じない", "全部", charges), as_of=today())
    carried(proposal)
    key = dispositions_of(TANAKA)[0].key
    record_service(key, SeizureService(taxpayer_served_on=today()), officer=OFFICER)
    auction = prepare(
        Preparation((key[1],), "架空市の土地", "更地", today(), "山本 昇"), as_of=today(), officer=OFFICER
    )

    def first(falling: str = "") -> list[tuple[bool, str]]:
        file = auction_file((TANAKA, auction))
        found = standing_of(replace(file, head=replace(file.head, falling=falling)), as_of=today()).conditions
        return [(each.is_met, each.fact) for each in found if each.key == "principal_first"]

    assert first() == [(True, "ない")]
    asset_of(SATO, AssetKind.REAL_ESTATE, 5_000_000)
    assert first() == [(False, "1件")]
    assert first("果樹が枯れる") == [(True, "1件。価額が著しく減少するおそれがある")]


# -- cancel, security, letters, SQL -------------------------------------------------------------------------------


def test_a_cancelled_notice_binds_nobody_and_can_be_given_again(owing: Path) -> None:
    number = notified(Kind.DISTRIBUTEE, measure=Measure(value=300_000))
    with as_officer(OFFICER):
        with pytest.raises(ConditionNotMet, match="告知していない"):
            propose_liability(terms(Kind.DISTRIBUTEE, measure=Measure(value=1)), as_of=today())
        again = propose_liability_cancel(number, reason="分配がなかった")
    carried(again)
    assert obligations_of(TANAKA, as_of=today()) == ()
    assert liability_file(number).head.stage is ProcedureStage.CANCELLED
    with as_officer(OFFICER), pytest.raises(TransitionNotAllowed):
        propose_liability_cancel(number, reason="もう一度")
    notified(Kind.DISTRIBUTEE, measure=Measure(value=250_000))
    assert {each.limit_yen for each in obligations_of(TANAKA, as_of=today())} == {250_000}


def test_a_holder_of_a_security_is_told_and_ends_with_the_debt(owing: Path) -> None:
    number = notified(
        Kind.TRANSFERRED_SECURITY,
        1,
        measure=Measure(value=200_000, secured_on=date(2025, 9, 1)),
        property_text="機械一式",
    )
    head = liability_file(number).head
    assert head.seizable_from == soon(11)  # 告知書を発した日から10日を経過した日の翌日
    with pytest.raises((TransitionNotAllowed, NotYetDue)):
        remind(number, as_of=head.due_date + timedelta(days=1), officer=OFFICER)
    pay_late(owing, notice(1, SATO, 900_000, today()), on=today())
    refresh_liabilities(as_of=today(), officer=OFFICER)
    assert liability_file(number).head.stage is ProcedureStage.COMPLETED


@pytest.mark.parametrize(
    ("kind", "form", "parts"),
    [
        (Kind.DISTRIBUTEE, "R-101", ("第二次納税義務者納付通知書", "300,000円", "地方税法第11条第1項", "償還")),
        (Kind.GUARANTOR, "R-105", ("保証人納付通知書", "地方税法第16条の5")),
        (Kind.TRANSFERRED_SECURITY, "R-108", ("譲渡担保権者への告知書", "地方税法第14条の18")),
    ],
)
def test_where_the_taxpayer_lives_changes_nothing_that_the_obligor_receives(
    owing: Path, kind: Kind, form: str, parts: tuple[str, ...]
) -> None:
    told = []
    for place in ("架空市秘密町1番地", "架空市隠谷99番地の9"):
        run_sql(
            "UPDATE addressee SET address = %s, protection_measure = true WHERE addressee_number = %s", [place, SATO]
        )
        number = notified(kind, measure=Measure(value=300_000, secured_on=date(2025, 9, 30)), is_defaulted=True)
        (run, context, state) = fetch_one(
            "SELECT run_id, context::text, state FROM letter WHERE subject = %s", [f"liability:{number}"]
        )
        assert state == "1"
        assert fetch_all("SELECT form FROM letter_run WHERE run_id = %s", [run]) == [(form,)]
        page = "".join(texts(print_run(run).directory))
        for part in (*parts, "主たる納税者", "佐藤花子"):
            assert part in page, part
        body = json.loads(context)
        body.pop("slip")
        body["facts"] = [each for each in body["facts"] if each[0] != "責任番号"]
        told.append((json.dumps(body, ensure_ascii=False), place in page, place[3:] in context))
        with as_officer(OFFICER):
            again = propose_liability_cancel(number, reason="試験")
        carried(again)
    assert told[0] == told[1]
    assert told[0][1:] == (False, False)


@pytest.mark.parametrize("statement", [
    "UPDATE liability SET limit_yen = 999999999",
    "UPDATE liability SET stage = 'SERVED'",
    "DELETE FROM liability_slip",
    "INSERT INTO liability_event (addressee_number, liability_id, event_number, act, from_stage, to_stage, article, happened_on, note, "
    "officer) SELECT addressee_number, liability_id, 9, 'CANCEL', 'OWED', 'CANCELLED', '', '2026-01-01', '', '' FROM liability",
])  # fmt: skip
def test_no_sql_changes_a_liability_without_the_second_officer(owing: Path, statement: str) -> None:
    notified(Kind.JOINT, 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    owed=st.dictionaries(st.integers(1, 5), st.integers(0, 1_000_000), max_size=5),
    limits=st.lists(st.one_of(st.none(), st.integers(0, 1_500_000)), min_size=1, max_size=3),
)
def test_limits_are_never_exceeded_and_nothing_is_counted_twice(owed: dict[int, int], limits: list[int | None]) -> None:
    day = date(2026, 4, 1)
    for limit in limits:
        held = [Obligor(at, "1", "2", "", limit, day, None, "liability:1") for at in sorted(owed)]
        found = within_limits(owed, held)
        assert all(0 <= part <= owed[at] for at, part in found.items())
        assert sum(found.values()) == min(sum(owed.values()), sum(owed.values()) if limit is None else limit)
