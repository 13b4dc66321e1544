"""Many clients pay, refund, set off, cancel and correct on the same accounts: nobody is refunded more than there is.

    OSAME_RACE_ACCOUNTS=200 OSAME_RACE_ROUNDS=50 OSAME_RACE_CLIENTS=16 pytest tests/faults/test_refund_races.py

Every client is a process of its own with its own connection. Each act goes through the door that officers and files use;
what a door refuses is part of the game, what the database reports as broken is not.
"""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from osame.collection.inquiry.verification import verify_everything
from osame.collection.matching.importing import import_receipts
from osame.collection.refunds.actions import Where, receive_claim
from osame.collection.refunds.deciding import Wanted, decide, plan_content
from osame.collection.refunds.models import RefundPayee
from osame.collection.refunds.paying import Cash, pay_in_cash
from osame.platform.database import fetch_all, fetch_one
from tests.faults.refund_client import ACT, LEVIED, TODAY, person
from tests.faults.running import move_in
from tests.systems.collection.cast import (
    OFFICER,
    determination,
    notice,
    write_notices,
)
from tests.systems.collection.demand_cast import levy

ACCOUNTS = int(os.environ.get("OSAME_RACE_ACCOUNTS", "8"))
ROUNDS = int(os.environ.get("OSAME_RACE_ROUNDS", "10"))
CLIENTS = int(os.environ.get("OSAME_RACE_CLIENTS", "4"))


def test_no_race_refunds_more_than_there_is(city: str, tmp_path: Path) -> None:
    """RT-D1: over-refund 0, yen conserved, the ledger sound."""
    people = [person(number) for number in range(ACCOUNTS)]
    move_in(people)
    levy(tmp_path, *(determination(who, term, LEVIED) for who in people for term in (1, 2)))
    overpay(tmp_path / "overpaid.csv", people)  # 始めから、還付できるものがある
    share = ACCOUNTS * ROUNDS // CLIENTS
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.refund_client", str(seed), str(share), str(ACCOUNTS), str(tmp_path)],
            stdout=subprocess.PIPE, text=True,
        )
        for seed in range(CLIENTS)
    ]  # fmt: skip
    said = [worker.communicate()[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * CLIENTS, said
    told: Counter[str] = Counter()
    for line in "".join(said).split():
        name, _, count = line.partition("=")
        told[name] += int(count)
    assert conserved()
    verification = verify_everything()
    assert verification.findings == ()
    assert verification.sound
    assert told["refund.done"] > 0
    assert told["cancel.done"] > 0
    sys.stderr.write(f"\n{ACCOUNTS} accounts, {ROUNDS} rounds, {CLIENTS} clients: {dict(sorted(told.items()))}\n")


def overpay(path: Path, people: list[str]) -> None:
    """Every account pays its first term and 20,000 yen more."""
    write_notices(
        path, *(notice(number, who, LEVIED + 20_000, date(2025, 5, 30), 1) for number, who in enumerate(people))
    )
    assert import_receipts(path, profile="bank_notice_v0", as_of=TODAY, officer=OFFICER).rows_posted == len(people)


def conserved() -> bool:
    """Nothing left the ledger that was not received, and no receipt was decided for more than it was."""
    (over,) = fetch_one(
        "SELECT count(*) FROM (SELECT r.charge_id, r.receipt_key, r.amount, coalesce(sum(CASE WHEN e.debit = 8 THEN e.amount "
        "WHEN e.credit = 8 THEN -e.amount END), 0) AS decided FROM receipt r JOIN entry e USING (charge_id, addressee_number, "
        "receipt_key) WHERE e.debit <> 7 AND e.credit <> 7 GROUP BY 1, 2, 3) t WHERE decided > amount"
    )
    (broken,) = fetch_one(
        "SELECT count(*) FROM charge WHERE received + refund_interest + principal_tax + demand_fee + delinquency_charge "
        "<> determined + overpayment + refund_payable + paid_out AND charge_id > 0"
    )
    money = fetch_one(
        "SELECT (SELECT coalesce(sum(amount), 0) FROM refund_payment WHERE state = '2') + (SELECT coalesce(sum(p.amount), 0) "
        "FROM refund_part p JOIN refund_decision d USING (addressee_number, decision_id) WHERE d.state <> '9' AND p.use <> '1'), "
        "(SELECT sum(paid_out) FROM charge)"
    )
    return over == 0 and broken == 0 and money[0] == money[1]


def test_the_same_decision_by_many_at_once_is_made_once(city: str, tmp_path: Path) -> None:
    """RT-D2: one approval, eight who carry it out at the same moment; one decision, one payment."""
    who = person(0)
    move_in([who])
    levy(tmp_path, determination(who, 1, LEVIED))
    for number in (1, 2):
        path = write_notices(
            tmp_path / f"{number}.csv", notice(number, who, LEVIED, date(2025, 6, 10)), on=TODAY, sequence=number
        )
        import_receipts(path, profile="bank_notice_v0", as_of=TODAY, officer=OFFICER)
    content = plan_content(Wanted(who), decided_on=TODAY)
    assert at_once(lambda: decide(content, decided_on=TODAY, proposal_id=None)) == []
    assert fetch_all("SELECT payable FROM refund_decision") == [(LEVIED,)]
    where = Where(who, content["decision"], 1)
    receive_claim(where, None, consented=False, delegated=False, act=ACT)
    assert at_once(lambda: pay_in_cash(where, Cash(RefundPayee.Method.CASH, TODAY, "高橋"), act=ACT)) == []
    assert fetch_all("SELECT amount, state FROM refund_payment") == [(LEVIED, "2")]
    assert conserved()
    assert verify_everything().sound


def at_once(act: Callable[[], Any], clients: int = 8) -> list[BaseException]:
    """The same act in many threads with connections of their own."""
    barrier, failures = threading.Barrier(clients), []

    def perform() -> None:
        try:
            barrier.wait()
            act()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(perform,)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_TODAY", TODAY.isoformat())
