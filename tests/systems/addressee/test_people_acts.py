"""登録・廃止・移り変わり・相続と、法人・事業所・共有者。"""

from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from osame.addressee.people import actions, corporations, queries
from osame.addressee.people.actions import Registration
from osame.addressee.people.corporations import Event, Kind, Share
from osame.addressee.people.recording import RESIDENT_REGISTER, Change, ResidentIsReadOnly, record_version
from osame.kernel.check_digits import corporate_number_check_digit
from tests.systems.addressee.people_cast import clerk, facts, register

SINCE = date(2024, 4, 1)


@pytest.fixture(autouse=True)
def at_work(addressee_database):
    with clerk():
        yield


def corporation(number, body="000020122335", **told):
    checked = corporate_number_check_digit(body) + body
    request = facts(name=f"株式会社{number}", born_on=None, sex="0", corporate_number=checked, **told)
    return actions.register(Registration(number, "3", request, SINCE))


def test_a_second_registration_of_the_same_person_is_warned_about():
    register("1001", "1", source=RESIDENT_REGISTER, standing="1")
    again = Registration("7001", "2", facts(town="別の町"), SINCE)
    with pytest.raises(actions.SamePersonMayExist, match="1001"):
        actions.register(again)
    actions.register(Registration("7001", "2", facts(), SINCE, despite="戸籍で別人と確認"))
    with pytest.raises(actions.ResidentsAreNotRegisteredHere):
        actions.register(Registration("7002", "1", facts(name="別人"), SINCE))


def test_a_corporate_number_is_checked_and_is_used_once():
    corporation("3001")
    with pytest.raises(actions.SameCorporationExists, match="3001"):
        corporation("3002")
    with pytest.raises(actions.CorporateNumberIsWrong):
        actions.register(Registration("3003", "3", facts(corporate_number="2000020122335"), SINCE))


def test_a_closed_number_stays_closed():
    register("7001")
    actions.close("7001", closed_on=SINCE, reason="二重登録")
    with pytest.raises(actions.AlreadyClosed):
        actions.close("7001", closed_on=SINCE, reason="二重登録")
    with pytest.raises(IntegrityError), transaction.atomic():
        register("7001")


def test_a_resident_who_left_is_taken_over_as_a_non_resident_and_can_be_changed():
    register("1001", "1", source=RESIDENT_REGISTER, standing="1")
    with pytest.raises(actions.StillAResident):
        actions.become_non_resident("1001", since=SINCE)
    left = Change("1001", SINCE, "04", facts(standing="3", town="転出先"), source=RESIDENT_REGISTER, asserts="AS")
    record_version(left)
    with pytest.raises(ResidentIsReadOnly):
        actions.update(Change("1001", SINCE, "03", facts(town="判明した住所")))
    actions.become_non_resident("1001", since=date(2024, 5, 1))
    actions.update(Change("1001", date(2024, 6, 1), "03", facts(town="判明した住所")))
    assert queries.current("1001").facts.town == "判明した住所"


def test_a_succession_goes_step_by_step():
    register("1001", "1", source=RESIDENT_REGISTER, standing="1")
    register("1002", name="伊勢　次郎")
    with pytest.raises(actions.NotTheNextStep):
        actions.name_representative("1001", "1002", named_on=SINCE)
    record_version(Change("1001", SINCE, "05", facts(standing="4"), source=RESIDENT_REGISTER, asserts="S"))
    with pytest.raises(actions.NotTheNextStep):
        actions.complete_succession("1001", succeeded_on=SINCE)
    actions.name_representative("1001", "1002", named_on=SINCE)
    actions.complete_succession("1001", succeeded_on=SINCE)
    assert queries.succession_of("1001") == "3"


def test_a_merged_corporation_leads_to_its_last_successor():
    for number, body in (("3001", "000020122335"), ("3002", "000020122336"), ("3003", "000020122337")):
        corporation(number, body)
    with pytest.raises(corporations.NoSuccessor):
        corporations.record_event(Event("3001", Kind.MERGED, date(2025, 4, 1)))
    corporations.record_event(Event("3001", Kind.MERGED, date(2025, 4, 1), successors=("3002",)))
    corporations.record_event(Event("3002", Kind.MERGED, date(2026, 4, 1), successors=("3003",)))
    assert corporations.successors_of("3001") == ("3003",)
    assert queries.current("3001").facts.standing == "7"
    assert queries.as_of("3001", valid_on=date(2025, 3, 31)).facts.standing == "6"
    with pytest.raises(corporations.CorporationIsGone):
        corporations.record_event(Event("3001", Kind.RENAMED, date(2025, 5, 1), facts=facts(name="新商号")))


@pytest.mark.parametrize(
    ("kind", "standing"),
    [(Kind.DISSOLVED, "8"), (Kind.LIQUIDATED, "7"), (Kind.SUSPENDED, "9"), (Kind.RESUMED, "6")],
)
def test_what_happens_to_a_corporation_changes_its_standing(kind, standing):
    corporation("3001")
    corporations.record_event(Event("3001", Kind.SUSPENDED, date(2024, 5, 1)))
    corporations.record_event(Event("3001", kind, date(2025, 4, 1), registered_on=date(2025, 4, 8)))
    assert queries.current("3001").facts.standing == standing


def test_a_new_name_and_a_new_head_office():
    corporation("3001")
    corporations.record_event(Event("3001", Kind.RENAMED, date(2025, 4, 1), facts=facts(name="株式会社新商号")))
    corporations.record_event(Event("3001", Kind.HEAD_OFFICE_MOVED, date(2025, 5, 1), facts=facts(town="宮後")))
    assert (queries.current("3001").facts.name, queries.current("3001").facts.town) == ("株式会社新商号", "宮後")


def test_shares_sum_to_one_and_one_member_represents():
    actions.register(Registration("4001", "4", facts(name="伊勢　花子　外1名", born_on=None), SINCE))
    register("1001")
    register("1002", name="伊勢　次郎")
    with pytest.raises(corporations.SharesDoNotFit):
        corporations.set_shares("4001", [Share("1001", 1, 2, represents=True), Share("1002", 1, 3)], since=SINCE)
    with pytest.raises(corporations.RepresentativeIsNotAMember):
        corporations.set_shares("4001", [Share("1001", 1, 2), Share("1002", 1, 2)], since=SINCE)
    halves = (Share("1001", 1, 2, represents=True), Share("1002", 1, 2))
    thirds = (Share("1002", 2, 3, represents=True), Share("1001", 1, 3))
    corporations.set_shares("4001", halves, since=SINCE)
    corporations.set_shares("4001", thirds, since=date(2025, 4, 1))
    assert corporations.shares_of("4001", valid_on=date(2025, 3, 31)) == halves
    assert corporations.shares_of("4001", valid_on=date(2025, 4, 1)) == thirds


def test_an_establishment_belongs_to_a_corporation_and_has_its_number_alone():
    with pytest.raises(actions.ParentIsMissing):
        actions.register(Registration("5001", "5", facts(name="伊勢支店", parent_number="3001"), SINCE))
    corporation("3001")
    for number in ("5001", "5002"):
        actions.register(Registration(number, "5", facts(name="伊勢支店", born_on=None, parent_number="3001"), SINCE))
    corporations.give_withholding_number("5001", "900001", since=SINCE)
    with pytest.raises(corporations.WithholdingNumberIsTaken):
        corporations.give_withholding_number("5002", "900001", since=SINCE)
    assert corporations.establishments_of("3001") == (("5001", "900001"), ("5002", ""))


def test_a_household_is_led_by_its_head_and_follows_the_days():
    family = {"household_number": "500", "household_head_name": "伊勢　太郎", "standing": "1"}
    register("1001", "1", source=RESIDENT_REGISTER, name="伊勢　花子", relationship="妻", **family)
    register("1002", "1", source=RESIDENT_REGISTER, name="伊勢　太郎", relationship="世帯主", **family)
    moved = facts(standing="1", household_number="501", relationship="世帯主", household_head_name="伊勢　花子")
    record_version(Change("1001", SINCE, "07", moved, source=RESIDENT_REGISTER, asserts="H"))
    before = queries.household("500", valid_on=date(2024, 3, 31))
    assert [(member.name, member.is_head) for member in before] == [("伊勢　太郎", True), ("伊勢　花子", False)]
    assert [member.name for member in queries.household("500", valid_on=SINCE)] == ["伊勢　太郎"]
