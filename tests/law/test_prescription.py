"""地方税法第18条・第18条の2: 消滅時効の更新と完成猶予。"""

from datetime import date

import pytest

from osame.law.demand import (
    demand_deadline,
    explain_seizable_from,
    seizable_after_publication,
    seizable_from,
    served_by_publication_on,
)
from osame.law.due_date import explain_due_date, shift_due_date
from osame.law.prescription import (
    FEE_YEARS,
    EndNotGiven,
    Event,
    PrescriptionEvent,
    prescription,
    prescription_base_date,
)
from osame.law.reading import StatutoryDueDate
from osame.law.suspension import extinguished_by_suspension_on

KIND = PrescriptionEvent
DUE = date(2020, 6, 30)


def completes(*events, **settings):
    return prescription(DUE, events, **settings).completes_on


@pytest.mark.parametrize(
    ("events", "completes_on"),
    [
        ((), date(2025, 6, 30)),
        ((Event(KIND.DEMAND, date(2020, 7, 20)),), date(2025, 7, 30)),
        ((Event(KIND.NOTICE, date(2020, 6, 1), date(2020, 7, 31)),), date(2025, 7, 31)),
        ((Event(KIND.PART_PAYMENT, date(2022, 3, 31)),), date(2027, 3, 31)),
        ((Event(KIND.ACKNOWLEDGEMENT, date(2022, 3, 31)),), date(2027, 3, 31)),
        ((Event(KIND.SEARCH, date(2022, 3, 31)),), date(2027, 3, 31)),
        ((Event(KIND.SEIZURE, date(2021, 4, 1), date(2023, 4, 30)),), date(2028, 4, 30)),
        ((Event(KIND.SEIZURE, date(2021, 4, 1)),), None),
        ((Event(KIND.DISTRIBUTION_REQUEST, date(2021, 4, 1), date(2022, 5, 31)),), date(2027, 5, 31)),
        ((Event(KIND.SEIZURE_CANCELLED, date(2025, 1, 10), date(2025, 5, 31)),), date(2025, 11, 30)),
        ((Event(KIND.REMINDER, date(2025, 6, 1)),), date(2025, 12, 1)),
        ((Event(KIND.REMINDER, date(2025, 6, 1)), Event(KIND.REMINDER, date(2025, 11, 1))), date(2025, 12, 1)),
        ((Event(KIND.REMINDER, date(2022, 6, 1)),), DUE.replace(year=2025)),
        ((Event(KIND.GRACE, date(2021, 4, 1), date(2022, 3, 31)),), date(2026, 6, 30)),
        ((Event(KIND.GRACE, date(2021, 4, 1)),), None),
        ((Event(KIND.SUSPENSION, date(2023, 4, 10)),), date(2025, 6, 30)),
        ((Event(KIND.FRAUD, DUE),), date(2027, 6, 30)),
        ((Event(KIND.PART_PAYMENT, date(2025, 7, 1)),), date(2025, 6, 30)),
        ((Event(KIND.PART_PAYMENT, date(2025, 6, 30)),), date(2030, 6, 30)),
        ((Event(KIND.PRINCIPAL_PAID, date(2022, 3, 31)),), date(2025, 6, 30)),
    ],
)
def test_events(events, completes_on):
    assert completes(*events) == completes_on


def test_a_payment_during_a_grace_starts_to_run_after_it():
    grace = Event(KIND.GRACE, date(2021, 1, 1), date(2021, 12, 31))
    assert completes(grace, Event(KIND.PART_PAYMENT, date(2021, 6, 30))) == date(2026, 12, 31)


def test_a_payment_during_a_seizure_does_not_shorten_it():
    seizure = Event(KIND.SEIZURE, date(2021, 4, 1), date(2025, 4, 30))
    assert completes(seizure, Event(KIND.PART_PAYMENT, date(2022, 3, 31))) == date(2030, 4, 30)


def test_a_second_demand_has_no_effect():
    first, second = Event(KIND.DEMAND, date(2020, 7, 20)), Event(KIND.DEMAND, date(2022, 7, 20))
    assert completes(first, second) == date(2025, 7, 30)


def test_charges_start_anew_when_the_principal_is_paid():
    assert completes(Event(KIND.PRINCIPAL_PAID, date(2022, 3, 31)), of_charge=True) == date(2027, 3, 31)


def test_fees_lapse_in_two_years_and_readings_choose_the_due_date():
    assert completes(years=FEE_YEARS) == date(2022, 6, 30)
    assert prescription_base_date(date(2020, 8, 31), DUE, StatutoryDueDate.FIRST_INSTALMENT) == DUE
    assert prescription_base_date(date(2020, 8, 31), DUE, StatutoryDueDate.EACH_INSTALMENT) == date(2020, 8, 31)


def test_the_answer_explains_itself():
    answer = prescription(DUE, [Event(KIND.DEMAND, date(2020, 7, 20))])
    assert answer.extinguished_on == date(2025, 7, 31)
    assert len(answer.steps) == 3
    with pytest.raises(EndNotGiven):
        prescription(DUE, [Event(KIND.NOTICE, date(2020, 6, 1))])


def test_suspension_extinguishes_after_three_years():
    assert extinguished_by_suspension_on(date(2023, 4, 10)) == date(2026, 4, 11)


def test_demand_and_seizure_days():
    assert demand_deadline(date(2026, 6, 30)) == date(2026, 7, 20)
    assert seizable_from(date(2020, 7, 20)) == date(2020, 7, 31)
    assert served_by_publication_on(date(2026, 7, 1)) == date(2026, 7, 8)
    assert seizable_after_publication(date(2026, 7, 1)) == date(2026, 7, 12)
    assert len(explain_seizable_from(date(2020, 7, 20), by_publication=True).basis) == 3


@pytest.mark.parametrize(
    ("day", "shifted"),
    [
        (date(2019, 4, 30), date(2019, 5, 7)),
        (date(2021, 12, 25), date(2021, 12, 27)),
        (date(2026, 5, 31), date(2026, 6, 1)),
        (date(2026, 1, 31), date(2026, 2, 2)),
        (date(2025, 12, 31), date(2026, 1, 5)),
        (date(2026, 6, 30), date(2026, 6, 30)),
    ],
)
def test_due_dates_move_to_the_next_open_day(day, shifted):
    assert shift_due_date(day) == explain_due_date(day).date == shifted
