"""民事再生法・会社更生法: 租税の区分、禁止・中止の期間、届出。"""

from datetime import date

import pytest

from osame.kernel.money import Yen
from osame.law.arrears_facts import ChargeFacts
from osame.law.prescription import Event, PrescriptionEvent, prescription
from osame.law.rebuilding import (
    NotLonger,
    RebuildingRank,
    comprehensive_stay,
    effects_of_rehabilitation,
    effects_of_reorganization,
    extended_stay,
    halting_stay,
    may_file_claim,
    opening_stay,
    plan_stay,
    rehabilitation_rank,
    reorganization_rank,
)

OPENED = date(2026, 4, 1)
CHARGE = ChargeFacts("1期", date(2025, 6, 30), Yen(50_000))


@pytest.mark.parametrize(
    ("stay", "through", "bans"),
    [
        (comprehensive_stay(date(2026, 1, 31)), date(2026, 3, 31), True),
        (comprehensive_stay(date(2025, 12, 31)), date(2026, 2, 28), True),
        (comprehensive_stay(date(2026, 1, 31), is_bankruptcy=True), None, True),
        (halting_stay(date(2026, 2, 10)), date(2026, 4, 10), False),
        (opening_stay(OPENED), date(2027, 4, 1), True),
        (opening_stay(date(2028, 2, 29)), date(2029, 2, 28), True),
        (extended_stay(date(2027, 4, 1), date(2027, 12, 31)), date(2027, 12, 31), True),
        (plan_stay(date(2027, 2, 1), date(2030, 2, 1)), date(2030, 2, 1), True),
    ],
)
def test_how_long_enforcement_is_stayed(stay, through, bans):
    assert (stay.span.through, stay.bans) == (through, bans)
    assert stay.steps


def test_only_the_extension_and_the_long_grace_need_consent():
    assert not opening_stay(OPENED).needs_consent
    assert extended_stay(date(2027, 4, 1), date(2027, 4, 2)).needs_consent
    assert plan_stay(OPENED, date(2029, 4, 2)).needs_consent
    for wrong in (lambda: extended_stay(date(2027, 4, 1), date(2027, 4, 1)), lambda: plan_stay(OPENED, OPENED)):
        with pytest.raises(NotLonger):
            wrong()


@pytest.mark.parametrize(
    ("due", "arose_before", "is_withheld", "rank"),
    [
        (date(2025, 6, 30), True, False, RebuildingRank.REORGANIZATION),
        (date(2026, 6, 30), True, False, RebuildingRank.REORGANIZATION),
        (date(2026, 6, 30), False, False, RebuildingRank.COMMON_BENEFIT),
        (date(2026, 4, 1), True, True, RebuildingRank.COMMON_BENEFIT),
        (date(2026, 3, 31), True, True, RebuildingRank.REORGANIZATION),
    ],
)
def test_ranks_in_reorganization(due, arose_before, is_withheld, rank):
    assert reorganization_rank(due, OPENED, arose_before=arose_before, is_withheld=is_withheld).rank is rank


def test_rehabilitation_leaves_tax_outside():
    assert rehabilitation_rank(arose_before=True).rank is RebuildingRank.GENERAL_PRIORITY
    assert rehabilitation_rank(arose_before=False).rank is RebuildingRank.COMMON_BENEFIT
    assert all(each.is_met for each in effects_of_rehabilitation(OPENED, as_of=OPENED).items)


def test_what_reorganization_leaves_possible_day_by_day():
    stays = [opening_stay(OPENED).span]

    def possible(as_of, approved_on=None):
        told = effects_of_reorganization(OPENED, bans=stays, halts=stays, approved_on=approved_on, as_of=as_of)
        return [each.key for each in told.items if each.is_met]

    assert possible(date(2026, 3, 31)) == ["new_seizure", "continue"]
    assert possible(OPENED) == ["file", "common"]
    assert possible(date(2027, 4, 1)) == ["file", "common"]
    assert possible(date(2027, 4, 2)) == ["new_seizure", "continue", "file", "common"]
    assert possible(date(2027, 4, 2), date(2027, 4, 2)) == ["new_seizure", "continue", "common"]


def test_only_a_claim_from_before_the_order_is_filed():
    assert may_file_claim([CHARGE], opened_on=OPENED, as_of=OPENED).is_allowed
    for told, key in (
        ({"opened_on": None}, "procedure"),
        ({"opened_on": date(2026, 4, 2)}, "procedure"),
        ({"opened_on": OPENED, "common_benefit": ["1期"]}, "claim"),
    ):
        assert [each.key for each in may_file_claim([CHARGE], as_of=OPENED, **told).unmet] == [key]


def test_a_prohibition_order_holds_prescription_for_two_months_after_it():
    due, order = date(2021, 3, 31), PrescriptionEvent.PROHIBITION
    assert prescription(due, [Event(order, date(2026, 2, 1))]).completes_on is None
    held = prescription(due, [Event(order, date(2026, 2, 1), date(2026, 4, 1))])
    assert held.completes_on == date(2026, 6, 1)
    early = prescription(due, [Event(order, date(2024, 2, 1), date(2024, 4, 1))])
    assert early.completes_on == date(2026, 3, 31)
