"""One client of the refund races: a process of its own that pays, refunds, sets off, cancels and corrects.

python -m tests.faults.refund_client SEED SHARE ACCOUNTS DIRECTORY
"""

import random
import sys
import warnings
from collections import Counter
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    import django

    django.setup()

from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.queries import find_charge
from osame.collection.matching.importing import import_receipts
from osame.collection.refunds.actions import Act, Where, receive_claim
from osame.collection.refunds.cancelling import cancel, record_recovery
from osame.collection.refunds.candidates import sources_of
from osame.collection.refunds.deciding import Wanted, decide, plan_content
from osame.collection.refunds.models import RefundPayee
from osame.collection.refunds.paying import Cash, pay_in_cash, record_returned
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import (
    OFFICER,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)

TODAY = date(2025, 9, 10)
ACT = Act(TODAY, OFFICER)
LEVIED, MOVES = 50_000, ("pay", "refund", "refund", "cash", "returned", "cancel", "correct", "recover")
FIRST = 701


def person(number: int) -> str:
    """The addressee number of an account."""
    return f"{FIRST + number:015d}"


def play(seed: int, share: int, accounts: int, place: Path) -> Counter[str]:
    """One client's acts."""
    chance, told = random.Random(seed), Counter[str]()
    for number in range(share):
        who, move = person(chance.randrange(accounts)), chance.choice(MOVES)
        act = {"pay": pay, "refund": refund, "cash": cash, "returned": returned, "cancel": take_back,
               "correct": correct, "recover": recover}[move]  # fmt: skip
        try:
            done = act(who, chance, place / f"{seed}-{number}.csv", seed * 1_000_000 + number)
            told[f"{move}.{'done' if done else 'nothing'}"] += 1
        except Refusal:
            told[f"{move}.refused"] += 1
    return told


def pay(who: str, chance: random.Random, path: Path, number: int) -> bool:
    term = chance.choice((1, 2))
    amount = chance.choice((20_000, LEVIED, 70_000))
    write_notices(
        path,
        notice(number, who, amount, date(2025, chance.randint(5, 8), 10), term),
        on=TODAY,
        sequence=number % 999 + 1,
    )
    return import_receipts(path, profile="bank_notice_v0", as_of=TODAY, officer=OFFICER).rows_posted == 1


def refund(who: str, chance: random.Random, _path: Path, _number: int) -> bool:
    sources = sources_of(who)
    if not sources:
        return False
    chosen = chance.choice(sources)
    take = {(chosen.charge_id, chosen.receipt_key): chance.choice((chosen.amount, max(1, chosen.amount // 2)))}
    content = plan_content(Wanted(who, take if chance.random() < 0.5 else None), decided_on=TODAY)
    plans = [decide(content, decided_on=TODAY, proposal_id=None) for _ in range(2)]  # 答えを失って、もう一度
    return plans[0].payable == plans[1].payable


def payees(who: str, *states: str) -> list[Where]:
    rows = fetch_all(
        "SELECT p.decision_id, p.payee_number FROM refund_payee p JOIN refund_decision d USING (addressee_number, decision_id) "
        "WHERE p.addressee_number = %s AND p.state = ANY(%s) AND d.state = '1'",
        [who, list(states)],
    )
    return [Where(who, *row) for row in rows]


def cash(who: str, chance: random.Random, _path: Path, _number: int) -> bool:
    found = payees(who, "1", "2", "6")
    if not found:
        return False
    where = chance.choice(found)
    receive_claim(where, None, consented=False, delegated=False, act=ACT)
    pay_in_cash(where, Cash(RefundPayee.Method.CASH, TODAY, "高橋"), act=ACT)
    return not pay_in_cash(where, Cash(RefundPayee.Method.CASH, TODAY, "高橋"), act=ACT)


def returned(who: str, chance: random.Random, _path: Path, _number: int) -> bool:
    found = fetch_all("SELECT payment_id FROM refund_payment WHERE addressee_number = %s AND state = '2'", [who])
    return bool(found) and record_returned(chance.choice(found)[0], returned_on=TODAY, reason="組戻し", act=ACT)


def take_back(who: str, chance: random.Random, _path: Path, _number: int) -> bool:
    found = fetch_all("SELECT decision_id FROM refund_decision WHERE addressee_number = %s AND state = '1'", [who])
    if not found:
        return False
    content = {"addressee": who, "decision": chance.choice(found)[0], "reason": "誤り"}
    return "既に" not in cancel(content, act=ACT)


def recover(who: str, chance: random.Random, _path: Path, _number: int) -> bool:
    found = fetch_all("SELECT payment_id FROM refund_recovery WHERE addressee_number = %s AND state = '1'", [who])
    return bool(found) and record_recovery(chance.choice(found)[0], recovered_on=TODAY, act=ACT)


def correct(who: str, chance: random.Random, path: Path, _number: int) -> bool:
    term = chance.choice((1, 2))
    facts = find_charge(str(slip(who, term)))
    ((sequence,),) = fetch_all("SELECT last_revision + 1 FROM charge WHERE charge_id = %s", [facts.charge_id])
    after = max(0, facts.tax_amount + chance.choice((-20_000, -10_000, 10_000, 30_000)))
    if after == facts.tax_amount or sequence > 900:
        return False
    rows = write_determinations(path, revision(who, sequence, after, after - facts.tax_amount, term))
    result = import_determinations(rows, as_of=TODAY, officer=OFFICER)
    return not result.refusal and not result.rows_rejected


def main(seed: str, share: str, accounts: str, place: str) -> None:
    """The client: what it did, one word a line."""
    with acting(Acting(f"窓口{seed}", "collection.test.run", "statutory", role="operator")):
        for name, count in play(int(seed), int(share), int(accounts), Path(place)).items():
            sys.stdout.write(f"{name}={count}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
