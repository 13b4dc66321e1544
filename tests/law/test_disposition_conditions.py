"""国税徴収法第47条～第89条、地方税法第15条の7・第331条: 条件の境目を一つずつ。"""

from dataclasses import replace
from datetime import date

import pytest

from osame.kernel.money import Yen
from osame.law.advance_collection import AdvanceFacts, AdvanceGround, may_advance, preservation_ends_on
from osame.law.allocation import Component
from osame.law.arrears_facts import AssetFacts, AssetKind, ChargeFacts, Span, TaxpayerFacts
from osame.law.bankruptcy import BankruptClaim, BankruptcyRank, bankruptcy_rank, effects_of_bankruptcy
from osame.law.claim import InvertedRange, NegativeAmount
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import (
    BLOCKINGS,
    TRANSITIONS,
    Procedure,
    ProcedureAct,
    ProcedureStage,
    TransitionNotAllowed,
    acts_from,
    blocked_by,
    transition,
)
from osame.law.grace import GraceGround
from osame.law.grace_conditions import (
    GraceCancelFacts,
    GraceFacts,
    grounds_to_cancel_grace,
    is_security_needed,
    may_grant_grace,
)
from osame.law.release import ReleaseFacts, release_grounds
from osame.law.seizure_conditions import (
    charge_seizable_from,
    may_collect,
    may_participate,
    may_realize,
    may_request_distribution,
    may_seize,
)
from osame.law.seizure_effect import (
    NotSuchAsset,
    SeizureService,
    participation_takes_effect,
    seizure_takes_effect,
)
from osame.law.suspension import (
    ExtinctionCause,
    Suspension,
    SuspensionFacts,
    SuspensionGround,
    extinction,
    may_extinguish_at_once,
    may_suspend,
    must_cancel,
)
from osame.law.write_off import WriteOffFacts, may_write_off

DAY = date(2026, 9, 1)
CHARGE = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), demand_issued_on=date(2026, 7, 17))
DEPOSIT = AssetFacts(AssetKind.DEPOSIT, Yen(80_000))
GROUND = SuspensionGround
ALIVE = TaxpayerFacts()


def unmet(charge=CHARGE, asset=DEPOSIT, taxpayer=ALIVE, as_of=DAY):
    return [each.key for each in may_seize([charge], asset, taxpayer, as_of=as_of).unmet]


@pytest.mark.parametrize(
    ("change", "as_of", "keys"),
    [
        ({}, DAY, []),
        ({}, date(2026, 7, 28), []),
        ({}, date(2026, 7, 27), ["demanded"]),
        ({"demand_issued_on": None}, DAY, ["demanded"]),
        ({"is_demand_served": False}, DAY, ["demanded"]),
        ({"is_demand_served": False, "demand_posted_on": date(2026, 8, 21)}, DAY, []),
        ({"is_demand_served": False, "demand_posted_on": date(2026, 8, 22)}, DAY, ["demanded"]),
        ({"unpaid": Yen(0)}, DAY, ["unpaid", "not_excessive"]),
        ({"due_date": DAY, "demand_issued_on": None}, DAY, ["overdue", "demanded"]),
        ({"due_date": date(2026, 12, 25), "demand_issued_on": None, "advance_deadline": date(2026, 8, 31)}, DAY, []),
        (
            {"due_date": date(2026, 12, 25), "demand_issued_on": None, "advance_deadline": DAY},
            DAY,
            ["overdue", "demanded"],
        ),
        ({"extinguished_on": DAY}, DAY, ["not_extinct"]),
        ({"extinguished_on": date(2026, 9, 2)}, DAY, []),
        ({"collection_graces": (Span(date(2026, 8, 1), DAY),)}, DAY, ["no_collection_grace"]),
        ({"collection_graces": (Span(date(2026, 8, 1), date(2026, 8, 31)),)}, DAY, []),
        ({"realization_graces": (Span(date(2026, 8, 1)),)}, DAY, ["no_realization_grace"]),
        ({"realization_graces": (Span(date(2026, 8, 1)),), "defers_seizure": False}, DAY, []),
        ({"suspensions": (Span(DAY),)}, DAY, ["not_suspended"]),
        ({"bans": (Span(DAY, DAY),)}, DAY, ["not_banned"]),
        ({"bans": (Span(date(2026, 1, 1), date(2026, 8, 31)),), "halts": (Span(DAY),)}, DAY, []),
    ],
)
def test_each_condition_of_a_charge(change, as_of, keys):
    assert unmet(replace(CHARGE, **change), as_of=as_of) == keys


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"died_on": DAY}, ["addressee"]),
        ({"died_on": DAY, "is_heir_addressed": True}, []),
        ({"died_on": date(2026, 9, 2)}, []),
        ({"bankruptcies": (Span(DAY),)}, ["not_bankrupt"]),
        ({"bankruptcies": (Span(date(2026, 1, 1), date(2026, 8, 31)),)}, []),
    ],
)
def test_each_condition_of_the_taxpayer(change, keys):
    assert unmet(taxpayer=TaxpayerFacts(**change)) == keys


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"is_owned": False}, ["owned"]),
        ({"exempt_article": "国税徴収法第75条第1項第1号"}, ["not_exempt"]),
        ({"exempt_article": "国税徴収法第78条", "is_substitute_offered": True}, []),
        ({"prior_claims": Yen(70_000), "disposition_cost": Yen(10_000)}, ["not_useless"]),
        ({"prior_claims": Yen(70_000), "disposition_cost": Yen(9_999)}, []),
        ({"other_seized_value": Yen(50_000)}, ["not_excessive"]),
        ({"other_seized_value": Yen(49_999)}, []),
        ({"kind": AssetKind.MOVABLE, "is_divisible": True}, ["not_excessive"]),
        ({"kind": AssetKind.MOVABLE, "is_divisible": True, "value": Yen(50_000)}, []),
        ({"kind": AssetKind.REAL_ESTATE, "value": Yen(9_000_000)}, []),
        ({"is_own_seizure_open": True}, ["not_seized_twice"]),
        ({"kind": AssetKind.REAL_ESTATE, "is_seized_by_other": True}, ["not_participating"]),
        ({"is_seized_by_other": True}, []),
    ],
)
def test_each_condition_of_the_asset(change, keys):
    assert unmet(asset=replace(DEPOSIT, **change)) == keys


def test_urgent_and_outside_seizures():
    early = date(2026, 7, 20)
    assert unmet(as_of=early) == ["demanded"]
    assert unmet(taxpayer=TaxpayerFacts(is_advance_ground=True), as_of=early) == []
    outside = replace(DEPOSIT, is_in_estate=False)
    assert unmet(asset=outside, taxpayer=TaxpayerFacts(bankruptcies=(Span(DAY),))) == []


def test_the_checklist_names_fact_and_article_and_refuses_in_words():
    told = may_seize([replace(CHARGE, is_pledge_kept=True)], DEPOSIT, TaxpayerFacts(died_on=DAY), as_of=DAY)
    assert told.steps[0] == "差押え（令和8年9月1日現在）: できない"
    assert any("【否】滞納者または承継した者" in line and "地方税法第9条第1項" in line for line in told.steps)
    assert [each.key for each in told.cautions] == ["no_pledge", "whole_claim"]
    assert all(each.article and each.fact for each in told.items)
    with pytest.raises(ConditionNotMet, match="死亡した者への処分"):
        told.require()
    may_seize([CHARGE], DEPOSIT, TaxpayerFacts(), as_of=DAY).require()


def test_two_charges_are_both_judged():
    second = replace(CHARGE, key="2期", demand_issued_on=None)
    told = may_seize([CHARGE, second], DEPOSIT, TaxpayerFacts(), as_of=DAY)
    assert [(each.key, each.fact[:2]) for each in told.unmet] == [("demanded", "2期")]


def test_seizable_from_takes_the_earliest_way():
    assert charge_seizable_from(CHARGE) == date(2026, 7, 28)
    assert charge_seizable_from(replace(CHARGE, is_demand_served=False)) is None
    assert charge_seizable_from(replace(CHARGE, advance_deadline=date(2026, 7, 20))) == date(2026, 7, 21)


def test_realization_waits_for_grace_suspension_and_appeal():
    def keys(**change):
        told = may_realize([replace(CHARGE, **change)], seized_on=date(2026, 8, 1), as_of=DAY)
        return [each.key for each in told.unmet]

    assert keys() == []
    assert keys(realization_graces=(Span(DAY),), defers_seizure=False) == ["no_realization_grace"]
    assert keys(appeals=(Span(DAY),), suspensions=(Span(DAY),)) == ["not_suspended", "no_appeal"]
    assert not may_realize([CHARGE], seized_on=None, as_of=DAY).is_allowed
    in_grace = replace(CHARGE, collection_graces=(Span(DAY),), appeals=(Span(DAY),))
    assert may_collect([in_grace], seized_on=DAY, as_of=DAY).is_allowed
    stopped = may_collect([replace(in_grace, suspensions=(Span(DAY),))], seized_on=date(2026, 9, 2), as_of=DAY)
    assert [each.key for each in stopped.unmet] == ["seized", "not_suspended"]


def test_facts_are_refused_when_impossible():
    with pytest.raises(InvertedRange):
        Span(DAY, date(2026, 8, 31))
    with pytest.raises(NegativeAmount):
        replace(CHARGE, unpaid=Yen(-1))
    with pytest.raises(NegativeAmount):
        replace(DEPOSIT, value=Yen(-1))


# -- the table -------------------------------------------------------------------------------------------------


def test_the_table_has_one_row_per_act_and_every_row_an_article():
    keys = [(each.procedure, each.source, each.act) for each in TRANSITIONS]
    assert len(keys) == len(set(keys))
    assert {each.procedure for each in TRANSITIONS} == set(Procedure)
    assert all(each.article for each in (*TRANSITIONS, *BLOCKINGS))


def test_every_stage_of_a_procedure_can_be_reached():
    for procedure in Procedure:
        rows = [each for each in TRANSITIONS if each.procedure is procedure]
        reached, more = {ProcedureStage.NONE}, True
        while more:
            found = {each.target for each in rows if each.source in reached} - reached
            reached, more = reached | found, bool(found)
        assert {each.source for each in rows} <= reached, procedure


def test_every_blocked_act_exists():
    pairs = {(each.procedure, each.act) for each in TRANSITIONS}
    assert {(each.procedure, each.act) for each in BLOCKINGS} <= pairs
    assert {(each.while_procedure, each.while_stage) for each in BLOCKINGS} <= {
        (each.procedure, each.target) for each in TRANSITIONS
    }


def test_transitions_outside_the_table_are_refused():
    with pytest.raises(TransitionNotAllowed, match="差押えが「解除」のとき「取り立てる」"):
        transition(Procedure.SEIZURE, ProcedureStage.RELEASED, ProcedureAct.COLLECT)
    assert acts_from(Procedure.OBLIGATION, ProcedureStage.PAID) == (ProcedureAct.NOTIFY,)
    assert transition(Procedure.PARTICIPATING_SEIZURE, ProcedureStage.IN_FORCE, ProcedureAct.TAKE_OVER).target is (
        ProcedureStage.CONVERTED
    )


def test_grace_leaves_the_request_for_distribution_open():
    during = {Procedure.COLLECTION_GRACE: [ProcedureStage.IN_FORCE]}
    assert blocked_by(during, Procedure.DISTRIBUTION_REQUEST, ProcedureAct.APPLY) == ()
    assert "地方税法第15条の2の3第1項" in blocked_by(during, Procedure.DEMAND, ProcedureAct.ISSUE)[0]


@pytest.mark.parametrize("stage", [ProcedureStage.EXTINGUISHED, ProcedureStage.WRITTEN_OFF])
def test_nothing_but_clearing_up_after_extinction(stage):
    gone = {Procedure.OBLIGATION: [stage]}
    left = {each.act for each in TRANSITIONS if not blocked_by(gone, each.procedure, each.act)}
    assert left == {
        ProcedureAct.WRITE_OFF,
        ProcedureAct.REVERSE,
        ProcedureAct.RELEASE,
        ProcedureAct.END,
        ProcedureAct.CANCEL,
        ProcedureAct.EXTINGUISH,
    }


# -- effect, release, suspension, write-off, bankruptcy, advance collection ---------------------------------------

SERVED = SeizureService(date(2026, 8, 1), date(2026, 8, 2), date(2026, 8, 3), date(2026, 8, 4))


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        (AssetKind.MOVABLE, 1),
        (AssetKind.DEPOSIT, 2),
        (AssetKind.WAGE, 2),
        (AssetKind.REFUND, 2),
        (AssetKind.ELECTRONIC_CLAIM, 2),
        (AssetKind.BOOK_ENTRY_SECURITIES, 2),
        (AssetKind.INTANGIBLE_CLAIM, 2),
        (AssetKind.INTANGIBLE, 3),
        (AssetKind.REAL_ESTATE, 3),
        (AssetKind.VEHICLE, 3),
    ],
)
def test_a_seizure_takes_effect_by_kind(kind, day):
    assert seizure_takes_effect(kind, SERVED).on == date(2026, 8, day)
    assert seizure_takes_effect(kind, SeizureService()).on is None


def test_registration_before_service_and_participation():
    early = replace(SERVED, registered_on=date(2026, 8, 2))
    assert seizure_takes_effect(AssetKind.REAL_ESTATE, early).on == date(2026, 8, 2)
    assert participation_takes_effect(AssetKind.REAL_ESTATE, SERVED).on == date(2026, 8, 3)
    assert participation_takes_effect(AssetKind.MOVABLE, SERVED).on == date(2026, 8, 2)
    with pytest.raises(NotSuchAsset):
        participation_takes_effect(AssetKind.DEPOSIT, SERVED)


@pytest.mark.parametrize(
    ("change", "is_required", "is_possible", "article"),
    [
        ({}, False, False, None),
        ({"owed": Yen(0)}, True, True, "国税徴収法第79条第1項第1号"),
        ({"asset": replace(DEPOSIT, prior_claims=Yen(80_000))}, True, True, "国税徴収法第79条第1項第2号"),
        ({"is_hardship_suspended": True}, True, True, "地方税法第15条の7第3項"),
        ({"is_third_partys": True}, True, True, "国税徴収法第79条第1項"),
        ({"asset": replace(DEPOSIT, other_seized_value=Yen(50_000))}, False, True, "国税徴収法第79条第2項第1号"),
        ({"substitute_value": Yen(50_000)}, False, True, "国税徴収法第79条第2項第2号"),
        ({"auctions_without_bid": 3}, False, True, "国税徴収法第79条第2項第3号"),
        ({"auctions_without_bid": 2}, False, False, None),
        ({"is_in_collection_grace": True}, False, True, "地方税法第15条の2の3第2項"),
    ],
)
def test_grounds_of_release(change, is_required, is_possible, article):
    found = release_grounds(replace(ReleaseFacts(Yen(50_000), DEPOSIT), **change), as_of=DAY)
    assert (found.is_required, found.is_possible) == (is_required, is_possible)
    assert found.basis == ((article,) if article else ())
    assert len(found.steps) == 11


def suspension_unmet(ground, charge=CHARGE, **facts):
    told = may_suspend(charge, ground, SuspensionFacts(date(2026, 8, 1), **facts), as_of=DAY)
    return [each.key for each in told.unmet]


def test_grounds_of_suspension():
    assert suspension_unmet(GROUND.NO_ASSETS) == []
    assert suspension_unmet(GROUND.NO_ASSETS, has_seizable_assets=True, seized_assets=1) == ["no_assets", "no_seizure"]
    assert suspension_unmet(GROUND.HARDSHIP) == ["hardship"]
    assert suspension_unmet(GROUND.HARDSHIP, is_on_public_assistance=True, seized_assets=2) == []
    assert suspension_unmet(GROUND.UNKNOWN, is_residence_known=False) == ["assets"]
    assert suspension_unmet(GROUND.UNKNOWN, is_residence_known=False, are_assets_known=False) == []
    assert suspension_unmet(GROUND.NO_ASSETS, has_other_obligors=True) == ["no_other_obligor"]
    in_grace = replace(CHARGE, collection_graces=(Span(DAY),))
    assert suspension_unmet(GROUND.NO_ASSETS, in_grace) == ["not_in_grace"]
    told = may_suspend(CHARGE, GROUND.NO_ASSETS, SuspensionFacts(None), as_of=DAY)
    assert [each.key for each in told.unmet] == ["investigated"]
    assert [each.article for each in GROUND] == [f"地方税法第15条の7第1項第{number}号" for number in (1, 2, 3)]


def test_three_years_are_counted_to_the_day_and_cancelled_in_time():
    stop = Suspension(GROUND.NO_ASSETS, date(2023, 4, 10))
    assert extinction([stop], None).on == date(2026, 4, 11)
    assert extinction([replace(stop, cancelled_on=date(2026, 4, 10))], None) is None
    assert extinction([replace(stop, cancelled_on=date(2026, 4, 11))], None).on == date(2026, 4, 11)
    assert extinction([Suspension(GROUND.UNKNOWN, date(2024, 2, 29))], None).on == date(2027, 3, 1)
    again = [replace(stop, cancelled_on=date(2024, 1, 9)), Suspension(GROUND.HARDSHIP, date(2024, 6, 1))]
    assert extinction(again, None).on == date(2027, 6, 2)


def test_the_earliest_cause_extinguishes():
    stop = Suspension(GROUND.NO_ASSETS, date(2023, 4, 10), extinguished_at_once_on=date(2023, 5, 1))
    assert extinction([stop], date(2025, 1, 1)).cause is ExtinctionCause.IMMEDIATE
    assert extinction([], date(2025, 1, 1)).cause is ExtinctionCause.PRESCRIPTION
    assert extinction([], None) is None


def test_extinguishing_at_once_and_cancelling():
    stop = Suspension(GROUND.NO_ASSETS, date(2026, 4, 10))
    hopeless = SuspensionFacts(None, is_hopeless=True)
    assert may_extinguish_at_once(stop, hopeless, as_of=DAY).is_allowed
    other = may_extinguish_at_once(replace(stop, ground=GROUND.HARDSHIP), hopeless, as_of=DAY)
    assert [each.key for each in other.unmet] == ["no_assets"]
    assert not must_cancel(stop, SuspensionFacts(None), as_of=DAY).is_allowed
    assert not must_cancel(stop, SuspensionFacts(None, has_seizable_assets=True), as_of=date(2029, 4, 11)).is_allowed


def test_a_write_off_waits_for_extinction_and_for_everyone_else():
    gone = extinction([], DAY)
    facts = WriteOffFacts(Yen(50_000), gone)

    def keys(facts, as_of=DAY):
        return [each.key for each in may_write_off(facts, as_of=as_of).unmet]

    assert keys(facts) == []
    assert keys(facts, date(2026, 8, 31)) == ["extinct"]
    assert keys(WriteOffFacts(Yen(50_000), None)) == ["extinct"]
    assert keys(replace(facts, open_procedures=("差押え",), is_written_off=True)) == ["once", "cleared"]
    assert keys(replace(facts, others_extinguished=(DAY, None))) == ["no_other_obligor"]
    assert keys(replace(facts, others_extinguished=(DAY,), amount=Yen(0))) == ["amount"]


@pytest.mark.parametrize(
    ("claim", "rank"),
    [
        (BankruptClaim(Component.PRINCIPAL_TAX, date(2027, 1, 31)), BankruptcyRank.ESTATE),
        (BankruptClaim(Component.PRINCIPAL_TAX, date(2025, 8, 31)), BankruptcyRank.PREFERRED),
        (BankruptClaim(Component.DELINQUENCY_CHARGE, date(2025, 8, 31)), BankruptcyRank.PREFERRED),
        (
            BankruptClaim(Component.DELINQUENCY_CHARGE, date(2025, 8, 31), accrued_after=True),
            BankruptcyRank.SUBORDINATE,
        ),
        (BankruptClaim(Component.DELINQUENCY_CHARGE, date(2025, 9, 1), accrued_after=True), BankruptcyRank.ESTATE),
        (BankruptClaim(Component.ADDITIONAL_CHARGE, date(2026, 8, 31)), BankruptcyRank.SUBORDINATE),
        (BankruptClaim(Component.PRINCIPAL_TAX, DAY, arose_before=False, is_estate_cost=True), BankruptcyRank.ESTATE),
        (BankruptClaim(Component.PRINCIPAL_TAX, DAY, arose_before=False), BankruptcyRank.OUTSIDE),
    ],
)
def test_ranks_in_bankruptcy(claim, rank):
    assert bankruptcy_rank(claim, DAY).rank is rank


def test_a_stay_lengthens_the_year_before_bankruptcy():
    claim = BankruptClaim(Component.PRINCIPAL_TAX, date(2025, 8, 1))
    assert bankruptcy_rank(claim, DAY).rank is BankruptcyRank.PREFERRED
    stay = Span(date(2026, 6, 1), date(2026, 7, 31))
    assert bankruptcy_rank(claim, DAY, stay=stay).rank is BankruptcyRank.ESTATE
    assert not effects_of_bankruptcy(DAY, seized_on=DAY, as_of=DAY).items[1].is_met


def test_advance_collection_needs_a_ground_before_the_due_date():
    facts = AdvanceFacts(date(2026, 8, 31), Yen(60_000), True, (AdvanceGround.EVASION,), False)
    assert [each.key for each in may_advance(facts, as_of=date(2026, 9, 1)).unmet] == ["early"]
    bare = replace(facts, grounds=(), is_collectable_by_due_date=True, is_fixed=False)
    assert [each.key for each in may_advance(bare, as_of=date(2026, 8, 1)).unmet] == [
        "fixed",
        "ground",
        "uncollectable",
    ]
    assert preservation_ends_on(date(2026, 8, 31)) == date(2027, 2, 28)


def test_joining_and_requesting():
    land = AssetFacts(AssetKind.REAL_ESTATE, Yen(0), is_seized_by_other=True)

    def keys(asset, charge=CHARGE):
        return [each.key for each in may_participate([charge], asset, ALIVE, as_of=DAY).unmet]

    assert keys(land) == []
    assert keys(replace(land, is_seized_by_other=False)) == ["seized_by_other"]
    assert keys(replace(land, kind=AssetKind.DEPOSIT)) == ["kind"]
    assert keys(land, replace(CHARGE, demand_issued_on=None)) == ["demanded"]
    bare = replace(CHARGE, demand_issued_on=None, collection_graces=(Span(DAY),))
    assert may_request_distribution([bare], has_procedure=True, as_of=DAY).is_allowed
    told = may_request_distribution([replace(bare, extinguished_on=DAY)], has_procedure=False, as_of=DAY)
    assert [each.key for each in told.unmet] == ["procedure", "not_extinct"]


YEAR = Span(date(2026, 9, 1), date(2027, 8, 31))


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({}, []),
        ({"period": Span(date(2026, 9, 1), date(2027, 9, 1))}, ["period"]),
        ({"period": Span(date(2026, 9, 1))}, ["period"]),
        ({"earlier_months": 12}, []),
        ({"earlier_months": 13}, ["extension"]),
        ({"amount": Yen(1_000_001)}, ["security"]),
        ({"amount": Yen(1_000_001), "has_security": True}, []),
        ({"amount": Yen(1_000_001), "is_security_excused": True}, []),
        ({"applied_on": date(2026, 12, 31)}, []),
        ({"applied_on": date(2027, 1, 1)}, ["applied"]),
        ({"applied_on": None}, ["applied"]),
        ({"applied_on": None, "ground": GraceGround.REALIZATION_EX_OFFICIO, "has_other_arrears": True}, []),
        ({"has_other_arrears": True, "is_sincere": False}, ["sincere", "no_other_arrears"]),
        ({"ground": GraceGround.ILLNESS, "is_ground_proved": False, "applied_on": None}, ["ground"]),
    ],
)
def test_each_condition_of_a_grace(change, keys):
    facts = GraceFacts(GraceGround.REALIZATION_ON_APPLICATION, YEAR, Yen(300_000), applied_on=date(2026, 8, 20))
    told = may_grant_grace(CHARGE, replace(facts, **change), as_of=DAY)
    assert [each.key for each in told.unmet] == keys


def test_no_security_for_three_months_or_less():
    assert not is_security_needed(Yen(5_000_000), Span(date(2026, 11, 30), date(2027, 2, 28)))
    assert is_security_needed(Yen(5_000_000), Span(date(2026, 11, 30), date(2027, 3, 1)))


def test_grounds_to_cancel_a_grace():
    kept = grounds_to_cancel_grace(GraceCancelFacts(), as_of=DAY)
    assert (kept.is_required, kept.is_possible, kept.basis) == (False, False, ())
    broken = grounds_to_cancel_grace(GraceCancelFacts(missed=2, has_new_arrears=True), as_of=DAY)
    assert (broken.is_required, broken.is_possible) == (False, True)
    assert broken.basis == ("地方税法第15条の3第1項第2号", "地方税法第15条の3第1項第4号")
    assert "2回" in broken.steps[2]
