"""地方税法第18条・第18条の2: どんな出来事の並びでも、満了日は一日ずつ数えた日と同じ。

件数は環境変数 OSAME_LAPSES（既定は小さい）。
"""

import os
import random
from datetime import date, timedelta

import pytest

from osame.law.prescription import (
    FEE_YEARS,
    TAX_YEARS,
    Event,
    PrescriptionEvent,
    prescription,
    prescription_completes_on,
)
from tests.law.arrears_world import anniversary, anniversary_of_months, half_year

LAPSES = int(os.environ.get("OSAME_LAPSES", "1500"))
KIND = PrescriptionEvent
LASTING = {"SEIZURE", "DISTRIBUTION_REQUEST", "GRACE", "NOTICE", "SEIZURE_CANCELLED", "PROHIBITION"}
RENEWING = {"SEARCH", "ACKNOWLEDGEMENT", "PART_PAYMENT"}


def counted_day_by_day(due, events, years, of_charge):
    """暦を一日ずつめくる。終わりのない出来事に出会えば None。"""
    by_day = {}
    for each in sorted(events, key=lambda event: (max(event.on, event.notified_on or event.on), event.kind.value)):
        by_day.setdefault(max(each.on, each.notified_on or each.on).toordinal(), []).append(each)
    start = due.toordinal() + 1
    if any(each.kind is KIND.FRAUD for each in events):
        free = anniversary(start, 2)
        told = [each.on.toordinal() for each in events if each.kind is KIND.NOTICE]
        start = min([free, *(day for day in told if due.toordinal() < day <= free)]) + 1
    hold, expiry, graces = due.toordinal(), anniversary(start, years), []
    reminded, demanded, open_ended = -1, False, False
    day = min([due.toordinal() + 1, *by_day])
    while True:
        for each in by_day.get(day, ()):
            name, ends = each.kind.name, each.through and each.through.toordinal()
            passed = None
            if name == "DEMAND" and not demanded:
                demanded, passed = True, ends or day + 10
            elif name in RENEWING or (name == "PRINCIPAL_PAID" and of_charge):
                passed = day
            elif name in {"SEIZURE", "DISTRIBUTION_REQUEST", "NOTICE"}:
                passed, open_ended = ends, open_ended or ends is None
            elif name == "SEIZURE_CANCELLED":
                hold = max(hold, half_year(ends or each.on.toordinal()))
            elif name == "PROHIBITION":
                hold, open_ended = (
                    max(hold, anniversary_of_months(ends, 2)) if ends else hold,
                    open_ended or ends is None,
                )
            elif name == "REMINDER" and day > reminded:
                reminded = half_year(day)
                hold = max(hold, reminded)
            elif name == "GRACE":
                graces.append((each.on.toordinal(), ends))
                open_ended = open_ended or ends is None
            if passed is not None:
                hold, reminded = max(hold, passed), -1
                if passed + 1 > start:
                    start, expiry = passed + 1, anniversary(passed + 1, years)
        if start <= day <= expiry and any(first <= day and ends and day <= ends for first, ends in graces):
            expiry += 1
        if open_ended:
            return None
        if day >= expiry and day >= hold:
            return date.fromordinal(day)
        day += 1


def drawn(rng):
    due = date(2019, 1, 1) + timedelta(days=rng.randrange(800))
    events = []
    for _ in range(rng.randrange(0, 8)):
        kind = rng.choice(list(KIND))
        on = due + timedelta(days=rng.randrange(1, 2_600))
        through = on + timedelta(days=rng.randrange(0, 500)) if kind.name in LASTING else None
        if kind.name in {"SEIZURE", "GRACE"} and rng.random() < 0.05:
            through = None
        later = through or on + timedelta(days=60)
        notified = None
        if kind in {KIND.DISTRIBUTION_REQUEST, KIND.SEARCH} and rng.random() < 0.3:
            notified = on + timedelta(days=rng.randrange(0, (later - on).days + 1))
        events.append(Event(kind, on, through, notified))
    return due, events


def test_any_order_of_events_lapses_on_the_day_counted_one_by_one():
    rng = random.Random(18)
    open_ended = 0
    for _ in range(LAPSES):
        due, events = drawn(rng)
        years, of_charge = rng.choice((TAX_YEARS, FEE_YEARS)), rng.random() < 0.3
        answer = prescription(due, events, years=years, of_charge=of_charge)
        expected = counted_day_by_day(due, events, years, of_charge)
        assert answer.completes_on == expected, (due, events, years, of_charge)
        assert prescription_completes_on(due, events, years=years, of_charge=of_charge) == expected
        open_ended += expected is None
    assert 0 < open_ended < LAPSES // 2


DUE = date(2020, 6, 30)


@pytest.mark.parametrize(
    ("events", "completes_on"),
    [
        # 滞納者に通知した日から効く
        ((Event(KIND.SEARCH, date(2022, 3, 1), notified_on=date(2022, 3, 31)),), date(2027, 3, 31)),
        ((Event(KIND.SEARCH, date(2025, 6, 1), notified_on=date(2025, 7, 1)),), date(2025, 6, 30)),
        # 不正の行為があっても、2年の間に告知を発すれば、その翌日から進む
        ((Event(KIND.FRAUD, DUE), Event(KIND.NOTICE, date(2021, 1, 15), date(2021, 2, 15))), date(2026, 2, 15)),
        # 取り消された差押えの6月の間の催告は、催告の重なりではない
        (
            (
                Event(KIND.SEIZURE_CANCELLED, date(2025, 1, 10), date(2025, 5, 31)),
                Event(KIND.REMINDER, date(2025, 11, 1)),
            ),
            date(2026, 5, 1),
        ),
        # 先の催告の6月が過ぎた後の催告は効く
        ((Event(KIND.REMINDER, date(2024, 1, 10)), Event(KIND.REMINDER, date(2025, 6, 20))), date(2025, 12, 20)),
        ((Event(KIND.REMINDER, date(2025, 1, 10)), Event(KIND.REMINDER, date(2025, 6, 20))), date(2025, 7, 10)),
    ],
)
def test_fine_points(events, completes_on):
    assert prescription(DUE, events).completes_on == completes_on
