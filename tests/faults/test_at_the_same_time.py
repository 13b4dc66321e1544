"""Processes and officers who work on the same charges at the same moment end in the same ledger as one by one."""

import random
import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from osame.collection.demands.actions import cancel_demand
from osame.collection.demands.batch import run_demands
from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.queries import find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.actions import Act, identify_receipt, move_receipt
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_all, fetch_one
from tests.faults.copies import copied
from tests.faults.month import read_steps
from tests.faults.running import Worker, move_in
from tests.systems.collection.cast import (
    AS_OF,
    KAKU,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    reference,
    revision,
    slip,
    write_determinations,
    write_notices,
)
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, pay

ACT = Act(AS_OF, OFFICER)


def run_together(workers: list[Worker]) -> list[tuple[int, str, str]]:
    """All start on one word."""
    for worker in workers:
        worker.wait_until_ready()
    for worker in workers:
        worker.go()
    return [worker.finish() for worker in workers]


def test_two_processes_import_the_same_files(town: str, month: Path, expected: str) -> None:
    """Every file is taken in once, by one of the two; the other is told so."""
    steps = [step for step in read_steps(month) if step.kind != "addressees"]
    newcomers = [step for step in read_steps(month) if step.kind == "addressees"]
    ends = run_together([Worker(month, newcomers + steps), Worker(month, newcomers + steps)])
    assert [code for code, _, _ in ends] == [0, 0], ends
    assert sum(int(said.split()[2]) for _, said, _ in ends) == len(steps)
    assert fetch_one("SELECT count(*) FROM intake_file") == (len(steps),)
    assert ledger_digest() == expected
    assert verify_ledger().findings == ()


@pytest.mark.parametrize("seed", range(3))
def test_four_processes_import_different_files(town: str, month: Path, expected: str, seed: int) -> None:
    steps = read_steps(month)
    random.Random(seed).shuffle(steps)
    ends = run_together([Worker(month, steps[each::4]) for each in range(4)])
    assert [code for code, _, _ in ends] == [0, 0, 0, 0], ends
    assert ledger_digest() == expected
    assert verify_ledger().findings == ()


def at_once(*acts: Callable[[], Any]) -> list[BaseException | None]:
    """Every act in a thread and a connection of its own, released together."""
    barrier = threading.Barrier(len(acts))
    failures: list[BaseException | None] = [None] * len(acts)

    def perform(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            act()
        except BaseException as failure:
            failures[place] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(perform, *each)) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_officers_and_files_meet_on_the_same_charges(city: str, tmp_path: Path) -> None:
    """Cancelled demands, revisions, payments by slip and by reference, and a demand run, all at once."""
    rows = [determination(who, term) for who in (SATO, TANAKA, KAKU, SUZUKI) for term in range(1, 9)]
    levy(tmp_path, *rows)
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    revised = write_determinations(
        tmp_path / "revised.csv", *(revision(who, 1, 40_000, -10_000, 1) for who in (SATO, TANAKA, KAKU, SUZUKI))
    )
    first = write_notices(
        tmp_path / "first.csv",
        *(
            notice(int(who) * 100 + term, who, 50_100, AS_OF, term)
            for who in (SUZUKI, SATO)
            for term in range(8, 0, -1)
        ),
    )
    second = write_notices(
        tmp_path / "second.csv",
        *(
            notice(int(who) * 100 + 50 + term, who, 30_000, AS_OF, term, slip_number=slip(who, term) if term % 2 else None,
                   charge_reference=None if term % 2 else reference(who, term))
            for who in (SATO, KAKU, TANAKA, SUZUKI) for term in range(1, 9)
        ), sequence=2,
    )  # fmt: skip
    charges = [(who, charge_of(who, term)) for who in (SATO, SUZUKI) for term in range(1, 9)]

    def cancel(order: list[tuple[str, int]]) -> None:
        for who, charge in order:
            cancel_demand(who, charge, as_of=AS_OF, reason="誤り", officer=OFFICER)

    acts: list[Callable[[], Any]] = [
        lambda: import_receipts(first, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER),
        lambda: import_receipts(second, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER),
        lambda: import_determinations(revised, as_of=AS_OF, officer=OFFICER),
        lambda: cancel(charges),
        lambda: cancel(charges[::-1]),
        lambda: run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER),
    ]
    with copied(city):
        for act in acts:
            act()
        one_by_one = ledger_digest()
    for attempt in range(4):
        with copied(city, f"_{attempt}"):
            assert at_once(*random.Random(attempt).sample(acts, len(acts))) == [None] * len(acts)
            assert verify_ledger().findings == ()
            assert ledger_digest() == one_by_one


def test_a_demand_run_and_a_file_lock_in_one_order(city: str, tmp_path: Path) -> None:
    """A file that finds half its charges by slip and half by reference, while all of them are demanded."""
    people = [f"{number:015d}" for number in range(501, 651)]
    move_in(people)
    levy(tmp_path, *(determination(who, term) for who in people for term in (1, 2)))
    path = write_notices(
        tmp_path / "both.csv",
        *(
            notice(int(who) * 10 + term, who, 10_000, AS_OF, term, slip_number=slip(who, term) if term == 2 else None,
                   charge_reference=reference(who, term) if term == 1 else None)
            for who in people for term in (1, 2)
        ),
    )  # fmt: skip
    for attempt in range(3):
        with copied(city, f"_{attempt}"):
            failures = at_once(
                lambda: import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER),
                lambda: run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER),
            )
            assert failures == [None, None]
            assert fetch_one("SELECT count(*), sum(amount) FROM receipt") == (300, 3_000_000)
            assert fetch_one("SELECT count(*), sum(demand_fee) FROM charge WHERE charge_id > 0") == (300, 30_000)
            assert verify_ledger().findings == ()


def test_a_held_receipt_is_given_out_once(city: str, tmp_path: Path) -> None:
    """An officer identifies a held receipt at the moment when its own determination arrives."""
    pay(tmp_path, notice(1, SATO, 50_000, date(2025, 7, 10)), notice(2, TANAKA, 50_000, date(2025, 7, 10)))
    levy(tmp_path, determination(KAKU), determination(KAKU, 2))
    arriving = write_determinations(tmp_path / "late.csv", determination(SATO), determination(TANAKA))
    keys = [key for (key,) in fetch_all("SELECT receipt_key FROM held_receipt ORDER BY slip_number")]
    for attempt in range(4):
        with copied(city, f"_{attempt}"):
            targets = [find_charge(str(slip(KAKU, term))) for term in (1, 2)]
            failures = at_once(
                lambda: import_determinations(arriving, as_of=AS_OF, officer=OFFICER),
                lambda targets=targets: [
                    identify_receipt(key, target, act=ACT) for key, target in zip(keys, targets, strict=True)
                ],
            )
            assert failures[0] is None
            assert fetch_one("SELECT count(*), count(DISTINCT receipt_key) FROM receipt") == (2, 2)
            assert verify_ledger().findings == ()


def test_receipts_moved_crosswise_do_not_wait_for_each_other(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    pay(tmp_path, notice(1, SATO, 50_000, date(2025, 7, 10)), notice(2, TANAKA, 40_000, date(2025, 7, 10)))
    here, there = find_charge(str(slip(SATO))), find_charge(str(slip(TANAKA)))
    keys = dict(fetch_all("SELECT addressee_number, receipt_key FROM receipt"))
    acts: list[Callable[[], Any]] = [
        lambda: move_receipt(keys[SATO], here, there, note="誤り", act=ACT),
        lambda: move_receipt(keys[TANAKA], there, here, note="誤り", act=ACT),
    ]
    with copied(city):
        for act in acts:
            act()
        one_by_one = ledger_digest()
    for attempt in range(6):
        with copied(city, f"_{attempt}"):
            assert at_once(*acts) == [None, None]
            assert verify_ledger().findings == ()
            assert ledger_digest() == one_by_one
