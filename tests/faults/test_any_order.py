"""The files of a month, in many random orders: one ledger. `OSAME_ORDERS=50` asks for fifty."""

import os
import random
from pathlib import Path

import pytest

from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_all, fetch_one
from tests.faults.month import read_steps
from tests.faults.running import take_all

ORDERS = int(os.environ.get("OSAME_ORDERS", "20"))


@pytest.mark.parametrize("seed", range(ORDERS))
def test_order_does_not_matter(town: str, month: Path, expected: str, seed: int) -> None:
    steps = read_steps(month)
    random.Random(seed).shuffle(steps)
    take_all(month, steps)
    assert verify_ledger().findings == ()
    assert ledger_digest() == expected
    take_all(month, steps[: seed % 5])
    assert ledger_digest() == expected


def test_the_month_is_rich(town: str, month: Path) -> None:
    """A month in which nothing happens would prove nothing."""
    results = take_all(month, read_steps(month))
    charges, cancelled, fixed, overpaid = fetch_one(
        "SELECT count(*), count(*) FILTER (WHERE tax_amount = 0), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM entry e "
        "WHERE e.charge_id = c.charge_id AND e.kind = 7)), count(*) FILTER (WHERE overpayment > 0) "
        "FROM charge c WHERE charge_id > 0"
    )
    assert charges > 190
    assert min(cancelled, fixed, overpaid) >= 5
    assert {cause for (cause,) in fetch_all("SELECT DISTINCT cause FROM overpayment")} == {"01", "02", "03"}
    assert fetch_one("SELECT count(*) FROM held_receipt WHERE state = '1'")[0] >= 5
    assert fetch_one("SELECT count(*) FROM entry WHERE reverses IS NOT NULL")[0] >= 10
    assert fetch_one("SELECT count(*) FROM held_determination WHERE released_by_file_id IS NOT NULL")[0] >= 10
    assert {stage for (stage,) in fetch_all("SELECT DISTINCT stage FROM channel_report")} == {"1", "3", "9"}
    assert fetch_one("SELECT count(*) FROM rejected_row WHERE reason LIKE '受領済%%'")[0] >= 3
    assert sum(bool(getattr(result, "refusal", "")) for result in results) == 1
    assert sum(getattr(result, "released_held", 0) for result in results) > 0
